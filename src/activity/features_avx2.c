#define CQ_KERNEL cq_features_avx2
#define CQ_KERNEL_NAME "avx2"
#include "activity/features_kernel.inc"
