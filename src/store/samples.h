/* store/samples.h - draws of calls to review, and who is to review them. */
#ifndef CQ_STORE_SAMPLES_H
#define CQ_STORE_SAMPLES_H

#include "store/store.h"

#include <stdint.h>

/* What a draw needs to know of a call. *ret_agent is malloc'd, NULL unknown; severity -1: no flag. -ENOENT. */
int cq_samples_call(struct cq_store *store, int64_t call, struct cq_error *err, char **ret_agent,
                    int *ret_severity);

/* Keep a draw: `json` tells method, seed, quotas and calls to choose from. */
int cq_samples_add(struct cq_store *store, const char *who, const char *json, struct cq_error *err,
                   int64_t *ret_id);

/* A call of the draw; reviewer NULL: not assigned; due_s 0: no date. */
int cq_samples_assign(struct cq_store *store, int64_t sample, int64_t call, const char *reviewer, int64_t due_s,
                      struct cq_error *err);

/* Calls that wait for this reviewer: assigned, and no review of theirs is submitted. */
int cq_samples_open(struct cq_store *store, const char *reviewer, struct cq_error *err, int64_t *ret_n);

#endif
