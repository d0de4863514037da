#include "metrics/voice.h"

#include "callqa/recording.h"
#include "metrics/pitch.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define FRAME_S (CQ_FRAME_MS / 1000.0)
#define P56_MARGIN_DB 15.9 /* frames further under the active level are not active speech */
/* Pitch further from the party's median than this is taken for an error of the tracker (octave, creak). */
#define PITCH_OUTLIER_ST 12.0
#define MIN_NOISE_S 1.0     /* quiet needed for a noise level */
#define MIN_TREND_S 1.0     /* voiced speech needed in each of the two thirds that a trend compares */
#define SNR_MIN_DB -10.0    /* speech no louder than the noise: the difference is not to be told */
#define RAISED_REACH_S 0.5  /* raised voice is judged on means over this much on either side */
#define RAISED_VOICED_S 0.2 /* and on no less voiced speech than this */

/* A talkspurt's slots, walked in time order together with whether they lie in talk-over. */
struct walk {
    const struct cq_voice *v;
    const struct cq_plan *plan;
    const struct cq_stretches *speech;
    size_t i, stretch, over;
    int32_t frame;
};

static struct walk walk_from_start(const struct cq_voice *v, const struct cq_plan *plan, enum cq_party party)
{
    struct walk w = {.v = v, .plan = plan, .speech = &plan->speech[party]};
    w.frame = w.speech->n ? w.speech->v[0].start : 0;
    return w;
}

/* The slot at hand and the time of its middle; false at the end. */
static bool walk_at(struct walk *w, const struct cq_voice_slot **ret_slot, double *ret_t_s)
{
    if (w->i >= w->v->n_slots)
        return false;
    while (w->frame + CQ_PITCH_STEP_FRAMES > w->speech->v[w->stretch].speech_end)
        w->frame = w->speech->v[++w->stretch].start;
    *ret_slot = &w->v->slot[w->i];
    *ret_t_s = w->frame * FRAME_S + CQ_VOICE_SLOT_S / 2;
    return true;
}

static void walk_on(struct walk *w)
{
    w->i++;
    w->frame += CQ_PITCH_STEP_FRAMES;
}

int cq_voice_init(struct cq_voice *v, const struct cq_stretches *speech)
{
    *v = (struct cq_voice){0};
    cq_p56_init(&v->active);
    for (size_t i = 0; i < speech->n; i++)
        v->max_slots += (size_t)(speech->v[i].speech_end - speech->v[i].start) / CQ_PITCH_STEP_FRAMES;
    v->slot = malloc((v->max_slots + 1) * sizeof *v->slot);
    return v->slot ? 0 : -ENOMEM;
}

void cq_voice_done(struct cq_voice *v)
{
    if (!v)
        return;
    free(v->slot);
    *v = (struct cq_voice){0};
}

/* Semitones a step of the compact record. */
static double step_st(const struct cq_prosody_opts *opts)
{
    return 12 * log2(opts->pitch_ceiling_hz / opts->pitch_floor_hz) / CQ_VOICE_PITCH_STEPS;
}

void cq_voice_add_slot(struct cq_voice *v, const struct cq_prosody_opts *opts, double dbov, float hz)
{
    struct cq_voice_slot s = {.level = (uint8_t)cq_level_bin(dbov)};
    if (v->n_slots == v->max_slots)
        return;
    if (hz > 0) {
        double steps = 12 * log2((double)hz / opts->pitch_floor_hz) / step_st(opts);
        s.pitch = (uint8_t)(1 + lround(fmin(fmax(steps, 0), CQ_VOICE_PITCH_STEPS)));
    }
    v->slot[v->n_slots++] = s;
}

/* ---- statistics ---- */

/* Voiced slots outside talk-over, of the whole call and of the first and the last third of the conversation. */
struct voiced {
    struct cq_histogram level, pitch, level_third[2], pitch_third[2];
};

static void count_voiced(const struct cq_voice *v, enum cq_party party, const struct cq_voice_call *call,
                         struct voiced *ret)
{
    struct walk w = walk_from_start(v, call->plan, party);
    const struct cq_voice_slot *slot;
    const struct cq_span *at = &call->conversation;
    const double third_s = (at->end_s - at->start_s) / 3;
    double t_s;

