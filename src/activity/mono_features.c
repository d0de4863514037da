/*
 * activity/mono_features.c - log-mel bands and pitch picture of one channel.
 *
 * One 512-point transform a frame gives the mel bands. Every second frame its power spectrum, compressed by a
 * cube root (which whitens it, as in Tolonen & Karjalainen 2000) and cut to 80-2000 Hz, is transformed back:
 * the autocorrelation, read at log-spaced lags, is where a voice's pitch shows. Mel bands alone blur the
 * harmonics, and pitch is the best single cue to who of two people speaks.
 */
#include "activity/mono_features.h"

#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
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
#define MAX_LAG 140

struct mel_weight {
    short bin; /* index of the lower of the two bands that this spectrum line feeds; -1: only the upper one */
    float low;
    float high;
};

struct cq_mono_features {
    float window[CQ_MONO_WINDOW];
    float ring[CQ_MONO_WINDOW];
    float cos_tab[CQ_MONO_FFT / 2];
    float sin_tab[CQ_MONO_FFT / 2];
    unsigned short swap[HALF];
    struct mel_weight mel[HALF + 1];
    float lag_at[CQ_MONO_N_PITCH + 1]; /* edges of the lag bins in samples */
    int first_line, last_line;         /* spectrum lines of the pitch band */
    int n_ring;
    long n_frames;
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
    for (int i = 0; i < CQ_MONO_FFT / 2; i++) {
        f->cos_tab[i] = (float)cos(2.0 * pi * i / CQ_MONO_FFT);
        f->sin_tab[i] = (float)-sin(2.0 * pi * i / CQ_MONO_FFT);
    }
    for (int i = 0; i < HALF; i++) {
        int r = 0;
        for (int b = 1, v = i; b < HALF; b <<= 1, v >>= 1)
            r = (r << 1) | (v & 1);
        f->swap[i] = (unsigned short)r;
    }
    init_mel(f);
    for (int i = 0; i <= CQ_MONO_N_PITCH; i++)
        f->lag_at[i] = (float)(CQ_ANALYSIS_RATE_HZ / PITCH_HIGH_HZ *
                               pow(PITCH_HIGH_HZ / PITCH_LOW_HZ, i / (double)CQ_MONO_N_PITCH));
    f->first_line = (int)ceil(PITCH_BAND_LOW_HZ * CQ_MONO_FFT / CQ_ANALYSIS_RATE_HZ);
    f->last_line = (int)floor(PITCH_BAND_HIGH_HZ * CQ_MONO_FFT / CQ_ANALYSIS_RATE_HZ);
}

void cq_mono_features_reset(struct cq_mono_features *f)
{
    memset(f->ring, 0, sizeof f->ring);
    f->n_ring = PAD;
    f->n_frames = 0;
}

int cq_mono_features_new(struct cq_mono_features **ret_f)
{
    struct cq_mono_features *f = calloc(1, sizeof *f);

    if (!f)
        return -ENOMEM;
    init_tables(f);
    cq_mono_features_reset(f);
    *ret_f = f;
    return 0;
}

struct cq_mono_features *cq_mono_features_free(struct cq_mono_features *f)
{
    free(f);
    return NULL;
}

/* In-place transform of HALF complex values whose order swap[] has already reversed (Cooley-Tukey, radix 2). */
static void transform(const struct cq_mono_features *f, float *re, float *im)
{
    for (int len = 1; len < HALF; len <<= 1) {
        const int step = CQ_MONO_FFT / (2 * len);
        for (int base = 0; base < HALF; base += 2 * len) {
            for (int j = 0; j < len; j++) {
                const float c = f->cos_tab[j * step], s = f->sin_tab[j * step];
                const int a = base + j, b = a + len;
                const float xr = re[b] * c - im[b] * s, xi = re[b] * s + im[b] * c;
                re[b] = re[a] - xr;
                im[b] = im[a] - xi;
                re[a] += xr;
                im[a] += xi;
            }
        }
    }
}

