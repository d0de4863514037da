/*
 * Who holds the floor. Utterances come in the order of their onsets; at each, the floor is free, the speaker's
 * own, or the other party's. Only in the last case is there something to decide:
 *
 *   the holder's utterance has ended   -> the floor passes, with a gap
 *   it has not, the new one ends first -> the holder keeps the floor; the onset is an event
 *   it has not, the new one goes on    -> the onset is an event and the floor passes, with an overlap
 */
#include "talk/steps.h"

#include "base/array.h"

#include <math.h>

struct floor_state {
    const struct cq_talk_work *w;
    struct cq_talk *talk;
    enum cq_party holder; /* CQ_NOBODY: free */
    struct cq_span held;  /* the holder's utterance; its end never falls */
};

static int begin_turn(struct floor_state *f, const struct cq_utterance *u)
{
    struct cq_segment turn = {u->party, u->at};
    f->holder = u->party;
    f->held = u->at;
    return CQ_ARRAY_PUSH(&f->talk->turns, turn);
}

static void continue_turn(struct floor_state *f, const struct cq_utterance *u)
{
    struct cq_segment *turn = &f->talk->turns.v[f->talk->turns.n - 1];
    if (u->at.end_s > turn->at.end_s)
        turn->at.end_s = u->at.end_s;
    f->held.start_s = u->at.start_s;
    if (u->at.end_s > f->held.end_s)
        f->held.end_s = u->at.end_s;
}

static int pass_floor(struct floor_state *f, const struct cq_utterance *u)
{
    double at_s = u->at.start_s, fto_s = at_s - f->held.end_s;
    struct cq_transition t = {
        .from = f->holder,
        .to = u->party,
        .at_s = at_s,
        .fto_s = fto_s,
        .with_hold = cq_talk_hold_within(f->w, at_s - fmax(0, fto_s), at_s),
    };
    int err = CQ_ARRAY_PUSH(&f->talk->transitions, t);
    return err ? err : begin_turn(f, u);
}

/* The table of measures.md, first rule that fits. */
static void judge_onset(const struct floor_state *f, const struct cq_utterance *u, struct cq_event *ev)
{
    const struct cq_talk_opts *opts = f->w->opts;
    const double s = u->at.start_s, e = u->at.end_s, held_to_s = f->held.end_s;
    bool speaks = cq_spans_touch(&f->w->spurts[f->holder], s, s);
    bool goes_on = e > held_to_s + CQ_TALK_EPS_S;

    ev->type = CQ_EVENT_OVERLAP;
    if (fabs(s - f->held.start_s) <= opts->simultaneous_s + CQ_TALK_EPS_S) {
        ev->type = CQ_EVENT_SIMULTANEOUS_START;
    } else if (speaks && goes_on && held_to_s - s <= opts->terminal_s + CQ_TALK_EPS_S) {
        ev->type = CQ_EVENT_TERMINAL_OVERLAP;
    } else if (speaks && goes_on && e - s >= opts->interruption_min_s - CQ_TALK_EPS_S) {
        ev->type = CQ_EVENT_INTERRUPTION;
        ev->outcome = CQ_OUTCOME_TOOK_FLOOR;
    } else if (speaks && !goes_on && e - s > opts->interruption_min_s + CQ_TALK_EPS_S) {
        ev->type = CQ_EVENT_INTERRUPTION;
        ev->outcome = CQ_OUTCOME_FAILED;
    }
}

static int begin_in_others_talk(struct floor_state *f, const struct cq_utterance *u)
{
    const double s = u->at.start_s;
    struct cq_event ev = {
        .by = u->party,
        .at = {s, fmin(u->at.end_s, f->held.end_s)},
    };
    judge_onset(f, u, &ev);
    ev.overlap_s = cq_spans_shared(&f->w->spurts[f->holder], ev.at.start_s, ev.at.end_s);
    if (ev.type == CQ_EVENT_INTERRUPTION) {
        double into_turn_s = s - f->talk->turns.v[f->talk->turns.n - 1].at.start_s;
        ev.early_cut_in = into_turn_s <= f->w->opts->early_cut_in_s + CQ_TALK_EPS_S;
    }

    int err = cq_talk_add_event(f->talk, &ev);
    if (!err && u->at.end_s > f->held.end_s + CQ_TALK_EPS_S)
        err = pass_floor(f, u);
    return err;
}

/* Tell of each cut-in that won the floor whether the other party began again soon, and what that cost. */
static void price_restarts(struct floor_state *f, size_t first_event)
{
    const struct cq_segments *turns = &f->talk->turns;
    size_t k = 0;

    for (size_t i = first_event; i < f->talk->events.n; i++) {
        struct cq_event *ev = &f->talk->events.v[i];
        if (ev->outcome != CQ_OUTCOME_TOOK_FLOOR)
            continue;
        const double from_s = ev->at.start_s, until_s = f->w->opts->restart_s + CQ_TALK_EPS_S;
        while (k < turns->n && turns->v[k].at.start_s <= from_s + CQ_TALK_EPS_S)
            k++;
        size_t next = k;
        while (next < turns->n && turns->v[next].party == ev->by &&
               turns->v[next].at.start_s - from_s <= until_s)
            next++;
        if (next < turns->n && turns->v[next].party != ev->by &&
            turns->v[next].at.start_s - from_s <= until_s) {
            ev->restart = true;
            ev->cost_s = turns->v[next].at.end_s - from_s;
        }
    }
}

int cq_talk_put_floor(const struct cq_talk_work *w, struct cq_talk *talk)
{
    struct floor_state f = {.w = w, .talk = talk, .holder = CQ_NOBODY};
    const size_t first_event = talk->events.n;
    int err = 0;

    for (size_t i = 0; i < w->utterances.n && !err; i++) {
        const struct cq_utterance *u = &w->utterances.v[i];
        if (f.holder != CQ_NOBODY && u->at.start_s - f.held.end_s >= w->opts->dead_air_s - CQ_TALK_EPS_S)
            f.holder = CQ_NOBODY;

        if (f.holder == CQ_NOBODY)
            err = begin_turn(&f, u);
        else if (f.holder == u->party)
            continue_turn(&f, u);
        else if (u->at.start_s >= f.held.end_s - CQ_TALK_EPS_S)
            err = pass_floor(&f, u);
        else
            err = begin_in_others_talk(&f, u);
    }
    if (!err)
        price_restarts(&f, first_event);
    return err;
}
