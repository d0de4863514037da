/*
 * activity/features_kernel.h - the arithmetic of the features, once for every instruction set.
 *
 * A frame is a lane: arrays are [element][CQ_FFT_LANES], loops over lanes are innermost and have no dependence
 * between lanes, so that a compiler turns each into vector instructions. features_ISA.c includes
 * features_kernel.inc with its own target flags. Only IEEE operations that give one result everywhere are used
 * (no fused multiply-add, no reductions across lanes, own logarithm), which makes all paths equal to the bit.
 */
#ifndef CQ_ACTIVITY_FEATURES_KERNEL_H
#define CQ_ACTIVITY_FEATURES_KERNEL_H

#include "activity/fft.h"

#include <stdint.h>

#define CQ_LANES CQ_FFT_LANES
#define CQ_WIN 200       /* 25 ms */
#define CQ_NFFT 256      /* real transform, zero padded */
#define CQ_BINS 129      /* CQ_NFFT / 2 + 1 */
#define CQ_MEL 24        /* bands from 80 to 3900 Hz */
#define CQ_MEL_TAPS 512  /* more than all weights of the bank together */
#define CQ_GROUPS 6      /* coarse bands of the leak measures: four mel bands each */
#define CQ_VOICE_LAGS 32 /* of the autocorrelation at 2 kHz */
#define CQ_VOICE_LAG0 4
#define CQ_VOICE_WIN 64 /* 32 ms at 2 kHz */
#define CQ_DECIMATE 4
#define CQ_DECIMATE_TAPS 24

/* Tables that never change, made once per instance. */
struct cq_features_tables {
    struct cq_fft fft; /* CQ_NFFT / 2 */
    float window[CQ_WIN];
    float post_cos[CQ_BINS]; /* unfolding of the half-length transform */
    float post_sin[CQ_BINS];
    int mel_start[CQ_MEL];
    int mel_len[CQ_MEL];
    float mel_weight[CQ_MEL_TAPS];
    int group_start[CQ_GROUPS + 1]; /* bins */
    float decimate[CQ_DECIMATE_TAPS];
    float power_scale; /* |X|^2 to mean square */
};

/* Spectra of eight frames of one channel. */
struct cq_spectra {
    float re[CQ_BINS][CQ_LANES];
    float im[CQ_BINS][CQ_LANES];
    float power[CQ_BINS][CQ_LANES];
};

/* One-tap-per-bin model of how the other party comes back. */
struct cq_leak_path {
    float re[CQ_BINS];
    float im[CQ_BINS];
};

struct cq_features_kernel {
    const char *name;
    /* Eight complex transforms in place; work has as many elements as re. */
    void (*fft)(const struct cq_fft *fft, float *re, float *im, float *work_re, float *work_im);
    /* x: first sample of lane 0's window, lane l starts `hop` samples later. */
    void (*spectra)(const struct cq_features_tables *t, const float *x, int hop, struct cq_spectra *ret_s);
    /* Mel band powers (mean square), the sum of them, 10 log10 of the largest bin against the mean bin. */
    void (*mel)(const struct cq_features_tables *t, const struct cq_spectra *s, float ret_mel[CQ_MEL][CQ_LANES],
                float ret_peak[CQ_LANES]);
    /* 10 log10(max(v, 1e-13)) in place, n a multiple of eight. */
    void (*decibel)(float *v, int n);
    /* Per group: energy of own, of other, of own minus path * other. */
    void (*leak)(const struct cq_features_tables *t, const struct cq_spectra *own,
                 const struct cq_spectra *other, const struct cq_leak_path *path,
                 float ret_e[3][CQ_GROUPS][CQ_LANES]);
    /* 2 kHz from 8 kHz: out[i] = sum over taps of x[4 i + k]. */
    void (*decimate)(const struct cq_features_tables *t, const float *x, int n_out, float *out);
    /* Highest normalised autocorrelation of x[0..64) against x[lag..lag+64), lags 4..35; 0 for silence. */
    float (*voicing)(const float *x);
};

extern const struct cq_features_kernel cq_features_scalar;
extern const struct cq_features_kernel cq_features_simd; /* the compiler's baseline: SSE2, NEON */
extern const struct cq_features_kernel cq_features_avx2;
extern const struct cq_features_kernel cq_features_avx512;

#endif
