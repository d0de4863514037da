/* activity/mono_net.h - the network that hears both parties in one channel (models/mono-1.md). */
#ifndef CQ_ACTIVITY_MONO_NET_H
#define CQ_ACTIVITY_MONO_NET_H

#include "activity/mono_features.h"
#include "callqa/error.h"

#define CQ_MONO_EMB 32          /* values of a voice embedding, unit length */
#define CQ_MONO_NET_MAX 3200    /* frames of one run, a multiple of 4 */
#define CQ_MONO_NET_CONTEXT 200 /* frames to either side after which a run's edges no longer show */
#define CQ_MONO_EMB_FRAMES 4    /* one embedding every 40 ms */

struct cq_mono_net;

/*
 * Read the weights (format: models/mono-1.md). cpu as in activity/simd.h. 0, -EINVAL or -ENOTSUP for cpu,
 * -ENOENT / -EBADMSG with `err` told, or -ENOMEM. All buffers are in the instance.
 */
int cq_mono_net_new(const char *path, int cpu, struct cq_error *err, struct cq_mono_net **ret_net);
struct cq_mono_net *cq_mono_net_free(struct cq_mono_net *net); /* accepts NULL */

/*
 * One run over n_frames (a multiple of 4, at most CQ_MONO_NET_MAX). mel[n_frames][CQ_MONO_N_MEL + 1] in dB
 * (bands, then level), pitch[n_frames / 2][CQ_MONO_N_PITCH]; ref_db and low_db the 95th and 10th percentile of
 * the level around. Afterwards the results below are valid until the next run.
 */
void cq_mono_net_run(struct cq_mono_net *net, const float *mel, const float *pitch, int n_frames, float ref_db,
                     float low_db);

/* Logits of the last run: [n_frames][3] speech, overlap, other sound (music, tone). */
enum { CQ_MONO_SPEECH, CQ_MONO_OVERLAP, CQ_MONO_OTHER, CQ_MONO_N_OUT };
const float *cq_mono_net_logits(const struct cq_mono_net *net);

/* Embeddings of the last run: [n_frames / 4][CQ_MONO_EMB]. */
const float *cq_mono_net_embeddings(const struct cq_mono_net *net);

/* Logits of one party's speech over the last run, told the voices of that party and of the other:
 * out[n_frames]. */
void cq_mono_net_party(struct cq_mono_net *net, const float own[CQ_MONO_EMB], const float other[CQ_MONO_EMB],
                       float *out);

#endif
