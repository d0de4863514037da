/* The table of jobs: rows, order, bounded history, clocks that were set back. */
#include "base/str.h"
#include "store/jobs.h"
#include "temp_db.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>

static void add(struct cq_store *s, const char *path, enum cq_job_state state, int64_t order_s, int64_t due_ms)
{
    struct cq_error err = {0};
    struct cq_job j = {.state = state, .order_s = order_s, .due_ms = due_ms, .seen_ms = 1};
    j.path = cq_str_dup(path);
    j.source = cq_str_dup("test");
    assert_int_equal(cq_jobs_put(s, &j, "added", 1, &err), 0);
    assert_true(j.id > 0);
    cq_job_done(&j);
}

static int count_events(void *user, int64_t at_ms, enum cq_job_state state, const char *text)
{
    int64_t *last = user;
    (void)state;
    (void)text;
    assert_true(at_ms >= last[1]);
    last[0]++;
    last[1] = at_ms;
    return 0;
}

static void test_jobs(void **state)
{
    (void)state;
    struct temp_db t;
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    struct cq_job j = {0};
    int64_t ids[8], next = 0, events[2] = {0};
    size_t n = 0;
    struct cq_jobs_counts counts;
    temp_db_init(&t);
    assert_int_equal(cq_store_open(t.path, CQ_STORE_WRITE, &err, &s), 0);
    add(s, "/in/old.wav", CQ_JOB_QUEUED, 100, 0);
    add(s, "/in/new.b.wav", CQ_JOB_QUEUED, 300, 0);
    add(s, "/in/middle.wav", CQ_JOB_QUEUED, 200, 0);
    add(s, "/in/waits", CQ_JOB_SETTLING, 0, 5000);
    add(s, "/in/far.wav", CQ_JOB_FAILED, 0, 900000000);

    assert_int_equal(cq_jobs_find(s, "/in/new.b.wav", &err, &j), 0);
    assert_string_equal(j.dir, "/in");
    assert_string_equal(j.stem, "new.b");
    assert_int_equal(cq_jobs_pick(s, CQ_JOBS_NEWEST, 0, 1, &err, ids, &n), 0);
    assert_true(n == 1 && ids[0] == j.id);
    cq_job_done(&j);
    assert_int_equal(cq_jobs_pick(s, CQ_JOBS_OLDEST, 0, 8, &err, ids, &n), 0);
    assert_true(n == 3 && ids[0] == 1);
    assert_int_equal(cq_jobs_pick(s, CQ_JOBS_DUE, 4999, 8, &err, ids, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(cq_jobs_pick(s, CQ_JOBS_DUE, 5000, 8, &err, ids, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(cq_jobs_next_ms(s, &err, &next), 0);
    assert_int_equal(next, 5000);

    /* the clock was set back to 6000: nothing may wait for longer than the longest pause */
    assert_int_equal(cq_jobs_clamp(s, 6000, 3600000, &err), 0);
    assert_int_equal(cq_jobs_pick(s, CQ_JOBS_DUE, 6000, 8, &err, ids, &n), 0);
    assert_int_equal(n, 2);

    /* the same path is one row; its history is bounded and in order */
    assert_int_equal(cq_jobs_find(s, "/in/old.wav", &err, &j), 0);
    for (int i = 0; i < 3 * CQ_JOBS_MAX_EVENTS; i++)
        assert_int_equal(cq_jobs_put(s, &j, "again", 100 + i, &err), 0);
    assert_int_equal(cq_jobs_events(s, j.id, count_events, events, &err), 0);
    assert_int_equal(events[0], CQ_JOBS_MAX_EVENTS);
    j.id = 0; /* a second row of one path is refused, and leaves no half */
    assert_int_equal(cq_jobs_put(s, &j, "twice", 1, &err), -EINVAL);
    assert_int_equal(j.id, 0);
    cq_job_done(&j);
    assert_int_equal(cq_jobs_count(s, &err, &counts), 0);
    assert_int_equal(counts.n[CQ_JOB_QUEUED], 3);
    assert_int_equal(counts.oldest_due_s, 100);
    assert_int_equal(cq_jobs_find(s, "/in/none", &err, &j), -ENOENT);
    cq_store_close(s);
    temp_db_done(&t);
}

static void test_state_names(void **state)
{
    (void)state;
    for (int i = 0; i < CQ_N_JOB_STATES; i++) {
        enum cq_job_state back;
        assert_int_equal(cq_job_state_of(cq_job_state_name((enum cq_job_state)i), &back), 0);
        assert_int_equal(back, i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_jobs), cmocka_unit_test(test_state_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
