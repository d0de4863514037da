/* audio/clipping.h - runs of samples at the ceiling of one channel, wherever that ceiling is. */
#ifndef CQ_AUDIO_CLIPPING_H
#define CQ_AUDIO_CLIPPING_H

#include "audio/faults.h"
#include "audio/samples.h"

#include <stdbool.h>
#include <stdint.h>

struct cq_clipping;

/* level_step, companded: see cq_decoder_info. -ENOMEM. */
int cq_clipping_new(int rate_hz, double level_step, bool companded, struct cq_clipping **ret_c);

/*
 * Look at the next n samples (10 ms) at x, of which stats tells; x[-n .. 2n) must be readable. -ENOMEM.
 */
int cq_clipping_add(struct cq_clipping *c, const int16_t *x, int n, const struct cq_sample_stats *stats);

/* Share of all samples that lie in runs at the ceiling; faults get their places (channel: for them). -ENOMEM.
 */
int cq_clipping_finish(const struct cq_clipping *c, int channel, struct cq_faults *faults, double *ret_ratio);

struct cq_clipping *cq_clipping_free(struct cq_clipping *c);

#endif
