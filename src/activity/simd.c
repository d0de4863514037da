#include "activity/simd.h"

#include <errno.h>
#include <stdbool.h>

static bool machine_has(enum cq_simd_path path)
{
    switch (path) {
    case CQ_SIMD_SCALAR:
    case CQ_SIMD_BASELINE:
        return true;
    case CQ_SIMD_AVX2:
#if CQ_HAVE_AVX2
        return __builtin_cpu_supports("avx2") != 0;
#else
        return false;
#endif
    case CQ_SIMD_AVX512:
#if CQ_HAVE_AVX512
        return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
               __builtin_cpu_supports("avx512dq") != 0;
#else
        return false;
#endif
    case CQ_SIMD_BEST:
    case CQ_SIMD_N:
        return false;
    }
    return false;
}

int cq_simd_resolve(int cpu, enum cq_simd_path *ret_path)
{
    if (cpu < CQ_SIMD_BEST || cpu >= CQ_SIMD_N)
        return -EINVAL;
    enum cq_simd_path path = (enum cq_simd_path)cpu;
    if (path == CQ_SIMD_BEST) {
        /* AVX-512 by name only: it is built from the same source, but has not been run on such a machine yet.
         */
        path = CQ_SIMD_AVX512;
        do
            path = (enum cq_simd_path)(path - 1);
        while (!machine_has(path));
    }
    if (!machine_has(path))
        return -ENOTSUP;
    *ret_path = path;
    return 0;
}

int cq_simd_features(int cpu, const struct cq_features_kernel **ret_kernel)
{
    static const struct cq_features_kernel *const kernels[CQ_SIMD_N] = {
        [CQ_SIMD_SCALAR] = &cq_features_scalar,
        [CQ_SIMD_BASELINE] = &cq_features_simd,
#if CQ_HAVE_AVX2
        [CQ_SIMD_AVX2] = &cq_features_avx2,
#endif
#if CQ_HAVE_AVX512
        [CQ_SIMD_AVX512] = &cq_features_avx512,
#endif
    };
    enum cq_simd_path path;
    const int r = cq_simd_resolve(cpu, &path);
    if (!r)
        *ret_kernel = kernels[path];
    return r;
}

int cq_simd_layer(int cpu, cq_layer_fn **ret_run)
{
    static cq_layer_fn *const layers[CQ_SIMD_N] = {
        [CQ_SIMD_SCALAR] = cq_layer_scalar,
        [CQ_SIMD_BASELINE] = cq_layer_simd,
#if CQ_HAVE_AVX2
        [CQ_SIMD_AVX2] = cq_layer_avx2,
#endif
#if CQ_HAVE_AVX512
        [CQ_SIMD_AVX512] = cq_layer_avx512,
#endif
    };
    enum cq_simd_path path;
    const int r = cq_simd_resolve(cpu, &path);
    if (!r)
        *ret_run = layers[path];
    return r;
}

int cq_simd_goertzel(int cpu, cq_goertzel_tile_fn **ret_tile)
{
    static cq_goertzel_tile_fn *const paths[CQ_SIMD_N] = {
        [CQ_SIMD_SCALAR] = cq_goertzel_tile_scalar,
        [CQ_SIMD_BASELINE] = cq_goertzel_tile_simd,
#if CQ_HAVE_AVX2
        [CQ_SIMD_AVX2] = cq_goertzel_tile_avx2,
        [CQ_SIMD_AVX512] = cq_goertzel_tile_avx2, /* no wider one is written */
#endif
    };
    enum cq_simd_path path;
    const int r = cq_simd_resolve(cpu, &path);
    if (!r)
        *ret_tile = paths[path];
    return r;
}

int cq_simd_mono_product(int cpu, cq_mono_product_fn **ret_product)
{
    static cq_mono_product_fn *const paths[CQ_SIMD_N] = {
        [CQ_SIMD_SCALAR] = cq_mono_product_scalar,
        [CQ_SIMD_BASELINE] = cq_mono_product_scalar,
#if CQ_HAVE_AVX2
        [CQ_SIMD_AVX2] = cq_mono_product_avx2,
        [CQ_SIMD_AVX512] = cq_mono_product_avx2, /* no wider one is written */
#endif
    };
    enum cq_simd_path path;
    const int r = cq_simd_resolve(cpu, &path);
    if (!r)
        *ret_product = paths[path];
    return r;
}
