/* appraise/stats.h - means with their intervals, so that nobody is ranked by noise. */
#ifndef CQ_APPRAISE_STATS_H
#define CQ_APPRAISE_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* Running mean and variance (Welford 1962). Zero is empty. */
struct cq_tally {
    int64_t n;
    double mean;
    double m2; /* sum of squared deviations */
};

void cq_tally_add(struct cq_tally *t, double v);
double cq_tally_sd(const struct cq_tally *t); /* of the sample; NAN where n < 2 */

/* 97.5 % quantile of Student's t: the 95 % interval's factor. NAN where df < 1. */
double cq_t975(double df);

/* The 95 % interval of the mean; false where n < 2. */
bool cq_tally_interval(const struct cq_tally *t, double *ret_low, double *ret_high);

/*
 * The 95 % interval of the difference of two means, a - b (Welch 1947: the variances need not be the same).
 * false where either has fewer than 2.
 */
bool cq_tally_difference(const struct cq_tally *a, const struct cq_tally *b, double *ret_low, double *ret_high);

#endif
