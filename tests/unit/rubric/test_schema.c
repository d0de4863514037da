#include "rubric/model.h"
#include "tests/unit/rubric/mini.h"

#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* mini with the first `old` after the beginning of line `line` replaced. */
static char *changed(int line, const char *old, const char *now)
{
    char *mini = mini_text();
    assert_non_null(mini);
    const char *at = mini;
    for (int i = 1; i < line; i++)
        at = strchr(at, '\n') + 1;
    at = strstr(at, old);
    if (!at)
        fail_msg("line %d of the test form has no %s", line, old);
    struct cq_str out = {0};
    cq_str_add_n(&out, mini, (size_t)(at - mini));
    cq_str_add(&out, now);
    cq_str_add(&out, at + strlen(old));
    free(mini);
    return cq_str_take(&out);
}

static void fails_at(int line, const char *old, const char *now, int want_line, const char *want)
{
    char *text = changed(line, old, now);
    struct cq_rubric *r = NULL;
    struct cq_error err = {0};
    int status = cq_rubric_parse("f.json", text, strlen(text), &err, &r);
    if (status == 0) {
        cq_rubric_free(r);
        fail_msg("accepted with %s", now);
    }
    assert_int_equal(status, -EBADMSG);
    assert_string_equal(err.file, "f.json");
    assert_string_equal(err.what, want);
    assert_int_equal(err.line, want_line);
    free(text);
}

/* The commonest case: the complaint names the line that was changed. */
static void fails(int line, const char *old, const char *now, const char *want)
{
    fails_at(line, old, now, line, want);
}

static void test_mini_is_valid(void **state)
{
    (void)state;
    char *mini = mini_text();
    assert_non_null(mini);
    struct cq_rubric *r = NULL;
    struct cq_error err = {0};
    if (cq_rubric_parse("mini", mini, strlen(mini), &err, &r))
        fail_msg("%d: %s", err.line, err.what);
    free(mini);
    assert_int_equal(r->n_items, 5);
    assert_int_equal(r->items[0].indicators[0].curve.n, 3);
    assert_int_equal(r->items[4].section, 1);
    assert_string_equal(cq_rubric_version(r), "2.1");
    assert_string_equal(cq_rubric_label(r, "cut_ins", "zh-CN"), "打断");
    assert_string_equal(cq_rubric_label(r, "who", "en"), "Who");
    cq_rubric_free(r);
    cq_rubric_free(NULL);
}

static void test_root(void **state)
{
    (void)state;
    fails(1, "\"schema\": 1, ", "", "a rubric lacks \"schema\"");
    fails(1, "\"schema\": 1,", "\"schema\": 2,", "this program reads rubrics of schema 1");
    fails(1, "\"mini\"", "\"Mini Form\"",
          "\"Mini Form\" is no id: write a-z, 0-9 and _ and -, a letter first, at most 48");
    fails(1, "\"2.1\"", "\"2 1\"",
          "\"2 1\" is no version: letters, digits and .+- such as \"1.2.0\", at most 32");
    fails(1, "\"2.1\"", "2.1", "\"version\" must be a text, not a number");
    fails(1, "\"version\": \"2.1\",", "\"version\": \"2.1\", \"secions\": [],",
          "a rubric has no key \"secions\"; did you mean \"sections\"?");
    fails(1, "\"version\": \"2.1\",", "\"version\": \"2.1\", \"q\": 1,",
          "a rubric has no key \"q\"; docs/rubrics.md lists the keys");
    fails(2, "[\"en\", \"zh-CN\"]", "[]", "\"languages\" is empty; a rubric needs at least one");
    fails(2, "[\"en\", \"zh-CN\"]", "[\"zh-CN\"]",
          "\"languages\" must have \"en\", which other languages fall back to");
    fails(2, "[\"en\", \"zh-CN\"]", "[\"en\", \"en\"]", "the language \"en\" stands twice");
    fails(2, "[\"en\", \"zh-CN\"]", "[\"en\", 3]", "a language is a tag such as \"en\" or \"zh-CN\"");
    fails(4, "\"max\": 5", "\"max\": 1", "the scale's \"max\" must be greater than its \"min\"");
    fails(4, "\"max\": 5", "\"max\": 5, \"step\": 1",
          "\"scale\" has no key \"step\"; docs/rubrics.md lists the keys");
    fails(4, "\"min\": 1, ", "", "\"scale\" lacks \"min\"");
    fails(6, "\"sections\"", "\"parts\"", "a rubric has no key \"parts\"; docs/rubrics.md lists the keys");
    fails(7, "\"items\": [", "\"items\": [], \"q\": [",
          "a section has no key \"q\"; docs/rubrics.md lists the keys");
}

