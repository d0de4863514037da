/* Unit tests of src/activity: grouping of voices, decoding, features and naming of the agent. */
#include "activity/mono_agent.h"
#include "activity/mono_cluster.h"
#include "activity/mono_decode.h"
#include "activity/mono_features.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* An embedding near axis `voice` with noise. */
static void embedding(struct synth *s, int voice, double noise, float e[CQ_MONO_EMB])
{
    double sum = 0.0;

    for (int j = 0; j < CQ_MONO_EMB; j++) {
        e[j] = (float)(noise * synth_random(s) + (j == voice));
        sum += (double)e[j] * e[j];
    }
    for (int j = 0; j < CQ_MONO_EMB; j++)
        e[j] /= (float)sqrt(sum);
}

static struct cq_mono_found grouped(int n, int n_voices, int first_share)
{
    struct cq_mono_voices *v = NULL;
    struct cq_mono_found found = {0};
    struct synth s = synth_new(0, 7);
    float e[CQ_MONO_EMB];

    assert_int_equal(cq_mono_voices_new(&v), 0);
    for (int i = 0; i < n; i++) {
        const int other = n_voices == 2 && i / 50 % 9 >= first_share; /* 2 s at a time */
        embedding(&s, other ? 3 : 0, 0.25, e);
        cq_mono_voices_add(v, e, 0.9f);
    }
    assert_int_equal(cq_mono_voices_find(v, &found), 0);
    assert_null(cq_mono_voices_free(v));
    synth_free(&s);
    return found;
}

static void groups_two_voices(void **state)
{
    (void)state;
    const struct cq_mono_found even = grouped(4500, 2, 5), uneven = grouped(4500, 2, 8);
    const struct cq_mono_found longer = grouped(25 * 3600 * 2, 2, 6); /* more than is kept */
    const struct cq_mono_found *all[] = {&even, &uneven, &longer};
    const double share[] = {4 / 9.0, 1 / 9.0, 3 / 9.0};

    for (int k = 0; k < 3; k++) {
        const int a = all[k]->centroid[0][0] > all[k]->centroid[1][0] ? 0 : 1;
        assert_int_equal(all[k]->n_voices, 2);
        assert_true(all[k]->centroid[a][0] > 0.97);
        assert_true(all[k]->centroid[1 - a][3] > 0.97);
        assert_true(fabs(all[k]->share[1 - a] - share[k]) < 0.05);
        assert_true(all[k]->likeness < 0.3);
    }
}

static void keeps_one_voice_whole(void **state)
{
    (void)state;
    const struct cq_mono_found one = grouped(2000, 1, 9), none = grouped(0, 1, 9);

    assert_int_equal(one.n_voices, 1);
    assert_true(one.centroid[0][0] > 0.95);
    assert_true(one.share[0] == 1.0);
    assert_int_equal(none.n_voices, 0);
}

static void fill(float *logit, int from, int to, float v)
{
    for (int i = from; i < to; i++)
        logit[i] = v;
}

static struct cq_mono_spans decoded(const float *l0, const float *l1, int n, int block)
{
    struct cq_mono_decode *d = NULL;
    struct cq_mono_spans spans = {0};

    assert_int_equal(cq_mono_decode_new(&d), 0);
    for (int at = 0; at < n; at += block)
        assert_int_equal(cq_mono_decode_push(d, l0 + at, l1 + at, n - at < block ? n - at : block), 0);
    assert_int_equal(cq_mono_decode_finish(d, &spans), 0);
    assert_null(cq_mono_decode_free(d));
    return spans;
}

static void decodes_talk_and_overlap(void **state)
{
    (void)state;
    enum { N = 20000 }; /* more than a window */
    float *l0 = calloc(N, sizeof *l0), *l1 = calloc(N, sizeof *l1);
    const int32_t want[][3] = {{100, 400, 0}, {350, 700, 1}, {5990, 6100, 0}, {15000, 19000, 1}};

    fill(l0, 0, N, -4);
    fill(l1, 0, N, -4);
    fill(l0, 100, 400, 4);
    fill(l0, 200, 215, -4); /* a closure of 150 ms stays inside */
    fill(l1, 350, 700, 4);
    fill(l0, 500, 501, 4); /* a click of 10 ms is nobody */
    fill(l0, 5990, 6100, 4);
    fill(l1, 15000, 19000, 4);
    for (int block = 1; block <= N; block = block * 40 - 7) {
        struct cq_mono_spans s = decoded(l0, l1, N, block);
        assert_int_equal(s.n, 4);
        for (size_t i = 0; i < s.n; i++) {
            assert_int_equal(s.v[i].start, want[i][0]);
            assert_int_equal(s.v[i].end, want[i][1]);
            assert_int_equal(s.v[i].voice, want[i][2]);
            assert_true(s.v[i].confidence > 0.9);
        }
        free(s.v);
    }
    free(l0);
    free(l1);
}

