/* Unit tests of src/base: text, numbers, arrays, errors, time. */
#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/number.h"
#include "base/str.h"
#include "base/time.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void array_grows_and_refuses_overflow(void **state)
{
    (void)state;
    struct {
        int *v;
        size_t n, cap;
    } a = {0};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(CQ_ARRAY_PUSH(&a, i), 0);
    assert_int_equal(a.n, 1000);
    assert_int_equal(a.v[999], 999);
    size_t cap = a.cap;
    assert_int_equal(cq_array_reserve((void **)(void *)&a.v, &a.cap, SIZE_MAX / 2, sizeof *a.v), -EOVERFLOW);
    assert_int_equal(a.cap, cap);
    free(a.v);
}

static void numbers_are_written_short_and_with_a_point(void **state)
{
    (void)state;
    static const struct {
        double v;
        int decimals;
        const char *text;
    } rows[] = {
        {1.23, 3, "1.23"},
        {4, 3, "4"},
        {-0.0001, 3, "0"},
        {-0.5, 1, "-0.5"},
        {1234567.8906, 3, "1234567.891"},
        {100, 0, "100"},
        {0.0005, 3, "0.001"},
        {2.5e-7, 6, "0"},
        {1e15, 2, "1000000000000000"},
    };
    char buf[CQ_NUMBER_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = cq_number_format(buf, rows[i].v, rows[i].decimals);
        assert_string_equal(buf, rows[i].text);
        assert_int_equal(n, strlen(rows[i].text));
    }
}

static void numbers_ignore_the_locale(void **state)
{
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
        skip();
    char buf[CQ_NUMBER_MAX];
    double v = 0;
    cq_number_format(buf, 3.25, 3);
    int err = cq_number_parse("2.75", 4, &v);
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(buf, "3.25");
    assert_int_equal(err, 0);
    assert_float_equal(v, 2.75, 0);
}

static void numbers_are_parsed_whole_or_not_at_all(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "1,5", "1x", "nan", "inf", "1e999", "0x10", " 1", "1 ", "--1"};
    double v = 7;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(cq_number_parse(bad[i], strlen(bad[i]), &v), -EINVAL);
        assert_float_equal(v, 7, 0);
    }
    assert_int_equal(cq_number_parse("-12.5e1", 7, &v), 0);
    assert_float_equal(v, -125, 0);

    int64_t n = 7;
    assert_int_equal(cq_number_parse_int("9223372036854775808", 19, &n), -ERANGE);
    assert_int_equal(cq_number_parse_int("12.5", 4, &n), -EINVAL);
    assert_int_equal(cq_number_parse_int("-42", 3, &n), 0);
    assert_int_equal(n, -42);
}

static void text_builds_and_is_taken(void **state)
{
    (void)state;
    struct cq_str b = {0};
    cq_str_add(&b, "call ");
    cq_str_printf(&b, "%d of %s", 3, "60");
    cq_str_add_char(&b, '.');
    char *s = cq_str_take(&b);
    assert_string_equal(s, "call 3 of 60.");
    free(s);
    s = cq_str_take(&b);
    assert_string_equal(s, "");
    free(s);
    assert_true(cq_str_ieq("Agent.WAV", "agent.wav"));
    assert_false(cq_str_ieq("agent", "agents"));
}

static void utf8_is_checked(void **state)
{
    (void)state;
    assert_int_equal(cq_str_utf8_prefix("客服 ok"), strlen("客服 ok"));
    assert_int_equal(cq_str_utf8_prefix("ab\xff"
                                        "cd"),
                     2);
    assert_int_equal(cq_str_utf8_prefix("\xc0\xaf"), 0);     /* overlong */
    assert_int_equal(cq_str_utf8_prefix("\xed\xa0\x80"), 0); /* surrogate */
    assert_int_equal(cq_str_utf8_prefix("\xf4\x90\x80\x80"), 0);
    assert_int_equal(cq_str_utf8_prefix("\xe5\xae"), 0); /* cut short */
}

static void errors_stay_one_line(void **state)
{
    (void)state;
    struct cq_error err = {0};
    char buf[1024];
    assert_int_equal(cq_error_set(&err, -EBADMSG, "a.json", 7, "bad\nthing %d", 1), -EBADMSG);
    assert_string_equal(cq_error_format(&err, buf, sizeof buf), "a.json:7: bad?thing 1");
    cq_error_set(&err, -EIO, NULL, 0, "no file");
    assert_string_equal(cq_error_format(&err, buf, sizeof buf), "no file");
    assert_int_equal(cq_error_set(NULL, -EIO, NULL, 0, "nobody listens"), -EIO);
}

static void dates_are_parsed(void **state)
{
    (void)state;
    setenv("TZ", "UTC0", 1);
    static const struct {
        const char *text;
        int64_t s;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-24T14:02:03Z", 1795528923},
        {"2026-11-24T22:02:03+08:00", 1795528923},
        {"2026-11-24 09:02:03.250-0500", 1795528923},
        {"2026-11-24", 1795478400},
        {"2024-02-29", 1709164800},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t s = -1;
        assert_int_equal(cq_time_parse_iso(rows[i].text, &s), 0);
        assert_int_equal(s, rows[i].s);
    }
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-13-01",
                                      "2025-02-29",
                                      "2026-01-01T25:00",
                                      "2026-01-01Tx",
                                      "2026-01-01T10:00+99:00",
                                      "yesterday"};
    int64_t s = 5;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(cq_time_parse_iso(bad[i], &s), -EINVAL);
    assert_int_equal(s, 5);
    assert_int_equal(cq_time_parse_until("2026-11-24", &s), 0);
    assert_int_equal(s, 1795478400 + 86399);

    char buf[CQ_TIME_ISO_MAX];
    assert_string_equal(cq_time_format_utc(1795528923, buf), "2026-11-24T14:02:03Z");
    assert_string_equal(cq_time_format_clock(3723.4, buf), "1:02:03");
    assert_string_equal(cq_time_format_clock(61, buf), "1:01");
    assert_string_equal(cq_time_format_clock(NAN, buf), "0:00");
}

static void hash_is_sha256(void **state)
{
    (void)state;
    char hex[CQ_HASH_HEX];
    cq_hash_bytes("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(cq_hash_file("/nonexistent/file", hex), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(array_grows_and_refuses_overflow),
        cmocka_unit_test(numbers_are_written_short_and_with_a_point),
        cmocka_unit_test(numbers_ignore_the_locale),
        cmocka_unit_test(numbers_are_parsed_whole_or_not_at_all),
        cmocka_unit_test(text_builds_and_is_taken),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(errors_stay_one_line),
        cmocka_unit_test(dates_are_parsed),
        cmocka_unit_test(hash_is_sha256),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
