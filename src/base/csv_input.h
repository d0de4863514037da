/* base/csv_input.h - private: the bytes of a CSV file as UTF-8, one after the other. */
#ifndef CQ_BASE_CSV_INPUT_H
#define CQ_BASE_CSV_INPUT_H

#include "base/csv.h"

#define CQ_CSV_BLOCK 65536 /* bytes read at a time */

enum cq_csv_coding {
    CQ_CSV_PLAIN, /* nothing but ASCII so far */
    CQ_CSV_UTF8,
    CQ_CSV_GB18030
};

struct cq_csv_input {
    cq_csv_read read;
    void *user;
    enum cq_csv_coding coding;
    void *iconv; /* iconv_t; NULL until it is needed */
    bool begun, ended;
    char raw[CQ_CSV_BLOCK + 1]; /* read, not converted: between fills at most a character that is not whole */
    size_t n_raw;
    char text[CQ_CSV_BLOCK * 2]; /* in UTF-8; a character of two bytes in GB18030 has three at most */
    size_t at, n;
};

/* A block more behind what is there, in UTF-8: 1, 0 at the end, -EILSEQ for bytes of no known coding, or what
 * reading gave. Only to be called with at == n. */
int cq_csv_input_fill(struct cq_csv_input *in);

#endif
