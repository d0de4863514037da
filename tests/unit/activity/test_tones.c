/* Unit tests of src/activity: tones by name, over countries, levels, noise, and what must not be a tone. */
#include "activity/tones.h"

#include "synth.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LEAD_S 0.613 /* before the tone: no multiple of a block */
#define TAIL_S 1.2
#define EDGE_S 0.012
#define EDGE_AM_S 0.03 /* of a tone that is modulated and may begin and end in a null */

static struct cq_tone_spans run(const struct synth *s, int block)
{
    struct cq_tones *t = NULL;
    struct cq_tone_spans spans = {0};

    assert_int_equal(cq_tones_new(1, &t), 0);
    for (int at = 0; at < s->n; at += block) {
        const float *pcm[1] = {s->x + at};
        assert_int_equal(cq_tones_process(t, pcm, s->n - at < block ? s->n - at : block), 0);
    }
    assert_int_equal(cq_tones_flush(t, &spans), 0);
    assert_null(cq_tones_free(t));
    return spans;
}

/* A cadence: hz[0] (+ hz[1]) on and off by turns, repeated, amplitude modulated with am_hz. */
struct cadence {
    const char *what;
    enum cq_tone want;
    double hz[2];
    double pattern[4]; /* on, off, on, off in s; 0 ends it */
    int times;
    double am_hz;
};

static const struct cadence CADENCES[] = {
    {"ringback of North America", CQ_TONE_RINGBACK, {440, 480}, {2, 4}, 2, 0},
    {"ringback of China", CQ_TONE_RINGBACK, {450, 0}, {1, 4}, 2, 0},
    {"ringback of most of Europe", CQ_TONE_RINGBACK, {425, 0}, {1, 4}, 2, 0},
    {"one ring, then an answer", CQ_TONE_RINGBACK, {425, 0}, {1, 0.5}, 1, 0},
    {"ringback of Spain", CQ_TONE_RINGBACK, {425, 0}, {1.5, 3}, 2, 0},
    {"ringback of France", CQ_TONE_RINGBACK, {440, 0}, {1.5, 3.5}, 2, 0},
    {"ringback of Russia", CQ_TONE_RINGBACK, {425, 0}, {0.8, 3.2}, 2, 0},
    {"ringback of the UK and Australia", CQ_TONE_RINGBACK, {400, 450}, {0.4, 0.2, 0.4, 2}, 2, 0},
    {"one double ring", CQ_TONE_RINGBACK, {400, 450}, {0.4, 0.2, 0.4, 0.5}, 1, 0},
    {"ringback of Hong Kong", CQ_TONE_RINGBACK, {440, 480}, {0.4, 0.2, 0.4, 3}, 2, 0},
    {"ringback of Japan", CQ_TONE_RINGBACK, {400, 0}, {1, 2}, 2, 16},
    {"ringback of India", CQ_TONE_RINGBACK, {400, 0}, {0.4, 0.2, 0.4, 2}, 2, 25},
    {"busy of North America", CQ_TONE_BUSY, {480, 620}, {0.5, 0.5}, 4, 0},
    {"reorder of North America", CQ_TONE_BUSY, {480, 620}, {0.25, 0.25}, 5, 0},
    {"busy of Germany", CQ_TONE_BUSY, {425, 0}, {0.48, 0.48}, 4, 0},
    {"busy of China", CQ_TONE_BUSY, {450, 0}, {0.35, 0.35}, 4, 0},
    {"busy of the UK", CQ_TONE_BUSY, {400, 0}, {0.375, 0.375}, 4, 0},
    {"congestion of Italy", CQ_TONE_BUSY, {425, 0}, {0.2, 0.2}, 6, 0},
    {"dial tone of North America", CQ_TONE_DIAL, {350, 440}, {3, 0.5}, 1, 0},
    {"dial tone of Europe", CQ_TONE_DIAL, {425, 0}, {4, 0.5}, 1, 0},
    {"dial tone of France", CQ_TONE_DIAL, {440, 0}, {4, 0.5}, 1, 0},
    {"recording beep", CQ_TONE_BEEP, {1400, 0}, {0.5, 0.5}, 1, 0},
    {"voice mail beep", CQ_TONE_BEEP, {1000, 0}, {0.3, 0.5}, 1, 0},
    {"short beep", CQ_TONE_BEEP, {1000, 0}, {0.1, 0.5}, 1, 0},
    {"long beep", CQ_TONE_BEEP, {800, 0}, {1.0, 0.5}, 1, 0},
    {"fax calling", CQ_TONE_FAX, {1100, 0}, {0.5, 0.5}, 1, 0},
    {"fax answering", CQ_TONE_FAX, {2100, 0}, {3, 0.5}, 1, 0},
    {"a tone without a name", CQ_TONE_OTHER, {700, 0}, {2, 0.5}, 1, 0},
    {"a high one", CQ_TONE_OTHER, {2600, 0}, {1.5, 0.5}, 1, 0},
    {"a pair without a name", CQ_TONE_OTHER, {900, 1700}, {0.6, 0.5}, 1, 0},
};

