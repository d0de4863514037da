/* callqa/talk.h - talkspurts, turns, transitions, events: the words of docs/measures.md as records. */
#ifndef CALLQA_TALK_H
#define CALLQA_TALK_H

#include "callqa/activity.h"
#include "callqa/party.h"

#include <stdbool.h>

/* One party's talkspurt or turn. */
struct cq_segment {
    enum cq_party party;
    struct cq_span at;
};

struct cq_transition {
    enum cq_party from;
    enum cq_party to;
    double at_s;    /* onset of the new turn */
    double fto_s;   /* floor transfer offset: > 0 gap, < 0 overlap; a gap of dead air makes no transition */
    bool with_hold; /* hold inside the gap: left out of latency statistics */
};

enum cq_event_type {
    CQ_EVENT_INTERRUPTION,
    CQ_EVENT_BACKCHANNEL,
    CQ_EVENT_TERMINAL_OVERLAP,
    CQ_EVENT_SIMULTANEOUS_START,
    CQ_EVENT_OVERLAP,
    CQ_EVENT_DEAD_AIR,
    CQ_EVENT_HOLD,
    CQ_EVENT_TONE,
    CQ_EVENT_LONG_RESPONSE,
    CQ_EVENT_MONOLOGUE,
    CQ_EVENT_RAISED_VOICE,
    CQ_EVENT_CLIPPING,
    CQ_EVENT_DROPOUT,
    CQ_EVENT_MUSIC,
    CQ_EVENT_ANNOUNCEMENT,
    CQ_N_EVENT_TYPES
};

enum cq_outcome { CQ_OUTCOME_NONE, CQ_OUTCOME_TOOK_FLOOR, CQ_OUTCOME_FAILED };

struct cq_event {
    enum cq_event_type type;
    enum cq_party by; /* who began second, or whose event it is; CQ_NOBODY for dead air and hold */
    struct cq_span at;
    double overlap_s; /* time both speak in it; 0 where the type has none */
    enum cq_outcome outcome;
    bool early_cut_in;
    bool restart;
    double cost_s; /* with restart: from the interruption's start to the end of the interrupted party's next
                      turn */
    enum cq_tone tone;
    char digit;
    double value; /* long_response: latency in s; raised_voice: dB above own median; else 0 */
};

/* Lists are owned by the record; zero-initialised is empty. */
struct cq_segments {
    struct cq_segment *v;
    size_t n;
    size_t cap;
};

struct cq_transitions {
    struct cq_transition *v;
    size_t n;
    size_t cap;
};

struct cq_events {
    struct cq_event *v;
    size_t n;
    size_t cap;
};

struct cq_talk {
    double duration_s;
    double answer_s;             /* as in cq_activity; NAN where no ringback was heard */
    struct cq_segments segments; /* talkspurts of both parties by start, then party */
    struct cq_segments turns;    /* in the order the floor passed */
    struct cq_transitions transitions;
    struct cq_events events;   /* by start, then type name */
    struct cq_spans talk_over; /* intervals where both speak, >= talk_over_min_s */
    struct cq_spans holds;
};

void cq_talk_done(struct cq_talk *talk);

/* Append one event (copied); sort when done with cq_talk_sort_events(). Returns 0 or -ENOMEM. */
int cq_talk_add_event(struct cq_talk *talk, const struct cq_event *event);
void cq_talk_sort_events(struct cq_talk *talk);

/* Words of the JSON contract ("interruption", "took_floor"); outcome NONE gives NULL. */
const char *cq_event_name(enum cq_event_type type);
const char *cq_outcome_name(enum cq_outcome outcome);

/* The type a word names. Returns 0 or -ENOENT, *ret_type untouched on failure. */
int cq_event_from_name(const char *name, enum cq_event_type *ret_type);

#endif
