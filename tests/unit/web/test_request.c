/* What a request brings: arguments, cookies, ranges, origins; and how often a login may fail. */
#include "web/limiter.h"
#include "web/request.h"
#include "web/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>

static void test_arguments(void **state)
{
    struct cq_web_request req = {
        .args = {{"limit", "20"}, {"bad", "2x"}, {"big", "99999999999999999999"}, {"empty", ""}}, .n_args = 4};
    struct cq_error err = {0};
    int64_t v = -1;
    (void)state;
    assert_string_equal(cq_web_arg(&req, "limit"), "20");
    assert_null(cq_web_arg(&req, "lim"));
    assert_int_equal(cq_web_arg_int(&req, "limit", 5, 1, 100, &err, &v), 0);
    assert_int_equal(v, 20);
    assert_int_equal(cq_web_arg_int(&req, "empty", 5, 1, 100, &err, &v), 0);
    assert_int_equal(v, 5);
    assert_int_equal(cq_web_arg_int(&req, "limit", 5, 1, 19, &err, &v), -EINVAL);
    assert_int_equal(cq_web_arg_int(&req, "bad", 5, 1, 19, &err, &v), -EINVAL);
    assert_int_equal(cq_web_arg_int(&req, "big", 5, 1, INT64_MAX, &err, &v), -EINVAL);
    assert_int_equal(v, 5);
}

static void test_cookies(void **state)
{
    struct cq_web_request req = {.cookie = "xa=1; a=two; ;; b=; a=three"};
    char buf[8];
    (void)state;
    assert_int_equal(cq_web_cookie(&req, "a", buf, sizeof buf), 0);
    assert_string_equal(buf, "two");
    assert_int_equal(cq_web_cookie(&req, "b", buf, sizeof buf), 0);
    assert_string_equal(buf, "");
    assert_int_equal(cq_web_cookie(&req, "c", buf, sizeof buf), -ENOENT);
    assert_int_equal(cq_web_cookie(&req, "a", buf, 3), -E2BIG);
    req.cookie = NULL;
    assert_int_equal(cq_web_cookie(&req, "a", buf, sizeof buf), -ENOENT);
}

