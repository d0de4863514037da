/* activity/tones.h - telephone tones by name: ringback, busy, dial, DTMF, beeps, SIT, fax. A stage over audio.
 */
#ifndef CQ_ACTIVITY_TONES_H
#define CQ_ACTIVITY_TONES_H

#include "callqa/activity.h"

#include <stdint.h>

struct cq_tones;

/* One named tone. Cadenced ones (ringback, busy) are one span from their first burst to their last. */
struct cq_tone_span {
    enum cq_tone tone;
    char digit; /* of DTMF: 0-9 * # A-D; else 0 */
    uint8_t channel;
    float hz[2];      /* of the strongest and the second component; hz[1] is 0 where there is one only */
    float level_dbov; /* while it sounds */
    float confidence; /* 0..1: share of the band's power that lies in the tone */
    struct cq_span at;
};

/* Owner frees `v` with free(). */
struct cq_tone_spans {
    struct cq_tone_span *v;
    size_t n;
    size_t cap;
};

/*
 * Feed 8 kHz audio of 1 or 2 channels from the start, in blocks of any size; flush() names what was heard.
 * Memory grows with the number of bursts only. Found are tones from -48 dBov up that hold at least 80 % of the
 * power between 250 and 3400 Hz (6 dB over noise): a tone under talk or music is left to those. Sources: ITU-T
 * E.180 and its supplement 2 (cadences and frequencies by country), Q.23 and Q.24 (DTMF), E.180 (SIT), T.30
 * (fax).
 */
int cq_tones_new(int n_channels, struct cq_tones **ret_t);
int cq_tones_process(struct cq_tones *t, const float *const pcm[], int n);
int cq_tones_flush(struct cq_tones *t, struct cq_tone_spans *ret_spans); /* by start, then channel */
struct cq_tones *cq_tones_free(struct cq_tones *t);

#endif
