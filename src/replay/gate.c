#include "replay/gate.h"

#include "base/array.h"
#include "callqa/recording.h"

#include <math.h>
#include <stdlib.h>

void cq_gate_init(struct cq_gate *g, const struct cq_stretches *in, bool shut_inside)
{
    *g = (struct cq_gate){.in = in, .shut_inside = shut_inside, .level = shut_inside ? 1.0f : 0.0f};
}

static bool inside(const struct cq_stretches *s, int64_t at)
{
    size_t low = 0, high = s->n;
    while (low < high) { /* the first that ends behind `at` */
        size_t mid = low + (high - low) / 2;
        if (s->v[mid].to > at)
            high = mid;
        else
            low = mid + 1;
    }
    return low < s->n && s->v[low].from <= at;
}

float cq_gate_next(struct cq_gate *g, int64_t at)
{
    const float step = 1.0f / CQ_GATE_RAMP;
    if (!g->shut_inside) {
        g->level += inside(g->in, at) ? step : -step;
    } else {
        if (inside(g->in, at)) /* reached by a jump: at once */
            g->level = 0.0f;
        else
            g->level += inside(g->in, at + CQ_GATE_RAMP) ? -step : step;
    }
    g->level = fmaxf(0.0f, fminf(1.0f, g->level));
    return g->level;
}

static int by_start(const void *a, const void *b)
{
    const struct cq_stretch *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

static void merge(struct cq_stretches *s)
{
    size_t n = 0;
    if (s->n)
        qsort(s->v, s->n, sizeof *s->v, by_start);
    for (size_t i = 0; i < s->n; i++) {
        if (n && s->v[i].from <= s->v[n - 1].to)
            s->v[n - 1].to = s->v[i].to > s->v[n - 1].to ? s->v[i].to : s->v[n - 1].to;
        else
            s->v[n++] = s->v[i];
    }
    s->n = n;
}

static int add(struct cq_stretches *list, const struct cq_span *at, double margin_s)
{
    struct cq_stretch s = {(int64_t)floor((at->start_s - margin_s) * CQ_ANALYSIS_RATE_HZ + 1e-6),
                           (int64_t)ceil((at->end_s + margin_s) * CQ_ANALYSIS_RATE_HZ - 1e-6)};
    return s.to > s.from ? CQ_ARRAY_PUSH(list, s) : 0;
}

int cq_gate_speech(const struct cq_talk *talk, enum cq_party party, double margin_s,
                   struct cq_stretches *ret_list)
{
    struct cq_stretches list = {0};
    int err = 0;
    for (size_t i = 0; !err && i < talk->segments.n; i++) {
        if (talk->segments.v[i].party == party)
            err = add(&list, &talk->segments.v[i].at, margin_s);
    }
    if (err) {
        free(list.v);
        return err;
    }
    merge(&list);
    *ret_list = list;
    return 0;
}

int cq_gate_spans(const struct cq_span *spans, size_t n, struct cq_stretches *ret_list)
{
    struct cq_stretches list = {0};
    int err = 0;
    for (size_t i = 0; !err && i < n; i++)
        err = add(&list, &spans[i], 0);
    if (err) {
        free(list.v);
        return err;
    }
    merge(&list);
    *ret_list = list;
    return 0;
}
