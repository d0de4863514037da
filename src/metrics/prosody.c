/*
 * The parties' audio, cut to what the plan (plan.h) says: talkspurts with the quiet just after them are
 * gathered and measured as a whole (at most ten seconds at a time), quiet between speech gives the noise.
 * Everything kept for the whole call is a histogram, a sum or two bytes for 20 ms of speech (voice.h).
 */
#include "metrics/prosody.h"

#include "callqa/recording.h"
#include "metrics/level.h"
#include "metrics/pitch.h"
#include "metrics/plan.h"
#include "metrics/syllable.h"
#include "metrics/voice.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FRAME CQ_FRAME_SAMPLES
#define SPEECH_FRAMES 1024                /* measured at once; even, so that pitch values go on in step */
#define CHUNK_FRAMES (SPEECH_FRAMES + 32) /* with the tail */
#define MAX_VALUES (SPEECH_FRAMES / CQ_PITCH_STEP_FRAMES)
static_assert(CHUNK_FRAMES * FRAME <= CQ_PITCH_MAX_SAMPLES, "a chunk fits the pitch tracker");

/* A stretch of one party's speech being gathered. */
struct chunk {
    float x[CHUNK_FRAMES * FRAME];
    int n;               /* samples so far */
    int32_t first_frame; /* of the call */
    size_t stretch;      /* which of the plan's */
    size_t over;         /* cursor in the plan's talk-over */
};

/* Quiet of one channel being measured, frame by frame. */
struct quiet {
    struct cq_histogram level;
    size_t stretch;
    float x[FRAME];
    int n;
};

struct cq_prosody {
    struct cq_prosody_opts opts;
    int n_channels;
    int64_t at; /* samples seen */
    struct cq_plan plan;
    struct cq_span conversation;
    struct cq_pitch *pitch;
    struct cq_voice voice[CQ_N_PARTIES];
    struct chunk chunk[CQ_N_PARTIES];
    struct quiet quiet[CQ_N_PARTIES];
    /* scratch of one chunk */
    float energy[CHUNK_FRAMES + 2 * 3]; /* mean square of each frame, three frames of silence around */
    float intensity_db[CHUNK_FRAMES];
    float hz[MAX_VALUES];
    bool counts[CHUNK_FRAMES]; /* own speech outside talk-over */
};

int cq_prosody_new(const struct cq_prosody_opts *opts, int n_channels, const struct cq_talk *talk,
                   struct cq_prosody **ret_p)
{
    if (n_channels < 1 || n_channels > CQ_MAX_CHANNELS)
        return -EINVAL;
    struct cq_prosody *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;

    p->opts = *opts;
    p->n_channels = n_channels;
    p->conversation.start_s = isnan(talk->answer_s) ? 0 : talk->answer_s;
    for (size_t i = 0; i < talk->segments.n; i++)
        p->conversation.end_s = fmax(p->conversation.end_s, talk->segments.v[i].at.end_s);

    int err = cq_plan_make(talk, n_channels == 1, &p->plan);
    for (int i = 0; i < CQ_N_PARTIES && !err; i++)
        err = cq_voice_init(&p->voice[i], &p->plan.speech[i]);
    if (!err)
        err = cq_pitch_new(opts->pitch_floor_hz, opts->pitch_ceiling_hz, &p->pitch);
    if (err) {
        cq_prosody_free(p);
        return err;
    }
    *ret_p = p;
    return 0;
}

struct cq_prosody *cq_prosody_free(struct cq_prosody *p)
{
    if (!p)
        return NULL;
    for (int i = 0; i < CQ_N_PARTIES; i++)
        cq_voice_done(&p->voice[i]);
    cq_plan_done(&p->plan);
    cq_pitch_free(p->pitch);
    free(p);
    return NULL;
}

/* ---- one chunk of speech ---- */

/* Intensity as de Jong & Wempe take it (Praat's, 64 ms effective): frame energies under a Hann window. */
static void find_intensity(struct cq_prosody *p, const float *x, int n_frames)
{
    static const float hann[7] = {0.0366f, 0.125f, 0.2134f, 0.25f, 0.2134f, 0.125f, 0.0366f};
    memset(p->energy, 0, 3 * sizeof *p->energy);
    for (int i = 0; i < n_frames; i++)
        p->energy[3 + i] = cq_level_energy(x + i * FRAME, FRAME) / FRAME;
    memset(p->energy + 3 + n_frames, 0, 3 * sizeof *p->energy);

    for (int i = 0; i < n_frames; i++) {
        float sum = 0;
        for (int k = 0; k < 7; k++)
            sum += hann[k] * p->energy[i + k];
        p->intensity_db[i] = sum > 1e-10f ? 10 * log10f(sum) : (float)CQ_LEVEL_FLOOR_DBOV;
    }
}

/* A line's constant offset is not sound. n is a multiple of 8. */
static void remove_mean(float *x, int n)
{
    double sum[8] = {0}; /* independent, as in cq_level_energy() */
    for (int i = 0; i < n; i += 8) {
        for (int k = 0; k < 8; k++)
            sum[k] += (double)x[i + k];
    }
    for (int k = 1; k < 8; k++)
        sum[0] += sum[k];
    const float mean = n ? (float)(sum[0] / n) : 0;
    for (int i = 0; i < n; i++)
        x[i] -= mean;
}

