#include "talk/evaluate.h"

#include "base/array.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double HOP_S = 0.01;
static const double COLLAR_S = 0.05;      /* to each side of a true boundary, for der50 */
static const double NEAR_S = 0.30;        /* events that begin this close are the same */
static const double EDGE_COVER = 0.5;     /* of a true talkspurt: then its edges are compared */
static const double NO_LATENCY_S = 1.0;   /* error where the truth has a latency and the analysis has none */
static const double MAX_DURATION_S = 1e5; /* bounds the grid: 28 hours */

static const enum cq_event_type TYPES[] = {CQ_EVENT_INTERRUPTION, CQ_EVENT_BACKCHANNEL,
                                           CQ_EVENT_TERMINAL_OVERLAP, CQ_EVENT_DEAD_AIR, CQ_EVENT_HOLD};

static_assert(sizeof TYPES / sizeof TYPES[0] == CQ_N_EVALUATED, "one row a kind");

enum cq_event_type cq_evaluated_type(enum cq_evaluated kind)
{
    return TYPES[kind];
}

/* Frames of the spans, each widened by `wide_s`; edges go to the nearest frame, half to even. */
static void mark(unsigned char *grid, size_t n, double start_s, double end_s)
{
    double from = rint(start_s / HOP_S), to = rint(end_s / HOP_S);

    from = fmax(from, 0.0);
    to = fmin(to, (double)n);
    if (to > from)
        memset(grid + (size_t)from, 1, (size_t)(to - from));
}

static void mark_all(unsigned char *grid, size_t n, const struct cq_spans *spans)
{
    memset(grid, 0, n);
    for (size_t i = 0; i < spans->n; i++)
        mark(grid, n, spans->v[i].start_s, spans->v[i].end_s);
}

static void mark_collar(unsigned char *grid, size_t n, const struct cq_spans *spans)
{
    memset(grid, 0, n);
    for (size_t i = 0; i < spans->n; i++) {
        mark(grid, n, spans->v[i].start_s - COLLAR_S, spans->v[i].start_s + COLLAR_S);
        mark(grid, n, spans->v[i].end_s - COLLAR_S, spans->v[i].end_s + COLLAR_S);
    }
}

/* Room for four grids side by side: truth, found, collar, unsure. */
struct grids {
    size_t n;
    unsigned char *truth, *found, *collar, *unsure;
};

static int grids_make(struct grids *g, double duration_s)
{
    g->n = (size_t)(fmin(fmax(duration_s, 0.0), MAX_DURATION_S) / HOP_S) + 1;
    g->truth = malloc(4 * g->n);
    if (!g->truth)
        return -ENOMEM;
    g->found = g->truth + g->n;
    g->collar = g->found + g->n;
    g->unsure = g->collar + g->n;
    return 0;
}

static uint64_t frames_in_common(struct grids *g, const struct cq_spans *truth, const struct cq_spans *found)
{
    uint64_t sum = 0;

    mark_all(g->truth, g->n, truth);
    mark_all(g->found, g->n, found);
    for (size_t k = 0; k < g->n; k++)
        sum += g->truth[k] & g->found[k];
    return sum;
}

static bool fits_exchanged(struct grids *g, const struct cq_labels *truth, const struct cq_labels *found)
{
    uint64_t straight = 0, crossed = 0;

    for (int p = 0; p < CQ_N_PARTIES; p++) {
        straight += frames_in_common(g, &truth->speech[p], &found->speech[p]);
        crossed += frames_in_common(g, &truth->speech[p], &found->speech[1 - p]);
    }
    return crossed > straight;
}

static void count_frames(struct cq_evaluation *e, struct grids *g, const struct cq_labels *truth, int party,
                         const struct cq_spans *found)
{
    mark_all(g->truth, g->n, &truth->speech[party]);
    mark_all(g->found, g->n, found);
    mark_collar(g->collar, g->n, &truth->speech[party]);
    mark_all(g->unsure, g->n, &truth->unsure[party]);
    for (size_t k = 0; k < g->n; k++) {
        const unsigned t = g->truth[k], f = g->found[k];
        if (g->unsure[k] && !t)
            continue; /* breath, tail, release: neither right nor wrong */
        e->speech += t;
        e->missed += t & (1 - f);
        e->false_alarm += f & (1 - t);
        if (g->collar[k])
            continue;
        e->speech50 += t;
        e->missed50 += t & (1 - f);
        e->false50 += f & (1 - t);
    }
}

