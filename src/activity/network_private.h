/* activity/network_private.h - the graph's shape, shared by the loader and the run. */
#ifndef CQ_ACTIVITY_NETWORK_PRIVATE_H
#define CQ_ACTIVITY_NETWORK_PRIVATE_H

#include "activity/network.h"
#include "activity/network_kernel.h"

enum net_layer {
    NET_IN,
    NET_DOWN1,
    NET_MID1,
    NET_DOWN2,
    NET_MID2A,
    NET_MID2B,
    NET_DOWN3,
    NET_DEEP,
    NET_DEEP_LAST = NET_DEEP + 5,
    NET_UP2,
    NET_POST2,
    NET_UP1,
    NET_POST1,
    NET_UP0,
    NET_POST0,
    NET_HEAD,
    NET_LAYERS
};

#define NET_W0 32 /* width at 10 ms */
#define NET_W1 40 /* 20 ms */
#define NET_W2 56 /* 40 ms */
#define NET_W3 64 /* 80 ms */
#define NET_HEAD_PADDED CQ_NET_GROUP

struct net_shape {
    int n_taps;
    int n_in;
    int n_out;
    int dilation; /* distance of the taps in rows; 0 where a layer has one */
};

extern const struct net_shape cq_net_shapes[NET_LAYERS];

/* Features as the first layer takes them: ((feature - centre) cut to +-limit) * factor. */
struct net_inputs {
    int16_t centre[CQ_FEAT_N];
    int16_t limit[CQ_FEAT_N];
    int16_t factor[CQ_FEAT_N]; /* a power of two; limit * factor fits in int16 */
};

/* network_simd.c, which is compiled for speed. */
void cq_network_centre(const struct net_inputs *in, const int16_t x[CQ_FEAT_N], int16_t ret_row[CQ_FEAT_N]);

struct cq_model {
    struct net_inputs inputs;
    struct cq_layer layer[NET_LAYERS];
    int16_t *weights;  /* packed, all layers; owned */
    int32_t *bias;     /* owned */
    float *multiplier; /* owned */
    float *skip;       /* owned */
    char id[9];
};

#endif
