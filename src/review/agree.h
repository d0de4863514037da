/* review/agree.h - agreement of the reviews in the database: per item of a form, and over all items. */
#ifndef CQ_REVIEW_AGREE_H
#define CQ_REVIEW_AGREE_H

#include "review/agreement.h"
#include "store/store.h"

/* `item` NULL: all items together, and the last row. Borrowed until the callback returns. */
struct cq_agree_row {
    const char *item;
    struct cq_agreement between;   /* each two reviewers of a call */
    struct cq_agreement machine;   /* of the machine with each review */
    struct cq_agreement reviewers; /* of the reviewers of a call with each other */
};

/* Items in the order of their ids. A non-zero return of the callback ends it and is returned. */
int cq_agree_each(struct cq_store *store, const char *rubric, const char *version,
                  int (*row)(void *user, const struct cq_agree_row *row), void *user, struct cq_error *err);

#endif
