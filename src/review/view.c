/* What counts of a review, and what whom may be shown. */
#include "review/rules.h"

#include "base/str.h"
#include "rubric/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Was this item failed in a way that the whole form can't outweigh? */
static int note_critical(const struct cq_rubric_item *item, const struct cq_item_score *score,
                         struct cq_review *review)
{
    if (!item->critical.is || score->state != CQ_ITEM_SCORED || score->score > item->critical.at_most)
        return 0;
    char *all = review->critical ? cq_str_format("%s,%s", review->critical, item->id) : cq_str_dup(item->id);
    if (!all)
        return -ENOMEM;
    free(review->critical);
    review->critical = all;
    return 0;
}

int cq_rules_total(const struct cq_rubric *rubric, struct cq_review *review)
{
    struct cq_scorecard card = {.n_items = rubric->n_items, .n_sections = rubric->n_sections};
    card.items = calloc(rubric->n_items ? rubric->n_items : 1, sizeof *card.items);
    card.sections = calloc(rubric->n_sections ? rubric->n_sections : 1, sizeof *card.sections);
    int r = card.items && card.sections ? 0 : -ENOMEM;
    for (size_t i = 0; !r && i < rubric->n_items; i++) {
        const struct cq_review_item *item = cq_review_item_of(review, rubric->items[i].id);
        double score = 0;
        enum cq_mark mark = item ? cq_rules_counts(item, &score) : CQ_MARK_NONE;
        card.items[i].state = mark == CQ_MARK_SCORE            ? CQ_ITEM_SCORED
                              : mark == CQ_MARK_NOT_APPLICABLE ? CQ_ITEM_NOT_APPLICABLE
                                                               : CQ_ITEM_OPEN;
        card.items[i].score = score;
    }
    if (!r) {
        cq_rubric_total(rubric, &card);
        review->partial = card.partial;
        review->has_total = card.has_total;
        review->total = card.total;
        review->coverage = card.coverage;
        r = cq_str_set(&review->critical, NULL);
    }
    for (size_t i = 0; !r && i < rubric->n_items; i++)
        r = note_critical(&rubric->items[i], &card.items[i], review);
    free(card.items);
    free(card.sections);
    return r;
}

bool cq_rules_may_see(const struct cq_review *review, const char *viewer, bool competes)
{
    if (viewer && !strcmp(review->reviewer, viewer))
        return true;
    return review->state != CQ_REVIEW_DRAFT && !competes;
}

void cq_rules_hide(struct cq_review *review, bool competes)
{
    for (size_t i = 0; i < review->n_items; i++) {
        free(review->items[i].id);
        free(review->items[i].remark);
        free(review->items[i].reason);
    }
    free(review->items);
    review->items = NULL;
    review->n_items = 0;
    review->has_total = review->partial = false;
    review->total = review->coverage = 0;
    char **const texts[] = {&review->critical,
                            &review->remark,
                            &review->dispute,
                            &review->resolution,
                            &review->disputed_by,
                            &review->resolved_by,
                            competes ? &review->reviewer : NULL};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i]) {
            free(*texts[i]);
            *texts[i] = NULL;
        }
    }
}

void cq_rules_hide_machine(struct cq_review *review)
{
    for (size_t i = 0; i < review->n_items; i++) {
        struct cq_review_item *item = &review->items[i];
        if (item->machine_state == CQ_ITEM_SCORED || item->machine_state == CQ_ITEM_PROPOSED)
            item->machine_state = CQ_ITEM_OPEN;
        item->machine_score = (double)NAN;
    }
}
