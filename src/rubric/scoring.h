/* rubric/scoring.h - one scoring in progress. Private to rubric. */
#ifndef CQ_RUBRIC_SCORING_H
#define CQ_RUBRIC_SCORING_H

#include "base/str.h"
#include "rubric/model.h"

struct scoring {
    const struct cq_rubric *rubric;
    const struct cq_talk *talk;
    bool diarized;
    struct cq_measure_source from;
};

struct cq_evidences {
    struct cq_evidence *v;
    size_t n;
    size_t cap;
};

/* Score one item into *out, zeroed before. Returns 0 or -ENOMEM; what was put in is freed with the card. */
int cq_scoring_item(const struct scoring *s, const struct cq_rubric_item *item, struct cq_item_score *out);

/* The flags of the form, and those of critical items that failed. Returns 0 or -ENOMEM. */
int cq_scoring_flags(const struct scoring *s, struct cq_scorecard *card);

/* Whether every minimum is reached; the first that isn't goes to *ret_lacks. */
bool cq_scoring_minimums_met(const struct scoring *s, const struct cq_minimums *min,
                             const struct cq_minimum **ret_lacks);

/*
 * The call's moments that any of `lists` takes, each once, by start; where there are more than
 * CQ_RUBRIC_MAX_EVIDENCE the longest are kept. Returns 0 or -ENOMEM.
 */
int cq_scoring_evidence(const struct scoring *s, const struct cq_filters *const lists[], size_t n_lists,
                        struct cq_evidences *ret_e);

/* v with at most three decimals, appended. */
void cq_scoring_add_number(struct cq_str *out, double v);

#endif