/* Edges of true talkspurts against those of the found one that covers most of it (half at least). */
static int compare_edges(struct cq_evaluation *e, const struct cq_spans *truth, const struct cq_spans *found)
{
    size_t first = 0;
    int rc = 0;

    for (size_t i = 0; i < truth->n && !rc; i++) {
        const struct cq_span *t = &truth->v[i];
        const struct cq_span *best = NULL;
        double best_cover = EDGE_COVER * (t->end_s - t->start_s);
        while (first < found->n && found->v[first].end_s <= t->start_s)
            first++;
        for (size_t k = first; k < found->n && found->v[k].start_s < t->end_s; k++) {
            const struct cq_span *f = &found->v[k];
            const double cover = fmin(t->end_s, f->end_s) - fmax(t->start_s, f->start_s);
            if (cover > best_cover || (best && cover >= best_cover)) {
                best = f;
                best_cover = cover;
            }
        }
        if (!best)
            continue;
        rc = CQ_ARRAY_PUSH(&e->onset_s, fabs(best->start_s - t->start_s));
        if (!rc)
            rc = CQ_ARRAY_PUSH(&e->offset_s, fabs(best->end_s - t->end_s));
    }
    return rc;
}

static bool counts(const struct cq_event *event, enum cq_event_type type, enum cq_party by)
{
    return event->type == type && (by == CQ_NOBODY || event->by == by);
}

/* Match the events of one kind and party; CQ_NOBODY: of anyone. used: room for found->n flags. */
static void match_events(struct cq_evaluated_event *sum, const struct cq_events *truth,
                         const struct cq_events *found, enum cq_event_type type, enum cq_party by,
                         enum cq_party found_by, unsigned char *used)
{
    memset(used, 0, found->n);
    for (size_t k = 0; k < found->n; k++)
        sum->n_found += counts(&found->v[k], type, found_by);
    for (size_t i = 0; i < truth->n; i++) {
        const struct cq_event *t = &truth->v[i];
        size_t best = found->n;
        double best_distance = INFINITY;
        if (!counts(t, type, by))
            continue;
        sum->n_true++;
        for (size_t k = 0; k < found->n; k++) {
            const struct cq_event *f = &found->v[k];
            const double distance = fabs(t->at.start_s - f->at.start_s);
            const bool meets = fmin(t->at.end_s, f->at.end_s) - fmax(t->at.start_s, f->at.start_s) > 0.0;
            if (used[k] || !counts(f, type, found_by) || !(meets || distance <= NEAR_S) ||
                distance >= best_distance)
                continue;
            best = k;
            best_distance = distance;
        }
        if (best < found->n) {
            used[best] = 1;
            sum->n_hits++;
        }
    }
}

static int by_start(const void *pa, const void *pb)
{
    const struct cq_event *const *a = pa, *const *b = pb;

    if ((*a)->at.start_s != (*b)->at.start_s)
        return (*a)->at.start_s < (*b)->at.start_s ? -1 : 1;
    return *a < *b ? -1 : *a > *b; /* as they stood */
}

/* A copy in time order. */
static int sorted_events(const struct cq_events *events, struct cq_events *ret_sorted)
{
    const struct cq_event **order = malloc((events->n ? events->n : 1) * sizeof(struct cq_event *));
    struct cq_events sorted = {0};
    int rc = order ? 0 : -ENOMEM;

    for (size_t i = 0; i < events->n && !rc; i++)
        order[i] = &events->v[i];
    if (!rc && events->n)
        qsort(order, events->n, sizeof(struct cq_event *), by_start);
    for (size_t i = 0; i < events->n && !rc; i++)
        rc = CQ_ARRAY_PUSH(&sorted, *order[i]);
    free(order);
    if (rc)
        free(sorted.v);
    else
        *ret_sorted = sorted;
    return rc;
}

