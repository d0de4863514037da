/* The engine: interval, party, speed, pitch, loop, skips, limiter, privacy. Tones as sources, so that every
 * sample that comes out can be told. */
#include "replay/engine.h"

#include "replay/limiter.h"
#include "signals.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

struct heard {
    struct cq_replay_frame *v;
    size_t n;
};

static struct heard play(struct cq_engine *e, size_t max)
{
    struct heard h = {calloc(max + 1, sizeof *h.v), 0};
    size_t n = 1;
    assert_non_null(h.v);
    while (n && h.n < max) {
        size_t want = max - h.n < 777 ? max - h.n : 777;
        assert_int_equal(cq_engine_read(e, h.v + h.n, want, &n), 0);
        h.n += n;
    }
    return h;
}

static struct heard hear(struct tones *t, const struct cq_talk *talk, const struct cq_privacy_opts *privacy,
                         const struct cq_replay_settings *s, size_t max)
{
    struct cq_replay_source source = tones_source(t);
    struct cq_engine *e = NULL;
    assert_int_equal(cq_engine_new(&source, talk, privacy, s, &e), 0);
    struct heard h = play(e, max);
    cq_engine_free(e);
    return h;
}

/* Without any setting what comes out is what is in the recording, but for 5 ms at either end. */
static void test_plain(void **state)
{
    (void)state;
    struct tones t = {2, 3 * RATE, 0.5};
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    struct heard h = hear(&t, NULL, NULL, &s, 10 * RATE);
    assert_int_equal(h.n, 3 * RATE);
    for (size_t i = 40; i + 40 < h.n; i++) {
        assert_int_equal(h.v[i].at, i);
        assert_true(fabsf(h.v[i].left - tone(&t, AGENT_HZ, (int64_t)i)) < 1e-6f);
        assert_true(fabsf(h.v[i].right - tone(&t, CUSTOMER_HZ, (int64_t)i)) < 1e-6f);
    }
    free(h.v);
}

static void test_part_and_solo(void **state)
{
    (void)state;
    struct tones t = {2, 10 * RATE, 0.3};
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    s.from_s = 2.0;
    s.to_s = 3.5;
    s.solo = CQ_SOLO_CUSTOMER;
    struct heard h = hear(&t, NULL, NULL, &s, 20 * RATE);
    assert_int_equal(h.n, 3 * RATE / 2);
    assert_int_equal(h.v[0].at, 2 * RATE);
    assert_int_equal(h.v[h.n - 1].at, 7 * RATE / 2 - 1);
    for (int right = 0; right < 2; right++) { /* on both sides, and nothing of the agent */
        assert_true(fabs(amplitude(h.v, h.n, right, CUSTOMER_HZ) - 0.3) < 0.01);
        assert_true(amplitude(h.v, h.n, right, AGENT_HZ) < 0.003);
    }
    free(h.v);
    s.solo = CQ_SOLO_BOTH;
    s.pan = CQ_PAN_MIDDLE;
    h = hear(&t, NULL, NULL, &s, 20 * RATE);
    for (int right = 0; right < 2; right++) {
        assert_true(fabs(amplitude(h.v, h.n, right, CUSTOMER_HZ) - 0.3 * sqrt(0.5)) < 0.01);
        assert_true(fabs(amplitude(h.v, h.n, right, AGENT_HZ) - 0.3 * sqrt(0.5)) < 0.01);
    }
    free(h.v);
}

/* Another speed: the length changes within 1 %, the pitch does not, places advance by the speed. */
static void test_speed(void **state)
{
    (void)state;
    const double speeds[] = {0.5, 0.75, 1.25, 1.5, 2.0, 3.0};
    for (size_t k = 0; k < sizeof speeds / sizeof *speeds; k++) {
        struct tones t = {2, 6 * RATE, 0.3};
        struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
        s.speed = speeds[k];
        struct heard h = hear(&t, NULL, NULL, &s, 30 * RATE);
        double expected = 6 * RATE / speeds[k];
        assert_true(fabs((double)h.n - expected) < 0.01 * expected);
        size_t quarter = h.n / 4; /* phases do not line up over all of it: a window tells the pitch */
        assert_true(amplitude(h.v + quarter, 800, 0, AGENT_HZ) > 0.2);
        assert_true(amplitude(h.v + quarter, 800, 0, AGENT_HZ * speeds[k]) < 0.1);
        assert_true(abs(h.v[quarter].at - 6 * RATE / 4) < RATE / 50);
        assert_true(h.v[h.n - 1].at > 6 * RATE - RATE / 20);
        for (size_t i = 1; i < h.n; i++)
            assert_true(h.v[i].at >= h.v[i - 1].at);
        free(h.v);
    }
}

