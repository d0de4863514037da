/* audio/hum.h - mains hum of one channel against the rest of its background. */
#ifndef CQ_AUDIO_HUM_H
#define CQ_AUDIO_HUM_H

#include <stdint.h>

struct cq_hum;

int cq_hum_new(int rate_hz, struct cq_hum **ret_h); /* -ENOMEM */
void cq_hum_add(struct cq_hum *h, const int16_t *x, int n);

#define CQ_HUM_NONE_DB (-60.0)

/*
 * Power of the lines at 50 or 60 Hz and their harmonics up to 500 Hz, in dB against everything else between 40
 * and 500 Hz in the quietest half seconds of the recording; CQ_HUM_NONE_DB where no lines stand out, NAN for
 * digital silence and for recordings shorter than a second.
 */
double cq_hum_finish(struct cq_hum *h);

struct cq_hum *cq_hum_free(struct cq_hum *h);

#endif
