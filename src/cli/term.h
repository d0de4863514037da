/* cli/term.h - what the terminal can show: width, colour, characters and how wide they are. */
#ifndef CQ_CLI_TERM_H
#define CQ_CLI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct cq_term {
    bool tty;    /* somebody looks at it */
    bool colour; /* tty, and neither NO_COLOR nor TERM=dumb is set */
    bool utf8;   /* the locale's characters are UTF-8 */
    int width;   /* columns; 80 where unknown */
};

/* Look at a stream and at the environment. $COLUMNS overrules the width. */
struct cq_term cq_term_of(FILE *f);

/* Columns that UTF-8 text takes: CJK and other wide characters 2, combining marks 0, malformed bytes 1 each. */
size_t cq_term_width(const char *text);

/* Bytes of the longest prefix of `text` that takes at most `columns`. */
size_t cq_term_prefix(const char *text, size_t columns);

/* Print `text` and fill up to `columns` (on the left with `right`); longer text is cut with "…". Control
 * characters become '?', so that names from outside cannot move the cursor. */
void cq_term_put(FILE *f, const char *text, size_t columns, bool right, bool utf8);

/* The path of the database: `option`, else $CALLQA_DB, else "callqa.db". */
const char *cq_cli_db_path(const char *option);

#endif
