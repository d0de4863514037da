/*
 * store/reviews.h - reviews in and out of the database. What may be done with one, and by whom, is decided in
 * review/; these keep what they are given.
 */
#ifndef CQ_STORE_REVIEWS_H
#define CQ_STORE_REVIEWS_H

#include "callqa/review.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Keep a new review with its items (id, agent and call_duration_s are not looked at). -EEXIST: the reviewer has
 * one of this call and form already. */
int cq_reviews_insert(struct cq_store *store, const struct cq_review *review, struct cq_error *err,
                      int64_t *ret_id);

/* Everything of one. -ENOENT. *ret_review: cq_review_done(). */
int cq_reviews_load(struct cq_store *store, int64_t id, struct cq_error *err, struct cq_review *ret_review);

/* Write the head (state, remark, total, dispute, resolution) or one item back. The database itself refuses to
 * change a reviewer's marks once the review has left the draft. */
int cq_reviews_update(struct cq_store *store, const struct cq_review *review, struct cq_error *err);
int cq_reviews_update_item(struct cq_store *store, int64_t review, const struct cq_review_item *item,
                           struct cq_error *err);

/* Has this person a review of the call and form that is still a draft? */
int cq_reviews_has_draft(struct cq_store *store, int64_t call, const char *rubric, const char *version,
                         const char *reviewer, struct cq_error *err, bool *ret_has);

/* A row of the list: the head without items. Borrowed until the callback returns. */
struct cq_reviews_filter {
    int64_t call;         /* 0: any */
    int state;            /* enum cq_review_state; -1: any */
    const char *reviewer; /* NULL: any */
    const char *agent;    /* NULL: any */
    int64_t limit;        /* -1: all */
};

#define CQ_REVIEWS_FILTER_INIT                                                                                 \
    {                                                                                                          \
        .state = -1, .limit = -1                                                                               \
    }

/* Heads, the newest first. A negative return of the callback ends the list and is returned. */
int cq_reviews_list(struct cq_store *store, const struct cq_reviews_filter *filter,
                    int (*row)(void *user, const struct cq_review *review), void *user, struct cq_error *err);

/* What a review starts from: the call's scorecard by this form (NULL: the current one). -ENOENT without one.
 * *ret_card: cq_scorecard_done(). */
int cq_store_load_scorecard(struct cq_store *store, int64_t call, const char *rubric, const char *version,
                            struct cq_error *err, struct cq_scorecard *ret_card);

/*
 * The text of a form's version, kept when it is first reviewed with or published. Nothing but the very same
 * text is taken for a version later: -EEXIST.
 */
int cq_form_texts_keep(struct cq_store *store, const char *rubric, const char *version, const char *json,
                       struct cq_error *err);
/* -ENOENT where none is kept. *ret_json is malloc'd. */
int cq_form_texts_load(struct cq_store *store, const char *rubric, const char *version, struct cq_error *err,
                       char **ret_json);
/* Mark a kept version as published. -EALREADY where it is. */
int cq_form_texts_publish(struct cq_store *store, const char *rubric, const char *version, const char *who,
                          struct cq_error *err);
/* The version of a form that was published last. -ENOENT. *ret_version is malloc'd. */
int cq_form_texts_latest(struct cq_store *store, const char *rubric, struct cq_error *err, char **ret_version);

/* Keep which thresholds a version of a form scores under, where they are not those of the analyses; the same
 * text again is no change. -EEXIST another is kept. */
int cq_form_settings_keep(struct cq_store *store, const char *rubric, const char *version, const char *json,
                          struct cq_error *err);
/* -ENOENT the version has none. *ret_json is malloc'd. */
int cq_form_settings_load(struct cq_store *store, const char *rubric, const char *version, struct cq_error *err,
                          char **ret_json);

#endif
