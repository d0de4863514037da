/* activity/mono_product.h - the one loop in which the one-channel network spends its time, for each machine. */
#ifndef CQ_ACTIVITY_MONO_PRODUCT_H
#define CQ_ACTIVITY_MONO_PRODUCT_H

#define CQ_MONO_LANES 16 /* outputs are padded to a multiple of this */
#define CQ_MONO_ROWS 4   /* frames computed at once */

/*
 * y[CQ_MONO_ROWS][n_pad] = x[CQ_MONO_ROWS][n_in] W + b, with W as [n_in][n_pad], cut at 0 from below where
 * `relu`. Every output is summed over the inputs in their order, product and sum rounded apart: all paths give
 * the same numbers to the bit.
 */
typedef void cq_mono_product_fn(const float *w, const float *b, int n_in, int n_pad, const float *x, float *y,
                                int relu);

cq_mono_product_fn cq_mono_product_scalar;
cq_mono_product_fn cq_mono_product_avx2; /* where the build has AVX2, see simd.h */

#endif
