/* Prosody of signals whose pitch, rate, level and noise are known because they are made here. */
#include "metrics/prosody.h"

#include "base/array.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATE 8000
#define PI 3.14159265358979323846

struct call {
    int n;
    float *pcm[2];
    struct cq_talk talk;
    struct cq_metrics m;
};

static void begin(struct call *c, double duration_s)
{
    *c = (struct call){.n = (int)(duration_s * RATE)};
    c->talk.duration_s = duration_s;
    c->talk.answer_s = NAN;
    for (int i = 0; i < 2; i++) {
        c->pcm[i] = calloc((size_t)c->n + 1, sizeof(float));
        assert_non_null(c->pcm[i]);
    }
}

static void spurt(struct call *c, enum cq_party p, double start_s, double end_s)
{
    struct cq_segment s = {p, {start_s, end_s}};
    assert_int_equal(CQ_ARRAY_PUSH(&c->talk.segments, s), 0);
}

static void analyse_blocks(struct call *c, int n_channels, int block)
{
    const struct cq_prosody_opts opts = CQ_PROSODY_OPTS_INIT;
    struct cq_prosody *p = NULL;
    memset(&c->m, 0, sizeof c->m);
    assert_int_equal(cq_prosody_new(&opts, n_channels, &c->talk, &p), 0);
    for (int at = 0; at < c->n; at += block) {
        const float *const pcm[] = {c->pcm[0] + at, c->pcm[1] + at};
        assert_int_equal(cq_prosody_process(p, pcm, c->n - at < block ? c->n - at : block), 0);
    }
    assert_int_equal(cq_prosody_flush(p, &c->talk, &c->m), 0);
    cq_prosody_free(p);
}

static void analyse(struct call *c)
{
    analyse_blocks(c, 2, 4096);
}

static void finish(struct call *c)
{
    free(c->pcm[0]);
    free(c->pcm[1]);
    cq_talk_done(&c->talk);
}

static struct cq_value agent(const struct call *c, enum cq_party_metric m)
{
    return c->m.party[CQ_AGENT][m];
}

static void assert_near(const struct call *c, enum cq_party_metric m, double wanted, double tolerance,
                        double of)
{
    struct cq_value got = agent(c, m);
    if (got.reason || !(fabs(got.v - wanted) <= tolerance))
        fail_msg("%s at %g: %g wanted within %g, %g (%s) found", cq_party_metric_info(m)->name, of, wanted,
                 tolerance, got.v, got.reason ? cq_null_reason_name(got.reason) : "a value");
}

/* ---- sounds ---- */

static double gauss(uint64_t *seed)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(*seed >> 40) / (1 << 24);
    }
    return sum - 6;
}

static void add_noise(float *x, int n, double dbov)
{
    uint64_t seed = 1;
    const double rms = pow(10, dbov / 20);
    for (int i = 0; i < n; i++)
        x[i] += (float)(rms * gauss(&seed));
}

/* cos of `cycles` turns, from a table: millions of them are taken. */
static double cosine(double cycles)
{
    static double table[1024];
    if (table[0] < 1) {
        for (int i = 0; i < 1024; i++)
            table[i] = cos(2 * PI * i / 1024);
    }
    return table[(int64_t)(cycles * 1024 + 0.5) & 1023];
}

/*
 * A voice: harmonics of hz[i] between from_hz and 3400 Hz, falling 6 dB an octave, at a level in dBov, times
 * gain[i] (may be NULL). Harmonics that come and go with a glide are faded.
 */
static void add_voice(float *x, int n, const double *hz, const double *gain, double from_hz, double dbov)
{
    double phase = 0, power = 0;
    double *v = malloc((size_t)n * sizeof *v);
    assert_non_null(v);
    for (int i = 0; i < n; i++) {
        phase += hz[i] / RATE;
        v[i] = 0;
        for (int k = 1; k * hz[i] < 3400; k++) {
            double at = k * hz[i], in = at < from_hz ? 0 : 1;
            v[i] += in * fmin(1, (3400 - at) / 100) * cosine(k * phase + 0.05 * k * k) / k;
        }
        power += v[i] * v[i] / n;
    }
    for (int i = 0; i < n; i++)
        x[i] += (float)(v[i] * pow(10, dbov / 20) / sqrt(power) * (gain ? gain[i] : 1));
    free(v);
}

