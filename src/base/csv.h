/*
 * base/csv.h - CSV in: RFC 4180 as spreadsheets and telephone systems write it. LF, CRLF or CR; a byte order
 * mark; quoted fields of several lines; comma, semicolon or tab, whichever the first row has most of; UTF-8, or
 * GB18030, which Chinese spreadsheets write. Read piece by piece: memory does not grow with the file.
 */
#ifndef CQ_BASE_CSV_H
#define CQ_BASE_CSV_H

#include "base/str.h"
#include "callqa/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CQ_CSV_MAX_FIELDS 256
#define CQ_CSV_MAX_FIELD 65536    /* bytes of one field, in UTF-8 */
#define CQ_CSV_MAX_ROW (1u << 20) /* of all fields of a row */

/* Up to n bytes into buf: how many, 0 at the end, or a negative errno. */
typedef ssize_t (*cq_csv_read)(void *user, char *buf, size_t n);

struct cq_csv_input; /* bytes read and not yet parsed, and their coding */

struct cq_csv {
    const char *name;  /* stands in errors; borrowed */
    char separator;    /* known once the first row was asked for */
    int line;          /* of the row in hand, from 1 */
    int next_line;     /* that the next row begins on */
    struct cq_str buf; /* of the row: its fields, each terminated */
    size_t start[CQ_CSV_MAX_FIELDS];
    size_t n_fields;
    struct cq_csv_input *in;
};

/* Read from memory (borrowed until done), from an open file (its position moves; not closed), or by a function
 * of one's own. -ENOMEM. cq_csv_done() in any case. */
int cq_csv_of_text(struct cq_csv *csv, const char *name, const char *text, size_t n);
int cq_csv_of_file(struct cq_csv *csv, const char *name, int fd);
int cq_csv_of(struct cq_csv *csv, const char *name, cq_csv_read read, void *user);

/*
 * Next row that is not empty: 1, 0 at the end, -EBADMSG with the line (a quote that is not closed, text behind
 * a closing quote, too many fields, neither coding), -ENOMEM, or what reading gave. After an error: done.
 */
int cq_csv_next(struct cq_csv *csv, struct cq_error *err);

/* The i-th field of the row; "" past the last. Borrowed until the next row. */
const char *cq_csv_field(const struct cq_csv *csv, size_t i);

void cq_csv_done(struct cq_csv *csv);

#endif
