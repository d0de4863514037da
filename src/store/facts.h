/*
 * store/facts.h - what side-cars say, kept by the recording that they speak of, and what of it goes with a
 * call.
 */
#ifndef CQ_STORE_FACTS_H
#define CQ_STORE_FACTS_H

#include "store/store.h"

/* Names of facts that are no member of struct cq_call_info; docs/watch.md has their meaning. */
#define CQ_FACT_NAMES "ticket", "priority", "promise", "resolution", "csat", "reason"

struct cq_fact {
    char *name;
    char *value;
};

#define CQ_FACTS_MAX 32 /* of one call */

struct cq_facts {
    struct cq_fact v[CQ_FACTS_MAX];
    size_t n;
};

/* Set by name: a later value takes the place of an earlier one. -ENOSPC where there are too many, -ENOMEM. */
int cq_facts_set(struct cq_facts *f, const char *name, const char *value);
const char *cq_facts_get(const struct cq_facts *f, const char *name); /* NULL where there is none */
void cq_facts_done(struct cq_facts *f);

/*
 * Rows of side-cars. A side-car file has a rank (a folder's table below a file of the recording's own) and says
 * something of one or many recordings of its folder, each known by name without extension. Begin with forget,
 * which drops what the same file said before.
 */
int cq_sidecar_forget(struct cq_store *store, const char *sidecar_path, struct cq_error *err);
int cq_sidecar_add(struct cq_store *store, const char *sidecar_path, int rank, const char *dir,
                   const char *stem, const struct cq_facts *facts, struct cq_error *err);

/* All that side-cars say of a recording; what ranks higher is written over what ranks lower. */
int cq_sidecar_lookup(struct cq_store *store, const char *dir, const char *stem, struct cq_error *err,
                      struct cq_facts *ret_facts);

/* The facts of a call: replaces all of them. */
int cq_call_facts_save(struct cq_store *store, int64_t call, const struct cq_facts *facts,
                       struct cq_error *err);
int cq_call_facts_load(struct cq_store *store, int64_t call, struct cq_error *err, struct cq_facts *ret_facts);

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