    *ret = (struct voiced){0};
    for (; walk_at(&w, &slot, &t_s); walk_on(&w)) {
        if (!slot->pitch || cq_plan_within(&call->plan->talk_over, &w.over, w.frame))
            continue;
        cq_histogram_add(&ret->level, slot->level);
        cq_histogram_add(&ret->pitch, slot->pitch);
        int third = t_s < at->start_s + third_s ? 0 : t_s >= at->end_s - third_s ? 1 : -1;
        if (third < 0)
            continue;
        cq_histogram_add(&ret->level_third[third], slot->level);
        cq_histogram_add(&ret->pitch_third[third], slot->pitch);
    }
}

static struct cq_value value(double v)
{
    return (struct cq_value){.v = v, .reason = CQ_HAS_VALUE};
}

static struct cq_value none(enum cq_null_reason reason)
{
    return (struct cq_value){.v = 0, .reason = reason};
}

static void put_rates_and_levels(const struct cq_voice *v, const struct cq_voice_call *call, struct cq_value *m)
{
    double active_s, asl_dbov = cq_p56_level(&v->active, &active_s);
    if (!isfinite(asl_dbov))
        return; /* the talkspurts lie beyond the end of the audio, or it is silent there */

    m[CQ_PM_SPEECH_RATE] = value((double)v->n_nuclei / ((double)v->n_frames * FRAME_S));
    m[CQ_PM_ARTICULATION_RATE] = value((double)v->n_nuclei / ((double)v->n_sounding * FRAME_S));
    m[CQ_PM_LEVEL_ASL] = value(asl_dbov);
    m[CQ_PM_LEVEL_SD] =
        value(CQ_LEVEL_STEP_DB *
              cq_histogram_sd(&v->intensity, cq_level_bin(asl_dbov - P56_MARGIN_DB), CQ_HISTOGRAM_BINS));
    if (call->noise && call->noise->n * FRAME_S >= MIN_NOISE_S) {
        /* The active level holds the noise as well: take it off. */
        double noise_dbov = cq_level_of_bin(cq_histogram_median(call->noise));
        double ratio = pow(10, (asl_dbov - noise_dbov) / 10) - 1;
        m[CQ_PM_SNR] = value(ratio > 0 ? fmax(10 * log10(ratio), SNR_MIN_DB) : SNR_MIN_DB);
    }
}

/* The last third's median against the first's, in bins. */
static struct cq_value trend(const struct cq_histogram third[2], double per_bin)
{
    if (third[0].n * CQ_VOICE_SLOT_S < MIN_TREND_S || third[1].n * CQ_VOICE_SLOT_S < MIN_TREND_S)
        return none(CQ_NULL_TOO_LITTLE);
    return value(per_bin * (cq_histogram_median(&third[1]) - cq_histogram_median(&third[0])));
}

static void put_pitch(const struct voiced *voiced, const struct cq_prosody_opts *opts, struct cq_value *m)
{
    const double bin_st = step_st(opts), median = cq_histogram_median(&voiced->pitch);
    const double reach = PITCH_OUTLIER_ST / bin_st;

    m[CQ_PM_PITCH_MEDIAN] = value(opts->pitch_floor_hz * exp2((median - 1) * bin_st / 12));
    m[CQ_PM_PITCH_SD] = value(bin_st * cq_histogram_sd(&voiced->pitch, median - reach, median + reach));
    m[CQ_PM_LEVEL_TREND] = trend(voiced->level_third, CQ_LEVEL_STEP_DB);
    m[CQ_PM_PITCH_TREND] = trend(voiced->pitch_third, bin_st);
}

/* ---- raised voice ---- */

struct raised {
    enum cq_party party;
    const struct cq_prosody_opts *opts;
    double median_level, median_pitch; /* bins */
    double raised_level, raised_pitch; /* bins from which on the voice is raised */
    struct cq_span run;                /* the stretch at hand; run.end_s < run.start_s: none */
    double run_level;                  /* sum over its voiced slots, bins */
    size_t run_voiced;
    double total_s;
};

static int end_run(struct raised *r, struct cq_talk *talk)
{
    const struct cq_span at = r->run;
    r->run = (struct cq_span){0, -1};
    if (at.end_s - at.start_s < r->opts->raised_min_s - FRAME_S / 2 || !r->run_voiced)
        return 0;
    struct cq_event ev = {
        .type = CQ_EVENT_RAISED_VOICE,
        .by = r->party,
        .at = at,
        .value = CQ_LEVEL_STEP_DB * (r->run_level / (double)r->run_voiced - r->median_level),
    };
    r->total_s += at.end_s - at.start_s;
    return cq_talk_add_event(talk, &ev);
}

