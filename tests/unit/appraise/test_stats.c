/* Means and intervals against tables and a textbook's example. */
#include "appraise/stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Any statistical table: two-sided 5 %. */
static void test_t(void **state)
{
    static const double table[][2] = {{1, 12.706205},  {2, 4.302653},  {3, 3.182446},   {4, 2.776445},
                                      {5, 2.570582},   {9, 2.262157},  {10, 2.228139},  {29, 2.045230},
                                      {30, 2.042272},  {99, 1.984217}, {100, 1.983972}, {1000, 1.962339},
                                      {5000, 1.960439}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_float_equal(cq_t975(table[i][0]), table[i][1], 2e-6);
    assert_float_equal(cq_t975(1e9), 1.959964, 1e-6);
    assert_true(isnan(cq_t975(0)));
    assert_true(isnan(cq_t975((double)NAN)));
    assert_true(cq_t975(4.5) < cq_t975(4) && cq_t975(4.5) > cq_t975(5));
}

static struct cq_tally tally(const double *v, size_t n)
{
    struct cq_tally t = {0};
    for (size_t i = 0; i < n; i++)
        cq_tally_add(&t, v[i]);
    return t;
}

static void test_interval(void **state)
{
    static const double v[] = {2, 4, 4, 4, 5, 5, 7, 9}; /* mean 5, squares 32 */
    struct cq_tally t = tally(v, 8), one = tally(v, 1), none = {0};
    double low, high;
    (void)state;
    assert_float_equal(t.mean, 5, 1e-12);
    assert_float_equal(cq_tally_sd(&t), sqrt(32.0 / 7), 1e-12);
    assert_true(cq_tally_interval(&t, &low, &high));
    assert_float_equal(high - 5, 2.364624 * sqrt(32.0 / 7 / 8), 1e-5);
    assert_true(fabs(low + high - 10) < 1e-12);
    assert_false(cq_tally_interval(&one, &low, &high));
    assert_false(cq_tally_interval(&none, &low, &high));
    assert_true(isnan(cq_tally_sd(&one)));
}

/* Student's sleep data, extra hours of two drugs: Welch t = -1.8608, df = 17.776, interval -3.3655 to 0.2055.
 */
static void test_difference(void **state)
{
    static const double a[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
    static const double b[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
    struct cq_tally x = tally(a, 10), y = tally(b, 10);
    double low, high;
    (void)state;
    assert_true(cq_tally_difference(&x, &y, &low, &high));
    assert_float_equal(low, -3.3655, 2e-3);
    assert_float_equal(high, 0.2055, 2e-3);
    assert_true(cq_tally_difference(&x, &x, &low, &high));
    assert_true(fabs(low + high) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t),
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
