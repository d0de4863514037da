#include "base/path.h"
#include "rubric/describe.h"
#include "rubric/model.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct cq_rubric *load(const char *id)
{
    char *path = cq_str_format("%s/rubrics/%s.json", CQ_MODELS, id), *text = NULL;
    size_t n = 0;
    assert_non_null(path);
    assert_int_equal(cq_path_read(path, CQ_JSON_MAX_BYTES, &text, &n), 0);
    struct cq_error err = {0};
    struct cq_rubric *r = NULL;
    if (cq_rubric_parse(path, text, n, &err, &r))
        fail_msg("%s:%d: %s", err.file, err.line, err.what);
    free(text);
    free(path);
    assert_string_equal(cq_rubric_id(r), id);
    return r;
}

static double weight_of_section(const struct cq_rubric *r, const char *id)
{
    for (size_t i = 0; i < r->n_sections; i++) {
        if (!strcmp(r->sections[i].id, id))
            return r->sections[i].weight;
    }
    fail_msg("no section %s", id);
    return NAN;
}

static enum cq_judged judged(const struct cq_rubric *r, const char *id)
{
    for (size_t i = 0; i < r->n_items; i++) {
        if (!strcmp(r->items[i].id, id))
            return r->items[i].judged;
    }
    fail_msg("no item %s", id);
    return CQ_JUDGED_HUMAN;
}

/* The facts of the form: five sections 20/30/30/15/5, 20 items, and which of them are measured. */
static void test_skills_form(void **state)
{
    (void)state;
    struct cq_rubric *r = load("skills-form");
    assert_int_equal(r->n_sections, 5);
    assert_int_equal(r->n_items, 20);
    assert_int_equal(r->n_header, 7);
    assert_float_equal(weight_of_section(r, "professionalism"), 0.20, 1e-9);
    assert_float_equal(weight_of_section(r, "communication"), 0.30, 1e-9);
    assert_float_equal(weight_of_section(r, "problem_solving"), 0.30, 1e-9);
    assert_float_equal(weight_of_section(r, "knowledge"), 0.15, 1e-9);
    assert_float_equal(weight_of_section(r, "efficiency_section"), 0.05, 1e-9);
    assert_int_equal(judged(r, "listening"), CQ_JUDGED_AUTO);
    assert_int_equal(judged(r, "phone_technique"), CQ_JUDGED_AUTO);
    assert_int_equal(judged(r, "efficiency"), CQ_JUDGED_AUTO);
    assert_int_equal(judged(r, "emotional_control"), CQ_JUDGED_ASSIST);
    assert_int_equal(judged(r, "writing"), CQ_JUDGED_HUMAN);
    assert_string_equal(cq_rubric_label(r, NULL, "zh-CN"), "客户服务技能考核表");
    assert_string_equal(cq_rubric_label(r, "listening", "zh-CN"), "倾听理解");
    assert_string_equal(cq_rubric_label(r, "monthly", "zh-CN"), "月度");
    assert_string_equal(cq_rubric_label(r, "talk_over_high", "en"), "Much talk-over");
    assert_string_equal(cq_rubric_label(r, "listening", "zh-TW"), "倾听理解");
    assert_string_equal(cq_rubric_label(r, "listening", "de"), "Listening and understanding");
    assert_string_equal(cq_rubric_label(r, "no_such", "en"), "no_such");
    cq_rubric_free(r);
}

static void test_every_form_can_be_shown(void **state)
{
    (void)state;
    static const char *const ids[] = {"skills-form", "professional-skills", "training-standard",
                                      "service-quality", "script-standard"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct cq_rubric *r = load(ids[i]);
        struct cq_str text = {0};
        cq_rubric_describe(r, "zh-CN", &text);
        assert_false(text.failed);
        assert_non_null(strstr(text.s, cq_rubric_label(r, NULL, "zh-CN")));
        for (size_t k = 0; k < r->n_items; k++)
            assert_non_null(strstr(text.s, cq_rubric_text_in(r->items[k].criteria, "zh-CN")));
        cq_str_done(&text);
        cq_rubric_free(r);
    }
}

static struct cq_metrics nothing_measured(enum cq_party closing_by)
{
    struct cq_metrics m = {.closing_by = closing_by};
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        m.call[i].reason = CQ_NULL_NOT_MEASURED;
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            m.party[p][i].reason = CQ_NULL_NOT_MEASURED;
    }
    return m;
}

static void give(struct cq_metrics *m, enum cq_party p, enum cq_party_metric which, double v)
{
    m->party[p][which] = (struct cq_value){v, CQ_HAS_VALUE};
}

/* The item of that id in a card. */
static struct cq_item_score *item_of(struct cq_scorecard *card, const char *id)
{
    for (size_t i = 0; i < card->n_items; i++) {
        if (!strcmp(card->items[i].id, id))
            return &card->items[i];
    }
    fail_msg("no item %s", id);
    return NULL;
}

