/* metrics/voice.h - what a party's voice comes to over the call: compact records, statistics. Private to the
 * folder. */
#ifndef CQ_METRICS_VOICE_H
#define CQ_METRICS_VOICE_H

#include "callqa/metrics.h"
#include "callqa/options.h"
#include "callqa/talk.h"
#include "metrics/histogram.h"
#include "metrics/level.h"
#include "metrics/plan.h"

#include <stdint.h>

/*
 * One 20 ms slot of a party's talkspurts, two bytes, because events against the party's own median can only be
 * told at the end: six hours in which both parties never stop come to 4.3 MB.
 */
struct cq_voice_slot {
    uint8_t level; /* bin of cq_level_bin() */
    uint8_t pitch; /* 0 = no pitch, else 1 + steps over the floor */
};

#define CQ_VOICE_PITCH_STEPS 253 /* from the floor to the ceiling */
#define CQ_VOICE_SLOT_S 0.02

/* One party. */
struct cq_voice {
    struct cq_voice_slot *slot; /* owned; in time order, floor(frames / 2) for each talkspurt of the plan */
    size_t n_slots, max_slots;
    struct cq_p56 active;          /* over the party's own speech */
    struct cq_histogram intensity; /* of every 10 ms of own speech outside talk-over */
    float loudest;                 /* cq_pitch_track() keeps it */
    int64_t n_nuclei;
    int64_t n_frames;   /* own speech outside talk-over */
    int64_t n_sounding; /* of those, frames in which sound is made */
};

int cq_voice_init(struct cq_voice *v, const struct cq_stretches *speech); /* 0 or -ENOMEM */
void cq_voice_done(struct cq_voice *v);

/* Append a slot; hz 0 = no pitch. Slots beyond those planned are dropped. */
void cq_voice_add_slot(struct cq_voice *v, const struct cq_prosody_opts *opts, double dbov, float hz);

/* What cq_voice_finish() needs of the call. */
struct cq_voice_call {
    const struct cq_prosody_opts *opts;
    const struct cq_plan *plan;
    const struct cq_histogram *noise; /* of the party's channel; NULL in a mixed recording */
    struct cq_span conversation;      /* from the answer to the last speech: what the trends compare */
};

/* Fill the party's prosody members and append its raised_voice events. Returns 0 or -ENOMEM. */
int cq_voice_finish(const struct cq_voice *v, enum cq_party party, const struct cq_voice_call *call,
                    struct cq_talk *talk, struct cq_value *ret_metrics);

#endif