/* Means over the voiced slots within reach of the slot at hand. */
struct nearby {
    double level, pitch; /* sums */
    size_t n;
};

static void nearby_add(struct nearby *near, const struct cq_voice_slot *slot, int sign)
{
    if (!slot->pitch)
        return;
    near->level += sign * slot->level;
    near->pitch += sign * slot->pitch;
    near->n += (size_t)sign;
}

static int find_raised(const struct cq_voice *v, const struct cq_voice_call *call, struct raised *r,
                       struct cq_talk *talk)
{
    struct walk at = walk_from_start(v, call->plan, r->party), head = at, tail = at;
    const struct cq_voice_slot *slot, *edge;
    struct nearby near = {0};
    double t_s, edge_s;
    int err = 0;

    for (; !err && walk_at(&at, &slot, &t_s); walk_on(&at)) {
        for (; walk_at(&head, &edge, &edge_s) && edge_s <= t_s + RAISED_REACH_S; walk_on(&head))
            nearby_add(&near, edge, 1);
        for (; walk_at(&tail, &edge, &edge_s) && edge_s < t_s - RAISED_REACH_S; walk_on(&tail))
            nearby_add(&near, edge, -1);

        bool raised = (double)near.n * CQ_VOICE_SLOT_S >= RAISED_VOICED_S &&
                      near.level >= r->raised_level * (double)near.n &&
                      near.pitch >= r->raised_pitch * (double)near.n;
        bool in_run = r->run.end_s > r->run.start_s;
        if (in_run && (!raised || t_s - r->run.end_s > RAISED_REACH_S)) {
            err = end_run(r, talk);
            in_run = false;
        }
        if (!raised)
            continue;
        if (!in_run) {
            r->run.start_s = t_s - CQ_VOICE_SLOT_S / 2;
            r->run_level = 0;
            r->run_voiced = 0;
        }
        r->run.end_s = t_s + CQ_VOICE_SLOT_S / 2;
        if (slot->pitch) {
            r->run_level += slot->level;
            r->run_voiced++;
        }
    }
    return err ? err : end_run(r, talk);
}

static int put_raised(const struct cq_voice *v, enum cq_party party, const struct cq_voice_call *call,
                      const struct voiced *voiced, struct cq_talk *talk, struct cq_value *m)
{
    struct raised r = {.party = party, .opts = call->opts, .run = {0, -1}};
    r.median_level = cq_histogram_median(&voiced->level);
    r.median_pitch = cq_histogram_median(&voiced->pitch);
    r.raised_level = r.median_level + call->opts->raised_db / CQ_LEVEL_STEP_DB;
    r.raised_pitch = r.median_pitch + call->opts->raised_st / step_st(call->opts);

    int err = find_raised(v, call, &r, talk);
    if (!err)
        m[CQ_PM_RAISED_VOICE] = value(r.total_s);
    return err;
}

int cq_voice_finish(const struct cq_voice *v, enum cq_party party, const struct cq_voice_call *call,
                    struct cq_talk *talk, struct cq_value *ret_metrics)
{
    static const enum cq_party_metric members[] = {
        CQ_PM_SPEECH_RATE, CQ_PM_ARTICULATION_RATE, CQ_PM_PITCH_MEDIAN, CQ_PM_PITCH_SD,
        CQ_PM_LEVEL_ASL,   CQ_PM_LEVEL_SD,          CQ_PM_SNR,          CQ_PM_RAISED_VOICE,
        CQ_PM_LEVEL_TREND, CQ_PM_PITCH_TREND,
    };
    const bool speaks = call->plan->speech[party].n > 0;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        ret_metrics[members[i]] = none(speaks ? CQ_NULL_TOO_LITTLE : CQ_NULL_NO_SPEECH);
    if (!call->noise)
        ret_metrics[CQ_PM_SNR] = none(CQ_NULL_MIXED_RECORDING);

    if ((double)v->n_frames * FRAME_S >= call->opts->min_speech_s)
        put_rates_and_levels(v, call, ret_metrics);

    struct voiced *voiced = malloc(sizeof *voiced);
    if (!voiced)
        return -ENOMEM;
    int err = 0;
    count_voiced(v, party, call, voiced);
    if (voiced->pitch.n * CQ_VOICE_SLOT_S >= call->opts->min_voiced_s && voiced->pitch.n) {
        put_pitch(voiced, call->opts, ret_metrics);
        err = put_raised(v, party, call, voiced, talk, ret_metrics);
    }
    free(voiced);
    return err;
}
