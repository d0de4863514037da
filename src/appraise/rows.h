/*
 * appraise/rows.h - private: the form as a sequence of headings, tables and rows, once for all the formats. A
 * sink writes them as HTML, text or CSV.
 */
#ifndef CQ_APPRAISE_ROWS_H
#define CQ_APPRAISE_ROWS_H

#include "appraise/appraise.h"

#define CQ_ROW_MAX_CELLS 6
#define CQ_CELL_MAX 4096 /* bytes; longer texts are cut */

enum cq_row_kind {
    CQ_ROW_TITLE,   /* one cell */
    CQ_ROW_FIELD,   /* of the header: label, value */
    CQ_ROW_HEADING, /* of a part: one cell */
    CQ_ROW_HEAD,    /* names of columns */
    CQ_ROW_BODY,
    CQ_ROW_SECTION, /* a section of the form: name, weight */
    CQ_ROW_SUM,     /* subtotals and the total */
    CQ_ROW_NOTE,    /* one cell */
    CQ_ROW_SIGN     /* a line to sign on: label */
};

struct cq_rows {
    void (*put)(struct cq_rows *rows, enum cq_row_kind kind, const char *const *cells, size_t n);
    struct cq_str *out;
    const char *lang;
    bool in_table; /* the sink's */
    enum cq_row_kind last;
};

void cq_appraisal_rows(const struct cq_appraisal *a, struct cq_rows *rows);

#endif
