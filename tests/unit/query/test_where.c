/* What --where understands, what it refuses and how it says so. */
#include "query/where.h"

#include "base/str.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The tree as text, fully bracketed. */
static void show(struct cq_str *out, const struct cq_cond *c)
{
    static const char *const ops[] = {"<", "<=", ">", ">=", "=", "<>"};
    switch (c->type) {
    case CQ_COND_AND:
    case CQ_COND_OR:
        cq_str_add(out, "(");
        show(out, c->left);
        cq_str_add(out, c->type == CQ_COND_AND ? " and " : " or ");
        show(out, c->right);
        cq_str_add(out, ")");
        return;
    case CQ_COND_NOT:
        cq_str_add(out, "not ");
        show(out, c->left);
        return;
    case CQ_COND_FLAG:
        cq_str_printf(out, "flag(%s)", c->text);
        return;
    case CQ_COND_NULL:
        cq_str_printf(out, "%s null", c->field.name);
        return;
    case CQ_COND_COMPARE:
        break;
    }
    cq_str_printf(out, "%s%s", c->field.name, ops[c->compare]);
    if (c->to_field)
        cq_str_add(out, c->other.name);
    else if (c->field.type == CQ_FIELD_NUMBER)
        cq_str_printf(out, "%g", c->number);
    else if (c->field.type == CQ_FIELD_TEXT)
        cq_str_printf(out, "'%s'", c->text);
    else
        cq_str_printf(out, "#%lld", (long long)c->code);
}

static void means(const char *text, const char *expected)
{
    struct cq_error err = {0};
    struct cq_cond *cond = NULL;
    struct cq_str out = {0};
    int r = cq_where_parse(text, &err, &cond);
    if (r)
        fprintf(stderr, "%s: %s\n", text, err.what);
    assert_int_equal(r, 0);
    show(&out, cond);
    assert_string_equal(out.s, expected);
    cq_str_done(&out);
    cq_cond_free(cond);
}

static void refused(const char *text, int code, const char *said)
{
    struct cq_error err = {0};
    struct cq_cond *cond = NULL;
    int r = cq_where_parse(text, &err, &cond);
    if (r != code || !strstr(err.what, said))
        fprintf(stderr, "%s: %d: %s\n", text, r, err.what);
    assert_int_equal(r, code);
    assert_non_null(strstr(err.what, said));
    assert_null(cond);
}

static void test_language(void **state)
{
    (void)state;
    means("agent.interruptions_per_min > 2 and duration_s > 60",
          "(agent.interruptions_per_min>2 and duration_s>60)");
    means("score<3 or score>4 and flags=0", "(score<3 or (score>4 and flags=0))");
    means("(score<3 or score>4) AND NOT flags=0", "((score<3 or score>4) and not flags=0)");
    means("not not score is null", "not not score null");
    means("score is not null", "not score null");
    means("duration_s between 1.5 and -2e3", "(duration_s>=1.5 and duration_s<=-2000)");
    means("score not between 1 and 2 and score<9", "(not (score>=1 and score<=2) and score<9)");
    means("queue in (sales, \"after sales\",'it''s')",
          "((queue='sales' or queue='after sales') or queue='it's')");
    means("flags not in (1)", "not flags=1");
    means("agent = 张伟", "agent='张伟'");
    means("agent != A001", "not agent='A001'");
    means("agent = \"'; DROP TABLE calls; --\"", "agent=''; DROP TABLE calls; --'");
    means("flag(talk_over_high) and flag ( 'x y' )", "(flag(talk_over_high) and flag(x y))");
    means("item.listening >= 3 and section.communication<2", "(item.listening>=3 and section.communication<2)");
    means("agent.talk_ratio > customer.talk_ratio", "agent.talk_ratio>customer.talk_ratio");
    means("severity >= warning", "severity>=#1");
    means("status = UNSCORABLE", "status=#1");
    means("closing_by=customer", "closing_by=#1");
    means("diarized and not truncated", "(diarized=#1 and not truncated=#1)");
    means("diarized = false", "diarized=#0");
    means("started_at >= 1970-01-02T00:00Z", "started_at>=#86400");
    means("started_at < \"1970-01-02 00:00:05Z\"", "started_at<#86405");
    means("started_at = 1970-01-02T00:00:05Z", "(started_at>=#86405 and started_at<=#86405)");
}

static void test_days(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    means("started_at = 1970-01-02", "(started_at>=#86400 and started_at<=#172799)");
    means("started_at > 1970-01-02", "started_at>#172799");
    means("started_at <= 1970-01-02", "started_at<=#172799");
    means("started_at between 1970-01-02 and 1970-01-03", "(started_at>=#86400 and started_at<=#259199)");
}

