/* Option tables: every type, every way of writing, every mistake. */
#include "cli/options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct opts {
    bool flag;
    int format;
    const char *text;
    int whole;
    double number;
    int choice;
    struct cq_args list;
};

static const char *const words[] = {"red", "green", NULL};

#define AT(field) offsetof(struct opts, field)
static const struct cq_opt table[] = {
    {CQ_OPT("flag", 'f', CQ_OPT_FLAG, AT(flag), NULL, "a flag")},
    {CQ_OPT("json", 0, CQ_OPT_SET, AT(format), NULL, "one format"), .value = 1},
    {CQ_OPT("csv", 'c', CQ_OPT_SET, AT(format), NULL, "another"), .value = 2},
    {CQ_OPT("text", 't', CQ_OPT_STRING, AT(text), "TEXT", "a text")},
    {CQ_OPT("jobs", 'j', CQ_OPT_INT, AT(whole), "N", "a whole number"), .min = 1, .max = 64},
    {CQ_OPT("level", 0, CQ_OPT_NUMBER, AT(number), "DB", "a number")},
    {CQ_OPT("colour", 0, CQ_OPT_CHOICE, AT(choice), "COLOUR", "a word"), .choices = words},
    {CQ_OPT("set", 's', CQ_OPT_LIST, AT(list), "N=V", "a list")},
};
#define N (sizeof table / sizeof *table)

struct result {
    struct opts o;
    struct cq_args args;
    struct cq_error err;
    bool help;
    int ret;
};

static struct result parse(const char *const *argv, int argc)
{
    struct result r = {.o = {.choice = -1}};
    r.ret = cq_options_parse(table, N, argc, (char **)(uintptr_t)argv, &r.o, &r.err, &r.args, &r.help);
    return r;
}

static void done(struct result *r)
{
    cq_options_done(table, N, &r->o);
    cq_args_done(&r->args);
}

#define PARSE(...)                                                                                             \
    parse((const char *const[]){"cmd", __VA_ARGS__},                                                           \
          (int)(sizeof((const char *[]){"cmd", __VA_ARGS__}) / sizeof(char *)))

static void test_every_type(void **state)
{
    (void)state;
    struct result r = PARSE("a.wav", "--flag", "--text", "x y", "--jobs=8", "--level", "-3.5", "--colour",
                            "green", "-s", "a=1", "-sb=2", "--set=c=3", "b.wav");
    assert_int_equal(r.ret, 0);
    assert_true(r.o.flag);
    assert_string_equal(r.o.text, "x y");
    assert_int_equal(r.o.whole, 8);
    assert_true(r.o.number == -3.5);
    assert_int_equal(r.o.choice, 1);
    assert_int_equal(r.o.list.n, 3);
    assert_string_equal(r.o.list.v[0], "a=1");
    assert_string_equal(r.o.list.v[1], "b=2");
    assert_string_equal(r.o.list.v[2], "c=3");
    assert_int_equal(r.args.n, 2);
    assert_string_equal(r.args.v[0], "a.wav");
    assert_string_equal(r.args.v[1], "b.wav");
    assert_false(r.help);
    done(&r);
}

static void test_short_forms(void **state)
{
    (void)state;
    struct result r = PARSE("-fcj4", "-", "-t", "-odd");
    assert_int_equal(r.ret, 0);
    assert_true(r.o.flag);
    assert_int_equal(r.o.format, 2);
    assert_int_equal(r.o.whole, 4);
    assert_string_equal(r.o.text, "-odd");
    assert_int_equal(r.args.n, 1); /* a lone dash is an argument */
    done(&r);
}

static void test_last_one_wins(void **state)
{
    (void)state;
    struct result r = PARSE("--csv", "--json", "--text=", "--", "--flag", "--");
    assert_int_equal(r.ret, 0);
    assert_int_equal(r.o.format, 1);
    assert_string_equal(r.o.text, "");
    assert_false(r.o.flag);
    assert_int_equal(r.args.n, 2);
    assert_string_equal(r.args.v[0], "--flag");
    assert_string_equal(r.args.v[1], "--");
    done(&r);
}

static void test_help_ends_parsing(void **state)
{
    (void)state;
    struct result r = PARSE("--flag", "--help", "--nonsense");
    assert_int_equal(r.ret, 0);
    assert_true(r.help);
    done(&r);
    r = PARSE("-fh", "--nonsense");
    assert_int_equal(r.ret, 0);
    assert_true(r.help);
    done(&r);
}

static void check_error(struct result r, const char *part)
{
    assert_int_equal(r.ret, -EINVAL);
    if (!strstr(r.err.what, part))
        fail_msg("\"%s\" does not say \"%s\"", r.err.what, part);
    assert_null(r.args.v);
    done(&r);
}

static void test_mistakes(void **state)
{
    (void)state;
    check_error(PARSE("x", "--colr", "red"), "did you mean --colour?");
    check_error(PARSE("--hlep"), "did you mean --help?");
    check_error(PARSE("--xyzzy=3"), "no option --xyzzy");
    check_error(PARSE("-fz"), "no option -z");
    check_error(PARSE("--text"), "--text needs an argument: TEXT");
    check_error(PARSE("-j"), "-j needs an argument: N");
    check_error(PARSE("--flag=1"), "takes no argument");
    check_error(PARSE("--jobs", "four"), "whole number");
    check_error(PARSE("--jobs", "2.5"), "whole number");
    check_error(PARSE("--jobs", "0"), "between 1 and 64");
    check_error(PARSE("--jobs", "99999999999999"), "whole number");
    check_error(PARSE("--level", "1,5"), "needs a number");
    check_error(PARSE("--level", "nan"), "needs a number");
    check_error(PARSE("--colour", "blue"), "red, green");
    check_error(PARSE("-s", "a", "--colour", ""), "red, green");
}

static void test_long_unknown_option_stays_bounded(void **state)
{
    (void)state;
    char word[5000] = "--";
    memset(word + 2, 'x', sizeof word - 3);
    check_error(PARSE(word), "no option --xxx");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type),    cmocka_unit_test(test_short_forms),
        cmocka_unit_test(test_last_one_wins), cmocka_unit_test(test_help_ends_parsing),
        cmocka_unit_test(test_mistakes),      cmocka_unit_test(test_long_unknown_option_stays_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
