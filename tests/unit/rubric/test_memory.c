#include "rubric/describe.h"
#include "rubric/edit.h"
#include "rubric/model.h"
#include "tests/unit/rubric/mini.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

/*
 * Memory runs out at every single allocation in turn: each time the call says -ENOMEM, gives nothing back and
 * leaks nothing (the sanitizer run tells). The linker puts these functions before those of the C library.
 */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

static long left = -1; /* allocations until one fails; below zero none does */

static bool fails(void)
{
    return left >= 0 && left-- == 0;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
    return fails() ? NULL : __real_strdup(s);
}

#define MAX_ALLOCATIONS 5000

static void test_parse(void **state)
{
    (void)state;
    char *text = mini_text();
    assert_non_null(text);
    for (long i = 0; i < MAX_ALLOCATIONS; i++) {
        struct cq_rubric *r = NULL;
        left = i;
        int status = cq_rubric_parse("mini", text, strlen(text), NULL, &r);
        left = -1;
        if (status == 0) {
            cq_rubric_free(r);
            free(text);
            assert_true(i > 100); /* it does allocate */
            return;
        }
        assert_int_equal(status, -ENOMEM);
        assert_null(r);
    }
    fail_msg("never enough memory");
}

static int score(const struct cq_rubric *r, struct cq_scorecard *card)
{
    static struct cq_metrics m; /* every measure 0 */
    struct cq_segment greeting = {CQ_AGENT, {7, 8}};
    struct cq_event events[] = {
        {.type = CQ_EVENT_INTERRUPTION, .by = CQ_AGENT, .at = {5, 7}},
        {.type = CQ_EVENT_DEAD_AIR, .by = CQ_NOBODY, .at = {10, 16}},
    };
    struct cq_talk talk = {.answer_s = NAN, .segments = {&greeting, 1, 1}, .events = {events, 2, 2}};
    m.call[CQ_M_DURATION].v = 100;
    m.party[CQ_AGENT][CQ_PM_EARLY_CUT_INS].v = 5;
    m.party[CQ_AGENT][CQ_PM_GREETING_LATENCY].v = 7;
    m.party[CQ_CUSTOMER][CQ_PM_SPEECH].v = 60;
    return cq_rubric_score(r, &m, &talk, false, card);
}

static void test_score(void **state)
{
    (void)state;
    char *text = mini_text();
    struct cq_rubric *r = NULL;
    assert_int_equal(cq_rubric_parse("mini", text, strlen(text), NULL, &r), 0);
    free(text);
    for (long i = 0; i < MAX_ALLOCATIONS; i++) {
        struct cq_scorecard card = {0};
        left = i;
        int status = score(r, &card);
        left = -1;
        if (status == 0) {
            assert_true(i > 20);
            assert_true(card.n_flags > 0);
            assert_true(card.items[0].n_evidence == 2 && card.items[0].note);
            cq_scorecard_done(&card);
            cq_rubric_free(r);
            return;
        }
        assert_int_equal(status, -ENOMEM);
        assert_null(card.items);
    }
    fail_msg("never enough memory");
}

/* Texts are all there or marked as failed. */
static void test_texts(void **state)
{
    (void)state;
    char *text = mini_text();
    struct cq_rubric *r = NULL;
    assert_int_equal(cq_rubric_parse("mini", text, strlen(text), NULL, &r), 0);
    free(text);
    bool whole = false;
    for (long i = 0; i < MAX_ALLOCATIONS && !whole; i++) {
        struct cq_str out = {0};
        left = i;
        cq_rubric_describe(r, "en", &out);
        cq_rubric_write(r, NULL, NULL, &out);
        cq_rubric_diff(r, r, &out);
        left = -1;
        whole = !out.failed;
        if (whole)
            assert_non_null(strstr(out.s, "\"version\": \"2.1\""));
        cq_str_done(&out);
    }
    assert_true(whole);
    cq_rubric_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_score),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
