/* Agreement against published worked examples. */
#include "review/agreement.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example C: four observers, twelve units,
 * missing scores. The interval alpha is given as 0.849. */
static void test_alpha(void **state)
{
    static const int scores[4][12] = {
        {1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0},
        {1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3},
        {0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0},
        {1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0},
    };
    struct cq_rating v[48];
    struct cq_agreement g;
    size_t n = 0;
    (void)state;
    for (int unit = 0; unit < 12; unit++) {
        for (int rater = 0; rater < 4; rater++) {
            if (scores[rater][unit])
                v[n++] = (struct cq_rating){unit, scores[rater][unit]};
        }
    }
    assert_float_equal(cq_agreement_alpha(v, n), 0.849, 0.0005);
    assert_int_equal(cq_agreement_raters(v, n, &g), 0);
    assert_int_equal(g.n, 11); /* the last unit has one score */
    assert_true(g.low < g.kappa && g.kappa < g.high && g.high <= 1);
}

/* The joint proportions of Fleiss, Cohen & Everitt (1969), 200 cases, with quadratic weights: 1 - 0.39 / 0.9.
 */
static void test_kappa(void **state)
{
    static const int counts[3][3] = {{106, 10, 4}, {22, 28, 10}, {2, 12, 6}};
    struct cq_pair v[200];
    struct cq_agreement g;
    size_t n = 0;
    (void)state;
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            for (int k = 0; k < counts[a][b]; k++) {
                v[n] = (struct cq_pair){a + 1, b + 1, (int64_t)n};
                n++;
            }
        }
    }
    assert_int_equal(n, 200);
    assert_float_equal(cq_agreement_kappa(v, n), 1 - 0.39 / 0.9, 1e-6);
    assert_int_equal(cq_agreement_pairs(v, n, &g), 0);
    assert_float_equal(g.exact, 0.70, 1e-6);
    assert_float_equal(g.within_one, 0.97, 1e-6);
    assert_float_equal(g.bias, 0.05, 1e-6); /* means 1.5 and 1.45 */
    assert_true(g.low > 0.4 && g.low < g.kappa && g.high > g.kappa && g.high < 0.75);
}

/*
 * Agresti, "Categorical Data Analysis" (2002), agreement of 91 married couples' answers, with the weights of
 * Fleiss & Cohen: 0.332, standard error 0.097, so 0.141 to 0.523, in Friendly & Meyer, "Discrete Data Analysis
 * with R" (2016). The interval of resampling must be near that of the large-sample formula.
 */
static void test_kappa_interval(void **state)
{
    static const int counts[4][4] = {{7, 7, 2, 3}, {2, 8, 3, 7}, {1, 5, 4, 9}, {2, 8, 9, 14}};
    struct cq_pair v[91], twice[182];
    struct cq_agreement g, doubled;
    size_t n = 0;
    (void)state;
    for (int a = 0; a < 4; a++) {
        for (int b = 0; b < 4; b++) {
            for (int k = 0; k < counts[a][b]; k++, n++)
                v[n] = (struct cq_pair){a + 1, b + 1, (int64_t)n};
        }
    }
    assert_int_equal(n, 91);
    assert_int_equal(cq_agreement_pairs(v, n, &g), 0);
    assert_float_equal(g.kappa, 0.332, 0.0005);
    assert_float_equal(g.low, 0.141, 0.04);
    assert_float_equal(g.high, 0.523, 0.04);
    /* the same material twice, each couple as one unit, tells no more than once */
    for (size_t i = 0; i < n; i++)
        twice[2 * i] = twice[2 * i + 1] = v[i];
    assert_int_equal(cq_agreement_pairs(twice, 2 * n, &doubled), 0);
    assert_float_equal(doubled.kappa, g.kappa, 1e-6);
    assert_float_equal(doubled.low, g.low, 1e-6);
    assert_float_equal(doubled.high, g.high, 1e-6);
}

/* Krippendorff (2011), example A: two observers, ten units, alpha = 0.095. Kappa over both orders of the
 * observers is alpha but for the correction for the number of scores: 1 - alpha = (1 - kappa) (2 n - 1) / (2
 * n). */
static void test_two_raters(void **state)
{
    static const int meg[] = {0, 1, 0, 0, 0, 0, 0, 0, 1, 0}, owen[] = {1, 1, 1, 0, 0, 1, 0, 0, 0, 0};
    struct cq_rating v[20];
    struct cq_agreement g;
    (void)state;
    for (int i = 0; i < 10; i++) {
        v[2 * i] = (struct cq_rating){i, meg[i]};
        v[2 * i + 1] = (struct cq_rating){i, owen[i]};
    }
    double alpha = cq_agreement_alpha(v, 20);
    assert_float_equal(alpha, 0.095, 0.0005);
    assert_int_equal(cq_agreement_between(v, 20, &g), 0);
    assert_int_equal(g.n, 10);
    assert_float_equal((1 - g.kappa) * 19 / 20, 1 - alpha, 1e-6);
    assert_float_equal(g.exact, 0.6, 1e-6);
    assert_float_equal(g.within_one, 1, 1e-6);
    assert_true(g.bias == 0);
}

static void test_edges(void **state)
{
    static const struct cq_pair same[] = {{3, 3, 1}, {3, 3, 2}, {3, 3, 3}}, good[] = {{1, 1, 1}, {5, 5, 2}};
    static const struct cq_pair opposite[] = {{1, 5, 1}, {5, 1, 2}};
    static const struct cq_rating alone[] = {{1, 2}, {2, 3}};
    struct cq_agreement g;
    (void)state;
    assert_true(isnan(cq_agreement_kappa(same, 3))); /* no difference to tell apart */
    assert_true(isnan(cq_agreement_kappa(NULL, 0)));
    assert_float_equal(cq_agreement_kappa(good, 2), 1, 0);
    assert_float_equal(cq_agreement_kappa(opposite, 2), -1, 1e-9);
    assert_true(isnan(cq_agreement_alpha(alone, 2)));
    assert_int_equal(cq_agreement_pairs(good, 2, &g), 0);
    assert_true(isnan(g.low)); /* too few for an interval */
    assert_int_equal(cq_agreement_raters(alone, 2, &g), 0);
    assert_int_equal(g.n, 0);
    assert_true(isnan(g.exact));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alpha),      cmocka_unit_test(test_kappa), cmocka_unit_test(test_kappa_interval),
        cmocka_unit_test(test_two_raters), cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
