/* The measures of calls small enough to reckon by hand, and the reason wherever one has no value. */
#include "metrics/metrics.h"

#include "base/array.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct call {
    struct cq_talk talk;
    struct cq_recording rec;
    struct cq_activity activity;
    struct cq_metrics m;
};

static void begin(struct call *c, double duration_s)
{
    *c = (struct call){.talk = {.duration_s = duration_s, .answer_s = NAN},
                       .rec = {.channels = 2, .channel_of = {0, 1}},
                       .activity = {.crosstalk_db = {NAN, NAN}}};
}

static void spurt(struct call *c, enum cq_party p, double start_s, double end_s)
{
    struct cq_segment s = {p, {start_s, end_s}};
    assert_int_equal(CQ_ARRAY_PUSH(&c->talk.segments, s), 0);
}

static void turn(struct call *c, enum cq_party p, double start_s, double end_s)
{
    struct cq_segment s = {p, {start_s, end_s}};
    assert_int_equal(CQ_ARRAY_PUSH(&c->talk.turns, s), 0);
}

static void transfer(struct call *c, enum cq_party to, double at_s, double fto_s, bool with_hold)
{
    struct cq_transition t = {cq_party_other(to), to, at_s, fto_s, with_hold};
    assert_int_equal(CQ_ARRAY_PUSH(&c->talk.transitions, t), 0);
}

static void event(struct call *c, struct cq_event ev)
{
    assert_int_equal(cq_talk_add_event(&c->talk, &ev), 0);
}

static void compute(struct call *c)
{
    assert_int_equal(cq_metrics_compute(&c->talk, &c->rec, &c->activity, &c->m), 0);
}

static void finish(struct call *c)
{
    cq_talk_done(&c->talk);
    cq_activity_done(&c->activity);
}

static struct cq_value get(const struct call *c, const char *name)
{
    enum cq_party p;
    int i;
    if (cq_metric_find(name, &p, &i))
        fail_msg("no measure %s", name);
    return *cq_metric_get(&c->m, p, i);
}

static void assert_value(const struct call *c, const char *name, double v)
{
    struct cq_value got = get(c, name);
    if (got.reason != CQ_HAS_VALUE || !(fabs(got.v - v) < 1e-9))
        fail_msg("%s: %g wanted, %g (%s) found", name, v, got.v,
                 got.reason ? cq_null_reason_name(got.reason) : "a value");
}

static void assert_no_value(const struct call *c, const char *name, enum cq_null_reason reason)
{
    struct cq_value got = get(c, name);
    if (got.reason != reason || got.v != 0)
        fail_msg("%s: %s wanted, %g (%s) found", name, cq_null_reason_name(reason), got.v,
                 got.reason ? cq_null_reason_name(got.reason) : "a value");
}

/* A minute and a half: agent 30 s, customer 15 s, three seconds of it together. */
static void build_dialogue(struct call *c)
{
    begin(c, 90);
    c->talk.answer_s = 4;
    spurt(c, CQ_AGENT, 1, 3); /* before the answer: to a colleague */
    spurt(c, CQ_AGENT, 6, 20);
    spurt(c, CQ_CUSTOMER, 18, 28); /* begins second: 2 s */
    spurt(c, CQ_AGENT, 27, 39);    /* 1 s */
    spurt(c, CQ_CUSTOMER, 70, 75);
    spurt(c, CQ_AGENT, 78, 80);
    struct cq_span over[] = {{18, 20}, {27, 28}};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(CQ_ARRAY_PUSH(&c->talk.talk_over, over[i]), 0);
    struct cq_span hold = {41, 52};
    assert_int_equal(CQ_ARRAY_PUSH(&c->talk.holds, hold), 0);

    turn(c, CQ_AGENT, 1, 20);
    turn(c, CQ_CUSTOMER, 18, 28);
    turn(c, CQ_AGENT, 27, 39);
    turn(c, CQ_CUSTOMER, 70, 75);
    turn(c, CQ_AGENT, 78, 80);
    transfer(c, CQ_CUSTOMER, 18, -2, false);
    transfer(c, CQ_AGENT, 27, -1, false);
    transfer(c, CQ_AGENT, 78, 3, false);
    transfer(c, CQ_AGENT, 79, 4, true); /* not of this call, but the rule is seen: hold inside is left out */
    event(c, (struct cq_event){.type = CQ_EVENT_INTERRUPTION,
                               .by = CQ_CUSTOMER,
                               .at = {18, 20},
                               .outcome = CQ_OUTCOME_TOOK_FLOOR,
                               .restart = true,
                               .cost_s = 21});
    event(c, (struct cq_event){.type = CQ_EVENT_INTERRUPTION,
                               .by = CQ_AGENT,
                               .at = {27, 28},
                               .outcome = CQ_OUTCOME_FAILED,
                               .early_cut_in = true});
    event(c, (struct cq_event){.type = CQ_EVENT_BACKCHANNEL, .by = CQ_AGENT, .at = {72, 72.4}});
    event(c, (struct cq_event){.type = CQ_EVENT_LONG_RESPONSE, .by = CQ_AGENT, .at = {75, 78}, .value = 3});
    event(c, (struct cq_event){.type = CQ_EVENT_DEAD_AIR, .by = CQ_NOBODY, .at = {52, 60}});
    event(c, (struct cq_event){.type = CQ_EVENT_DEAD_AIR, .by = CQ_NOBODY, .at = {80, 86}});
    compute(c);
}

