/* store/ratings.h - scores of the same item of the same call by machine and persons, for measuring agreement.
 */
#ifndef CQ_STORE_RATINGS_H
#define CQ_STORE_RATINGS_H

#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* A person's own score of an item (before any dispute), beside the machine's, NAN where it had none. Borrowed
 * until the callback returns. */
struct cq_rating_row {
    const char *item;
    int64_t call;
    const char *reviewer;
    double score;
    double machine;
};

/* Submitted, disputed and resolved reviews by a form; items that were scored, not left to the machine. By item
 * and call. */
int cq_ratings_list(struct cq_store *store, const char *rubric, const char *version,
                    int (*row)(void *user, const struct cq_rating_row *row), void *user, struct cq_error *err);

/* What an item of a call came to by its reviewers: the mean of final scores where a dispute gave them, else of
 * what the reviewers gave. Borrowed until the callback returns. */
struct cq_reviewed_row {
    int64_t call;
    const char *agent; /* NULL: unknown */
    const char *item;
    double score;
    int64_t n_reviews;
    int64_t n_blind; /* of these, made without seeing the machine's score */
};

/*
 * Scored items of submitted and resolved reviews by any version of a form, of calls that can be judged; items
 * left to the machine and open disputes don't count. blind_only: blind reviews alone. By call and item.
 */
int cq_ratings_reviewed(struct cq_store *store, const char *rubric, bool blind_only,
                        int (*row)(void *user, const struct cq_reviewed_row *row), void *user,
                        struct cq_error *err);

#endif
