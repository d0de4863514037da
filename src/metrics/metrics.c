#include "metrics/metrics.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define EPS_S 1e-6 /* onsets closer than this are simultaneous; times lie on a grid of 1 ms or coarser */

static struct cq_value value(double v)
{
    return (struct cq_value){.v = v, .reason = CQ_HAS_VALUE};
}

static struct cq_value none(enum cq_null_reason reason)
{
    return (struct cq_value){.v = 0, .reason = reason};
}

/* a / b, or null with `reason` where there is nothing to divide by. */
static struct cq_value ratio(double a, double b, enum cq_null_reason reason)
{
    return b > 0 ? value(a / b) : none(reason);
}

/* Sums over the talkspurts of a call. */
struct talked {
    double party_s[CQ_N_PARTIES];
    double first_s[CQ_N_PARTIES]; /* onset of the first talkspurt that ends after the answer; NAN = none */
    double anyone_s;              /* time at least one party speaks */
    double last_s;                /* end of the last talkspurt */
    enum cq_party last_by;
};

static struct talked sum_talk(const struct cq_talk *talk, double answer_s)
{
    struct talked t = {.first_s = {NAN, NAN}, .last_s = -INFINITY, .last_by = CQ_NOBODY};
    for (size_t i = 0; i < talk->segments.n; i++) {
        const struct cq_segment *s = &talk->segments.v[i];
        t.party_s[s->party] += s->at.end_s - s->at.start_s;
        if (isnan(t.first_s[s->party]) && s->at.end_s > answer_s)
            t.first_s[s->party] = s->at.start_s;

        double new_from_s = fmax(s->at.start_s, t.last_s);
        if (s->at.end_s > new_from_s)
            t.anyone_s += s->at.end_s - new_from_s;
        if (s->at.end_s >= t.last_s) {
            t.last_s = s->at.end_s;
            t.last_by = s->party;
        }
    }
    return t;
}

/* Talk-over by the party whose talkspurt began second; onsets at the same moment have no initiator. */
static void sum_talk_over(const struct cq_talk *talk, double ret_begun_s[CQ_N_PARTIES])
{
    const struct cq_segment *in[CQ_N_PARTIES] = {NULL, NULL};
    size_t next = 0;

    ret_begun_s[CQ_AGENT] = ret_begun_s[CQ_CUSTOMER] = 0;
    for (size_t i = 0; i < talk->talk_over.n; i++) {
        const struct cq_span *over = &talk->talk_over.v[i];
        /* Each party's last talkspurt to begin by the overlap's start is the one that takes part in it. */
        for (; next < talk->segments.n && talk->segments.v[next].at.start_s <= over->start_s; next++)
            in[talk->segments.v[next].party] = &talk->segments.v[next];
        if (!in[CQ_AGENT] || !in[CQ_CUSTOMER])
            continue;
        double late_s = in[CQ_AGENT]->at.start_s - in[CQ_CUSTOMER]->at.start_s;
        if (fabs(late_s) > EPS_S)
            ret_begun_s[late_s > 0 ? CQ_AGENT : CQ_CUSTOMER] += over->end_s - over->start_s;
    }
}

static void put_call(const struct cq_talk *talk, const struct talked *t, double answer_s, struct cq_value *m)
{
    double over_s = 0, dead_s = 0, longest_dead_s = 0, hold_s = 0, longest_hold_s = 0;
    size_t n_dead = 0;
    const enum cq_null_reason silent = CQ_NULL_NO_SPEECH;
    const bool speech = talk->segments.n > 0;

    for (size_t i = 0; i < talk->talk_over.n; i++)
        over_s += talk->talk_over.v[i].end_s - talk->talk_over.v[i].start_s;
    for (size_t i = 0; i < talk->events.n; i++) {
        const struct cq_event *ev = &talk->events.v[i];
        if (ev->type != CQ_EVENT_DEAD_AIR)
            continue;
        n_dead++;
        dead_s += ev->at.end_s - ev->at.start_s;
        longest_dead_s = fmax(longest_dead_s, ev->at.end_s - ev->at.start_s);
    }
    for (size_t i = 0; i < talk->holds.n; i++) {
        hold_s += talk->holds.v[i].end_s - talk->holds.v[i].start_s;
        longest_hold_s = fmax(longest_hold_s, talk->holds.v[i].end_s - talk->holds.v[i].start_s);
    }

    m[CQ_M_DURATION] = value(talk->duration_s);
    m[CQ_M_TALK_OVER] = value(over_s);
    m[CQ_M_TALK_OVER_RATIO] = ratio(over_s, t->anyone_s, silent);
    m[CQ_M_MUTUAL_SILENCE] = value(talk->duration_s - t->anyone_s);
    m[CQ_M_DEAD_AIR] = value(dead_s);
    m[CQ_M_DEAD_AIR_COUNT] = value((double)n_dead);
    m[CQ_M_LONGEST_DEAD_AIR] = n_dead ? value(longest_dead_s) : none(CQ_NULL_NO_EVENTS);
    m[CQ_M_HOLD] = value(hold_s);
    m[CQ_M_HOLD_COUNT] = value((double)talk->holds.n);
    m[CQ_M_LONGEST_HOLD] = talk->holds.n ? value(longest_hold_s) : none(CQ_NULL_NO_EVENTS);
    m[CQ_M_SWITCHES_PER_MIN] =
        speech ? ratio((double)talk->transitions.n, talk->duration_s / 60, silent) : none(silent);
    m[CQ_M_TAIL_SILENCE] = speech ? value(fmax(0, talk->duration_s - t->last_s)) : none(silent);
    m[CQ_M_HANDLING] = speech ? value(fmax(0, t->last_s - answer_s)) : none(silent);
    m[CQ_M_ANSWER] = isnan(talk->answer_s) ? none(CQ_NULL_NO_EVENTS) : value(talk->answer_s);
}

