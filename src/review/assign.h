/* review/assign.h - hand calls out to those who are to review them. */
#ifndef CQ_REVIEW_ASSIGN_H
#define CQ_REVIEW_ASSIGN_H

#include "review/sample.h"
#include "store/store.h"

#define CQ_ASSIGN_MAX_REVIEWERS 200 /* in one go */
#define CQ_ASSIGN_MAX_CALLS 100000  /* likewise */

/* Which call goes to whom. All is borrowed. */
struct cq_assign {
    const char *who;                    /* who decides it */
    const struct cq_sample_call *calls; /* those that are `taken` */
    size_t n_calls;
    const char *const *reviewers;
    size_t n_reviewers;
    const size_t *reviewer; /* a call's reviewer, n_reviewers: nobody (cq_assign_spread() tells) */
    int64_t due_s;          /* 0: no date */
    const char *json;       /* how the calls were chosen */
    const char *action;     /* of the entry in the audit: "sample.draw" */
};

/*
 * Give each taken call to the reviewer with the fewest calls waiting, never to its own agent. reviewer[i] gets
 * the index for calls[i].
 */
int cq_assign_spread(struct cq_store *store, const struct cq_sample_call *calls, size_t n_calls,
                     const char *const *reviewers, size_t n_reviewers, struct cq_error *err, size_t *reviewer);

/* Keep it, with its entry in the audit, in one transaction. */
int cq_assign_keep(struct cq_store *store, const struct cq_assign *a, struct cq_error *err, int64_t *ret_id);

#endif
