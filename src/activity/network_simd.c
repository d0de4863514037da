/* Baseline of the target: SSE2 on x86; elsewhere the plain loop, which compilers turn into NEON. */
#include "activity/network_kernel.h"
#include "activity/network_private.h"

#include <string.h>

#define LAYER_FN cq_layer_simd

#ifdef __SSE2__
#include <emmintrin.h>

#define ROWS 4

static void sums(const struct cq_layer *layer, const int16_t *w, const int16_t *const x[ROWS],
                 const ptrdiff_t tap[CQ_NET_MAX_TAPS], int32_t acc[ROWS][CQ_NET_GROUP])
{
    __m128i lo[ROWS], hi[ROWS];
    for (int r = 0; r < ROWS; r++)
        lo[r] = hi[r] = _mm_setzero_si128();
    for (int t = 0; t < layer->n_taps; t++)
        for (int i = 0; i < layer->n_in; i += 2, w += 2 * CQ_NET_GROUP) {
            const __m128i wl = _mm_loadu_si128((const __m128i *)(const void *)w);
            const __m128i wh = _mm_loadu_si128((const __m128i *)(const void *)(w + CQ_NET_GROUP));
            for (int r = 0; r < ROWS; r++) {
                int32_t pair;
                memcpy(&pair, x[r] + tap[t] + i, sizeof pair);
                const __m128i v = _mm_set1_epi32(pair);
                lo[r] = _mm_add_epi32(lo[r], _mm_madd_epi16(wl, v));
                hi[r] = _mm_add_epi32(hi[r], _mm_madd_epi16(wh, v));
            }
        }
    for (int r = 0; r < ROWS; r++) {
        _mm_store_si128((__m128i *)(void *)acc[r], lo[r]);
        _mm_store_si128((__m128i *)(void *)(acc[r] + 4), hi[r]);
    }
}
#else
#define ROWS 4

static void sums(const struct cq_layer *layer, const int16_t *w, const int16_t *const x[ROWS],
                 const ptrdiff_t tap[CQ_NET_MAX_TAPS], int32_t acc[ROWS][CQ_NET_GROUP])
{
    memset(acc, 0, ROWS * sizeof acc[0]);
    for (int t = 0; t < layer->n_taps; t++)
        for (int i = 0; i < layer->n_in; i += 2, w += 2 * CQ_NET_GROUP)
            for (int r = 0; r < ROWS; r++) {
                const int32_t a = x[r][tap[t] + i], b = x[r][tap[t] + i + 1];
                for (int o = 0; o < CQ_NET_GROUP; o++)
                    acc[r][o] += w[2 * o] * a + w[2 * o + 1] * b;
            }
}
#endif

#include "activity/network_kernel.inc"

/* The loader has seen to it that nothing here leaves int16. */
void cq_network_centre(const struct net_inputs *in, const int16_t x[CQ_FEAT_N],
                       int16_t ret_row[restrict CQ_FEAT_N])
{
    for (int i = 0; i < CQ_FEAT_N; i++) {
        const int16_t far = in->limit[i], near = (int16_t)-far;
        int16_t d = (int16_t)(x[i] - in->centre[i]);
        d = d > far ? far : d;
        d = d < near ? near : d;
        ret_row[i] = (int16_t)(d * in->factor[i]);
    }
}