static int ascending(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return a < b ? -1 : a > b;
}

double cq_metrics_quantile(const double *v, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 >= n ? v[n - 1] : v[i] + (at - (double)i) * (v[i + 1] - v[i]);
}

/* Offsets of floor transfers without a hold inside, to `to` (CQ_NOBODY: both), sorted; gaps only where `late`.
 */
static size_t collect_offsets(const struct cq_talk *talk, enum cq_party to, bool late, double *v)
{
    size_t n = 0;
    for (size_t i = 0; i < talk->transitions.n; i++) {
        const struct cq_transition *t = &talk->transitions.v[i];
        if (!t->with_hold && (to == CQ_NOBODY || t->to == to))
            v[n++] = late ? fmax(0, t->fto_s) : t->fto_s;
    }
    if (n)
        qsort(v, n, sizeof *v, ascending);
    return n;
}

static void put_latency(const double *v, size_t n, enum cq_null_reason reason, struct cq_value *m)
{
    double sum_s = 0;
    for (size_t i = 0; i < n; i++)
        sum_s += v[i];
    m[CQ_PM_RESPONSES] = value((double)n);
    m[CQ_PM_LATENCY_MEDIAN] = n ? value(cq_metrics_quantile(v, n, 0.5)) : none(reason);
    m[CQ_PM_LATENCY_MEAN] = n ? value(sum_s / (double)n) : none(reason);
    m[CQ_PM_LATENCY_P90] = n ? value(cq_metrics_quantile(v, n, 0.9)) : none(reason);
    m[CQ_PM_LATENCY_MAX] = n ? value(v[n - 1]) : none(reason);
}

static int put_offsets(const struct cq_talk *talk, const struct talked *t, struct cq_metrics *m)
{
    double *v = malloc((talk->transitions.n + 1) * sizeof *v);
    if (!v)
        return -ENOMEM;

    size_t n = collect_offsets(talk, CQ_NOBODY, false, v);
    m->call[CQ_M_FTO_MEDIAN] = n                  ? value(cq_metrics_quantile(v, n, 0.5))
                               : talk->segments.n ? none(CQ_NULL_NO_EVENTS)
                                                  : none(CQ_NULL_NO_SPEECH);
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        n = collect_offsets(talk, (enum cq_party)p, true, v);
        put_latency(v, n, t->party_s[p] > 0 ? CQ_NULL_NO_EVENTS : CQ_NULL_NO_SPEECH, m->party[p]);
    }
    free(v);
    return 0;
}

struct counted {
    double interruptions, early, restarts, backchannels, long_responses, monologues;
    double cost_s;
};

static struct counted count_events(const struct cq_talk *talk, enum cq_party by)
{
    struct counted c = {0};
    for (size_t i = 0; i < talk->events.n; i++) {
        const struct cq_event *ev = &talk->events.v[i];
        if (ev->by != by)
            continue;
        if (ev->type == CQ_EVENT_INTERRUPTION) {
            c.interruptions++;
            c.early += ev->early_cut_in;
            c.restarts += ev->restart;
            c.cost_s += ev->cost_s;
        }
        c.backchannels += ev->type == CQ_EVENT_BACKCHANNEL;
        c.long_responses += ev->type == CQ_EVENT_LONG_RESPONSE;
        c.monologues += ev->type == CQ_EVENT_MONOLOGUE;
    }
    return c;
}

static void put_party(const struct cq_talk *talk, const struct talked *t, enum cq_party p, double answer_s,
                      struct cq_value *m)
{
    const struct counted c = count_events(talk, p);
    const double other_min = t->party_s[cq_party_other(p)] / 60;
    const enum cq_null_reason silent = CQ_NULL_NO_SPEECH;
    double longest_s = 0, begun_s[CQ_N_PARTIES];
    size_t n_turns = 0;

