/* cli/i18n.h - messages through gettext. */
#ifndef CQ_CLI_I18N_H
#define CQ_CLI_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text /* marked for translation, translated where it is printed */
#define P_(one, many, n) ngettext(one, many, (unsigned long)(n))

/*
 * Set the locale of the environment (numbers stay with '.'), and find the translations: beside the build when
 * run from there, else where they were installed. Where the system has not generated the locale that LANG asks
 * for, messages still come in its language.
 */
void cq_cli_i18n_init(void);

/* The language of messages in the words of rubric files: "zh-CN", "zh-TW" or "en". */
const char *cq_cli_language(void);

#endif