static void test_ranges(void **state)
{
    static const struct {
        const char *range;
        bool is, bad;
        int64_t from, to;
    } cases[] = {
        {"bytes=0-9", true, false, 0, 9},   {"bytes=90-", true, false, 90, 99},
        {"bytes=-10", true, false, 90, 99}, {"bytes=-500", true, false, 0, 99},
        {"bytes=5-5", true, false, 5, 5},   {"bytes=99-1000", true, false, 99, 99},
        {"bytes=100-", false, true, 0, 0},  {"bytes=-0", false, true, 0, 0},
        {"bytes=5-4", false, false, 0, 0},  {"bytes=a-b", false, false, 0, 0},
        {"bytes=-", false, false, 0, 0},    {"bytes=", false, false, 0, 0},
        {"bits=0-1", false, false, 0, 0},   {"bytes=0-1,3-4", false, false, 0, 0},
        {"bytes=--1", false, false, 0, 0},  {"bytes=99999999999999999999-", false, false, 0, 0},
        {NULL, false, false, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t from = -1, to = -1;
        bool bad = true;
        assert_int_equal(cq_web_range(cases[i].range, 100, &from, &to, &bad), cases[i].is);
        assert_int_equal(bad, cases[i].bad);
        if (cases[i].is) {
            assert_int_equal(from, cases[i].from);
            assert_int_equal(to, cases[i].to);
        }
    }
}

static void test_origins(void **state)
{
    struct cq_web_request req = {.host = "qa.example:8740"};
    (void)state;
    assert_true(cq_web_same_origin(&req));
    req.origin = "https://QA.example:8740";
    assert_true(cq_web_same_origin(&req));
    req.origin = "https://qa.example";
    assert_false(cq_web_same_origin(&req));
    req.origin = "https://qa.example:8740.evil.example";
    assert_false(cq_web_same_origin(&req));
    req.origin = "null";
    assert_false(cq_web_same_origin(&req));
    req.origin = "https://qa.example:8740";
    req.host = NULL;
    assert_false(cq_web_same_origin(&req));
}

static void test_headers_stay_one_line(void **state)
{
    struct cq_web_response res = {0};
    (void)state;
    cq_web_header(&res, "X", "a\r\nSet-Cookie: b=c%d", 1);
    assert_string_equal(res.headers[0].value, "a??Set-Cookie: b=c1");
    for (int i = 0; i < 3 * CQ_WEB_MAX_HEADERS; i++)
        cq_web_header(&res, "Y", "z");
    assert_int_equal(res.n_headers, CQ_WEB_MAX_HEADERS);
    cq_web_error(&res, 404, "x", "a \"quoted\" <text>");
    assert_int_equal(res.status, 404);
    assert_string_equal(res.body.s, "{\"error\":{\"code\":\"x\",\"message\":\"a \\\"quoted\\\" <text>\"}}");
    cq_web_response_done(&res);
}

static void test_failed_logins(void **state)
{
    struct cq_web_limiter *l = cq_web_limiter_new();
    int64_t wait_s = 0;
    (void)state;
    assert_non_null(l);
    for (int i = 0; i < 5; i++) {
        assert_true(cq_web_limiter_may(l, "10.0.0.1", "chen", 1000 + i, &wait_s));
        cq_web_limiter_failed(l, "10.0.0.1", "chen", 1000 + i);
    }
    assert_false(cq_web_limiter_may(l, "10.0.0.1", "CHEN", 1010, &wait_s));
    assert_int_equal(wait_s, 290);
    assert_true(cq_web_limiter_may(l, "10.0.0.2", "chen", 1010, &wait_s));
    assert_true(cq_web_limiter_may(l, "10.0.0.1", "li", 1010, &wait_s));
    assert_true(cq_web_limiter_may(l, "10.0.0.1", "chen", 1300, &wait_s));
    assert_true(cq_web_limiter_may(l, "10.0.0.1", "chen", 900, &wait_s)); /* the clock was set back */
    /* one address with many names */
    for (int i = 0; i < 50; i++)
        cq_web_limiter_failed(l, "10.9.9.9", i & 1 ? "a" : "b", 2000);
    assert_false(cq_web_limiter_may(l, "10.9.9.9", "fresh", 2001, &wait_s));
    for (int i = 0; i < 60; i++)
        cq_web_limiter_failed(l, "127.0.0.1", i & 1 ? "c" : "d", 3000);
    assert_true(cq_web_limiter_may(l, "127.0.0.1", "fresh", 3001, &wait_s)); /* a proxy speaks for everybody */
    cq_web_limiter_failed(l, "10.0.0.3", "wang", 4000);
    for (int i = 0; i < 4; i++)
        cq_web_limiter_failed(l, "10.0.0.3", "wang", 4000);
    cq_web_limiter_clear(l, "10.0.0.3", "wang");
    assert_true(cq_web_limiter_may(l, "10.0.0.3", "wang", 4001, &wait_s));
    cq_web_limiter_free(l);
}

static void test_loopback(void **state)
{
    (void)state;
    assert_true(cq_web_is_loopback("127.0.0.1"));
    assert_true(cq_web_is_loopback("127.1.2.3"));
    assert_true(cq_web_is_loopback("::1"));
    assert_true(cq_web_is_loopback("::ffff:127.0.0.1"));
    assert_false(cq_web_is_loopback("0.0.0.0"));
    assert_false(cq_web_is_loopback("::"));
    assert_false(cq_web_is_loopback("128.0.0.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_origins),
        cmocka_unit_test(test_headers_stay_one_line),
        cmocka_unit_test(test_failed_logins),
        cmocka_unit_test(test_loopback),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