static void test_loop(void **state)
{
    (void)state;
    struct tones t = {2, 4 * RATE, 0.3};
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    s.loop_a_s = 1.0;
    s.loop_b_s = 1.5;
    struct heard h = hear(&t, NULL, NULL, &s, 5 * RATE);
    assert_int_equal(h.n, 5 * RATE); /* without end */
    for (size_t i = 0; i < h.n; i++) {
        int32_t want = i < RATE ? (int32_t)i : (int32_t)(RATE + (i - RATE) % (RATE / 2));
        assert_int_equal(h.v[i].at, want);
    }
    free(h.v);
    /* who jumps behind the loop is not pulled back */
    struct cq_replay_source source = tones_source(&t);
    struct cq_engine *e = NULL;
    assert_int_equal(cq_engine_new(&source, NULL, NULL, &s, &e), 0);
    assert_int_equal(cq_engine_set(e, &s, 2 * RATE), 0);
    h = play(e, 9 * RATE);
    assert_int_equal(h.n, 2 * RATE);
    assert_int_equal(h.v[0].at, 2 * RATE);
    free(h.v);
    cq_engine_free(e);
}

static struct cq_segment said(enum cq_party party, double from, double to)
{
    return (struct cq_segment){party, {from, to}};
}

static void test_skip_silence(void **state)
{
    (void)state;
    struct cq_segment v[] = {said(CQ_AGENT, 1.2, 3.0), said(CQ_CUSTOMER, 2.5, 4.0), said(CQ_AGENT, 4.9, 6.0),
                             said(CQ_CUSTOMER, 9.0, 9.5)};
    struct cq_talk talk = {.duration_s = 12, .segments = {v, 4, 4}};
    struct tones t = {2, 12 * RATE, 0.3};
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    s.skip_silence = true;
    struct heard h = hear(&t, &talk, NULL, &s, 20 * RATE);
    /* 0-1.2 loses 0.6, 4.0-4.9 stays, 6-9 loses 2.4, 9.5-12 loses 1.9 */
    assert_int_equal(h.n, (size_t)lround((12 - 0.6 - 2.4 - 1.9) * RATE));
    int32_t jumps = 0;
    for (size_t i = 1; i < h.n; i++) {
        if (h.v[i].at == h.v[i - 1].at + 1)
            continue;
        jumps++;
        double from = (double)h.v[i - 1].at / RATE, to = (double)h.v[i].at / RATE;
        for (size_t k = 0; k < 4; k++) /* no word is jumped over */
            assert_true(to <= v[k].at.start_s || from >= v[k].at.end_s);
        assert_true(fabsf(h.v[i].left) < 0.02f && fabsf(h.v[i - 1].left) < 0.02f); /* nor does it click */
    }
    assert_int_equal(jumps, 3);
    free(h.v);
}

static void test_seek_and_settings(void **state)
{
    (void)state;
    struct tones t = {2, 4 * RATE, 0.3};
    struct cq_replay_source source = tones_source(&t);
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    struct cq_replay_frame v[100];
    struct cq_engine *e = NULL;
    size_t n;
    assert_int_equal(cq_engine_new(&source, NULL, NULL, &s, &e), 0);
    for (int i = 0; i < 50; i++) {
        int64_t at = (int64_t)(i * 7919) % (4 * RATE);
        s.speed = i % 3 == 2 ? 2.0 : 1.0;
        assert_int_equal(cq_engine_set(e, &s, at), 0);
        assert_int_equal(cq_engine_read(e, v, 100, &n), 0);
        assert_true(n > 0);
        assert_int_equal(v[0].at, at); /* nothing is left of where it was before */
    }
    s.speed = 3.5;
    assert_int_equal(cq_engine_set(e, &s, 0), -EINVAL);
    s.speed = 1.0;
    s.gain_db = 31;
    assert_int_equal(cq_engine_set(e, &s, 0), -EINVAL);
    s.gain_db = 0;
    assert_int_equal(cq_engine_set(e, &s, 100 * RATE), 0); /* behind the end: over at once */
    assert_int_equal(cq_engine_read(e, v, 100, &n), 0);
    assert_int_equal(n, 0);
    cq_engine_free(e);
}

