/*
 * review/calibrate.h - curves of an item's indicators, fitted to what reviewers gave calls. Pure, and without
 * chance: the same calls give the same curves.
 *
 * An item's measured score is the mean, by weight, of its indicators' points, so its curves are fitted
 * together: each in turn to what the others leave of the reviewers' scores (backfitting with monotone curves:
 * Bacchetti 1989; Hastie & Tibshirani 1990), until they stand still. Weights are not touched, and each curve
 * keeps the direction that the form gives it. The curve in force counts as CQ_CALIBRATE_PRIOR calls, so that an
 * indicator of little weight, of which the scores tell little, stays where it is until much material says
 * otherwise. One that comes out level, or hardly moved, keeps its curve.
 *
 * Whether the new curves are better is measured on agents that they were not fitted to: the calls of each agent
 * fall into one of CQ_CALIBRATE_FOLDS parts whole; curves fitted to the other parts foretell the scores of this
 * one. Intervals come from resampling agents (Efron 1979; whole clusters, as calls of one agent are alike).
 */
#ifndef CQ_REVIEW_CALIBRATE_H
#define CQ_REVIEW_CALIBRATE_H

#include "rubric/model.h"

#include <stdint.h>

#define CQ_CALIBRATE_FOLDS 5
/* Reviewed calls and agents below which nothing is proposed; callqa defaults. */
#define CQ_CALIBRATE_MIN_CALLS 30
#define CQ_CALIBRATE_MIN_AGENTS 5
/* The curve in force counts as so many reviewed calls; callqa default. */
#define CQ_CALIBRATE_PRIOR 5.0
/* A smaller gain than this, in points of the root mean square error, is not worth a new version; callqa
 * default. */
#define CQ_CALIBRATE_MIN_GAIN 0.05
/* A curve that moves nowhere by more than this, in points, is left as it is; callqa default. */
#define CQ_CALIBRATE_MIN_MOVE 0.15
#define CQ_CALIBRATE_RESAMPLES 1000

/* One indicator of the item. */
struct cq_calibrate_indicator {
    struct cq_curve curve; /* in force */
    enum cq_best best;
    double weight;
};

/* One reviewed call. */
struct cq_calibrate_call {
    int64_t call;
    const char *agent; /* NULL: unknown, all of these together count as one; borrowed */
    double score;      /* the mean of what its reviewers gave */
    const double *x;   /* the measure of each indicator; NAN where it does not apply */
};

enum cq_calibrate_result {
    CQ_CALIBRATE_PROPOSED,
    CQ_CALIBRATE_FEW_CALLS,
    CQ_CALIBRATE_FEW_AGENTS,
    CQ_CALIBRATE_NOT_FOLLOWED, /* no better than one score for all calls: the measures don't tell them apart */
    CQ_CALIBRATE_NOT_BETTER,   /* no better than the curves in force, beyond noise */
    CQ_CALIBRATE_SMALL_GAIN    /* better, but by less than CQ_CALIBRATE_MIN_GAIN */
};

/* A number with its 95 % interval; NAN where there is none. */
struct cq_calibrate_estimate {
    double v, low, high;
};

struct cq_calibration {
    enum cq_calibrate_result result;
    size_t n_calls;
    size_t n_agents;
    /* Root mean square error in points on agents that were not fitted to: with the curves in force, with one
     * score for all calls, with fitted curves; and what fitted curves gain over the curves in force. */
    struct cq_calibrate_estimate before, constant, after, gain;
    struct cq_curve curves[CQ_RUBRIC_MAX_INDICATORS]; /* fitted to all calls; in force where not changed */
    bool changed[CQ_RUBRIC_MAX_INDICATORS];
    size_t n_changed;
};

struct cq_calibrate_opts {
    size_t min_calls;
    double lo, hi; /* the form's scale */
};

/*
 * Fit an item. `ind` has n_ind <= CQ_RUBRIC_MAX_INDICATORS rows; every call has at least one measure. 0 or
 * -ENOMEM.
 */
int cq_calibrate(const struct cq_calibrate_opts *opts, const struct cq_calibrate_indicator *ind, size_t n_ind,
                 const struct cq_calibrate_call *calls, size_t n, struct cq_calibration *ret);

/* "proposed", "few_calls", ... */
const char *cq_calibrate_result_name(enum cq_calibrate_result result);

#endif
