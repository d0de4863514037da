#include "activity/mono_decode.h"

#include "base/array.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define N_STATES 4 /* bit 0: voice 0 speaks, bit 1: voice 1 */
#define WINDOW 6000
#define LAG 1000 /* frames after which no later sound changes the path in practice */

static const float CHANGE_COST = 3.0f;     /* of an onset or an end; validation calls: flat from 2 to 5 */
static const float LOGIT_LIMIT = 7.0f;     /* no single frame may outweigh its neighbours */
static const int MIN_PAUSE_FRAMES = 20;    /* measures.md: talkspurt */
static const int MIN_TALKSPURT_FRAMES = 5; /* measures.md: talkspurt */

/* A voice's stretch that may still grow. */
struct open_span {
    int32_t start, end;
    double sum;  /* of posteriors */
    int32_t n;   /* of them */
    int is_open; /* there is one */
};

struct cq_mono_decode {
    float score[N_STATES];
    unsigned char from[WINDOW]; /* two bits a state: the state before */
    float logit[2][WINDOW];
    int n;         /* frames in the window */
    int32_t first; /* index of its first frame */
    struct open_span span[2];
    struct cq_mono_spans out;
};

int cq_mono_decode_new(struct cq_mono_decode **ret_d)
{
    struct cq_mono_decode *d = calloc(1, sizeof *d);

    if (!d)
        return -ENOMEM;
    *ret_d = d;
    return 0;
}

struct cq_mono_decode *cq_mono_decode_free(struct cq_mono_decode *d)
{
    if (d)
        free(d->out.v);
    free(d);
    return NULL;
}

static int n_changes(int a, int b)
{
    const int x = a ^ b;

    return (x & 1) + (x >> 1);
}

static void step(struct cq_mono_decode *d, float l0, float l1)
{
    float next[N_STATES], top = -INFINITY;
    unsigned char from = 0;

    l0 = fminf(fmaxf(l0, -LOGIT_LIMIT), LOGIT_LIMIT);
    l1 = fminf(fmaxf(l1, -LOGIT_LIMIT), LOGIT_LIMIT);
    for (int b = 0; b < N_STATES; b++) {
        int best = 0;
        float most = -INFINITY;
        for (int a = 0; a < N_STATES; a++) {
            const float s = d->score[a] - CHANGE_COST * (float)n_changes(a, b);
            if (s > most) {
                most = s;
                best = a;
            }
        }
        /* log likelihoods up to what all states share: half the logit for, half against */
        next[b] = most + (b & 1 ? 0.5f : -0.5f) * l0 + (b & 2 ? 0.5f : -0.5f) * l1;
        from |= (unsigned char)(best << (2 * b));
        top = fmaxf(top, next[b]);
    }
    for (int b = 0; b < N_STATES; b++)
        d->score[b] = next[b] - top;
    d->from[d->n] = from;
    d->logit[0][d->n] = l0;
    d->logit[1][d->n] = l1;
    d->n++;
}

static int close_span(struct cq_mono_decode *d, int voice)
{
    struct open_span *s = &d->span[voice];
    const struct cq_mono_span done = {s->start, s->end, (uint8_t)voice, (float)(s->sum / (s->n ? s->n : 1))};

    s->is_open = 0;
    if (s->end - s->start < MIN_TALKSPURT_FRAMES)
        return 0;
    return CQ_ARRAY_PUSH(&d->out, done);
}

static int take(struct cq_mono_decode *d, int voice, int speaks, int32_t at, float logit)
{
    struct open_span *s = &d->span[voice];
    int rc = 0;

    if (s->is_open && at - s->end >= MIN_PAUSE_FRAMES)
        rc = close_span(d, voice);
    if (!speaks || rc)
        return rc;
    if (!s->is_open)
        *s = (struct open_span){at, at, 0.0, 0, 1};
    s->end = at + 1;
    s->sum += 1.0 / (1.0 + exp(-(double)logit));
    s->n++;
    return 0;
}

/* Trace the best path back and settle the first n frames of the window. */
static int settle(struct cq_mono_decode *d, int n)
{
    unsigned char state[WINDOW];
    int s = 0, rc = 0;

    for (int b = 1; b < N_STATES; b++)
        if (d->score[b] > d->score[s])
            s = b;
    for (int t = d->n - 1; t >= 0; t--) {
        state[t] = (unsigned char)s;
        s = d->from[t] >> (2 * s) & 3;
    }
    for (int t = 0; t < n && !rc; t++)
        for (int v = 0; v < 2 && !rc; v++)
            rc = take(d, v, state[t] >> v & 1, d->first + t, d->logit[v][t]);
    d->n -= n;
    d->first += n;
    memmove(d->from, d->from + n, (size_t)d->n);
    for (int v = 0; v < 2; v++)
        memmove(d->logit[v], d->logit[v] + n, (size_t)d->n * sizeof d->logit[v][0]);
    return rc;
}

int cq_mono_decode_push(struct cq_mono_decode *d, const float *logit0, const float *logit1, int n)
{
    for (int t = 0; t < n; t++) {
        if (d->first == 0 && d->n == 0)
            for (int b = 0; b < N_STATES; b++)
                d->score[b] = -CHANGE_COST * (float)n_changes(0, b);
        step(d, logit0[t], logit1[t]);
        if (d->n == WINDOW) {
            const int rc = settle(d, WINDOW - LAG);
            if (rc)
                return rc;
        }
    }
    return 0;
}

static int by_start(const void *a, const void *b)
{
    const struct cq_mono_span *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (int)x->voice - (int)y->voice;
}

int cq_mono_decode_finish(struct cq_mono_decode *d, struct cq_mono_spans *ret_spans)
{
    int rc = settle(d, d->n);

    for (int v = 0; v < 2 && !rc; v++)
        if (d->span[v].is_open)
            rc = close_span(d, v);
    if (rc)
        return rc;
    if (d->out.n)
        qsort(d->out.v, d->out.n, sizeof *d->out.v, by_start);
    *ret_spans = d->out;
    memset(d, 0, sizeof *d);
    return 0;
}