static double *track(int n, double start_hz, double end_hz, double vibrato_st, double vibrato_hz)
{
    double *hz = malloc((size_t)n * sizeof *hz);
    assert_non_null(hz);
    for (int i = 0; i < n; i++)
        hz[i] = start_hz * pow(end_hz / start_hz, (double)i / n) *
                exp2(vibrato_st * sin(2 * PI * vibrato_hz * i / RATE) / 12);
    return hz;
}

static void voice_call(struct call *c, double seconds, double start_hz, double end_hz, double vibrato_st,
                       double from_hz, double noise_dbov)
{
    begin(c, seconds);
    double *hz = track(c->n, start_hz, end_hz, vibrato_st, 3);
    add_voice(c->pcm[0], c->n, hz, NULL, from_hz, -26);
    if (noise_dbov > -100)
        add_noise(c->pcm[0], c->n, noise_dbov);
    free(hz);
    spurt(c, CQ_AGENT, 0, seconds);
    analyse(c);
}

static double semitones(double a, double b)
{
    return 12 * log2(a / b);
}

/* ---- pitch ---- */

static void steady_pitch(void **state)
{
    (void)state;
    static const double hz[] = {62, 70, 82.5, 100, 131, 167, 220, 261, 300, 350, 400, 450};
    static const struct {
        double from_hz, noise_dbov;
    } line[] = {{0, -200}, {0, -36}, {300, -200}, {300, -36}}; /* the voice lies at -26: 10 dB SNR */
    for (size_t i = 0; i < sizeof hz / sizeof *hz; i++) {
        for (size_t k = 0; k < sizeof line / sizeof *line; k++) {
            struct call c;
            voice_call(&c, 4, hz[i], hz[i], 0, line[k].from_hz, line[k].noise_dbov);
            struct cq_value median = agent(&c, CQ_PM_PITCH_MEDIAN);
            if (median.reason || fabs(semitones(median.v, hz[i])) > 0.1)
                fail_msg("%g Hz (line %zu): %g Hz found", hz[i], k, median.v);
            assert_near(&c, CQ_PM_PITCH_SD, 0.1, 0.15, hz[i]);
            finish(&c);
        }
    }
}

static void moving_pitch(void **state)
{
    (void)state;
    struct call c;
    /* An octave in equal ratios: median in the middle, semitones spread evenly over 12. */
    voice_call(&c, 8, 110, 220, 0, 300, -46);
    assert_true(fabs(semitones(agent(&c, CQ_PM_PITCH_MEDIAN).v, 110 * sqrt(2))) < 0.15);
    assert_near(&c, CQ_PM_PITCH_SD, 12 / sqrt(12), 0.15, 0);
    assert_near(&c, CQ_PM_PITCH_TREND, 8, 0.25, 0); /* last third against first: 8 semitones apart */
    finish(&c);

    static const double depth_st[] = {0.5, 1, 2};
    for (int i = 0; i < 3; i++) {
        voice_call(&c, 8, 180, 180, depth_st[i], 300, -46);
        assert_near(&c, CQ_PM_PITCH_SD, depth_st[i] / sqrt(2), 0.12, depth_st[i]);
        finish(&c);
    }
}

static void no_pitch(void **state)
{
    (void)state;
    struct call c;
    begin(&c, 10);
    add_noise(c.pcm[0], c.n, -30);
    spurt(&c, CQ_AGENT, 0, 10);
    analyse(&c);
    assert_int_equal(agent(&c, CQ_PM_PITCH_MEDIAN).reason, CQ_NULL_TOO_LITTLE);
    assert_int_equal(agent(&c, CQ_PM_RAISED_VOICE).reason, CQ_NULL_TOO_LITTLE);
    assert_near(&c, CQ_PM_SPEECH_RATE, 0, 0, 0);
    assert_int_equal(c.m.party[CQ_CUSTOMER][CQ_PM_PITCH_MEDIAN].reason, CQ_NULL_NO_SPEECH);
    assert_int_equal(c.m.party[CQ_CUSTOMER][CQ_PM_LEVEL_ASL].reason, CQ_NULL_NO_SPEECH);
    finish(&c);
}

