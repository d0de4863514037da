/* tui/i18n.h - messages through gettext, in the domain that the program has bound. */
#ifndef CQ_TUI_I18N_H
#define CQ_TUI_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text /* marked for translation, translated where it is shown */

#endif
