/* Unit tests of src/activity: the factory and the energy detector. */
#include "activity/detector.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EDGE_S 0.05 /* the detector's edges, against a voice that starts at 0.35 of its level */

static struct cq_activity run(const struct synth *a, const struct synth *b, int block)
{
    const struct cq_activity_opts opts = {.detector = "energy", .cpu = -1, .hold_min_s = 10.0};
    struct cq_activity activity = {0};
    struct cq_detector *d = NULL;

    assert_int_equal(cq_detector_new(&opts, b ? 2 : 1, NULL, &d), 0);
    for (int pass = 0; pass < 2; pass++) {
        for (int at = 0; at < a->n; at += block) {
            const float *pcm[2] = {a->x + at, b ? b->x + at : NULL};
            const int n = a->n - at < block ? a->n - at : block;
            assert_int_equal(pass ? cq_detector_process(d, pcm, n) : cq_detector_scan(d, pcm, n), 0);
        }
    }
    assert_int_equal(cq_detector_flush(d, &activity), 0);
    assert_null(cq_detector_free(d));
    return activity;
}

/* Time of one sound of one party inside from..to. */
static double covered(const struct cq_activity *a, enum cq_sound sound, enum cq_party party, double from,
                      double to)
{
    double sum = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const double s = fmax(a->v[i].at.start_s, from), e = fmin(a->v[i].at.end_s, to);
        if (a->v[i].sound == sound && a->v[i].party == party && e > s)
            sum += e - s;
    }
    return sum;
}

static void finds_both_parties(void **state)
{
    (void)state;
    struct synth a = synth_new(20, 1), b = synth_new(20, 2);
    synth_noise(&a, 0, 20, -62);
    synth_noise(&b, 0, 20, -62);
    synth_voice(&a, 1, 4, 120, -22);
    synth_voice(&b, 5, 8, 190, -30);
    synth_voice(&a, 9, 12, 120, -22);
    synth_voice(&b, 11, 14, 190, -30); /* talks over the agent */

    struct cq_activity r = run(&a, &b, 4096);
    assert_string_equal(r.detector, "energy 1");
    assert_false(r.diarized);
    assert_float_equal(r.duration_s, 20.0, 1e-9);
    assert_float_equal(covered(&r, CQ_SOUND_SPEECH, CQ_AGENT, 1, 4), 3.0, EDGE_S);
    assert_float_equal(covered(&r, CQ_SOUND_SPEECH, CQ_AGENT, 9, 12), 3.0, EDGE_S);
    assert_float_equal(covered(&r, CQ_SOUND_SPEECH, CQ_AGENT, 0, 20), 6.0, 4 * EDGE_S);
    assert_float_equal(covered(&r, CQ_SOUND_SPEECH, CQ_CUSTOMER, 5, 8), 3.0, EDGE_S);
    assert_float_equal(covered(&r, CQ_SOUND_SPEECH, CQ_CUSTOMER, 11, 14), 3.0, EDGE_S);
    assert_float_equal(covered(&r, CQ_SOUND_SPEECH, CQ_CUSTOMER, 0, 20), 6.0, 4 * EDGE_S);
    cq_activity_done(&r);
    synth_free(&a);
    synth_free(&b);
}

static void leak_is_not_speech(void **state)
{
    (void)state;
    struct synth a = synth_new(24, 3), b = synth_new(24, 4), clean;
    synth_noise(&a, 0, 24, -65);
    for (int k = 0; k < 4; k++)
        synth_voice(&a, 1 + 4 * k, 3.5 + 4 * k, 110, -20);
    clean = synth_new(24, 5);
    synth_leak(&clean, &a, 0, 0);
    synth_noise(&b, 0, 24, -65);
    synth_voice(&b, 18, 22, 200, -22);
    synth_leak(&b, &clean, -24, 0.12); /* well above b's noise */

    struct cq_activity r = run(&a, &b, 4096);
    assert_true(covered(&r, CQ_SOUND_SPEECH, CQ_AGENT, 0, 17) > 9.7);
    assert_true(covered(&r, CQ_SOUND_SPEECH, CQ_CUSTOMER, 0, 17.5) < 0.3);
    assert_true(covered(&r, CQ_SOUND_SPEECH, CQ_CUSTOMER, 18, 22) > 3.8);
    cq_activity_done(&r);
    synth_free(&a);
    synth_free(&b);
    synth_free(&clean);
}

