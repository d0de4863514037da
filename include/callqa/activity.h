/* callqa/activity.h - what the activity stage hands on: who speaks when, and what else sounds. */
#ifndef CALLQA_ACTIVITY_H
#define CALLQA_ACTIVITY_H

#include "callqa/party.h"

#include <stdbool.h>

/* What sounds in an interval. Speech is the party's own; everything else is not speech (measures.md). */
enum cq_sound {
    CQ_SOUND_SPEECH,
    CQ_SOUND_MUSIC,
    CQ_SOUND_TONE,
    CQ_SOUND_MACHINE, /* announcement by a machine */
    CQ_SOUND_DIGITAL_SILENCE,
    CQ_SOUND_HOLD /* the customer waits, see measures.md; party CQ_NOBODY */
};

enum cq_tone {
    CQ_TONE_NONE,
    CQ_TONE_RINGBACK,
    CQ_TONE_BUSY,
    CQ_TONE_DIAL,
    CQ_TONE_DTMF,
    CQ_TONE_BEEP,
    CQ_TONE_SIT,
    CQ_TONE_FAX,
    CQ_TONE_OTHER
};

struct cq_activity_span {
    enum cq_sound sound;
    enum cq_party party; /* whose channel; CQ_NOBODY for hold */
    enum cq_tone tone;   /* for CQ_SOUND_TONE */
    char digit;          /* DTMF digit, else 0 */
    float confidence;    /* 0..1, mean posterior where the detector has one */
    struct cq_span at;
};

struct cq_activity {
    struct cq_activity_span *v; /* by start, then party, then sound; owned */
    size_t n;
    size_t cap;
    double duration_s;
    double answer_s;                    /* end of the first ringback; NAN where none was heard */
    bool diarized;                      /* one-channel recording: parties were found by clustering */
    double party_confidence;            /* diarized: 0..1 that agent and customer are not exchanged; else 1 */
    char party_rule[32];                /* diarized: the rule that named the agent ("greets_first", ...) */
    char detector[48];                  /* name and version, recorded with the analysis */
    double crosstalk_db[CQ_N_PARTIES];  /* level of each party's speech leaking into the other's channel; NAN
                                           unknown */
    double leak_delay_ms[CQ_N_PARTIES]; /* its delay; NAN unknown */
};

/* Append one span (copied). Returns 0 or -ENOMEM. */
int cq_activity_add(struct cq_activity *a, const struct cq_activity_span *span);

/* Order by start, party, sound. */
void cq_activity_sort(struct cq_activity *a);

/* Release what a record owns; accepts NULL and zeroed records. */
void cq_activity_done(struct cq_activity *a);

/* Words of the JSON contract: "ringback", "busy", ...; "music", "tone", ... */
const char *cq_tone_name(enum cq_tone tone);
const char *cq_sound_name(enum cq_sound sound);

#endif
