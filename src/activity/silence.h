/* activity/silence.h - digital silence: stretches that no line gives, because a machine filled them. */
#ifndef CQ_ACTIVITY_SILENCE_H
#define CQ_ACTIVITY_SILENCE_H

#include "callqa/activity.h"

struct cq_silence;

/*
 * A stage over 8 kHz audio of 1 or 2 channels. Silent is where the samples' magnitudes lie within one step of
 * 16 bits of each other and under 16 of them (zeros, or the smallest code of A-law with any sign) for min_s or
 * longer. Edges are exact to the sample. Memory grows with the stretches found only.
 */
int cq_silence_new(int n_channels, double min_s, struct cq_silence **ret_s);
int cq_silence_process(struct cq_silence *s, const float *const pcm[], int n);

/* Append the stretches to *a as CQ_SOUND_DIGITAL_SILENCE of the channel's party (one channel: of nobody). */
int cq_silence_flush(struct cq_silence *s, struct cq_activity *a);
struct cq_silence *cq_silence_free(struct cq_silence *s);

#endif
