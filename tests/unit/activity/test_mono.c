/* Unit tests of src/activity/mono*: a mixed recording of known truth through the whole stage. */
#include "activity/detector.h"
#include "activity/mono.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SHARE_MIN 0.85 /* of a stretch of talk that must be given to the right voice */
#define WRONG_MAX 0.10 /* of it that may be given to the other one */

static struct cq_activity run(const struct synth *s, int block, const char *rule)
{
    struct cq_activity_opts opts = CQ_ACTIVITY_OPTS_INIT;
    struct cq_activity activity = {0};
    struct cq_detector *d = NULL;
    struct cq_error err = {0};

    opts.mono_agent_rule = rule;
    if (cq_detector_new(&opts, 1, &err, &d) != 0)
        fail_msg("%s: %s", err.file, err.what);
    for (int pass = 0; pass < 2; pass++) {
        for (int at = 0; at < s->n; at += block) {
            const float *pcm[1] = {s->x + at};
            const int n = s->n - at < block ? s->n - at : block;
            assert_int_equal(pass ? cq_detector_process(d, pcm, n) : cq_detector_scan(d, pcm, n), 0);
        }
    }
    assert_int_equal(cq_detector_flush(d, &activity), 0);
    assert_null(cq_detector_free(d));
    return activity;
}

static double covered(const struct cq_activity *a, enum cq_party party, double from, double to)
{
    double sum = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const double s = fmax(a->v[i].at.start_s, from), e = fmin(a->v[i].at.end_s, to);
        if (a->v[i].sound == CQ_SOUND_SPEECH && a->v[i].party == party && e > s)
            sum += e - s;
    }
    return sum;
}

static void expect(const struct cq_activity *a, enum cq_party party, double from, double to)
{
    const double right = covered(a, party, from, to), wrong = covered(a, cq_party_other(party), from, to);

    if (right < SHARE_MIN * (to - from) || wrong > WRONG_MAX * (to - from))
        fail_msg("%.1f-%.1f s: %.2f s given to the %s, %.2f s to the other", from, to, right,
                 cq_party_name(party), wrong);
}

/*
 * More like a person than synth_voice(): syllables of 200 ms, each a vowel with formants scaled by the length
 * of the vocal tract, some begun by a fricative, on a pitch that falls through the phrase and trembles a
 * little.
 */
static void speak(struct synth *s, double from_s, double to_s, double pitch_hz, double tract, double rms_dbov)
{
    static const double vowels[][3] = {{730, 1090, 2440}, {270, 2290, 3010}, {300, 870, 2240},
                                       {530, 1840, 2480}, {570, 840, 2410},  {660, 1720, 2410}};
    const double width[3] = {80, 110, 170}, gain[3] = {1.0, 0.5, 0.25};
    const double syllable_s = 0.2, amplitude = 0.9 * pow(10.0, rms_dbov / 20.0);
    double phase = 0.0, wobble = 0.0, previous = 0.0;
    const double *vowel = vowels[0];
    bool fricative = false;

    for (int i = (int)lrint(from_s * RATE), last = -1; i < (int)lrint(to_s * RATE) && i < s->n; i++) {
        const double t = (double)i / RATE - from_s, in = fmod(t, syllable_s) / syllable_s;
        const int syllable = (int)(t / syllable_s);
        if (syllable != last) {
            vowel = vowels[(int)((synth_random(s) + 1) * 2.999)];
            fricative = synth_random(s) > 0.2;
            last = syllable;
        }
        wobble = 0.999 * wobble + 0.0012 * synth_random(s);
        const double f0 = pitch_hz * (1.1 - 0.2 * t / (to_s - from_s)) * (1 + wobble);
        double v = 0.0, hiss = synth_random(s);
        phase += TWO_PI * f0 / RATE;
        for (int k = 1; k * f0 < 3600.0; k++) {
            double a = 0.03;
            for (int f = 0; f < 3; f++) {
                const double d = (k * f0 - vowel[f] * tract) / width[f];
                a += gain[f] / (1.0 + d * d);
            }
            v += a * sin(k * phase) / sqrt(k);
        }
        v *= in < 0.25 ? in / 0.25 : in > 0.85 ? (1.0 - in) / 0.15 : 1.0;
        if (fricative && in < 0.3)
            v = 0.3 * (hiss - previous); /* noise, brighter the higher */
        previous = hiss;
        s->x[i] += (float)(amplitude * v);
    }
}

static void low_voice(struct synth *s, double from_s, double to_s)
{
    speak(s, from_s, to_s, 105, 0.97, -24);
}

static void high_voice(struct synth *s, double from_s, double to_s)
{
    speak(s, from_s, to_s, 215, 1.17, -26);
}

/* A low voice greets at 1 s, then both take turns. */
static struct synth dialogue(uint32_t seed)
{
    struct synth s = synth_new(48, seed);