static void test_limiter(void **state)
{
    (void)state;
    struct tones t = {2, 2 * RATE, 0.5};
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    s.gain_db = 20;
    struct heard h = hear(&t, NULL, NULL, &s, 9 * RATE);
    assert_int_equal(h.n, 2 * RATE);
    float peak = 0;
    for (size_t i = 0; i < h.n; i++)
        peak = fmaxf(peak, fmaxf(fabsf(h.v[i].left), fabsf(h.v[i].right)));
    assert_true(peak <= CQ_LIMITER_CEILING + 1e-5f && peak > 0.8f);
    /* turned down, not cut: a clipped tone would have a third harmonic of a quarter and more */
    double first = amplitude(h.v + RATE, 1600, 0, AGENT_HZ),
           third = amplitude(h.v + RATE, 1600, 0, 3 * AGENT_HZ);
    assert_true(first > 0.7 && third < 0.05 * first);
    free(h.v);
    t.level = 0.02; /* and what is quiet is made louder by what was asked for */
    h = hear(&t, NULL, NULL, &s, 9 * RATE);
    assert_true(fabs(amplitude(h.v + RATE, 1600, 0, AGENT_HZ) - 0.2) < 0.005);
    free(h.v);
}

static void test_mutes(void **state)
{
    (void)state;
    const struct cq_span mutes[] = {{1.5, 2.0}, {0.5, 0.75}, {1.9, 2.25}};
    struct cq_privacy_opts privacy = {.mutes = mutes, .n_mutes = 3};
    struct tones t = {2, 3 * RATE, 0.5};
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    struct heard h = hear(&t, NULL, &privacy, &s, 9 * RATE);
    assert_int_equal(h.n, 3 * RATE);
    for (size_t i = 0; i < h.n; i++) {
        double at = (double)i / RATE;
        if ((at >= 0.5 && at < 0.75) || (at >= 1.5 && at < 2.25))
            assert_true(h.v[i].left == 0.0f && h.v[i].right == 0.0f);
    }
    assert_true(fabs(amplitude(h.v + RATE, 3200, 0, AGENT_HZ) - 0.5) < 0.01);
    free(h.v);
}

/* The customer at another pitch, on time; of the agent's channel only what lies in the agent's own talk. */
static void test_disguise(void **state)
{
    (void)state;
    struct cq_segment v[] = {said(CQ_AGENT, 1.0, 2.0), said(CQ_CUSTOMER, 0, 4)};
    struct cq_talk talk = {.duration_s = 4, .segments = {v, 2, 2}};
    struct cq_privacy_opts privacy = {.disguise = CQ_DISGUISE_PITCH};
    struct tones t = {2, 4 * RATE, 0.3};
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    struct heard h = hear(&t, &talk, &privacy, &s, 9 * RATE);
    assert_int_equal(h.n, 4 * RATE);
    for (size_t i = 0; i < h.n; i++)
        assert_int_equal(h.v[i].at, i);
    assert_true(amplitude(h.v + 2 * RATE, 800, 1, CUSTOMER_HZ) < 0.05);
    assert_true(amplitude(h.v + 2 * RATE, 800, 1, CUSTOMER_HZ * CQ_DISGUISE_PITCH) > 0.15);
    assert_true(fabs(amplitude(h.v + 5 * RATE / 4, 4000, 0, AGENT_HZ) - 0.3) < 0.01);
    assert_true(amplitude(h.v + 5 * RATE / 2, 4000, 0, AGENT_HZ) < 1e-6);
    free(h.v);
}

static void test_mixed_recording(void **state)
{
    (void)state;
    struct cq_segment v[] = {said(CQ_AGENT, 0, 1.0), said(CQ_CUSTOMER, 1.5, 2.5)};
    struct cq_talk talk = {.duration_s = 3, .segments = {v, 2, 2}};
    struct tones t = {1, 3 * RATE, 0.3};
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    s.solo = CQ_SOLO_CUSTOMER;
    struct heard h = hear(&t, &talk, NULL, &s, 9 * RATE);
    assert_int_equal(h.n, 3 * RATE);
    assert_true(amplitude(h.v, 8000, 0, AGENT_HZ) < 1e-6); /* the one channel's tone */
    assert_true(fabs(amplitude(h.v + 3 * RATE / 2, 8000, 0, AGENT_HZ) - 0.3) < 0.01);
    assert_true(amplitude(h.v + 11 * RATE / 4, 1600, 1, AGENT_HZ) < 1e-6);
    free(h.v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),        cmocka_unit_test(test_part_and_solo),
        cmocka_unit_test(test_speed),        cmocka_unit_test(test_loop),
        cmocka_unit_test(test_skip_silence), cmocka_unit_test(test_seek_and_settings),
        cmocka_unit_test(test_limiter),      cmocka_unit_test(test_mutes),
        cmocka_unit_test(test_disguise),     cmocka_unit_test(test_mixed_recording),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
