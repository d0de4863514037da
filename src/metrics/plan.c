#include "metrics/plan.h"

#include "base/array.h"
#include "callqa/recording.h"

#include <math.h>
#include <stdlib.h>

enum { FRAMES_PER_S = 1000 / CQ_FRAME_MS };

/* P.56 holds speech active for 0.20 s after the envelope fell; the envelope itself falls within 0.05 s. */
#define TAIL_FRAMES (FRAMES_PER_S / 4)
/* Nearer to any sound than this, quiet may be reverberation, breath or the echo of the line. */
#define GUARD_FRAMES (FRAMES_PER_S * 3 / 10)
/* Longest time that fits: 200 days. */
#define MAX_S 1.7e7

static int32_t frame_at(double t_s)
{
    return (int32_t)lround(fmin(fmax(t_s, 0), MAX_S) * FRAMES_PER_S);
}

static int push(struct cq_stretches *list, int32_t start, int32_t speech_end, int32_t end)
{
    struct cq_stretch s = {start, speech_end, end};
    return end > start ? CQ_ARRAY_PUSH(list, s) : 0;
}

static int by_start(const void *pa, const void *pb)
{
    const struct cq_stretch *a = pa, *b = pb;
    return a->start < b->start ? -1 : a->start > b->start;
}

/* Tails end where the party speaks again, in a mixed recording also where the other one does. */
static void cut_tails(struct cq_stretches *own, const struct cq_stretches *other)
{
    size_t k = 0;
    for (size_t i = 0; i < own->n; i++) {
        struct cq_stretch *s = &own->v[i];
        if (i + 1 < own->n && s->end > own->v[i + 1].start)
            s->end = own->v[i + 1].start;
        if (!other)
            continue;
        while (k < other->n && other->v[k].speech_end <= s->speech_end)
            k++;
        if (k < other->n && other->v[k].start < s->end)
            s->end = other->v[k].start > s->speech_end ? other->v[k].start : s->speech_end;
    }
}

/* Everything outside sound and its surroundings. `busy` is sorted here. */
static int find_quiet(struct cq_stretches *busy, int32_t n_frames, struct cq_stretches *ret_noise)
{
    int32_t quiet_from = 0;
    int err = 0;
    if (busy->n)
        qsort(busy->v, busy->n, sizeof *busy->v, by_start);
    for (size_t i = 0; i < busy->n && !err; i++) {
        err = push(ret_noise, quiet_from, busy->v[i].start - GUARD_FRAMES, busy->v[i].start - GUARD_FRAMES);
        if (busy->v[i].end + GUARD_FRAMES > quiet_from)
            quiet_from = busy->v[i].end + GUARD_FRAMES;
    }
    return err ? err : push(ret_noise, quiet_from, n_frames, n_frames);
}

static bool is_sound(enum cq_event_type type)
{
    return type == CQ_EVENT_TONE || type == CQ_EVENT_MUSIC || type == CQ_EVENT_ANNOUNCEMENT ||
           type == CQ_EVENT_HOLD;
}

int cq_plan_make(const struct cq_talk *talk, bool mixed, struct cq_plan *ret)
{
    struct cq_stretches busy = {0};
    int err = 0;

    *ret = (struct cq_plan){0};
    for (size_t i = 0; i < talk->segments.n && !err; i++) {
        const struct cq_segment *s = &talk->segments.v[i];
        int32_t start = frame_at(s->at.start_s), end = frame_at(s->at.end_s);
        err = push(&ret->speech[s->party], start, end, end + TAIL_FRAMES);
        if (!err)
            err = push(&busy, start, end, end);
    }
    for (size_t i = 0; i < talk->events.n && !err; i++) {
        const struct cq_event *ev = &talk->events.v[i];
        if (is_sound(ev->type))
            err = push(&busy, frame_at(ev->at.start_s), frame_at(ev->at.end_s), frame_at(ev->at.end_s));
    }
    for (size_t i = 0; i < talk->talk_over.n && !err; i++) {
        const struct cq_span *at = &talk->talk_over.v[i];
        err = push(&ret->talk_over, frame_at(at->start_s), frame_at(at->end_s), frame_at(at->end_s));
    }
    if (!err)
        err = find_quiet(&busy, frame_at(talk->duration_s), &ret->noise);
    if (!err) {
        cut_tails(&ret->speech[CQ_AGENT], mixed ? &ret->speech[CQ_CUSTOMER] : NULL);
        cut_tails(&ret->speech[CQ_CUSTOMER], mixed ? &ret->speech[CQ_AGENT] : NULL);
    }
    free(busy.v);
    return err;
}

void cq_plan_done(struct cq_plan *plan)
{
    if (!plan)
        return;
    for (int p = 0; p < CQ_N_PARTIES; p++)
        free(plan->speech[p].v);
    free(plan->noise.v);
    free(plan->talk_over.v);
    *plan = (struct cq_plan){0};
}

bool cq_plan_within(const struct cq_stretches *list, size_t *cursor, int32_t frame)
{
    while (*cursor < list->n && list->v[*cursor].end <= frame)
        ++*cursor;
    return *cursor < list->n && list->v[*cursor].start <= frame;
}
