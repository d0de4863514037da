#include "activity/mono_product.h"

#include <immintrin.h>

/* 16 outputs of 4 frames in eight registers; multiply and add apart, as the scalar twin does. */
void cq_mono_product_avx2(const float *w, const float *b, int n_in, int n_pad, const float *x, float *y,
                          int relu)
{
    const __m256 zero = _mm256_setzero_ps();

    for (int o = 0; o < n_pad; o += CQ_MONO_LANES) {
        __m256 lo[CQ_MONO_ROWS], hi[CQ_MONO_ROWS];
        const float *wi = w + o;
        for (int r = 0; r < CQ_MONO_ROWS; r++) {
            lo[r] = _mm256_loadu_ps(b + o);
            hi[r] = _mm256_loadu_ps(b + o + 8);
        }
        for (int i = 0; i < n_in; i++, wi += n_pad) {
            const __m256 w0 = _mm256_loadu_ps(wi), w1 = _mm256_loadu_ps(wi + 8);
            for (int r = 0; r < CQ_MONO_ROWS; r++) {
                const __m256 v = _mm256_broadcast_ss(x + r * n_in + i);
                lo[r] = _mm256_add_ps(lo[r], _mm256_mul_ps(v, w0));
                hi[r] = _mm256_add_ps(hi[r], _mm256_mul_ps(v, w1));
            }
        }
        for (int r = 0; r < CQ_MONO_ROWS; r++) {
            /* max(0, v) with 0 first gives v for NaN, as the twin's comparison does */
            _mm256_storeu_ps(y + r * n_pad + o, relu ? _mm256_max_ps(zero, lo[r]) : lo[r]);
            _mm256_storeu_ps(y + r * n_pad + o + 8, relu ? _mm256_max_ps(zero, hi[r]) : hi[r]);
        }
    }
}
