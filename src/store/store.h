/* store/store.h - the database: the only place that knows SQL. */
#ifndef CQ_STORE_STORE_H
#define CQ_STORE_STORE_H

#include "callqa/analysis.h"
#include "callqa/error.h"

#include <stdbool.h>
#include <stdint.h>

struct cq_store; /* one connection; not for several threads at once */

enum cq_store_mode { CQ_STORE_READ, CQ_STORE_WRITE /* creates and migrates */ };

/*
 * Open (and for writing create and migrate) a database. Errors: -ENOENT, -EACCES, -EBADMSG not a callqa
 * database, -ENOTSUP written by a newer callqa, -EBUSY, -ENOSPC, -EIO; err says what to do.
 */
int cq_store_open(const char *path, enum cq_store_mode mode, struct cq_error *err, struct cq_store **ret_store);
struct cq_store *cq_store_close(struct cq_store *store);

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

/* Load everything but activity spans (talk, measures, scorecard, flags are there). *ret_a: cq_analysis_done().
 */
int cq_store_load(struct cq_store *store, int64_t call, struct cq_error *err, struct cq_analysis *ret_a);

#endif