/* Returns the end of the last burst in s. */
static double play(struct synth *s, const struct cadence *c, double at, double db)
{
    double end = at;

    for (int t = 0; t < c->times; t++) {
        for (int k = 0; k < 4 && c->pattern[k] > 0.0; k++) {
            if (k % 2 == 0) {
                end = at + c->pattern[k];
                for (int f = 0; f < 2 && c->hz[f] > 0.0; f++)
                    synth_tone(s, at, end, c->hz[f], c->hz[1] > 0.0 ? db - 3 : db);
                for (int i = (int)lrint(at * RATE); c->am_hz > 0.0 && i < (int)lrint(end * RATE); i++)
                    s->x[i] *= (float)((1.0 + sin(TWO_PI * c->am_hz * i / RATE)) / 1.22);
            }
            at += c->pattern[k];
        }
    }
    return end;
}

static double cadence_length(const struct cadence *c)
{
    double sum = 0.0;

    for (int k = 0; k < 4; k++)
        sum += c->pattern[k];
    return sum * c->times;
}

static void check_cadence(const struct cadence *c, double db, double snr_db, uint32_t seed)
{
    struct synth s = synth_new(LEAD_S + cadence_length(c) + TAIL_S, seed);
    const double edge_s = c->am_hz > 0.0 ? EDGE_AM_S : EDGE_S;
    double end;

    end = play(&s, c, LEAD_S, db);
    synth_noise(&s, 0, 1e9, db - snr_db);
    synth_mulaw(&s);
    struct cq_tone_spans r = run(&s, 4096);
    if (r.n != 1 || r.v[0].tone != c->want || fabs(r.v[0].at.end_s - end) > edge_s)
        print_message("%s at %g dBov, %g dB over noise: %zu tones, first %s to %g s\n", c->what, db, snr_db,
                      r.n, r.n ? cq_tone_name(r.v[0].tone) : "none", r.n ? r.v[0].at.end_s : 0.0);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.v[0].tone, c->want);
    assert_float_equal(r.v[0].at.start_s, LEAD_S, edge_s);
    assert_float_equal(r.v[0].at.end_s, end, edge_s);
    if (c->am_hz <= 0.0) {
        const double a = fabs(r.v[0].hz[0] - c->hz[0]), b = fabs(r.v[0].hz[0] - c->hz[1]);
        assert_true(fmin(a, b) < 5.0);
        assert_float_equal(r.v[0].level_dbov, db, 1.0);
    }
    free(r.v);
    synth_free(&s);
}

static void names_tones_of_many_countries(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CADENCES / sizeof CADENCES[0]; i++) {
        check_cadence(&CADENCES[i], -20, 40, 100 + (uint32_t)i);
        check_cadence(&CADENCES[i], -20, 12, 200 + (uint32_t)i);
    }
}

static void names_tones_at_any_level(void **state)
{
    (void)state;
    static const double LEVELS_DBOV[] = {-5, -12, -35, -45};

    for (size_t i = 0; i < sizeof CADENCES / sizeof CADENCES[0]; i++) {
        for (size_t k = 0; k < sizeof LEVELS_DBOV / sizeof LEVELS_DBOV[0]; k++) {
            /* The nulls of a modulated tone reach the limit of what is looked at sooner. */
            if (CADENCES[i].am_hz <= 0.0 || LEVELS_DBOV[k] > -40)
                check_cadence(&CADENCES[i], LEVELS_DBOV[k], 20, 300 + (uint32_t)i);
        }
    }
}

