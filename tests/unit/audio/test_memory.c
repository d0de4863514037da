/* Six hours of two-channel mu-law: decoded and read back in flat memory, under 64 MB in all. */
#include "signals.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define HOURS 6
#define RATE 8000
#define MAX_RSS_KB (64L * 1024)

/* A header and a hole: the samples that were never written read as zero bytes, mu-law for the loudest negative.
 */
static void write_sparse(const char *path, uint32_t bytes)
{
    unsigned char head[44] =
        "RIFF....WAVEfmt \x10\0\0\0\x07\0\x02\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x08\0data....";
    for (int i = 0; i < 4; i++) {
        head[4 + i] = (unsigned char)((bytes + 36) >> (8 * i));
        head[40 + i] = (unsigned char)(bytes >> (8 * i));
    }
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(head, 1, sizeof head, f), sizeof head);
    fclose(f);
    assert_int_equal(truncate(path, (off_t)bytes + 44), 0);
}

static void test_six_hours(void **state)
{
    (void)state;
    char folder[256], path[512];
    signal_make_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/long.wav", folder);
    write_sparse(path, (uint32_t)HOURS * 3600u * RATE * 2u);

    struct cq_audio_opts opts = CQ_AUDIO_OPTS_INIT;
    struct cq_error err = {0};
    struct cq_recording rec = {0};
    struct cq_pcm *pcm = NULL;
    if (cq_pcm_open(path, &opts, NULL, &err, &rec, &pcm))
        fail_msg("%s", err.what);
    assert_true(fabs(rec.duration_s - HOURS * 3600.0) < 1e-6);
    assert_false(rec.truncated);
    assert_true(rec.health.channel[0].digital_zero_ratio > 0.999); /* one constant value, if not zero */

    static float a[65536], b[65536];
    float *out[2] = {a, b};
    int64_t frames = 0;
    int n = 0;
    do {
        assert_int_equal(cq_pcm_read(pcm, frames, 65536, out, &n), 0);
        for (int i = 0; i < n; i += 997)
            assert_true(a[i] < -0.9f && a[i] == b[i]);
        frames += n;
    } while (n);
    assert_int_equal(frames, (int64_t)HOURS * 3600 * RATE);
    cq_pcm_free(pcm);
    cq_recording_done(&rec);
    signal_remove_folder(folder);

    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    print_message("peak of resident memory: %ld kB\n", usage.ru_maxrss);
    assert_true(usage.ru_maxrss < MAX_RSS_KB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_six_hours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
