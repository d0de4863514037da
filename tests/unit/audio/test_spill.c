/* Samples come back as they went in, from memory, from the file and across the border. */
#include "audio/spill.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define N (3 * CQ_SPILL_BLOCK_FRAMES + 1234)

static int16_t value(int channel, int64_t i)
{
    return (int16_t)(i * 37 + channel * 11111);
}

static struct cq_spill *filled(int n_channels, size_t memory_bytes)
{
    struct cq_spill *s = NULL;
    assert_int_equal(cq_spill_new(n_channels, memory_bytes, NULL, &s), 0);
    int16_t a[777], b[777];
    const int16_t *planes[2] = {a, b};
    for (int64_t at = 0; at < N;) {
        int n = N - at < 777 ? (int)(N - at) : 777;
        for (int i = 0; i < n; i++) {
            a[i] = value(0, at + i);
            b[i] = value(1, at + i);
        }
        assert_int_equal(cq_spill_append(s, planes, n, NULL), 0);
        at += n;
    }
    assert_int_equal(cq_spill_frames(s), N);
    return s;
}

static void check(struct cq_spill *s, int n_channels, int64_t at, int n)
{
    static float out[2][N + 100];
    float *planes[2] = {out[0], out[1]};
    int got = -1, want = at >= N ? 0 : N - at < n ? (int)(N - at) : n;
    assert_int_equal(cq_spill_read(s, at, n, planes, &got), 0);
    assert_int_equal(got, want);
    for (int c = 0; c < n_channels; c++) {
        for (int i = 0; i < got; i++)
            assert_true(out[c][i] * 32768.0f == (float)value(c, at + i));
    }
}

static void test_everywhere(void **state)
{
    (void)state;
    static const size_t memory[] = {0, 1, CQ_SPILL_BLOCK_FRAMES * 2, CQ_SPILL_BLOCK_FRAMES * 4, 1u << 24};
    for (size_t m = 0; m < sizeof memory / sizeof memory[0]; m++) {
        for (int channels = 1; channels <= 2; channels++) {
            struct cq_spill *s = filled(channels, memory[m]);
            check(s, channels, 0, N + 100);
            check(s, channels, CQ_SPILL_BLOCK_FRAMES - 1, 2);
            check(s, channels, 3 * CQ_SPILL_BLOCK_FRAMES - 5, 10);
            check(s, channels, 5, 0);
            check(s, channels, N, 10);
            check(s, channels, N + 5, 10);
            for (int64_t at = N; at > 0; at -= 3001)
                check(s, channels, at, 100);
            cq_spill_free(s);
        }
    }
    assert_null(cq_spill_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_everywhere)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
