/* audio/flats.h - runs of one constant value in a channel: digital silence, and dropouts where sound surrounds
 * it. */
#ifndef CQ_AUDIO_FLATS_H
#define CQ_AUDIO_FLATS_H

#include "audio/faults.h"
#include "audio/samples.h"

#include <stdint.h>

struct cq_flats {
    int rate_hz;
    int channel;      /* for the faults */
    int16_t value;    /* of the run that is open */
    int64_t run;      /* its length so far, 0 = none */
    double before_db; /* level of the sound right before it */
    double sound;     /* running mean square of what is sound, 16-bit units */
    int64_t n;        /* samples seen */
    int64_t n_flat;   /* of them in runs of 10 ms and more */
    uint32_t dropouts;
};

void cq_flats_init(struct cq_flats *f, int rate_hz, int channel);

/*
 * Look at the next n samples at x, of which stats tells; x[-2n .. 2n) must be readable (zeros beyond the ends
 * of the recording): what lies around a run decides what it is. n is 5 ms, the same in every call but the last.
 * -ENOMEM (faults).
 */
int cq_flats_add(struct cq_flats *f, const int16_t *x, int n, const struct cq_sample_stats *stats,
                 struct cq_faults *faults);

/* The end of the recording closes the last run. */
void cq_flats_flush(struct cq_flats *f);

#endif