    for (size_t i = 0; i < talk->turns.n; i++) {
        const struct cq_segment *turn = &talk->turns.v[i];
        if (turn->party != p)
            continue;
        n_turns++;
        longest_s = fmax(longest_s, turn->at.end_s - turn->at.start_s);
    }
    sum_talk_over(talk, begun_s);

    m[CQ_PM_SPEECH] = value(t->party_s[p]);
    m[CQ_PM_TALK_RATIO] = ratio(t->party_s[p], t->party_s[CQ_AGENT] + t->party_s[CQ_CUSTOMER], silent);
    m[CQ_PM_TURNS] = value((double)n_turns);
    m[CQ_PM_LONGEST_TURN] = n_turns             ? value(longest_s)
                            : t->party_s[p] > 0 ? none(CQ_NULL_NO_EVENTS)
                                                : none(silent);
    m[CQ_PM_TALK_OVER_BEGUN] = value(begun_s[p]);
    m[CQ_PM_TALK_OVER_BEGUN_RATIO] = ratio(begun_s[p], t->anyone_s, silent);
    m[CQ_PM_INTERRUPTIONS] = value(c.interruptions);
    m[CQ_PM_INTERRUPTIONS_PER_MIN] = ratio(c.interruptions, other_min, CQ_NULL_TOO_LITTLE);
    m[CQ_PM_INTERRUPTION_COST] = value(c.cost_s);
    m[CQ_PM_EARLY_CUT_INS] = value(c.early);
    m[CQ_PM_RESTARTS] = value(c.restarts);
    m[CQ_PM_BACKCHANNELS] = value(c.backchannels);
    m[CQ_PM_BACKCHANNELS_PER_MIN] = ratio(c.backchannels, other_min, CQ_NULL_TOO_LITTLE);
    m[CQ_PM_LONG_RESPONSES] = value(c.long_responses);
    m[CQ_PM_MONOLOGUES] = value(c.monologues);
    m[CQ_PM_GREETING_LATENCY] = isnan(t->first_s[p]) ? none(silent) : value(fmax(0, t->first_s[p] - answer_s));
}

/* What the line adds, and what only the audio tells: the latter stays open until prosody has run. */
static void put_line(const struct cq_recording *rec, const struct cq_activity *activity, enum cq_party p,
                     bool speaks, struct cq_value *m)
{
    static const enum cq_party_metric by_prosody[] = {
        CQ_PM_SPEECH_RATE, CQ_PM_ARTICULATION_RATE, CQ_PM_PITCH_MEDIAN, CQ_PM_PITCH_SD,
        CQ_PM_LEVEL_ASL,   CQ_PM_LEVEL_SD,          CQ_PM_SNR,          CQ_PM_RAISED_VOICE,
        CQ_PM_LEVEL_TREND, CQ_PM_PITCH_TREND,
    };
    for (size_t i = 0; i < sizeof by_prosody / sizeof *by_prosody; i++)
        m[by_prosody[i]] = none(CQ_NULL_NOT_MEASURED);

    if (activity->diarized) {
        m[CQ_PM_CLIPPING_RATIO] = m[CQ_PM_CROSSTALK] = m[CQ_PM_SNR] = none(CQ_NULL_MIXED_RECORDING);
        return;
    }
    double clipping = rec->health.channel[cq_recording_health_index(rec, p)].clipping_ratio;
    double crosstalk_db = activity->crosstalk_db[p];
    m[CQ_PM_CLIPPING_RATIO] = isfinite(clipping) ? value(clipping) : none(CQ_NULL_NOT_MEASURED);
    m[CQ_PM_CROSSTALK] = !speaks                  ? none(CQ_NULL_NO_SPEECH)
                         : isfinite(crosstalk_db) ? value(crosstalk_db)
                                                  : none(CQ_NULL_NOT_MEASURED);
}

int cq_metrics_compute(const struct cq_talk *talk, const struct cq_recording *rec,
                       const struct cq_activity *activity, struct cq_metrics *ret_metrics)
{
    const double answer_s = isnan(talk->answer_s) ? 0 : talk->answer_s;
    const struct talked t = sum_talk(talk, answer_s);
    struct cq_metrics m = {.closing_by = t.last_by};

    put_call(talk, &t, answer_s, m.call);
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        put_party(talk, &t, (enum cq_party)p, answer_s, m.party[p]);
        put_line(rec, activity, (enum cq_party)p, t.party_s[p] > 0, m.party[p]);
    }
    int err = put_offsets(talk, &t, &m);
    if (err)
        return err;
    *ret_metrics = m;
    return 0;
}

void cq_metrics_set_unscorable(struct cq_metrics *metrics)
{
    const struct cq_value duration = metrics->call[CQ_M_DURATION];
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        metrics->call[i] = none(CQ_NULL_UNSCORABLE);
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            metrics->party[p][i] = none(CQ_NULL_UNSCORABLE);
    }
    metrics->call[CQ_M_DURATION] = duration;
    metrics->closing_by = CQ_NOBODY;
}
