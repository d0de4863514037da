#include "appraise/stats.h"

#include <math.h>

#define QUANTILE_STEPS 80 /* halvings: far below what a double holds */
#define MANY 1e6          /* degrees of freedom from which t is the normal distribution */
#define NORMAL975 1.959963984540054

static const double pi = 3.14159265358979323846;

void cq_tally_add(struct cq_tally *t, double v)
{
    double d = v - t->mean;
    t->n++;
    t->mean += d / (double)t->n;
    t->m2 += d * (v - t->mean);
}

double cq_tally_sd(const struct cq_tally *t)
{
    return t->n > 1 ? sqrt(t->m2 / (double)(t->n - 1)) : (double)NAN;
}

/* P(-t < T < t) for whole df: Abramowitz & Stegun 26.7.3 and 26.7.4. */
static double central(double t, int64_t df)
{
    double theta = atan2(t, sqrt((double)df)), c2 = cos(theta) * cos(theta), sum = 1, term = 1;
    if (df == 1)
        return 2 * theta / pi;
    if (df % 2) {
        for (int64_t k = 2; k <= df - 3; k += 2)
            sum += term *= c2 * (double)k / (double)(k + 1);
        return 2 / pi * (theta + sin(theta) * cos(theta) * sum);
    }
    for (int64_t k = 1; k <= df - 3; k += 2)
        sum += term *= c2 * (double)k / (double)(k + 1);
    return sin(theta) * sum;
}

static double quantile(int64_t df)
{
    double lo = 0, hi = 13; /* 12.706 at one degree */
    for (int i = 0; i < QUANTILE_STEPS; i++) {
        double mid = (lo + hi) / 2;
        if (central(mid, df) < 0.95)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}

double cq_t975(double df)
{
    if (!(df >= 1))
        return (double)NAN;
    if (df > MANY)
        return NORMAL975;
    if (df > 1000) /* the first term of its expansion is exact to 1e-6 here (A&S 26.7.5) */
        return NORMAL975 + (NORMAL975 * NORMAL975 * NORMAL975 + NORMAL975) / (4 * df);
    double below = floor(df), q = quantile((int64_t)below);
    if (df == below)
        return q;
    return q + (df - below) * (quantile((int64_t)below + 1) - q); /* Welch's df is seldom whole */
}

bool cq_tally_interval(const struct cq_tally *t, double *ret_low, double *ret_high)
{
    if (t->n < 2)
        return false;
    double half = cq_t975((double)(t->n - 1)) * cq_tally_sd(t) / sqrt((double)t->n);
    *ret_low = t->mean - half;
    *ret_high = t->mean + half;
    return true;
}

bool cq_tally_difference(const struct cq_tally *a, const struct cq_tally *b, double *ret_low, double *ret_high)
{
    if (a->n < 2 || b->n < 2)
        return false;
    double va = a->m2 / (double)(a->n - 1) / (double)a->n, vb = b->m2 / (double)(b->n - 1) / (double)b->n;
    double d = a->mean - b->mean, v = va + vb;
    double df =
        v > 0 ? v * v / (va * va / (double)(a->n - 1) + vb * vb / (double)(b->n - 1)) : (double)(a->n + b->n);
    double half = cq_t975(df) * sqrt(v);
    *ret_low = d - half;
    *ret_high = d + half;
    return true;
}
