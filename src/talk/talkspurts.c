#include "talk/steps.h"

#include "base/array.h"

#include <stdlib.h>

static int collect(struct cq_talk_work *w, const struct cq_activity *activity)
{
    for (size_t i = 0; i < activity->n; i++) {
        const struct cq_activity_span *s = &activity->v[i];
        if (!(s->at.end_s >= s->at.start_s)) /* also drops NAN */
            continue;

        int err = 0;
        if (s->sound == CQ_SOUND_SPEECH && s->party != CQ_NOBODY)
            err = CQ_ARRAY_PUSH(&w->spurts[s->party], s->at);
        else if (s->sound == CQ_SOUND_HOLD)
            err = CQ_ARRAY_PUSH(&w->holds, s->at);
        if (err)
            return err;
    }
    return 0;
}

static void drop_short(struct cq_spans *spurts, double min_s)
{
    size_t n = 0;
    for (size_t i = 0; i < spurts->n; i++) {
        if (spurts->v[i].end_s - spurts->v[i].start_s >= min_s - CQ_TALK_EPS_S)
            spurts->v[n++] = spurts->v[i];
    }
    spurts->n = n;
}

int cq_talk_find_spurts(struct cq_talk_work *w, const struct cq_activity *activity)
{
    int err = collect(w, activity);
    if (err)
        return err;

    for (int p = 0; p < CQ_N_PARTIES; p++) {
        cq_spans_sort(&w->spurts[p]);
        cq_spans_join(&w->spurts[p], w->opts->min_pause_s);
        drop_short(&w->spurts[p], w->opts->min_talkspurt_s);
    }

    /* Holds may overlap (music under an announcement): a running maximum of their ends answers "is one going
     * on?" by binary search all the same. */
    cq_spans_sort(&w->holds);
    if (w->holds.n && !(w->hold_end_s = malloc(w->holds.n * sizeof *w->hold_end_s)))
        return -ENOMEM;
    for (size_t i = 0; i < w->holds.n; i++) {
        double end_s = w->holds.v[i].end_s;
        w->hold_end_s[i] = i && w->hold_end_s[i - 1] > end_s ? w->hold_end_s[i - 1] : end_s;
    }
    return 0;
}

bool cq_talk_hold_within(const struct cq_talk_work *w, double lo_s, double hi_s)
{
    size_t lo = 0, hi = w->holds.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (w->holds.v[mid].start_s < hi_s)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo && w->hold_end_s[lo - 1] > lo_s;
}

int cq_talk_put_segments(const struct cq_talk_work *w, struct cq_talk *talk)
{
    const struct cq_spans *a = &w->spurts[CQ_AGENT], *c = &w->spurts[CQ_CUSTOMER];
    size_t i = 0, j = 0;
    while (i < a->n || j < c->n) {
        bool agent = j == c->n || (i < a->n && a->v[i].start_s <= c->v[j].start_s);
        struct cq_segment s = {agent ? CQ_AGENT : CQ_CUSTOMER, agent ? a->v[i++] : c->v[j++]};
        int err = CQ_ARRAY_PUSH(&talk->segments, s);
        if (err)
            return err;
    }
    return cq_spans_intersect(a, c, w->opts->talk_over_min_s, &talk->talk_over);
}
