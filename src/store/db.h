/* store/db.h - private: the connection, its statements, and values in and out of them. */
#ifndef CQ_STORE_DB_H
#define CQ_STORE_DB_H

#include "store/store.h"

#include <sqlite3.h>

#define CQ_DB_N_STATEMENTS 384 /* cached statements a connection; more are an error of the program */

struct cq_db_statement {
    const char *sql; /* a string literal: found by its address */
    sqlite3_stmt *st;
};

struct cq_store {
    sqlite3 *db;
    char *path;
    bool write;
    int depth; /* open transactions: 1 the real one, more are savepoints */
    struct cq_db_statement cache[CQ_DB_N_STATEMENTS];
    size_t n_cached;
    char *measures_insert; /* statements made from the table of measures; NULL until needed */
    char *measures_select;
    char *flagged_insert;
};

/* SQLite's result code as a negative errno; SQLITE_OK, _ROW and _DONE give 0. */
int cq_db_errno(int rc);

/* Fill `err` with what SQLite says of the last call and what to do about it. Returns the negative errno. */
int cq_db_fail(const struct cq_store *s, int rc, struct cq_error *err);

/* Run one or more statements without parameters or results. */
int cq_db_exec(struct cq_store *s, const char *sql, struct cq_error *err);

/*
 * A prepared statement, bound from left to right and then run. `sql` must be a string literal (statements are
 * cached by its address). The first failure sticks; cq_db_run() or cq_db_step() reports it.
 *
 *     struct cq_db_st q = cq_db_st(s, "INSERT INTO t(a, b) VALUES(?, ?)");
 *     cq_db_int(&q, 1);
 *     cq_db_text(&q, "x");
 *     r = cq_db_run(&q, err);
 */
struct cq_db_st {
    struct cq_store *s;
    sqlite3_stmt *st;
    int n;  /* parameters bound so far */
    int rc; /* SQLITE_OK or the first failure */
};

struct cq_db_st cq_db_st(struct cq_store *s, const char *sql);
void cq_db_int(struct cq_db_st *q, int64_t v);
void cq_db_real(struct cq_db_st *q, double v);      /* NAN: NULL */
void cq_db_text(struct cq_db_st *q, const char *v); /* NULL: NULL; must live until the statement is run */
void cq_db_blob(struct cq_db_st *q, const void *v, size_t n);
void cq_db_null(struct cq_db_st *q);
void cq_db_ms(struct cq_db_st *q, double seconds); /* whole milliseconds, NAN: NULL */

/* Next row: 1 with a row, 0 at the end, negative errno. The statement is reset unless there is a row. */
int cq_db_step(struct cq_db_st *q, struct cq_error *err);
/* Run to the end, rows thrown away. Returns 0 or negative errno. */
int cq_db_run(struct cq_db_st *q, struct cq_error *err);
/* Make ready for the next values. */
void cq_db_reset(struct cq_db_st *q);

/* The first column of the first row: 0 with the number, -ENOENT without a row. Resets the statement. */
int cq_db_one_int(struct cq_db_st *q, struct cq_error *err, int64_t *ret_v);

/* Columns of the row in hand. */
int64_t cq_db_get_int(const struct cq_db_st *q, int col);
double cq_db_get_real(const struct cq_db_st *q, int col);            /* NULL: NAN */
double cq_db_get_ms(const struct cq_db_st *q, int col);              /* seconds; NULL: NAN */
int cq_db_get_text(const struct cq_db_st *q, int col, char **ret_v); /* a copy; NULL: NULL; -ENOMEM */
const char *cq_db_peek_text(const struct cq_db_st *q, int col);      /* borrowed until the next step */
void cq_db_get_chars(const struct cq_db_st *q, int col, char *buf, size_t size);
enum cq_party cq_db_get_party(const struct cq_db_st *q, int col); /* unknown codes: CQ_NOBODY */
bool cq_db_is_null(const struct cq_db_st *q, int col);

/* Transactions nest; the outermost is real and takes the write lock at once. */
int cq_db_begin(struct cq_store *s, struct cq_error *err);
/* End it: commit where `r` is 0, else roll back. Returns r, or what the commit said. */
int cq_db_end(struct cq_store *s, int r, struct cq_error *err);

void cq_db_finalize_all(struct cq_store *s);

/*
 * Seconds to whole milliseconds, exactly as the JSON contract's three decimals are rounded (half to even on the
 * binary value), so that what was printed before storing is printed again after loading.
 */
int64_t cq_db_ms_of(double seconds);

/* 64 hex digits to 32 bytes; -EINVAL where they are not. */
int cq_db_hash_bytes(const char *hex, unsigned char ret_bytes[32]);
void cq_db_hash_hex(const void *bytes, char ret_hex[CQ_SHA256_HEX]);

#endif