static void test_refused(void **state)
{
    (void)state;
    refused("", -EINVAL, "column 1: expected a name");
    refused("agent.interuptions > 2", -ENOENT, "did you mean 'agent.interruptions'?");
    refused("duration_s > 60 and xyzzy = 1", -ENOENT, "column 21: no name 'xyzzy'");
    refused("队列 = 1", -ENOENT, "column 1:");
    refused("agent = 张伟 and ; = 1", -EINVAL, "column 16:");
    refused("score >", -EINVAL, "column 8: expected a number, found the end");
    refused("score > 'x'", -EINVAL, "a number");
    refused("score > 1 score < 2", -EINVAL, "column 11: expected 'and', 'or' or the end");
    refused("(score > 1", -EINVAL, "found the end");
    refused("score", -EINVAL, "a comparison");
    refused("score not 3", -EINVAL, "a comparison");
    refused("score is 3", -EINVAL, "'null'");
    refused("agent = 'x", -EINVAL, "column 9: the text that begins here");
    refused("severity = bad", -EINVAL, "info, warning, critical");
    refused("diarized = maybe", -EINVAL, "false, true");
    refused("score > agent", -EINVAL, "'agent' is no number");
    refused("score > xyzzy", -ENOENT, "no name 'xyzzy'");
    refused("started_at > yesterday", -EINVAL, "a date like");
    refused("queue in ()", -EINVAL, "a value");
    refused("queue in (a", -EINVAL, "',' or ')'");
    refused("duration_s between 1 or 2", -EINVAL, "'and'");
    refused("flag(", -EINVAL, "flag's name");
    refused("flag x", -EINVAL, "'('");
    refused("score > 1; DROP TABLE calls", -EINVAL, "column 10");
    refused("item. > 1", -ENOENT, "no name");
    refused("score > nan", -ENOENT, "no name 'nan'");
    refused("score > 1e999", -ENOENT, "no name");
}

static void test_bounds(void **state)
{
    (void)state;
    struct cq_str deep = {0}, wide = {0}, longer = {0}, word = {0};
    for (int i = 0; i < 5000; i++)
        cq_str_add(&deep, "(");
    refused(deep.s, -E2BIG, "deep");
    for (int i = 0; i < 300; i++)
        cq_str_add(&wide, "score>1 or ");
    refused(wide.s, -E2BIG, "conditions");
    for (int i = 0; i < 10000; i++)
        cq_str_add(&longer, " ");
    refused(longer.s, -E2BIG, "longer");
    cq_str_add(&word, "agent = ");
    for (int i = 0; i < 300; i++)
        cq_str_add(&word, "a");
    refused(word.s, -E2BIG, "column 9");
    cq_str_done(&deep);
    cq_str_done(&wide);
    cq_str_done(&longer);
    cq_str_done(&word);
}

/* Pieces of the language in any order: an answer or an error, never a crash; memory is the sanitizer's part. */
static void test_scrambled(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "score", ">",   "3",      "and",     "or",     "not",        "(",          ")",
        "in",    ",",   "'a'",    "between", "is",     "null",       "agent",      "=",
        "flag",  "\"",  "queue",  "!=",      "x",      "-",          "<=",         "diarized",
        "张",    "1e5", "status", "scored",  "item.x", "started_at", "2026-01-01", "\xff"};
    uint32_t seed = 1;
    int good = 0;
    for (int i = 0; i < 20000; i++) {
        char text[256] = "";
        seed = seed * 1664525u + 1013904223u;
        for (unsigned n = 1 + (seed >> 20) % 12; n; n--) {
            seed = seed * 1664525u + 1013904223u;
            strcat(text, pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)]);
            strcat(text, " ");
        }
        struct cq_error err = {0};
        struct cq_cond *cond = NULL;
        int r = cq_where_parse(text, &err, &cond);
        assert_true(r == 0 ? cond != NULL : err.what[0] != '\0');
        good += r == 0;
        cq_cond_free(cond);
    }
    assert_true(good > 10);
}

static void test_names(void **state)
{
    (void)state;
    const char *name, *unit, *help;
    size_t n = 0;
    struct cq_field field;
    for (; (name = cq_field_list(n, &unit, &help)); n++) {
        assert_int_equal(cq_field_find(name, &field), 0);
        assert_string_equal(field.name, name);
        assert_true(help[0]);
    }
    assert_true(n > 90);
    struct cq_error err = {0};
    assert_int_equal(cq_where_field("duraton_s", &err, &field), -ENOENT);
    assert_non_null(strstr(err.what, "'duration_s'"));
    struct cq_str out = {0};
    cq_where_names(&out);
    assert_non_null(strstr(out.s, "customer.pitch_median_hz"));
    cq_str_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_language), cmocka_unit_test(test_days),      cmocka_unit_test(test_refused),
        cmocka_unit_test(test_bounds),   cmocka_unit_test(test_scrambled), cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
