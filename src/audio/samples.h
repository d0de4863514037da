/* audio/samples.h - plain loops over rows of samples: the ones the compiler vectorises. */
#ifndef CQ_AUDIO_SAMPLES_H
#define CQ_AUDIO_SAMPLES_H

#include <stdint.h>

/* out[i] = in[i] / 32768. */
void cq_samples_to_float(const int16_t *in, int n, float *out);

/* Nearest 16-bit value of in[i] * 32768, saturated; not-a-number gives 0. */
void cq_samples_to_int16(const float *in, int n, int16_t *out);

/* Channel c of n interleaved frames. */
void cq_samples_pick(const float *frames, int n_channels, int c, int n, float *out);

/* Mean over the channels of n interleaved frames: a mix that cannot overload. */
void cq_samples_mix(const float *frames, int n_channels, int n, float *out);

/* What one pass over a row of samples gives; 16-bit units. */
struct cq_sample_stats {
    int16_t min, max;
    int32_t sum;
    double sum_sq;
};

/* n >= 1 and at most 32768. */
void cq_samples_stats(const int16_t *x, int n, struct cq_sample_stats *ret_stats);

/* Sum of a[i] * b[i]. */
double cq_samples_dot(const int16_t *a, const int16_t *b, int n);

/* out[i] = mean of the i-th group of `group` samples, for n_out groups. */
void cq_samples_decimate(const int16_t *x, int group, int n_out, float *out);

/* How many of x[0..n) are >= limit (sign +1) or <= limit (sign -1). */
int cq_samples_count_beyond(const int16_t *x, int n, int sign, int16_t limit);

#endif
