/* rubric/edit.h - new forms from old ones, and what differs between two. */
#ifndef CQ_RUBRIC_EDIT_H
#define CQ_RUBRIC_EDIT_H

#include "base/str.h"
#include "rubric/model.h"

/*
 * The form as the text of a rubric file, laid out as the shipped ones, under another id and version (NULL keeps
 * them; they are checked when the text is parsed). Comments of the source are not kept. Appends to out.
 */
void cq_rubric_write(const struct cq_rubric *r, const char *id, const char *version, struct cq_str *out);

/* Another curve for an indicator, with where it comes from. Borrowed. */
struct cq_rubric_curve {
    const char *indicator; /* id */
    const struct cq_curve *curve;
    const char *source;
};

/* The same with other curves; indicators that are not named keep theirs. */
void cq_rubric_write_curves(const struct cq_rubric *r, const char *id, const char *version,
                            const struct cq_rubric_curve *curves, size_t n, struct cq_str *out);

/*
 * What changes from `a` to `b`, one line a change: "- path" for what is gone, "+ path" for what is new,
 * "path: old -> new" for what is different. Sections, items, indicators and flags are matched by their ids, so
 * that moving one is no change. Appends to out; returns the number of lines.
 */
size_t cq_rubric_diff(const struct cq_rubric *a, const struct cq_rubric *b, struct cq_str *out);

#endif
