/* Unit tests of src/activity: what the factory puts around a detector, on a whole small call. */
#include "activity/detector.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct cq_activity run(const struct synth *a, const struct synth *b)
{
    const struct cq_activity_opts opts = {.detector = "energy", .cpu = -1, .hold_min_s = 10.0};
    struct cq_activity activity = {0};
    struct cq_detector *d = NULL;

    assert_int_equal(cq_detector_new(&opts, b ? 2 : 1, NULL, &d), 0);
    for (int pass = 0; pass < 2; pass++) {
        for (int at = 0; at < a->n; at += 4096) {
            const float *pcm[2] = {a->x + at, b ? b->x + at : NULL};
            const int n = a->n - at < 4096 ? a->n - at : 4096;
            assert_int_equal(pass ? cq_detector_process(d, pcm, n) : cq_detector_scan(d, pcm, n), 0);
        }
    }
    assert_int_equal(cq_detector_flush(d, &activity), 0);
    assert_null(cq_detector_free(d));
    return activity;
}

static const struct cq_activity_span *find(const struct cq_activity *a, enum cq_sound sound, enum cq_tone tone)
{
    for (size_t i = 0; i < a->n; i++) {
        if (a->v[i].sound == sound && a->v[i].tone == tone)
            return &a->v[i];
    }
    fail_msg("no %s %s", cq_sound_name(sound), cq_tone_name(tone));
    return NULL;
}

static double speech(const struct cq_activity *a, enum cq_party party, double from, double to)
{
    double sum = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const double s = fmax(a->v[i].at.start_s, from), e = fmin(a->v[i].at.end_s, to);
        if (a->v[i].sound == CQ_SOUND_SPEECH && a->v[i].party == party && e > s)
            sum += e - s;
    }
    return sum;
}

/* Ringing, talk by turns, a key pressed, music from 30 to 50 s, talk again. The customer hears the agent's
 * echo. */
static void make_call(struct synth *a, struct synth *b)
{
    struct synth dry = synth_new(70, 3);

    for (int k = 0; k < 2; k++) {
        synth_tone(a, 0.5 + 6 * k, 2.5 + 6 * k, 440, -24);
        synth_tone(a, 0.5 + 6 * k, 2.5 + 6 * k, 480, -24);
    }
    for (int k = 0; k < 4; k++) {
        synth_voice(&dry, 10 + 4 * k, 11.8 + 4 * k, 110, -22);
        synth_voice(b, 12 + 4 * k, 13.8 + 4 * k, 190, -24);
        synth_voice(&dry, 52 + 4 * k, 53.8 + 4 * k, 110, -22);
        synth_voice(b, 54 + 4 * k, 55.8 + 4 * k, 190, -24);
    }
    synth_tone(b, 27.0, 27.2, 770, -20);
    synth_tone(b, 27.0, 27.2, 1336, -20);
    for (int k = 0; k < 40; k++) {
        const double at = 30 + 0.5 * k, root = 523.0 * pow(2.0, (k * 5 % 12) / 12.0);
        synth_tone(a, at, at + 0.5, root, -26);
        synth_tone(a, at, at + 0.5, root * 1.26, -28);
        synth_tone(a, at, at + 0.5, root * 1.5, -28);
    }
    synth_leak(a, &dry, 0, 0);
    synth_leak(b, &dry, -25, 0.090);
    synth_noise(a, 0, 70, -62);
    synth_noise(b, 0, 70, -62);
    synth_free(&dry);
}