static void names_special_information(void **state)
{
    (void)state;
    static const double HZ[2][3] = {{950, 1400, 1800}, {913.8, 1370.6, 1776.7}};
    static const double LENGTH_S[2][3] = {{0.33, 0.33, 0.33}, {0.274, 0.38, 0.38}};

    for (int v = 0; v < 2; v++) {
        struct synth s = synth_new(3, 17);
        double at = LEAD_S;
        for (int k = 0; k < 3; k++) {
            synth_tone(&s, at, at + LENGTH_S[v][k], HZ[v][k], -18);
            at += LENGTH_S[v][k];
        }
        synth_noise(&s, 0, 3, -40);
        struct cq_tone_spans r = run(&s, 999);
        assert_int_equal(r.n, 1);
        assert_int_equal(r.v[0].tone, CQ_TONE_SIT);
        assert_float_equal(r.v[0].at.start_s, LEAD_S, EDGE_S);
        assert_float_equal(r.v[0].at.end_s, at, EDGE_S);
        free(r.v);
        synth_free(&s);
    }
}

static const char DIGITS[] = "123A456B789C*0#D";

/* Digits on_s long every on_s + off_s; returns how many came out right, at the right time. */
static int dial(double on_s, double off_s, double db, double twist_db, double detune, double snr_db, int *ret_n)
{
    static const double LOW[4] = {697, 770, 852, 941}, HIGH[4] = {1209, 1336, 1477, 1633};
    struct synth s = synth_new(1.0 + 16 * (on_s + off_s), 5);
    int right = 0;

    for (int d = 0; d < 16; d++) {
        const double at = 0.5 + d * (on_s + off_s);
        synth_tone(&s, at, at + on_s, LOW[d / 4] * (1 + detune), db - 3 - twist_db / 2);
        synth_tone(&s, at, at + on_s, HIGH[d % 4] * (1 + detune), db - 3 + twist_db / 2);
    }
    synth_noise(&s, 0, 1e9, db - snr_db);
    synth_mulaw(&s);
    struct cq_tone_spans r = run(&s, 4096);
    for (int d = 0; d < 16; d++) {
        const double at = 0.5 + d * (on_s + off_s);
        for (size_t i = 0; i < r.n; i++)
            right += r.v[i].tone == CQ_TONE_DTMF && r.v[i].digit == DIGITS[d] &&
                     fabs(r.v[i].at.start_s - at) < 0.015 && fabs(r.v[i].at.end_s - at - on_s) < 0.015;
    }
    *ret_n = (int)r.n;
    free(r.v);
    synth_free(&s);
    return right;
}

/* What ITU-T Q.24 wants taken and refused. */
static void receives_dtmf(void **state)
{
    (void)state;
    static const struct {
        double on_s, off_s, db, twist_db, detune, snr_db;
        int right; /* of 16 */
    } CASES[] = {
        {0.040, 0.060, -15, 0, 0, 40, 16},      {0.050, 0.040, -15, 0, 0, 40, 16},
        {0.100, 0.100, -15, 0, 0, 40, 16},      {0.060, 0.060, -5, 0, 0, 40, 16},
        {0.060, 0.060, -45, 0, 0, 30, 16},      {0.060, 0.060, -15, -8, 0, 30, 16},
        {0.060, 0.060, -15, 4, 0, 30, 16},      {0.060, 0.060, -15, -13, 0, 30, 0},
        {0.060, 0.060, -15, 9, 0, 30, 0},       {0.060, 0.060, -15, 0, 0.015, 30, 16},
        {0.060, 0.060, -15, 0, -0.015, 30, 16}, {0.060, 0.060, -15, 0, 0.035, 40, 0},
        {0.060, 0.060, -15, 0, -0.035, 40, 0},  {0.060, 0.060, -20, 0, 0, 15, 16},
        {0.060, 0.060, -20, 0, 0, 10, 16},      {0.015, 0.100, -15, 0, 0, 40, 0},
    };

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int n = -1;
        const int right = dial(CASES[i].on_s, CASES[i].off_s, CASES[i].db, CASES[i].twist_db, CASES[i].detune,
                               CASES[i].snr_db, &n);
        if (right != CASES[i].right)
            print_message("case %zu: %d right of %d found\n", i, right, n);
        assert_int_equal(right, CASES[i].right);
        if (CASES[i].right == 16)
            assert_int_equal(n, 16);
    }
}

