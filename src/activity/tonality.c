#include "activity/tonality.h"

#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_FFT 512
#define HOP (CQ_ANALYSIS_RATE_HZ / 1000 * CQ_TONALITY_HOP_MS)
#define N_BINS (N_FFT / 2)
#define FIRST_BIN (500 * N_FFT / CQ_ANALYSIS_RATE_HZ) /* below, the partials of low voices stay in a bin */
#define STEADY_HOPS 4                                 /* a peak this old is steady: 80 ms */
#define PEAK_RATIO 4.0f                               /* a peak stands 6 dB above the bins two away */

struct cq_tonality {
    int n_channels;
    float window[N_FFT];
    float cosine[N_BINS], sine[N_BINS];
    float history[CQ_MAX_CHANNELS][N_FFT];
    float re[N_FFT], im[N_FFT];
    float power[CQ_MAX_CHANNELS][N_BINS];
    unsigned char age[CQ_MAX_CHANNELS][N_BINS];
};

int cq_tonality_new(int n_channels, struct cq_tonality **ret_t)
{
    const double two_pi = 6.28318530717958647692;
    struct cq_tonality *t = calloc(1, sizeof *t);

    if (!t)
        return -ENOMEM;
    t->n_channels = n_channels;
    for (int i = 0; i < N_FFT; i++)
        t->window[i] = (float)(0.5 - 0.5 * cos(two_pi * i / N_FFT));
    for (int i = 0; i < N_BINS; i++) {
        t->cosine[i] = (float)cos(two_pi * i / N_FFT);
        t->sine[i] = (float)-sin(two_pi * i / N_FFT);
    }
    *ret_t = t;
    return 0;
}

static void bit_reverse(float *re, float *im)
{
    for (unsigned i = 1, j = 0; i < N_FFT; i++) {
        unsigned bit = N_FFT >> 1;
        while (j & bit) {
            j ^= bit;
            bit >>= 1;
        }
        j |= bit;
        if (i < j) {
            const float a = re[i], b = im[i];
            re[i] = re[j];
            im[i] = im[j];
            re[j] = a;
            im[j] = b;
        }
    }
}

/* Radix-2 decimation in time, in place. */
static void transform(struct cq_tonality *t)
{
    float *re = t->re, *im = t->im;

    bit_reverse(re, im);
    for (unsigned half = 1; half < N_FFT; half <<= 1) {
        const unsigned step = N_BINS / half;
        for (unsigned base = 0; base < N_FFT; base += 2 * half) {
            for (unsigned k = 0; k < half; k++) {
                const unsigned a = base + k, b = a + half;
                const float c = t->cosine[k * step], s = t->sine[k * step];
                const float br = re[b] * c - im[b] * s, bi = re[b] * s + im[b] * c;
                re[b] = re[a] - br;
                im[b] = im[a] - bi;
                re[a] += br;
                im[a] += bi;
            }
        }
    }
}

/* Two real channels ride one complex transform; even and odd parts give their spectra. */
static void spectra(struct cq_tonality *t)
{
    for (int i = 0; i < N_FFT; i++) {
        t->re[i] = t->history[0][i] * t->window[i];
        t->im[i] = t->n_channels > 1 ? t->history[1][i] * t->window[i] : 0.0f;
    }
    transform(t);
    for (int k = 1; k < N_BINS; k++) {
        const float ar = t->re[k], ai = t->im[k], br = t->re[N_FFT - k], bi = t->im[N_FFT - k];
        t->power[0][k] = (ar + br) * (ar + br) + (ai - bi) * (ai - bi);
        t->power[1][k] = (ai + bi) * (ai + bi) + (br - ar) * (br - ar);
    }
}

static float steady_share(const float *power, unsigned char *age)
{
    float total = 1e-20f, steady = 0.0f;

    for (int k = FIRST_BIN; k < N_BINS - 2; k++) {
        const float p = power[k];
        const int is_peak = p >= power[k - 1] && p >= power[k + 1] && p > PEAK_RATIO * power[k - 2] &&
                            p > PEAK_RATIO * power[k + 2];
        total += p;
        if (!is_peak) {
            age[k] = 0;
        } else {
            if (age[k] < STEADY_HOPS)
                age[k]++;
            if (age[k] >= STEADY_HOPS)
                steady += power[k - 1] + p + power[k + 1];
        }
    }
    return steady < total ? steady / total : 1.0f;
}

void cq_tonality_process(struct cq_tonality *t, const float *const pcm[], float ret_share[])
{
    for (int c = 0; c < t->n_channels; c++) {
        memmove(t->history[c], t->history[c] + HOP, (N_FFT - HOP) * sizeof **t->history);
        memcpy(t->history[c] + N_FFT - HOP, pcm[c], HOP * sizeof **t->history);
    }
    spectra(t);
    for (int c = 0; c < t->n_channels; c++)
        ret_share[c] = steady_share(t->power[c], t->age[c]);
}

struct cq_tonality *cq_tonality_free(struct cq_tonality *t)
{
    free(t);
    return NULL;
}
