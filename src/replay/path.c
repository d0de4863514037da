#include "replay/path.h"

#include "base/array.h"
#include "callqa/recording.h"

#include <stdlib.h>

static int64_t sample_of(double seconds)
{
    return (int64_t)(seconds * CQ_ANALYSIS_RATE_HZ + 0.5);
}

static int add_skip(struct cq_stretches *list, int64_t quiet_from, int64_t quiet_to)
{
    if (quiet_to - quiet_from < sample_of(CQ_SKIP_MIN_S))
        return 0;
    struct cq_stretch s = {quiet_from + sample_of(CQ_SKIP_KEEP_S), quiet_to - sample_of(CQ_SKIP_KEEP_S)};
    return CQ_ARRAY_PUSH(list, s);
}

int cq_path_silences(const struct cq_talk *talk, int64_t n_samples, struct cq_stretches *ret_skips)
{
    struct cq_stretches list = {0};
    int64_t quiet_from = 0;
    int err = 0;
    for (size_t i = 0; !err && i < talk->segments.n; i++) { /* by start */
        int64_t from = sample_of(talk->segments.v[i].at.start_s), to = sample_of(talk->segments.v[i].at.end_s);
        if (from > quiet_from)
            err = add_skip(&list, quiet_from, from);
        quiet_from = to > quiet_from ? to : quiet_from;
    }
    if (!err && talk->segments.n)
        err = add_skip(&list, quiet_from, n_samples);
    if (err)
        free(list.v);
    else
        *ret_skips = list;
    return err;
}

/* The first stretch that ends behind `at`. */
static const struct cq_stretch *skip_behind(const struct cq_stretches *skips, int64_t at)
{
    size_t low = 0, high = skips ? skips->n : 0, n = high;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (skips->v[mid].to > at)
            high = mid;
        else
            low = mid + 1;
    }
    return low < n ? &skips->v[low] : NULL;
}

static bool has_loop(const struct cq_path *p)
{
    return p->loop.to > p->loop.from;
}

/* One step over a skip or back to A; false where there is nothing to step over. */
static bool step(const struct cq_path *p, int64_t *at, bool in_loop)
{
    if (in_loop && *at >= p->loop.to) {
        *at = p->loop.from;
        return true;
    }
    const struct cq_stretch *skip = skip_behind(p->skips, *at);
    if (!skip || skip->from > *at)
        return false;
    *at = skip->to;
    return true;
}

bool cq_path_next(const struct cq_path *p, int64_t *at, int64_t *ret_to)
{
    bool in_loop = has_loop(p) && *at <= p->loop.to;
    if (*at < p->part.from)
        *at = p->part.from;
    /* over a skip, back to A, over the skip at A: more steps mean a loop in which everything is skipped */
    for (int i = 0; i < 4 && step(p, at, in_loop); i++)
        continue;
    if (in_loop && *at >= p->loop.to)
        *at = p->loop.from; /* all of it is silence: it is played all the same */
    if (*at >= p->part.to)
        return false;
    int64_t to = p->part.to;
    if (in_loop && p->loop.to < to && p->loop.to > *at)
        to = p->loop.to;
    const struct cq_stretch *skip = skip_behind(p->skips, *at);
    if (skip && skip->from > *at && skip->from < to)
        to = skip->from;
    *ret_to = to;
    return true;
}
