#include "store/schema.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/time.h"
#include "cq-config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int pragma_int(struct cq_store *s, const char *sql, struct cq_error *err, int64_t *ret_v)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(st);
        if (rc == SQLITE_ROW) {
            *ret_v = sqlite3_column_int64(st, 0);
            rc = SQLITE_OK;
        }
    }
    int r = rc == SQLITE_OK ? 0 : cq_db_fail(s, rc, err);
    sqlite3_finalize(st);
    return r;
}

/* The steps that were applied must be the ones that this program knows, letter for letter. */
static int verify_steps(struct cq_store *s, int version, struct cq_error *err)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, "SELECT id, sha256 FROM migrations ORDER BY id", -1, &st, NULL);
    if (rc != SQLITE_OK)
        return cq_db_fail(s, rc, err);
    int r = 0, n = 0;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        char hex[CQ_HASH_HEX];
        const char *stored = (const char *)sqlite3_column_text(st, 1);
        if (n < cq_n_migrations)
            cq_hash_bytes(cq_migrations[n].sql, strlen(cq_migrations[n].sql), hex);
        if (sqlite3_column_int64(st, 0) != n + 1 || n >= cq_n_migrations || !stored || strcmp(stored, hex)) {
            r = cq_error_set(err, -EBADMSG, s->path, 0,
                             "step %d of its schema is not this program's; use the callqa that made it", n + 1);
            break;
        }
        n++;
    }
    sqlite3_finalize(st);
    if (!r && rc != SQLITE_DONE)
        return cq_db_fail(s, rc, err);
    if (!r && n != version)
        return cq_error_set(err, -EBADMSG, s->path, 0, "says schema %d but records %d steps; restore a backup",
                            version, n);
    return r;
}

int cq_schema_check(struct cq_store *s, bool allow_older, struct cq_error *err, int *ret_version)
{
    int64_t id = 0, version = 0, n_tables = 0;
    int r = pragma_int(s, "PRAGMA application_id", err, &id);
    if (!r)
        r = pragma_int(s, "PRAGMA user_version", err, &version);
    if (!r)
        r = pragma_int(s, "SELECT count(*) FROM sqlite_master", err, &n_tables);
    if (r)
        return r;
    if (id == 0 && version == 0 && n_tables == 0) {
        if (!allow_older)
            return cq_error_set(err, -EBADMSG, s->path, 0, "is empty; 'callqa analyze' fills it");
        *ret_version = 0;
        return 0;
    }
    if (id != CQ_STORE_APPLICATION_ID)
        return cq_error_set(err, -EBADMSG, s->path, 0,
                            "is a database of another program; name another file with --db");
    if (version > cq_n_migrations)
        return cq_error_set(err, -ENOTSUP, s->path, 0,
                            "was written by a newer callqa (schema %d, this one knows %d); update callqa",
                            (int)version, cq_n_migrations);
    if (version < cq_n_migrations && !allow_older)
        return cq_error_set(err, -ENOTSUP, s->path, 0,
                            "was written by an older callqa (schema %d of %d); run 'callqa db upgrade'",
                            (int)version, cq_n_migrations);
    if (version > 0)
        r = verify_steps(s, (int)version, err);
    if (!r)
        *ret_version = (int)version;
    return r;
}

static int apply_step(struct cq_store *s, int i, struct cq_error *err)
{
    const struct cq_migration *m = &cq_migrations[i];
    char hex[CQ_HASH_HEX], pragma[64];
    sqlite3_stmt *st = NULL;
    int r = cq_db_exec(s, m->sql, err);
    if (r)
        return r;
    cq_hash_bytes(m->sql, strlen(m->sql), hex);
    int rc = sqlite3_prepare_v2(
        s->db, "INSERT INTO migrations(id, name, sha256, applied_s, program) VALUES(?, ?, ?, ?, ?)", -1, &st,
        NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int(st, 1, i + 1);
        sqlite3_bind_text(st, 2, m->name, -1, SQLITE_STATIC);
        sqlite3_bind_text(st, 3, hex, -1, SQLITE_STATIC);
        sqlite3_bind_int64(st, 4, cq_time_now_s());
        sqlite3_bind_text(st, 5, CQ_VERSION, -1, SQLITE_STATIC);
        rc = sqlite3_step(st);
    }
    r = cq_db_errno(rc) ? cq_db_fail(s, rc, err) : 0;
    sqlite3_finalize(st);
    if (r)
        return r;
    snprintf(pragma, sizeof pragma, "PRAGMA user_version = %d", i + 1);
    return cq_db_exec(s, pragma, err);
}

/* The step after `version`, unless another process has made it since. */
static int next_step(struct cq_store *s, struct cq_error *err)
{
    int now = 0;
    int r = cq_db_begin(s, err);
    if (r)
        return r;
    r = cq_schema_check(s, true, err, &now);
    if (!r && now == 0) {
        char pragma[64];
        snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d", CQ_STORE_APPLICATION_ID);
        r = cq_db_exec(s, pragma, err);
        if (!r)
            r = cq_db_exec(s,
                           "CREATE TABLE migrations(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                           " sha256 TEXT NOT NULL, applied_s INTEGER NOT NULL, program TEXT NOT NULL) STRICT",
                           err);
    }
    if (!r && now < cq_n_migrations)
        r = apply_step(s, now, err);
    return cq_db_end(s, r, err);
}

int cq_schema_migrate(struct cq_store *s, struct cq_error *err)
{
    int version = 0;
    int r = cq_schema_check(s, true, err, &version);
    for (; !r && version < cq_n_migrations; version++)
        r = next_step(s, err);
    return r;
}
