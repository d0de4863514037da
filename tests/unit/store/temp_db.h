/* temp_db.h - a database of its own for each test. */
#ifndef CQ_TEST_TEMP_DB_H
#define CQ_TEST_TEMP_DB_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct temp_db {
    char dir[64];
    char path[96];
};

static inline void temp_db_init(struct temp_db *t)
{
    static const char pattern[] = "/tmp/callqa-test-XXXXXX";
    memcpy(t->dir, pattern, sizeof pattern);
    if (!mkdtemp(t->dir))
        abort();
    snprintf(t->path, sizeof t->path, "%s/calls.db", t->dir);
}

/* What SQLite and the tests leave beside the database goes too. */
static inline void temp_db_done(struct temp_db *t)
{
    static const char *const tails[] = {"", "-wal", "-shm", "-journal", ".bak", ".bak-journal", ".bak-wal"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", t->path, tails[i]);
        unlink(path);
    }
    rmdir(t->dir);
}

#endif
