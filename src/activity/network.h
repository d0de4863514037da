/*
 * activity/network.h - the detector's network in 16-bit fixed point.
 *
 * The graph is that of tools/train/model.py: a U of four rates (10, 20, 40, 80 ms), run twice with shared
 * weights, once with each channel as "own". Rows are int16, products are summed in int32; each sum is brought
 * to its output's unit by single float operations that every machine rounds alike (network_kernel.h), so that
 * every instruction set gives the same logits to the bit.
 */
#ifndef CQ_ACTIVITY_NETWORK_H
#define CQ_ACTIVITY_NETWORK_H

#include "activity/features.h"
#include "callqa/error.h"

#include <stddef.h>
#include <stdint.h>

enum cq_network_output {
    CQ_NET_FINE,  /* own speech, pauses >= 0.08 s ending it */
    CQ_NET_SPURT, /* own talkspurt */
    CQ_NET_MUSIC, /* music or tone in this channel */
    CQ_NET_OTHER, /* the other party's talkspurt */
    CQ_NET_OUTPUTS
};
#define CQ_NET_LOGIT_ONE 1024.0f  /* fixed-point one of a logit */
#define CQ_MODEL_LIMIT (1u << 20) /* a longer model file is refused */

struct cq_model;

/*
 * Format of a model file, little endian: "CQMODEL\n", uint32 format (2), uint32 feature version, uint32 number
 * of layers; of each of the CQ_FEAT_N features int16 centre, then int16 limits of the distance from it, then
 * int16 shifts that the distance gets to the left; then for each layer uint16 taps, inputs of a tap, outputs,
 * 0; of each output float32 multipliers from its sum to its own unit, then float32 factors of the skip added to
 * it (0 where the graph has none), then int32 biases; int16 weights [output][tap][input]; at the end 64
 * hexadecimal digits: SHA-256 of everything before. Sizes must be those of the graph. Units of activations are
 * the exporter's choice (tools/train/export.py); logits have 1 / CQ_NET_LOGIT_ONE. -EBADMSG: damaged or not a
 * model (err says what). -ENOTSUP: another format, or made for other features.
 */
int cq_model_parse(const void *bytes, size_t n, struct cq_error *err, struct cq_model **ret_model);
/* -ENOENT, -EACCES, -EIO beside the above; path NULL = "activity-3.bin" of the data folder. */
int cq_model_load(const char *path, struct cq_error *err, struct cq_model **ret_model);
struct cq_model *cq_model_free(struct cq_model *model); /* accepts NULL */
/* First eight digits of the checksum: names the weights in stored analyses. */
const char *cq_model_id(const struct cq_model *model);

struct cq_network;

/* logits[frame][channel][output], scaled by CQ_NET_LOGIT_ONE; frames come in order, without gap. 0 or an error.
 */
typedef int cq_network_sink(void *ctx, const int16_t (*logits)[2][CQ_NET_OUTPUTS], int n_frames);

/* cpu as in cq_features_new(). The model must outlive the network. */
int cq_network_new(const struct cq_model *model, int cpu, struct cq_network **ret_net);
struct cq_network *cq_network_free(struct cq_network *net); /* accepts NULL */

/* Any number of rows. Logits come some 3.5 s later; the rest at the end. Fits cq_features_sink. */
int cq_network_push(struct cq_network *net, const int16_t (*rows)[2][CQ_FEAT_N], int n_frames,
                    cq_network_sink *sink, void *ctx);
int cq_network_finish(struct cq_network *net, cq_network_sink *sink, void *ctx);

#endif
