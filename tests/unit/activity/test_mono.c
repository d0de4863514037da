/* Unit tests of src/activity/mono*: a mixed recording of known truth through the whole stage. */
#include "activity/detector.h"
#include "activity/mono.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LOW_HZ 105
#define HIGH_HZ 215
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

/* A low voice greets at 1 s, then both take turns. */
static struct synth dialogue(uint32_t seed)
{
    struct synth s = synth_new(48, seed);

    synth_noise(&s, 0, 48, -58);
    for (int k = 0; k < 5; k++) {
        synth_voice(&s, 1 + 9 * k, 5 + 9 * k, LOW_HZ, -22);
        synth_voice(&s, 6 + 9 * k, 9.5 + 9 * k, HIGH_HZ, -24);
    }
    return s;
}

static void splits_two_voices(void **state)
{
    (void)state;
    struct synth s = dialogue(1);
    struct cq_activity a = run(&s, 4096, "auto");

    assert_true(a.diarized);
    assert_string_equal(a.party_rule, "greets_first");
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
        synth_voice(&s, 1 + 6.5 * k, 5 + 6.5 * k, 130, -22);
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
