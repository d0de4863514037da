/*
 * review/isotonic.h - monotone regression: the curve of a given direction that lies nearest to points. Pure.
 *
 * Pool adjacent violators (Ayer et al. 1955; Barlow et al. 1972), weighted least squares. Bounds are kept by
 * clamping, which gives the best bounded fit. For a measure whose middle is best the curve rises up to a given
 * place and falls behind it.
 */
#ifndef CQ_REVIEW_ISOTONIC_H
#define CQ_REVIEW_ISOTONIC_H

#include "rubric/model.h"

/* A curve of a form has at most this many points; callqa default: as many as the shipped forms use. */
#define CQ_ISOTONIC_MAX_KNOTS 6
/* Less than this share of the material is no step of its own; callqa default: a few calls of a hundred. */
#define CQ_ISOTONIC_MIN_SHARE 0.05
/* How far, as root mean square in points, the few-pointed curve may lie from the fit; callqa default. */
#define CQ_ISOTONIC_TOLERANCE 0.05
#define CQ_ISOTONIC_STEPS 20    /* points of a curve are written in twentieths */
#define CQ_ISOTONIC_X_STEPS 100 /* and measures to at least this part of their range */

struct cq_isotonic_shape {
    enum cq_best best;
    double peak;   /* CQ_BEST_MIDDLE: where it is best */
    double lo, hi; /* bounds of the points */
};

/* In order of x; equal x are one point. */
struct cq_isotonic_point {
    double x;
    double y;
    double weight; /* > 0 */
};

/* Replace y by the fit, in place. 0 or -ENOMEM. */
int cq_isotonic_fit(const struct cq_isotonic_shape *shape, struct cq_isotonic_point *v, size_t n);

/*
 * A fit as a curve of a form: few points, rounded. -ERANGE where it is level, or for CQ_BEST_MIDDLE goes one
 * way only: a form has no such curve. -ENOMEM.
 */
int cq_isotonic_curve(const struct cq_isotonic_shape *shape, const struct cq_isotonic_point *fit, size_t n,
                      struct cq_curve *ret_curve);

/* Does the curve go the way of `best`, as a form needs it? */
bool cq_isotonic_goes(const struct cq_curve *curve, enum cq_best best);

#endif
