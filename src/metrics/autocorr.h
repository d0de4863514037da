/* metrics/autocorr.h - short autocorrelations, and what pitch needs around them. Private to the folder. */
#ifndef CQ_METRICS_AUTOCORR_H
#define CQ_METRICS_AUTOCORR_H

/*
 * Compiled once for every x86-64 and once for AVX2, chosen when the program starts; the plain one is the only
 * one elsewhere, and with clang, whose clones of version 14 do not link from a library. Sums have the same
 * eight lanes and nothing is contracted, so that both give the same bits.
 */
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) &&                   \
    !defined(__SANITIZE_THREAD__) /* whose functions cannot run while the program is being linked */
#define CQ_AUTOCORR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CQ_AUTOCORR_CLONES
#endif

#define CQ_AUTOCORR_LANES 8      /* lags or sums reckoned at once; lengths are multiples of it */
#define CQ_AUTOCORR_POINTS 6     /* neighbours that an interpolation takes */
#define CQ_AUTOCORR_FRACTIONS 64 /* of a lag that it knows */
#define CQ_AUTOCORR_REACH 6      /* samples before a window that whitening looks at */

/* r[lag] = sum over i < n of y[i] y[i + lag] for lag < n_lags; n_lags zeros follow y[n - 1]. */
void cq_autocorr_all(const float *restrict y, int n, int n_lags, float *restrict r);

/* The same for the CQ_AUTOCORR_LANES lags from `lag` on: lag + CQ_AUTOCORR_LANES zeros follow. */
void cq_autocorr_few(const float *restrict y, int n, int lag, float *restrict r);

#define CQ_AUTOCORR_MAX_WINDOW 304
#define CQ_AUTOCORR_MAX_LAG 116

/* A Hann window of n samples (a multiple of CQ_AUTOCORR_LANES) and what comes with it. */
struct cq_autocorr_window {
    int n;
    float hann[CQ_AUTOCORR_MAX_WINDOW];
    float hum[2][CQ_AUTOCORR_MAX_WINDOW]; /* mains hum under the window, its two phases, energy 1 each */
    float per_lag[CQ_AUTOCORR_MAX_LAG +
                  1]; /* 1 / the window's normalised autocorrelation; 0 where it has ended */
};

void cq_autocorr_window_init(struct cq_autocorr_window *w, int n, double rate_hz);

/* y[0..w->n) = window * (from - mean - mains hum), then n_zeros zeros. Returns the energy. */
float cq_autocorr_cut(const float *restrict from, const struct cq_autocorr_window *w, float *restrict y,
                      int n_zeros);

/*
 * Flatten the spectrum of y as cq_autocorr_cut() left it from `from`: the prediction error of a linear
 * predictor of order 4 (autocorrelation method, 2 % of white noise added), smoothed and windowed again, without
 * hum. from[-CQ_AUTOCORR_REACH..-1] is read, too. Returns the new energy.
 */
float cq_autocorr_whiten(const float *restrict from, const struct cq_autocorr_window *w, float *restrict y);

/* Weights of the values at lags -2..3 for the one between lags 0 and 1, one row each fraction of a lag. */
void cq_autocorr_interpolation(float weights[CQ_AUTOCORR_FRACTIONS + 1][CQ_AUTOCORR_POINTS]);

#endif
