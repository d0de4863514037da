#include "callqa/review.h"

#include <stdlib.h>
#include <string.h>

void cq_review_done(struct cq_review *review)
{
    if (!review)
        return;
    for (size_t i = 0; i < review->n_items; i++) {
        free(review->items[i].id);
        free(review->items[i].remark);
        free(review->items[i].reason);
    }
    free(review->items);
    free(review->agent);
    free(review->rubric);
    free(review->version);
    free(review->reviewer);
    free(review->remark);
    free(review->disputed_by);
    free(review->dispute);
    free(review->resolved_by);
    free(review->resolution);
    free(review->critical);
    *review = (struct cq_review){0};
}

struct cq_review_item *cq_review_item_of(const struct cq_review *review, const char *id)
{
    for (size_t i = 0; i < review->n_items; i++) {
        if (!strcmp(review->items[i].id, id))
            return &review->items[i];
    }
    return NULL;
}

const char *cq_review_state_name(enum cq_review_state state)
{
    switch (state) {
    case CQ_REVIEW_DRAFT:
        return "draft";
    case CQ_REVIEW_SUBMITTED:
        return "submitted";
    case CQ_REVIEW_DISPUTED:
        return "disputed";
    case CQ_REVIEW_RESOLVED:
        return "resolved";
    }
    return "draft";
}

const char *cq_mark_name(enum cq_mark mark)
{
    switch (mark) {
    case CQ_MARK_NONE:
        return "none";
    case CQ_MARK_SCORE:
        return "score";
    case CQ_MARK_NOT_APPLICABLE:
        return "not_applicable";
    }
    return "none";
}
