/* How wide text is, and how it is cut. */
#include "cli/term.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_width(void **state)
{
    (void)state;
    assert_int_equal(cq_term_width(""), 0);
    assert_int_equal(cq_term_width("abc"), 3);
    assert_int_equal(cq_term_width("客服"), 4);
    assert_int_equal(cq_term_width("a客b服"), 6);
    assert_int_equal(cq_term_width("（全角）"), 8);
    assert_int_equal(cq_term_width("e\xcc\x81"), 1);        /* e and a combining acute */
    assert_int_equal(cq_term_width("█▌░"), 3);              /* the bars of the timeline */
    assert_int_equal(cq_term_width("\xf0\x9f\x93\x9e"), 2); /* a telephone */
    assert_int_equal(cq_term_width("\xff\xe5\xae"), 3);     /* malformed bytes take one each */
    assert_int_equal(cq_term_width("\xf0\xa0\x80\x80"), 2); /* CJK extension B */
}

static void test_prefix(void **state)
{
    (void)state;
    assert_int_equal(cq_term_prefix("abc", 2), 2);
    assert_int_equal(cq_term_prefix("abc", 9), 3);
    assert_int_equal(cq_term_prefix("客服", 1), 0);
    assert_int_equal(cq_term_prefix("客服", 2), 3);
    assert_int_equal(cq_term_prefix("客服", 3), 3);
    assert_int_equal(cq_term_prefix("e\xcc\x81x", 1), 3); /* the mark stays with its letter */
}

static char *put(const char *text, size_t columns, bool right, bool utf8)
{
    static char buf[256];
    memset(buf, 0, sizeof buf);
    FILE *f = fmemopen(buf, sizeof buf - 1, "w");
    assert_non_null(f);
    cq_term_put(f, text, columns, right, utf8);
    fclose(f);
    return buf;
}

static void test_put(void **state)
{
    (void)state;
    assert_string_equal(put("ab", 4, false, true), "ab  ");
    assert_string_equal(put("ab", 4, true, true), "  ab");
    assert_string_equal(put("客服", 6, false, true), "客服  ");
    assert_string_equal(put("客服中心", 6, false, true), "客服… ");
    assert_string_equal(put("abcdef", 4, false, true), "abc…");
    assert_string_equal(put("abcdef", 4, false, false), "abc~");
    assert_string_equal(put("a\x1b[2Jb", 8, false, true), "a?[2Jb  ");
    assert_string_equal(put("x", 0, false, true), "");
}

static void test_db_path(void **state)
{
    (void)state;
    unsetenv("CALLQA_DB");
    assert_string_equal(cq_cli_db_path(NULL), "callqa.db");
    setenv("CALLQA_DB", "/x/y.db", 1);
    assert_string_equal(cq_cli_db_path(NULL), "/x/y.db");
    assert_string_equal(cq_cli_db_path("z.db"), "z.db");
}

static void test_environment(void **state)
{
    (void)state;
    FILE *f = tmpfile();
    assert_non_null(f);
    setenv("COLUMNS", "132", 1);
    struct cq_term t = cq_term_of(f);
    assert_false(t.tty);
    assert_false(t.colour);
    assert_int_equal(t.width, 132);
    setenv("COLUMNS", "5", 1); /* too narrow for anything: not below 40 */
    assert_int_equal(cq_term_of(f).width, 40);
    setenv("COLUMNS", "rubbish", 1);
    assert_int_equal(cq_term_of(f).width, 80);
    fclose(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),   cmocka_unit_test(test_prefix),      cmocka_unit_test(test_put),
        cmocka_unit_test(test_db_path), cmocka_unit_test(test_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
