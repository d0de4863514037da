/* audio/health.h - the health of a recording, measured while it is decoded, at the file's own rate. */
#ifndef CQ_AUDIO_HEALTH_H
#define CQ_AUDIO_HEALTH_H

#include "callqa/recording.h"

#include <stdbool.h>
#include <stdint.h>

struct cq_health_meter;

struct cq_health_opts {
    int n_channels; /* 1 or 2 */
    int rate_hz;
    double level_step; /* see cq_decoder_info */
    bool companded;
    double silence_dbov; /* see cq_audio_opts */
};

/* Before the resampler, which would round off the corners that clipping and dropouts are known by. -ENOMEM. */
int cq_health_new(const struct cq_health_opts *opts, struct cq_health_meter **ret_m);

/* Feed n frames, planar, in blocks of any size. -ENOMEM. */
int cq_health_process(struct cq_health_meter *m, const int16_t *const planes[], int n);

/*
 * The end: fill *ret_health but for what needs speech (leak, swapped_suspect: NAN, false). Channels not
 * measured are zero and silent. ret_health->faults is the caller's. -ENOMEM.
 */
int cq_health_flush(struct cq_health_meter *m, struct cq_health *ret_health);

struct cq_health_meter *cq_health_free(struct cq_health_meter *m);

#endif
