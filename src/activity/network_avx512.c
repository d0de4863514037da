/* The AVX2 loop with the sixteen more registers that AVX-512VL gives. */
#define LAYER_FN cq_layer_avx512
#define ROWS 8
#include "activity/network_avx.inc"
