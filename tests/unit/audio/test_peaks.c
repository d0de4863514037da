/* The shape of a recording: blocks of any size give the same, and each stretch has its greatest sample. */
#include "audio/peaks.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N 80037 /* ten seconds and a bit */

static float *noise(unsigned seed)
{
    float *x = malloc(N * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < N; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = ((float)(seed >> 8) / 8388608.0f - 1.0f) * (float)(i % 20000) / 20000.0f;
    }
    return x;
}

static struct cq_peaks measure(const float *a, const float *b, int block)
{
    struct cq_peak_meter m;
    assert_int_equal(cq_peak_meter_init(&m, b ? 2 : 1, N), 0);
    for (int at = 0; at < N; at += block) {
        const float *in[2] = {a + at, b ? b + at : NULL};
        cq_peak_meter_process(&m, in, block < N - at ? block : N - at);
    }
    struct cq_peaks p = cq_peak_meter_take(&m);
    cq_peak_meter_done(&m);
    return p;
}

static void test_each_stretch_has_its_greatest(void **state)
{
    (void)state;
    float *a = noise(1), *b = noise(2);
    struct cq_peaks p = measure(a, b, 4096);
    assert_int_equal(p.channels, 2);
    assert_int_equal(p.n, N / (8000 / CQ_PEAKS_PER_S) + 1);
    for (int c = 0; c < 2; c++) {
        unsigned char *want = calloc(1, (size_t)p.n);
        for (int64_t i = 0; i < N; i++) {
            float v = c ? b[i] : a[i];
            int level = (int)((v < 0 ? -v : v) * 255.0f);
            int64_t place = i * p.n / N;
            if (level > want[place])
                want[place] = (unsigned char)level;
        }
        assert_memory_equal(p.levels + (ptrdiff_t)c * p.n, want, (size_t)p.n);
        free(want);
    }
    for (int block = 1; block < 5000; block = block * 3 + 1) {
        struct cq_peaks q = measure(a, b, block);
        assert_memory_equal(p.levels, q.levels, (size_t)(2 * p.n));
        cq_peaks_done(&q);
    }
    struct cq_peaks one = measure(b, NULL, 777);
    assert_int_equal(one.channels, 1);
    assert_memory_equal(one.levels, p.levels + p.n, (size_t)p.n);
    cq_peaks_done(&one);
    cq_peaks_done(&p);
    free(a);
    free(b);
}

static void test_the_ends_of_the_scale(void **state)
{
    (void)state;
    float loud[800];
    const float *in[1] = {loud};
    struct cq_peak_meter m;
    for (int i = 0; i < 800; i++)
        loud[i] = i < 400 ? -1.5f : 0.0f;
    assert_int_equal(cq_peak_meter_init(&m, 1, 800), 0);
    cq_peak_meter_process(&m, in, 800);
    cq_peak_meter_process(&m, in, 800); /* more than was said: left out */
    assert_int_equal(m.peaks.levels[0], 255);
    assert_int_equal(m.peaks.levels[m.peaks.n - 1], 0);
    cq_peak_meter_done(&m);
    assert_int_equal(cq_peak_meter_init(&m, 3, 10), -EINVAL);
    assert_int_equal(cq_peak_meter_init(&m, 2, 0), 0); /* nothing in it */
    assert_int_equal(m.peaks.n, 1);
    cq_peak_meter_done(&m);
    assert_int_equal(cq_peak_meter_init(&m, 2, INT64_C(8000) * 3600 * 6), 0);
    assert_int_equal(m.peaks.n, CQ_PEAKS_MAX);
    cq_peak_meter_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_stretch_has_its_greatest),
        cmocka_unit_test(test_the_ends_of_the_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
