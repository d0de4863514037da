/*
 * activity/decode.h - from the network's logits to stretches of talk and music.
 *
 * A state model of both parties at once (silence, agent, customer, both) finds the likeliest path (Viterbi
 * 1967) through the summed log odds, with a cost for each party that begins or ends and one for talking at
 * once; it decides at most CQ_DECODE_LAG frames late. Edges are then placed between frames, where the log odds
 * cross zero. Pauses and talkspurts shorter than measures.md allows are closed and dropped. Music is decoded
 * for each channel alone. Memory is constant.
 */
#ifndef CQ_ACTIVITY_DECODE_H
#define CQ_ACTIVITY_DECODE_H

#include "activity/network.h"
#include "callqa/activity.h"

#define CQ_DECODE_LAG 400 /* frames: 4 s */

/* Log odds are natural logarithms a frame of 10 ms; costs are in the same unit. From validation calls, see the
 * model card. */
struct cq_decode_opts {
    float spurt_weight; /* of the output "talkspurt", ... */
    float fine_weight;  /* ... of "speech with pauses >= 0.08 s", ... */
    float other_weight; /* ... of "the other party" as seen from the other side */
    float bias;         /* > 0 favours talk */
    float begin_cost;
    float end_cost;
    float both_cost; /* a frame in which both talk */
    float music_bias;
    float music_cost;    /* of each change */
    float onset_shift_s; /* added to every onset, offset */
    float offset_shift_s;
    float min_pause_s; /* measures.md: talkspurt */
    float min_spurt_s;
    float min_music_s;
    float join_music_s; /* shorter gaps in music are closed */
};

#define CQ_DECODE_OPTS_INIT                                                                                    \
    {                                                                                                          \
        .spurt_weight = 0.6f, .fine_weight = 0.15f, .other_weight = 0.0f, .bias = 0.15f, .begin_cost = 6.0f,   \
        .end_cost = 3.0f, .both_cost = 0.2f, .music_bias = 0.0f, .music_cost = 8.0f, .onset_shift_s = 0.0f,    \
        .offset_shift_s = 0.0f, .min_pause_s = 0.20f, .min_spurt_s = 0.05f, .min_music_s = 0.15f,              \
        .join_music_s = 0.5f                                                                                   \
    }

struct cq_decoder;

/* Spans go to *activity (not owned), unsorted. -ENOMEM. */
int cq_decoder_new(const struct cq_decode_opts *opts, struct cq_activity *activity, struct cq_decoder **ret_d);
struct cq_decoder *cq_decoder_free(struct cq_decoder *d); /* accepts NULL */
/* Frames in order, any number; -ENOMEM. Fits cq_network_sink. */
int cq_decoder_push(void *decoder, const int16_t (*logits)[2][CQ_NET_OUTPUTS], int n_frames);
int cq_decoder_finish(struct cq_decoder *d);

#endif
