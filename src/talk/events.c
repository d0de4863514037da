#include "talk/steps.h"

#include "base/array.h"

#include <stdlib.h>

int cq_talk_put_silences(const struct cq_talk_work *w, struct cq_talk *talk)
{
    int err = 0;
    double talked_to_s = 0;
    for (size_t i = 0; i < talk->segments.n && !err; i++) {
        const struct cq_span *at = &talk->segments.v[i].at;
        struct cq_event dead = {.type = CQ_EVENT_DEAD_AIR, .by = CQ_NOBODY, .at = {talked_to_s, at->start_s}};
        if (i && at->start_s - talked_to_s >= w->opts->dead_air_s - CQ_TALK_EPS_S &&
            !cq_talk_hold_within(w, talked_to_s, at->start_s))
            err = cq_talk_add_event(talk, &dead);
        if (!i || at->end_s > talked_to_s)
            talked_to_s = at->end_s;
    }
    for (size_t i = 0; i < w->holds.n && !err; i++) {
        struct cq_event hold = {.type = CQ_EVENT_HOLD, .by = CQ_NOBODY, .at = w->holds.v[i]};
        err = cq_talk_add_event(talk, &hold);
        if (!err)
            err = CQ_ARRAY_PUSH(&talk->holds, w->holds.v[i]);
    }
    return err;
}

int cq_talk_put_turn_events(const struct cq_talk_work *w, struct cq_talk *talk)
{
    int err = 0;
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (size_t i = 0; i < w->backchannels[p].n && !err; i++) {
            struct cq_event bc = {
                .type = CQ_EVENT_BACKCHANNEL, .by = (enum cq_party)p, .at = w->backchannels[p].v[i]};
            err = cq_talk_add_event(talk, &bc);
        }
    }
    for (size_t i = 0; i < talk->transitions.n && !err; i++) {
        const struct cq_transition *t = &talk->transitions.v[i];
        struct cq_event late = {.type = CQ_EVENT_LONG_RESPONSE,
                                .by = t->to,
                                .at = {t->at_s - t->fto_s, t->at_s},
                                .value = t->fto_s};
        if (!t->with_hold && t->fto_s >= w->opts->long_response_s - CQ_TALK_EPS_S)
            err = cq_talk_add_event(talk, &late);
    }
    for (size_t i = 0; i < talk->turns.n && !err; i++) {
        const struct cq_segment *turn = &talk->turns.v[i];
        struct cq_event mono = {.type = CQ_EVENT_MONOLOGUE, .by = turn->party, .at = turn->at};
        if (turn->at.end_s - turn->at.start_s >= w->opts->monologue_s - CQ_TALK_EPS_S)
            err = cq_talk_add_event(talk, &mono);
    }
    return err;
}

int cq_talk_put_sounds(const struct cq_activity *activity, struct cq_talk *talk)
{
    for (size_t i = 0; i < activity->n; i++) {
        const struct cq_activity_span *s = &activity->v[i];
        struct cq_event ev = {.by = s->party, .at = s->at, .tone = s->tone, .digit = s->digit};
        switch (s->sound) {
        case CQ_SOUND_TONE:
            ev.type = CQ_EVENT_TONE;
            break;
        case CQ_SOUND_MUSIC:
            ev.type = CQ_EVENT_MUSIC;
            break;
        case CQ_SOUND_MACHINE:
            ev.type = CQ_EVENT_ANNOUNCEMENT;
            break;
        case CQ_SOUND_SPEECH:
        case CQ_SOUND_DIGITAL_SILENCE:
        case CQ_SOUND_HOLD:
            continue;
        }
        int err = cq_talk_add_event(talk, &ev);
        if (err)
            return err;
    }
    return 0;
}