static void decodes_nothing(void **state)
{
    (void)state;
    struct cq_mono_spans s = decoded(NULL, NULL, 0, 10);

    assert_int_equal(s.n, 0);
    free(s.v);
}

static struct cq_mono_agent named(const char *rule, const struct cq_mono_span *v, size_t n, double answer_s,
                                  const struct cq_spans *holds)
{
    struct cq_mono_span copy[8];
    struct cq_mono_spans spans = {copy, n, 8};
    struct cq_mono_agent agent = {0};

    memcpy(copy, v, n * sizeof *v);
    assert_int_equal(cq_mono_agent_find(rule, &spans, answer_s, holds, &agent), 0);
    return agent;
}

static void names_the_agent(void **state)
{
    (void)state;
    const struct cq_mono_span talk[] = {
        {100, 400, 1, 1}, {450, 600, 0, 1}, {650, 900, 1, 1}, {4000, 4300, 0, 1}, {4400, 4500, 1, 1}};
    struct cq_span hold = {9.5, 39.5};
    struct cq_spans holds = {&hold, 1, 1};
    struct cq_mono_spans none = {0};
    struct cq_mono_agent a;

    a = named("auto", talk, 3, NAN, NULL);
    assert_int_equal(a.voice, 1);
    assert_string_equal(a.rule, "greets_first");
    assert_true(a.confidence > 0.7 && a.confidence < 0.96);
    /* a ringback that ends after the first talk: the caller talked to the line, the agent answers */
    assert_int_equal(named("greets_first", talk, 3, 4.2, NULL).voice, 0);
    assert_true(named("greets_first", talk, 3, 0.5, NULL).confidence > a.confidence);
    assert_int_equal(named("answers", talk, 3, NAN, NULL).voice, 0);
    assert_int_equal(named("talks_more", talk, 3, NAN, NULL).voice, 1);
    /* voice 1 speaks last before the music, voice 0 first after it: the return counts more */
    a = named("hold_side", talk, 5, NAN, &holds);
    assert_int_equal(a.voice, 0);
    assert_string_equal(a.rule, "hold_side");
    /* no hold to go by: the others vote, and say so */
    a = named("hold_side", talk, 3, NAN, NULL);
    assert_int_equal(a.voice, 1);
    assert_string_equal(a.rule, "greets_first");
    a = named("auto", talk, 0, NAN, NULL);
    assert_true(a.confidence == 0.5);
    assert_string_equal(a.rule, "guess");
    assert_int_equal(cq_mono_agent_find("coin", &none, NAN, NULL, &a), -EINVAL);
}

/* A steady complex of 160 Hz at a known level: level, band of most power and pitch come out. */
static void features_tell_level_and_pitch(void **state)
{
    (void)state;
    struct cq_mono_features *f = NULL;
    struct synth s = synth_new(1, 8);
    float mel[CQ_MONO_N_MEL], pitch[CQ_MONO_N_PITCH], level = 0;
    size_t used = 0;
    int n = 0, top = 0;

    for (int k = 1; k <= 15; k++)
        synth_tone(&s, 0, 1, 160.0 * k, k == 5 ? -20 : -40);
    assert_int_equal(cq_mono_features_new(&f), 0);
    for (int at = 0; at < s.n; at += (int)used)
        n += cq_mono_features_push(f, s.x + at, (size_t)(s.n - at), &used, mel, &level, pitch);
    assert_int_equal(n, 98); /* the last window lacks its second half */
    assert_true(fabs(level + 19.6) < 0.5);
    for (int b = 1; b < CQ_MONO_N_MEL; b++)
        top = mel[b] > mel[top] ? b : top;
    const double mel_800 = 1127 * log1p(800 / 700.0), lo = 1127 * log1p(80 / 700.0);
    const double step = (1127 * log1p(3800 / 700.0) - lo) / (CQ_MONO_N_MEL + 1);
    assert_true(fabs(top - ((mel_800 - lo) / step - 1)) <= 1);
    top = 0;
    for (int b = 1; b < CQ_MONO_N_PITCH; b++)
        top = pitch[b] > pitch[top] ? b : top;
    assert_true(fabs(400 * pow(60.0 / 400.0, (top + 0.5) / CQ_MONO_N_PITCH) - 160) < 12);
    assert_null(cq_mono_features_free(f));
    synth_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_two_voices),        cmocka_unit_test(keeps_one_voice_whole),
        cmocka_unit_test(decodes_talk_and_overlap), cmocka_unit_test(decodes_nothing),
        cmocka_unit_test(names_the_agent),          cmocka_unit_test(features_tell_level_and_pitch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
