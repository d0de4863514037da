#include "metrics/autocorr.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define LANES CQ_AUTOCORR_LANES
#define POINTS CQ_AUTOCORR_POINTS
#define ORDER 4 /* of the predictor */
#define REACH CQ_AUTOCORR_REACH
static_assert(REACH == ORDER + 2, "the predictor and its smoothing");
/* Between 50 and 60 Hz: in a window of 48 ms (20 Hz wide) it takes away both. */
#define HUM_HZ 55.0
#define WHITE_NOISE 0.02f /* of the power: what lies 17 dB under the rest is not lifted */

/* Many lags: they are the vector. */
CQ_AUTOCORR_CLONES void cq_autocorr_all(const float *restrict y, int n, int n_lags, float *restrict r)
{
    memset(r, 0, (size_t)n_lags * sizeof *r);
    for (int i = 0; i < n; i++) {
        const float v = y[i];
        for (int lag = 0; lag < n_lags; lag++)
            r[lag] += v * y[i + lag];
    }
}

static float add_up(const float sum[LANES])
{
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

/* Few lags, many samples: eight sums of each are the vector. */
CQ_AUTOCORR_CLONES void cq_autocorr_few(const float *restrict y, int n, int lag, float *restrict r)
{
    for (int k = 0; k < LANES; k++) {
        const float *z = y + lag + k;
        float sum[LANES] = {0};
        for (int i = 0; i < n; i += LANES) {
            for (int j = 0; j < LANES; j++)
                sum[j] += y[i + j] * z[i + j];
        }
        r[k] = add_up(sum);
    }
}

void cq_autocorr_window_init(struct cq_autocorr_window *w, int n, double rate_hz)
{
    double energy[2] = {0, 0}, r0 = 0;

    *w = (struct cq_autocorr_window){.n = n};
    for (int i = 0; i < n; i++) {
        double hann = 0.5 - 0.5 * cos(2 * PI * (i + 0.5) / n);
        double phase = 2 * PI * HUM_HZ * (i + 0.5 - n / 2.0) / rate_hz;
        w->hann[i] = (float)hann;
        w->hum[0][i] = (float)(hann * cos(phase));
        w->hum[1][i] = (float)(hann * sin(phase));
        energy[0] += (double)(w->hum[0][i] * w->hum[0][i]);
        energy[1] += (double)(w->hum[1][i] * w->hum[1][i]);
    }
    for (int i = 0; i < n; i++) {
        w->hum[0][i] /= (float)sqrt(energy[0]);
        w->hum[1][i] /= (float)sqrt(energy[1]);
    }
    for (int lag = 0; lag <= CQ_AUTOCORR_MAX_LAG; lag++) {
        double r = 0;
        for (int i = 0; i + lag < n; i++)
            r += (double)w->hann[i] * (double)w->hann[i + lag];
        if (!lag)
            r0 = r;
        w->per_lag[lag] = (float)(r > 0 ? r0 / r : 0);
    }
}

static float mean_of(const float *x, int n)
{
    float sum[LANES] = {0};
    for (int i = 0; i < n; i += LANES) {
        for (int k = 0; k < LANES; k++)
            sum[k] += x[i + k];
    }
    return add_up(sum) / (float)n;
}

/* Take away what lies in the direction of mains hum: its two phases are orthogonal and of energy 1, so that the
 * energy falls by the squares of what is taken. Returns the energy left. */
CQ_AUTOCORR_CLONES static float remove_hum(const struct cq_autocorr_window *w, float *restrict y)
{
    const float *restrict cosine = w->hum[0], *restrict sine = w->hum[1];
    const int n = w->n;
    float c_sum[LANES] = {0}, s_sum[LANES] = {0}, square[LANES] = {0}; /* a loop each: those become vectors */
    for (int i = 0; i < n; i += LANES) {
        for (int k = 0; k < LANES; k++)
            c_sum[k] += y[i + k] * cosine[i + k];
    }
    for (int i = 0; i < n; i += LANES) {
        for (int k = 0; k < LANES; k++)
            s_sum[k] += y[i + k] * sine[i + k];
    }
    for (int i = 0; i < n; i += LANES) {
        for (int k = 0; k < LANES; k++)
            square[k] += y[i + k] * y[i + k];
    }
    const float c = add_up(c_sum), s = add_up(s_sum), energy = add_up(square) - c * c - s * s;
    for (int i = 0; i < n; i++)
        y[i] -= c * cosine[i] + s * sine[i];
    return energy > 0 ? energy : 0;
}

CQ_AUTOCORR_CLONES float cq_autocorr_cut(const float *restrict from, const struct cq_autocorr_window *w,
                                         float *restrict y, int n_zeros)
{
    const float mean = mean_of(from, w->n);
    for (int i = 0; i < w->n; i++)
        y[i] = (from[i] - mean) * w->hann[i];
    memset(y + w->n, 0, (size_t)n_zeros * sizeof *y);
    return remove_hum(w, y);
}

/* Levinson's recursion: coefficients of the prediction error filter, a[0] = 1. r[0] > 0. */
static void predict(const float r[ORDER + 1], float a[ORDER + 1])
{
    float error = r[0], old[ORDER + 1];
    memset(a, 0, (ORDER + 1) * sizeof *a);
    a[0] = 1;
    for (int m = 1; m <= ORDER; m++) {
        float sum = r[m];
        for (int j = 1; j < m; j++)
            sum += a[j] * r[m - j];
        const float reflection = -sum / error;
        memcpy(old, a, sizeof old);
        for (int j = 1; j < m; j++)
            a[j] = old[j] + reflection * old[m - j];
        a[m] = reflection;
        error *= 1 - reflection * reflection;
    }
}

CQ_AUTOCORR_CLONES float cq_autocorr_whiten(const float *restrict from, const struct cq_autocorr_window *w,
                                            float *restrict y)
{
    float r[LANES], a[ORDER + 1], b[REACH + 1] = {0}, gain = 0;

    cq_autocorr_few(y, w->n, 0, r);
    if (!(r[0] > 0))
        return 0;
    r[0] *= 1 + WHITE_NOISE;
    predict(r, a);
    /* Smoothed by (1 2 1) / 4: what whitening lifts near the half rate would spoil the interpolation of lags.
     */
    for (int j = 0; j <= ORDER; j++) {
        b[j] += 0.25f * a[j];
        b[j + 1] += 0.5f * a[j];
        b[j + 2] += 0.25f * a[j];
        gain += a[j];
    }

    const float mean = gain * mean_of(from, w->n); /* what the filter makes of a constant */
    for (int i = 0; i < w->n; i += LANES) {
        float v[LANES] = {0};
        for (int j = 0; j <= REACH; j++) {
            for (int k = 0; k < LANES; k++)
                v[k] += b[j] * from[i + k - j];
        }
        for (int k = 0; k < LANES; k++)
            y[i + k] = (v[k] - mean) * w->hann[i + k];
    }
    return remove_hum(w, y);
}

static double sinc(double t)
{
    return fabs(t) > 1e-9 ? sin(PI * t) / (PI * t) : 1;
}

/*
 * Least squares over most of the band that the caller's filter leaves (0.6 of the half rate), by Gauss
 * elimination. A windowed sinc this short errs by over 1 % at a maximum, as much as the octave cost; this one
 * by half of that.
 */
void cq_autocorr_interpolation(float weights[CQ_AUTOCORR_FRACTIONS + 1][POINTS])
{
    const double band = 0.6;
    for (int f = 0; f <= CQ_AUTOCORR_FRACTIONS; f++) {
        double a[POINTS][POINTS + 1];
        for (int i = 0; i < POINTS; i++) {
            for (int k = 0; k < POINTS; k++)
                a[i][k] = sinc(band * (i - k)) + (i == k ? 1e-6 : 0);
            a[i][POINTS] = sinc(band * (i - 2 - (double)f / CQ_AUTOCORR_FRACTIONS));
        }
        for (int i = 0; i < POINTS; i++) {
            for (int row = 0; row < POINTS; row++) {
                double by = row == i ? 0 : a[row][i] / a[i][i];
                for (int k = i; k <= POINTS; k++)
                    a[row][k] -= by * a[i][k];
            }
        }
        for (int i = 0; i < POINTS; i++)
            weights[f][i] = (float)(a[i][POINTS] / a[i][i]);
    }
}
