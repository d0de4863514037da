/* store/store.h - the database: the only place that knows SQL. */
#ifndef CQ_STORE_STORE_H
#define CQ_STORE_STORE_H

#include "callqa/analysis.h"
#include "callqa/error.h"

#include <stdbool.h>
#include <stdint.h>

struct cq_store; /* one connection; not for several threads at once */

enum cq_store_mode {
    CQ_STORE_READ,
    CQ_STORE_EDIT, /* writes what is there, and migrates it; -ENOENT where nothing is */
    CQ_STORE_WRITE /* the same, and creates */
};

/*
 * Open (and for writing migrate) a database. Errors: -ENOENT, -EACCES, -EBADMSG not a callqa
 * database, -ENOTSUP written by a newer callqa, -EBUSY, -ENOSPC, -EIO; err says what to do.
 */
int cq_store_open(const char *path, enum cq_store_mode mode, struct cq_error *err, struct cq_store **ret_store);
struct cq_store *cq_store_close(struct cq_store *store);

/*
 * Several saves in one transaction: they become visible, and durable, together. Each save inside is still whole
 * or not at all. Nothing but these and the calls that write may stand between begin and commit.
 */
int cq_store_begin(struct cq_store *store, struct cq_error *err);
int cq_store_commit(struct cq_store *store, struct cq_error *err);
void cq_store_rollback(struct cq_store *store);

/* Make a statement that runs in another thread end with -ECANCELED. The one function that may be called there,
 * and from a signal handler. */
void cq_store_interrupt(struct cq_store *store);

enum cq_saved { CQ_SAVED_NEW, CQ_SAVED_SAME /* content known: nothing changed */, CQ_SAVED_REPLACED };

/*
 * Keep one analysis, in one transaction. A content hash that is known already changes nothing but the list of
 * its paths, unless `force` replaces the analysis. *ret_call is the call's id either way.
 */
int cq_store_save(struct cq_store *store, const struct cq_analysis *a, bool force, struct cq_error *err,
                  int64_t *ret_call, enum cq_saved *ret_saved);

/* The call with this content hash: 0 with its id, -ENOENT. */
int cq_store_find_hash(struct cq_store *store, const char *sha256, int64_t *ret_call);

/* A call by what a person types: its number, an unambiguous hash prefix (>= 4 digits), or its path or file
 * name. -ENOENT, -EEXIST ambiguous (err lists). */
int cq_store_find_call(struct cq_store *store, const char *key, struct cq_error *err, int64_t *ret_call);

/*
 * Where the recording of a call lies now: the first of its paths that is a readable file, the one that was
 * analysed before others. A path that was stored as relative is looked for from the current folder, then from
 * the database's. Returns 0 with a malloc'd path, or -ENOENT with the path it should have.
 */
int cq_store_find_recording(struct cq_store *store, int64_t call, struct cq_error *err, char **ret_path);

/* Load everything but activity spans and peaks (talk, measures, scorecard, flags are there). *ret_a:
 * cq_analysis_done().
 */
int cq_store_load(struct cq_store *store, int64_t call, struct cq_error *err, struct cq_analysis *ret_a);

/* What was learnt of the call after its analysis (a side-car that came late): replaces all of it. -ENOENT. */
int cq_store_set_info(struct cq_store *store, int64_t call, const struct cq_call_info *info,
                      struct cq_error *err);

/*
 * Keep another scorecard of a call that is stored, and make it the current one: the one that lists, filters and
 * cq_store_load() use. One with the same rubric and version is replaced, others stay. -ENOENT.
 */
int cq_store_save_scorecard(struct cq_store *store, int64_t call, const struct cq_scorecard *card,
                            struct cq_error *err);
/* The same without making it the current one. */
int cq_store_save_scorecard_beside(struct cq_store *store, int64_t call, const struct cq_scorecard *card,
                                   struct cq_error *err);

/*
 * Check the file's integrity, its references and the rules between tables. Each problem is told as one line (at
 * most a hundred); *ret_problems counts them. Negative errno only where the check itself could not be done.
 */
int cq_store_check(struct cq_store *store, void (*tell)(void *user, const char *problem), void *user,
                   struct cq_error *err, int64_t *ret_problems);

struct cq_store_stats {
    int64_t calls, unscorable, flagged;
    int64_t schema; /* its version */
    int64_t bytes;  /* of the database file */
};

int cq_store_stats(struct cq_store *store, struct cq_error *err, struct cq_store_stats *ret_stats);

/* Copy a database that may be in use to a new file, one that stands alone. -EEXIST where `path` exists. */
int cq_store_backup(struct cq_store *store, const char *path, struct cq_error *err);

/* Rewrite the file without the space of deleted rows. Needs as much free disk again, and no other writer. */
int cq_store_vacuum(struct cq_store *store, struct cq_error *err);

#endif
