/* Unit tests of src/activity: power at chosen frequencies. */
#include "activity/goertzel.h"
#include "activity/simd.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void finds_power_on_every_bin(void **state)
{
    (void)state;
    static struct cq_goertzel g;
    float x[CQ_GOERTZEL_BLOCK], power[CQ_GOERTZEL_BINS];

    assert_int_equal(cq_goertzel_init(CQ_SIMD_BEST, &g), 0);
    for (int k = 0; k < CQ_GOERTZEL_BINS; k++) {
        for (int i = 0; i < CQ_GOERTZEL_BLOCK; i++)
            x[i] = (float)(0.5 * sin(TWO_PI * 50.0 * (CQ_GOERTZEL_FIRST + k) * i / RATE + 0.1 * k));
        cq_goertzel_block(&g, x, power);
        assert_float_equal(power[k], 0.125, 1e-5);
        for (int i = 0; i < CQ_GOERTZEL_BINS; i++) {
            if (i == k - 1 || i == k + 1)
                assert_float_equal(power[i], 0.125 / 4, 1e-5);
            else if (i != k)
                assert_true(power[i] < 1e-8);
        }
    }
}

static void vector_form_gives_the_same_bits(void **state)
{
    (void)state;
    static struct cq_goertzel g;
    struct synth s = synth_new(0.02, 7);
    float a[2][CQ_GOERTZEL_TILE], b[2][CQ_GOERTZEL_TILE];

    assert_int_equal(cq_goertzel_init(CQ_SIMD_BEST, &g), 0);
    synth_noise(&s, 0, 0.02, -20);
    for (int cpu = CQ_SIMD_BASELINE; cpu < CQ_SIMD_N; cpu++) {
        const int r = cq_goertzel_init(cpu, &g);
        if (r == -ENOTSUP)
            continue;
        assert_int_equal(r, 0);
        for (int t = 0; t < CQ_GOERTZEL_BINS / CQ_GOERTZEL_TILE; t++) {
            cq_goertzel_tile_scalar(g.cosine[t][0], g.sine[t][0], s.x, s.x + 80, a[0], a[1]);
            g.tile(g.cosine[t][0], g.sine[t][0], s.x, s.x + 80, b[0], b[1]);
            assert_memory_equal(a, b, sizeof a);
        }
    }
    synth_free(&s);
}

static void fine_bank_tells_ten_hertz(void **state)
{
    (void)state;
    static struct cq_goertzel_fine g;
    float x[CQ_GOERTZEL_FINE_SAMPLES], power[CQ_GOERTZEL_FINE_BINS];

    cq_goertzel_fine_init(&g);
    for (int k = 2; k < CQ_GOERTZEL_FINE_BINS - 2; k++) {
        const double hz = CQ_GOERTZEL_FINE_FIRST_HZ + CQ_GOERTZEL_FINE_STEP_HZ * k;
        for (int i = 0; i < CQ_GOERTZEL_FINE_SAMPLES; i++)
            x[i] = (float)(0.2 * cos(TWO_PI * hz * i / CQ_GOERTZEL_FINE_RATE_HZ + 0.3 * k));
        cq_goertzel_fine(&g, x, power);
        assert_float_equal(power[k], 0.02, 2e-4);
        assert_float_equal(power[k + 1], 0.005, 2e-4);
        assert_true(power[k > 20 ? k - 10 : k + 10] < 1e-5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_power_on_every_bin),
        cmocka_unit_test(vector_form_gives_the_same_bits),
        cmocka_unit_test(fine_bank_tells_ten_hertz),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