static void test_texts(void **state)
{
    (void)state;
    fails(3, ", \"zh-CN\": \"小表\"", "", "\"title\" of a rubric lacks its text in \"zh-CN\"");
    fails(3, "\"小表\"", "\"小表\", \"de\": \"Bogen\"",
          "\"title\" of a rubric: \"de\" is not among the form's \"languages\"");
    fails(3, "\"小表\"", "7", "\"title\" of a rubric must be a text in \"zh-CN\", not a number");
    fails(3, "\"小表\"", "\"  \"", "\"title\" of a rubric is empty");
    fails(3, "\"小表\"", "\"a\\nb\"", "\"title\" of a rubric must be one line without control characters");
    fails(3, "{\"en\": \"Mini\", \"zh-CN\": \"小表\"}", "\"Mini\"",
          "\"title\" of a rubric must be an object with a text for each language, not a text");
    fails(8, ", \"zh-CN\": \"听\"", "", "\"label\" of item \"listening\" lacks its text in \"zh-CN\"");
    fails(11, ", \"zh-CN\": \"乙\"", "", "an anchor lacks its text in \"zh-CN\"");
    fails(23, ", \"zh-CN\": \"抢话\"", "", "\"note\" of a cap lacks its text in \"zh-CN\"");
}

static void test_ids(void **state)
{
    (void)state;
    fails(19, "\"silence\"", "\"cut_ins\"", "the id \"cut_ins\" stands twice in this file; ids must differ");
    fails(24, "\"phone\"", "\"listening\"", "the id \"listening\" stands twice in this file; ids must differ");
    fails(32, "\"rest\"", "\"talk\"", "the id \"talk\" stands twice in this file; ids must differ");
    fails(49, "\"late\"", "\"who\"", "the id \"who\" stands twice in this file; ids must differ");
    fails(8, "\"listening\"", "\"Listening\"",
          "\"Listening\" is no id: write a-z, 0-9 and _, a letter first, at most 48");
    fails(8, "\"id\": \"listening\", ", "", "an item lacks \"id\"");
}

static void test_weights(void **state)
{
    (void)state;
    fails_at(9, "   \"weight\": 70,\n", "\n", 8, "item \"listening\" lacks \"weight\"");
    fails(9, "70", "0", "\"weight\" is 0.01 to 100, not 0");
    fails(9, "70", "-5", "\"weight\" is 0.01 to 100, not -5");
    fails(9, "70", "\"70\"", "\"weight\" must be a number, not a text");
    fails_at(9, "70", "65", 7, "the weights of the items of section \"talk\" add up to 95 %, not 100 %");
    fails_at(32, "\"weight\": 40", "\"weight\": 45", 6,
             "the weights of the sections add up to 105 %, not 100 %");
    fails_at(19, "\"weight\": 25", "\"weight\": 24.9", 12,
             "the weights of the indicators add up to 99.9 %, not 100 %");
}

static void test_indicators(void **state)
{
    (void)state;
    fails(14, "agent.interruptions_per_min", "agent.interuptions_per_min",
          "\"measure\": there is no measure \"agent.interuptions_per_min\"; did you mean "
          "agent.interruptions_per_min?");
    fails(14, "\"low\"", "\"least\"", "\"best\" is one of low, high, middle, not \"least\"");
    fails(15, "[2, 3], [6, 1]", "[6, 3], [6, 1]", "the measures of \"curve\" must rise from point to point");
    fails(15, "[2, 3], [6, 1]", "[6, 1], [2, 3]", "the measures of \"curve\" must rise from point to point");
    fails(15, "[6, 1]", "[6, 0.5]", "0.5 points lie off the form's scale of 1 to 5");
    fails(15, "[0, 5]", "[0, 6]", "6 points lie off the form's scale of 1 to 5");
    fails(15, "[6, 1]", "[6, 4]", "\"best\" is low, so the points of the curve must fall with the measure");
    fails(15, "[2, 3], [6, 1]", "[6]", "a point of \"curve\" is [measure, points], two numbers");
    fails(15, ", [2, 3], [6, 1]", "", "\"curve\" needs at least two points");
    fails(31, "[[2, 1], [4, 5], [6, 5], [8, 1]]", "[[2, 5], [4, 1], [6, 5]]",
          "\"best\" is middle, so the points of the curve must rise, then fall");
    fails_at(14, "\"best\": \"low\"", "\"best\": \"high\"", 15,
             "\"best\" is high, so the points of the curve must rise with the measure");
}

