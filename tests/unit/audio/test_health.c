/*
 * Health of synthesised recordings of known truth, fed to the meter at several rates, linear and through
 * mu-law. Tolerances stand with each case.
 */
#include "signals.h"

#include "audio/health.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TWO_PI 6.28318530717958647692

struct sound {
    int rate_hz;
    int n;
    double *x[2]; /* full scale 1.0; x[1] NULL for one channel */
};

static struct sound make_sound(int rate_hz, double seconds, int channels)
{
    struct sound s = {.rate_hz = rate_hz, .n = (int)(seconds * rate_hz)};
    for (int c = 0; c < channels; c++) {
        s.x[c] = calloc((size_t)s.n, sizeof(double));
        assert_non_null(s.x[c]);
    }
    return s;
}

static void add_talker(struct sound *s, int c, int talker, double gain)
{
    for (int i = 0; i < s->n; i++)
        s->x[c][i] += gain * signal_talker(talker, (double)i / s->rate_hz);
}

static void add_noise(struct sound *s, int c, double dbov)
{
    uint32_t seed = 99u + (uint32_t)c;
    double gain = pow(10.0, dbov / 20.0) * sqrt(3.0); /* of uniform noise */
    for (int i = 0; i < s->n; i++)
        s->x[c][i] += gain * signal_noise(&seed);
}

static void add_sine(struct sound *s, int c, double hz, double amplitude)
{
    for (int i = 0; i < s->n; i++)
        s->x[c][i] += amplitude * sin(TWO_PI * hz * i / s->rate_hz);
}

static int16_t to_int16(double v)
{
    return (int16_t)lrint(fmax(-32768.0, fmin(32767.0, 32768.0 * v)));
}

/* G.711 mu-law there and back, by the book: ITU-T G.711, 14-bit values. */
static double through_mulaw(double v)
{
    double magnitude = fmin(fabs(v) * 8192.0, 8158.0) + 33.0;
    int segment = 0;
    while (magnitude >= 64.0 * (1 << segment) && segment < 7)
        segment++;
    double step = 2.0 * (1 << segment);
    double low = 32.0 * (1 << segment), index = fmin(floor((magnitude - low) / step), 15.0);
    double y = (low + (index + 0.5) * step - 33.0) / 8192.0;
    return v < 0.0 ? -y : y;
}

static struct cq_health measure_as(const struct sound *s, bool companded)
{
    struct cq_health_opts opts = {
        .n_channels = s->x[1] ? 2 : 1,
        .rate_hz = s->rate_hz,
        .level_step = companded ? 1.0 / 32 : 1.0 / 32768,
        .companded = companded,
        .silence_dbov = -60.0,
    };
    struct cq_health_meter *m = NULL;
    struct cq_health h;
    int16_t *plane[2] = {NULL, NULL};
    assert_int_equal(cq_health_new(&opts, &m), 0);
    for (int c = 0; c < opts.n_channels; c++) {
        plane[c] = malloc((size_t)s->n * sizeof(int16_t));
        assert_non_null(plane[c]);
        for (int i = 0; i < s->n; i++)
            plane[c][i] = to_int16(companded ? through_mulaw(s->x[c][i]) : s->x[c][i]);
    }
    /* blocks of uneven sizes: the result must not depend on them */
    for (int at = 0, k = 1; at < s->n; k = k * 7 % 1999 + 1) {
        int n = s->n - at < k ? s->n - at : k;
        const int16_t *block[2] = {plane[0] + at, plane[1] ? plane[1] + at : NULL};
        assert_int_equal(cq_health_process(m, block, n), 0);
        at += n;
    }
    assert_int_equal(cq_health_flush(m, &h), 0);
    cq_health_free(m);
    free(plane[0]);
    free(plane[1]);
    return h;
}

static struct cq_health measure(const struct sound *s)
{
    return measure_as(s, false);
}

static void done(struct sound *s, struct cq_health *h)
{
    free(s->x[0]);
    free(s->x[1]);
    free(h->faults);
}

static void near_to(const char *what, double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s is %g, not %g within %g", what, got, want, tolerance);
}

