/* Vectors of four: SSE2, NEON. */
#define WIDTH 4
#define TILE_FN cq_goertzel_tile_simd
#include "activity/goertzel_kernel.inc"
