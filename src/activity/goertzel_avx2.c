#define WIDTH 8
#define TILE_FN cq_goertzel_tile_avx2
#include "activity/goertzel_kernel.inc"