static void measure_chunk(struct cq_prosody *p, enum cq_party party)
{
    struct chunk *c = &p->chunk[party];
    struct cq_voice *v = &p->voice[party];
    const int n_frames = c->n / FRAME;
    int n_speech = p->plan.speech[party].v[c->stretch].speech_end - c->first_frame;
    n_speech = n_speech < 0 ? 0 : n_speech > n_frames ? n_frames : n_speech;
    const int n_values = n_speech / CQ_PITCH_STEP_FRAMES;
    int sounding;

    remove_mean(c->x, n_frames * FRAME);
    find_intensity(p, c->x, n_frames);
    cq_pitch_track(p->pitch, c->x, n_frames * FRAME, n_values, &v->loudest, p->hz);

    const bool mixed = p->n_channels == 1;
    for (int i = 0; i < n_frames; i++) {
        bool over = cq_plan_within(&p->plan.talk_over, &c->over, c->first_frame + i);
        p->counts[i] = i < n_speech && !over;
        if (!over)
            cq_p56_add(&v->active, c->x + i * FRAME, FRAME);
        if (p->counts[i]) {
            cq_histogram_add(&v->intensity, cq_level_bin((double)p->intensity_db[i]));
            v->n_frames++;
        }
        if (i % CQ_PITCH_STEP_FRAMES == 0 && i / CQ_PITCH_STEP_FRAMES < n_values)
            cq_voice_add_slot(v, &p->opts, (double)p->intensity_db[i],
                              mixed && over ? 0 : p->hz[i / CQ_PITCH_STEP_FRAMES]);
    }
    v->n_nuclei += cq_syllable_count(p->intensity_db, n_frames, p->hz, n_values, p->counts, &sounding);
    v->n_sounding += sounding;

    c->first_frame += n_frames;
    c->n = 0;
}

/* Gather from block x[0..n), which begins at sample p->at, what belongs to the party's stretches. */
static void feed_speech(struct cq_prosody *p, enum cq_party party, const float *x, int n)
{
    struct chunk *c = &p->chunk[party];
    const struct cq_stretches *list = &p->plan.speech[party];
    int64_t pos = p->at;

    while (n > 0 && c->stretch < list->n) {
        const struct cq_stretch *s = &list->v[c->stretch];
        const int64_t start = (int64_t)s->start * FRAME, end = (int64_t)s->end * FRAME;
        if (pos < start) {
            int64_t skip = start - pos < n ? start - pos : n;
            x += skip, pos += skip, n -= (int)skip;
            continue;
        }
        if (pos == start)
            c->first_frame = s->start;
        /* A long talkspurt is cut after SPEECH_FRAMES; a tail never is. */
        int64_t room = (int64_t)(c->first_frame + SPEECH_FRAMES) * FRAME - pos;
        if (c->first_frame + SPEECH_FRAMES >= s->speech_end)
            room = end - pos;
        int take = room < n ? (int)room : n;
        memcpy(c->x + c->n, x, (size_t)take * sizeof *x);
        c->n += take;
        x += take, pos += take, n -= take;
        if (take == room)
            measure_chunk(p, party);
        if (pos == end)
            c->stretch++;
    }
}

/* ---- noise ---- */

static void feed_quiet(struct cq_prosody *p, int channel, const float *x, int n)
{
    struct quiet *q = &p->quiet[channel];
    int64_t pos = p->at;

    while (n > 0 && q->stretch < p->plan.noise.n) {
        const struct cq_stretch *s = &p->plan.noise.v[q->stretch];
        const int64_t start = (int64_t)s->start * FRAME, end = (int64_t)s->end * FRAME;
        if (pos < start) {
            int64_t skip = start - pos < n ? start - pos : n;
            x += skip, pos += skip, n -= (int)skip;
            continue;
        }
        int64_t room = end - pos < FRAME - q->n ? end - pos : FRAME - q->n;
        int take = room < n ? (int)room : n;
        memcpy(q->x + q->n, x, (size_t)take * sizeof *x);
        q->n += take;
        x += take, pos += take, n -= take;
        if (q->n == FRAME) {
            q->n = 0;
            remove_mean(q->x, FRAME);
            double mean_square = (double)cq_level_energy(q->x, FRAME) / FRAME;
            if (mean_square >
                0) /* digital silence: the line was cut off there, and tells nothing of its noise */
                cq_histogram_add(&q->level, cq_level_bin(cq_level_dbov(mean_square)));
        }
        if (pos == end)
            q->stretch++;
    }
}

int cq_prosody_process(struct cq_prosody *p, const float *const pcm[], int n)
{
    for (int i = 0; i < CQ_N_PARTIES; i++)
        feed_speech(p, (enum cq_party)i, pcm[i < p->n_channels ? i : 0], n);
    for (int c = 0; c < p->n_channels && p->n_channels > 1; c++)
        feed_quiet(p, c, pcm[c], n);
    p->at += n;
    return 0;
}

int cq_prosody_flush(struct cq_prosody *p, struct cq_talk *talk, struct cq_metrics *metrics)
{
    int err = 0;
    for (int i = 0; i < CQ_N_PARTIES && !err; i++) {
        const struct cq_voice_call call = {
            .opts = &p->opts,
            .plan = &p->plan,
            .noise = p->n_channels > 1 ? &p->quiet[i].level : NULL,
            .conversation = p->conversation,
        };
        if (p->chunk[i].n >= FRAME)
            measure_chunk(p, (enum cq_party)i);
        err = cq_voice_finish(&p->voice[i], (enum cq_party)i, &call, talk, metrics->party[i]);
    }
    if (!err)
        cq_talk_sort_events(talk);
    return err;
}
