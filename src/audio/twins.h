/* audio/twins.h - are the two channels one signal? */
#ifndef CQ_AUDIO_TWINS_H
#define CQ_AUDIO_TWINS_H

#include "audio/samples.h"
#include "callqa/recording.h"

#include <stdint.h>

struct cq_twins {
    double silence_dbov;
    int64_t n_sounding;            /* frames in which either channel is above the silence limit */
    int64_t n_identical;           /* of them, those in which one is a scaled copy of the other */
    double power[CQ_MAX_CHANNELS]; /* sums over the identical frames */
};

void cq_twins_init(struct cq_twins *t, double silence_dbov);

/* One frame of n samples of both channels with their statistics and levels (dBov, cq_levels_add). */
void cq_twins_add(struct cq_twins *t, const int16_t *const x[CQ_MAX_CHANNELS], int n,
                  const struct cq_sample_stats stats[CQ_MAX_CHANNELS],
                  const double level_dbov[CQ_MAX_CHANNELS]);

/* Fill identical_ratio, identical_gain_db (channel 1 against 0) and fake_stereo. */
void cq_twins_finish(const struct cq_twins *t, struct cq_health *ret_health);

#endif
