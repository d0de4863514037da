/* store/samples.h - draws of calls to review, and who is to review them. */
#ifndef CQ_STORE_SAMPLES_H
#define CQ_STORE_SAMPLES_H

#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* What a draw needs to know of a call. *ret_agent is malloc'd, NULL unknown; severity -1: no flag. -ENOENT. */
int cq_samples_call(struct cq_store *store, int64_t call, struct cq_error *err, char **ret_agent,
                    int *ret_severity);
/* Is the call in a draw up to this one (INT64_MAX: in any)? */
int cq_samples_drawn(struct cq_store *store, int64_t call, int64_t last_sample, struct cq_error *err,
                     bool *ret_is);
/* The number of the newest draw; 0 without any. */
int cq_samples_last(struct cq_store *store, struct cq_error *err, int64_t *ret_id);

/* Keep a draw: `json` tells method, seed, quotas and calls to choose from. */
int cq_samples_add(struct cq_store *store, const char *who, const char *json, struct cq_error *err,
                   int64_t *ret_id);

/* A call of the draw; reviewer NULL: not assigned; due_s 0: no date. */
int cq_samples_assign(struct cq_store *store, int64_t sample, int64_t call, const char *reviewer, int64_t due_s,
                      struct cq_error *err);

/* Calls that wait for this reviewer: assigned, and no review of theirs is submitted. */
int cq_samples_open(struct cq_store *store, const char *reviewer, struct cq_error *err, int64_t *ret_n);

/* A call that was handed out. Borrowed until the callback returns. */
struct cq_assigned_row {
    int64_t sample;
    int64_t call;
    const char *agent;                                                     /* NULL: unknown */
    const char *reviewer;                                                  /* NULL: nobody */
    int64_t due_s;                                                         /* 0: no date */
    enum { CQ_ASSIGNED_WAITS, CQ_ASSIGNED_BEGUN, CQ_ASSIGNED_DONE } state; /* of that reviewer's review */
};

/* Calls handed out to a reviewer (NULL: to anybody) that are not done, the earliest due first. overdue_s: only
 * those due before this moment (0: all). A negative return of the callback ends the list and is returned. */
int cq_samples_waiting(struct cq_store *store, const char *reviewer, int64_t overdue_s,
                       int (*row)(void *user, const struct cq_assigned_row *row), void *user,
                       struct cq_error *err);

/* What one reviewer has been handed out. Borrowed likewise. */
struct cq_workload_row {
    const char *reviewer;
    int64_t handed_out, done, begun, waiting, overdue; /* overdue ones are begun or waiting */
};

/* Reviewers by name. now_s decides what is overdue. */
int cq_samples_workload(struct cq_store *store, int64_t now_s,
                        int (*row)(void *user, const struct cq_workload_row *row), void *user,
                        struct cq_error *err);

#endif
