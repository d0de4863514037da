/*
 * activity/network_kernel.h - one layer over many rows: y = clip16(relu(round((W x + b) * m))) [+ residual].
 *
 * Weights are packed for pairs of inputs: [output / 8][tap][input / 2][8 outputs][2 inputs], outputs and inputs
 * padded with zeros. Sums are integers, and the loader proves that none can leave int32; one multiplication and
 * at most one more with one addition in float follow, never contracted, rounded to even: every implementation
 * gives equal results.
 */
#ifndef CQ_ACTIVITY_NETWORK_KERNEL_H
#define CQ_ACTIVITY_NETWORK_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CQ_NET_GROUP 8 /* outputs computed at once */
#define CQ_NET_MAX_TAPS 3
#define CQ_NET_MAX_OUT 128

struct cq_layer {
    int n_taps;
    int n_in;  /* of one tap, even */
    int n_out; /* a multiple of CQ_NET_GROUP, padded */
    const int16_t *weights;
    const int32_t *bias;
    const float *multiplier; /* from a sum to the unit of its output */
    const float *skip; /* from the unit of `add` to that of the output, where it is added before the relu */
};

struct cq_layer_io {
    const int16_t *x;               /* row 0 */
    ptrdiff_t x_step;               /* from row to row */
    ptrdiff_t tap[CQ_NET_MAX_TAPS]; /* from a row to its taps */
    const int16_t *add;             /* before the relu (`skip`) or after it (`residual`); NULL for none */
    ptrdiff_t add_step;
    bool add_before;
    bool relu;
    int16_t *y;
    ptrdiff_t y_step;
    int n_rows;
};

typedef void cq_layer_fn(const struct cq_layer *layer, const struct cq_layer_io *io);

cq_layer_fn cq_layer_scalar;
cq_layer_fn cq_layer_simd; /* baseline: SSE2 by hand, otherwise what the compiler makes of the twin */
cq_layer_fn cq_layer_avx2;
cq_layer_fn cq_layer_avx512;

#endif
