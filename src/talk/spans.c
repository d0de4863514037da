#include "talk/spans.h"

#include "base/array.h"

#include <stdlib.h>

static int by_start(const void *pa, const void *pb)
{
    const struct cq_span *a = pa, *b = pb;
    if (a->start_s != b->start_s)
        return a->start_s < b->start_s ? -1 : 1;
    return a->end_s < b->end_s ? -1 : a->end_s > b->end_s;
}

void cq_spans_sort(struct cq_spans *spans)
{
    if (spans->n)
        qsort(spans->v, spans->n, sizeof *spans->v, by_start);
}

void cq_spans_join(struct cq_spans *spans, double gap_s)
{
    size_t n = 0;
    for (size_t i = 0; i < spans->n; i++) {
        const struct cq_span at = spans->v[i];
        if (n && at.start_s - spans->v[n - 1].end_s < gap_s - CQ_TALK_EPS_S) {
            if (at.end_s > spans->v[n - 1].end_s)
                spans->v[n - 1].end_s = at.end_s;
        } else {
            spans->v[n++] = at;
        }
    }
    spans->n = n;
}

double cq_spans_total(const struct cq_spans *spans)
{
    double sum_s = 0;
    for (size_t i = 0; i < spans->n; i++)
        sum_s += spans->v[i].end_s - spans->v[i].start_s;
    return sum_s;
}

size_t cq_spans_find(const struct cq_spans *spans, double t_s)
{
    size_t lo = 0, hi = spans->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (spans->v[mid].end_s >= t_s)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

bool cq_spans_touch(const struct cq_spans *spans, double lo_s, double hi_s)
{
    size_t i = cq_spans_find(spans, lo_s - CQ_TALK_EPS_S);
    return i < spans->n && spans->v[i].start_s <= hi_s + CQ_TALK_EPS_S;
}

double cq_spans_shared(const struct cq_spans *spans, double lo_s, double hi_s)
{
    double sum_s = 0;
    for (size_t i = cq_spans_find(spans, lo_s); i < spans->n && spans->v[i].start_s < hi_s; i++) {
        double start_s = spans->v[i].start_s > lo_s ? spans->v[i].start_s : lo_s;
        double end_s = spans->v[i].end_s < hi_s ? spans->v[i].end_s : hi_s;
        if (end_s > start_s)
            sum_s += end_s - start_s;
    }
    return sum_s;
}

int cq_spans_intersect(const struct cq_spans *a, const struct cq_spans *b, double min_s, struct cq_spans *ret)
{
    size_t i = 0, j = 0;
    while (i < a->n && j < b->n) {
        const struct cq_span *x = &a->v[i], *y = &b->v[j];
        struct cq_span both = {
            x->start_s > y->start_s ? x->start_s : y->start_s,
            x->end_s < y->end_s ? x->end_s : y->end_s,
        };
        if (both.end_s > both.start_s && both.end_s - both.start_s >= min_s - CQ_TALK_EPS_S) {
            int err = CQ_ARRAY_PUSH(ret, both);
            if (err)
                return err;
        }
        if (x->end_s < y->end_s)
            i++;
        else
            j++;
    }
    return 0;
}
