/* Unit tests of src/activity: leak between the channels, in dB and ms. */
#include "activity/leak.h"

#include "synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LENGTH_S 60.0

/* Two parties by turns, 3 s each, over noise. */
static void talk(struct synth *agent, struct synth *customer)
{
    for (int k = 0; k < 10; k++) {
        synth_voice(agent, 6 * k, 6 * k + 2.8, 100 + 5 * k, -22);
        synth_voice(customer, 6 * k + 3, 6 * k + 5.8, 180 + 5 * k, -28);
    }
}

static struct cq_leak_result run(const struct synth *a, const struct synth *b, int block)
{
    struct cq_leak *l = NULL;
    struct cq_leak_result r;

    assert_int_equal(cq_leak_new(&l), 0);
    for (int pass = 0; pass < 2; pass++) {
        for (int at = 0; at < a->n; at += block) {
            const float *pcm[2] = {a->x + at, b->x + at};
            const int n = a->n - at < block ? a->n - at : block;
            if (pass)
                cq_leak_process(l, pcm, n);
            else
                cq_leak_scan(l, pcm, n);
        }
    }
    cq_leak_flush(l, &r);
    assert_null(cq_leak_free(l));
    return r;
}

static void measures_level_and_delay(void **state)
{
    (void)state;
    static const struct {
        double gain_db, delay_s, noise_dbov;
    } CASES[] = {{-12, 0.0, -65}, {-20, 0.015, -60}, {-26, 0.120, -65}, {-30, 0.250, -70}, {-18, 0.300, -55}};

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct synth a = synth_new(LENGTH_S, 1), b = synth_new(LENGTH_S, 2), dry = synth_new(LENGTH_S, 3);
        talk(&a, &b);
        synth_leak(&dry, &a, 0, 0);
        synth_leak(&b, &dry, CASES[i].gain_db, CASES[i].delay_s);
        synth_noise(&a, 0, LENGTH_S, CASES[i].noise_dbov);
        synth_noise(&b, 0, LENGTH_S, CASES[i].noise_dbov);
        synth_mulaw(&a);
        synth_mulaw(&b);
        struct cq_leak_result r = run(&a, &b, 4096);
        assert_float_equal(r.db[CQ_AGENT], CASES[i].gain_db, 1.5);
        assert_float_equal(r.delay_ms[CQ_AGENT], 1000 * CASES[i].delay_s, 0.5);
        assert_true(isnan(r.db[CQ_CUSTOMER]));
        assert_true(isnan(r.delay_ms[CQ_CUSTOMER]));
        synth_free(&a);
        synth_free(&b);
        synth_free(&dry);
    }
}

static void both_directions_at_once(void **state)
{
    (void)state;
    struct synth a = synth_new(LENGTH_S, 4), b = synth_new(LENGTH_S, 5);
    struct synth dry_a = synth_new(LENGTH_S, 6), dry_b = synth_new(LENGTH_S, 7);
    talk(&a, &b);
    synth_leak(&dry_a, &a, 0, 0);
    synth_leak(&dry_b, &b, 0, 0);
    synth_leak(&b, &dry_a, -22, 0.060);
    synth_leak(&a, &dry_b, -16, 0.004);
    synth_noise(&a, 0, LENGTH_S, -62);
    synth_noise(&b, 0, LENGTH_S, -62);
    struct cq_leak_result r = run(&a, &b, 777);
    assert_float_equal(r.db[CQ_AGENT], -22, 2.0);
    assert_float_equal(r.db[CQ_CUSTOMER], -16, 2.0);
    assert_float_equal(r.delay_ms[CQ_AGENT], 60, 0.5);
    assert_float_equal(r.delay_ms[CQ_CUSTOMER], 4, 0.5);
    synth_free(&a);
    synth_free(&b);
    synth_free(&dry_a);
    synth_free(&dry_b);
}

static void says_nothing_where_there_is_nothing(void **state)
{
    (void)state;
    struct synth a = synth_new(LENGTH_S, 8), b = synth_new(LENGTH_S, 9), none = synth_new(LENGTH_S, 10);
    talk(&a, &b);
    synth_noise(&a, 0, LENGTH_S, -60);
    synth_noise(&b, 0, LENGTH_S, -50);
    const struct cq_leak_result r[3] = {run(&a, &b, 4096), run(&none, &none, 4096), run(&a, &none, 4096)};
    for (int i = 0; i < 3; i++) {
        for (int p = 0; p < CQ_N_PARTIES; p++) {
            assert_true(isnan(r[i].db[p]));
            assert_true(isnan(r[i].delay_ms[p]));
        }
    }
    synth_free(&a);
    synth_free(&b);
    synth_free(&none);
    assert_null(cq_leak_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_level_and_delay),
        cmocka_unit_test(both_directions_at_once),
        cmocka_unit_test(says_nothing_where_there_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
