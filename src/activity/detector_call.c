#include "activity/detector_call.h"

#include "activity/announce.h"
#include "activity/detector_sound.h"
#include "activity/hold.h"
#include "activity/leak.h"
#include "activity/mono_agent.h"
#include "activity/mono_detector.h"
#include "activity/silence.h"
#include "activity/tones.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static const double SILENCE_MIN_S = 0.5;     /* shorter digital silence is a lost packet */
static const float TONE_LEAK_DB = 6.0f;      /* this much louder in the other channel: it is that one's */
static const float SOFT_TONE_DBOV = -38.0f;  /* softer beeps under the other party's talk are its leak */
static const double FRAGMENT_S = 0.1;        /* what a tone leaves of a span that it cuts must be this long */
static const double MUSIC_HAS_TONES_S = 3.0; /* music this long may contain what sounds like a beep */

static const double MUSIC_LONG_S = 5.0, MUSIC_VOICE_S = 2.5, MUSIC_OVERLAP_S = 0.2; /* see settle_music() */

struct detector_call {
    struct cq_detector base;
    struct cq_detector *inner;
    struct cq_tones *tones;
    struct cq_silence *silence;
    struct cq_sound_edges *sound;
    struct cq_leak *leak; /* two channels only */
    double hold_min_s;
    const char *agent_rule; /* of mixed recordings */
    int n_channels;
};

static struct cq_detector *call_free(struct cq_detector *d)
{
    struct detector_call *dc = (struct detector_call *)d;

    if (!dc)
        return NULL;
    cq_detector_free(dc->inner);
    cq_tones_free(dc->tones);
    cq_silence_free(dc->silence);
    cq_sound_edges_free(dc->sound);
    cq_leak_free(dc->leak);
    free(dc);
    return NULL;
}

static int call_scan(struct cq_detector *d, const float *const pcm[], int n)
{
    struct detector_call *dc = (struct detector_call *)d;
    const int rc = cq_sound_edges_scan(dc->sound, pcm, n);

    if (dc->leak)
        cq_leak_scan(dc->leak, pcm, n);
    return rc ? rc : cq_detector_scan(dc->inner, pcm, n);
}

static int call_process(struct cq_detector *d, const float *const pcm[], int n)
{
    struct detector_call *dc = (struct detector_call *)d;
    int rc = cq_detector_process(dc->inner, pcm, n);

    if (!rc)
        rc = cq_tones_process(dc->tones, pcm, n);
    if (!rc)
        rc = cq_silence_process(dc->silence, pcm, n);
    if (!rc)
        rc = cq_sound_edges_process(dc->sound, pcm, n);
    if (!rc && dc->leak)
        cq_leak_process(dc->leak, pcm, n);
    return rc;
}

static double overlap_s(const struct cq_span *a, const struct cq_span *b)
{
    const double s = fmax(a->start_s, b->start_s), e = fmin(a->end_s, b->end_s);

    return e > s ? e - s : 0.0;
}

static double covered_s(const struct cq_activity *a, enum cq_sound sound, enum cq_party party,
                        const struct cq_span *at, double min_s)
{
    double sum = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        const struct cq_activity_span *s = &a->v[i];
        if (s->sound == sound && s->party == party && s->at.end_s - s->at.start_s >= min_s)
            sum += overlap_s(&s->at, at);
    }
    return sum;
}

/* Tones that say nothing of their own channel: leaked ones, and notes inside music. */
static bool is_foreign(const struct cq_activity *a, const struct cq_tone_spans *tones, size_t i)
{
    const struct cq_tone_span *t = &tones->v[i];
    const enum cq_party party = (enum cq_party)t->channel;
    const double half = 0.5 * (t->at.end_s - t->at.start_s);
    const bool plain = t->tone == CQ_TONE_BEEP || t->tone == CQ_TONE_OTHER;

    for (size_t k = 0; k < tones->n; k++) {
        const struct cq_tone_span *o = &tones->v[k];
        if (o->channel != t->channel && o->level_dbov >= t->level_dbov + TONE_LEAK_DB &&
            fabsf(o->hz[0] - t->hz[0]) < 50.0f && overlap_s(&o->at, &t->at) >= half)
            return true;
    }
    if (t->level_dbov < SOFT_TONE_DBOV && t->tone != CQ_TONE_RINGBACK &&
        covered_s(a, CQ_SOUND_SPEECH, cq_party_other(party), &t->at, 0.0) >= half)
        return true;
    return plain && covered_s(a, CQ_SOUND_MUSIC, party, &t->at, MUSIC_HAS_TONES_S) >= half;
}

/* Take `at` out of the speech and the music of a party; a named tone leaves no room for them. */
static int cut(struct cq_activity *a, enum cq_party party, const struct cq_span *at)
{
    const size_t n = a->n;
    int rc = 0;

    for (size_t i = 0; i < n && !rc; i++) {
        struct cq_activity_span *s = &a->v[i], tail = *s;
        if ((s->sound != CQ_SOUND_SPEECH && s->sound != CQ_SOUND_MUSIC) ||
            (s->party != party && party != CQ_NOBODY) || overlap_s(&s->at, at) <= 0.0)
            continue;
        tail.at.start_s = at->end_s;
        s->at.end_s = at->start_s;
        if (s->at.end_s - s->at.start_s < FRAGMENT_S)
            s->at.end_s = s->at.start_s; /* empty: dropped by drop_empty() */
        if (tail.at.end_s - tail.at.start_s >= FRAGMENT_S)
            rc = cq_activity_add(a, &tail);
    }
    return rc;
}

