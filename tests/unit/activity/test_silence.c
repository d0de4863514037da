/* Unit tests of src/activity: digital silence. */
#include "activity/silence.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct cq_activity run(const struct synth *a, const struct synth *b, double min_s, int block)
{
    struct cq_silence *s = NULL;
    struct cq_activity r = {0};

    assert_int_equal(cq_silence_new(b ? 2 : 1, min_s, &s), 0);
    for (int at = 0; at < a->n; at += block) {
        const float *pcm[2] = {a->x + at, b ? b->x + at : NULL};
        assert_int_equal(cq_silence_process(s, pcm, a->n - at < block ? a->n - at : block), 0);
    }
    assert_int_equal(cq_silence_flush(s, &r), 0);
    assert_null(cq_silence_free(s));
    cq_activity_sort(&r);
    return r;
}

static void edges_are_exact(void **state)
{
    (void)state;
    for (int block = 1; block <= 4096; block = block * 7 + 3) {
        struct synth a = synth_new(10, 1), b = synth_new(10, 2);
        synth_noise(&a, 0, 2.5, -30);
        synth_noise(&a, 4.25, 10, -30);
        synth_noise(&b, 0, 8.0, -70);
        a.x[19999] = a.x[34000] = 0.25f; /* the samples around it are loud for certain */
        b.x[63999] = 0.25f;
        struct cq_activity r = run(&a, &b, 0.5, block);
        assert_int_equal(r.n, 2);
        assert_int_equal(r.v[0].sound, CQ_SOUND_DIGITAL_SILENCE);
        assert_int_equal(r.v[0].party, CQ_AGENT);
        assert_float_equal(r.v[0].at.start_s, 2.5, 1e-9);
        assert_float_equal(r.v[0].at.end_s, 4.25, 1e-9);
        assert_int_equal(r.v[1].party, CQ_CUSTOMER);
        assert_float_equal(r.v[1].at.start_s, 8.0, 1e-9);
        assert_float_equal(r.v[1].at.end_s, 10.0, 1e-9);
        cq_activity_done(&r);
        synth_free(&a);
        synth_free(&b);
    }
}

static void takes_codes_of_silence_not_soft_noise(void **state)
{
    (void)state;
    struct synth alaw = synth_new(3, 3), dither = synth_new(3, 4), noise = synth_new(3, 5),
                 offset = synth_new(3, 6);
    for (int i = 0; i < alaw.n; i++) {
        alaw.x[i] =
            synth_random(&alaw) > 0 ? 8.0f / 32768 : -8.0f / 32768; /* the two smallest codes of A-law */
        dither.x[i] = (float)rint(synth_random(&dither)) / 32768;
        offset.x[i] = 0.01f; /* constant, but at a level: a stuck converter, not a codec */
    }
    synth_noise(&noise, 0, 3, -80); /* a very quiet line */
    struct cq_activity r = run(&alaw, &dither, 1.0, 1000);
    assert_int_equal(r.n, 2);
    assert_float_equal(r.v[0].at.end_s, 3.0, 1e-9);
    assert_float_equal(r.v[1].at.end_s, 3.0, 1e-9);
    cq_activity_done(&r);
    r = run(&noise, &offset, 1.0, 1000);
    assert_int_equal(r.n, 0);
    cq_activity_done(&r);
    synth_free(&alaw);
    synth_free(&dither);
    synth_free(&noise);
    synth_free(&offset);
}

static void short_and_mixed(void **state)
{
    (void)state;
    struct synth a = synth_new(2, 7);
    struct cq_silence *s = NULL;
    synth_noise(&a, 0, 0.5, -30);
    synth_noise(&a, 0.9, 1.4, -30);
    struct cq_activity r = run(&a, NULL, 0.5, 333);
    assert_int_equal(r.n, 1); /* 0.4 s are too short; 0.6 s at the end are not */
    assert_int_equal(r.v[0].party, CQ_NOBODY);
    assert_float_equal(r.v[0].at.end_s, 2.0, 1e-9);
    cq_activity_done(&r);
    assert_int_equal(cq_silence_new(3, 0.5, &s), -EINVAL);
    assert_int_equal(cq_silence_new(1, 0.001, &s), -EINVAL);
    assert_int_equal(cq_silence_new(1, NAN, &s), -EINVAL);
    assert_null(s);
    assert_null(cq_silence_free(NULL));
    synth_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_are_exact),
        cmocka_unit_test(takes_codes_of_silence_not_soft_noise),
        cmocka_unit_test(short_and_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
