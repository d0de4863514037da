#include "activity/tonality.h"

#include "activity/spectrum.h"
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
    struct cq_spectrum spectrum;
    float history[CQ_MAX_CHANNELS][N_FFT];
    float re[N_FFT], im[N_FFT];
    float power[CQ_MAX_CHANNELS][N_BINS];
    unsigned char age[CQ_MAX_CHANNELS][N_BINS];
};

int cq_tonality_new(int n_channels, struct cq_tonality **ret_t)
{
    const double two_pi = 6.28318530717958647692;
    struct cq_tonality *t = calloc(1, sizeof *t);
    int rc;

    if (!t)
        return -ENOMEM;
    t->n_channels = n_channels;
    for (int i = 0; i < N_FFT; i++)
        t->window[i] = (float)(0.5 - 0.5 * cos(two_pi * i / N_FFT));
    rc = cq_spectrum_init(&t->spectrum, N_FFT);
    if (rc) {
        cq_tonality_free(t);
        return rc;
    }
    *ret_t = t;
    return 0;
}

/* Two real channels ride one complex transform; even and odd parts give their spectra. */
static void spectra(struct cq_tonality *t)
{
    for (int i = 0; i < N_FFT; i++) {
        t->re[i] = t->history[0][i] * t->window[i];
        t->im[i] = t->n_channels > 1 ? t->history[1][i] * t->window[i] : 0.0f;
    }
    cq_spectrum_transform(&t->spectrum, t->re, t->im);
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
    if (t)
        cq_spectrum_done(&t->spectrum);
    free(t);
    return NULL;
}