static void test_levels(void **state)
{
    (void)state;
    static const int rates[] = {8000, 11025, 16000, 44100, 48000};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        struct sound s = make_sound(rates[r], 4.0, 2);
        add_sine(&s, 0, 1000.0, 0.5);
        for (int i = 0; i < s.n; i++)
            s.x[0][i] += 0.02;
        add_noise(&s, 1, -50.0);
        for (int i = s.n / 2; i < s.n; i++) /* half of it 20 dB louder */
            s.x[1][i] *= 10.0;
        struct cq_health h = measure(&s);
        near_to("peak", h.channel[0].peak_dbov, 20.0 * log10(0.52), 0.05);
        near_to("rms of a sine", h.channel[0].rms_dbov, -9.03, 0.02);
        near_to("dc", h.channel[0].dc, 0.02, 1e-4);
        near_to("dc", h.channel[1].dc, 0.0, 1e-3);
        near_to("noise, the quieter half", h.channel[1].noise_dbov, -50.3, 0.6);
        near_to("rms of noise", h.channel[1].rms_dbov, -50.0 + 10.0 * log10(50.5), 0.1);
        near_to("bandwidth of a sine", h.channel[0].bandwidth_hz, 1000.0, 120.0);
        near_to("bandwidth of white noise", h.channel[1].bandwidth_hz, 0.99 * rates[r] / 2, 0.02 * rates[r]);
        assert_false(h.channel[0].silent);
        assert_true(isnan(h.leak_db[0]) && isnan(h.leak_delay_ms[1]));
        assert_int_equal(h.n_faults, 0);
        done(&s, &h);
    }
}

static void test_silence(void **state)
{
    (void)state;
    struct sound s = make_sound(8000, 3.0, 2);
    add_noise(&s, 1, -72.0);
    struct cq_health h = measure(&s);
    assert_true(h.channel[0].silent);
    assert_true(h.channel[1].silent);
    assert_true(h.channel[0].peak_dbov == -INFINITY && h.channel[0].rms_dbov == -INFINITY);
    assert_true(isnan(h.channel[0].hum_db));
    near_to("digital zero", h.channel[0].digital_zero_ratio, 1.0, 1e-9);
    near_to("digital zero", h.channel[1].digital_zero_ratio, 0.0, 1e-9);
    near_to("identical", h.identical_ratio, 0.0, 0.0);
    assert_false(h.fake_stereo);
    done(&s, &h);
}

/* Flat tops of a clipped talker, counted by the same rule from the truth: runs of 3 beyond the threshold. */
static double true_clipping(const struct sound *s, int c, double limit)
{
    int64_t inside = 0;
    for (int i = 0; i < s->n;) {
        int run = 0, sign = s->x[c][i] > 0 ? 1 : -1;
        while (i + run < s->n && sign * s->x[c][i + run] >= limit)
            run++;
        inside += run >= 3 ? run : 0;
        i += run ? run : 1;
    }
    return (double)inside / s->n;
}

/* The talkers stop and start in digital silence, and so have dropouts as well. */
static int count_clipping(const struct cq_health *h)
{
    int n = 0;
    for (size_t i = 0; i < h->n_faults; i++)
        n += h->faults[i].kind == CQ_FAULT_CLIPPING;
    return n;
}

