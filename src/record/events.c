#include "callqa/talk.h"

#include "base/array.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const event_names[] = {
    [CQ_EVENT_INTERRUPTION] = "interruption",
    [CQ_EVENT_BACKCHANNEL] = "backchannel",
    [CQ_EVENT_TERMINAL_OVERLAP] = "terminal_overlap",
    [CQ_EVENT_SIMULTANEOUS_START] = "simultaneous_start",
    [CQ_EVENT_OVERLAP] = "overlap",
    [CQ_EVENT_DEAD_AIR] = "dead_air",
    [CQ_EVENT_HOLD] = "hold",
    [CQ_EVENT_TONE] = "tone",
    [CQ_EVENT_LONG_RESPONSE] = "long_response",
    [CQ_EVENT_MONOLOGUE] = "monologue",
    [CQ_EVENT_RAISED_VOICE] = "raised_voice",
    [CQ_EVENT_CLIPPING] = "clipping",
    [CQ_EVENT_DROPOUT] = "dropout",
    [CQ_EVENT_MUSIC] = "music",
    [CQ_EVENT_ANNOUNCEMENT] = "announcement",
};
static_assert(sizeof event_names / sizeof *event_names == CQ_N_EVENT_TYPES, "a name for each event type");

const char *cq_event_name(enum cq_event_type type)
{
    return event_names[type];
}

const char *cq_outcome_name(enum cq_outcome outcome)
{
    switch (outcome) {
    case CQ_OUTCOME_NONE:
        return NULL;
    case CQ_OUTCOME_TOOK_FLOOR:
        return "took_floor";
    case CQ_OUTCOME_FAILED:
        return "failed";
    }
    return NULL;
}

int cq_event_from_name(const char *name, enum cq_event_type *ret_type)
{
    for (int i = 0; i < CQ_N_EVENT_TYPES; i++) {
        if (!strcmp(event_names[i], name)) {
            *ret_type = (enum cq_event_type)i;
            return 0;
        }
    }
    return -ENOENT;
}

int cq_talk_add_event(struct cq_talk *talk, const struct cq_event *event)
{
    return CQ_ARRAY_PUSH(&talk->events, *event);
}

static int by_start(const void *pa, const void *pb)
{
    const struct cq_event *a = pa, *b = pb;
    if (a->at.start_s != b->at.start_s)
        return a->at.start_s < b->at.start_s ? -1 : 1;
    int names = strcmp(event_names[a->type], event_names[b->type]);
    if (names)
        return names;
    if (a->by != b->by)
        return a->by < b->by ? -1 : 1;
    return a->at.end_s < b->at.end_s ? -1 : a->at.end_s > b->at.end_s;
}

void cq_talk_sort_events(struct cq_talk *talk)
{
    if (talk->events.n)
        qsort(talk->events.v, talk->events.n, sizeof *talk->events.v, by_start);
}
