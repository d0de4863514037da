/* watch/sidecar_csv.h - private: comma separated values as spreadsheets write them (RFC 4180). */
#ifndef CQ_WATCH_SIDECAR_CSV_H
#define CQ_WATCH_SIDECAR_CSV_H

#include "callqa/error.h"

#include <stddef.h>

#define CQ_CSV_MAX_FIELDS 64

struct cq_sidecar_csv {
    const char *name; /* for errors */
    char *text;       /* owned, in UTF-8; fields point into it */
    char *at;
    char separator; /* , ; or tab, whichever the first row has most of */
    int line;       /* of the row in hand */
    int next_line;
    const char *field[CQ_CSV_MAX_FIELDS]; /* valid until the next row */
    size_t n_fields;
};

/*
 * Take text[0..n): UTF-8, with or without a mark, or GB18030, which Chinese spreadsheets write. -EBADMSG where
 * it is neither, -ENOMEM. cq_sidecar_csv_close() in any case.
 */
int cq_sidecar_csv_open(struct cq_sidecar_csv *csv, const char *text, size_t n, const char *name,
                        struct cq_error *err);

/* The next row that is not empty: 1, 0 at the end, -EBADMSG. */
int cq_sidecar_csv_next(struct cq_sidecar_csv *csv, struct cq_error *err);
void cq_sidecar_csv_close(struct cq_sidecar_csv *csv);

#endif
