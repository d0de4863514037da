/* activity/tone_names.h - bursts of steady sinusoids -> named tones. Pure: no audio. */
#ifndef CQ_ACTIVITY_TONE_NAMES_H
#define CQ_ACTIVITY_TONE_NAMES_H

#include "activity/tones.h"

#include <stdbool.h>

/* A stretch of one channel in which the same one or two sinusoids hold nearly all the power. */
struct cq_tone_burst {
    struct cq_span at;
    float hz[2]; /* strongest, second (0: one component) */
    float level_dbov;
    float share;        /* of the band's power */
    char digit;         /* found by the DTMF receiver: its digit; else 0 */
    bool progress;      /* found by the fine analysis of 300 to 700 Hz: components are told apart to 25 Hz */
    bool steady;        /* level and frequency of a tone generator; false: a sung or played note, a vowel */
    float rise_db;      /* level against the softer of the two blocks before it; 0 where those are as loud */
    float fall_db;      /* and of the two after it */
    int64_t last_block; /* used while bursts are being collected */
    enum cq_tone tone;  /* CQ_TONE_NONE until it is named */
};

struct cq_tone_bursts {
    struct cq_tone_burst *v;
    size_t n;
    size_t cap;
};

/*
 * Name one channel's bursts and append what has a name to *spans (not sorted). The list of bursts is put in
 * order of time and overlapping ones are dropped. Returns 0 or -ENOMEM.
 */
int cq_tone_names(struct cq_tone_bursts *bursts, uint8_t channel, struct cq_tone_spans *spans);

#endif
