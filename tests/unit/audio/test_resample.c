/* Tones below the telephone band's edge pass, those that would fold into it do not, and everything stays in
 * place. */
#include "audio/resample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TWO_PI 6.28318530717958647692
#define OUT_HZ 8000

/* Level in dB and delay in ms of a tone of one second after resampling, measured in its middle by projection.
 */
static void pass_tone(int in_hz, double hz, int block, double *ret_db, double *ret_delay_ms, int *ret_n)
{
    struct cq_resample *r = NULL;
    static float in[96000], result[16000];
    int n = 0;
    assert_int_equal(cq_resample_new(in_hz, OUT_HZ, 1, &r), 0);
    for (int i = 0; i < in_hz; i++)
        in[i] = (float)(0.5 * cos(TWO_PI * hz * i / in_hz));
    for (int at = 0;;) {
        int k = in_hz - at < block ? in_hz - at : block, used, got;
        const float *feed[2] = {in + at, NULL}, *out[2];
        assert_int_equal(cq_resample_process(r, feed, k, &used, out, &got), 0);
        assert_true(n + got <= 16000);
        memcpy(result + n, out[0], (size_t)got * sizeof(float));
        n += got;
        at += used;
        if (k == 0 && got == 0)
            break;
    }
    cq_resample_free(r);
    double re = 0.0, im = 0.0, power = 0.0;
    for (int i = 2000; i < 6000; i++) {
        re += (double)result[i] * cos(TWO_PI * hz * i / OUT_HZ);
        im += (double)result[i] * sin(TWO_PI * hz * i / OUT_HZ);
        power += (double)(result[i] * result[i]);
    }
    *ret_db = 10.0 * log10(power / 4000 / 0.125 + 1e-30);
    *ret_delay_ms = atan2(im, re) / TWO_PI / hz * 1000.0;
    *ret_n = n;
}

static void test_tones(void **state)
{
    (void)state;
    static const int rates[] = {11025, 16000, 22050, 32000, 44100, 48000, 96000};
    double db, delay_ms;
    int n;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        static const double pass[] = {100.0, 1000.0, 3000.0, 3400.0, 3600.0}, stop[] = {4400.0, 4700.0, 5000.0};
        for (size_t k = 0; k < 5; k++) {
            pass_tone(rates[i], pass[k], k % 2 ? 8192 : 777, &db, &delay_ms, &n);
            assert_true(fabs(db) < 0.1);
            assert_true(fabs(delay_ms) < 0.01);
            assert_true(abs(n - OUT_HZ) <= 1);
        }
        for (size_t k = 0; k < 3; k++) {
            pass_tone(rates[i], stop[k], 4096, &db, &delay_ms, &n);
            assert_true(db < -90.0);
        }
    }
}

static void test_impossible(void **state)
{
    (void)state;
    struct cq_resample *r = NULL;
    assert_int_not_equal(cq_resample_new(0, OUT_HZ, 1, &r), 0);
    assert_null(r);
    assert_null(cq_resample_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tones), cmocka_unit_test(test_impossible)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
