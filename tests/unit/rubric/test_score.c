#include "rubric/model.h"
#include "tests/unit/rubric/mini.h"

#include "base/str.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define NEAR 1e-12

/* A call to be scored; every measure has no value until a test gives it one. */
struct fixture {
    struct cq_rubric *rubric;
    struct cq_metrics metrics;
    struct cq_talk talk;
    struct cq_scorecard card;
};

static void give_call(struct fixture *f, enum cq_call_metric m, double v)
{
    f->metrics.call[m] = (struct cq_value){v, CQ_HAS_VALUE};
}

static void give(struct fixture *f, enum cq_party p, enum cq_party_metric m, double v)
{
    f->metrics.party[p][m] = (struct cq_value){v, CQ_HAS_VALUE};
}

/* The call that the arithmetic in this file is worked out for. */
static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char *mini = mini_text();
    if (!f || !mini || cq_rubric_parse("mini", mini, strlen(mini), NULL, &f->rubric))
        return -1;
    free(mini);
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        f->metrics.call[i].reason = CQ_NULL_NOT_MEASURED;
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            f->metrics.party[p][i].reason = CQ_NULL_NOT_MEASURED;
    }
    f->metrics.closing_by = CQ_NOBODY;
    f->talk.answer_s = NAN;
    give_call(f, CQ_M_DURATION, 100);
    give_call(f, CQ_M_DEAD_AIR, 10);
    give(f, CQ_CUSTOMER, CQ_PM_SPEECH, 60);
    give(f, CQ_AGENT, CQ_PM_INTERRUPTIONS_PER_MIN, 3);
    give(f, CQ_AGENT, CQ_PM_EARLY_CUT_INS, 2);
    give(f, CQ_AGENT, CQ_PM_ARTICULATION_RATE, 5);
    give(f, CQ_AGENT, CQ_PM_RAISED_VOICE, 5);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    cq_scorecard_done(&f->card);
    cq_talk_done(&f->talk);
    cq_rubric_free(f->rubric);
    free(f);
    return 0;
}

static void score(struct fixture *f, bool diarized)
{
    cq_scorecard_done(&f->card);
    assert_int_equal(cq_rubric_score(f->rubric, &f->metrics, &f->talk, diarized, &f->card), 0);
}

static struct cq_item_score *item(struct fixture *f, const char *id)
{
    for (size_t i = 0; i < f->card.n_items; i++) {
        if (!strcmp(f->card.items[i].id, id))
            return &f->card.items[i];
    }
    fail_msg("no item %s", id);
    return NULL;
}

static const struct cq_flag *flag(struct fixture *f, const char *id)
{
    for (size_t i = 0; i < f->card.n_flags; i++) {
        if (!strcmp(f->card.flags[i].id, id))
            return &f->card.flags[i];
    }
    return NULL;
}

static void test_curve(void **state)
{
    (void)state;
    const struct cq_curve c = {{{0, 5}, {2, 3}, {6, 1}}, 3};
    assert_float_equal(cq_curve_points(&c, -1), 5, NEAR);
    assert_float_equal(cq_curve_points(&c, 0), 5, NEAR);
    assert_float_equal(cq_curve_points(&c, 0.5), 4.5, NEAR);
    assert_float_equal(cq_curve_points(&c, 2), 3, NEAR);
    assert_float_equal(cq_curve_points(&c, 5), 1.5, NEAR);
    assert_float_equal(cq_curve_points(&c, 6), 1, NEAR);
    assert_float_equal(cq_curve_points(&c, 1e9), 1, NEAR);
}

/*
 * listening: 3 cut-ins a minute are 3 - 1/4 * 2 = 2.5 points, a tenth of dead air is 3 points:
 * 0.75 * 2.5 + 0.25 * 3 = 2.625. phone: 5. Section talk: 0.7 * 2.625 + 0.3 * 5 = 3.3375, the total with it, as
 * nothing in `rest` has a score. It rests on 60 % of the form.
 */
