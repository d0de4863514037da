/*
 * activity/mono_features.c - log-mel bands and pitch picture of one channel.
 *
 * One 512-point transform a frame gives the mel bands; eight frames go through it side by side (fft.h). Every
 * second frame its power spectrum, compressed by a cube root (which whitens it, as in Tolonen & Karjalainen
 * 2000) and cut to 80-2000 Hz, is transformed back: the autocorrelation, read at log-spaced lags, is where a
 * voice's pitch shows. Mel bands alone blur the harmonics, and pitch is the best single cue to who of two
 * people speaks.
 */
#include "activity/mono_features.h"

#include "activity/simd.h"
#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define HALF (CQ_MONO_FFT / 2)
#define MEL_LOW_HZ 80.0
#define MEL_HIGH_HZ 3800.0
#define PITCH_LOW_HZ 60.0
#define PITCH_HIGH_HZ 400.0
#define PITCH_BAND_LOW_HZ 80.0
#define PITCH_BAND_HIGH_HZ 2000.0
#define PAD                                                                                                    \
    (CQ_MONO_WINDOW / 2 - CQ_FRAME_SAMPLES / 2) /* zeros before the recording: the first window's half */
#define POWER_FLOOR 1e-20f /* far under every sound; keeps the root of digital silence finite */
#define N_BATCH CQ_MONO_BATCH
#define L CQ_FFT_LANES
#define RING (CQ_MONO_WINDOW + (N_BATCH - 1) * CQ_FRAME_SAMPLES)

struct mel_weight {
    short bin; /* index of the lower of the two bands that this spectrum line feeds; -1: only the upper one */
    float low;
    float high;
};

struct cq_mono_features {
    const struct cq_features_kernel *kernel;
    struct cq_fft fft; /* HALF */
    float window[CQ_MONO_WINDOW];
    float ring[RING];
    float post_cos[HALF + 1]; /* unfolding of the half-length transform */
    float post_sin[HALF + 1];
    struct mel_weight mel[HALF + 1];
    int lag_at[CQ_MONO_N_PITCH + 1];         /* edges of the lag bins in samples */
    int first_line, last_line;               /* spectrum lines of the pitch band */
    int n_ring;                              /* samples in the ring */
    int n_ready, next;                       /* frames of the batch: made, handed out */
    float bands[CQ_MONO_N_MEL + 1][N_BATCH]; /* of the batch; the last row is the level */
    float pitch[CQ_MONO_N_PITCH][N_BATCH / 2];
};

static double mel_of(double hz)
{
    return 1127.0 * log1p(hz / 700.0);
}

static void init_mel(struct cq_mono_features *f)
{
    const double lo = mel_of(MEL_LOW_HZ), step = (mel_of(MEL_HIGH_HZ) - lo) / (CQ_MONO_N_MEL + 1);

    for (int k = 0; k <= HALF; k++) {
        const double x = (mel_of(k * (double)CQ_ANALYSIS_RATE_HZ / CQ_MONO_FFT) - lo) / step;
        struct mel_weight *w = &f->mel[k];

        /* band b peaks at x = b + 1 and falls to 0 at b and b + 2 */
        const int b = (int)floor(x);
        w->bin = -2;
        if (b < 0 || b > CQ_MONO_N_MEL)
            continue;
        w->bin = (short)(b - 1);
        w->low = b >= 1 ? (float)(1.0 - (x - b)) : 0.0f;
        w->high = b < CQ_MONO_N_MEL ? (float)(x - b) : 0.0f;
    }
}

static void init_tables(struct cq_mono_features *f)
{
    const double pi = acos(-1.0);
    double power = 0.0;

    for (int i = 0; i < CQ_MONO_WINDOW; i++) {
        f->window[i] = (float)(0.5 - 0.5 * cos(2.0 * pi * (i + 0.5) / CQ_MONO_WINDOW));
        power += f->window[i] * (double)f->window[i];
    }
    /* scaled so that |X|^2 summed over 0..HALF is the mean power of the frame */
    for (int i = 0; i < CQ_MONO_WINDOW; i++)
        f->window[i] *= (float)sqrt(2.0 / (power * CQ_MONO_FFT));
    for (int k = 0; k <= HALF; k++) {
        f->post_cos[k] = (float)cos(2.0 * pi * k / CQ_MONO_FFT);
        f->post_sin[k] = (float)-sin(2.0 * pi * k / CQ_MONO_FFT);
    }
    init_mel(f);
    for (int i = 0; i <= CQ_MONO_N_PITCH; i++)
        f->lag_at[i] = (int)lrint(CQ_ANALYSIS_RATE_HZ / PITCH_HIGH_HZ *
                                  pow(PITCH_HIGH_HZ / PITCH_LOW_HZ, i / (double)CQ_MONO_N_PITCH));
    f->first_line = (int)ceil(PITCH_BAND_LOW_HZ * CQ_MONO_FFT / CQ_ANALYSIS_RATE_HZ);
    f->last_line = (int)floor(PITCH_BAND_HIGH_HZ * CQ_MONO_FFT / CQ_ANALYSIS_RATE_HZ);
}

