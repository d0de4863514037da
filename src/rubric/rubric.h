/* rubric/rubric.h - rubric files, and scoring a call with one. */
#ifndef CQ_RUBRIC_RUBRIC_H
#define CQ_RUBRIC_RUBRIC_H

#include "callqa/error.h"
#include "callqa/metrics.h"
#include "callqa/scorecard.h"
#include "callqa/talk.h"

#include <stdbool.h>
#include <stddef.h>

struct cq_rubric; /* opaque, immutable once parsed, may be shared by threads */

/* Parse and check a rubric file's text; `name` stands in errors. -EBADMSG with file:line, -ENOMEM. */
int cq_rubric_parse(const char *name, const char *text, size_t n, struct cq_error *err,
                    struct cq_rubric **ret_rubric);
struct cq_rubric *cq_rubric_free(struct cq_rubric *r);

const char *cq_rubric_id(const struct cq_rubric *r);
const char *cq_rubric_version(const struct cq_rubric *r);

/*
 * Label of a section, an item, an indicator, a flag or a header field in `lang` ("en", "zh-CN", "zh-TW"); falls
 * back to another variety of the language, then to en. `id` NULL is the form's own title. Never NULL: an id
 * without a label is its own label.
 */
const char *cq_rubric_label(const struct cq_rubric *r, const char *id, const char *lang);

/* A remark of the form's caps and rules, given as its English text, in `lang`; `english` itself where there is
 * none. */
const char *cq_rubric_translate(const struct cq_rubric *r, const char *english, const char *lang);

/*
 * Score one call. diarized: indicators that a mixed recording cannot support do not apply. Pure; the rubric and
 * the call are only read. Returns 0 or -ENOMEM; *ret_card is the caller's, cq_scorecard_done().
 */
int cq_rubric_score(const struct cq_rubric *r, const struct cq_metrics *metrics, const struct cq_talk *talk,
                    bool diarized, struct cq_scorecard *ret_card);

/*
 * Work out sections, total, coverage and `partial` again from the states and scores of the card's items, after
 * a reviewer has filled some in. The card must come from cq_rubric_score() with the same rubric. Only items in
 * state CQ_ITEM_SCORED count: a section's subtotal is their mean by weight, the total is the mean of the
 * subtotals there are by the sections' weights, capped where a critical item failed. docs/rubrics.md has an
 * example worked out by hand.
 */
void cq_rubric_total(const struct cq_rubric *r, struct cq_scorecard *card);

#endif
