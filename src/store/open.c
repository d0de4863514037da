/*
 * Opening a database.
 *
 * WAL: readers (reviewers, reports) never wait for the writer. synchronous = FULL: every commit is on the disk
 * before the save returns, because whoever moves or deletes a recording after its analysis relies on the stored
 * result to survive a power cut. It costs one fsync a call, milliseconds beside an analysis of tens of
 * milliseconds; many calls in one transaction (cq_store_begin) share it.
 */
#include "store/schema.h"

#include "base/error.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 10000
/* In KiB (negative says so), taken as it is needed. A reader that filters a million calls by a measure goes
 * through many pages; a writer works beside an analysis and stays small. */
#define READ_CACHE_PRAGMA "PRAGMA cache_size = -262144"
#define WRITE_CACHE_PRAGMA "PRAGMA cache_size = -16384"

struct cq_store *cq_store_close(struct cq_store *store)
{
    if (!store)
        return NULL;
    cq_db_finalize_all(store);
    sqlite3_close(store->db);
    free(store->measures_insert);
    free(store->measures_select);
    free(store->flagged_insert);
    free(store->path);
    free(store);
    return NULL;
}

/* SQLite says "unable to open" to everything; the file system knows better. */
static int explain_open(const char *path, bool write, bool create, int rc, struct cq_error *err)
{
    struct stat sb;
    bool there = stat(path, &sb) == 0;
    if (there && S_ISDIR(sb.st_mode))
        return cq_error_set(err, -EISDIR, path, 0, "is a folder; name a file with --db");
    if (!there && errno == EACCES)
        return cq_error_set(err, -EACCES, path, 0, "no permission to enter its folder");
    if (!there && !create)
        return cq_error_set(err, -ENOENT, path, 0,
                            "there is no such database; 'callqa analyze' makes one, --db names another");
    if (there && access(path, write ? R_OK | W_OK : R_OK))
        return cq_error_set(err, -EACCES, path, 0, "no permission to %s it", write ? "write" : "read");
    if (!there)
        return cq_error_set(err, -EACCES, path, 0,
                            "cannot be made; check that its folder is there and may be written");
    return cq_error_set(err, cq_db_errno(rc), path, 0, "cannot be opened (%s)", sqlite3_errstr(rc));
}

static int open_file(struct cq_store *s, bool create, struct cq_error *err)
{
    int flags = s->write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    if (create)
        flags |= SQLITE_OPEN_CREATE;
    int rc = sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return explain_open(s->path, s->write, create, rc, err);
    sqlite3_extended_result_codes(s->db, 1);
    sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
    return 0;
}

/* A reader needs every measure's column; a database of an older program lacks the newest. */
static int check_columns(struct cq_store *s, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "SELECT count(*) FROM pragma_table_info('measures')");
    int64_t n = 0;
    int r = cq_db_one_int(&q, err, &n);
    if (!r && n < CQ_N_MEASURES + 2)
        return cq_error_set(err, -ENOTSUP, s->path, 0,
                            "lacks measures that this callqa knows; run 'callqa db upgrade'");
    return r;
}

static int prepare(struct cq_store *s, struct cq_error *err)
{
    int version = 0;
    int r = cq_db_exec(s, s->write ? WRITE_CACHE_PRAGMA : READ_CACHE_PRAGMA, err);
    if (!r)
        r = cq_schema_check(s, s->write, err, &version);
    if (r == -EACCES && !s->write) /* a reader of a WAL database shares an index file with its writer */
        return cq_error_set(err, r, s->path, 0,
                            "can only be read where its folder may be written to; ask for that, or copy the "
                            "database to a folder of your own");
    if (r)
        return r;
    if (!s->write)
        return check_columns(s, err);
    r = cq_db_exec(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", err);
    if (!r)
        r = cq_schema_migrate(s, err);
    if (!r)
        r = cq_schema_sync(s, err);
    return r;
}

int cq_store_open(const char *path, enum cq_store_mode mode, struct cq_error *err, struct cq_store **ret_store)
{
    struct cq_store *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->write = mode != CQ_STORE_READ;
    s->path = cq_str_dup(path);
    int r = s->path ? open_file(s, mode == CQ_STORE_WRITE, err) : -ENOMEM;
    if (!r)
        r = prepare(s, err);
    if (r) {
        cq_store_close(s);
        return r;
    }
    *ret_store = s;
    return 0;
}

int cq_store_begin(struct cq_store *store, struct cq_error *err)
{
    return cq_db_begin(store, err);
}

int cq_store_commit(struct cq_store *store, struct cq_error *err)
{
    return cq_db_end(store, 0, err);
}

void cq_store_rollback(struct cq_store *store)
{
    if (store->depth)
        (void)cq_db_end(store, -ECANCELED, NULL);
}

void cq_store_interrupt(struct cq_store *store)
{
    sqlite3_interrupt(store->db);
}
