#include "activity/mono_agent.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * Weights of evidence in nats for "this one is the agent". They are judgements, not measurements: no labelled
 * collection of mixed calls stands behind them, so they are kept small and the confidence below 0.95.
 */
static const double DIRECTION_KNOWN = 1.7; /* 0.85: the called one speaks first; the rest are cut beginnings */
static const double LONG_GREETING = 0.8;   /* a first turn of 2 s and more names a company */
static const double LONG_GREETING_S = 2.0;
static const double SHORT_HELLO = 0.6; /* a first turn this short, then one of LONG_GREETING_S: a call out */
static const double SHORT_HELLO_S = 1.0;
static const double PLAIN_OPENING = 0.3; /* neither: most recorded calls come in */
static const double HEARD_ANSWER = 1.25; /* times: ringback shows that the opening is not cut off */
static const double BEFORE_HOLD = 0.8;   /* "one moment, please" */
static const double AFTER_HOLD = 1.2;    /* "thank you for holding"; the same after a queue */
static const double TALKS_MORE = 0.2;
static const double MIN_FIRST_S = 0.25; /* shorter first sounds are no greeting */
static const double HOLD_NEAR_S = 10.0; /* talk farther from a hold has nothing to do with it */
static const double HOLD_EDGE_S = 0.5;  /* talk may reach this far into what was found as hold */
static const double MAX_CONFIDENCE = 0.95;

static const double ONE_VOICE = 0.6; /* messages and one-sided recordings are mostly the agent's */

static bool is_speech(const struct cq_activity_span *s)
{
    return s->sound == CQ_SOUND_SPEECH && s->party != CQ_NOBODY;
}

/* Evidence is for "the names are right as they stand" (negative: exchange), 0 where a rule has nothing to go
 * by. */
static double sign_of(const struct cq_activity_span *s)
{
    return s->party == CQ_AGENT ? 1.0 : -1.0;
}

static double length_s(const struct cq_span *at)
{
    return at->end_s - at->start_s;
}

/* Half of it or more lies in a hold: an announcement, or the customer talking to himself. */
static bool is_held(const struct cq_activity *a, const struct cq_span *at)
{
    double sum = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const struct cq_span *h = &a->v[i].at;
        if (a->v[i].sound == CQ_SOUND_HOLD)
            sum += fmax(0.0, fmin(h->end_s, at->end_s) - fmax(h->start_s, at->start_s));
    }
    return sum >= 0.5 * length_s(at);
}

/* The first two turns after the answer: who, and how long each takes. */
struct opening {
    double sign; /* of who speaks first, 0 where nobody does */
    double first_s, second_s;
};

static struct opening opening_of(const struct cq_activity *a)
{
    const double from = isnan(a->answer_s) ? 0.0 : a->answer_s;
    struct opening o = {0};
    struct cq_span turn[2] = {{0}};
    int k = -1;
    enum cq_party who = CQ_NOBODY;

    for (size_t i = 0; i < a->n; i++) {
        const struct cq_activity_span *s = &a->v[i];
        if (!is_speech(s) || s->at.end_s <= from || length_s(&s->at) < MIN_FIRST_S || is_held(a, &s->at))
            continue;
        if (s->party != who) {
            if (++k == 2)
                break;
            who = s->party;
            turn[k].start_s = fmax(from, s->at.start_s);
            if (k == 0)
                o.sign = sign_of(s);
        }
        turn[k].end_s = fmax(turn[k].end_s, s->at.end_s);
    }
    o.first_s = length_s(&turn[0]);
    o.second_s = length_s(&turn[1]);
    return o;
}

/* The rules that are asked for by name: for the first to speak, for the second. */
static double greets_first(const struct cq_activity *a)
{
    return DIRECTION_KNOWN * opening_of(a).sign;
}

static double answers(const struct cq_activity *a)
{
    return -greets_first(a);
}

static bool is_short_hello(const struct opening *o)
{
    return o->first_s <= SHORT_HELLO_S && o->second_s >= LONG_GREETING_S;
}

static double by_form(const struct cq_activity *a, bool want_hello)
{
    const struct opening o = opening_of(a);
    const double sure = isnan(a->answer_s) ? 1.0 : HEARD_ANSWER;

    if (want_hello != is_short_hello(&o))
        return 0.0;
    if (want_hello)
        return -SHORT_HELLO * sure * o.sign;
    return (o.first_s >= LONG_GREETING_S ? LONG_GREETING : PLAIN_OPENING) * sure * o.sign;
}

static double opens(const struct cq_activity *a)
{
    return by_form(a, false);
}

static double introduces(const struct cq_activity *a)
{
    return by_form(a, true);
}

