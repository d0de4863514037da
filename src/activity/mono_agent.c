#include "activity/mono_agent.h"

#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define FRAMES_PER_S (1000.0 / CQ_FRAME_MS)

/*
 * Weights of evidence in nats for "voice 0 is the agent". They are judgements, not measurements: no labelled
 * collection of mixed calls stands behind them, so they are kept small and the confidence below 0.95.
 */
static const double GREETS_FIRST = 1.1;  /* 0.75: agents answer with a greeting */
static const double AFTER_ANSWER = 0.5;  /* more where a ringback tells where the call was answered */
static const double LONG_GREETING = 0.4; /* a first talk of 2 s and more is a company's greeting */
static const double LONG_GREETING_S = 2.0;
static const double BEFORE_HOLD = 0.8; /* "one moment, please" */
static const double AFTER_HOLD = 1.2;  /* "thank you for holding" */
static const double TALKS_MORE = 0.2;
static const double MIN_FIRST_S = 0.25; /* shorter first sounds are no greeting */
static const double HOLD_NEAR_S = 10.0; /* talk farther from a hold has nothing to do with it */
static const double MAX_CONFIDENCE = 0.95;

/* Evidence for voice 0 (negative: voice 1), 0 where a rule has nothing to go by. */
struct call {
    const struct cq_mono_spans *spans;
    double answer_s;
    const struct cq_spans *holds;
};

static double sign_of(int voice)
{
    return voice == 0 ? 1.0 : -1.0;
}

static double start_s(const struct cq_mono_span *s)
{
    return s->start / FRAMES_PER_S;
}

static double end_s(const struct cq_mono_span *s)
{
    return s->end / FRAMES_PER_S;
}

static double greets_first(const struct call *c)
{
    const double from = isnan(c->answer_s) ? 0.0 : c->answer_s;
    const struct cq_mono_span *first = NULL;
    double until = 0.0;

    for (size_t i = 0; i < c->spans->n; i++) {
        const struct cq_mono_span *s = &c->spans->v[i];
        if (end_s(s) <= from || end_s(s) - start_s(s) < MIN_FIRST_S)
            continue;
        if (!first)
            first = s;
        else if (s->voice != first->voice)
            break;
        until = end_s(s);
    }
    if (!first)
        return 0.0;
    double w = GREETS_FIRST;
    if (!isnan(c->answer_s))
        w += AFTER_ANSWER;
    if (until - start_s(first) >= LONG_GREETING_S)
        w += LONG_GREETING;
    return w * sign_of(first->voice);
}

static double answers(const struct call *c)
{
    return -greets_first(c);
}

static double hold_side(const struct call *c)
{
    double w = 0.0;

    for (size_t h = 0; c->holds && h < c->holds->n; h++) {
        const struct cq_span hold = c->holds->v[h];
        const struct cq_mono_span *before = NULL, *after = NULL;
        for (size_t i = 0; i < c->spans->n; i++) {
            const struct cq_mono_span *s = &c->spans->v[i];
            if (end_s(s) <= hold.start_s + 0.5 && (!before || s->end > before->end))
                before = s;
            if (start_s(s) >= hold.end_s - 0.5 && !after)
                after = s;
        }
        if (before && hold.start_s - end_s(before) < HOLD_NEAR_S)
            w += BEFORE_HOLD * sign_of(before->voice);
        if (after && before && start_s(after) - hold.end_s < HOLD_NEAR_S)
            w += AFTER_HOLD * sign_of(after->voice);
    }
    return w;
}

static double talks_more(const struct call *c)
{
    double sum = 0.0;

    for (size_t i = 0; i < c->spans->n; i++)
        sum += sign_of(c->spans->v[i].voice) * (end_s(&c->spans->v[i]) - start_s(&c->spans->v[i]));
    return sum > 0.0 ? TALKS_MORE : sum < 0.0 ? -TALKS_MORE : 0.0;
}

/* Every rule; those that vote do so in "auto". */
static const struct {
    const char *name;
    double (*evidence)(const struct call *c);
    bool votes;
} RULES[] = {
    {"greets_first", greets_first, true},
    {"hold_side", hold_side, true},
    {"talks_more", talks_more, true},
    {"answers", answers, false},
};

#define N_RULES (sizeof RULES / sizeof RULES[0])

static void decide(double evidence, const char *rule, struct cq_mono_agent *ret_agent)
{
    const double p = 1.0 / (1.0 + exp(-fabs(evidence)));

    ret_agent->voice = evidence < 0.0;
    ret_agent->confidence = fmin(p, MAX_CONFIDENCE);
    ret_agent->rule = rule;
}

int cq_mono_agent_find(const char *rule, const struct cq_mono_spans *spans, double answer_s,
                       const struct cq_spans *holds, struct cq_mono_agent *ret_agent)
{
    const struct call call = {spans, answer_s, holds};
    double sum = 0.0, strongest = 0.0;
    const char *name = "guess";
    bool known = !rule || strcmp(rule, "auto") == 0;

    for (size_t i = 0; i < N_RULES && !known; i++) {
        if (strcmp(rule, RULES[i].name) != 0)
            continue;
        const double w = RULES[i].evidence(&call);
        known = true;
        if (w != 0.0) {
            decide(w, RULES[i].name, ret_agent);
            return 0;
        }
    }
    if (!known)
        return -EINVAL;
    for (size_t i = 0; i < N_RULES; i++)
        if (RULES[i].votes)
            sum += RULES[i].evidence(&call);
    /* the rule shown is the one that pulled hardest to the side that won */
    for (size_t i = 0; i < N_RULES; i++) {
        const double w = RULES[i].votes ? RULES[i].evidence(&call) * (sum < 0.0 ? -1.0 : 1.0) : 0.0;
        if (w > strongest) {
            strongest = w;
            name = RULES[i].name;
        }
    }
    decide(sum, name, ret_agent);
    return 0;
}
