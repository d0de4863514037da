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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_skills_form),
        cmocka_unit_test(test_every_form_can_be_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