static void tells_all_of_a_call(void **state)
{
    (void)state;
    struct synth a = synth_new(70, 1), b = synth_new(70, 2);
    make_call(&a, &b);
    struct cq_activity r = run(&a, &b);

    assert_float_equal(r.answer_s, 8.5, 0.02);
    const struct cq_activity_span *ring = find(&r, CQ_SOUND_TONE, CQ_TONE_RINGBACK);
    assert_int_equal(ring->party, CQ_AGENT);
    assert_float_equal(ring->at.start_s, 0.5, 0.02);
    assert_float_equal(ring->at.end_s, 8.5, 0.02);
    assert_true(speech(&r, CQ_AGENT, 0, 9) <= 0.0); /* a tone is no speech */

    const struct cq_activity_span *key = find(&r, CQ_SOUND_TONE, CQ_TONE_DTMF);
    assert_int_equal(key->party, CQ_CUSTOMER);
    assert_int_equal(key->digit, '5');
    assert_true(speech(&r, CQ_CUSTOMER, 27.0, 27.2) <= 0.0);

    const struct cq_activity_span *hold = find(&r, CQ_SOUND_HOLD, CQ_TONE_NONE);
    assert_int_equal(hold->party, CQ_NOBODY);
    assert_float_equal(hold->at.start_s, 30, 0.25);
    assert_float_equal(hold->at.end_s, 50, 0.25);

    assert_float_equal(r.crosstalk_db[CQ_AGENT], -25, 3.0);
    assert_float_equal(r.leak_delay_ms[CQ_AGENT], 90, 1.0);
    assert_true(isnan(r.crosstalk_db[CQ_CUSTOMER]));
    assert_true(speech(&r, CQ_AGENT, 10, 27) > 6.5);
    assert_true(speech(&r, CQ_CUSTOMER, 10, 27) > 6.5);
    for (size_t i = 1; i < r.n; i++)
        assert_true(r.v[i - 1].at.start_s <= r.v[i].at.start_s);
    cq_activity_done(&r);
    synth_free(&a);
    synth_free(&b);
}

static void a_leaked_tone_is_its_owners(void **state)
{
    (void)state;
    struct synth a = synth_new(12, 4), b = synth_new(12, 5), dry = synth_new(12, 6);
    synth_tone(&dry, 3, 3.4, 1400, -15);
    synth_leak(&a, &dry, 0, 0);
    synth_leak(&b, &dry, -20, 0.03);
    synth_noise(&a, 0, 12, -60);
    synth_noise(&b, 0, 12, -60);
    struct cq_activity r = run(&a, &b);
    size_t n = 0;
    for (size_t i = 0; i < r.n; i++)
        n += r.v[i].sound == CQ_SOUND_TONE;
    assert_int_equal(n, 1);
    assert_int_equal(find(&r, CQ_SOUND_TONE, CQ_TONE_BEEP)->party, CQ_AGENT);
    cq_activity_done(&r);
    synth_free(&a);
    synth_free(&b);
    synth_free(&dry);
}

static void digital_silence_between_talk_is_a_hold(void **state)
{
    (void)state;
    struct synth a = synth_new(50, 7), b = synth_new(50, 8);
    for (int k = 0; k < 3; k++) {
        synth_voice(&a, 1 + 4 * k, 2.8 + 4 * k, 110, -22);
        synth_voice(&b, 3 + 4 * k, 4.8 + 4 * k, 190, -24);
        synth_voice(&a, 37 + 4 * k, 38.8 + 4 * k, 110, -22);
    }
    synth_noise(&a, 0, 15, -55);
    synth_noise(&a, 35, 50, -55);
    synth_noise(&b, 0, 50, -55);
    struct cq_activity r = run(&a, &b);
    const struct cq_activity_span *hold = find(&r, CQ_SOUND_HOLD, CQ_TONE_NONE);
    assert_float_equal(hold->at.start_s, 15, 0.01);
    assert_float_equal(hold->at.end_s, 35, 0.01);
    assert_true(isnan(r.answer_s));
    cq_activity_done(&r);
    synth_free(&a);
    synth_free(&b);
}

static void tones_of_a_mixed_call_are_nobodys(void **state)
{
    (void)state;
    struct synth a = synth_new(12, 9);
    synth_tone(&a, 0.5, 1.5, 425, -20);
    synth_tone(&a, 5.5, 6.5, 425, -20);
    synth_voice(&a, 8, 11, 120, -22);
    synth_noise(&a, 0, 12, -60);
    struct cq_activity r = run(&a, NULL);
    assert_int_equal(find(&r, CQ_SOUND_TONE, CQ_TONE_RINGBACK)->party, CQ_NOBODY);
    assert_float_equal(r.answer_s, 6.5, 0.02);
    assert_true(speech(&r, CQ_AGENT, 0, 7) + speech(&r, CQ_CUSTOMER, 0, 7) <= 0.0);
    cq_activity_done(&r);
    synth_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_all_of_a_call),
        cmocka_unit_test(a_leaked_tone_is_its_owners),
        cmocka_unit_test(digital_silence_between_talk_is_a_hold),
        cmocka_unit_test(tones_of_a_mixed_call_are_nobodys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
