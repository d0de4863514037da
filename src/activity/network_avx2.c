#define LAYER_FN cq_layer_avx2
#define ROWS 4
#include "activity/network_avx.inc"
