/* Unit tests of src/record: the words, the tables, the JSON contract and the label formats. */
#include "base/json.h"
#include "callqa/json.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void measures_are_found_by_name(void **state)
{
    (void)state;
    enum cq_party party;
    int index;
    assert_int_equal(cq_metric_find("duration_s", &party, &index), 0);
    assert_int_equal(party, CQ_NOBODY);
    assert_int_equal(index, CQ_M_DURATION);
    assert_int_equal(cq_metric_find("customer.pitch_median_hz", &party, &index), 0);
    assert_int_equal(party, CQ_CUSTOMER);
    assert_int_equal(index, CQ_PM_PITCH_MEDIAN);
    assert_int_equal(cq_metric_find("pitch_median_hz", &party, &index), -ENOENT);
    assert_int_equal(cq_metric_find("agent.duration_s", &party, &index), -ENOENT);

    for (int i = 0; i < CQ_N_CALL_METRICS; i++) {
        assert_int_equal(cq_metric_find(cq_call_metric_info((enum cq_call_metric)i)->name, &party, &index), 0);
        assert_int_equal(index, i); /* no name stands twice */
    }
}

static void events_are_named_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < CQ_N_EVENT_TYPES; i++) {
        enum cq_event_type type;
        assert_int_equal(cq_event_from_name(cq_event_name((enum cq_event_type)i), &type), 0);
        assert_int_equal(type, i);
    }
    enum cq_event_type type;
    assert_int_equal(cq_event_from_name("nonsense", &type), -ENOENT);
}

static void events_are_ordered_by_start_then_name(void **state)
{
    (void)state;
    struct cq_talk talk = {0};
    struct cq_event e[] = {
        {.type = CQ_EVENT_OVERLAP, .by = CQ_AGENT, .at = {2, 3}},
        {.type = CQ_EVENT_BACKCHANNEL, .by = CQ_AGENT, .at = {2, 2.5}},
        {.type = CQ_EVENT_HOLD, .by = CQ_NOBODY, .at = {1, 20}},
    };
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(cq_talk_add_event(&talk, &e[i]), 0);
    cq_talk_sort_events(&talk);
    assert_int_equal(talk.events.v[0].type, CQ_EVENT_HOLD);
    assert_int_equal(talk.events.v[1].type, CQ_EVENT_BACKCHANNEL);
    assert_int_equal(talk.events.v[2].type, CQ_EVENT_OVERLAP);
    cq_talk_done(&talk);
}

/* A small call: the agent speaks, the customer cuts in. */
static void make_call(struct cq_analysis *a)
{
    static struct cq_segment seg[] = {{CQ_AGENT, {1.0, 4.0}}, {CQ_CUSTOMER, {3.2501, 6.0}}};
    static struct cq_event event[] = {{.type = CQ_EVENT_INTERRUPTION,
                                       .by = CQ_CUSTOMER,
                                       .at = {3.2501, 4.0},
                                       .overlap_s = 0.7499,
                                       .outcome = CQ_OUTCOME_TOOK_FLOOR,
                                       .early_cut_in = true,
                                       .restart = true,
                                       .cost_s = 5.5}};
    static char path[] = "a \"b\".wav", version[] = "1";
    *a = (struct cq_analysis){.recording = {.path = path, .channels = 2, .duration_s = 8, .channel_of = {0, 1}},
                              .program_version = version};
    a->talk.duration_s = 8;
    a->talk.answer_s = NAN;
    a->talk.segments.v = seg;
    a->talk.segments.n = 2;
    a->talk.events.v = event;
    a->talk.events.n = 1;
    a->metrics.call[CQ_M_DURATION].v = 8;
    a->metrics.party[CQ_AGENT][CQ_PM_PITCH_MEDIAN].reason = CQ_NULL_TOO_LITTLE;
    a->metrics.closing_by = CQ_CUSTOMER;
}

static void json_follows_the_contract(void **state)
{
    (void)state;
    struct cq_analysis a;
    make_call(&a);
    char *text = cq_analysis_to_json(&a);
    assert_non_null(text);
    assert_null(strchr(text, '\n'));
    struct cq_json_doc *doc = NULL;
    assert_int_equal(cq_json_parse("t", text, strlen(text), NULL, &doc), 0);
    const struct cq_json *root = cq_json_root(doc);
    assert_float_equal(cq_json_get(root, "schema")->number, 1, 0);
    assert_string_equal(cq_json_get(cq_json_get(root, "recording"), "path")->string, "a \"b\".wav");
    assert_string_equal(cq_json_get(root, "status")->string, "scored");
    assert_int_equal(cq_json_get(root, "reason")->type, CQ_JSON_NULL);
    const struct cq_json *seg = cq_json_get(root, "segments");
    assert_int_equal(seg->n, 2);
    assert_float_equal(cq_json_get(seg->first->next, "start")->number, 3.25, 0);
    const struct cq_json *event = cq_json_get(root, "events")->first;
    assert_string_equal(cq_json_get(event, "outcome")->string, "took_floor");
    assert_float_equal(cq_json_get(event, "overlap_s")->number, 0.75, 0);
    assert_float_equal(cq_json_get(event, "cost_s")->number, 5.5, 0);
    const struct cq_json *m = cq_json_get(root, "metrics");
    assert_float_equal(cq_json_get(m, "duration_s")->number, 8, 0);
    assert_string_equal(cq_json_get(m, "closing_by")->string, "customer");
    assert_int_equal(cq_json_get(cq_json_get(m, "agent"), "pitch_median_hz")->type, CQ_JSON_NULL);
    assert_string_equal(cq_json_get(cq_json_get(m, "null_reasons"), "agent.pitch_median_hz")->string,
                        "too_little_material");
    assert_int_equal(cq_json_get(root, "scorecard")->type, CQ_JSON_NULL);
    cq_json_free(doc);
    free(text);
}

static void labels_have_their_formats(void **state)
{
    (void)state;
    struct cq_analysis a;
    make_call(&a);
    char *text = cq_analysis_to_rttm(&a, "my call");
    assert_string_equal(text, "SPEAKER my_call 1 1 3 <NA> <NA> agent <NA> <NA>\n"
                              "SPEAKER my_call 1 3.25 2.75 <NA> <NA> customer <NA> <NA>\n");
    free(text);
    text = cq_analysis_to_labels(&a);
    assert_string_equal(text, "1\t4\tagent\n3.25\t6\tcustomer\n");
    free(text);
    text = cq_analysis_to_textgrid(&a);
    assert_non_null(strstr(text, "xmin = 0\nxmax = 8\ntiers? <exists>\nsize = 2\n"));
    assert_non_null(strstr(text, "name = \"customer\""));
    assert_non_null(strstr(text, "intervals: size = 3\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_are_found_by_name),
        cmocka_unit_test(events_are_named_both_ways),
        cmocka_unit_test(events_are_ordered_by_start_then_name),
        cmocka_unit_test(json_follows_the_contract),
        cmocka_unit_test(labels_have_their_formats),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
