#include "rubric/measure.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static struct cq_metrics metrics(void)
{
    struct cq_metrics m = {.closing_by = CQ_AGENT};
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        m.call[i].reason = CQ_NULL_NOT_MEASURED;
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            m.party[p][i].reason = CQ_NULL_NOT_MEASURED;
    }
    m.call[CQ_M_DURATION] = (struct cq_value){120, CQ_HAS_VALUE};
    m.call[CQ_M_DEAD_AIR] = (struct cq_value){12, CQ_HAS_VALUE};
    m.party[CQ_AGENT][CQ_PM_EARLY_CUT_INS] = (struct cq_value){3, CQ_HAS_VALUE};
    m.party[CQ_CUSTOMER][CQ_PM_SPEECH] = (struct cq_value){90, CQ_HAS_VALUE};
    m.party[CQ_AGENT][CQ_PM_SPEECH] = (struct cq_value){0, CQ_HAS_VALUE};
    m.party[CQ_AGENT][CQ_PM_LATENCY_MEDIAN] = (struct cq_value){0, CQ_NULL_NO_EVENTS};
    return m;
}

static struct cq_value value(const char *text)
{
    struct cq_metrics m = metrics();
    double scores[] = {4.5, NAN};
    struct cq_measure_source from = {&m, scores, 0.25, 0.5};
    struct cq_measure measure;
    char why[CQ_MEASURE_ERROR_MAX] = "";
    if (cq_measure_parse(text, true, why, &measure))
        fail_msg("%s: %s", text, why);
    return cq_measure_value(&measure, &from);
}

static void test_values(void **state)
{
    (void)state;
    assert_float_equal(value("duration_s").v, 120, 0);
    assert_float_equal(value("dead_air_s / duration_s").v, 0.1, 1e-12);
    assert_float_equal(value("agent.early_cut_ins / customer.speech_s * 60").v, 2, 1e-12);
    assert_float_equal(value(" dead_air_s*2 ").v, 24, 1e-12);
    assert_float_equal(value("closing_by_agent").v, 1, 0);
    assert_float_equal(value("coverage").v, 0.25, 0);
    assert_float_equal(value("auto_coverage").v, 0.5, 0);
    assert_float_equal(value("score.listening").v, 4.5, 0);
}

/* The reason of either part is handed on; nothing is ever divided by zero. */
static void test_no_value(void **state)
{
    (void)state;
    assert_int_equal(value("agent.response_latency_median_s").reason, CQ_NULL_NO_EVENTS);
    assert_int_equal(value("agent.early_cut_ins / agent.turns").reason, CQ_NULL_NOT_MEASURED);
    assert_int_equal(value("hold_s / duration_s").reason, CQ_NULL_NOT_MEASURED);
    assert_int_equal(value("dead_air_s / agent.speech_s").reason, CQ_NULL_TOO_LITTLE);
}

static void measure_fails(const char *text, const char *want)
{
    struct cq_measure m;
    char why[CQ_MEASURE_ERROR_MAX] = "";
    assert_int_equal(cq_measure_parse(text, false, why, &m), -EINVAL);
    assert_string_equal(why, want);
}

static void test_measure_errors(void **state)
{
    (void)state;
    measure_fails("", "a measure is expected before \"\"");
    measure_fails("dead_air", "there is no measure \"dead_air\"; did you mean dead_air_s?");
    measure_fails("interruptions", "\"interruptions\" is measured for each party; write agent.interruptions or "
                                   "customer.interruptions");
    measure_fails("agnet.interruptions", "there is no measure \"agnet.interruptions\"; did you mean "
                                         "agent.interruptions?");
    measure_fails("loudness", "there is no measure \"loudness\"; docs/measures.md lists them");
    measure_fails("dead_air_s /", "a measure is expected before \"\"");
    measure_fails("dead_air_s * x", "a number is expected before \"x\"");
    measure_fails("dead_air_s duration_s",
                  "\"duration_s\" does not belong here; write NAME, NAME / NAME or NAME / NAME * NUMBER");
    measure_fails("coverage", "\"coverage\" is known only after scoring, so it can stand in flags alone");
    measure_fails("score.listening",
                  "\"score.listening\" is known only after scoring, so it can stand in flags alone");
    char longest[400];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    measure_fails(longest, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\" is too long for a measure");
}

static bool holds(const char *text, double *first)
{
    struct cq_metrics m = metrics();
    struct cq_measure_source from = {.metrics = &m};
    struct cq_condition c;
    char why[CQ_MEASURE_ERROR_MAX] = "";
    if (cq_condition_parse(text, false, why, &c))
        fail_msg("%s: %s", text, why);
    return cq_condition_holds(&c, &from, first);
}

static void test_conditions(void **state)
{
    (void)state;
    double first = -1;
    assert_true(holds("agent.early_cut_ins > 2", &first));
    assert_float_equal(first, 3, 0);
    assert_false(holds("agent.early_cut_ins > 3", NULL));
    assert_true(holds("agent.early_cut_ins >= 3", NULL));
    assert_true(holds("agent.early_cut_ins<=3", NULL));
    assert_false(holds("agent.early_cut_ins < 3", NULL));
    assert_true(holds("agent.early_cut_ins == 3", NULL));
    assert_false(holds("agent.early_cut_ins != 3", NULL));
    assert_true(holds("duration_s > 100 and agent.early_cut_ins / customer.speech_s * 60 > 1.5", &first));
    assert_float_equal(first, 120, 0);
    assert_false(holds("duration_s > 100 and agent.early_cut_ins > 5", NULL));
    /* without a value nothing can be said, neither way */
    assert_false(holds("agent.response_latency_median_s > -1", NULL));
    assert_false(holds("agent.response_latency_median_s <= 0", NULL));
    assert_true(holds("dead_air_s > -1e3", NULL));
}

static void condition_fails(const char *text, const char *want)
{
    struct cq_condition c;
    char why[CQ_MEASURE_ERROR_MAX] = "";
    assert_int_equal(cq_condition_parse(text, false, why, &c), -EINVAL);
    assert_string_equal(why, want);
}

static void test_condition_errors(void **state)
{
    (void)state;
    condition_fails("dead_air_s", "one of > >= < <= == != is expected before \"\"");
    condition_fails("dead_air_s => 3", "one of > >= < <= == != is expected before \"=> 3\"");
    condition_fails("dead_air_s > much", "a number is expected before \"much\"");
    condition_fails("dead_air_s > 3 or hold_s > 3",
                    "\"or hold_s > 3\" does not belong here; terms are joined by \"and\"");
    condition_fails("dead_air_s > 3 and ", "a measure is expected before \"\"");
    condition_fails("hold_s > 1 and hold_s > 1 and hold_s > 1 and hold_s > 1 and hold_s > 1",
                    "at most 4 terms");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),           cmocka_unit_test(test_no_value),
        cmocka_unit_test(test_measure_errors),   cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_condition_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
