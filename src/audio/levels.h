/* audio/levels.h - peak, power, DC and noise level of one channel, by frames of 10 ms. */
#ifndef CQ_AUDIO_LEVELS_H
#define CQ_AUDIO_LEVELS_H

#include "audio/samples.h"
#include "callqa/recording.h"

#include <stdint.h>

/* dB relative to overload (dBov, ITU-T G.100.1: a full-scale square wave is 0, a full-scale sine -3.01). */
#define CQ_LEVELS_FLOOR_DBOV (-100.0)
#define CQ_LEVELS_BINS 400 /* of 0.25 dB from the floor up */

struct cq_levels {
    int16_t min, max;
    int64_t n;
    double sum, sum_sq; /* 16-bit units */
    double loudest_dbov;
    int64_t n_frames; /* in the histogram: those that are not one constant value */
    uint32_t bins[CQ_LEVELS_BINS];
};

void cq_levels_init(struct cq_levels *l);

/* Add one frame of n samples by its statistics; returns its level without DC in dBov, floored. */
double cq_levels_add(struct cq_levels *l, const struct cq_sample_stats *frame, int n);

/* Fill peak, rms, dc, noise and silent. Power and noise are without the DC. */
void cq_levels_finish(const struct cq_levels *l, double silence_dbov, struct cq_channel_health *ret_health);

#endif