static void test_worked_example(void **state)
{
    struct fixture *f = *state;
    score(f, false);
    const struct cq_item_score *listening = item(f, "listening");
    assert_int_equal(listening->state, CQ_ITEM_SCORED);
    assert_float_equal(listening->indicators[0].points, 2.5, NEAR);
    assert_float_equal(listening->indicators[0].value.v, 3, NEAR);
    assert_string_equal(listening->indicators[0].measure, "agent.interruptions_per_min");
    assert_float_equal(listening->indicators[1].points, 3, NEAR);
    assert_string_equal(listening->indicators[1].measure, "dead_air_s / duration_s");
    assert_float_equal(listening->score, 2.625, NEAR);
    assert_null(listening->note);
    assert_float_equal(item(f, "phone")->score, 5, NEAR);
    assert_string_equal(item(f, "phone")->section, "talk");

    assert_int_equal(item(f, "calm")->state, CQ_ITEM_PROPOSED);
    assert_float_equal(item(f, "calm")->score, 3, NEAR);
    assert_int_equal(item(f, "words")->state, CQ_ITEM_NOT_APPLICABLE);
    assert_string_equal(item(f, "words")->note, "needs a transcript");
    assert_int_equal(item(f, "csat")->state, CQ_ITEM_OPEN);

    assert_int_equal(f->card.n_sections, 2);
    assert_float_equal(f->card.sections[0].score, 3.3375, NEAR);
    assert_float_equal(f->card.sections[0].coverage, 1, NEAR);
    assert_false(f->card.sections[1].has_score);
    assert_float_equal(f->card.sections[1].coverage, 0, NEAR);
    assert_true(f->card.has_total);
    assert_float_equal(f->card.total, 3.3375, NEAR);
    assert_float_equal(f->card.coverage, 0.6, NEAR);
    assert_true(f->card.partial);
    assert_int_equal(f->card.n_flags, 0);
    assert_string_equal(f->card.rubric, "mini");
    assert_string_equal(f->card.version, "2.1");
}

/* Below its minimum an indicator doesn't apply; with a quarter of its weight left the item doesn't either. */
static void test_too_little_material(void **state)
{
    struct fixture *f = *state;
    give(f, CQ_CUSTOMER, CQ_PM_SPEECH, 29.9);
    score(f, false);
    const struct cq_item_score *listening = item(f, "listening");
    assert_false(listening->indicators[0].applies);
    assert_string_equal(listening->indicators[0].note,
                        "too little to judge by: customer.speech_s is 29.9, at least 30 is needed");
    assert_float_equal(listening->indicators[0].value.v, 3, NEAR); /* still shown */
    assert_true(listening->indicators[1].applies);
    assert_int_equal(listening->state, CQ_ITEM_NOT_APPLICABLE);
    assert_string_equal(listening->note,
                        "only 25 % of the indicators' weight applies, 50 % is needed (too little to judge by: "
                        "customer.speech_s is 29.9, at least 30 is needed)");
    /* its weight goes to the other item of the section, and coverage says so */
    assert_float_equal(f->card.sections[0].score, 5, NEAR);
    assert_float_equal(f->card.sections[0].coverage, 0.3, NEAR);
    assert_float_equal(f->card.total, 5, NEAR);
    assert_float_equal(f->card.coverage, 0.18, NEAR);

    give(f, CQ_CUSTOMER, CQ_PM_SPEECH, 30);
    score(f, false);
    assert_int_equal(item(f, "listening")->state, CQ_ITEM_SCORED);
}

/* The same call with the second indicator missing: the first has enough weight alone and is the whole mean. */
static void test_missing_measure_is_no_zero(void **state)
{
    struct fixture *f = *state;
    f->metrics.call[CQ_M_DEAD_AIR] = (struct cq_value){0, CQ_NULL_TOO_LITTLE};
    score(f, false);
    assert_int_equal(item(f, "listening")->state, CQ_ITEM_SCORED);
    assert_float_equal(item(f, "listening")->score, 2.5, NEAR);
    assert_string_equal(item(f, "listening")->indicators[1].note, "not measured: too_little_material");
}

static void test_mixed_recording(void **state)
{
    struct fixture *f = *state;
    score(f, true);
    assert_string_equal(item(f, "listening")->indicators[0].note, "one channel carries both parties");
    assert_int_equal(item(f, "listening")->state, CQ_ITEM_NOT_APPLICABLE);
    assert_int_equal(item(f, "phone")->state, CQ_ITEM_SCORED);
}

static void test_cap(void **state)
{
    struct fixture *f = *state;
    give(f, CQ_AGENT, CQ_PM_EARLY_CUT_INS, 4);
    score(f, false);
    assert_float_equal(item(f, "listening")->score, 2, NEAR);
    assert_string_equal(item(f, "listening")->note, "at most 2: cuts in early (agent.early_cut_ins is 4)");

    /* a score under the cap stays and is not told as capped */
    give(f, CQ_AGENT, CQ_PM_INTERRUPTIONS_PER_MIN, 9);
    give_call(f, CQ_M_DEAD_AIR, 50);
    score(f, false);
    assert_float_equal(item(f, "listening")->score, 1, NEAR);
    assert_null(item(f, "listening")->note);
}

