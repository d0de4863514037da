/* metrics/autocorr.h - short autocorrelations, and what pitch needs around them. Private to the folder. */
#ifndef CQ_METRICS_AUTOCORR_H
#define CQ_METRICS_AUTOCORR_H

#define CQ_AUTOCORR_LANES 8      /* lags or sums reckoned at once; lengths are multiples of it */
#define CQ_AUTOCORR_POINTS 6     /* neighbours that an interpolation takes */
#define CQ_AUTOCORR_FRACTIONS 64 /* of a lag that it knows */
#define CQ_AUTOCORR_REACH 6      /* samples before a window that whitening looks at */

/* r[lag] = sum over i < n of y[i] y[i + lag] for lag < n_lags; n_lags zeros follow y[n - 1]. */
void cq_autocorr_all(const float *restrict y, int n, int n_lags, float *restrict r);

/* The same for the CQ_AUTOCORR_LANES lags from `lag` on: lag + CQ_AUTOCORR_LANES zeros follow. */
void cq_autocorr_few(const float *restrict y, int n, int lag, float *restrict r);

/* Hann window of n samples, and 1 / its normalised autocorrelation for lags 0..max_lag (0 where it has ended).
 */
void cq_autocorr_window(float *hann, float *per_window, int n, int max_lag);

/* y[0..n) = window * (from - mean), then n_zeros zeros. Returns the energy. */
float cq_autocorr_cut(const float *restrict from, const float *restrict hann, int n, float *restrict y,
                      int n_zeros);

/*
 * Flatten the spectrum of y as cq_autocorr_cut() left it from `from`: the prediction error of a linear
 * predictor of order CQ_AUTOCORR_WHITEN (autocorrelation method, 2 % of white noise added), windowed again.
 * from[-CQ_AUTOCORR_WHITEN..-1] is read, too. Returns the new energy.
 */
float cq_autocorr_whiten(const float *restrict from, const float *restrict hann, int n, float *restrict y);

/* Weights of the values at lags -2..3 for the one between lags 0 and 1, one row each fraction of a lag. */
void cq_autocorr_interpolation(float weights[CQ_AUTOCORR_FRACTIONS + 1][CQ_AUTOCORR_POINTS]);

#endif