static void drop_empty(struct cq_activity *a)
{
    size_t n = 0;

    for (size_t i = 0; i < a->n; i++) {
        if (a->v[i].at.end_s > a->v[i].at.start_s)
            a->v[n++] = a->v[i];
    }
    a->n = n;
}

static int add_tones(const struct detector_call *dc, const struct cq_tone_spans *tones, struct cq_activity *a)
{
    int rc = 0;

    for (size_t i = 0; i < tones->n && !rc; i++) {
        const struct cq_tone_span *t = &tones->v[i];
        const struct cq_activity_span span = {.sound = CQ_SOUND_TONE,
                                              .party =
                                                  dc->n_channels > 1 ? (enum cq_party)t->channel : CQ_NOBODY,
                                              .tone = t->tone,
                                              .digit = t->digit,
                                              .confidence = t->confidence,
                                              .at = t->at};
        if (is_foreign(a, tones, i))
            continue;
        rc = cut(a, span.party, &span.at);
        if (!rc)
            rc = cq_activity_add(a, &span);
        if (t->tone == CQ_TONE_RINGBACK && isnan(a->answer_s))
            a->answer_s = t->at.end_s;
    }
    drop_empty(a);
    return rc;
}

/*
 * Short speech that overlaps long music of the same channel is the music's: an instrument or a singer like a
 * voice, where it begins or ends. A voice and hold music do not come from the agent at once.
 */
static void settle_music(struct cq_activity *a)
{
    for (size_t k = 0; k < a->n; k++) {
        struct cq_activity_span *m = &a->v[k];
        if (m->sound != CQ_SOUND_MUSIC || m->at.end_s - m->at.start_s < MUSIC_LONG_S)
            continue;
        for (size_t i = 0; i < a->n; i++) {
            struct cq_activity_span *s = &a->v[i];
            if (s->sound != CQ_SOUND_SPEECH || s->party != m->party ||
                s->at.end_s - s->at.start_s > MUSIC_VOICE_S || overlap_s(&s->at, &m->at) < MUSIC_OVERLAP_S)
                continue;
            m->at.start_s = fmin(m->at.start_s, s->at.start_s);
            m->at.end_s = fmax(m->at.end_s, s->at.end_s);
            s->at.end_s = s->at.start_s; /* empty: dropped */
        }
    }
    drop_empty(a);
}

/* Holds are told here for every detector. */
static void drop_holds(struct cq_activity *a)
{
    for (size_t i = 0; i < a->n; i++) {
        if (a->v[i].sound == CQ_SOUND_HOLD)
            a->v[i].at.end_s = a->v[i].at.start_s;
    }
    drop_empty(a);
}

static int call_flush(struct cq_detector *d, struct cq_activity *ret_activity)
{
    struct detector_call *dc = (struct detector_call *)d;
    struct cq_activity a = {0};
    struct cq_tone_spans tones = {0};
    int rc = cq_detector_flush(dc->inner, &a);

    if (!rc)
        rc = cq_tones_flush(dc->tones, &tones);
    if (rc)
        goto out;
    drop_holds(&a);
    rc = add_tones(dc, &tones, &a);
    if (!rc)
        rc = cq_silence_flush(dc->silence, &a);
    if (rc)
        goto out;
    settle_music(&a);
    cq_activity_sort(&a);
    cq_sound_edges_refine(dc->sound, &a);
    cq_announcements_mark(&a);
    rc = cq_hold_find(&a, dc->hold_min_s);
    /* the time of the answer and the holds say more about who of two voices is the agent */
    if (!rc && dc->inner->ops == &cq_mono_ops)
        rc = cq_mono_agent_name(&a, dc->agent_rule, NULL);
    if (rc)
        goto out;
    if (dc->leak) {
        struct cq_leak_result leak;
        cq_leak_flush(dc->leak, &leak);
        for (int p = 0; p < CQ_N_PARTIES; p++) {
            a.crosstalk_db[p] = leak.db[p];
            a.leak_delay_ms[p] = leak.delay_ms[p];
        }
    }
    *ret_activity = a;
    a = (struct cq_activity){0};
out:
    cq_activity_done(&a);
    free(tones.v);
    return rc;
}

static const struct cq_detector_ops CALL_OPS = {
    .name = "call",
    .scan = call_scan,
    .process = call_process,
    .flush = call_flush,
    .free = call_free,
};

int cq_detector_call_new(struct cq_detector *inner, const struct cq_activity_opts *opts, int n_channels,
                         struct cq_detector **ret_d)
{
    struct detector_call *dc = calloc(1, sizeof *dc);
    int rc = -ENOMEM;

    if (!dc) {
        cq_detector_free(inner);
        return rc;
    }
    dc->base.ops = &CALL_OPS;
    dc->inner = inner;
    dc->n_channels = n_channels;
    dc->hold_min_s = opts->hold_min_s;
    dc->agent_rule = opts->mono_agent_rule;
    rc = cq_tones_new(n_channels, &dc->tones);
    if (!rc)
        rc = cq_silence_new(n_channels, SILENCE_MIN_S, &dc->silence);
    if (!rc)
        rc = cq_sound_edges_new(n_channels, &dc->sound);
    if (!rc && n_channels == 2)
        rc = cq_leak_new(&dc->leak);
    if (rc)
        call_free(&dc->base);
    else
        *ret_d = &dc->base;
    return rc;
}
