/* The pool: order, bounded window, stopping from outside and by a failing taker. */
#include "cli/workers.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#define N_WORKERS 4
#define WINDOW (4 * N_WORKERS)

struct run {
    atomic_bool stop;
    atomic_size_t begun, live, most_live;
    size_t taken, dropped, stop_at, fail_at;
    bool in_order;
};

struct result {
    size_t square;
    bool owned;
};

static void nap(long us)
{
    nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
}

static void work(void *user, size_t i, void *ret_result)
{
    struct run *r = user;
    struct result *out = ret_result;
    assert(!out->owned && out->square == 0); /* zeroed */
    atomic_fetch_add(&r->begun, 1);
    size_t live = atomic_fetch_add(&r->live, 1) + 1, most = atomic_load(&r->most_live);
    while (live > most && !atomic_compare_exchange_weak(&r->most_live, &most, live))
        ;
    /* every seventh item is slow, so that results come out of order */
    nap(i % 7 ? 10 : 900);
    *out = (struct result){.square = i * i, .owned = true};
}

static int take(void *user, size_t i, void *result)
{
    struct run *r = user;
    struct result *in = result;
    r->in_order = r->in_order && i == r->taken && in->square == i * i;
    r->taken++;
    atomic_fetch_sub(&r->live, 1);
    if (i == r->stop_at)
        atomic_store(&r->stop, true);
    return i == r->fail_at ? -EIO : 0;
}

static void drop(void *user, void *result)
{
    struct run *r = user;
    struct result *in = result;
    assert(in->owned);
    r->dropped++;
}

static int run(struct run *r, size_t n)
{
    struct cq_workers_job job = {.n_items = n,
                                 .n_workers = N_WORKERS,
                                 .result_size = sizeof(struct result),
                                 .work = work,
                                 .take = take,
                                 .drop = drop,
                                 .user = r,
                                 .stop = &r->stop};
    r->in_order = true;
    return cq_workers_run(&job);
}

static void test_order_and_window(void **state)
{
    (void)state;
    struct run r = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX};
    assert_int_equal(run(&r, 2000), 0);
    assert_int_equal(r.taken, 2000);
    assert_true(r.in_order);
    assert_int_equal(r.dropped, 0);
    assert_true(atomic_load(&r.most_live) <= WINDOW);
    assert_true(atomic_load(&r.most_live) > 1);
}

static void test_fewer_items_than_workers(void **state)
{
    (void)state;
    struct run r = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX};
    assert_int_equal(run(&r, 1), 0);
    assert_int_equal(r.taken, 1);
    r = (struct run){.stop_at = SIZE_MAX, .fail_at = SIZE_MAX};
    assert_int_equal(run(&r, 0), 0);
    assert_int_equal(r.taken, 0);
}

static void test_stop_finishes_what_was_begun(void **state)
{
    (void)state;
    struct run r = {.stop_at = 100, .fail_at = SIZE_MAX};
    assert_int_equal(run(&r, 100000), 0);
    assert_true(r.in_order);
    assert_int_equal(r.taken, atomic_load(&r.begun));
    assert_in_range(r.taken, 101, 101 + WINDOW);
    assert_int_equal(r.dropped, 0);
}

static void test_failing_taker_ends_it(void **state)
{
    (void)state;
    struct run r = {.stop_at = SIZE_MAX, .fail_at = 50};
    assert_int_equal(run(&r, 100000), -EIO);
    assert_int_equal(r.taken, 51);
    assert_int_equal(r.taken + r.dropped, atomic_load(&r.begun));
}

static void test_stopped_before_it_begins(void **state)
{
    (void)state;
    struct run r = {.stop_at = SIZE_MAX, .fail_at = SIZE_MAX};
    atomic_store(&r.stop, true);
    assert_int_equal(run(&r, 1000), 0);
    assert_int_equal(r.taken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_window),
        cmocka_unit_test(test_fewer_items_than_workers),
        cmocka_unit_test(test_stop_finishes_what_was_begun),
        cmocka_unit_test(test_failing_taker_ends_it),
        cmocka_unit_test(test_stopped_before_it_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
