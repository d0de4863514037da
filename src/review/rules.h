/* review/rules.h - private: the rules of review.h as functions of records; no database. */
#ifndef CQ_REVIEW_RULES_H
#define CQ_REVIEW_RULES_H

#include "review/review.h"

/* Items of a new review from the machine's scorecard. Fills review->items. 0 or -ENOMEM. */
int cq_rules_begin(const struct cq_scorecard *card, struct cq_review *review);

/* May `who` go on with a draft? 0, -EPERM, -EINVAL. */
int cq_rules_own_draft(const struct cq_review *review, const char *who, struct cq_error *err);

/* Is this a score of the form's scale, in steps? 0 or -EINVAL. */
int cq_rules_score(const struct cq_rubric *rubric, double score, struct cq_error *err);

/* Is a text there (where needed) and not too long? `what` stands in the message. */
int cq_rules_text(const char *what, const char *text, bool needed, size_t max, struct cq_error *err);

/* Check a mark and write it into the review's item, which is *ret_item. */
int cq_rules_mark(const struct cq_rubric *rubric, struct cq_review *review, const struct cq_review_mark *mark,
                  struct cq_error *err, struct cq_review_item **ret_item);

/* Waits for somebody? Record and script items may: nobody reviews those. */
bool cq_rules_is_open(const struct cq_review_item *item);

/* Every open item closed? 0, or -ENODATA with their names. */
int cq_rules_complete(const struct cq_review *review, struct cq_error *err);

int cq_rules_may_dispute(const struct cq_review *review, struct cq_error *err);
int cq_rules_may_resolve(const struct cq_review *review, const char *who, struct cq_error *err);

/*
 * What counts of an item: the final score, else the reviewer's, else the machine's. CQ_MARK_SCORE with
 * *ret_score, CQ_MARK_NOT_APPLICABLE, CQ_MARK_NONE open.
 */
enum cq_mark cq_rules_counts(const struct cq_review_item *item, double *ret_score);

/* Total, coverage and partial of the review from what counts. 0 or -ENOMEM. */
int cq_rules_total(const struct cq_rubric *rubric, struct cq_review *review);

/* May `viewer` see the scores? `competes`: they have a draft of the same call and form. */
bool cq_rules_may_see(const struct cq_review *review, const char *viewer, bool competes);

/* Take out what may not be seen. */
void cq_rules_hide(struct cq_review *review, bool competes);
/* In a blind draft, the machine's scores. */
void cq_rules_hide_machine(struct cq_review *review);

#endif
