/* Sources with known samples: each party a tone of its own whose phase tells the place. */
#ifndef CQ_TEST_REPLAY_SIGNALS_H
#define CQ_TEST_REPLAY_SIGNALS_H

#include "callqa/recording.h"
#include "replay/engine.h"

#include <math.h>
#include <string.h>

#define RATE CQ_ANALYSIS_RATE_HZ
#define PI 3.14159265358979323846
#define AGENT_HZ 300.0
#define CUSTOMER_HZ 500.0

struct tones {
    int n_channels;
    int64_t n;
    double level;
};

static inline float tone(const struct tones *t, double hz, int64_t at)
{
    return (float)(t->level * sin(2 * PI * hz * (double)at / RATE));
}

static inline int tones_read(void *user, int64_t at, int n, float *const out[], int *ret_n)
{
    const struct tones *t = user;
    int64_t left = t->n - at;
    n = left < n ? (int)left : n;
    for (int i = 0; i < n; i++) {
        out[0][i] = tone(t, AGENT_HZ, at + i);
        if (t->n_channels == 2)
            out[1][i] = tone(t, CUSTOMER_HZ, at + i);
    }
    *ret_n = n;
    return 0;
}

static inline struct cq_replay_source tones_source(struct tones *t)
{
    return (struct cq_replay_source){t->n_channels, t->n, tones_read, t};
}

/* Amplitude of one frequency in a side of frames[0..n). */
static inline double amplitude(const struct cq_replay_frame *v, size_t n, int right, double hz)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < n; i++) {
        double x = right ? (double)v[i].right : (double)v[i].left, w = 2 * PI * hz * (double)i / RATE;
        re += x * cos(w);
        im += x * sin(w);
    }
    return 2 * hypot(re, im) / (double)n;
}

#endif
