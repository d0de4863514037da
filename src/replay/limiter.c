/*
 * A look-ahead limiter. The multiplier that a frame needs is known CQ_LIMITER_AHEAD frames before it leaves,
 * and the multiplier in force walks down in a straight line to reach it in time; both sides share it, so that
 * the picture does not wander. It comes back slowly (exponentially, 150 ms), or speech would pump.
 */
#include "replay/limiter.h"

#include "callqa/recording.h"

#include <math.h>

#define RELEASE_S 0.15

static float linear(double db)
{
    return (float)pow(10.0, db / 20.0);
}

void cq_limiter_init(struct cq_limiter *l, double gain_db)
{
    *l = (struct cq_limiter){.now = 1.0f, .deepest = 1.0f, .gain = linear(gain_db)};
    l->release = (float)(1.0 - exp(-1.0 / (RELEASE_S * CQ_ANALYSIS_RATE_HZ)));
}

void cq_limiter_set_gain(struct cq_limiter *l, double gain_db)
{
    l->gain = linear(gain_db);
}

static float needed(const struct cq_replay_frame *f)
{
    float peak = fmaxf(fabsf(f->left), fabsf(f->right));
    return peak > CQ_LIMITER_CEILING ? CQ_LIMITER_CEILING / peak : 1.0f;
}

/* The steepest way down that any frame under way asks for; else back towards 1. */
static float next_gain(const struct cq_limiter *l)
{
    float gain = l->now + (1.0f - l->now) * l->release;
    for (size_t i = 0; i < l->n; i++) {
        float need = needed(&l->line[(l->at + i) % CQ_LIMITER_AHEAD]);
        float step = l->now + (need - l->now) / (float)(i + 1);
        gain = need < gain && step < gain ? step : gain;
    }
    return gain;
}

static struct cq_replay_frame pop(struct cq_limiter *l)
{
    l->now = next_gain(l);
    l->deepest = fminf(l->deepest, l->now);
    struct cq_replay_frame f = l->line[l->at];
    l->at = (l->at + 1) % CQ_LIMITER_AHEAD;
    l->n--;
    f.left *= l->now;
    f.right *= l->now;
    return f;
}

size_t cq_limiter_process(struct cq_limiter *l, struct cq_replay_frame *v, size_t n)
{
    size_t out = 0;
    for (size_t i = 0; i < n; i++) {
        struct cq_replay_frame in = v[i]; /* out <= i: what is overwritten has been read */
        in.left *= l->gain;
        in.right *= l->gain;
        if (l->n == CQ_LIMITER_AHEAD)
            v[out++] = pop(l);
        l->line[(l->at + l->n++) % CQ_LIMITER_AHEAD] = in;
    }
    return out;
}

size_t cq_limiter_flush(struct cq_limiter *l, struct cq_replay_frame *v, size_t max)
{
    size_t out = 0;
    while (l->n && out < max)
        v[out++] = pop(l);
    return out;
}

double cq_limiter_meter(struct cq_limiter *l)
{
    double db = 20.0 * log10((double)l->deepest);
    l->deepest = l->now;
    return db < 0 ? db : 0;
}