/* Where both speak, the voice in the channel may be the other one's. */
static void talk_over_left_out(void **state)
{
    (void)state;
    struct call c;
    begin(&c, 16);
    double *low = track(c.n, 120, 120, 0, 0), *high = track(c.n, 240, 240, 0, 0);
    add_voice(c.pcm[0], 6 * RATE, low, NULL, 0, -26);
    add_voice(c.pcm[0] + 6 * RATE, 10 * RATE, high, NULL, 0, -26);
    spurt(&c, CQ_AGENT, 0, 16);
    spurt(&c, CQ_CUSTOMER, 6, 16);
    struct cq_span over = {6, 16};
    assert_int_equal(CQ_ARRAY_PUSH(&c.talk.talk_over, over), 0);
    analyse(&c);
    assert_true(fabs(semitones(agent(&c, CQ_PM_PITCH_MEDIAN).v, 120)) < 0.1);
    finish(&c);
    free(low);
    free(high);
}

/* ---- syllables ---- */

static void syllable_rate(void **state)
{
    (void)state;
    for (int per_s = 2; per_s <= 7; per_s++) {
        struct call c;
        begin(&c, 12);
        double *hz = track(c.n, 140, 110, 0, 0), *gain = malloc((size_t)c.n * sizeof *gain);
        assert_non_null(gain);
        for (int i = 0; i < c.n; i++)
            gain[i] = 0.08 + 0.92 * pow(sin(PI * per_s * i / RATE), 2);
        add_voice(c.pcm[0], c.n, hz, gain, 300, -20);
        add_noise(c.pcm[0], c.n, -55);
        spurt(&c, CQ_AGENT, 0, 12);
        analyse(&c);
        assert_near(&c, CQ_PM_SPEECH_RATE, per_s, 0.1 * per_s / 2, per_s);
        assert_true(agent(&c, CQ_PM_ARTICULATION_RATE).v >= agent(&c, CQ_PM_SPEECH_RATE).v);
        free(hz);
        free(gain);
        finish(&c);
    }
}

/* Hissing in the rhythm of speech has no voiced nuclei; a steady vowel has one. */
static void no_syllables(void **state)
{
    (void)state;
    struct call c;
    begin(&c, 10);
    add_noise(c.pcm[0], c.n, -26);
    for (int i = 0; i < c.n; i++)
        c.pcm[0][i] *= (float)pow(sin(PI * 4 * i / RATE), 2);
    spurt(&c, CQ_AGENT, 0, 10);
    analyse(&c);
    assert_near(&c, CQ_PM_SPEECH_RATE, 0, 0.11, 0);
    finish(&c);

    voice_call(&c, 9, 130, 130, 0, 0, -60);
    assert_true(agent(&c, CQ_PM_SPEECH_RATE).v < 0.25);
    finish(&c);
}

/* ---- level and noise ---- */

static void levels(void **state)
{
    (void)state;
    struct call c;
    static const double dbov[] = {-12, -26, -40, -55};
    for (int i = 0; i < 4; i++) {
        begin(&c, 8);
        double *hz = track(c.n, 150, 150, 0, 0);
        add_voice(c.pcm[0], c.n, hz, NULL, 0, dbov[i]);
        for (int k = 0; k < c.n; k++)
            c.pcm[0][k] += 0.05f; /* a line's offset is not sound */
        spurt(&c, CQ_AGENT, 0, 8);
        analyse(&c);
        assert_near(&c, CQ_PM_LEVEL_ASL, dbov[i], 0.15, dbov[i]);
        assert_near(&c, CQ_PM_LEVEL_SD, 0, 0.5, dbov[i]);
        free(hz);
        finish(&c);
    }
}

static void level_spread(void **state)
{
    (void)state;
    struct call c;
    begin(&c, 12);
    double *hz = track(c.n, 150, 150, 0, 0), *gain = malloc((size_t)c.n * sizeof *gain);
    assert_non_null(gain);
    for (int i = 0; i < c.n; i++)
        gain[i] = i / RATE % 2 ? 1 : 0.5; /* 6 dB apart, half the time each: SD 3 dB */
    add_voice(c.pcm[0], c.n, hz, gain, 0, -20);
    spurt(&c, CQ_AGENT, 0, 12);
    analyse(&c);
    assert_near(&c, CQ_PM_LEVEL_SD, 3.01, 0.15, 0);
    assert_near(&c, CQ_PM_LEVEL_ASL, -20 + 10 * log10(0.625), 0.15, 0);
    free(hz);
    free(gain);
    finish(&c);
}