static void music_is_not_speech(void **state)
{
    (void)state;
    struct synth a = synth_new(24, 6), b = synth_new(24, 7);
    synth_noise(&a, 0, 24, -60);
    synth_noise(&b, 0, 24, -60);
    synth_voice(&a, 1, 4, 120, -22);
    synth_voice(&b, 4.5, 6.5, 190, -25);
    for (int k = 0; k < 24; k++) { /* chords, two a second */
        const double at = 8 + 0.5 * k, root = 440.0 * pow(2.0, (k * 5 % 12) / 12.0);
        synth_tone(&a, at, at + 0.48, root, -26);
        synth_tone(&a, at, at + 0.48, root * 1.26, -28);
        synth_tone(&a, at, at + 0.48, root * 1.5, -28);
    }
    struct cq_activity r = run(&a, &b, 4096);
    assert_true(covered(&r, CQ_SOUND_SPEECH, CQ_AGENT, 1, 4) > 2.9);
    assert_true(covered(&r, CQ_SOUND_SPEECH, CQ_AGENT, 8, 20) < 0.5);
    assert_true(covered(&r, CQ_SOUND_MUSIC, CQ_AGENT, 8, 20) > 11);
    cq_activity_done(&r);
    synth_free(&a);
    synth_free(&b);
}

static void block_size_changes_nothing(void **state)
{
    (void)state;
    struct synth a = synth_new(10, 8), b = synth_new(10, 9);
    synth_noise(&a, 0, 10, -60);
    synth_noise(&b, 0, 10, -60);
    synth_voice(&a, 1.003, 4.217, 120, -22);
    synth_voice(&b, 3.7, 8.1, 190, -30);

    struct cq_activity r = run(&a, &b, 80000), q = run(&a, &b, 37);
    assert_true(r.n > 1);
    assert_int_equal(r.n, q.n);
    for (size_t i = 0; i < r.n; i++) {
        assert_int_equal(r.v[i].party, q.v[i].party);
        assert_float_equal(r.v[i].at.start_s, q.v[i].at.start_s, 0);
        assert_float_equal(r.v[i].at.end_s, q.v[i].at.end_s, 0);
    }
    cq_activity_done(&r);
    cq_activity_done(&q);
    synth_free(&a);
    synth_free(&b);
}

static void mixed_recording_is_shared_out(void **state)
{
    (void)state;
    struct synth a = synth_new(12, 10);
    synth_noise(&a, 0, 12, -60);
    synth_voice(&a, 1, 4, 120, -22);
    synth_voice(&a, 5, 8, 190, -30);

    struct cq_activity r = run(&a, NULL, 1000);
    assert_true(r.diarized);
    assert_true(r.party_confidence > 0.0 && r.party_confidence < 0.5);
    assert_string_equal(r.party_rule, "alternates");
    assert_float_equal(covered(&r, CQ_SOUND_SPEECH, CQ_AGENT, 0, 4.5), 3.0, 2 * EDGE_S);
    assert_float_equal(covered(&r, CQ_SOUND_SPEECH, CQ_CUSTOMER, 4.5, 12), 3.0, 2 * EDGE_S);
    cq_activity_done(&r);
    synth_free(&a);
}

static void silence_and_nothing(void **state)
{
    (void)state;
    struct synth a = synth_new(3, 11), b = synth_new(3, 12), none = synth_new(0, 1);
    struct cq_activity r = run(&a, &b, 4096);
    assert_int_equal(covered(&r, CQ_SOUND_SPEECH, CQ_AGENT, 0, 3) > 0, 0);
    assert_true(isnan(r.answer_s));
    cq_activity_done(&r);
    r = run(&none, &none, 4096);
    assert_int_equal(r.n, 0);
    assert_float_equal(r.duration_s, 0, 0);
    cq_activity_done(&r);
    synth_free(&a);
    synth_free(&b);
    synth_free(&none);
}

static void factory_names_its_detectors(void **state)
{
    (void)state;
    struct cq_activity_opts opts = CQ_ACTIVITY_OPTS_INIT;
    struct cq_error err = {0};
    struct cq_detector *d = NULL;

    opts.detector = "psychic";
    assert_int_equal(cq_detector_new(&opts, 2, &err, &d), -EINVAL);
    assert_null(d);
    assert_non_null(strstr(err.what, "psychic"));
    assert_non_null(strstr(err.what, "energy"));
    opts.detector = "energy";
    assert_int_equal(cq_detector_new(&opts, 3, &err, &d), -EINVAL);
    assert_int_equal(cq_detector_new(&opts, 0, NULL, &d), -EINVAL);
    assert_null(d);
    assert_null(cq_detector_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_both_parties),
        cmocka_unit_test(leak_is_not_speech),
        cmocka_unit_test(music_is_not_speech),
        cmocka_unit_test(block_size_changes_nothing),
        cmocka_unit_test(mixed_recording_is_shared_out),
        cmocka_unit_test(silence_and_nothing),
        cmocka_unit_test(factory_names_its_detectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
