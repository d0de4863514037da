#include "activity/goertzel.h"

#include "activity/simd.h"

#include <math.h>

#define HALF (CQ_GOERTZEL_BLOCK / 2)
#define TILE CQ_GOERTZEL_TILE
#define N_TILES (CQ_GOERTZEL_BINS / TILE)

static const double TWO_PI = 6.28318530717958647692;

int cq_goertzel_init(int cpu, struct cq_goertzel *g)
{
    for (int t = 0; t < N_TILES; t++) {
        for (int n = 0; n < HALF; n++) {
            for (int f = 0; f < TILE; f++) {
                const double w = TWO_PI * (CQ_GOERTZEL_FIRST + t * TILE + f) / CQ_GOERTZEL_BLOCK;
                g->cosine[t][n][f] = (float)cos(w * (n + 0.5));
                g->sine[t][n][f] = (float)sin(w * (n + 0.5));
            }
        }
    }
    return cq_simd_goertzel(cpu, &g->tile);
}

void cq_goertzel_tile_scalar(const float *cosine, const float *sine, const float *even, const float *odd,
                             float *ret_re, float *ret_im)
{
    float re[TILE] = {0}, im[TILE] = {0};

    for (int n = 0; n < HALF; n++) {
        for (int f = 0; f < TILE; f++) {
            re[f] += even[n] * cosine[n * TILE + f];
            im[f] += odd[n] * sine[n * TILE + f];
        }
    }
    for (int f = 0; f < TILE; f++) {
        ret_re[f] = re[f];
        ret_im[f] = im[f];
    }
}

void cq_goertzel_block(const struct cq_goertzel *g, const float *x, float ret_power[CQ_GOERTZEL_BINS])
{
    /* A neighbour on each side, zero beyond the bank, for the window. */
    float re[CQ_GOERTZEL_BINS + 2] = {0}, im[CQ_GOERTZEL_BINS + 2] = {0};
    float even[HALF], odd[HALF];
    const float scale = 8.0f / ((float)CQ_GOERTZEL_BLOCK * CQ_GOERTZEL_BLOCK);

    /* Real parts come from the even half of the block about its middle, imaginary parts from the odd half. */
    for (int n = 0; n < HALF; n++) {
        const float after = x[HALF + n], before = x[HALF - 1 - n];
        even[n] = after + before;
        odd[n] = after - before;
    }
    for (int t = 0; t < N_TILES; t++)
        g->tile(g->cosine[t][0], g->sine[t][0], even, odd, re + 1 + t * TILE, im + 1 + t * TILE);
    /* With phases about the middle the Hann window is a half of a bin and a quarter of each neighbour. */
    for (int k = 1; k <= CQ_GOERTZEL_BINS; k++) {
        const float a = 0.5f * re[k] + 0.25f * (re[k - 1] + re[k + 1]);
        const float b = 0.5f * im[k] + 0.25f * (im[k - 1] + im[k + 1]);
        ret_power[k - 1] = scale * (a * a + b * b);
    }
}

void cq_goertzel_fine_init(struct cq_goertzel_fine *g)
{
    for (int n = 0; n < CQ_GOERTZEL_FINE_SAMPLES; n++)
        g->window[n] = (float)(0.5 - 0.5 * cos(TWO_PI * (n + 0.5) / CQ_GOERTZEL_FINE_SAMPLES));
    for (int k = 0; k < CQ_GOERTZEL_FINE_BINS; k++)
        g->coefficient[k] =
            (float)(2.0 * cos(TWO_PI * (CQ_GOERTZEL_FINE_FIRST_HZ + CQ_GOERTZEL_FINE_STEP_HZ * k) /
                              CQ_GOERTZEL_FINE_RATE_HZ));
}

void cq_goertzel_fine(const struct cq_goertzel_fine *g, const float x[CQ_GOERTZEL_FINE_SAMPLES],
                      float ret_power[CQ_GOERTZEL_FINE_BINS])
{
    float s1[CQ_GOERTZEL_FINE_BINS] = {0}, s2[CQ_GOERTZEL_FINE_BINS] = {0};
    const float scale = 8.0f / ((float)CQ_GOERTZEL_FINE_SAMPLES * CQ_GOERTZEL_FINE_SAMPLES);

    for (int n = 0; n < CQ_GOERTZEL_FINE_SAMPLES; n++) {
        const float in = g->window[n] * x[n];
        for (int k = 0; k < CQ_GOERTZEL_FINE_BINS; k++) {
            const float s0 = in + g->coefficient[k] * s1[k] - s2[k];
            s2[k] = s1[k];
            s1[k] = s0;
        }
    }
    for (int k = 0; k < CQ_GOERTZEL_FINE_BINS; k++)
        ret_power[k] = scale * (s1[k] * s1[k] + s2[k] * s2[k] - g->coefficient[k] * s1[k] * s2[k]);
}
