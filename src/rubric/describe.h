/* rubric/describe.h - a rubric as text for people: what `callqa rubric check` and `rubric show` print. */
#ifndef CQ_RUBRIC_DESCRIBE_H
#define CQ_RUBRIC_DESCRIBE_H

#include "base/str.h"
#include "rubric/rubric.h"

/*
 * One line: id, version, how many sections, items of each kind, indicators and flags, and the share of the form
 * that the audio alone can score. Appends to out.
 */
void cq_rubric_describe_summary(const struct cq_rubric *r, struct cq_str *out);

/*
 * The whole form: sections and items with weights, criteria and anchors, every indicator with its curve,
 * weight, minimum and source, caps, rules and flags. Labels in `lang`, falling back as cq_rubric_label().
 * Appends.
 */
void cq_rubric_describe(const struct cq_rubric *r, const char *lang, struct cq_str *out);

#endif
