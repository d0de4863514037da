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

/* Speech of parties 0 and 1 in whole seconds; three numbers a span. */
static struct cq_activity talk(const int (*v)[3], size_t n, double answer_s)
{
    struct cq_activity a = {.answer_s = answer_s, .diarized = true};

    for (size_t i = 0; i < n; i++) {
        const struct cq_activity_span s = {.sound = CQ_SOUND_SPEECH,
                                           .party = (enum cq_party)v[i][2],
                                           .confidence = 1,
                                           .at = {v[i][0], v[i][1]}};
        assert_int_equal(cq_activity_add(&a, &s), 0);
    }
    return a;
}

/* Which voice of the list became the agent. */
static int agent_called(const char *rule, const char *direction, const int (*v)[3], size_t n, double answer_s,
                        double hold_s, double *ret_confidence, const char *want_rule)
{
    struct cq_activity a = talk(v, n, answer_s);
    const struct cq_activity_span hold = {
        .sound = CQ_SOUND_HOLD, .party = CQ_NOBODY, .at = {hold_s, hold_s + 29}};
    int first;

    if (hold_s > 0)
        assert_int_equal(cq_activity_add(&a, &hold), 0);
    assert_int_equal(cq_mono_agent_name(&a, rule, direction), 0);
    assert_string_equal(a.party_rule, want_rule);
    *ret_confidence = a.party_confidence;
    first = a.v[0].party == CQ_AGENT ? v[0][2] : 1 - v[0][2];
    /* again: nothing changes */
    assert_int_equal(cq_mono_agent_name(&a, rule, direction), 0);
    assert_int_equal(a.v[0].party == CQ_AGENT ? v[0][2] : 1 - v[0][2], first);
    for (size_t i = 0; i < a.n; i++)
        if (a.v[i].sound == CQ_SOUND_HOLD)
            assert_int_equal(a.v[i].party, CQ_NOBODY);
    cq_activity_done(&a);
    return first;
}

static int agent_of(const char *rule, const int (*v)[3], size_t n, double answer_s, double hold_s,
                    double *ret_confidence, const char *want_rule)
{
    return agent_called(rule, NULL, v, n, answer_s, hold_s, ret_confidence, want_rule);
}

static void names_the_agent(void **state)
{
    (void)state;
    const int v[][3] = {{1, 4, 1}, {5, 6, 0}, {7, 9, 1}, {40, 43, 0}, {44, 45, 1}};
    double c = 0, sure = 0;

    assert_int_equal(agent_of("auto", v, 3, NAN, 0, &c, "opens"), 1);
    assert_true(c > 0.7 && c < 0.8);
    assert_int_equal(agent_of(NULL, v, 3, NAN, 0, &c, "opens"), 1);
    assert_int_equal(agent_of(NULL, v, 3, 0.5, 0, &sure, "opens"), 1);
    assert_true(sure > c);
    /* ringback until 4.5 s: what was said before it ended was said to the line */
    assert_int_equal(agent_of("greets_first", v, 3, 4.5, 0, &c, "greets_first"), 0);
    assert_int_equal(agent_of("greets_first", v, 3, NAN, 0, &c, "greets_first"), 1);
    assert_int_equal(agent_of("answers", v, 3, NAN, 0, &c, "answers"), 0);
    assert_int_equal(agent_of("talks_more", v, 3, NAN, 0, &c, "talks_more"), 1);
    /* voice 1 speaks last before the hold, voice 0 first after it: the return counts more */
    assert_int_equal(agent_of("hold_side", v, 5, NAN, 10, &c, "hold_side"), 0);
    assert_true(c < 0.7);
    /* no hold to go by: the others vote, and say so */
    assert_int_equal(agent_of("hold_side", v, 3, NAN, 0, &c, "opens"), 1);
}

