/* The progress line: what it says at a given moment, and that it stays silent where nobody looks. */
#include "cli/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct cq_progress sample(void)
{
    struct cq_progress p = {.begin_s = 100, .n_total = 200, .n_done = 50, .n_failed = 3, .audio_s = 36000};
    p.size_total = 1000;
    p.size_done = 250;
    p.term = (struct cq_term){.tty = true, .utf8 = false, .width = 120};
    return p;
}

static void test_line(void **state)
{
    (void)state;
    struct cq_progress p = sample();
    char buf[CQ_PROGRESS_MAX];
    cq_progress_line(&p, 110, buf, sizeof buf);
    /* a quarter of the bytes in 10 s: 30 s are left; 36,000 s of sound in 10 s are 3600x */
    assert_non_null(strstr(buf, "50/200 files, 3 failed"));
    assert_non_null(strstr(buf, "3600x real time"));
    assert_non_null(strstr(buf, "5.0 files/s"));
    assert_non_null(strstr(buf, "0:30 left"));
    assert_non_null(strstr(buf, "########......................"));
}

static void test_early_and_odd(void **state)
{
    (void)state;
    struct cq_progress p = sample();
    char buf[CQ_PROGRESS_MAX];
    p.n_done = 0;
    p.size_done = 0;
    p.audio_s = 0;
    cq_progress_line(&p, 100, buf, sizeof buf);
    assert_non_null(strstr(buf, "-:-- left"));
    p.size_done = 5000; /* a file grew while it was read */
    cq_progress_line(&p, 110, buf, sizeof buf);
    assert_non_null(strstr(buf, "0:00 left"));
    p.size_total = 0; /* sizes unknown: by files */
    p.n_done = 100;
    cq_progress_line(&p, 110, buf, sizeof buf);
    assert_non_null(strstr(buf, "0:10 left"));
}

static void test_fits_the_terminal(void **state)
{
    (void)state;
    struct cq_progress p = sample();
    char buf[CQ_PROGRESS_MAX];
    for (p.term.width = 40; p.term.width <= 400; p.term.width++) {
        for (int utf8 = 0; utf8 < 2; utf8++) {
            p.term.utf8 = utf8;
            cq_progress_line(&p, 110, buf, sizeof buf);
            assert_true(cq_term_width(buf) < (size_t)p.term.width);
        }
    }
}

static void test_silent_without_a_terminal(void **state)
{
    (void)state;
    char out[64] = "";
    FILE *f = fmemopen(out, sizeof out, "w");
    struct cq_progress p;
    cq_progress_init(&p, f, 10, 100);
    cq_progress_draw(&p);
    cq_progress_clear(&p);
    fclose(f);
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_early_and_odd),
        cmocka_unit_test(test_fits_the_terminal),
        cmocka_unit_test(test_silent_without_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