/* Trends compare the first and the last third between the answer and the last speech. */
static void trends(void **state)
{
    (void)state;
    struct call c;
    begin(&c, 40);
    c.talk.answer_s = 10;
    double *hz = track(c.n, 150, 150, 0, 0), *gain = malloc((size_t)c.n * sizeof *gain);
    assert_non_null(gain);
    for (int i = 0; i < c.n; i++) {
        gain[i] = i < 20 * RATE ? 1 : i < 30 * RATE ? 2 : 0.5;
        hz[i] *= i < 20 * RATE ? 1 : i < 30 * RATE ? 1.5 : 0.75;
    }
    add_voice(c.pcm[0], c.n, hz, gain, 0, -30);
    spurt(&c, CQ_AGENT, 10, 19);
    spurt(&c, CQ_AGENT, 20, 29);
    spurt(&c, CQ_AGENT, 30, 40);
    analyse(&c);
    assert_near(&c, CQ_PM_LEVEL_TREND, 20 * log10(0.5), 0.6, 0);
    assert_near(&c, CQ_PM_PITCH_TREND, 12 * log2(0.75), 0.2, 0);
    finish(&c);

    /* Speech in the first third alone: no trend. */
    begin(&c, 30);
    add_voice(c.pcm[0], c.n, hz, NULL, 0, -30);
    spurt(&c, CQ_AGENT, 0, 8);
    spurt(&c, CQ_CUSTOMER, 28, 30);
    analyse(&c);
    assert_int_equal(agent(&c, CQ_PM_LEVEL_TREND).reason, CQ_NULL_TOO_LITTLE);
    finish(&c);
    free(hz);
    free(gain);
}

static void noise_call(struct call *c, double noise_dbov)
{
    begin(c, 24);
    double *hz = track(c->n, 150, 150, 0, 0);
    add_voice(c->pcm[0] + 2 * RATE, 8 * RATE, hz, NULL, 0, -22);
    if (noise_dbov > -100)
        add_noise(c->pcm[0], c->n, noise_dbov);
    add_noise(c->pcm[0] + 12 * RATE, 4 * RATE, -25); /* the other speaks: echo, not noise */
    add_noise(c->pcm[0] + 18 * RATE, 3 * RATE, -25); /* a tone sounds */
    spurt(c, CQ_AGENT, 2, 10);
    spurt(c, CQ_CUSTOMER, 12, 16);
    struct cq_event tone = {.type = CQ_EVENT_TONE, .by = CQ_AGENT, .at = {18, 21}};
    assert_int_equal(cq_talk_add_event(&c->talk, &tone), 0);
    free(hz);
}

static void signal_to_noise(void **state)
{
    (void)state;
    static const double noise_dbov[] = {-32, -42, -52, -62};
    struct call c;
    for (int i = 0; i < 4; i++) {
        noise_call(&c, noise_dbov[i]);
        analyse(&c);
        assert_near(&c, CQ_PM_SNR, -22 - noise_dbov[i], 0.7, noise_dbov[i]);
        finish(&c);
    }
    noise_call(&c, -200); /* digital silence tells nothing */
    analyse(&c);
    assert_int_equal(agent(&c, CQ_PM_SNR).reason, CQ_NULL_TOO_LITTLE);
    finish(&c);

    noise_call(&c, -52);
    analyse_blocks(&c, 1, 4096);
    assert_int_equal(agent(&c, CQ_PM_SNR).reason, CQ_NULL_MIXED_RECORDING);
    assert_near(&c, CQ_PM_LEVEL_ASL, -22.1, 0.5, 0);
    finish(&c);
}

/* ---- raised voice ---- */

/* A minute of talk; from 30 s on, for `seconds`, louder by db and higher by st. */
static void raised_call(struct call *c, double seconds, double db, double st)
{
    begin(c, 60);
    double *hz = track(c->n, 130, 130, 1, 0.7), *gain = malloc((size_t)c->n * sizeof *gain);
    assert_non_null(gain);
    for (int i = 0; i < c->n; i++) {
        bool raised = i >= 30 * RATE && i < (30 + seconds) * RATE;
        gain[i] = (0.1 + pow(sin(PI * 4 * i / RATE), 2)) * (raised ? pow(10, db / 20) : 1);
        hz[i] *= raised ? exp2(st / 12) : 1;
    }
    add_voice(c->pcm[0], c->n, hz, gain, 300, -34);
    for (int i = 0; i < 20; i++)
        spurt(c, CQ_AGENT, 3 * i, 3 * i + 2.7);
    analyse(c);
    free(hz);
    free(gain);
}

