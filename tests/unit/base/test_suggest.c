#include "base/suggest.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(cq_suggest_distance("", ""), 0);
    assert_int_equal(cq_suggest_distance("abc", ""), 3);
    assert_int_equal(cq_suggest_distance("", "abc"), 3);
    assert_int_equal(cq_suggest_distance("kitten", "sitting"), 3);
    assert_int_equal(cq_suggest_distance("form", "from"), 1); /* a swap is one slip */
    char word[CQ_SUGGEST_MAX + 8];
    memset(word, 'x', sizeof word);
    word[sizeof word - 1] = '\0';
    assert_int_equal(cq_suggest_distance(word, "x"), CQ_SUGGEST_MAX);
    word[CQ_SUGGEST_MAX - 1] = '\0'; /* the longest that is compared */
    assert_int_equal(cq_suggest_distance(word, word), 0);
}

static void test_offer_keeps_the_nearest(void **state)
{
    (void)state;
    struct cq_suggest s = {0};
    cq_suggest_offer(&s, "weigth", "measure");
    assert_null(s.best);
    cq_suggest_offer(&s, "weigth", "height");
    cq_suggest_offer(&s, "weigth", "weight");
    cq_suggest_offer(&s, "weigth", "width");
    assert_string_equal(s.best, "weight");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_offer_keeps_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
