/* query/writer.h - private: what the three formats share. */
#ifndef CQ_QUERY_WRITER_H
#define CQ_QUERY_WRITER_H

#include "base/str.h"
#include "query/write.h"

#define CQ_TABLE_SAMPLE 500 /* rows that are looked at before widths are settled */
#define CQ_TABLE_MAX_COLUMNS (CQ_SELECT_MAX_COLUMNS + 10)

struct cq_writer {
    FILE *f;
    struct cq_write_opts opts;
    struct cq_str line; /* being made */
    /* table.c */
    char **cells; /* rows not yet printed, n_columns texts each */
    size_t n_rows;
    int *severities; /* a row */
    size_t n_columns;
    size_t widths[CQ_TABLE_MAX_COLUMNS];
    bool used[CQ_TABLE_MAX_COLUMNS]; /* a column without any value is not shown */
    bool settled;
};

int cq_table_begin(struct cq_writer *w);
int cq_table_row(struct cq_writer *w, const struct cq_row *row);
int cq_table_end(struct cq_writer *w);
void cq_table_done(struct cq_writer *w);

void cq_csv_head(struct cq_writer *w);
void cq_csv_row(struct cq_writer *w, const struct cq_row *row);

#define CQ_CELL_DECIMALS 3 /* of measures in tables; exports carry six */
#define CQ_EXPORT_DECIMALS 6

#endif
