/* review/record.h - private: reviews as entries of the audit. */
#ifndef CQ_REVIEW_RECORD_H
#define CQ_REVIEW_RECORD_H

#include "base/str.h"
#include "callqa/review.h"
#include "store/store.h"

/* The state of a review, or of one item (NULL: nothing), as JSON. Appends. */
void cq_record_head_json(const struct cq_review *review, struct cq_str *out);
void cq_record_item_json(const struct cq_review_item *item, struct cq_str *out);

/* Append "review:ID" with what it was (`before` may be NULL) and what it is. */
int cq_record_head(struct cq_store *store, const char *who, const char *action, const struct cq_str *before,
                   const struct cq_review *review, struct cq_error *err);
int cq_record_item(struct cq_store *store, const char *who, const char *action, int64_t review,
                   const struct cq_str *before, const struct cq_review_item *item, struct cq_error *err);

#endif
