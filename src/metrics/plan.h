/* metrics/plan.h - where to listen for what: a call's talk as intervals of 10 ms frames. Private to the folder.
 */
#ifndef CQ_METRICS_PLAN_H
#define CQ_METRICS_PLAN_H

#include "callqa/talk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Frames [start, speech_end) are the party's talkspurt, [speech_end, end) the quiet just after it. */
struct cq_stretch {
    int32_t start;
    int32_t speech_end;
    int32_t end;
};

struct cq_stretches {
    struct cq_stretch *v; /* sorted, disjoint; owned */
    size_t n;
    size_t cap;
};

struct cq_plan {
    struct cq_stretches speech[CQ_N_PARTIES];
    struct cq_stretches noise;     /* nobody speaks and nothing else was heard; speech_end == end */
    struct cq_stretches talk_over; /* speech_end == end */
};

/*
 * mixed: both parties share a channel, so that a tail also ends where the other party begins. Returns 0 or
 * -ENOMEM; *ret is the caller's (cq_plan_done), also after an error.
 */
int cq_plan_make(const struct cq_talk *talk, bool mixed, struct cq_plan *ret);
void cq_plan_done(struct cq_plan *plan);

/* Does frame lie in one of the stretches? *cursor moves on; frames of successive calls must not fall. */
bool cq_plan_within(const struct cq_stretches *list, size_t *cursor, int32_t frame);

#endif
