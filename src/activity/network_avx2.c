#define LAYER_FN cq_layer_avx2
#define ROWS 8
#include "activity/network_avx.inc"
