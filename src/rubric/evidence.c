#include "base/array.h"
#include "rubric/scoring.h"

#include <math.h>
#include <stdlib.h>

static double length(const struct cq_span *at)
{
    return at->end_s - at->start_s;
}

static bool takes(const struct cq_event_filter *f, const struct cq_event *e)
{
    return !f->greeting && e->type == f->type && (!f->has_by || e->by == f->by) &&
           (f->outcome == CQ_OUTCOME_NONE || e->outcome == f->outcome) && (!f->early || e->early_cut_in) &&
           (!f->restart || e->restart) && length(&e->at) >= f->min_s;
}

static bool any_takes(const struct cq_filters *const lists[], size_t n_lists, const struct cq_event *e)
{
    for (size_t i = 0; i < n_lists; i++) {
        for (size_t k = 0; k < lists[i]->n; k++) {
            if (takes(&lists[i]->v[k], e))
                return true;
        }
    }
    return false;
}

/* The wait for the agent's greeting: from the answer (the start where no ringback was heard) to the agent. */
static bool greeting_wait(const struct cq_talk *talk, struct cq_span *ret_at)
{
    double answer_s = isnan(talk->answer_s) ? 0 : talk->answer_s;
    for (size_t i = 0; i < talk->segments.n; i++) {
        const struct cq_segment *seg = &talk->segments.v[i];
        if (seg->party == CQ_AGENT && seg->at.end_s > answer_s) {
            *ret_at = (struct cq_span){answer_s, fmax(answer_s, seg->at.start_s)};
            return true;
        }
    }
    return false;
}

static bool wants_greeting(const struct cq_filters *const lists[], size_t n_lists, const struct cq_span *wait)
{
    for (size_t i = 0; i < n_lists; i++) {
        for (size_t k = 0; k < lists[i]->n; k++) {
            if (lists[i]->v[k].greeting && length(wait) >= lists[i]->v[k].min_s)
                return true;
        }
    }
    return false;
}

/* Longest first; equal ones by start, so that the choice is the same on every machine. */
static int by_length(const void *pa, const void *pb)
{
    const struct cq_evidence *a = pa, *b = pb;
    double la = length(&a->at), lb = length(&b->at);
    if (la != lb)
        return la < lb ? 1 : -1;
    return (a->at.start_s > b->at.start_s) - (a->at.start_s < b->at.start_s);
}

static int by_start(const void *pa, const void *pb)
{
    const struct cq_evidence *a = pa, *b = pb;
    if (a->at.start_s != b->at.start_s)
        return a->at.start_s < b->at.start_s ? -1 : 1;
    if (a->at.end_s != b->at.end_s)
        return a->at.end_s < b->at.end_s ? -1 : 1;
    return (int)a->event - (int)b->event;
}

int cq_scoring_evidence(const struct scoring *s, const struct cq_filters *const lists[], size_t n_lists,
                        struct cq_evidences *ret_e)
{
    struct cq_evidences all = {0};
    struct cq_span wait;
    int r = 0;
    if (greeting_wait(s->talk, &wait) && wants_greeting(lists, n_lists, &wait))
        r = CQ_ARRAY_PUSH(&all, ((struct cq_evidence){wait, CQ_EVENT_LONG_RESPONSE, CQ_AGENT}));
    for (size_t i = 0; i < s->talk->events.n && !r; i++) {
        const struct cq_event *e = &s->talk->events.v[i];
        if (any_takes(lists, n_lists, e))
            r = CQ_ARRAY_PUSH(&all, ((struct cq_evidence){e->at, e->type, e->by}));
    }
    if (r) {
        free(all.v);
        return r;
    }
    if (all.n > CQ_RUBRIC_MAX_EVIDENCE) {
        qsort(all.v, all.n, sizeof *all.v, by_length);
        all.n = CQ_RUBRIC_MAX_EVIDENCE;
    }
    if (all.n)
        qsort(all.v, all.n, sizeof *all.v, by_start);
    *ret_e = all;
    return 0;
}