static void dialogue_call(void **state)
{
    (void)state;
    struct call c;
    build_dialogue(&c);
    assert_value(&c, "duration_s", 90);
    assert_value(&c, "talk_over_s", 3);
    assert_value(&c, "talk_over_ratio", 3.0 / 42); /* 45 s of speech, 3 s of it counted twice */
    assert_value(&c, "mutual_silence_s", 48);
    assert_value(&c, "dead_air_s", 14);
    assert_value(&c, "dead_air_count", 2);
    assert_value(&c, "longest_dead_air_s", 8);
    assert_value(&c, "hold_s", 11);
    assert_value(&c, "hold_count", 1);
    assert_value(&c, "longest_hold_s", 11);
    assert_value(&c, "switches_per_min", 4 / 1.5);
    assert_value(&c, "fto_median_s", -1); /* of -2 -1 3 */
    assert_value(&c, "tail_silence_s", 10);
    assert_value(&c, "answer_s", 4);
    assert_value(&c, "handling_s", 76);
    assert_int_equal(c.m.closing_by, CQ_AGENT);
    finish(&c);
}

static void dialogue_parties(void **state)
{
    (void)state;
    struct call c;
    build_dialogue(&c);
    assert_value(&c, "agent.speech_s", 30);
    assert_value(&c, "customer.speech_s", 15);
    assert_value(&c, "agent.talk_ratio", 30.0 / 45);
    assert_value(&c, "agent.turns", 3);
    assert_value(&c, "agent.longest_turn_s", 19);
    assert_value(&c, "customer.longest_turn_s", 10);
    assert_value(&c, "agent.talk_over_s", 1);
    assert_value(&c, "customer.talk_over_s", 2);
    assert_value(&c, "customer.talk_over_ratio", 2.0 / 42);
    assert_value(&c, "agent.interruptions", 1);
    assert_value(&c, "agent.interruptions_per_min", 4);    /* in a quarter of a minute of customer speech */
    assert_value(&c, "customer.interruptions_per_min", 2); /* in half a minute of agent speech */
    assert_value(&c, "agent.early_cut_ins", 1);
    assert_value(&c, "customer.early_cut_ins", 0);
    assert_value(&c, "customer.interruption_cost_s", 21);
    assert_value(&c, "customer.restarts", 1);
    assert_value(&c, "agent.interruption_cost_s", 0);
    assert_value(&c, "agent.backchannels", 1);
    assert_value(&c, "agent.backchannels_per_min", 4);
    assert_value(&c, "agent.long_responses", 1);
    assert_value(&c, "agent.monologues", 0);
    assert_value(&c, "agent.responses", 2);
    assert_value(&c, "agent.response_latency_median_s", 1.5); /* of 0 and 3 */
    assert_value(&c, "agent.response_latency_mean_s", 1.5);
    assert_value(&c, "agent.response_latency_p90_s", 2.7);
    assert_value(&c, "agent.response_latency_max_s", 3);
    assert_value(&c, "customer.response_latency_max_s", 0);
    assert_value(&c, "agent.greeting_latency_s", 2); /* what was said before the answer is no greeting */
    assert_value(&c, "customer.greeting_latency_s", 14);
    finish(&c);
}

static void line_measures(void **state)
{
    (void)state;
    struct call c;
    build_dialogue(&c);
    c.rec.channel_of[CQ_AGENT] = 1;
    c.rec.channel_of[CQ_CUSTOMER] = 0;
    c.rec.health.channel[0].clipping_ratio = 0.25;
    c.rec.health.channel[1].clipping_ratio = 0.5;
    c.activity.crosstalk_db[CQ_AGENT] = -32;
    compute(&c);
    assert_value(&c, "agent.clipping_ratio", 0.5);
    assert_value(&c, "customer.clipping_ratio", 0.25);
    assert_value(&c, "agent.crosstalk_db", -32);
    assert_no_value(&c, "customer.crosstalk_db", CQ_NULL_NOT_MEASURED);
    assert_no_value(&c, "agent.pitch_median_hz", CQ_NULL_NOT_MEASURED);

    c.activity.diarized = true;
    compute(&c);
    assert_no_value(&c, "agent.clipping_ratio", CQ_NULL_MIXED_RECORDING);
    assert_no_value(&c, "agent.crosstalk_db", CQ_NULL_MIXED_RECORDING);
    assert_no_value(&c, "agent.snr_db", CQ_NULL_MIXED_RECORDING);
    assert_value(&c, "agent.interruptions", 1);
    finish(&c);
}