static void raised_voice(void **state)
{
    (void)state;
    static const struct {
        double seconds, db, st;
        bool raised;
    } table[] = {
        {5, 12, 5, true},  {3, 12, 5, true},  {1, 12, 5, false}, /* too short */
        {5, 12, 0, false},                                       /* only louder: nearer to the microphone */
        {5, 0, 5, false},                                        /* only higher */
        {5, 6, 5, false},  {5, 12, 1, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct call c;
        raised_call(&c, table[i].seconds, table[i].db, table[i].st);
        if (c.talk.events.n != (size_t)table[i].raised)
            fail_msg("case %zu: %zu events", i, c.talk.events.n);
        if (table[i].raised) {
            const struct cq_event *ev = &c.talk.events.v[0];
            assert_int_equal(ev->type, CQ_EVENT_RAISED_VOICE);
            assert_int_equal(ev->by, CQ_AGENT);
            assert_true(fabs(ev->at.start_s - 30) < 0.45);
            assert_true(fabs(ev->at.end_s - 30 - table[i].seconds) < 0.45);
            assert_true(fabs(ev->value - 12) < 1.5);
            assert_near(&c, CQ_PM_RAISED_VOICE, ev->at.end_s - ev->at.start_s, 1e-6, 0);
        } else {
            assert_near(&c, CQ_PM_RAISED_VOICE, 0, 0, 0);
        }
        finish(&c);
    }
}

/* ---- the stage itself ---- */

static void any_block_size(void **state)
{
    (void)state;
    static const int block[] = {1, 79, 80, 1000, 1 << 20};
    struct cq_metrics first;
    struct call c;
    noise_call(&c, -45);
    analyse_blocks(&c, 2, 7);
    first = c.m;
    for (int i = 0; i < 5; i++) {
        analyse_blocks(&c, 2, block[i]);
        assert_memory_equal(&c.m, &first, sizeof first);
    }
    finish(&c);
}

/* A long talkspurt is measured in pieces; the pieces must not show. */
static void long_talkspurt(void **state)
{
    (void)state;
    struct call c;
    voice_call(&c, 35, 200, 200, 0, 300, -50);
    assert_true(fabs(semitones(agent(&c, CQ_PM_PITCH_MEDIAN).v, 200)) < 0.1);
    assert_near(&c, CQ_PM_PITCH_SD, 0.1, 0.15, 0);
    assert_near(&c, CQ_PM_LEVEL_ASL, -26, 0.2, 0);
    finish(&c);
}

static void ends_early(void **state)
{
    (void)state;
    struct call c;
    begin(&c, 8);
    double *hz = track(c.n, 150, 150, 0, 0);
    add_voice(c.pcm[0], c.n, hz, NULL, 0, -26);
    c.talk.duration_s = 30;
    spurt(&c, CQ_AGENT, 1, 20);
    spurt(&c, CQ_AGENT, 22, 29);
    spurt(&c, CQ_CUSTOMER, 20, 28);
    analyse(&c);
    assert_true(fabs(semitones(agent(&c, CQ_PM_PITCH_MEDIAN).v, 150)) < 0.1);
    assert_int_equal(c.m.party[CQ_CUSTOMER][CQ_PM_LEVEL_ASL].reason, CQ_NULL_TOO_LITTLE);
    free(hz);
    finish(&c);
}

static void refused(void **state)
{
    (void)state;
    struct cq_prosody_opts opts = CQ_PROSODY_OPTS_INIT;
    struct cq_talk talk = {.answer_s = NAN};
    struct cq_prosody *p = NULL;
    assert_int_equal(cq_prosody_new(&opts, 0, &talk, &p), -EINVAL);
    assert_int_equal(cq_prosody_new(&opts, 3, &talk, &p), -EINVAL);
    opts.pitch_floor_hz = 20;
    assert_int_equal(cq_prosody_new(&opts, 2, &talk, &p), -EINVAL);
    opts.pitch_floor_hz = 500;
    assert_int_equal(cq_prosody_new(&opts, 2, &talk, &p), -EINVAL);
    assert_null(p);
    assert_null(cq_prosody_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steady_pitch),   cmocka_unit_test(moving_pitch),
        cmocka_unit_test(no_pitch),       cmocka_unit_test(talk_over_left_out),
        cmocka_unit_test(syllable_rate),  cmocka_unit_test(no_syllables),
        cmocka_unit_test(levels),         cmocka_unit_test(level_spread),
        cmocka_unit_test(trends),         cmocka_unit_test(signal_to_noise),
        cmocka_unit_test(raised_voice),   cmocka_unit_test(any_block_size),
        cmocka_unit_test(long_talkspurt), cmocka_unit_test(ends_early),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
