/* The AVX2 loop with the sixteen more registers that AVX-512VL gives. */
#include "activity/network_kernel.h"

#include <immintrin.h>
#include <string.h>

#define LAYER_FN cq_layer_avx512
#define ROWS 16

static inline void sums(const struct cq_layer *layer, const int16_t *w, const int16_t *const x[ROWS],
                        const ptrdiff_t tap[CQ_NET_MAX_TAPS], int32_t acc[ROWS][CQ_NET_GROUP])
{
    __m256i sum[ROWS];
    for (int r = 0; r < ROWS; r++)
        sum[r] = _mm256_setzero_si256();
    for (int t = 0; t < layer->n_taps; t++) {
        const int16_t *p[ROWS];
        for (int r = 0; r < ROWS; r++)
            p[r] = x[r] + tap[t];
        for (int i = 0; i < layer->n_in; i += 2, w += 2 * CQ_NET_GROUP) {
            const __m256i wv = _mm256_loadu_si256((const __m256i *)(const void *)w);
            for (int r = 0; r < ROWS; r++) {
                int32_t pair;
                memcpy(&pair, p[r] + i, sizeof pair);
                sum[r] = _mm256_add_epi32(sum[r], _mm256_madd_epi16(wv, _mm256_set1_epi32(pair)));
            }
        }
    }
    for (int r = 0; r < ROWS; r++)
        _mm256_store_si256((__m256i *)(void *)acc[r], sum[r]);
}

#include "activity/network_kernel.inc"