void cq_mono_features_reset(struct cq_mono_features *f)
{
    memset(f->ring, 0, sizeof f->ring);
    f->n_ring = PAD;
    f->n_ready = f->next = 0;
}

int cq_mono_features_new(int cpu, struct cq_mono_features **ret_f)
{
    struct cq_mono_features *f = calloc(1, sizeof *f);
    int rc;

    if (!f)
        return -ENOMEM;
    rc = cq_simd_features(cpu, &f->kernel);
    if (!rc)
        rc = cq_fft_init(&f->fft, HALF);
    if (rc) {
        cq_mono_features_free(f);
        return rc;
    }
    init_tables(f);
    cq_mono_features_reset(f);
    *ret_f = f;
    return 0;
}

struct cq_mono_features *cq_mono_features_free(struct cq_mono_features *f)
{
    if (f)
        cq_fft_done(&f->fft);
    free(f);
    return NULL;
}

/*
 * Eight real transforms of CQ_MONO_FFT values; even and odd samples lie in re and im. out[HALF + 1][L] is the
 * power where want_power is set, else the real part.
 */
static void real_transform(const struct cq_mono_features *f, float re[HALF][L], float im[HALF][L],
                           int want_power, float out[HALF + 1][L])
{
    float work_re[HALF][L], work_im[HALF][L];

    f->kernel->fft(&f->fft, re[0], im[0], work_re[0], work_im[0]);
    for (int k = 0; k <= HALF; k++) {
        const int a = k % HALF, b = (HALF - k) % HALF;
        const float c = f->post_cos[k], s = f->post_sin[k];
        for (int l = 0; l < L; l++) {
            const float er = 0.5f * (re[a][l] + re[b][l]), ei = 0.5f * (im[a][l] - im[b][l]);
            const float odd_r = 0.5f * (im[a][l] + im[b][l]), odd_i = 0.5f * (re[b][l] - re[a][l]);
            const float xr = er + (odd_r * c - odd_i * s), xi = ei + (odd_r * s + odd_i * c);
            out[k][l] = want_power ? xr * xr + xi * xi : xr;
        }
    }
}

/* Power spectra of the L frames from `first` on. */
static void spectra(const struct cq_mono_features *f, int first, float power[HALF + 1][L])
{
    float re[HALF][L], im[HALF][L];

    memset(re, 0, sizeof re);
    memset(im, 0, sizeof im);
    for (int l = 0; l < L; l++) {
        const float *x = f->ring + (first + l) * CQ_FRAME_SAMPLES;
        for (int i = 0; i < CQ_MONO_WINDOW / 2; i++) {
            re[i][l] = x[2 * i] * f->window[2 * i];
            im[i][l] = x[2 * i + 1] * f->window[2 * i + 1];
        }
    }
    real_transform(f, re, im, 1, power);
}

static void mel_bands(struct cq_mono_features *f, int first, float power[HALF + 1][L])
{
    float bands[CQ_MONO_N_MEL + 1][L] = {{0}};

    for (int k = 0; k <= HALF; k++) {
        const struct mel_weight *w = &f->mel[k];
        if (w->bin == -2)
            continue;
        for (int l = 0; l < L; l++) {
            if (w->bin >= 0)
                bands[w->bin][l] += w->low * power[k][l];
            if (w->bin + 1 < CQ_MONO_N_MEL)
                bands[w->bin + 1][l] += w->high * power[k][l];
            bands[CQ_MONO_N_MEL][l] += power[k][l];
        }
    }
    f->kernel->decibel(bands[0], (CQ_MONO_N_MEL + 1) * L);
    for (int b = 0; b <= CQ_MONO_N_MEL; b++)
        for (int l = 0; l < L; l++)
            f->bands[b][first + l] = bands[b][l] > CQ_MONO_FLOOR_DB ? bands[b][l] : CQ_MONO_FLOOR_DB;
}

