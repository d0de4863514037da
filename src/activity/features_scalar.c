#define CQ_KERNEL_PLAIN
#define CQ_KERNEL cq_features_scalar
#define CQ_KERNEL_NAME "scalar"
#include "activity/features_kernel.inc"
