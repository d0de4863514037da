#include "cli/help.h"

#include "cli/i18n.h"
#include "cli/term.h"

#include <string.h>

#define OPTION_COLUMN 26 /* where the explanations begin */
#define TEXT_MAX 100     /* explanations are not set wider, even where the terminal is */

/* Print words wrapped at `width`, further lines indented; no break is needed between two wide characters, so
 * Chinese text breaks after any of them. */
static void put_wrapped(FILE *f, const char *text, size_t indent, size_t width)
{
    size_t room = width > indent + 20 ? width - indent : 20;
    while (*text) {
        size_t n = cq_term_prefix(text, room), cut = n;
        size_t newline = strcspn(text, "\n");
        if (newline <= n) {
            cut = newline;
        } else if (text[n]) {
            while (cut > 0 && text[cut] != ' ' && !((unsigned char)text[cut - 1] & 0x80))
                cut--;
            cut = cut ? cut : n;
        }
        fprintf(f, "%.*s\n", (int)cut, text);
        text += cut;
        while (*text == ' ')
            text++;
        if (*text == '\n')
            text++;
        if (*text)
            fprintf(f, "%*s", *text == '\n' ? 0 : (int)indent, "");
    }
}

static size_t text_width(FILE *f)
{
    struct cq_term t = cq_term_of(f);
    return t.width < TEXT_MAX ? (size_t)t.width : TEXT_MAX;
}

char *cq_help_option(const struct cq_opt *o, char *buf, size_t size)
{
    char letter[8] = "    ";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(buf, size, "%s--%s%s%s", letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");
    return buf;
}

static void put_row(FILE *f, const char *left, const char *right, size_t width)
{
    size_t n = cq_term_width(left);
    if (n + 2 > OPTION_COLUMN - 2)
        fprintf(f, "  %s\n%*s", left, OPTION_COLUMN, "");
    else
        fprintf(f, "  %s%*s", left, (int)(OPTION_COLUMN - 2 - n), "");
    put_wrapped(f, right, OPTION_COLUMN, width);
}

void cq_help_overview(FILE *f)
{
    size_t width = text_width(f);
    fputs(_("Usage: callqa COMMAND [OPTION]... [ARGUMENT]...\n"), f);
    put_wrapped(f, _("Measures how the agent and the customer talk in call recordings, and scores the call."),
                0, width);
    fprintf(f, "\n%s\n", _("Commands:"));
    for (size_t i = 0; cq_commands[i]; i++)
        put_row(f, cq_commands[i]->name, _(cq_commands[i]->summary), width);
    fprintf(f, "\n%s\n", _("Options:"));
    put_row(f, "-h, --help", _("show this help; after a command: the help of that command"), width);
    put_row(f, "-V, --version", _("show the version"), width);
    fprintf(f, "\n%s\n", _("Exit codes:"));
    int code;
    const char *help;
    for (size_t i = 0; cq_cli_exit_help(i, &code, &help); i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", code);
        put_row(f, number, _(help), width);
    }
    fprintf(f, "\n%s\n", _("Start with:  callqa analyze RECORDING.wav"));
}

void cq_help_command(FILE *f, const struct cq_command *cmd)
{
    size_t width = text_width(f);
    fprintf(f, _("Usage: callqa %s %s\n"), cmd->name, cmd->synopsis);
    put_wrapped(f, _(cmd->summary), 0, width);
    if (cmd->details) {
        fputc('\n', f);
        put_wrapped(f, _(cmd->details), 0, width);
    }
    fprintf(f, "\n%s\n", _("Options:"));
    for (size_t i = 0; i < cmd->n_options; i++) {
        char left[CQ_HELP_OPTION_MAX];
        put_row(f, cq_help_option(&cmd->options[i], left, sizeof left), _(cmd->options[i].help), width);
    }
    put_row(f, "-h, --help", _("show this help"), width);
    if (cmd->examples)
        fprintf(f, "\n%s\n%s\n", _("Examples:"), cmd->examples);
}
