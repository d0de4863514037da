/* talk/steps.h - the steps of cq_talk_derive(), in order; private to the folder. */
#ifndef CQ_TALK_STEPS_H
#define CQ_TALK_STEPS_H

#include "callqa/activity.h"
#include "callqa/options.h"
#include "callqa/talk.h"
#include "talk/spans.h"

/* A party's stretch of talk for the floor analysis (measures.md): talkspurts joined over short pauses. */
struct cq_utterance {
    enum cq_party party;
    struct cq_span at;
};

struct cq_utterances {
    struct cq_utterance *v;
    size_t n;
    size_t cap;
};

/* What the steps hand to each other. Owned by cq_talk_derive(). */
struct cq_talk_work {
    const struct cq_talk_opts *opts;
    struct cq_spans spurts[CQ_N_PARTIES];       /* talkspurts, disjoint, sorted */
    struct cq_spans backchannels[CQ_N_PARTIES]; /* sorted */
    struct cq_utterances utterances;            /* by onset, then longest first, then agent first */
    struct cq_spans holds;                      /* as detected, by start */
    double *hold_end_s;                         /* [holds.n]: latest end of holds 0..i */
};

/*
 * All return 0 or -ENOMEM. cq_talk_find_*: from w to w. cq_talk_put_*: from w (and the lists that earlier steps
 * filled) to *talk; events are appended in no order.
 */
int cq_talk_find_spurts(struct cq_talk_work *w, const struct cq_activity *activity);
int cq_talk_find_backchannels(struct cq_talk_work *w);
int cq_talk_find_utterances(struct cq_talk_work *w);

int cq_talk_put_segments(const struct cq_talk_work *w, struct cq_talk *talk);
int cq_talk_put_floor(const struct cq_talk_work *w, struct cq_talk *talk);
int cq_talk_put_silences(const struct cq_talk_work *w, struct cq_talk *talk); /* dead air and holds */
int cq_talk_put_turn_events(const struct cq_talk_work *w, struct cq_talk *talk);
int cq_talk_put_sounds(const struct cq_activity *activity, struct cq_talk *talk);

/* Has a hold a moment in common with the open interval (lo_s, hi_s)? */
bool cq_talk_hold_within(const struct cq_talk_work *w, double lo_s, double hi_s);

#endif
