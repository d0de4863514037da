#include "review/agreement.h"

#include "base/random.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define SEED 20261124u /* fixed: the same scores give the same interval */

/* Sums over pairs, which is all that kappa needs. */
struct sums {
    double n, observed, squares, a, b;
};

static void add_sums(struct sums *to, const struct sums *s)
{
    to->n += s->n;
    to->observed += s->observed;
    to->squares += s->squares;
    to->a += s->a;
    to->b += s->b;
}

static struct sums sums_of(const struct cq_pair *v, size_t n)
{
    struct sums s = {.n = (double)n};
    for (size_t i = 0; i < n; i++) {
        s.observed += (v[i].a - v[i].b) * (v[i].a - v[i].b);
        s.squares += v[i].a * v[i].a + v[i].b * v[i].b;
        s.a += v[i].a;
        s.b += v[i].b;
    }
    return s;
}

static double kappa_of(const struct sums *s)
{
    double expected = s->n > 0 ? s->squares / s->n - 2 * (s->a / s->n) * (s->b / s->n) : 0;
    return expected > 1e-12 ? 1 - s->observed / s->n / expected : (double)NAN;
}

double cq_agreement_kappa(const struct cq_pair *v, size_t n)
{
    struct sums s = sums_of(v, n);
    return kappa_of(&s);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Percentiles of what the resamples gave. */
static void take_interval(double *v, size_t n, struct cq_agreement *ret)
{
    if (n < CQ_AGREEMENT_RESAMPLES / 2) /* mostly undefined: say nothing */
        return;
    qsort(v, n, sizeof *v, by_value);
    ret->low = v[(size_t)floor(0.025 * (double)(n - 1))];
    ret->high = v[(size_t)ceil(0.975 * (double)(n - 1))];
}

static void count_pair(struct cq_agreement *g, double a, double b)
{
    double d = fabs(a - b);
    g->exact += d <= CQ_AGREEMENT_EXACT + 1e-9;
    g->within_one += d <= 1 + 1e-9;
    g->bias += a - b;
}

static struct cq_agreement nothing(void)
{
    return (struct cq_agreement){.kappa = (double)NAN, .low = (double)NAN, .high = (double)NAN};
}

static void divide(struct cq_agreement *g, double n)
{
    g->exact = n > 0 ? g->exact / n : (double)NAN;
    g->within_one = n > 0 ? g->within_one / n : (double)NAN;
    g->bias = n > 0 ? g->bias / n : (double)NAN;
}

/* One a unit. NULL when out of memory. */
static struct sums *sum_units(const struct cq_pair *v, size_t n, size_t *ret_n)
{
    struct sums *units = calloc(n ? n : 1, sizeof *units);
    size_t n_units = 0;
    for (size_t i = 0; units && i < n;) {
        size_t first = i;
        while (i < n && v[i].unit == v[first].unit)
            i++;
        units[n_units++] = sums_of(v + first, i - first);
    }
    *ret_n = n_units;
    return units;
}

int cq_agreement_pairs(const struct cq_pair *v, size_t n, struct cq_agreement *ret)
{
    struct cq_agreement g = nothing();
    uint64_t state = SEED;
    size_t got = 0, n_units = 0;
    struct sums *units = sum_units(v, n, &n_units);
    double *kappas = calloc(CQ_AGREEMENT_RESAMPLES, sizeof *kappas);
    int r = units && kappas ? 0 : -ENOMEM;
    g.n = n;
    for (size_t i = 0; i < n; i++)
        count_pair(&g, v[i].a, v[i].b);
    divide(&g, (double)n);
    g.kappa = cq_agreement_kappa(v, n);
    for (int k = 0; !r && n_units >= CQ_AGREEMENT_FEW && k < CQ_AGREEMENT_RESAMPLES; k++) {
        struct sums all = {0};
        for (size_t i = 0; i < n_units; i++)
            add_sums(&all, &units[cq_random_below(&state, n_units)]);
        double kappa = kappa_of(&all);
        if (!isnan(kappa))
            kappas[got++] = kappa;
    }
    if (!r) {
        take_interval(kappas, got, &g);
        *ret = g;
    }
    free(units);
    free(kappas);
    return r;
}

int cq_agreement_between(const struct cq_rating *v, size_t n, struct cq_agreement *ret)
{
    struct cq_agreement g;
    struct cq_pair *pairs;
    size_t n_pairs = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n && v[k].unit == v[i].unit; k++)
            n_pairs += 2;
    }
    pairs = calloc(n_pairs ? n_pairs : 1, sizeof *pairs);
    if (!pairs)
        return -ENOMEM;
    n_pairs = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n && v[k].unit == v[i].unit; k++) {
            pairs[n_pairs++] = (struct cq_pair){v[i].score, v[k].score, v[i].unit};
            pairs[n_pairs++] = (struct cq_pair){v[k].score, v[i].score, v[i].unit};
        }
    }
    int r = cq_agreement_pairs(pairs, n_pairs, &g);
    free(pairs);
    if (r)
        return r;
    g.n /= 2;
    g.bias = 0; /* raters have no order */
    *ret = g;
    return 0;
}