static void one_digit_survives_a_short_interruption(void **state)
{
    (void)state;
    struct synth s = synth_new(1.5, 5);
    synth_tone(&s, 0.5, 0.60, 770, -18);
    synth_tone(&s, 0.5, 0.60, 1336, -18);
    for (int i = (int)(0.545 * RATE); i < (int)(0.555 * RATE); i++)
        s.x[i] = 0.0f; /* Q.24: 10 ms */
    synth_noise(&s, 0, 1.5, -50);
    struct cq_tone_spans r = run(&s, 4096);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.v[0].digit, '5');
    free(r.v);
    synth_free(&s);
}

/* Talk, music and noise are no tones. */
static void keeps_quiet_on_everything_else(void **state)
{
    (void)state;
    struct synth s = synth_new(240, 21);

    for (int k = 0; k < 60; k++)
        synth_voice(&s, 1 + 2 * k, 2.6 + 2 * k, 90 + 3 * k, -20);
    for (int k = 0; k < 200; k++) { /* notes of a scale, as long as beeps */
        const double at = 125 + 0.3 * k;
        synth_tone(&s, at, at + 0.28, 440.0 * pow(2.0, (k * 7 % 24) / 12.0), -22);
    }
    synth_noise(&s, 190, 230, -12);
    synth_noise(&s, 0, 240, -55);
    struct cq_tone_spans r = run(&s, 4096);
    for (size_t i = 0; i < r.n; i++)
        print_message("%s at %.2f-%.2f\n", cq_tone_name(r.v[i].tone), r.v[i].at.start_s, r.v[i].at.end_s);
    assert_int_equal(r.n, 0);
    free(r.v);
    synth_free(&s);
}

static void block_size_changes_nothing(void **state)
{
    (void)state;
    struct synth s = synth_new(12, 9);
    play(&s, &CADENCES[0], 0.3, -20);
    synth_tone(&s, 9.0, 9.1, 770, -20);
    synth_tone(&s, 9.0, 9.1, 1477, -20);
    synth_noise(&s, 0, 12, -50);
    struct cq_tone_spans a = run(&s, 100000), b = run(&s, 1), c = run(&s, 161);
    assert_true(a.n >= 2);
    assert_int_equal(a.n, b.n);
    assert_int_equal(a.n, c.n);
    for (size_t i = 0; i < a.n; i++) {
        assert_int_equal(a.v[i].tone, b.v[i].tone);
        assert_float_equal(a.v[i].at.start_s, b.v[i].at.start_s, 0);
        assert_float_equal(a.v[i].at.end_s, c.v[i].at.end_s, 0);
    }
    free(a.v);
    free(b.v);
    free(c.v);
    synth_free(&s);
}

static void ends_and_nothing(void **state)
{
    (void)state;
    struct synth none = synth_new(0, 1), s = synth_new(2.0, 1);
    struct cq_tones *t = NULL;
    struct cq_tone_spans r = run(&none, 1);
    assert_int_equal(r.n, 0);
    free(r.v);

    /* A tone that fills the recording from its first to its last sample. */
    synth_tone(&s, 0, 2.0, 1000, -20);
    r = run(&s, 4096);
    assert_int_equal(r.n, 1);
    assert_int_equal(r.v[0].tone, CQ_TONE_OTHER);
    assert_float_equal(r.v[0].at.start_s, 0, EDGE_S);
    assert_float_equal(r.v[0].at.end_s, 2.0, EDGE_S);
    free(r.v);
    synth_free(&s);
    synth_free(&none);
    assert_int_equal(cq_tones_new(3, &t), -EINVAL);
    assert_int_equal(cq_tones_new(0, &t), -EINVAL);
    assert_null(t);
    assert_null(cq_tones_free(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tones_of_many_countries),
        cmocka_unit_test(names_tones_at_any_level),
        cmocka_unit_test(names_special_information),
        cmocka_unit_test(receives_dtmf),
        cmocka_unit_test(one_digit_survives_a_short_interruption),
        cmocka_unit_test(keeps_quiet_on_everything_else),
        cmocka_unit_test(block_size_changes_nothing),
        cmocka_unit_test(ends_and_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