static void test_clipping(void **state)
{
    (void)state;
    static const struct {
        int rate_hz;
        double limit; /* clipped here, at a talker's peak of about 0.28 */
        double gain;  /* afterwards */
        bool companded;
        double noise_dbov; /* added afterwards, 0 none */
        double tolerance;  /* of the ratio, relative */
    } cases[] = {
        {8000, 0.10, 10.0, false, 0, 0.10}, /* full scale */
        {8000, 0.10, 5.0, false, 0, 0.10},  /* ceiling at -6 dBov */
        {8000, 0.06, 1.0, false, 0, 0.10},  /* at -24 dBov */
        {16000, 0.10, 4.0, false, 0, 0.10}, /* */
        {44100, 0.10, 4.0, false, 0, 0.10}, /* */
        {8000, 0.10, 10.0, true, 0, 0.25},  /* mu-law's own ceiling */
        {8000, 0.08, 4.5, true, 0, 0.55},   /* below it: only the deeper tops can be told */
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct sound s = make_sound(cases[k].rate_hz, 4.0, 1);
        add_talker(&s, 0, 0, 1.0);
        double truth = true_clipping(&s, 0, cases[k].limit);
        for (int i = 0; i < s.n; i++)
            s.x[0][i] = fmax(-cases[k].limit, fmin(cases[k].limit, s.x[0][i])) * cases[k].gain;
        struct cq_health h = measure_as(&s, cases[k].companded);
        assert_true(truth > 0.001);
        if (fabs(h.channel[0].clipping_ratio / truth - 1.0) > cases[k].tolerance)
            fail_msg("case %zu: clipping %g instead of %g", k, h.channel[0].clipping_ratio, truth);
        assert_true(count_clipping(&h) > 0);
        for (size_t i = 0; i < h.n_faults; i++) {
            assert_true(h.faults[i].at.end_s > h.faults[i].at.start_s && h.faults[i].at.end_s <= 4.0);
            assert_true(i == 0 || h.faults[i].at.start_s >= h.faults[i - 1].at.start_s);
        }
        done(&s, &h);
    }
}

/* Loud, coded coarsely, sampled densely, humming, ringing: smooth peaks are no clipping. */
static void test_no_clipping(void **state)
{
    (void)state;
    static const int rates[] = {8000, 16000, 48000};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        for (int companded = 0; companded <= 1; companded++) {
            for (int kind = 0; kind < 6; kind++) {
                struct sound s = make_sound(rates[r], 4.0, 1);
                if (kind == 0)
                    add_talker(&s, 0, 0, 3.0);
                else if (kind == 1)
                    add_talker(&s, 0, 1, 0.5);
                else if (kind == 2)
                    add_sine(&s, 0, 50.0, 0.3);
                else if (kind == 3)
                    add_sine(&s, 0, 425.0, 0.4);
                else if (kind == 4)
                    add_noise(&s, 0, -15.0);
                else {
                    add_sine(&s, 0, 440.0, 0.2);
                    add_sine(&s, 0, 480.0, 0.2);
                }
                struct cq_health h = measure_as(&s, companded);
                if (h.channel[0].clipping_ratio > 0.0 || count_clipping(&h))
                    fail_msg("%d Hz, %s, kind %d: clipping %g", rates[r], companded ? "mu-law" : "linear", kind,
                             h.channel[0].clipping_ratio);
                done(&s, &h);
            }
        }
    }
}

/* A click above the clipped talk does not hide the ceiling. */
static void test_clipping_below_a_click(void **state)
{
    (void)state;
    struct sound s = make_sound(8000, 4.0, 1);
    add_talker(&s, 0, 0, 1.0);
    for (int i = 0; i < s.n; i++)
        s.x[0][i] = fmax(-0.1, fmin(0.1, s.x[0][i]));
    s.x[0][20000] = 0.9;
    struct cq_health h = measure(&s);
    assert_true(h.channel[0].clipping_ratio > 0.005);
    done(&s, &h);
}

static void silence(struct sound *s, int c, double at_s, double length_s)
{
    int from = (int)(at_s * s->rate_hz), to = from + (int)(length_s * s->rate_hz);
    for (int i = from; i < to && i < s->n; i++)
        s->x[c][i] = 0.0;
}