    synth_noise(&s, 0, 48, -58);
    for (int k = 0; k < 5; k++) {
        low_voice(&s, 1 + 9 * k, 5 + 9 * k);
        high_voice(&s, 6 + 9 * k, 9.5 + 9 * k);
    }
    return s;
}

static void splits_two_voices(void **state)
{
    (void)state;
    struct synth s = dialogue(1);
    struct cq_activity a = run(&s, 4096, "auto");

    assert_true(a.diarized);
    assert_string_equal(a.party_rule, "opens");
    assert_true(a.party_confidence > 0.5 && a.party_confidence < 1.0);
    assert_true(fabs(a.duration_s - 48) < 1e-9);
    for (int k = 0; k < 5; k++) {
        expect(&a, CQ_AGENT, 1 + 9 * k, 5 + 9 * k);
        expect(&a, CQ_CUSTOMER, 6 + 9 * k, 9.5 + 9 * k);
        assert_true(covered(&a, CQ_AGENT, 5.2 + 9 * k, 5.8 + 9 * k) < 0.1);
    }
    cq_activity_done(&a);
    synth_free(&s);
}

static void rule_can_be_chosen(void **state)
{
    (void)state;
    struct synth s = dialogue(2);
    struct cq_activity a = run(&s, 8000, "answers");

    assert_string_equal(a.party_rule, "answers");
    expect(&a, CQ_CUSTOMER, 1, 5);
    expect(&a, CQ_AGENT, 6, 9.5);
    cq_activity_done(&a);
    synth_free(&s);
}

static void one_voice_is_not_split(void **state)
{
    (void)state;
    struct synth s = synth_new(40, 3);

    synth_noise(&s, 0, 40, -58);
    for (int k = 0; k < 6; k++)
        low_voice(&s, 1 + 6.5 * k, 5 + 6.5 * k);
    struct cq_activity a = run(&s, 4096, "auto");
    assert_string_equal(a.party_rule, "one_voice");
    assert_true(covered(&a, CQ_AGENT, 0, 40) > 18);
    assert_true(covered(&a, CQ_CUSTOMER, 0, 40) == 0);
    cq_activity_done(&a);
    synth_free(&s);
}

static void nobody_speaks(void **state)
{
    (void)state;
    struct synth s = synth_new(20, 4), empty = synth_new(0, 5);

    synth_noise(&s, 0, 20, -50);
    struct cq_activity a = run(&s, 4096, "auto"), b = run(&empty, 4096, NULL);
    assert_true(covered(&a, CQ_AGENT, 0, 20) + covered(&a, CQ_CUSTOMER, 0, 20) < 0.5);
    assert_true(a.diarized);
    assert_int_equal(b.n, 0);
    cq_activity_done(&a);
    cq_activity_done(&b);
    synth_free(&s);
    synth_free(&empty);
}

/* The same spans whatever the blocks, and again on a second run: exactly. */
static void blocks_do_not_matter(void **state)
{
    (void)state;
    struct synth s = dialogue(6);
    const int blocks[] = {4096, 80, 100000};
    struct cq_activity first = run(&s, 999, "auto");

    for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) {
        struct cq_activity a = run(&s, blocks[k], "auto");
        assert_int_equal(a.n, first.n);
        for (size_t i = 0; i < a.n; i++) {
            assert_int_equal(a.v[i].party, first.v[i].party);
            assert_true(a.v[i].at.start_s == first.v[i].at.start_s && a.v[i].at.end_s == first.v[i].at.end_s);
            assert_true(a.v[i].confidence == first.v[i].confidence);
        }
        cq_activity_done(&a);
    }
    cq_activity_done(&first);
    synth_free(&s);
}

static void refuses_what_it_cannot_do(void **state)
{
    (void)state;
    struct cq_error err = {0};
    struct cq_mono *m = NULL;
    struct cq_activity a = {.answer_s = NAN};
    const float pcm[80] = {0};
    FILE *f = fopen("broken-mono.bin", "wb");

    assert_int_equal(cq_mono_new("no-such-file.bin", -1, &err, &m), -ENOENT);
    assert_null(m);
    assert_non_null(strstr(err.what, "weights"));
    assert_non_null(f);
    fputs("CQMONO01 and nothing else", f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(cq_mono_new("broken-mono.bin", -1, &err, &m), -EBADMSG);
    remove("broken-mono.bin");

    assert_int_equal(cq_mono_new(NULL, -1, &err, &m), 0);
    assert_int_equal(cq_mono_process(m, pcm, 80), 0);
    assert_int_equal(cq_mono_scan(m, pcm, 80), -EINVAL);
    assert_int_equal(cq_mono_flush(m, "tossing a coin", &a), -EINVAL);
    cq_activity_done(&a);
    assert_null(cq_mono_free(m));
    assert_null(cq_mono_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_two_voices),      cmocka_unit_test(rule_can_be_chosen),
        cmocka_unit_test(one_voice_is_not_split), cmocka_unit_test(nobody_speaks),
        cmocka_unit_test(blocks_do_not_matter),   cmocka_unit_test(refuses_what_it_cannot_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
