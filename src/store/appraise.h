/*
 * store/appraise.h - what an appraisal rests on. What counts of a call's item: the mean of the experts' reviews
 * of it, else of all reviews (submitted or resolved ones; a disputed one waits), else the machine's score.
 */
#ifndef CQ_STORE_APPRAISE_H
#define CQ_STORE_APPRAISE_H

#include "store/store.h"

#include <stdint.h>

struct cq_appraise_filter {
    const char *rubric;
    const char *version;
    const char *agent; /* NULL: any; the same for the two below */
    const char *department;
    const char *queue;
    int64_t since_s;
    int64_t until_s;
};

/* An item of a call. Texts are borrowed until the callback returns. */
struct cq_appraise_row {
    int64_t call;
    const char *agent; /* may be NULL */
    int64_t started_s;
    const char *item;
    double score;  /* NAN: none */
    int n_reviews; /* that it rests on; 0: the machine's */
    bool expert;
};

/* By agent, start and call; the items of a call in the order of the form. */
int cq_appraise_items(struct cq_store *store, const struct cq_appraise_filter *filter,
                      int (*row)(void *user, const struct cq_appraise_row *row), void *user,
                      struct cq_error *err);

/* What the reviewers remarked, the newest first. */
struct cq_appraise_remark {
    int64_t call;
    const char *item;
    const char *remark;
    const char *reviewer;
};

int cq_appraise_remarks(struct cq_store *store, const struct cq_appraise_filter *filter,
                        int (*row)(void *user, const struct cq_appraise_remark *remark), void *user,
                        struct cq_error *err);

/* Flags of the period's calls by this form, the gravest first. */
int cq_appraise_flags(struct cq_store *store, const struct cq_appraise_filter *filter,
                      int (*row)(void *user, const char *flag, int severity, int64_t n_calls), void *user,
                      struct cq_error *err);

/* The longest moments that a call's scores by this form rest on, at most `limit`. */
struct cq_appraise_moment {
    const char *item;
    const char *event; /* its word */
    double start_s, end_s;
};

int cq_appraise_moments(struct cq_store *store, const struct cq_appraise_filter *filter, int64_t call,
                        int limit, int (*row)(void *user, const struct cq_appraise_moment *moment), void *user,
                        struct cq_error *err);

/* Sums over the period's calls. */
struct cq_appraise_facts {
    int64_t calls; /* all of them, also unscorable ones */
    int64_t unscorable;
    int64_t disputed; /* reviews that wait for a decision */
    int64_t drafts;
    double early_cut_ins, restarts, cut_in_cost_s; /* by the agent: what cutting in costs */
    double customer_speech_s;
};

int cq_appraise_sums(struct cq_store *store, const struct cq_appraise_filter *filter, struct cq_error *err,
                     struct cq_appraise_facts *ret_facts);

#endif
