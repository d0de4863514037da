/* Draws: repeatable, in quota, and as likely as their weights say. */
#include "review/sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N 60

static void fill(struct cq_sample_call *v)
{
    static const char *const agents[] = {"A1", "A2", "A3"};
    for (int i = 0; i < N; i++)
        v[i] = (struct cq_sample_call){.call = i + 1, .agent = agents[i % 3], .severity = i % 4 - 1};
}

static uint64_t taken(const struct cq_sample_call *v)
{
    uint64_t set = 0;
    for (int i = 0; i < N; i++)
        set |= v[i].taken ? (uint64_t)1 << v[i].call : 0;
    return set;
}

static void test_repeatable(void **state)
{
    struct cq_sample_opts opts = {.seed = 7, .count = 10};
    struct cq_sample_call a[N], b[N], t;
    (void)state;
    fill(a);
    fill(b);
    for (int i = 0; i < N / 2; i++) { /* another order of the same calls */
        t = b[i];
        b[i] = b[N - 1 - i];
        b[N - 1 - i] = t;
    }
    assert_int_equal(cq_sample_draw(&opts, a, N), 10);
    assert_int_equal(cq_sample_draw(&opts, b, N), 10);
    assert_true(taken(a) == taken(b));
    opts.seed = 8;
    cq_sample_draw(&opts, b, N);
    assert_true(taken(a) != taken(b));
    opts.count = 1000;
    assert_int_equal(cq_sample_draw(&opts, a, N), N);
    assert_int_equal(cq_sample_draw(&opts, NULL, 0), 0);
}

static void test_quotas(void **state)
{
    struct cq_sample_opts opts = {.seed = 3, .per_agent = 4};
    struct cq_sample_call v[N];
    int n[4] = {0};
    (void)state;
    fill(v);
    assert_int_equal(cq_sample_draw(&opts, v, N), 12);
    for (int i = 0; i < N; i++)
        n[v[i].agent[1] - '1'] += v[i].taken;
    assert_true(n[0] == 4 && n[1] == 4 && n[2] == 4);
    opts.count = 5;
    assert_int_equal(cq_sample_draw(&opts, v, N), 5);
    opts = (struct cq_sample_opts){.method = CQ_SAMPLE_FLAGGED, .seed = 3, .count = N};
    assert_int_equal(cq_sample_draw(&opts, v, N), N * 3 / 4);
}

/* A quota of a month, filled week by week: what was drawn before counts, and is not drawn again. */
static void test_earlier_draws(void **state)
{
    struct cq_sample_opts opts = {.seed = 3, .per_agent = 4};
    struct cq_sample_call v[N], w[N];
    int n[3] = {0};
    (void)state;
    fill(v);
    for (int i = 0; i < N; i++)
        v[i].drawn = i % 3 == 0 ? i < 9 : i % 3 == 1 && i < 30; /* three of A1, ten of A2, none of A3 */
    fill(w);
    cq_sample_draw(&opts, w, N);
    assert_int_equal(cq_sample_draw(&opts, v, N), 1 + 0 + 4);
    for (int i = 0; i < N; i++) {
        assert_false(v[i].taken && v[i].drawn);
        n[v[i].agent[1] - '1'] += v[i].taken;
        for (int k = 0; k < N; k++) /* an agent without earlier draws gets the calls that they would have got */
            assert_true(v[i].agent[1] != '3' || w[k].call != v[i].call || v[i].taken == w[k].taken);
    }
    assert_true(n[0] == 1 && n[1] == 0 && n[2] == 4);
}

/* First of a draw among weights 1, 2, 4, 8 for 15 calls each: a call of the gravest kind comes first in 8
 * of 15. */
static void test_risk(void **state)
{
    struct cq_sample_opts opts = {.method = CQ_SAMPLE_RISK, .count = 1};
    struct cq_sample_call v[N];
    int n[4] = {0}, draws = 3000;
    (void)state;
    for (opts.seed = 0; opts.seed < (uint64_t)draws; opts.seed++) {
        fill(v);
        assert_int_equal(cq_sample_draw(&opts, v, N), 1);
        n[v[0].severity + 1]++;
    }
    for (int i = 0; i < 4; i++) {
        double p = (1 << i) / 15.0;
        assert_true(fabs(n[i] - draws * p) < 4 * sqrt(draws * p * (1 - p)));
    }
}

static void test_assign(void **state)
{
    static const char *const reviewers[] = {"li", "A2", "wang"};
    struct cq_sample_opts opts = {.seed = 1, .count = 20};
    struct cq_sample_call v[N];
    size_t load[3] = {6, 0, 0}, reviewer[N];
    (void)state;
    fill(v);
    cq_sample_draw(&opts, v, N);
    cq_sample_assign(v, N, reviewers, 3, load, reviewer);
    for (int i = 0; i < N; i++) {
        assert_true(v[i].taken ? reviewer[i] < 3 : reviewer[i] == 3);
        assert_true(!v[i].taken || strcmp(v[i].agent, reviewers[reviewer[i]]));
    }
    assert_int_equal(load[0] + load[1] + load[2], 26); /* nobody more than one ahead of the others */
    assert_true(load[0] >= 8 && load[0] <= 9 && load[1] >= 8 && load[1] <= 9);
    cq_sample_assign(v, N, reviewers + 1, 1, load + 1, reviewer); /* an agent alone: own calls wait */
    for (int i = 0; i < N; i++)
        assert_true(!v[i].taken || (reviewer[i] == 1) == !strcmp(v[i].agent, "A2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeatable), cmocka_unit_test(test_quotas), cmocka_unit_test(test_earlier_draws),
        cmocka_unit_test(test_risk),       cmocka_unit_test(test_assign),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
