/* activity/simd.h - which instruction set runs: chosen once per instance, all give the same numbers. */
#ifndef CQ_ACTIVITY_SIMD_H
#define CQ_ACTIVITY_SIMD_H

#include "activity/features_kernel.h"
#include "activity/goertzel.h"
#include "activity/mono_product.h"
#include "activity/network_kernel.h"

enum cq_simd_path {
    CQ_SIMD_BEST = -1,
    CQ_SIMD_SCALAR,
    CQ_SIMD_BASELINE,
    CQ_SIMD_AVX2,
    CQ_SIMD_AVX512,
    CQ_SIMD_N
};

/* Resolve `cpu` (enum cq_simd_path) on this machine. -ENOTSUP where it or the build lacks the path. */
int cq_simd_resolve(int cpu, enum cq_simd_path *ret_path);

int cq_simd_features(int cpu, const struct cq_features_kernel **ret_kernel);

int cq_simd_layer(int cpu, cq_layer_fn **ret_run);

int cq_simd_goertzel(int cpu, cq_goertzel_tile_fn **ret_tile);

int cq_simd_mono_product(int cpu, cq_mono_product_fn **ret_product);

#endif
