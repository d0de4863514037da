/* Unit tests of src/activity: edges of music placed by the level. */
#include "activity/detector_sound.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define EDGE_S 0.021 /* a block */

/* A channel with noise, a voice to 3.0 s, music from 5.0 to 20.0 s, a voice from 20.05 s on. */
static struct synth channel(void)
{
    struct synth s = synth_new(30, 1);
    synth_noise(&s, 0, 30, -60);
    synth_noise(&s, 1.0, 3.0, -25);
    synth_noise(&s, 5.0, 6.0, -45); /* fades in */
    synth_noise(&s, 6.0, 20.0, -28);
    synth_noise(&s, 20.05, 22.0, -25);
    return s;
}

static struct cq_span refined(const struct cq_span *music, const struct cq_span *speech, enum cq_party party,
                              int block)
{
    struct synth s = channel(), none = synth_new(30, 2);
    struct cq_sound_edges *e = NULL;
    struct cq_activity a = {0};
    struct cq_span r = {0};
    const struct cq_activity_span spans[2] = {{.sound = CQ_SOUND_MUSIC, .party = party, .at = *music},
                                              {.sound = CQ_SOUND_SPEECH, .party = party, .at = *speech}};

    assert_int_equal(cq_sound_edges_new(2, &e), 0);
    for (int pass = 0; pass < 2; pass++) {
        for (int at = 0; at < s.n; at += block) {
            const int n = s.n - at < block ? s.n - at : block;
            const float *pcm[2] = {(party == CQ_AGENT ? s.x : none.x) + at,
                                   (party == CQ_AGENT ? none.x : s.x) + at};
            assert_int_equal(pass ? cq_sound_edges_process(e, pcm, n) : cq_sound_edges_scan(e, pcm, n), 0);
        }
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(cq_activity_add(&a, &spans[i]), 0);
    cq_activity_sort(&a);
    cq_sound_edges_refine(e, &a);
    for (size_t i = 0; i < a.n; i++) {
        if (a.v[i].sound == CQ_SOUND_MUSIC)
            r = a.v[i].at;
        else
            assert_memory_equal(&a.v[i].at, speech, sizeof *speech);
    }
    cq_activity_done(&a);
    assert_null(cq_sound_edges_free(e));
    synth_free(&s);
    synth_free(&none);
    return r;
}

static void edges_go_to_where_the_sound_is(void **state)
{
    (void)state;
    static const struct cq_span FOUND[] = {{5.9, 19.2}, {4.4, 19.2}, {5.0, 20.0}, {4.2, 20.02}};
    const struct cq_span speech = {20.05, 22.0};

    for (size_t i = 0; i < sizeof FOUND / sizeof FOUND[0]; i++) {
        for (int block = 37; block <= 4096; block *= 9) {
            const struct cq_span r = refined(&FOUND[i], &speech, i % 2 ? CQ_AGENT : CQ_CUSTOMER, block);
            assert_float_equal(r.start_s, 5.0, EDGE_S);
            assert_true(r.end_s >= 20.0 - EDGE_S &&
                        r.end_s <= 20.05 + EDGE_S); /* the rest is too short to be told */
        }
    }
}

static void speech_is_not_taken(void **state)
{
    (void)state;
    const struct cq_span found = {6.3, 18.9}, speech = {5.2, 6.1};
    const struct cq_span r = refined(&found, &speech, CQ_AGENT, 1000);
    assert_float_equal(r.start_s, 6.1, 1e-9);
    /* Sound goes on over 22 s, more than an edge may move. */
    assert_float_equal(r.end_s, 20.9, 1e-9);
}

static void far_sound_is_left_alone(void **state)
{
    (void)state;
    const struct cq_span found = {24.0, 28.0}, speech = {1.0, 3.0};
    const struct cq_span r = refined(&found, &speech, CQ_AGENT, 1000);
    assert_memory_equal(&r, &found, sizeof r);
}

static void refuses_what_it_cannot(void **state)
{
    (void)state;
    struct cq_sound_edges *e = NULL;
    struct cq_activity none = {0};
    assert_int_equal(cq_sound_edges_new(0, &e), -EINVAL);
    assert_int_equal(cq_sound_edges_new(3, &e), -EINVAL);
    assert_int_equal(cq_sound_edges_new(1, &e), 0);
    cq_sound_edges_refine(e, &none);
    assert_null(cq_sound_edges_free(e));
    assert_null(cq_sound_edges_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_go_to_where_the_sound_is),
        cmocka_unit_test(speech_is_not_taken),
        cmocka_unit_test(far_sound_is_left_alone),
        cmocka_unit_test(refuses_what_it_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
