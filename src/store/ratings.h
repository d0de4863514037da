/* store/ratings.h - scores of the same item of the same call by machine and persons, for measuring agreement.
 */
#ifndef CQ_STORE_RATINGS_H
#define CQ_STORE_RATINGS_H

#include "store/store.h"

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

#endif
