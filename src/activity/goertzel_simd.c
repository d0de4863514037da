#include "activity/goertzel.h"

#define HALF (CQ_GOERTZEL_BLOCK / 2)
#define TILE CQ_GOERTZEL_TILE

#if defined(__SSE2__)

#include <emmintrin.h>

void cq_goertzel_tile_simd(const float *cosine, const float *sine, const float *even, const float *odd,
                           float *ret_re, float *ret_im)
{
    __m128 r0 = _mm_setzero_ps(), r1 = r0, r2 = r0, r3 = r0, i0 = r0, i1 = r0, i2 = r0, i3 = r0;

    for (int n = 0; n < HALF; n++) {
        const __m128 e = _mm_set1_ps(even[n]), o = _mm_set1_ps(odd[n]);
        const float *c = cosine + n * TILE, *s = sine + n * TILE;
        r0 = _mm_add_ps(r0, _mm_mul_ps(e, _mm_loadu_ps(c)));
        r1 = _mm_add_ps(r1, _mm_mul_ps(e, _mm_loadu_ps(c + 4)));
        r2 = _mm_add_ps(r2, _mm_mul_ps(e, _mm_loadu_ps(c + 8)));
        r3 = _mm_add_ps(r3, _mm_mul_ps(e, _mm_loadu_ps(c + 12)));
        i0 = _mm_add_ps(i0, _mm_mul_ps(o, _mm_loadu_ps(s)));
        i1 = _mm_add_ps(i1, _mm_mul_ps(o, _mm_loadu_ps(s + 4)));
        i2 = _mm_add_ps(i2, _mm_mul_ps(o, _mm_loadu_ps(s + 8)));
        i3 = _mm_add_ps(i3, _mm_mul_ps(o, _mm_loadu_ps(s + 12)));
    }
    _mm_storeu_ps(ret_re, r0);
    _mm_storeu_ps(ret_re + 4, r1);
    _mm_storeu_ps(ret_re + 8, r2);
    _mm_storeu_ps(ret_re + 12, r3);
    _mm_storeu_ps(ret_im, i0);
    _mm_storeu_ps(ret_im + 4, i1);
    _mm_storeu_ps(ret_im + 8, i2);
    _mm_storeu_ps(ret_im + 12, i3);
}

#elif defined(__ARM_NEON) && defined(__aarch64__)

#include <arm_neon.h>

/* Multiply and add apart, as the scalar form does: a fused step would round otherwise. */
void cq_goertzel_tile_simd(const float *cosine, const float *sine, const float *even, const float *odd,
                           float *ret_re, float *ret_im)
{
    float32x4_t r0 = vdupq_n_f32(0.0f), r1 = r0, r2 = r0, r3 = r0, i0 = r0, i1 = r0, i2 = r0, i3 = r0;

    for (int n = 0; n < HALF; n++) {
        const float32x4_t e = vdupq_n_f32(even[n]), o = vdupq_n_f32(odd[n]);
        const float *c = cosine + n * TILE, *s = sine + n * TILE;
        r0 = vaddq_f32(r0, vmulq_f32(e, vld1q_f32(c)));
        r1 = vaddq_f32(r1, vmulq_f32(e, vld1q_f32(c + 4)));
        r2 = vaddq_f32(r2, vmulq_f32(e, vld1q_f32(c + 8)));
        r3 = vaddq_f32(r3, vmulq_f32(e, vld1q_f32(c + 12)));
        i0 = vaddq_f32(i0, vmulq_f32(o, vld1q_f32(s)));
        i1 = vaddq_f32(i1, vmulq_f32(o, vld1q_f32(s + 4)));
        i2 = vaddq_f32(i2, vmulq_f32(o, vld1q_f32(s + 8)));
        i3 = vaddq_f32(i3, vmulq_f32(o, vld1q_f32(s + 12)));
    }
    vst1q_f32(ret_re, r0);
    vst1q_f32(ret_re + 4, r1);
    vst1q_f32(ret_re + 8, r2);
    vst1q_f32(ret_re + 12, r3);
    vst1q_f32(ret_im, i0);
    vst1q_f32(ret_im + 4, i1);
    vst1q_f32(ret_im + 8, i2);
    vst1q_f32(ret_im + 12, i3);
}

#else

void cq_goertzel_tile_simd(const float *cosine, const float *sine, const float *even, const float *odd,
                           float *ret_re, float *ret_im)
{
    cq_goertzel_tile_scalar(cosine, sine, even, odd, ret_re, ret_im);
}

#endif
