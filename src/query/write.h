/*
 * query/write.h - calls that a query found, as a table for people, JSON lines or CSV. The same for the command
 * line, the web page's export and reports.
 */
#ifndef CQ_QUERY_WRITE_H
#define CQ_QUERY_WRITE_H

#include "store/filter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum cq_write_format { CQ_WRITE_TABLE, CQ_WRITE_JSON, CQ_WRITE_CSV };

struct cq_write_opts {
    enum cq_write_format format;
    const struct cq_field *columns; /* those of the select, borrowed */
    size_t n_columns;
    bool review; /* CSV: with the columns that tell of the reviews; the select has a viewer */
    int width;   /* TABLE: of the terminal; 0: lines are as long as they are */
    bool utf8;   /* TABLE: the terminal's characters */
    bool colour; /* TABLE: flags by severity */
    /* TABLE: a heading or word in the reader's language; NULL: as it is. CSV and JSON keep the English words.
     */
    const char *(*translate)(const char *text);
};

struct cq_writer;

/*
 * Write to `f` (borrowed). JSON: one object a call and line. CSV: RFC 4180 with CRLF in UTF-8; texts that a
 * spreadsheet would run as a formula (they begin with = + - @, a tab or a line's end) get a ' in front, numbers
 * are left as they are. TABLE: columns are as wide as the first rows need. 0 or -ENOMEM.
 */
int cq_writer_new(FILE *f, const struct cq_write_opts *opts, struct cq_writer **ret_writer);
/* 0, -ENOMEM, or -EIO where the stream cannot be written. */
int cq_writer_row(struct cq_writer *w, const struct cq_row *row);
/* What is left to write. Same errors. */
int cq_writer_end(struct cq_writer *w);
struct cq_writer *cq_writer_free(struct cq_writer *w);

/*
 * The same as an Excel workbook, written to `path` row by row: what is kept in memory does not grow. One sheet
 * has CQ_XLSX_MAX_ROWS calls at most: -EFBIG. Texts are never formulas. 0, -ENOMEM, -EIO.
 */
#define CQ_XLSX_MAX_ROWS 1048575 /* of Excel, less the headings */
struct cq_xlsx;
int cq_xlsx_new(const char *path, const struct cq_write_opts *opts, struct cq_xlsx **ret_xlsx);
int cq_xlsx_row(struct cq_xlsx *x, const struct cq_row *row);
/* Finish the file and free. NULL is fine. */
int cq_xlsx_end(struct cq_xlsx *x);

/* Append one CSV field as above, quoted where it must be. */
struct cq_str;
void cq_csv_text(struct cq_str *out, const char *text);

/* The same row as one JSON object, for callers that build their own documents. */
struct cq_json_writer;
void cq_row_to_json(struct cq_json_writer *w, const struct cq_row *row, const struct cq_field *columns);

#endif