/* What a unit adds: with m scores, its pairs weigh 1 / (m - 1) each. Units of one score say nothing. */
struct unit {
    double n, sum, squares, within; /* scores; and the weighted squared differences inside */
};

static struct unit unit_of(const struct cq_rating *v, size_t n)
{
    struct unit u = {.n = (double)n};
    for (size_t i = 0; i < n; i++) {
        u.sum += v[i].score;
        u.squares += v[i].score * v[i].score;
    }
    /* sum over ordered pairs of (x - y)^2 is 2 (m sum x^2 - (sum x)^2) */
    u.within = 2 * (u.n * u.squares - u.sum * u.sum) / (u.n - 1);
    return u;
}

static double alpha_of(const struct unit *v, const size_t *pick, size_t n)
{
    struct unit all = {0};
    for (size_t i = 0; i < n; i++) {
        const struct unit *u = &v[pick ? pick[i] : i];
        all.n += u->n;
        all.sum += u->sum;
        all.squares += u->squares;
        all.within += u->within;
    }
    if (all.n < 2)
        return (double)NAN;
    double expected = 2 * (all.n * all.squares - all.sum * all.sum) / (all.n - 1) / all.n;
    return expected > 1e-12 ? 1 - all.within / all.n / expected : (double)NAN;
}

/* Units of two and more scores. NULL when out of memory. */
static struct unit *make_units(const struct cq_rating *v, size_t n, size_t *ret_n)
{
    struct unit *units = calloc(n ? n : 1, sizeof *units);
    size_t n_units = 0;
    for (size_t i = 0; units && i < n;) {
        size_t first = i;
        while (i < n && v[i].unit == v[first].unit)
            i++;
        if (i - first > 1)
            units[n_units++] = unit_of(v + first, i - first);
    }
    *ret_n = n_units;
    return units;
}

double cq_agreement_alpha(const struct cq_rating *v, size_t n)
{
    size_t n_units;
    struct unit *units = make_units(v, n, &n_units);
    double alpha = units ? alpha_of(units, NULL, n_units) : (double)NAN;
    free(units);
    return alpha;
}

static void count_pairs_inside(const struct cq_rating *v, size_t n, struct cq_agreement *g)
{
    double pairs = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n && v[k].unit == v[i].unit; k++) {
            count_pair(g, v[i].score, v[k].score);
            pairs++;
        }
    }
    divide(g, pairs);
    g->bias = 0; /* raters have no order */
}

int cq_agreement_raters(const struct cq_rating *v, size_t n, struct cq_agreement *ret)
{
    struct cq_agreement g = nothing();
    uint64_t state = SEED;
    size_t got = 0, n_units = 0;
    struct unit *units = make_units(v, n, &n_units);
    size_t *pick = calloc(n_units ? n_units : 1, sizeof *pick);
    double *alphas = calloc(CQ_AGREEMENT_RESAMPLES, sizeof *alphas);
    int r = units && pick && alphas ? 0 : -ENOMEM;
    if (!r) {
        g.n = n_units;
        count_pairs_inside(v, n, &g);
        g.kappa = alpha_of(units, NULL, n_units);
    }
    for (int k = 0; !r && n_units >= CQ_AGREEMENT_FEW && k < CQ_AGREEMENT_RESAMPLES; k++) {
        for (size_t i = 0; i < n_units; i++)
            pick[i] = cq_random_below(&state, n_units);
        double alpha = alpha_of(units, pick, n_units);
        if (!isnan(alpha))
            alphas[got++] = alpha;
    }
    if (!r) {
        take_interval(alphas, got, &g);
        *ret = g;
    }
    free(units);
    free(pick);
    free(alphas);
    return r;
}