static void silent_call(void **state)
{
    (void)state;
    struct call c;
    begin(&c, 12);
    compute(&c);
    assert_value(&c, "duration_s", 12);
    assert_value(&c, "mutual_silence_s", 12);
    assert_value(&c, "talk_over_s", 0);
    assert_value(&c, "agent.speech_s", 0);
    static const char *const unknown[] = {
        "talk_over_ratio",
        "switches_per_min",
        "tail_silence_s",
        "handling_s",
        "fto_median_s",
        "agent.talk_ratio",
        "agent.longest_turn_s",
        "agent.response_latency_median_s",
        "agent.greeting_latency_s",
        "customer.talk_over_ratio",
    };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_no_value(&c, unknown[i], CQ_NULL_NO_SPEECH);
    assert_no_value(&c, "agent.interruptions_per_min", CQ_NULL_TOO_LITTLE);
    assert_no_value(&c, "longest_hold_s", CQ_NULL_NO_EVENTS);
    assert_no_value(&c, "longest_dead_air_s", CQ_NULL_NO_EVENTS);
    assert_no_value(&c, "answer_s", CQ_NULL_NO_EVENTS);
    assert_int_equal(c.m.closing_by, CQ_NOBODY);
    finish(&c);
}

static void one_party(void **state)
{
    (void)state;
    struct call c;
    begin(&c, 20);
    spurt(&c, CQ_AGENT, 2, 8);
    turn(&c, CQ_AGENT, 2, 8);
    compute(&c);
    assert_value(&c, "agent.talk_ratio", 1);
    assert_value(&c, "customer.talk_ratio", 0);
    assert_value(&c, "talk_over_ratio", 0);
    assert_value(&c, "switches_per_min", 0);
    assert_value(&c, "agent.greeting_latency_s", 2); /* nothing rang: from the start of the recording */
    assert_value(&c, "handling_s", 8);
    assert_no_value(&c, "fto_median_s", CQ_NULL_NO_EVENTS);
    assert_no_value(&c, "agent.response_latency_mean_s", CQ_NULL_NO_EVENTS);
    assert_no_value(&c, "customer.response_latency_mean_s", CQ_NULL_NO_SPEECH);
    assert_no_value(&c, "agent.interruptions_per_min", CQ_NULL_TOO_LITTLE);
    assert_value(&c, "customer.interruptions_per_min", 0);
    assert_no_value(&c, "customer.longest_turn_s", CQ_NULL_NO_SPEECH);
    assert_int_equal(c.m.closing_by, CQ_AGENT);
    finish(&c);
}

/* Onsets at the same moment: nobody began second. A party whose talk is all backchannel has no turn. */
static void ties(void **state)
{
    (void)state;
    struct call c;
    begin(&c, 20);
    spurt(&c, CQ_AGENT, 2, 8);
    spurt(&c, CQ_CUSTOMER, 2, 8);
    struct cq_span over = {2, 8};
    assert_int_equal(CQ_ARRAY_PUSH(&c.talk.talk_over, over), 0);
    compute(&c);
    assert_value(&c, "talk_over_s", 6);
    assert_value(&c, "talk_over_ratio", 1);
    assert_value(&c, "agent.talk_over_s", 0);
    assert_value(&c, "customer.talk_over_s", 0);
    assert_no_value(&c, "agent.longest_turn_s", CQ_NULL_NO_EVENTS);
    finish(&c);
}

static void unscorable(void **state)
{
    (void)state;
    struct call c;
    build_dialogue(&c);
    cq_metrics_set_unscorable(&c.m);
    assert_value(&c, "duration_s", 90);
    assert_no_value(&c, "talk_over_s", CQ_NULL_UNSCORABLE);
    assert_no_value(&c, "agent.speech_s", CQ_NULL_UNSCORABLE);
    assert_int_equal(c.m.closing_by, CQ_NOBODY);
    finish(&c);
}

static void quantiles(void **state)
{
    (void)state;
    static const double v[] = {1, 2, 4, 8};
    assert_float_equal(cq_metrics_quantile(v, 4, 0), 1, 1e-12);
    assert_float_equal(cq_metrics_quantile(v, 4, 0.5), 3, 1e-12);
    assert_float_equal(cq_metrics_quantile(v, 4, 0.9), 6.8, 1e-12);
    assert_float_equal(cq_metrics_quantile(v, 4, 1), 8, 1e-12);
    assert_float_equal(cq_metrics_quantile(v, 1, 0.9), 1, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialogue_call), cmocka_unit_test(dialogue_parties), cmocka_unit_test(line_measures),
        cmocka_unit_test(silent_call),   cmocka_unit_test(one_party),        cmocka_unit_test(ties),
        cmocka_unit_test(unscorable),    cmocka_unit_test(quantiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