/* Real input of CQ_MONO_FFT values -> HALF + 1 values; power, or (want_power 0) the real part. */
static void real_transform(const struct cq_mono_features *f, const float *x, float *out, int want_power)
{
    float re[HALF], im[HALF];

    for (int i = 0; i < HALF; i++) {
        re[f->swap[i]] = x[2 * i];
        im[f->swap[i]] = x[2 * i + 1];
    }
    transform(f, re, im);
    for (int k = 0; k <= HALF; k++) {
        const int a = k % HALF, b = (HALF - k) % HALF;
        const float er = 0.5f * (re[a] + re[b]), ei = 0.5f * (im[a] - im[b]);
        const float or_ = 0.5f * (im[a] + im[b]), oi = 0.5f * (re[b] - re[a]);
        const float c = k < HALF ? f->cos_tab[k] : -1.0f, s = k < HALF ? f->sin_tab[k] : 0.0f;
        const float xr = er + or_ * c - oi * s, xi = ei + or_ * s + oi * c;
        out[k] = want_power ? xr * xr + xi * xi : xr;
    }
}

static float to_db(float power)
{
    const float db = 10.0f * log10f(power + 1e-12f);

    return db < CQ_MONO_FLOOR_DB ? CQ_MONO_FLOOR_DB : db;
}

static void mel_bands(const struct cq_mono_features *f, const float *power, float *mel, float *ret_level_db)
{
    float sum = 0.0f;

    for (int b = 0; b < CQ_MONO_N_MEL; b++)
        mel[b] = 0.0f;
    for (int k = 0; k <= HALF; k++) {
        const struct mel_weight *w = &f->mel[k];
        if (w->bin == -2)
            continue;
        if (w->bin >= 0)
            mel[w->bin] += w->low * power[k];
        if (w->bin + 1 < CQ_MONO_N_MEL)
            mel[w->bin + 1] += w->high * power[k];
        sum += power[k];
    }
    for (int b = 0; b < CQ_MONO_N_MEL; b++)
        mel[b] = to_db(mel[b]);
    *ret_level_db = to_db(sum);
}

static void pitch_picture(const struct cq_mono_features *f, const float *power, float *pitch)
{
    float x[CQ_MONO_FFT] = {0}, r[HALF + 1];

    for (int k = f->first_line; k <= f->last_line; k++)
        x[k] = x[CQ_MONO_FFT - k] = cbrtf(power[k]);
    real_transform(f, x, r, 0); /* a real, even input: its transform is the autocorrelation */
    const float scale = r[0] > 1e-9f ? 1.0f / r[0] : 0.0f;
    for (int b = 0; b < CQ_MONO_N_PITCH; b++) {
        const int lo = (int)lrintf(f->lag_at[b]);
        int hi = (int)lrintf(f->lag_at[b + 1]);
        float top = -1.0f;
        if (hi <= lo)
            hi = lo + 1;
        for (int lag = lo; lag < hi && lag < MAX_LAG; lag++)
            if (r[lag] * scale > top)
                top = r[lag] * scale;
        pitch[b] = top;
    }
}

int cq_mono_features_push(struct cq_mono_features *f, const float *pcm, size_t n, size_t *ret_used, float *mel,
                          float *ret_level_db, float *pitch)
{
    float x[CQ_MONO_FFT] = {0}, power[HALF + 1];
    size_t take = (size_t)(CQ_MONO_WINDOW - f->n_ring);

    if (take > n)
        take = n;
    if (take)
        memcpy(f->ring + f->n_ring, pcm, take * sizeof *pcm);
    f->n_ring += (int)take;
    *ret_used = take;
    if (f->n_ring < CQ_MONO_WINDOW)
        return 0;

    for (int i = 0; i < CQ_MONO_WINDOW; i++)
        x[i] = f->ring[i] * f->window[i];
    real_transform(f, x, power, 1);
    mel_bands(f, power, mel, ret_level_db);
    if (f->n_frames % 2)
        pitch_picture(f, power, pitch);
    memmove(f->ring, f->ring + CQ_FRAME_SAMPLES, (CQ_MONO_WINDOW - CQ_FRAME_SAMPLES) * sizeof *f->ring);
    f->n_ring = CQ_MONO_WINDOW - CQ_FRAME_SAMPLES;
    f->n_frames++;
    return 1;
}
