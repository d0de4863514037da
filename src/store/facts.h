/* store/facts.h - what side-cars say, kept by the recording that they speak of; and where calls' files lie. */
#ifndef CQ_STORE_FACTS_H
#define CQ_STORE_FACTS_H

#include "store/store.h"

struct cq_fact {
    char *name;
    char *value;
};

#define CQ_FACTS_MAX 32 /* of one call */

struct cq_facts {
    struct cq_fact v[CQ_FACTS_MAX];
    size_t n;
    char *source; /* the side-car that ranks highest of those that say them; NULL */
};

/* Set by name: a later value takes the place of an earlier one. -ENOSPC where there are too many, -ENOMEM. */
int cq_facts_set(struct cq_facts *f, const char *name, const char *value);
const char *cq_facts_get(const struct cq_facts *f, const char *name); /* NULL where there is none */
void cq_facts_done(struct cq_facts *f);

/*
 * Rows of side-cars. A side-car file has a rank (a folder's table below a file of the recording's own) and says
 * something of one or many recordings of its folder, each known by name without extension. A reading begins
 * with begin, puts what the file says, and sweeps what it no longer says. It may be done in several
 * transactions: one that is broken off is done again from its beginning.
 */
struct cq_sidecar_reading {
    int64_t id; /* of the file */
    int64_t reading;
};
int cq_sidecar_begin(struct cq_store *store, const char *sidecar_path, const char *dir, int rank,
                     struct cq_error *err, struct cq_sidecar_reading *ret_reading);
/* *ret_changed: an earlier reading said something else, or nothing. */
int cq_sidecar_put(struct cq_store *store, const struct cq_sidecar_reading *reading, const char *stem,
                   const struct cq_facts *facts, struct cq_error *err, bool *ret_changed);
/* Forget at most `limit` rows that this reading has not put; the names of their recordings are handed out
 * first. *ret_n: how many there were. */
int cq_sidecar_sweep(struct cq_store *store, const struct cq_sidecar_reading *reading, size_t limit,
                     int (*gone)(void *user, const char *stem), void *user, struct cq_error *err,
                     size_t *ret_n);

/* All that side-cars say of a recording; what ranks higher is written over what ranks lower. */
int cq_sidecar_lookup(struct cq_store *store, const char *dir, const char *stem, struct cq_error *err,
                      struct cq_facts *ret_facts);

/* A stored file was moved (`to`) or removed (NULL): its path follows, or is marked as removed. */
int cq_call_path_moved(struct cq_store *store, int64_t call, const char *from, const char *to,
                       struct cq_error *err);

/* Another path that stands for the call. */
int cq_call_path_add(struct cq_store *store, int64_t call, const char *path, struct cq_error *err);

/* Forget a call that is known by no other path than this one. */
int cq_call_delete_alone(struct cq_store *store, int64_t call, const char *path, struct cq_error *err);

/* Forget a call and all that is known of it. -ENOENT. */
int cq_store_delete_call(struct cq_store *store, int64_t call, struct cq_error *err);

#endif
