#include "cli/i18n.h"

#include "base/str.h"
#include "cq-config.h"

#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DOMAIN "callqa"

/* The locale that the environment asks for messages, by the rules of POSIX; "" where it asks for none. */
static const char *wanted_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *v = getenv(names[i]);
        if (v && *v)
            return v;
    }
    return "";
}

static bool is_plain(const char *locale)
{
    return !*locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0;
}

/*
 * A bare system has no zh_CN.UTF-8 until somebody generates it, and setlocale() then fails. C.UTF-8 is always
 * there in Debian; under it gettext goes by LANGUAGE.
 */
static void fall_back(void)
{
    const char *wanted = wanted_locale();
    if (is_plain(wanted) || !setlocale(LC_ALL, "C.UTF-8"))
        return;
    char language[32];
    size_t n = strcspn(wanted, ".@");
    const char *chosen = getenv("LANGUAGE");
    if ((chosen && *chosen) || n >= sizeof language)
        return;
    snprintf(language, sizeof language, "%.*s", (int)n, wanted);
    setenv("LANGUAGE", language, 1);
}

/* The folder of translations next to the running program: build/src/cli/callqa -> build/po. */
static char *locale_dir_of_build(void)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n <= 0)
        return NULL;
    exe[n] = '\0';
    static const char tail[] = "/src/cli/callqa";
    size_t cut = sizeof tail - 1;
    if ((size_t)n <= cut || strcmp(exe + n - cut, tail) != 0)
        return NULL;
    exe[(size_t)n - cut] = '\0';
    return cq_str_format("%s/po", exe);
}

void cq_cli_i18n_init(void)
{
    if (!setlocale(LC_ALL, ""))
        fall_back();
    setlocale(LC_NUMERIC, "C");

    char *dir = locale_dir_of_build();
    bindtextdomain(DOMAIN, dir && access(dir, R_OK) == 0 ? dir : CQ_LOCALEDIR);
    bind_textdomain_codeset(DOMAIN, "UTF-8");
    textdomain(DOMAIN);
    free(dir);
}

const char *cq_cli_language(void)
{
    static const char msgid[] = N_("language-code");
    /* TRANSLATORS: the code by which rubric files name your language: zh-CN, zh-TW, ... */
    const char *code = _("language-code");
    return strcmp(code, msgid) == 0 ? "en" : code;
}
