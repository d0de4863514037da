#include "store/db.h"

#include "base/error.h"
#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SECONDS 1e12 /* beyond lies no time inside a recording, and no int64_t of milliseconds */

int cq_db_errno(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return 0;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return -EBUSY;
    case SQLITE_FULL:
        return -ENOSPC;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return -EBADMSG;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return -EACCES;
    case SQLITE_CANTOPEN:
        return -ENOENT;
    case SQLITE_NOMEM:
        return -ENOMEM;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
        return -EINVAL;
    case SQLITE_INTERRUPT:
        return -ECANCELED;
    case SQLITE_TOOBIG:
        return -EFBIG;
    }
    return -EIO;
}

static const char *advice(int code)
{
    switch (-code) {
    case EBUSY:
        return "another program holds the database; try again when it has finished";
    case ENOSPC:
        return "the disk is full; make room and try again";
    case EBADMSG:
        return "not a callqa database, or a damaged one; restore a backup";
    case EACCES:
        return "no permission to write the database; check its owner and its folder's";
    }
    return NULL;
}

int cq_db_fail(const struct cq_store *s, int rc, struct cq_error *err)
{
    int code = cq_db_errno(rc);
    const char *hint = advice(code);
    const char *what =
        s->db && (sqlite3_errcode(s->db) & 0xff) == (rc & 0xff) ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);
    if (hint)
        return cq_error_set(err, code, s->path, 0, "%s (%s)", hint, what);
    return cq_error_set(err, code, s->path, 0, "the database says: %s", what);
}

int cq_db_exec(struct cq_store *s, const char *sql, struct cq_error *err)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : cq_db_fail(s, rc, err);
}

static int find_statement(struct cq_store *s, const char *sql, sqlite3_stmt **ret_st)
{
    for (size_t i = 0; i < s->n_cached; i++) {
        if (s->cache[i].sql == sql) {
            *ret_st = s->cache[i].st;
            return SQLITE_OK;
        }
    }
    if (s->n_cached == CQ_DB_N_STATEMENTS)
        return SQLITE_NOMEM;
    sqlite3_stmt *st;
    int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL);
    if (rc != SQLITE_OK)
        return rc;
    s->cache[s->n_cached++] = (struct cq_db_statement){.sql = sql, .st = st};
    *ret_st = st;
    return SQLITE_OK;
}

struct cq_db_st cq_db_st(struct cq_store *s, const char *sql)
{
    struct cq_db_st q = {.s = s};
    q.rc = find_statement(s, sql, &q.st);
    if (q.rc == SQLITE_OK)
        cq_db_reset(&q);
    return q;
}

void cq_db_reset(struct cq_db_st *q)
{
    if (q->st)
        sqlite3_reset(q->st);
    q->n = 0;
}

static void note(struct cq_db_st *q, int rc)
{
    if (q->rc == SQLITE_OK && rc != SQLITE_OK)
        q->rc = rc;
}

void cq_db_int(struct cq_db_st *q, int64_t v)
{
    if (q->st)
        note(q, sqlite3_bind_int64(q->st, ++q->n, v));
}

void cq_db_real(struct cq_db_st *q, double v)
{
    if (q->st) /* SQLite keeps NAN as NULL by itself */
        note(q, sqlite3_bind_double(q->st, ++q->n, v));
}

void cq_db_text(struct cq_db_st *q, const char *v)
{
    if (q->st)
        note(q, sqlite3_bind_text(q->st, ++q->n, v, -1, SQLITE_STATIC));
}

void cq_db_blob(struct cq_db_st *q, const void *v, size_t n)
{
    if (q->st)
        note(q, sqlite3_bind_blob64(q->st, ++q->n, v, n, SQLITE_TRANSIENT));
}

void cq_db_null(struct cq_db_st *q)
{
    if (q->st)
        note(q, sqlite3_bind_null(q->st, ++q->n));
}

