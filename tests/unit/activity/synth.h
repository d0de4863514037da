/* synth.h - signals of known truth for the tests of src/activity. All at 8 kHz, levels in dBov (rms). */
#ifndef TEST_SYNTH_H
#define TEST_SYNTH_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define RATE 8000
#define TWO_PI 6.28318530717958647692

struct synth {
    float *x; /* n samples */
    int n;
    uint32_t seed;
};

static inline struct synth synth_new(double length_s, uint32_t seed)
{
    struct synth s = {.n = (int)lrint(length_s * RATE), .seed = seed};
    s.x = calloc((size_t)s.n + 1, sizeof *s.x);
    return s;
}

static inline void synth_free(struct synth *s)
{
    free(s->x);
    s->x = NULL;
}

static inline double synth_amplitude(double rms_dbov)
{
    return sqrt(2.0) * pow(10.0, rms_dbov / 20.0);
}

/* Sample at a time, inside the signal. */
static inline int synth_at(const struct synth *s, double at_s)
{
    return at_s * RATE < s->n ? (int)lrint(at_s * RATE) : s->n;
}

/* Uniform in -1..1. */
static inline double synth_random(struct synth *s)
{
    s->seed = s->seed * 1664525u + 1013904223u;
    return (double)(s->seed >> 8) / 8388608.0 - 1.0;
}

static inline void synth_noise(struct synth *s, double from_s, double to_s, double rms_dbov)
{
    const double gain = sqrt(3.0) * pow(10.0, rms_dbov / 20.0);

    for (int i = synth_at(s, from_s); i < synth_at(s, to_s); i++)
        s->x[i] += (float)(gain * synth_random(s));
}

/* A steady sinusoid of this rms level, without ramps. */
static inline void synth_tone(struct synth *s, double from_s, double to_s, double hz, double rms_dbov)
{
    const double a = synth_amplitude(rms_dbov), phase = synth_random(s) * TWO_PI / 2;

    for (int i = synth_at(s, from_s); i < synth_at(s, to_s); i++)
        s->x[i] += (float)(a * sin(TWO_PI * hz * i / RATE + phase));
}

/* Something like a voice: partials of a gliding pitch under two formants, four syllables a second. */
static inline void synth_voice(struct synth *s, double from_s, double to_s, double pitch_hz, double rms_dbov)
{
    const double gain = pow(10.0, rms_dbov / 20.0) * 1.2;
    double phase = 0.0;

    for (int i = synth_at(s, from_s); i < synth_at(s, to_s); i++) {
        const double t = (double)i / RATE - from_s;
        const double f0 = pitch_hz * (1.0 + 0.18 * sin(TWO_PI * 1.3 * t) + 0.06 * sin(TWO_PI * 3.1 * t));
        const double f1 = 550.0 + 200.0 * sin(TWO_PI * 2.3 * t), f2 = 1500.0 + 500.0 * sin(TWO_PI * 1.7 * t);
        const double syllable = 0.35 + 0.65 * pow(sin(TWO_PI * 2.0 * t), 2.0);
        double v = 0.0;
        phase += TWO_PI * f0 / RATE;
        for (int k = 1; k * f0 < 3400.0; k++) {
            const double d1 = (k * f0 - f1) / 120.0, d2 = (k * f0 - f2) / 180.0;
            v += sin(k * phase) * (1.0 / (1.0 + d1 * d1) + 0.4 / (1.0 + d2 * d2) + 0.02);
        }
        s->x[i] += (float)(gain * syllable * v);
    }
}

/* to += gain * from, later by delay_s. */
static inline void synth_leak(struct synth *to, const struct synth *from, double gain_db, double delay_s)
{
    const int delay = (int)lrint(delay_s * RATE);
    const float gain = (float)pow(10.0, gain_db / 20.0);

    for (int i = delay; i < to->n && i - delay < from->n; i++)
        to->x[i] += gain * from->x[i - delay];
}

/* mu-law as a telephone line does it (G.711, continuous curve quantised to 8 bits). */
static inline void synth_mulaw(struct synth *s)
{
    for (int i = 0; i < s->n; i++) {
        const double x = fmax(-1.0, fmin(1.0, s->x[i]));
        const double y = copysign(log1p(255.0 * fabs(x)) / log(256.0), x);
        const double q = rint(y * 127.0) / 127.0;
        s->x[i] = (float)copysign((pow(256.0, fabs(q)) - 1.0) / 255.0, q);
    }
}

#endif
