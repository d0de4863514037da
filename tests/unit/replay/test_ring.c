/* The ring: order, room, drops; and a writer and a reader that race (run under ThreadSanitizer by tools/test).
 */
#include "replay/ring.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

static struct cq_replay_frame numbered(int32_t i)
{
    return (struct cq_replay_frame){(float)i, (float)-i, i};
}

static void test_order_and_room(void **state)
{
    (void)state;
    struct cq_ring r = {0};
    struct cq_replay_frame v[40];
    assert_int_equal(cq_ring_init(&r, 0), -EINVAL);
    assert_int_equal(cq_ring_init(&r, (size_t)1 << 30), -EINVAL);
    assert_int_equal(cq_ring_init(&r, 20), 0);
    int32_t in = 0, out = 0;
    for (int round = 0; round < 50; round++) { /* around the ring's end many times */
        for (int i = 0; i < 40; i++)
            v[i] = numbered(in + i);
        size_t room = cq_ring_room(&r), n = cq_ring_write(&r, v, (size_t)(7 + round % 30));
        assert_true(n <= room);
        in += (int32_t)n;
        assert_int_equal(cq_ring_waiting(&r), in - out);
        n = cq_ring_read(&r, v, (size_t)(5 + round % 11));
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(v[i].at, out);
            assert_true(v[i].right == (float)-out);
            out++;
        }
    }
    assert_true(out > 200);
    cq_ring_done(&r);
    cq_ring_done(NULL);
}

static void test_drop(void **state)
{
    (void)state;
    struct cq_ring r = {0};
    struct cq_replay_frame v[8];
    assert_int_equal(cq_ring_init(&r, 16), 0);
    for (int32_t i = 0; i < 8; i++)
        v[i] = numbered(i);
    assert_int_equal(cq_ring_write(&r, v, 8), 8);
    cq_ring_drop(&r);
    assert_int_equal(cq_ring_waiting(&r), 0);
    v[0] = numbered(100);
    assert_int_equal(cq_ring_write(&r, v, 1), 1);
    assert_int_equal(cq_ring_read(&r, v, 8), 1);
    assert_int_equal(v[0].at, 100);
    assert_int_equal(cq_ring_room(&r), 16); /* the dropped ones gave their places back */
    assert_int_equal(cq_ring_read(&r, v, 8), 0);
    cq_ring_done(&r);
}

#define N_RACE 400000

static void *write_all(void *user)
{
    struct cq_ring *r = user;
    struct cq_replay_frame v[64];
    for (int32_t next = 0; next < N_RACE;) {
        size_t n = 0;
        for (; n < 64 && next + (int32_t)n < N_RACE; n++)
            v[n] = numbered(next + (int32_t)n);
        size_t done = cq_ring_write(r, v, n);
        next += (int32_t)done;
        if (next % 1000 < 64)
            cq_ring_drop(r);
        if (!done)
            sched_yield();
    }
    v[0] = numbered(N_RACE);
    while (!cq_ring_write(r, v, 1))
        sched_yield();
    return NULL;
}

/* Whatever is dropped, what is read only ever goes forward and is whole. */
static void test_race(void **state)
{
    (void)state;
    struct cq_ring r = {0};
    struct cq_replay_frame v[48];
    pthread_t writer;
    int32_t last = -1;
    assert_int_equal(cq_ring_init(&r, 256), 0);
    assert_int_equal(pthread_create(&writer, NULL, write_all, &r), 0);
    while (last < N_RACE) {
        size_t n = cq_ring_read(&r, v, 48);
        for (size_t i = 0; i < n; i++) {
            assert_true(v[i].at > last);
            assert_true(v[i].left == (float)v[i].at && v[i].right == (float)-v[i].at);
            last = v[i].at;
        }
        if (!n)
            sched_yield();
    }
    pthread_join(writer, NULL);
    cq_ring_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_room),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_race),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
