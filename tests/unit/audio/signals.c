#include "signals.h"

#include "base/error.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TWO_PI 6.28318530717958647692
#define HIGHEST_HZ 3300.0
#define MAX_LAG 400 /* of 8 kHz samples: what is further off shows as no correlation */
#define LANES 8

static double formants(double hz)
{
    static const double at[3] = {560.0, 1450.0, 2450.0}, width[3] = {120.0, 160.0, 220.0};
    double gain = 0.03;
    for (int i = 0; i < 3; i++)
        gain += 1.0 / (1.0 + pow((hz - at[i]) / width[i], 2)) / (1 + i);
    return gain;
}

static double syllables(double t, double per_s, double shift)
{
    double phase = fmod(t * per_s + shift, 1.0);
    return phase < 0.55 ? pow(sin(phase / 0.55 * TWO_PI / 2), 0.7) : 0.0;
}

double signal_talker(int talker, double t)
{
    static const double pitch[2] = {190.0, 233.0}, rate[2] = {2.1, 2.9}, gain[2] = {0.11, 0.07};
    double f0 = pitch[talker], wobble = 0.7 + 0.3 * talker, depth = 0.06, x = 0.0;
    double phase = TWO_PI * f0 * (t - depth / (TWO_PI * wobble) * cos(TWO_PI * wobble * t));
    double envelope = syllables(t, rate[talker], 0.3 * talker), burst = syllables(t, 1.3, 0.6 + 0.2 * talker);
    for (int k = 1; envelope > 0.0 && k * f0 * (1.0 + depth) < HIGHEST_HZ; k++)
        x += envelope * formants(k * f0) * sin(k * phase + 0.4 * k * k);
    for (int k = 0; burst > 0.0 && k < 40; k++) {
        double hz = 900.0 + fmod(k * 617.137 + talker * 331.7, HIGHEST_HZ - 900.0);
        x += 0.06 * burst * sin(TWO_PI * hz * t + k * k);
    }
    return gain[talker] * x;
}

double signal_noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(int32_t)*state / 2147483648.0;
}

static void put_le(FILE *f, uint32_t v, int n)
{
    for (int i = 0; i < n; i++)
        putc((int)(v >> (8 * i) & 255), f);
}

void signal_write_wav(const char *path, int rate_hz, int n_channels, const int16_t *x, int64_t n_frames)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    uint32_t bytes = (uint32_t)n_frames * (uint32_t)n_channels * 2;
    fputs("RIFF", f);
    put_le(f, 36 + bytes, 4);
    fputs("WAVEfmt ", f);
    put_le(f, 16, 4);
    put_le(f, 1, 2);
    put_le(f, (uint32_t)n_channels, 2);
    put_le(f, (uint32_t)rate_hz, 4);
    put_le(f, (uint32_t)(rate_hz * n_channels * 2), 4);
    put_le(f, (uint32_t)n_channels * 2, 2);
    put_le(f, 16, 2);
    fputs("data", f);
    put_le(f, bytes, 4);
    for (int64_t i = 0; i < n_frames * n_channels; i++)
        put_le(f, (uint16_t)x[i], 2);
    assert_int_equal(fclose(f), 0);
}

void signal_write_talkers(const char *path, int rate_hz, int n_channels, double seconds)
{
    int n = (int)(seconds * rate_hz);
    int16_t *x = malloc((size_t)n * (size_t)n_channels * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < n; i++) {
        for (int c = 0; c < n_channels; c++)
            x[i * n_channels + c] = (int16_t)lrint(32767.0 * signal_talker(c % 2, (double)i / rate_hz));
    }
    signal_write_wav(path, rate_hz, n_channels, x, n);
    free(x);
}

void signal_make_folder(char *path, size_t size)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(path, size, "%s/callqa-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(path));
}

void signal_remove_folder(const char *path)
{
    char command[512];
    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

bool signal_run(const char *folder, const char *command)
{
    char line[1024];
    int n = snprintf(line, sizeof line, "cd '%s' && { %s; } >/dev/null 2>&1 </dev/null", folder, command);
    assert_true(n > 0 && (size_t)n < sizeof line);
    return system(line) == 0;
}

void signal_load(const char *path, const struct cq_audio_opts *opts, struct cq_recording *ret_rec,
                 float *ret_x[2], int *ret_channels, int *ret_n)
{
    struct cq_audio_opts defaults = CQ_AUDIO_OPTS_INIT;
    struct cq_error err = {0};
    struct cq_pcm *pcm = NULL;
    if (cq_pcm_open(path, opts ? opts : &defaults, NULL, &err, ret_rec, &pcm))
        fail_msg("%s: %s", err.file, err.what);
    int n = (int)cq_pcm_frames(pcm), got = 0;
    for (int c = 0; c < 2; c++) {
        ret_x[c] = calloc((size_t)n + 1, sizeof(float));
        assert_non_null(ret_x[c]);
    }
    assert_int_equal(cq_pcm_read(pcm, 0, n, ret_x, &got), 0);
    assert_int_equal(got, n);
    *ret_channels = cq_pcm_channels(pcm);
    *ret_n = n;
    cq_pcm_free(pcm);
}

/* In lanes, for the compiler to vectorise. */
static double product_at(const float *x, int n, const float *y, int m, int lag)
{
    int i = lag > 0 ? lag : 0, end = n < m + lag ? n : m + lag;
    float lane[LANES] = {0};
    for (; i + LANES <= end; i += LANES) {
        for (int k = 0; k < LANES; k++)
            lane[k] += x[i + k] * y[i + k - lag];
    }
    double sum = 0.0;
    for (int k = 0; k < LANES; k++)
        sum += (double)lane[k];
    return sum;
}

/* The talker at 8 kHz, made once. */
static const float *reference(int talker, int n)
{
    static float made[2][SIGNAL_FRAMES];
    static bool done[2];
    assert_true(n <= SIGNAL_FRAMES);
    for (int i = 0; !done[talker] && i < SIGNAL_FRAMES; i++)
        made[talker][i] = (float)signal_talker(talker, (double)i / CQ_ANALYSIS_RATE_HZ);
    done[talker] = true;
    return made[talker];
}

struct match signal_match(const float *x, int n, int talker, double seconds)
{
    return signal_match_from(x, n, talker, 0.0, seconds);
}

struct match signal_match_from(const float *x, int n, int talker, double from_s, double to_s)
{
    int from = (int)(from_s * CQ_ANALYSIS_RATE_HZ), m = (int)(to_s * CQ_ANALYSIS_RATE_HZ) - from, best = 0;
    const float *y = reference(talker, from + m) + from;
    x += from;
    n -= from;
    double most = -1.0;
    for (int lag = -MAX_LAG; lag <= MAX_LAG; lag++) {
        double p = product_at(x, n, y, m, lag);
        if (p > most) {
            most = p;
            best = lag;
        }
    }
    double xx = product_at(x, n, x, n, 0), yy = product_at(y, m, y, m, 0);
    double left = product_at(x, n, y, m, best - 1), right = product_at(x, n, y, m, best + 1);
    double bend = left - 2.0 * most + right, shift = bend < 0.0 ? 0.5 * (left - right) / bend : 0.0;
    return (struct match){
        .lag_ms = (best + shift) * 1000.0 / CQ_ANALYSIS_RATE_HZ,
        .correlation = most / sqrt(xx * yy + 1e-30),
        .level_db = 10.0 * log10((xx + 1e-30) / yy),
    };
}
