/* The twin of the vector paths in plain C. */
#include "activity/network_kernel.h"

#define CQ_KERNEL_PLAIN
#define LAYER_FN cq_layer_scalar
#define ROWS 4

static void sums(const struct cq_layer *layer, const int16_t *w, const int16_t *const x[ROWS],
                 const ptrdiff_t tap[CQ_NET_MAX_TAPS], int32_t acc[ROWS][CQ_NET_GROUP])
{
    for (int r = 0; r < ROWS; r++) {
        const int16_t *v = w;
        int32_t sum[CQ_NET_GROUP] = {0};
        for (int t = 0; t < layer->n_taps; t++) {
            const int16_t *p = x[r] + tap[t];
            for (int i = 0; i < layer->n_in; i += 2, v += 2 * CQ_NET_GROUP)
                for (int o = 0; o < CQ_NET_GROUP; o++)
                    sum[o] += v[2 * o] * p[i] + v[2 * o + 1] * p[i + 1];
        }
        for (int o = 0; o < CQ_NET_GROUP; o++)
            acc[r][o] = sum[o];
    }
}

#include "activity/network_kernel.inc"
