/* activity/mono_cluster.h - which two voices a call has, from embeddings of its speech. */
#ifndef CQ_ACTIVITY_MONO_CLUSTER_H
#define CQ_ACTIVITY_MONO_CLUSTER_H

#include "activity/mono_net.h"

#include <stdint.h>

struct cq_mono_voices;

/* What was found; centroids have unit length. */
struct cq_mono_found {
    int n_voices;                   /* 0: no speech, 1: one voice only (centroid[0]), 2 */
    float centroid[2][CQ_MONO_EMB]; /* with one voice both are the same */
    double share[2];                /* of the speech that was clustered */
    double likeness; /* cosine of the two centroids found, also where it made one voice of them */
};

/* An empty collection; memory is allocated once. 0 or -ENOMEM. */
int cq_mono_voices_new(struct cq_mono_voices **ret_v);
struct cq_mono_voices *cq_mono_voices_free(struct cq_mono_voices *v); /* accepts NULL */

/*
 * One frame of 40 ms, in order of time: its embedding and how sure it is that one party alone speaks (0..1).
 * Five frames make a piece. Of long calls every second, fourth, ... two seconds are kept: at most
 * CQ_MONO_PIECES pieces.
 */
void cq_mono_voices_add(struct cq_mono_voices *v, const float *embedding, float weight);

/*
 * Two voices by a hidden Markov model whose states are voices (von Mises-Fisher with one concentration),
 * trained by expectation maximisation from the eight main axes of the embeddings; the likeliest wins. 0 or
 * -ENOMEM.
 */
int cq_mono_voices_find(const struct cq_mono_voices *v, struct cq_mono_found *ret_found);

#define CQ_MONO_PIECES 8192

#endif
