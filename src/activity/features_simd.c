#define CQ_KERNEL cq_features_simd
#define CQ_KERNEL_NAME "simd"
#include "activity/features_kernel.inc"
