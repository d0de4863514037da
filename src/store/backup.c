#include "store/db.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PAGES_A_STEP 4096 /* 16 MB: writers get a turn between steps */
#define BUSY_PAUSE_MS 50
#define MAX_BUSY_STEPS 1200 /* a minute of a locked source */

static int copy_all(struct cq_store *s, sqlite3 *to, struct cq_error *err)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", s->db, "main");
    int rc, busy = 0;
    if (!b)
        return cq_error_set(err, cq_db_errno(sqlite3_errcode(to)), NULL, 0, "cannot begin the backup: %s",
                            sqlite3_errmsg(to));
    do {
        rc = sqlite3_backup_step(b, PAGES_A_STEP);
        if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
            sqlite3_sleep(BUSY_PAUSE_MS);
            if (++busy == MAX_BUSY_STEPS)
                break;
            rc = SQLITE_OK;
        }
    } while (rc == SQLITE_OK);
    sqlite3_backup_finish(b);
    if (rc == SQLITE_DONE)
        return 0;
    return cq_error_set(err, cq_db_errno(rc), NULL, 0, "the backup stopped: %s", sqlite3_errstr(rc));
}

/* The copy must stand alone: out of WAL mode, so that it is one file, and on the disk. */
static int finish_copy(sqlite3 *to, struct cq_error *err)
{
    int rc = sqlite3_exec(to, "PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : cq_error_set(err, cq_db_errno(rc), NULL, 0, "%s", sqlite3_errmsg(to));
}

int cq_store_backup(struct cq_store *store, const char *path, struct cq_error *err)
{
    /* made here, and only here: an existing file is never written over */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        int code = -errno;
        if (code == -EEXIST)
            return cq_error_set(err, code, path, 0, "is there already; name a new file for the backup");
        return cq_error_set(err, code, path, 0, "cannot be made: %s", cq_error_name(code));
    }
    close(fd);
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    int r = rc == SQLITE_OK ? copy_all(store, to, err)
                            : cq_error_set(err, cq_db_errno(rc), path, 0, "%s", sqlite3_errstr(rc));
    if (!r)
        r = finish_copy(to, err);
    sqlite3_close(to);
    if (r)
        unlink(path);
    return r;
}

int cq_store_vacuum(struct cq_store *store, struct cq_error *err)
{
    int r = cq_db_exec(store, "VACUUM", err);
    if (!r)
        r = cq_db_exec(store, "PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)", err);
    return r;
}
