/* base/width.h - how many columns text takes on a terminal. */
#ifndef CQ_BASE_WIDTH_H
#define CQ_BASE_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Columns that UTF-8 text takes: CJK and other wide characters 2, combining marks 0, malformed bytes 1 each. */
size_t cq_width_of(const char *text);

/* Bytes of the longest prefix of `text` that takes at most `columns`. */
size_t cq_width_prefix(const char *text, size_t columns);

/* Print `text` and fill up to `columns` (on the left with `right`); longer text is cut with "…", or "~" where
 * the terminal is not `utf8`. Control characters become '?', so that names from outside cannot move the cursor.
 */
void cq_width_put(FILE *f, const char *text, size_t columns, bool right, bool utf8);

#endif
