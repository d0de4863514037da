/* Active speech level against a plain rendering of ITU-T P.56 method B, counter by counter. */
#include "metrics/histogram.h"
#include "metrics/level.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define RATE 8000
#define N (RATE * 20)

/* Every sample, one activity and one hangover counter a threshold; then the level by bisection. */
static double plain_p56(const float *x, int n, double *ret_active_s)
{
    const double g = exp(-1.0 / (RATE * 0.03));
    double p = 0, q = 0, sum = 0, level = -INFINITY;
    int active[16] = {0}, hang[16];
    for (int j = 0; j < 16; j++)
        hang[j] = RATE / 5;
    for (int i = 0; i < n; i++) {
        sum += (double)x[i] * (double)x[i];
        p = g * p + (1 - g) * fabs((double)x[i]);
        q = g * q + (1 - g) * p;
        for (int j = 0; j < 16; j++) {
            if (q >= ldexp(1, j - 16)) {
                active[j]++;
                hang[j] = 0;
            } else if (hang[j] < RATE / 5) {
                active[j]++;
                hang[j]++;
            }
        }
    }
    for (int j = 1; j < 16 && active[j]; j++) {
        double lo = 10 * log10(sum / active[j - 1]), hi = 10 * log10(sum / active[j]);
        double clo = 20 * log10(ldexp(1, j - 17)), chi = 20 * log10(ldexp(1, j - 16));
        if (lo - clo < 15.9 || hi - chi > 15.9)
            continue;
        double t = 0.5, step = 0.25;
        for (int k = 0; k < 40; k++, step /= 2)
            t += lo + t * (hi - lo) - (clo + t * (chi - clo)) > 15.9 ? step : -step;
        level = lo + t * (hi - lo);
        *ret_active_s = (active[j - 1] + t * (active[j] - active[j - 1])) / (double)RATE;
        break;
    }
    return level;
}

static void against_plain(void **state)
{
    (void)state;
    float *x = malloc(N * sizeof *x);
    assert_non_null(x);
    static const struct {
        double dbov, on_s, off_s;
    } table[] = {{-10, 1, 1}, {-26, 0.4, 0.1}, {-26, 2, 5}, {-40, 0.3, 0.3}, {-55, 1, 0.5}};
    uint64_t seed = 7;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const double rms = pow(10, table[i].dbov / 20), period_s = table[i].on_s + table[i].off_s;
        for (int k = 0; k < N; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            double noise = ((double)(seed >> 40) / (1 << 24) - 0.5) * sqrt(12);
            double envelope = fmod((double)k / RATE, period_s) < table[i].on_s ? 1 : 0.001;
            x[k] = (float)(rms * noise * envelope);
        }
        struct cq_p56 p;
        double wanted_s = 0, found_s = 0;
        cq_p56_init(&p);
        for (int k = 0; k < N; k += 80)
            cq_p56_add(&p, x + k, 80);
        double wanted = plain_p56(x, N, &wanted_s), found = cq_p56_level(&p, &found_s);
        if (!(fabs(found - wanted) < 0.1) || !(fabs(found_s - wanted_s) < 0.02 * wanted_s))
            fail_msg("case %zu: %.2f dBov, %.2f s active wanted, %.2f, %.2f found", i, wanted, wanted_s, found,
                     found_s);
    }
    free(x);
}

static void silence_has_no_level(void **state)
{
    (void)state;
    struct cq_p56 p;
    float zero[80] = {0};
    double active_s;
    cq_p56_init(&p);
    cq_p56_add(&p, zero, 80);
    double level = cq_p56_level(&p, &active_s);
    assert_true(isinf(level) && level < 0);
}

static void bins(void **state)
{
    (void)state;
    assert_int_equal(cq_level_bin(-1000), 0);
    assert_int_equal(cq_level_bin(-INFINITY), 0);
    assert_int_equal(cq_level_bin(1000), 255);
    assert_float_equal(cq_level_of_bin(cq_level_bin(-26.2)), -26.0, 1e-9);
    assert_float_equal(cq_level_dbov(0), CQ_LEVEL_FLOOR_DBOV, 0);
    assert_float_equal(cq_level_dbov(0.5), -3.0103, 1e-4);
}

static void histograms(void **state)
{
    (void)state;
    struct cq_histogram h = {{0}, 0};
    cq_histogram_add(&h, 10);
    assert_float_equal(cq_histogram_median(&h), 10, 1e-9);
    cq_histogram_add(&h, 20);
    cq_histogram_add(&h, 20);
    cq_histogram_add(&h, 200);
    assert_float_equal(cq_histogram_median(&h), 20, 0.51);
    assert_float_equal(cq_histogram_sd(&h, 0, 100), sqrt(200.0 / 9), 1e-9);
    assert_float_equal(cq_histogram_sd(&h, 30, 100), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_plain),
        cmocka_unit_test(silence_has_no_level),
        cmocka_unit_test(bins),
        cmocka_unit_test(histograms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
