/*
 * Killed in the middle of saving, again and again: whatever was reported as saved is there, whatever is there
 * is whole. A writer process saves calls and tells each one's number through a pipe once the save has returned;
 * it is killed at random, and the next one goes on with the calls after those.
 */
#include "store/store.h"

#include "callqa/json.h"
#include "random_analysis.h"
#include "temp_db.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define N_KILLS 25
#define N_CALLS 400

/* Save calls from `first` on: new ones, every third of the former again by force. Never returns. */
static void write_calls(const char *path, int first, int fd)
{
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    if (cq_store_open(path, CQ_STORE_WRITE, &err, &s))
        _exit(1);
    for (int i = first; i < N_CALLS; i++) {
        struct cq_analysis a;
        int64_t call;
        enum cq_saved saved;
        random_analysis((uint64_t)i, &a);
        if (cq_store_save(s, &a, false, &err, &call, &saved))
            _exit(1);
        cq_analysis_done(&a);
        if (write(fd, &i, sizeof i) != sizeof i)
            _exit(1);
        if (i % 3 == 0) {
            random_analysis((uint64_t)(i / 2), &a);
            if (cq_store_save(s, &a, true, &err, &call, &saved))
                _exit(1);
            cq_analysis_done(&a);
        }
    }
    _exit(0);
}

/* Every call up to `last` is there as it was made, and nothing but whole calls is there. */
static void verify(const char *path, int last)
{
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    struct cq_store_stats st;
    int64_t problems = -1;
    assert_int_equal(cq_store_open(path, CQ_STORE_WRITE, &err, &s), 0);
    assert_int_equal(cq_store_check(s, NULL, NULL, &err, &problems), 0);
    assert_int_equal(problems, 0);
    assert_int_equal(cq_store_stats(s, &err, &st), 0);
    assert_true(st.calls == last + 1 || st.calls == last + 2); /* saved, but killed before it could say so */
    for (int i = last < 20 ? 0 : last - 20; i <= last; i++) {
        struct cq_analysis a, b;
        int64_t call;
        random_analysis((uint64_t)i, &a);
        assert_int_equal(cq_store_find_hash(s, a.recording.sha256, &call), 0);
        assert_int_equal(cq_store_load(s, call, &err, &b), 0);
        char *before = cq_analysis_to_json(&a), *after = cq_analysis_to_json(&b);
        assert_string_equal(before, after);
        free(before);
        free(after);
        cq_analysis_done(&a);
        cq_analysis_done(&b);
    }
    cq_store_close(s);
}

static void test_killed(void **state)
{
    (void)state;
    struct temp_db t;
    uint64_t random = 42;
    int last = -1, n_killed = 0;
    temp_db_init(&t);
    /* made beforehand, so that also the first writer is killed while saving */
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    assert_int_equal(cq_store_open(t.path, CQ_STORE_WRITE, &err, &s), 0);
    cq_store_close(s);
    for (int k = 0; k < N_KILLS && last < N_CALLS - 1; k++) {
        int fds[2], status = 0, i;
        assert_int_equal(pipe(fds), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(fds[0]);
            write_calls(t.path, last + 1, fds[1]);
        }
        close(fds[1]);
        /* after some calls, in the middle of the next */
        for (unsigned n = random_below(&random, 12); n && read(fds[0], &i, sizeof i) == sizeof i; n--)
            last = i;
        struct timespec wait = {0, (long)random_below(&random, 8000000)};
        nanosleep(&wait, NULL);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        n_killed += WIFSIGNALED(status);
        assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        while (read(fds[0], &i, sizeof i) == sizeof i)
            last = i;
        close(fds[0]);
        verify(t.path, last);
    }
    assert_true(n_killed > 5);
    assert_true(last >= 0);
    temp_db_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_killed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