/* Cube root of v >= 0 by a guess from the exponent and two steps of Halley's method: right to 1e-6. */
static float cube_root(float v)
{
    uint32_t bits;
    float y;

    memcpy(&bits, &v, sizeof bits);
    bits = bits / 3 + 0x2a5137a0u;
    memcpy(&y, &bits, sizeof y);
    for (int i = 0; i < 2; i++) {
        const float cube = y * y * y;
        y *= (cube + 2.0f * v) / (2.0f * cube + v);
    }
    return y;
}

/* Pictures of the odd frames, whose power spectra are given; lane l is frame 2 l + 1 of the batch. */
static void pitch_pictures(struct cq_mono_features *f, float power[HALF + 1][L])
{
    float re[HALF][L], im[HALF][L], r[HALF + 1][L];

    memset(re, 0, sizeof re);
    memset(im, 0, sizeof im);
    /* a real, even input of CQ_MONO_FFT values: its transform is the autocorrelation */
    for (int k = f->first_line; k <= f->last_line; k++) {
        float(*to)[L] = k % 2 ? im : re;
        for (int l = 0; l < L; l++)
            to[k / 2][l] = to[(CQ_MONO_FFT - k) / 2][l] = cube_root(power[k][l] + POWER_FLOOR);
    }
    real_transform(f, re, im, 0, r);
    for (int b = 0; b < CQ_MONO_N_PITCH; b++) {
        const int lo = f->lag_at[b], hi = f->lag_at[b + 1] > lo ? f->lag_at[b + 1] : lo + 1;
        for (int l = 0; l < L; l++) {
            const float scale = r[0][l] > 1e-3f ? 1.0f / r[0][l] : 0.0f;
            float top = -1.0f;
            for (int lag = lo; lag < hi; lag++)
                top = r[lag][l] * scale > top ? r[lag][l] * scale : top;
            f->pitch[b][l] = top;
        }
    }
}

static void make_batch(struct cq_mono_features *f)
{
    float power[HALF + 1][L], odd[HALF + 1][L];

    for (int part = 0; part < N_BATCH / L; part++) {
        spectra(f, part * L, power);
        mel_bands(f, part * L, power);
        for (int k = f->first_line; k <= f->last_line; k++)
            for (int l = 1; l < L; l += 2)
                odd[k][(part * L + l) / 2] = power[k][l];
    }
    pitch_pictures(f, odd);
    memmove(f->ring, f->ring + N_BATCH * CQ_FRAME_SAMPLES,
            (RING - N_BATCH * CQ_FRAME_SAMPLES) * sizeof *f->ring);
    f->n_ring = RING - N_BATCH * CQ_FRAME_SAMPLES;
    f->n_ready = N_BATCH;
    f->next = 0;
}

int cq_mono_features_push(struct cq_mono_features *f, const float *pcm, size_t n, size_t *ret_used, float *mel,
                          float *ret_level_db, float *pitch)
{
    size_t take = 0;

    if (f->next == f->n_ready) {
        take = (size_t)(RING - f->n_ring) < n ? (size_t)(RING - f->n_ring) : n;
        if (take)
            memcpy(f->ring + f->n_ring, pcm, take * sizeof *pcm);
        f->n_ring += (int)take;
        if (f->n_ring == RING)
            make_batch(f);
    }
    *ret_used = take;
    if (f->next == f->n_ready)
        return 0;
    for (int b = 0; b < CQ_MONO_N_MEL; b++)
        mel[b] = f->bands[b][f->next];
    *ret_level_db = f->bands[CQ_MONO_N_MEL][f->next];
    for (int b = 0; f->next % 2 && b < CQ_MONO_N_PITCH; b++)
        pitch[b] = f->pitch[b][f->next / 2];
    f->next++;
    return 1;
}

void cq_mono_features_finish(struct cq_mono_features *f)
{
    const int n = f->n_ring + PAD - CQ_MONO_WINDOW;

    /* push() has handed out every batch that is complete */
    if (n < 0)
        return;
    memset(f->ring + f->n_ring, 0, (size_t)(RING - f->n_ring) * sizeof *f->ring);
    make_batch(f);
    f->n_ready = n / CQ_FRAME_SAMPLES + 1;
}