static void test_not_applicable_rule(void **state)
{
    struct fixture *f = *state;
    give_call(f, CQ_M_DURATION, 9);
    score(f, false);
    assert_int_equal(item(f, "phone")->state, CQ_ITEM_NOT_APPLICABLE);
    assert_string_equal(item(f, "phone")->note, "too short");
    assert_int_equal(item(f, "phone")->n_indicators, 0);
}

static void fill_in(struct fixture *f, const char *id, double score_given)
{
    item(f, id)->state = CQ_ITEM_SCORED;
    item(f, id)->score = score_given;
}

/*
 * A reviewer gives calm a 4, the records csat a 2: rest = (0.5 * 4 + 0.25 * 2) / 0.75 = 3 1/3, the total
 * (0.6 * 3.3375 + 0.4 * 3 1/3) / 1 = 3.3358333; only the script item's 0.4 * 0.25 is not covered.
 */
static void test_total_after_a_review(void **state)
{
    struct fixture *f = *state;
    score(f, false);
    fill_in(f, "calm", 4);
    cq_rubric_total(f->rubric, &f->card);
    assert_true(f->card.partial);
    fill_in(f, "csat", 2);
    cq_rubric_total(f->rubric, &f->card);
    assert_false(f->card.partial);
    assert_float_equal(f->card.sections[1].score, 10.0 / 3, NEAR);
    assert_float_equal(f->card.sections[1].coverage, 0.75, NEAR);
    assert_float_equal(f->card.total, 0.6 * 3.3375 + 0.4 * 10 / 3, NEAR);
    assert_float_equal(f->card.coverage, 0.9, NEAR);

    /* a failed critical item is not outweighed */
    fill_in(f, "calm", 1);
    fill_in(f, "csat", 5);
    cq_rubric_total(f->rubric, &f->card);
    assert_float_equal(f->card.total, 2, NEAR);
    fill_in(f, "calm", 1.01);
    cq_rubric_total(f->rubric, &f->card);
    assert_true(f->card.total > 2);
}

/* A measured critical item: the failure caps the total, raises a flag of its own, and leaves coverage as it is.
 */
static void test_measured_critical_item(void **state)
{
    struct fixture *f = *state;
    char *text = mini_text(), *judged = text ? strstr(text, "\"judged\": \"assist\"") : NULL;
    assert_non_null(judged);
    memcpy(judged, "\"judged\": \"auto\"  ", strlen("\"judged\": \"assist\""));
    cq_rubric_free(f->rubric);
    f->rubric = NULL;
    assert_int_equal(cq_rubric_parse("mini", text, strlen(text), NULL, &f->rubric), 0);
    free(text);

    give(f, CQ_AGENT, CQ_PM_RAISED_VOICE, 9); /* 1.4 points: bad, no failure */
    score(f, false);
    size_t n_flags = f->card.n_flags;
    double coverage = f->card.coverage;
    assert_true(f->card.total > 2);

    give(f, CQ_AGENT, CQ_PM_RAISED_VOICE, 30);
    score(f, false);
    assert_float_equal(item(f, "calm")->score, 1, NEAR);
    assert_float_equal(f->card.total, 2, NEAR);
    assert_float_equal(f->card.coverage, coverage, NEAR);
    assert_int_equal(f->card.n_flags, n_flags + 1);
    const struct cq_flag *flag = &f->card.flags[n_flags];
    assert_string_equal(flag->id, "critical_calm");
    assert_string_equal(flag->measure, "score.calm");
    assert_int_equal(flag->severity, CQ_SEVERITY_CRITICAL);
    assert_float_equal(flag->value, 1, NEAR);

    f->metrics.party[CQ_AGENT][CQ_PM_RAISED_VOICE] =
        (struct cq_value){0, CQ_NULL_TOO_LITTLE}; /* not judged: no failure */
    score(f, false);
    assert_int_equal(item(f, "calm")->state, CQ_ITEM_NOT_APPLICABLE);
    assert_true(f->card.total > 2);
    assert_int_equal(f->card.n_flags, n_flags);
}

static void test_nothing_measured(void **state)
{
    struct fixture *f = *state;
    memset(&f->metrics, 0, sizeof f->metrics);
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        f->metrics.call[i].reason = CQ_NULL_UNSCORABLE;
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            f->metrics.party[p][i].reason = CQ_NULL_UNSCORABLE;
    }
    score(f, false);
    assert_false(f->card.has_total);
    assert_float_equal(f->card.coverage, 0, 0);
    assert_int_equal(item(f, "listening")->state, CQ_ITEM_NOT_APPLICABLE);
    assert_int_equal(item(f, "calm")->state, CQ_ITEM_OPEN);
    assert_int_equal(f->card.n_flags, 0);
}