static void test_dropouts(void **state)
{
    (void)state;
    static const int rates[] = {8000, 16000, 44100};
    static const double at[] = {0.50, 1.00, 1.62, 2.40, 3.10}, length[] = {0.020, 0.040, 0.100, 0.300, 0.480};
    for (size_t r = 0; r < sizeof rates / sizeof rates[0]; r++) {
        for (int companded = 0; companded <= 1; companded++) {
            struct sound s = make_sound(rates[r], 4.0, 1);
            add_sine(&s, 0, 310.0, 0.1); /* sound all the way */
            add_noise(&s, 0, -30.0);
            double zero = 0.0;
            for (int i = 0; i < 5; i++) {
                silence(&s, 0, at[i], length[i]);
                zero += length[i];
            }
            silence(&s, 0, 2.0, 0.008);  /* too short */
            silence(&s, 0, 3.60, 0.012); /* digital silence, but no dropout */
            struct cq_health h = measure_as(&s, companded);
            assert_int_equal(h.channel[0].dropouts, 5);
            assert_int_equal(h.n_faults, 5);
            for (int i = 0; i < 5; i++) {
                assert_int_equal(h.faults[i].kind, CQ_FAULT_DROPOUT);
                near_to("start", h.faults[i].at.start_s, at[i], 0.0005);
                near_to("end", h.faults[i].at.end_s, at[i] + length[i], 0.0005);
            }
            near_to("digital zero", h.channel[0].digital_zero_ratio, (zero + 0.012) / 4.0, 0.001);
            done(&s, &h);
        }
    }
}

/* Silence suppression: between words, after they died away, before they grow; and pauses of a second. */
static void test_no_dropouts(void **state)
{
    (void)state;
    struct sound s = make_sound(8000, 8.0, 2);
    add_talker(&s, 0, 0, 1.0);
    add_noise(&s, 0, -65.0);
    for (int i = 0; i < s.n; i++) { /* whatever is quiet is nothing */
        double power = 0.0;
        for (int k = -40; k <= 40; k++)
            power += i + k >= 0 && i + k < s.n ? pow(signal_talker(0, (i + k) / 8000.0), 2) : 0.0;
        if (power / 81 < 3e-6) /* -55 dBov */
            s.x[0][i] = 0.0;
    }
    add_sine(&s, 1, 400.0, 0.1); /* tones with a cadence: silence of 0.6 s and a second */
    silence(&s, 1, 1.0, 0.6);
    silence(&s, 1, 3.0, 1.0);
    silence(&s, 1, 7.8, 0.2); /* until the end */
    struct cq_health h = measure(&s);
    assert_int_equal(h.channel[0].dropouts, 0);
    assert_int_equal(h.channel[1].dropouts, 0);
    assert_true(h.channel[0].digital_zero_ratio > 0.02);
    done(&s, &h);
}

static void test_fault_list_is_bounded(void **state)
{
    (void)state;
    struct sound s = make_sound(8000, 150.0, 1);
    add_sine(&s, 0, 310.0, 0.1);
    add_noise(&s, 0, -30.0);
    for (int i = 0; i < 1200; i++)
        silence(&s, 0, 0.5 + 0.12 * i, 0.025);
    struct cq_health h = measure(&s);
    assert_int_equal(h.channel[0].dropouts, 1200);
    assert_int_equal(h.n_faults, CQ_MAX_FAULTS);
    done(&s, &h);
}

static void test_hum(void **state)
{
    (void)state;
    static const struct {
        double mains_hz;
        double hum_dbov; /* fundamental and second harmonic together; 0 none */
        double noise_dbov;
        int rate_hz;
        bool companded;
    } cases[] = {
        {50.0, -50.0, -60.0, 8000, false},  {60.0, -50.0, -60.0, 8000, false},
        {50.1, -45.0, -55.0, 8000, true},   {59.9, -40.0, -60.0, 16000, false},
        {50.0, -50.0, -55.0, 44100, false}, {50.0, 0, -55.0, 8000, false},
        {50.0, 0, -60.0, 8000, true},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct sound s = make_sound(cases[k].rate_hz, 20.0, 1);
        add_talker(&s, 0, 0, 1.0);
        for (int i = 0; i < s.n; i++) /* two seconds of talk, three of none */
            s.x[0][i] *= fmod((double)i / s.rate_hz, 5.0) < 2.0;
        add_noise(&s, 0, cases[k].noise_dbov);
        if (cases[k].hum_dbov < 0.0) {
            double amplitude = pow(10.0, cases[k].hum_dbov / 20.0);
            add_sine(&s, 0, cases[k].mains_hz, amplitude);
            add_sine(&s, 0, 2.0 * cases[k].mains_hz, amplitude);
        }
        struct cq_health h = measure_as(&s, cases[k].companded);
        if (cases[k].hum_dbov < 0.0) {
            /* of white noise, the part in 40 to 500 Hz */
            double rest_dbov = cases[k].noise_dbov + 10.0 * log10(460.0 / (s.rate_hz / 2.0));
            double tolerance = cases[k].companded ? 4.0 : 2.5; /* mu-law adds noise of its own */
            near_to("hum", h.channel[0].hum_db, cases[k].hum_dbov - rest_dbov, tolerance);
        } else {
            assert_true(h.channel[0].hum_db <= -20.0);
        }
        done(&s, &h);
    }
}