void cq_db_ms(struct cq_db_st *q, double seconds)
{
    if (isfinite(seconds) && fabs(seconds) < MAX_SECONDS)
        cq_db_int(q, cq_db_ms_of(seconds));
    else
        cq_db_null(q);
}

int cq_db_step(struct cq_db_st *q, struct cq_error *err)
{
    int rc = q->rc;
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q->st);
    if (rc == SQLITE_ROW)
        return 1;
    int r = rc == SQLITE_DONE ? 0 : cq_db_fail(q->s, rc, err);
    cq_db_reset(q);
    return r;
}

int cq_db_run(struct cq_db_st *q, struct cq_error *err)
{
    int r;
    do {
        r = cq_db_step(q, err);
    } while (r > 0);
    return r;
}

int cq_db_one_int(struct cq_db_st *q, struct cq_error *err, int64_t *ret_v)
{
    int r = cq_db_step(q, err);
    if (r < 0)
        return r;
    if (r == 0)
        return -ENOENT;
    *ret_v = cq_db_get_int(q, 0);
    cq_db_reset(q);
    return 0;
}

int64_t cq_db_get_int(const struct cq_db_st *q, int col)
{
    return sqlite3_column_int64(q->st, col);
}

double cq_db_get_real(const struct cq_db_st *q, int col)
{
    return cq_db_is_null(q, col) ? (double)NAN : sqlite3_column_double(q->st, col);
}

double cq_db_get_ms(const struct cq_db_st *q, int col)
{
    return cq_db_is_null(q, col) ? (double)NAN : (double)sqlite3_column_int64(q->st, col) / 1000.0;
}

const char *cq_db_peek_text(const struct cq_db_st *q, int col)
{
    return (const char *)sqlite3_column_text(q->st, col);
}

int cq_db_get_text(const struct cq_db_st *q, int col, char **ret_v)
{
    return cq_str_set(ret_v, cq_db_peek_text(q, col));
}

void cq_db_get_chars(const struct cq_db_st *q, int col, char *buf, size_t size)
{
    const char *text = cq_db_peek_text(q, col);
    snprintf(buf, size, "%s", text ? text : "");
}

enum cq_party cq_db_get_party(const struct cq_db_st *q, int col)
{
    int64_t v = cq_db_get_int(q, col);
    return v == CQ_AGENT ? CQ_AGENT : v == CQ_CUSTOMER ? CQ_CUSTOMER : CQ_NOBODY;
}

bool cq_db_is_null(const struct cq_db_st *q, int col)
{
    return sqlite3_column_type(q->st, col) == SQLITE_NULL;
}

int cq_db_begin(struct cq_store *s, struct cq_error *err)
{
    char sql[48];
    if (s->depth)
        snprintf(sql, sizeof sql, "SAVEPOINT s%d", s->depth);
    else
        snprintf(sql, sizeof sql, "BEGIN IMMEDIATE");
    int r = cq_db_exec(s, sql, err);
    if (!r)
        s->depth++;
    return r;
}

int cq_db_end(struct cq_store *s, int r, struct cq_error *err)
{
    char sql[64];
    s->depth--;
    if (!r) {
        if (s->depth)
            snprintf(sql, sizeof sql, "RELEASE s%d", s->depth);
        else
            snprintf(sql, sizeof sql, "COMMIT");
        r = cq_db_exec(s, sql, err);
        if (!r)
            return 0;
    }
    if (sqlite3_get_autocommit(s->db)) /* a full disk and the like have rolled back already */
        return r;
    if (s->depth)
        snprintf(sql, sizeof sql, "ROLLBACK TO s%d; RELEASE s%d", s->depth, s->depth);
    else
        snprintf(sql, sizeof sql, "ROLLBACK");
    (void)sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return r;
}

void cq_db_finalize_all(struct cq_store *s)
{
    for (size_t i = 0; i < s->n_cached; i++)
        sqlite3_finalize(s->cache[i].st);
    s->n_cached = 0;
}
