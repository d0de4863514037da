/* tui/screen.h - the terminal as a full screen, and as it was again afterwards, whatever happens (ncurses). */
#ifndef CQ_TUI_SCREEN_H
#define CQ_TUI_SCREEN_H

#include "callqa/error.h"

#include <stdbool.h>

#define CQ_SCREEN_MIN_COLUMNS 80
#define CQ_SCREEN_MIN_ROWS 24

/* What text may look like; the terminal's colours where it has any and NO_COLOR is not set. */
enum cq_ink {
    CQ_INK_PLAIN,
    CQ_INK_AGENT,
    CQ_INK_CUSTOMER,
    CQ_INK_ALARM,
    CQ_INK_WARNING,
    CQ_INK_FAINT,
    CQ_INK_GOOD,
    CQ_INK_BOLD,
    CQ_INK_REVERSE
};

struct cq_screen {
    int rows, columns;
    bool utf8, colour;
    int saved_stderr; /* sound libraries must not write across the screen: see screen.c */
};

/* -ENOTTY standard input or output is no terminal, -ENOTSUP a terminal that cannot move its cursor. */
int cq_screen_init(struct cq_screen *s, struct cq_error *err);
void cq_screen_done(struct cq_screen *s);

/* Give the terminal back without ncurses, before an end at once: allowed in a signal handler and in any thread.
 * Nothing happens where no screen is up. */
void cq_screen_rescue(void);

/* Look at the size again after KEY_RESIZE. False where it is too small for a view. */
bool cq_screen_fits(struct cq_screen *s);

/* Text cut or filled to exactly `columns` from (row, column) on. Control characters become '?'. */
void cq_screen_put(const struct cq_screen *s, int row, int column, int columns, enum cq_ink ink,
                   const char *text);
void cq_screen_printf(const struct cq_screen *s, int row, int column, int columns, enum cq_ink ink,
                      const char *fmt, ...) __attribute__((format(printf, 6, 7)));

#endif
