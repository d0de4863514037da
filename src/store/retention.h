/* store/retention.h - calls of a watched source that are older than they have to be kept. */
#ifndef CQ_STORE_RETENTION_H
#define CQ_STORE_RETENTION_H

#include "store/store.h"

struct cq_old_query {
    const char *source;
    int64_t before_s;  /* began (or where that is unknown, was stored) before this */
    bool keep_flagged; /* flagged calls are exempt; calls of examples marked `keep` always are */
    bool with_audio;   /* only calls with a file that is not known to be removed */
    int64_t after;     /* calls with a larger number than this */
};

/* Up to `limit` such calls in the order of their numbers. */
int cq_retention_calls(struct cq_store *store, const struct cq_old_query *q, size_t limit, struct cq_error *err,
                       int64_t *ret_calls, size_t *ret_n);

/* The paths of a call that are not known to be removed; at most `limit`, each the caller's. */
int cq_retention_paths(struct cq_store *store, int64_t call, size_t limit, struct cq_error *err,
                       char **ret_paths, size_t *ret_n);

#endif