static double around_hold(const struct cq_activity *a, const struct cq_span *hold)
{
    const struct cq_activity_span *before = NULL, *after = NULL;
    double w = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const struct cq_activity_span *s = &a->v[i];
        if (!is_speech(s) || is_held(a, &s->at))
            continue;
        if (s->at.end_s <= hold->start_s + HOLD_EDGE_S && (!before || s->at.end_s > before->at.end_s))
            before = s;
        if (s->at.start_s >= hold->end_s - HOLD_EDGE_S && !after)
            after = s;
    }
    /* before a queue nobody has spoken: only who comes out of it counts */
    if (before && hold->start_s - before->at.end_s < HOLD_NEAR_S)
        w += BEFORE_HOLD * sign_of(before);
    if (after && after->at.start_s - hold->end_s < HOLD_NEAR_S)
        w += AFTER_HOLD * sign_of(after);
    return w;
}

static double hold_side(const struct cq_activity *a)
{
    double w = 0.0;

    for (size_t i = 0; i < a->n; i++)
        if (a->v[i].sound == CQ_SOUND_HOLD)
            w += around_hold(a, &a->v[i].at);
    return w;
}

static double talks_more(const struct cq_activity *a)
{
    double sum = 0.0;

    for (size_t i = 0; i < a->n; i++)
        if (is_speech(&a->v[i]))
            sum += sign_of(&a->v[i]) * length_s(&a->v[i].at);
    return sum > 0.0 ? TALKS_MORE : sum < 0.0 ? -TALKS_MORE : 0.0;
}

enum votes { NEVER, ALWAYS, INBOUND, OUTBOUND, DIRECTION_UNKNOWN };

/* Every rule, and when it votes in "auto". */
static const struct {
    const char *name;
    double (*evidence)(const struct cq_activity *a);
    enum votes votes;
    bool by_name; /* may be asked for */
} RULES[] = {
    {"greets_first", greets_first, NEVER, true}, {"answers", answers, NEVER, true},
    {"inbound", greets_first, INBOUND, false},   {"outbound", answers, OUTBOUND, false},
    {"opens", opens, DIRECTION_UNKNOWN, false},  {"introduces", introduces, DIRECTION_UNKNOWN, false},
    {"hold_side", hold_side, ALWAYS, true},      {"talks_more", talks_more, ALWAYS, true},
};

#define N_RULES (sizeof RULES / sizeof RULES[0])

static void exchange(struct cq_activity *a)
{
    for (size_t i = 0; i < a->n; i++)
        a->v[i].party = cq_party_other(a->v[i].party);
    cq_activity_sort(a);
}

static void decide(struct cq_activity *a, double evidence, const char *rule)
{
    if (evidence < 0.0)
        exchange(a);
    a->party_confidence = fmin(1.0 / (1.0 + exp(-fabs(evidence))), MAX_CONFIDENCE);
    snprintf(a->party_rule, sizeof a->party_rule, "%s", rule);
}

static void vote(struct cq_activity *a, enum votes direction)
{
    double w[N_RULES], sum = 0.0, strongest = 0.0;
    const char *name = "guess";

    for (size_t i = 0; i < N_RULES; i++) {
        w[i] = RULES[i].votes == ALWAYS || RULES[i].votes == direction ? RULES[i].evidence(a) : 0.0;
        sum += w[i];
    }
    /* the rule shown is the one that pulled hardest to the side that won */
    for (size_t i = 0; i < N_RULES; i++) {
        const double pull = sum < 0.0 ? -w[i] : w[i];
        if (pull > strongest) {
            strongest = pull;
            name = RULES[i].name;
        }
    }
    decide(a, sum, name);
}

static enum votes votes_of(const char *direction)
{
    if (direction && strcmp(direction, "inbound") == 0)
        return INBOUND;
    return direction && strcmp(direction, "outbound") == 0 ? OUTBOUND : DIRECTION_UNKNOWN;
}

int cq_mono_agent_name(struct cq_activity *a, const char *rule, const char *direction)
{
    bool known = !rule || strcmp(rule, "auto") == 0, heard[CQ_N_PARTIES] = {false, false};
    double w = 0.0;
    size_t k = 0;

    while (!known && k < N_RULES && !(RULES[k].by_name && strcmp(rule, RULES[k].name) == 0))
        k++;
    if (!known && k == N_RULES)
        return -EINVAL;
    for (size_t i = 0; i < a->n; i++)
        if (is_speech(&a->v[i]))
            heard[a->v[i].party] = true;
    if (heard[CQ_AGENT] != heard[CQ_CUSTOMER]) {
        decide(a, heard[CQ_AGENT] ? 1.0 : -1.0, "one_voice");
        a->party_confidence = ONE_VOICE;
        return 0;
    }
    if (!known)
        w = RULES[k].evidence(a);
    if (w != 0.0)
        decide(a, w, RULES[k].name);
    else
        vote(a, votes_of(direction));
    return 0;
}
