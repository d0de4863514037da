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
static const double GREETS_FIRST = 0.7;  /* 0.67: agents mostly answer with a greeting */
static const double AFTER_ANSWER = 0.4;  /* more where a ringback tells where the call was answered */
static const double LONG_GREETING = 0.3; /* a first talk of 2 s and more is a company's greeting */
static const double LONG_GREETING_S = 2.0;
static const double BEFORE_HOLD = 0.8; /* "one moment, please" */
static const double AFTER_HOLD = 1.2;  /* "thank you for holding" */
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

static double greets_first(const struct cq_activity *a)
{
    const double from = isnan(a->answer_s) ? 0.0 : a->answer_s;
    const struct cq_activity_span *first = NULL;
    double until = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const struct cq_activity_span *s = &a->v[i];
        if (!is_speech(s) || s->at.end_s <= from || length_s(&s->at) < MIN_FIRST_S)
            continue;
        if (!first)
            first = s;
        else if (s->party != first->party)
            break;
        until = s->at.end_s;
    }
    if (!first)
        return 0.0;
    double w = GREETS_FIRST;
    if (!isnan(a->answer_s))
        w += AFTER_ANSWER;
    if (until - first->at.start_s >= LONG_GREETING_S)
        w += LONG_GREETING;
    return w * sign_of(first);
}

static double answers(const struct cq_activity *a)
{
    return -greets_first(a);
}

static double around_hold(const struct cq_activity *a, const struct cq_span *hold)
{
    const struct cq_activity_span *before = NULL, *after = NULL;
    double w = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const struct cq_activity_span *s = &a->v[i];
        if (!is_speech(s))
            continue;
        if (s->at.end_s <= hold->start_s + HOLD_EDGE_S && (!before || s->at.end_s > before->at.end_s))
            before = s;
        if (s->at.start_s >= hold->end_s - HOLD_EDGE_S && !after)
            after = s;
    }
    /* a wait before anybody has spoken is no hold by the agent: a queue */
    if (!before)
        return 0.0;
    if (hold->start_s - before->at.end_s < HOLD_NEAR_S)
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

/* Every rule; those that vote do so in "auto". */
static const struct {
    const char *name;
    double (*evidence)(const struct cq_activity *a);
    bool votes;
} RULES[] = {
    {"greets_first", greets_first, true},
    {"hold_side", hold_side, true},
    {"talks_more", talks_more, true},
    {"answers", answers, false},
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

static void vote(struct cq_activity *a)
{
    double w[N_RULES], sum = 0.0, strongest = 0.0;
    const char *name = "guess";

    for (size_t i = 0; i < N_RULES; i++) {
        w[i] = RULES[i].votes ? RULES[i].evidence(a) : 0.0;
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

int cq_mono_agent_name(struct cq_activity *a, const char *rule)
{
    bool known = !rule || strcmp(rule, "auto") == 0, heard[CQ_N_PARTIES] = {false, false};
    double w = 0.0;
    size_t k = 0;

    while (!known && k < N_RULES && strcmp(rule, RULES[k].name) != 0)
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
        vote(a);
    return 0;
}
