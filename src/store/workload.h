/* store/workload.h - what reviewers have to do and have done, and which forms they review by. */
#ifndef CQ_STORE_WORKLOAD_H
#define CQ_STORE_WORKLOAD_H

#include "store/store.h"

/* One person; texts are borrowed until the callback returns. */
struct cq_workload {
    const char *name;
    const char *title; /* "" where it is nobody who logs in */
    int64_t open;      /* assigned, not submitted */
    int64_t overdue;   /* of those, with a day that has passed */
    int64_t drafts;
    int64_t submitted; /* in the span asked for */
    int64_t disputed;  /* of all their reviews, waiting for a decision */
};

/* Everybody who may review, has reviewed or is to, by name; at most 500. */
int cq_workload_each(struct cq_store *s, int64_t since_s, int64_t until_s, int64_t now_s,
                     int (*row)(void *user, const struct cq_workload *w), void *user, struct cq_error *err);

/* A form's version by which reviews were submitted; the one with most first. */
int cq_workload_forms(struct cq_store *s,
                      int (*row)(void *user, const char *rubric, const char *version, int64_t reviews),
                      void *user, struct cq_error *err);

/* A number that changes whenever a review is submitted. */
int cq_workload_stamp(struct cq_store *s, struct cq_error *err, int64_t *ret_stamp);

#endif
