/* Unit tests of src/activity: from log odds to talkspurts. */
#include "activity/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define SURE 5000 /* a logit of about 5 */

struct call {
    int16_t (*v)[2][CQ_NET_OUTPUTS];
    int n;
};

static struct call call_new(int n)
{
    struct call k = {.v = malloc((size_t)n * sizeof *k.v), .n = n};
    assert_non_null(k.v);
    for (int t = 0; t < n; t++)
        for (int c = 0; c < 2; c++)
            for (int o = 0; o < CQ_NET_OUTPUTS; o++)
                k.v[t][c][o] = -SURE;
    return k;
}

/* Channel c talks in frames [from, to), as both sides see it. */
static void talk(struct call *k, int c, int from, int to)
{
    for (int t = from; t < to; t++)
        k->v[t][c][CQ_NET_SPURT] = k->v[t][c][CQ_NET_FINE] = k->v[t][1 - c][CQ_NET_OTHER] = SURE;
}

static struct cq_activity decode(const struct call *k, int block)
{
    const struct cq_decode_opts opts = CQ_DECODE_OPTS_INIT;
    struct cq_activity a = {0};
    struct cq_decoder *d = NULL;
    assert_int_equal(cq_decoder_new(&opts, &a, &d), 0);
    for (int at = 0; at < k->n; at += block)
        assert_int_equal(cq_decoder_push(d, (const int16_t(*)[2][CQ_NET_OUTPUTS])k->v + at,
                                         k->n - at < block ? k->n - at : block),
                         0);
    assert_int_equal(cq_decoder_finish(d), 0);
    assert_null(cq_decoder_free(d));
    cq_activity_sort(&a);
    return a;
}

static void assert_span(const struct cq_activity *a, size_t i, enum cq_party party, double start_s,
                        double end_s)
{
    assert_true(i < a->n);
    assert_int_equal(a->v[i].sound, CQ_SOUND_SPEECH);
    assert_int_equal(a->v[i].party, party);
    assert_float_equal(a->v[i].at.start_s, start_s, 0.011);
    assert_float_equal(a->v[i].at.end_s, end_s, 0.011);
    assert_true(a->v[i].confidence > 0.9f);
}

static void finds_talk_of_both_at_once(void **state)
{
    (void)state;
    for (int block = 1; block < 4000; block = block * 6 + 1) {
        struct call k = call_new(3000);
        talk(&k, 0, 0, 500);
        talk(&k, 1, 400, 900);
        talk(&k, 0, 2000, 3000);
        struct cq_activity a = decode(&k, block);
        assert_int_equal(a.n, 3);
        assert_span(&a, 0, CQ_AGENT, 0.0, 5.0);
        assert_span(&a, 1, CQ_CUSTOMER, 4.0, 9.0);
        assert_span(&a, 2, CQ_AGENT, 20.0, 30.0);
        cq_activity_done(&a);
        free(k.v);
    }
}

static void short_pauses_are_closed_long_ones_not(void **state)
{
    (void)state;
    struct call k = call_new(600);
    talk(&k, 1, 100, 200);
    talk(&k, 1, 215, 300); /* 0.15 s */
    talk(&k, 1, 325, 400); /* 0.25 s */
    struct cq_activity a = decode(&k, 64);
    assert_int_equal(a.n, 2);
    assert_span(&a, 0, CQ_CUSTOMER, 1.0, 3.0);
    assert_span(&a, 1, CQ_CUSTOMER, 3.25, 4.0);
    cq_activity_done(&a);
    free(k.v);
}

static void a_single_frame_is_no_talk(void **state)
{
    (void)state;
    struct call k = call_new(400);
    talk(&k, 0, 100, 101);
    talk(&k, 0, 200, 230);
    k.v[300][1][CQ_NET_MUSIC] = SURE;
    struct cq_activity a = decode(&k, 400);
    assert_int_equal(a.n, 1);
    assert_span(&a, 0, CQ_AGENT, 2.0, 2.3);
    cq_activity_done(&a);
    free(k.v);
}

static void a_long_talkspurt_is_one_span(void **state)
{
    (void)state;
    struct call k = call_new(100000);
    talk(&k, 1, 10, 99000);
    struct cq_activity a = decode(&k, 777);
    assert_int_equal(a.n, 1);
    assert_span(&a, 0, CQ_CUSTOMER, 0.1, 990.0);
    cq_activity_done(&a);
    free(k.v);
}

static void music_is_told_beside_talk(void **state)
{
    (void)state;
    struct call k = call_new(3000);
    for (int t = 500; t < 2500; t++)
        if (t % 500 < 470) /* gaps between bars */
            k.v[t][0][CQ_NET_MUSIC] = SURE;
    talk(&k, 1, 1000, 1200);
    struct cq_activity a = decode(&k, 100);
    assert_int_equal(a.n, 2);
    assert_int_equal(a.v[0].sound, CQ_SOUND_MUSIC);
    assert_int_equal(a.v[0].party, CQ_AGENT);
    assert_float_equal(a.v[0].at.start_s, 5.0, 0.02);
    assert_float_equal(a.v[0].at.end_s, 24.7, 0.02);
    assert_span(&a, 1, CQ_CUSTOMER, 10.0, 12.0);
    cq_activity_done(&a);
    free(k.v);
}

static void nothing_gives_nothing(void **state)
{
    (void)state;
    struct call k = call_new(1);
    k.n = 0;
    struct cq_activity a = decode(&k, 1);
    assert_int_equal(a.n, 0);
    cq_activity_done(&a);
    free(k.v);
    assert_null(cq_decoder_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_talk_of_both_at_once), cmocka_unit_test(short_pauses_are_closed_long_ones_not),
        cmocka_unit_test(a_single_frame_is_no_talk),  cmocka_unit_test(a_long_talkspurt_is_one_span),
        cmocka_unit_test(music_is_told_beside_talk),  cmocka_unit_test(nothing_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