static void test_minimum_and_evidence(void **state)
{
    (void)state;
    fails(16, "\"customer.speech_s\"", "\"speech_s\"",
          "\"minimum\": \"speech_s\" is measured for each party; write agent.speech_s or customer.speech_s");
    fails(16, ": 30}", ": true}", "\"minimum\": customer.speech_s must be a number, not a true/false");
    fails(16, "true", "1", "\"needs_two_channels\" must be a true/false, not a number");
    fails(17, "\"interruption\"", "\"interrupt\"",
          "there is no event \"interrupt\"; docs/measures.md lists them, and there is \"greeting\"");
    fails(17, "\"agent\"", "\"boss\"", "\"by\" is one of agent, customer, none, anyone, not \"boss\"");
    fails(17, "\"by\"", "\"who\"", "an \"evidence\" entry has no key \"who\"; docs/rubrics.md lists the keys");
    fails_at(18, "     \"source\": \"test\"}", "     \"needs\": 1}", 18,
             "an indicator has no key \"needs\"; docs/rubrics.md lists the keys");
    fails_at(17, ",\n     \"source\": \"test\"}", "}", 13, "indicator \"cut_ins\" lacks \"source\"");
}

static void test_items(void **state)
{
    (void)state;
    fails(8, "\"auto\"", "\"automatic\"",
          "\"judged\" is one of auto, assist, human, record, script, not \"automatic\"");
    fails_at(8, "\"auto\"", "\"human\"", 12,
             "item \"listening\" is judged \"human\", so nothing is measured: leave \"indicators\" out");
    fails(40, "\"script\"", "\"auto\"", "item \"words\" lacks \"indicators\"");
    fails(29, "[{\"id\": \"rate\"", "[],\"q\":[{\"id\": \"rate\"",
          "an item has no key \"q\"; docs/rubrics.md lists the keys");
    fails(22, "> 3", "> many", "\"when\": a number is expected before \"many\"");
    fails(22, "\"max\": 2", "\"max\": 9", "\"max\" is 1 to 5, not 9");
    fails(22, "\"when\"", "\"if\"", "a cap has no key \"if\"; docs/rubrics.md lists the keys");
    fails(11, "\"5\":", "\"4\":", "item \"listening\" needs an anchor for both ends of the scale");
    fails(11, "\"5\":", "\"6\":", "the anchor \"6\" is no number on the form's scale");
    fails(27, "duration_s < 10", "duration < 10",
          "\"when\": there is no measure \"duration\"; did you mean duration_s?");
    fails(36, "\"at_most\": 1, ", "", "\"critical\" lacks \"at_most\"");
    fails(42, "\"required\"", "\"needed\"", "\"script\" has no key \"needed\"; docs/rubrics.md lists the keys");
    fails(42, "[\"请\"]", "[]", "\"zh-CN\" must be a list of phrases");
    fails(42, "\"zh-CN\"", "\"fr\"", "\"fr\" is not among the form's \"languages\"");
    fails(46, "\"measure\": \"csat\", ", "", "\"record\" lacks \"measure\"");
    fails_at(46, "   \"record\": {\"measure\": \"csat\", \"at_least\": 4},", "", 44,
             "item \"csat\" lacks \"record\"");
    fails(42, "\"script\"", "\"record\"", "item \"words\" is not judged by records; leave \"record\" out");
    fails(46, "\"record\"", "\"script\": {}, \"record\"",
          "item \"csat\" is not judged by a script; set \"also_script\" or leave it out");
}

static void test_flags(void **state)
{
    (void)state;
    fails(49, "\"warning\"", "\"bad\"", "\"severity\" is one of info, warning, critical, not \"bad\"");
    fails(50, "> 5", "5", "\"when\": one of > >= < <= == != is expected before \"5\"");
    fails_at(53, "score.listening", "score.lisening", 52,
             "\"when\": there is no item \"lisening\" in this form");
    fails_at(53, "score.listening", "duration_s / score.listening", 52,
             "\"when\": a score can't be divided by");
    fails(22, "agent.early_cut_ins > 3", "score.phone > 3",
          "\"when\": \"score.phone\" is known only after scoring, so it can stand in flags alone");
}

static void test_not_json(void **state)
{
    (void)state;
    struct cq_rubric *r = NULL;
    struct cq_error err = {0};
    char *text = changed(15, "[6, 1]]", "[6, 1]");
    assert_int_equal(cq_rubric_parse("f.json", text, strlen(text), &err, &r), -EBADMSG);
    assert_int_equal(err.line, 16);
    assert_non_null(strstr(err.what, "not valid JSON"));
    free(text);
    fails_at(9, "70", "70, \"weight\": 30", 9, "this key stands twice in one object: weight");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mini_is_valid),
        cmocka_unit_test(test_root),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_indicators),
        cmocka_unit_test(test_minimum_and_evidence),
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_not_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
