#include "audio/samples.h"

#include <math.h>

#define FULL_SCALE 32768.0f

void cq_samples_to_float(const int16_t *in, int n, float *out)
{
    for (int i = 0; i < n; i++)
        out[i] = (float)in[i] * (1.0f / FULL_SCALE);
}

void cq_samples_to_int16(const float *in, int n, int16_t *out)
{
    /* rounds half away from zero by hand: lrintf() would keep the loop scalar */
    for (int i = 0; i < n; i++) {
        float v = in[i] * FULL_SCALE;
        v = v == v ? v : 0.0f;
        v = v < 32767.0f ? v : 32767.0f;
        v = v > -32768.0f ? v : -32768.0f;
        out[i] = (int16_t)(int)(v + copysignf(0.5f, v));
    }
}

void cq_samples_pick(const float *frames, int n_channels, int c, int n, float *out)
{
    if (n_channels == 2) {
        for (int i = 0; i < n; i++)
            out[i] = frames[2 * i + c];
        return;
    }
    for (int i = 0; i < n; i++)
        out[i] = frames[(int64_t)i * n_channels + c];
}

void cq_samples_mix(const float *frames, int n_channels, int n, float *out)
{
    float scale = 1.0f / (float)n_channels;
    for (int i = 0; i < n; i++) {
        float sum = 0.0f;
        for (int c = 0; c < n_channels; c++)
            sum += frames[(int64_t)i * n_channels + c];
        out[i] = sum * scale;
    }
}

/* Independent sums let the compiler vectorise without leave to reorder additions. */
#define LANES 8

void cq_samples_stats(const int16_t *x, int n, struct cq_sample_stats *ret_stats)
{
    int16_t min = x[0], max = x[0];
    int32_t sum = 0;
    float sq[LANES] = {0};
    int i = 0;
    for (int k = 0; k < n; k++) {
        min = x[k] < min ? x[k] : min;
        max = x[k] > max ? x[k] : max;
        sum += x[k];
    }
    for (; i + LANES <= n; i += LANES) {
        for (int k = 0; k < LANES; k++) {
            float v = (float)x[i + k];
            sq[k] += v * v;
        }
    }
    double sum_sq = 0.0;
    for (int k = 0; k < LANES; k++)
        sum_sq += (double)sq[k];
    for (; i < n; i++)
        sum_sq += (double)x[i] * x[i];
    *ret_stats = (struct cq_sample_stats){.min = min, .max = max, .sum = sum, .sum_sq = sum_sq};
}

double cq_samples_dot(const int16_t *a, const int16_t *b, int n)
{
    float dot[LANES] = {0};
    int i = 0;
    for (; i + LANES <= n; i += LANES) {
        for (int k = 0; k < LANES; k++)
            dot[k] += (float)a[i + k] * (float)b[i + k];
    }
    double sum = 0.0;
    for (int k = 0; k < LANES; k++)
        sum += (double)dot[k];
    for (; i < n; i++)
        sum += (double)a[i] * b[i];
    return sum;
}

static inline void decimate(const int16_t *x, int group, int n_out, float *out)
{
    float scale = 1.0f / (float)group;
    for (int i = 0; i < n_out; i++) {
        int sum = 0;
        for (int k = 0; k < group; k++)
            sum += x[i * group + k];
        out[i] = (float)sum * scale;
    }
}

void cq_samples_decimate(const int16_t *x, int group, int n_out, float *out)
{
    /* the groups of 8 and 16 kHz known to the compiler */
    if (group == 4)
        decimate(x, 4, n_out, out);
    else if (group == 8)
        decimate(x, 8, n_out, out);
    else
        decimate(x, group, n_out, out);
}

int cq_samples_count_beyond(const int16_t *x, int n, int sign, int16_t limit)
{
    int count = 0;
    if (sign > 0) {
        for (int i = 0; i < n; i++)
            count += x[i] >= limit;
    } else {
        for (int i = 0; i < n; i++)
            count += x[i] <= limit;
    }
    return count;
}
