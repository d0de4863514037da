/*
 * review/agreement.h - how far scores of the same thing agree. Pure.
 *
 * Quadratic weighted kappa (Cohen 1968; Fleiss & Cohen 1973): 1 - sum(w o) / sum(w e) with w the squared
 * difference. For numbers it needs no table of categories: sum(w e) over all pairs is the mean of x^2 + y^2
 * less twice the product of the means. Krippendorff's alpha (2011) with the interval metric: any number of
 * raters, missing scores allowed.
 */
#ifndef CQ_REVIEW_AGREEMENT_H
#define CQ_REVIEW_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Resamples of units, as of calls, for the intervals (Efron 1979, percentiles); callqa default: steady to about
 * 0.01. */
#define CQ_AGREEMENT_RESAMPLES 1000
/* Fewer units than this give no interval; callqa default. */
#define CQ_AGREEMENT_FEW 5
#define CQ_AGREEMENT_EXACT 0.25 /* half a step of a reviewer's scale: the same score */

/* Pairs of a unit stand together: they are drawn together where intervals are made. */
struct cq_pair {
    double a, b;
    int64_t unit;
};

/* NAN: cannot be told (no pairs; or for kappa and alpha, all scores the same). */
struct cq_agreement {
    size_t n;         /* pairs, or units that two or more scored */
    double kappa;     /* quadratic weighted; alpha for several raters */
    double low, high; /* its 95 % interval */
    double exact;     /* share within CQ_AGREEMENT_EXACT */
    double within_one;
    double bias; /* mean of a - b */
};

double cq_agreement_kappa(const struct cq_pair *v, size_t n);

/* Of pairs; a is the one that is compared with b. 0 or -ENOMEM. */
int cq_agreement_pairs(const struct cq_pair *v, size_t n, struct cq_agreement *ret);

/* One score of a unit. Scores of a unit stand together. */
struct cq_rating {
    int64_t unit;
    double score;
};

/* Of each pair of raters inside each unit, which have no order: `kappa` is quadratic weighted over both orders,
 * n counts pairs. 0 or -ENOMEM. */
int cq_agreement_between(const struct cq_rating *v, size_t n, struct cq_agreement *ret);

double cq_agreement_alpha(const struct cq_rating *v, size_t n);

/* Of several raters: alpha in `kappa`; exact and within_one over all pairs inside units. 0 or -ENOMEM. */
int cq_agreement_raters(const struct cq_rating *v, size_t n, struct cq_agreement *ret);

#endif
