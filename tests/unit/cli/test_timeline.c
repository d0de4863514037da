/* The drawing of one call, character by character. */
#include "cli/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* 20 s: the agent greets, the customer talks, the agent cuts in at 8 s, dead air, hold, the agent ends. */
static struct cq_segment segments[] = {
    {CQ_AGENT, {0, 3}}, {CQ_CUSTOMER, {3, 9}}, {CQ_AGENT, {8, 10}}, {CQ_AGENT, {19, 20}}};
static struct cq_span talk_over[] = {{8, 9}};
static struct cq_event events[] = {
    {.type = CQ_EVENT_INTERRUPTION, .by = CQ_AGENT, .at = {8, 9}, .outcome = CQ_OUTCOME_TOOK_FLOOR},
    {.type = CQ_EVENT_DEAD_AIR, .by = CQ_NOBODY, .at = {10, 15}},
    {.type = CQ_EVENT_HOLD, .by = CQ_NOBODY, .at = {15, 19}},
};
static const struct cq_talk talk = {
    .duration_s = 20, .segments = {segments, 4, 4}, .talk_over = {talk_over, 1, 1}, .events = {events, 3, 3}};

static const char *draw(const struct cq_talk *t, struct cq_timeline_opts o)
{
    static char buf[20000];
    memset(buf, 0, sizeof buf);
    FILE *f = fmemopen(buf, sizeof buf - 1, "w");
    assert_non_null(f);
    assert_int_equal(cq_timeline_print(f, t, &o), 0);
    fclose(f);
    return buf;
}

static void test_one_band(void **state)
{
    (void)state;
    struct cq_timeline_opts o = CQ_TIMELINE_OPTS_INIT;
    o.max_bands = 1;
    o.term.width = 50; /* 40 columns of half a second */
    assert_string_equal(draw(&talk, o), "         |0:00     |0:05     |0:10     |0:15\n"
                                        "agent    ######          ####                  ##\n"
                                        "customer       ############\n"
                                        "marks                    A=  ----------~~~~~~~~\n"
                                        "\n"
                                        "         A agent cuts in and takes the floor\n"
                                        "         = both speak   - dead air   ~ hold\n");
}

static void test_bands_and_blocks(void **state)
{
    (void)state;
    struct cq_timeline_opts o = CQ_TIMELINE_OPTS_INIT;
    o.max_bands = 2;
    o.term.width = 50;
    o.term.utf8 = true;
    o.from_s = 7;
    o.to_s = 12;
    /* five seconds in 50 columns of a tenth, 25 a band */
    const char *s = draw(&talk, o);
    assert_non_null(strstr(s, "|0:07"));
    assert_non_null(strstr(s, "customer ████████████████████\n"));
    assert_non_null(strstr(s, "A=========\n"));
    assert_non_null(strstr(s, "|0:10"));
    assert_non_null(strstr(s, "marks         --------------------\n"));
}

static void test_partial_columns(void **state)
{
    (void)state;
    struct cq_segment some[] = {{CQ_AGENT, {0, 0.1}}, {CQ_AGENT, {1, 1.5}}, {CQ_AGENT, {2, 2.9}}};
    struct cq_talk t = {.duration_s = 40, .segments = {some, 3, 3}};
    struct cq_timeline_opts o = CQ_TIMELINE_OPTS_INIT;
    o.max_bands = 1;
    o.term.width = 50;
    assert_non_null(strstr(draw(&t, o), "agent    -=#\ncustomer \n"));
    o.term.utf8 = true;
    assert_non_null(strstr(draw(&t, o), "agent    ▁▄█\n"));
    assert_null(strstr(draw(&t, o), "\033"));
    o.term.colour = true;
    assert_non_null(strstr(draw(&t, o), "\033[36m▁▄█\033[0m"));
}

static void test_scale(void **state)
{
    (void)state;
    assert_true(cq_timeline_scale(20, 40, 1) == 0.5);
    assert_true(cq_timeline_scale(0, 40, 1) == 0.1);
    assert_true(cq_timeline_scale(3600, 70, 3) == 20);
    assert_true(cq_timeline_scale(6 * 3600.0, 70, 3) == 120);
}

static void test_every_length_and_width_fits(void **state)
{
    (void)state;
    struct cq_timeline_opts o = CQ_TIMELINE_OPTS_INIT;
    struct cq_talk t = talk;
    for (o.term.width = 50; o.term.width <= 200; o.term.width += 7) {
        for (t.duration_s = 0; t.duration_s < 30000; t.duration_s = t.duration_s * 1.7 + 0.3) {
            const char *s = draw(&t, o);
            size_t lanes = 0;
            while (*s) {
                size_t n = strcspn(s, "\n");
                assert_true(n < (size_t)o.term.width);
                lanes += strncmp(s, "agent", 5) == 0;
                s += n + 1;
            }
            assert_in_range(lanes, t.duration_s > 0 ? 1 : 0, 3);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_band),
        cmocka_unit_test(test_bands_and_blocks),
        cmocka_unit_test(test_partial_columns),
        cmocka_unit_test(test_scale),
        cmocka_unit_test(test_every_length_and_width_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