static int compare_events(struct cq_evaluation *e, const struct cq_labels *truth, const struct cq_labels *found,
                          bool exchanged)
{
    unsigned char *used = malloc(found->events.n ? found->events.n : 1);
    struct cq_events in_order = {0};
    int rc = used ? sorted_events(&truth->events, &in_order) : -ENOMEM;

    for (int kind = 0; kind < CQ_N_EVALUATED && !rc; kind++) {
        const enum cq_event_type type = TYPES[kind];
        if (type == CQ_EVENT_DEAD_AIR || type == CQ_EVENT_HOLD) {
            match_events(&e->event[kind], &in_order, &found->events, type, CQ_NOBODY, CQ_NOBODY, used);
            continue;
        }
        for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++)
            match_events(&e->event[kind], &in_order, &found->events, type, p, exchanged ? cq_party_other(p) : p,
                         used);
    }
    free(in_order.v);
    free(used);
    return rc;
}

int cq_evaluate_add(struct cq_evaluation *e, const struct cq_labels *truth, const struct cq_labels *found)
{
    struct grids g = {0};
    bool exchanged = false;
    int rc = grids_make(&g, truth->duration_s);

    if (rc)
        return rc;
    if (truth->mixed)
        exchanged = fits_exchanged(&g, truth, found);
    for (int p = 0; p < CQ_N_PARTIES && !rc; p++) {
        const int other = exchanged ? 1 - p : p;
        const double t = truth->latency_median_s[p], f = found->latency_median_s[other];
        count_frames(e, &g, truth, p, &found->speech[other]);
        rc = compare_edges(e, &truth->speech[p], &found->speech[other]);
        if (!rc && isfinite(t))
            rc = CQ_ARRAY_PUSH(&e->latency_s, isfinite(f) ? fabs(t - f) : NO_LATENCY_S);
    }
    if (!rc)
        rc = compare_events(e, truth, found, exchanged);
    e->n_files++;
    e->n_exchanged += exchanged;
    e->talk_over_true_s += truth->talk_over_s;
    e->talk_over_found_s += found->talk_over_s;
    e->talk_over_error_s += fabs(truth->talk_over_s - found->talk_over_s);
    free(g.truth);
    return rc;
}

static int compare_numbers(const void *pa, const void *pb)
{
    const double *a = pa, *b = pb;

    return *a < *b ? -1 : *a > *b;
}

/* Sorts the list, which is why reports may be asked for at any time but not by two threads at once. */
static double median(const struct cq_numbers *numbers)
{
    const size_t n = numbers->n;

    if (n == 0)
        return NAN;
    qsort(numbers->v, n, sizeof *numbers->v, compare_numbers);
    return n % 2 ? numbers->v[n / 2]
                 : numbers->v[n / 2 - 1] + 0.5 * (numbers->v[n / 2] - numbers->v[n / 2 - 1]);
}

static double ratio(double a, double b)
{
    return b > 0.0 ? a / b : NAN;
}

void cq_evaluate_report(const struct cq_evaluation *e, struct cq_evaluation_report *ret_report)
{
    /* Without true speech a false alarm still is one: of a single frame. */
    const double speech = e->speech ? (double)e->speech : 1.0,
                 speech50 = e->speech50 ? (double)e->speech50 : 1.0;

    *ret_report = (struct cq_evaluation_report){
        .der0 = (double)(e->missed + e->false_alarm) / speech,
        .miss0 = (double)e->missed / speech,
        .false0 = (double)e->false_alarm / speech,
        .der50 = (double)(e->missed50 + e->false50) / speech50,
        .onset_median_s = median(&e->onset_s),
        .offset_median_s = median(&e->offset_s),
        .latency_median_s = median(&e->latency_s),
        .talk_over_error = ratio(e->talk_over_error_s, e->talk_over_true_s),
    };
}

double cq_evaluated_precision(const struct cq_evaluated_event *event)
{
    return ratio((double)event->n_hits, (double)event->n_found);
}

double cq_evaluated_recall(const struct cq_evaluated_event *event)
{
    return ratio((double)event->n_hits, (double)event->n_true);
}

double cq_evaluated_f1(const struct cq_evaluated_event *event)
{
    return ratio(2.0 * (double)event->n_hits, (double)(event->n_true + event->n_found));
}

void cq_evaluation_done(struct cq_evaluation *e)
{
    if (!e)
        return;
    free(e->onset_s.v);
    free(e->offset_s.v);
    free(e->latency_s.v);
    *e = (struct cq_evaluation){0};
}