/* Who is called speaks first; without knowing who was called, the form of the opening tells a little. */
static void names_by_the_opening(void **state)
{
    (void)state;
    const int long_first[][3] = {{1, 4, 1}, {5, 6, 0}, {7, 9, 1}};
    const int hello[][3] = {{1, 2, 0}, {2, 6, 1}, {7, 8, 0}, {9, 10, 1}};
    const int plain[][3] = {{1, 2, 0}, {3, 4, 1}, {5, 6, 0}, {7, 8, 1}};
    /* an announcement in the queue, the agent comes out of it */
    const int queue[][3] = {{5, 9, 0}, {34, 35, 1}, {36, 37, 0}, {38, 39, 1}};
    double c = 0, known = 0;

    assert_int_equal(agent_of("auto", long_first, 3, NAN, 0, &c, "opens"), 1);
    assert_int_equal(agent_called("auto", "inbound", long_first, 3, NAN, 0, &known, "inbound"), 1);
    assert_true(known > c);
    assert_int_equal(agent_called("auto", "outbound", long_first, 3, NAN, 0, &known, "outbound"), 0);
    assert_int_equal(agent_called("auto", "internal", long_first, 3, NAN, 0, &known, "opens"), 1);
    assert_true(known == c);
    assert_int_equal(agent_of("auto", hello, 4, NAN, 0, &c, "introduces"), 1);
    assert_int_equal(agent_called("auto", "inbound", hello, 4, NAN, 0, &known, "inbound"), 0);
    assert_int_equal(agent_of("auto", plain, 4, NAN, 0, &known, "opens"), 0);
    assert_true(known < 0.6);
    assert_int_equal(agent_of("auto", queue, 4, NAN, 4, &c, "hold_side"), 1);
    assert_true(c > 0.7);
    /* a rule asked for by name is not overruled by the direction */
    assert_int_equal(agent_called("greets_first", "outbound", long_first, 3, NAN, 0, &c, "greets_first"), 1);
}

static void names_without_evidence(void **state)
{
    (void)state;
    const int v[][3] = {{1, 4, 1}, {7, 9, 1}};
    double c = 0;
    struct cq_activity a = talk(v, 0, NAN);

    assert_int_equal(agent_of("auto", v, 2, NAN, 0, &c, "one_voice"), 1);
    assert_true(c > 0.5 && c < 0.8);
    assert_int_equal(cq_mono_agent_name(&a, "auto", NULL), 0);
    assert_string_equal(a.party_rule, "guess");
    assert_true(a.party_confidence == 0.5);
    assert_int_equal(cq_mono_agent_name(&a, "coin", NULL), -EINVAL);
    assert_int_equal(cq_mono_agent_name(&a, "inbound", NULL), -EINVAL); /* no rule to ask for */
    cq_activity_done(&a);
}

/* A steady complex of 160 Hz at a known level: level, band of most power and pitch come out. */
static void features_tell_level_and_pitch(void **state)
{
    (void)state;
    struct cq_mono_features *f = NULL;
    struct synth s = synth_new(1, 8);
    float mel[CQ_MONO_N_MEL], pitch[CQ_MONO_N_PITCH], level = 0;
    float last[CQ_MONO_N_MEL], last_pitch[CQ_MONO_N_PITCH], last_level = 0;
    size_t used = 0;
    int n = 0, top = 0;

    for (int k = 1; k <= 15; k++)
        synth_tone(&s, 0, 1, 160.0 * k, k == 5 ? -20 : -40);
    assert_int_equal(cq_mono_features_new(-1, &f), 0);
    for (int at = 0; at < s.n; at += (int)used)
        n += cq_mono_features_push(f, s.x + at, (size_t)(s.n - at), &used, mel, &level, pitch);
    cq_mono_features_finish(f);
    while (cq_mono_features_push(f, NULL, 0, &used, last, &last_level, last_pitch))
        n++;
    assert_int_equal(n, 100);
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
        cmocka_unit_test(names_the_agent),          cmocka_unit_test(names_by_the_opening),
        cmocka_unit_test(names_without_evidence),   cmocka_unit_test(features_tell_level_and_pitch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