static void test_twins(void **state)
{
    (void)state;
    static const struct {
        double gain_db;
        bool companded;
    } cases[] = {{0.0, false}, {-6.0, false}, {-20.0, false}, {12.0, false}, {0.0, true}, {-12.0, true}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct sound s = make_sound(8000, 8.0, 2);
        add_talker(&s, 0, 0, 1.0);
        add_talker(&s, 0, 1, 1.0);
        add_noise(&s, 0, -45.0);
        for (int i = 0; i < s.n; i++)
            s.x[1][i] = s.x[0][i] * pow(10.0, cases[k].gain_db / 20.0);
        struct cq_health h = measure_as(&s, cases[k].companded);
        assert_true(h.fake_stereo);
        near_to("identical", h.identical_ratio, 1.0, 0.02);
        near_to("gain", h.identical_gain_db, cases[k].gain_db, 0.1);
        done(&s, &h);
    }
    /* two talkers, and a leak with noise of its own: no twins */
    struct sound s = make_sound(8000, 8.0, 2);
    add_talker(&s, 0, 0, 1.0);
    add_talker(&s, 1, 1, 1.0);
    add_talker(&s, 1, 0, 0.05);
    add_noise(&s, 0, -55.0);
    add_noise(&s, 1, -55.0);
    struct cq_health h = measure(&s);
    assert_false(h.fake_stereo);
    assert_true(h.identical_ratio < 0.1);
    done(&s, &h);
    /* the agent's voice put into the customer's channel while that one is silent: half of the call */
    s = make_sound(8000, 8.0, 2);
    add_talker(&s, 0, 0, 1.0);
    add_noise(&s, 0, -45.0);
    for (int i = 0; i < s.n; i++)
        s.x[1][i] = i < s.n / 2 ? 0.25 * s.x[0][i] : signal_talker(1, i / 8000.0);
    h = measure(&s);
    assert_false(h.fake_stereo);
    near_to("identical half", h.identical_ratio, 0.5, 0.05);
    near_to("gain", h.identical_gain_db, -12.04, 0.1);
    done(&s, &h);
}

/* Shorter than any window. */
static void test_short(void **state)
{
    (void)state;
    static const int lengths[] = {1, 2, 39, 40, 41, 79, 80, 81, 119, 160, 161, 250};
    for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
        struct sound s = make_sound(8000, lengths[k] / 8000.0 + 1e-9, 2);
        assert_int_equal(s.n, lengths[k]);
        add_sine(&s, 0, 1000.0, 0.5);
        add_noise(&s, 1, -20.0);
        struct cq_health h = measure(&s);
        assert_true(isnan(h.channel[0].hum_db));
        assert_true(h.channel[1].rms_dbov > -60.0 || s.n < 3);
        done(&s, &h);
    }
    /* and nothing at all */
    struct sound s = make_sound(8000, 0.0, 1);
    struct cq_health h = measure(&s);
    assert_true(h.channel[0].silent);
    done(&s, &h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_clipping),
        cmocka_unit_test(test_no_clipping),
        cmocka_unit_test(test_clipping_below_a_click),
        cmocka_unit_test(test_dropouts),
        cmocka_unit_test(test_no_dropouts),
        cmocka_unit_test(test_fault_list_is_bounded),
        cmocka_unit_test(test_hum),
        cmocka_unit_test(test_twins),
        cmocka_unit_test(test_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