/* docs/rubrics.md, "Worked example": the call there, scored with the shipped form. */
static void test_worked_example_of_the_manual(void **state)
{
    (void)state;
    struct cq_rubric *r = load("skills-form");
    struct cq_talk talk = {.answer_s = NAN};
    struct cq_scorecard card = {0};
    struct cq_metrics m = nothing_measured(CQ_AGENT);
    m.call[CQ_M_HANDLING] = (struct cq_value){180, CQ_HAS_VALUE};
    give(&m, CQ_CUSTOMER, CQ_PM_SPEECH, 60);
    give(&m, CQ_CUSTOMER, CQ_PM_LONGEST_TURN, 20);
    give(&m, CQ_AGENT, CQ_PM_INTERRUPTIONS, 3);
    give(&m, CQ_AGENT, CQ_PM_INTERRUPTIONS_PER_MIN, 3);
    give(&m, CQ_AGENT, CQ_PM_EARLY_CUT_INS, 1);
    give(&m, CQ_AGENT, CQ_PM_RESTARTS, 1);
    give(&m, CQ_AGENT, CQ_PM_TALK_OVER_BEGUN_RATIO, 0.04);
    give(&m, CQ_AGENT, CQ_PM_RESPONSES, 8);
    give(&m, CQ_AGENT, CQ_PM_LATENCY_MEDIAN, 0.3);
    give(&m, CQ_AGENT, CQ_PM_BACKCHANNELS_PER_MIN, 0);
    assert_int_equal(cq_rubric_score(r, &m, &talk, false, &card), 0);
    assert_float_equal(item_of(&card, "listening")->score, 3.5, 1e-9);

    item_of(&card, "phone_technique")->state = CQ_ITEM_SCORED;
    item_of(&card, "phone_technique")->score = 4.5;
    item_of(&card, "efficiency")->state = CQ_ITEM_SCORED;
    item_of(&card, "efficiency")->score = 5;
    cq_rubric_total(r, &card);
    assert_float_equal(card.sections[1].score, 4, 1e-9);
    assert_float_equal(card.total, 145.0 / 35, 1e-9);
    assert_float_equal(card.coverage, 0.158, 1e-9);
    assert_true(card.partial);
    cq_scorecard_done(&card);
    cq_rubric_free(r);
}

/*
 * Calls at the ends: one that does everything well gets 4 to 5 in each measured item of the default form, one
 * that does everything badly 1 to 2, and one that is bad in a single way can't hide it behind the rest.
 */
static void test_good_and_bad_calls(void **state)
{
    (void)state;
    static const struct {
        enum cq_party party;
        int metric;
        double good;
        double bad;
    } calls[] = {
        {CQ_NOBODY, CQ_M_HANDLING, 240, 1300},
        {CQ_NOBODY, CQ_M_DEAD_AIR, 0, 400},
        {CQ_NOBODY, CQ_M_DEAD_AIR_COUNT, 0, 9},
        {CQ_NOBODY, CQ_M_LONGEST_DEAD_AIR, 0, 90},
        {CQ_NOBODY, CQ_M_HOLD, 20, 500},
        {CQ_NOBODY, CQ_M_HOLD_COUNT, 1, 5},
        {CQ_NOBODY, CQ_M_LONGEST_HOLD, 20, 320},
        {CQ_CUSTOMER, CQ_PM_SPEECH, 100, 100},
        {CQ_CUSTOMER, CQ_PM_LONGEST_TURN, 30, 12},
        {CQ_AGENT, CQ_PM_SPEECH, 90, 250},
        {CQ_AGENT, CQ_PM_TALK_RATIO, 0.47, 0.9},
        {CQ_AGENT, CQ_PM_LONGEST_TURN, 20, 110},
        {CQ_AGENT, CQ_PM_TALK_OVER_BEGUN_RATIO, 0.03, 0.22},
        {CQ_AGENT, CQ_PM_INTERRUPTIONS, 0, 9},
        {CQ_AGENT, CQ_PM_INTERRUPTIONS_PER_MIN, 0, 5.4},
        {CQ_AGENT, CQ_PM_EARLY_CUT_INS, 0, 6},
        {CQ_AGENT, CQ_PM_RESTARTS, 0, 5},
        {CQ_AGENT, CQ_PM_BACKCHANNELS_PER_MIN, 3, 0},
        {CQ_AGENT, CQ_PM_RESPONSES, 10, 10},
        {CQ_AGENT, CQ_PM_LATENCY_MEDIAN, 0.4, 0},
        {CQ_AGENT, CQ_PM_GREETING_LATENCY, 1.5, 18},
        {CQ_AGENT, CQ_PM_ARTICULATION_RATE, 4.5, 7.8},
        {CQ_AGENT, CQ_PM_PITCH_SD, 3.2, 1.2},
        {CQ_AGENT, CQ_PM_LEVEL_ASL, -26, -40},
        {CQ_AGENT, CQ_PM_RAISED_VOICE, 0, 60},
    };
    static const char *const measured[] = {"listening", "phone_technique", "efficiency"};
    struct cq_rubric *r = load("skills-form");
    struct cq_talk talk = {.answer_s = NAN};
    for (int bad = 0; bad < 2; bad++) {
        struct cq_metrics m = nothing_measured(bad ? CQ_CUSTOMER : CQ_AGENT);
        struct cq_scorecard card = {0};
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
            struct cq_value v = {bad ? calls[i].bad : calls[i].good, CQ_HAS_VALUE};
            if (calls[i].party == CQ_NOBODY)
                m.call[calls[i].metric] = v;
            else
                m.party[calls[i].party][calls[i].metric] = v;
        }
        assert_int_equal(cq_rubric_score(r, &m, &talk, false, &card), 0);
        for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
            struct cq_item_score *item = item_of(&card, measured[i]);
            assert_int_equal(item->state, CQ_ITEM_SCORED);
            if (bad ? item->score > 2 : item->score < 4.5)
                fail_msg("%s of a %s call is %g", item->id, bad ? "bad" : "good", item->score);
        }
        assert_true(bad ? card.n_flags >= 8 : card.n_flags == 0);
        cq_scorecard_done(&card);
    }
    cq_rubric_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_skills_form),
        cmocka_unit_test(test_every_form_can_be_shown),
        cmocka_unit_test(test_worked_example_of_the_manual),
        cmocka_unit_test(test_good_and_bad_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
