/* audio/peaks.h - the shape of a recording's sound, measured while it is read for something else. */
#ifndef CQ_AUDIO_PEAKS_H
#define CQ_AUDIO_PEAKS_H

#include "callqa/peaks.h"

#include <stdint.h>

/* Stretches a second: at a fit-to-window view of an hour there are ten a pixel, and two bytes of one are 40 a
 * second in the database. Of recordings longer than CQ_PEAKS_MAX of them, fewer a second. callqa default. */
#define CQ_PEAKS_PER_S 20

/* A stage: embedded, zeroed by init. */
struct cq_peak_meter {
    struct cq_peaks peaks;
    int64_t n_frames; /* of the whole recording */
    int64_t at;       /* samples a channel seen */
};

/* channels 1 or 2; n_frames samples a channel will come. 0, -EINVAL, -ENOMEM. */
int cq_peak_meter_init(struct cq_peak_meter *m, int channels, int64_t n_frames);
void cq_peak_meter_done(struct cq_peak_meter *m);

/* The next n samples of each channel, in blocks of any size; what comes beyond n_frames is left out. */
void cq_peak_meter_process(struct cq_peak_meter *m, const float *const pcm[], int n);

/* What was measured goes to the caller, cq_peaks_done(). */
struct cq_peaks cq_peak_meter_take(struct cq_peak_meter *m);

#endif
