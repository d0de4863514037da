/* base/csv.h - CSV in: RFC 4180, with LF or CRLF, a byte order mark, and quoted fields of several lines. */
#ifndef CQ_BASE_CSV_H
#define CQ_BASE_CSV_H

#include "base/str.h"
#include "callqa/error.h"

#include <stddef.h>

#define CQ_CSV_MAX_FIELDS 256
#define CQ_CSV_MAX_FIELD 65536 /* bytes of one field */

/* Zero it, set text, n and name. */
struct cq_csv {
    const char *name; /* stands in errors */
    const char *text;
    size_t n;
    size_t at;
    int line; /* of the row read last, from 1 */
    int next_line;
    struct cq_str buf; /* of the row: its fields, each terminated */
    size_t start[CQ_CSV_MAX_FIELDS];
    size_t n_fields;
};

/* Next row that is not empty: 1, 0 at the end, -EBADMSG with the line, -ENOMEM. */
int cq_csv_next(struct cq_csv *csv, struct cq_error *err);

/* The i-th field of the row; "" past the last. Borrowed until the next row. */
const char *cq_csv_field(const struct cq_csv *csv, size_t i);

void cq_csv_done(struct cq_csv *csv);

#endif
