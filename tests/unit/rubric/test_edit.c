#include "rubric/edit.h"
#include "rubric/model.h"
#include "tests/unit/rubric/mini.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static struct cq_rubric *parse(const char *text)
{
    struct cq_rubric *r = NULL;
    struct cq_error err = {0};
    if (cq_rubric_parse("t", text, strlen(text), &err, &r))
        fail_msg("%d: %s", err.line, err.what);
    return r;
}

static struct cq_rubric *shipped(const char *id)
{
    char *path = cq_str_format("%s/rubrics/%s.json", CQ_MODELS, id), *text = NULL;
    assert_non_null(path);
    assert_int_equal(cq_path_read(path, 1u << 20, &text, NULL), 0);
    struct cq_rubric *r = parse(text);
    free(text);
    free(path);
    return r;
}

/* `old` replaced once. */
static char *with(const char *text, const char *old, const char *now)
{
    struct cq_str out = {0};
    const char *at = strstr(text, old);
    assert_non_null(at);
    cq_str_add_n(&out, text, (size_t)(at - text));
    cq_str_add(&out, now);
    cq_str_add(&out, at + strlen(old));
    return cq_str_take(&out);
}

static void diff_is(const char *old, const char *now, const char *want)
{
    char *text = mini_text(), *changed = with(text, old, now);
    struct cq_rubric *a = parse(text), *b = parse(changed);
    struct cq_str out = {0};
    assert_int_equal(cq_rubric_diff(a, b, &out), 1);
    assert_string_equal(out.s, want);
    cq_str_done(&out);
    cq_rubric_free(a);
    cq_rubric_free(b);
    free(text);
    free(changed);
}

static void test_diff(void **state)
{
    (void)state;
    diff_is("[2, 3], [6, 1]", "[2, 4], [6, 1]",
            "sections.talk.items.listening.indicators.cut_ins.curve: [[0, 5], [2, 3], [6, 1]] -> [[0, 5], [2, "
            "4], [6, 1]]\n");
    diff_is("early_cut_ins > 3\", \"max\": 2", "early_cut_ins > 3\", \"max\": 1.5",
            "sections.talk.items.listening.caps.1.max: 2 -> 1.5\n");
    diff_is("\"2.1\"", "\"2.2\"", "version: \"2.1\" -> \"2.2\"\n");
    diff_is(" > 5\"", " > 6\"",
            "flags.late.when: \"agent.greeting_latency_s > 5\" -> \"agent.greeting_latency_s > 6\"\n");
    diff_is("\"customer.speech_s\": 30", "",
            "- sections.talk.items.listening.indicators.cut_ins.minimum."
            "customer.speech_s\n");
    diff_is("\"id\": \"rate\"", "\"needs_two_channels\": true, \"id\": \"rate\"",
            "+ sections.talk.items.phone.indicators.rate.needs_two_channels\n");
}

static void test_no_difference(void **state)
{
    (void)state;
    struct cq_rubric *a = shipped("skills-form"), *b = shipped("skills-form");
    struct cq_str out = {0};
    assert_int_equal(cq_rubric_diff(a, b, &out), 0);
    assert_int_equal(out.n, 0);
    cq_rubric_free(a);
    cq_rubric_free(b);
}

/* A written form is read as the same form but for its id and version, and written again it is the same text. */
static void test_write_round_trip(void **state)
{
    (void)state;
    static const char *const ids[] = {"skills-form", "professional-skills", "training-standard",
                                      "service-quality", "script-standard"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct cq_rubric *a = shipped(ids[i]);
        struct cq_str text = {0}, again = {0}, out = {0};
        cq_rubric_write(a, "ours", "3", &text);
        struct cq_rubric *b = parse(text.s);
        assert_string_equal(cq_rubric_id(b), "ours");
        assert_string_equal(cq_rubric_version(b), "3");
        assert_int_equal(cq_rubric_diff(a, b, &out), 2);
        cq_rubric_write(b, NULL, NULL, &again);
        assert_string_equal(text.s, again.s);
        cq_str_done(&text);
        cq_str_done(&again);
        cq_str_done(&out);
        cq_rubric_free(a);
        cq_rubric_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diff),
        cmocka_unit_test(test_no_difference),
        cmocka_unit_test(test_write_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
