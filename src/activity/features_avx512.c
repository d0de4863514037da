#define CQ_KERNEL cq_features_avx512
#define CQ_KERNEL_NAME "avx512"
#include "activity/features_kernel.inc"