static void add_event(struct fixture *f, enum cq_event_type type, enum cq_party by, double start, double end)
{
    struct cq_event e = {.type = type, .by = by, .at = {start, end}};
    assert_int_equal(cq_talk_add_event(&f->talk, &e), 0);
}

static void test_evidence(void **state)
{
    struct fixture *f = *state;
    add_event(f, CQ_EVENT_DEAD_AIR, CQ_NOBODY, 50, 60);
    add_event(f, CQ_EVENT_INTERRUPTION, CQ_AGENT, 20, 22);
    add_event(f, CQ_EVENT_INTERRUPTION, CQ_CUSTOMER, 30, 32);
    add_event(f, CQ_EVENT_BACKCHANNEL, CQ_AGENT, 40, 40.4);
    score(f, false);
    const struct cq_item_score *listening = item(f, "listening");
    assert_int_equal(listening->n_evidence, 2);
    assert_int_equal(listening->evidence[0].event, CQ_EVENT_INTERRUPTION);
    assert_int_equal(listening->evidence[0].by, CQ_AGENT);
    assert_float_equal(listening->evidence[0].at.start_s, 20, 0);
    assert_float_equal(listening->evidence[0].at.end_s, 22, 0);
    assert_int_equal(listening->evidence[1].event, CQ_EVENT_DEAD_AIR);
    assert_int_equal(item(f, "phone")->n_evidence, 0);

    /* an indicator that doesn't apply shows nothing */
    score(f, true);
    assert_int_equal(item(f, "listening")->n_evidence, 1);
}

/* Of 80 cut-ins the 50 longest are kept, in the order of the call. */
static void test_evidence_is_bounded(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 80; i++)
        add_event(f, CQ_EVENT_INTERRUPTION, CQ_AGENT, i, i + (i % 2 ? 0.9 : 0.1) + i * 1e-3);
    score(f, false);
    const struct cq_item_score *listening = item(f, "listening");
    assert_int_equal(listening->n_evidence, CQ_RUBRIC_MAX_EVIDENCE);
    int long_ones = 0;
    for (size_t i = 0; i < listening->n_evidence; i++) {
        const struct cq_span *at = &listening->evidence[i].at;
        long_ones += at->end_s - at->start_s > 0.5;
        assert_true(i == 0 || listening->evidence[i - 1].at.start_s < at->start_s);
    }
    assert_int_equal(long_ones, 40);
}

static void test_flags(void **state)
{
    struct fixture *f = *state;
    struct cq_segment spoken[] = {{CQ_CUSTOMER, {1, 2}}, {CQ_AGENT, {8, 9}}};
    f->talk.segments.v = malloc(sizeof spoken);
    assert_non_null(f->talk.segments.v);
    memcpy(f->talk.segments.v, spoken, sizeof spoken);
    f->talk.segments.n = 2;
    f->talk.answer_s = 1.5;
    give(f, CQ_AGENT, CQ_PM_GREETING_LATENCY, 6.5);
    give(f, CQ_AGENT, CQ_PM_EARLY_CUT_INS, 4);
    score(f, false);
    const struct cq_flag *late = flag(f, "late");
    assert_non_null(late);
    assert_int_equal(late->severity, CQ_SEVERITY_WARNING);
    assert_string_equal(late->measure, "agent.greeting_latency_s");
    assert_float_equal(late->value, 6.5, NEAR);
    assert_float_equal(late->limit, 5, NEAR);
    assert_int_equal(late->n_evidence, 1);
    assert_float_equal(late->evidence[0].at.start_s, 1.5, NEAR);
    assert_float_equal(late->evidence[0].at.end_s, 8, NEAR);

    const struct cq_flag *bad = flag(f, "bad_listener"); /* by the capped score */
    assert_non_null(bad);
    assert_string_equal(bad->measure, "score.listening");
    assert_float_equal(bad->value, 2, NEAR);

    give(f, CQ_AGENT, CQ_PM_GREETING_LATENCY, 5);
    give(f, CQ_AGENT, CQ_PM_EARLY_CUT_INS, 3);
    score(f, false);
    assert_int_equal(f->card.n_flags, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curve),
        cmocka_unit_test_setup_teardown(test_worked_example, setup, teardown),
        cmocka_unit_test_setup_teardown(test_too_little_material, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missing_measure_is_no_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mixed_recording, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_applicable_rule, setup, teardown),
        cmocka_unit_test_setup_teardown(test_total_after_a_review, setup, teardown),
        cmocka_unit_test_setup_teardown(test_measured_critical_item, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_measured, setup, teardown),
        cmocka_unit_test_setup_teardown(test_evidence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_evidence_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flags, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
