#include "activity/energy.h"

#include "activity/tonality.h"
#include "base/array.h"
#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Two passes. scan() counts frame levels of each channel (noise floor and speech level are percentiles of them)
 * and, for each direction, levels of one channel beside the other's recent maximum (how much of a voice comes
 * back). process() runs a threshold with hysteresis over 10 ms frames. What it finds is cut into pieces of at
 * most half a second with their share of steady sinusoids, so that flush() can tell talk from hold music by a
 * window of seconds around a piece, with no more memory than the pieces.
 */

#define N_LEVELS 100      /* histogram of 1 dB steps from -100 dBov */
#define LEVEL_MIN -100.0f /* dBov */
#define RECENT 40         /* frames: an echo may be 400 ms late */
#define FRAMES_PER_S (1000.0 / CQ_FRAME_MS)
#define HOP_FRAMES (CQ_TONALITY_HOP_MS / CQ_FRAME_MS)
#define HOP_SAMPLES (HOP_FRAMES * CQ_FRAME_SAMPLES)

static const float HIGHPASS_POLE = 0.92f;       /* -3 dB at about 100 Hz: below it is hum, not voice */
static const double NOISE_QUANTILE = 0.15;      /* a party is silent for more of a call than this */
static const double SPEECH_QUANTILE = 0.95;     /* and speaks for more than a twentieth of it */
static const float ON_OVER_NOISE_DB = 8.0f;     /* speech frames that only noise would reach by chance */
static const float SPREAD_WEIGHT = 1.0f;        /* noise that fluctuates more asks for more */
static const float RANGE_DB = 30.0f;            /* quieter than this under the loud voice: breath, release */
static const float HYSTERESIS_DB = 3.0f;        /* off this much under on */
static const float MIN_LEVEL_DBOV = -62.0f;     /* no telephone voice is quieter */
static const int LOUD_RANGE_DB = 12;            /* under its loud level the other still counts as talking */
static const double RETURN_QUANTILE = 0.50;     /* of the return's level under loud talk */
static const float RETURN_MARGIN_DB = 9.0f;     /* own voice stands this much above the usual return */
static const float RETURN_OVER_NOISE_DB = 4.0f; /* a return lower than this over the noise needs no guard */
static const float RETURN_NONE = -200.0f;       /* far under every level */
static const int MIN_SPEECH_FRAMES = 6;         /* shorter sounds are clicks */
static const int HANGOVER_FRAMES = 6;           /* closures of stops stay inside a span */
static const int LEAD_FRAMES = 1;               /* onset: the threshold is passed late */
static const int PIECE_FRAMES = 50;             /* spans are kept in pieces of this length */
static const double TONAL_LIMIT = 0.15;     /* talk has a mean under 0.04, music over 0.3 (see tonality.h) */
static const int TONAL_WINDOW_FRAMES = 200; /* to each side */
static const int SHORT_TONAL_FRAMES = 30;   /* a tone this long needs no neighbours to be told */
static const double MIXED_TURN_GAP_S = 0.6; /* one channel: the other party is taken to answer after this */
static const double MIXED_CONFIDENCE = 0.1; /* and that is hardly better than a guess */

struct piece {
    int32_t start, end; /* frames */
    float tonal;        /* mean share of steady sinusoids */
    bool starts;        /* first piece of its span */
};

struct pieces {
    struct piece *v;
    size_t n;
    size_t cap;
};

struct channel {
    float x1, y1;            /* high-pass */
    float power[3];          /* of the last frames */
    float recent[RECENT];    /* levels of the last frames */
    uint64_t hist[N_LEVELS]; /* of levels */
    uint32_t *ret_hist;      /* [other's recent maximum][own level] */
    float on_db, off_db;     /* thresholds */
    float return_db;         /* the other's voice here, relative to its recent maximum */
    bool active;
    int64_t first, last; /* frames of the span that is open */
    double tonal_sum;
    int n_tonal;
    bool first_piece;
    int64_t piece_from;
    struct pieces pieces;
};

struct energy {
    struct cq_detector base;
    int n_channels;
    bool scanned;
    float block[CQ_MAX_CHANNELS][HOP_SAMPLES];
    int fill;
    int64_t frame; /* index of the next frame */
    struct channel channel[CQ_MAX_CHANNELS];
    struct cq_tonality *tonality;
};

static struct cq_detector *energy_free(struct cq_detector *d)
{
    struct energy *e = (struct energy *)d;

    if (!e)
        return NULL;
    for (int c = 0; c < CQ_MAX_CHANNELS; c++) {
        free(e->channel[c].ret_hist);
        free(e->channel[c].pieces.v);
    }
    cq_tonality_free(e->tonality);
    free(e);
    return NULL;
}

static void rewind_channel(struct channel *ch)
{
    ch->x1 = ch->y1 = 0.0f;
    ch->power[0] = ch->power[1] = ch->power[2] = 0.0f;
    for (int i = 0; i < RECENT; i++)
        ch->recent[i] = LEVEL_MIN;
}

static int energy_create(const struct cq_activity_opts *opts, int n_channels, struct cq_error *err,
                         struct cq_detector **ret_d)
{
    struct energy *e = calloc(1, sizeof *e);
    int rc = -ENOMEM;

    (void)opts;
    (void)err;
    if (!e)
        goto out;
    e->base.ops = &cq_energy_ops;
    e->n_channels = n_channels;
    for (int c = 0; c < n_channels; c++) {
        rewind_channel(&e->channel[c]);
        e->channel[c].ret_hist = calloc((size_t)N_LEVELS * N_LEVELS, sizeof *e->channel[c].ret_hist);
        if (!e->channel[c].ret_hist)
            goto out;
    }
    rc = cq_tonality_new(n_channels, &e->tonality);
out:
    if (rc)
        energy_free(e ? &e->base : NULL);
    else
        *ret_d = &e->base;
    return rc;
}

static int level_index(float db)
{
    const int i = (int)(db - LEVEL_MIN);

    return i < 0 ? 0 : i >= N_LEVELS ? N_LEVELS - 1 : i;
}

/* Level of the last three frames in dBov (a full-scale square is 0) after the high-pass. */
static float frame_level(struct channel *ch, const float *x)
{
    float sum = 0.0f, x1 = ch->x1, y1 = ch->y1;

    for (int i = 0; i < CQ_FRAME_SAMPLES; i++) {
        y1 = x[i] - x1 + HIGHPASS_POLE * y1;
        x1 = x[i];
        sum += y1 * y1;
    }
    ch->x1 = x1;
    ch->y1 = y1;
    ch->power[2] = ch->power[1];
    ch->power[1] = ch->power[0];
    ch->power[0] = sum / CQ_FRAME_SAMPLES;
    return 10.0f * log10f((ch->power[0] + ch->power[1] + ch->power[2]) / 3.0f + 1e-10f);
}

static float recent_max(const struct channel *ch)
{
    float max = LEVEL_MIN;

    for (int i = 0; i < RECENT; i++)
        max = ch->recent[i] > max ? ch->recent[i] : max;
    return max;
}

static void scan_frame(struct energy *e, const float level[])
{
    for (int c = 0; c < e->n_channels; c++)
        e->channel[c].recent[e->frame % RECENT] = level[c];
    for (int c = 0; c < e->n_channels; c++) {
        struct channel *ch = &e->channel[c];
        ch->hist[level_index(level[c])]++;
        if (e->n_channels > 1)
            ch->ret_hist[level_index(recent_max(&e->channel[1 - c])) * N_LEVELS + level_index(level[c])]++;
    }
}

static double hist_quantile(const uint64_t *hist, int n, double q)
{
    uint64_t total = 0, seen = 0;

    for (int i = 0; i < n; i++)
        total += hist[i];
    for (int i = 0; i < n; i++) {
        seen += hist[i];
        if (total && (double)seen >= q * (double)total)
            return i;
    }
    return 0.0;
}

/*
 * How loud, relative to its recent maximum, the other party's voice usually is in channel c; RETURN_NONE where
 * channel c stays at its own noise while the other talks.
 */
static float usual_return(const struct energy *e, int c, float noise_db)
{
    uint64_t difference[2 * N_LEVELS] = {0}, level[N_LEVELS] = {0};
    const int from = (int)hist_quantile(e->channel[1 - c].hist, N_LEVELS, SPEECH_QUANTILE) - LOUD_RANGE_DB;

    for (int max = from < 0 ? 0 : from; max < N_LEVELS; max++) {
        for (int own = 0; own < N_LEVELS; own++) {
            const uint32_t count = e->channel[c].ret_hist[max * N_LEVELS + own];
            difference[own - max + N_LEVELS] += count;
            level[own] += count;
        }
    }
    if ((float)hist_quantile(level, N_LEVELS, RETURN_QUANTILE) + LEVEL_MIN < noise_db + RETURN_OVER_NOISE_DB)
        return RETURN_NONE;
    return (float)hist_quantile(difference, 2 * N_LEVELS, RETURN_QUANTILE) - N_LEVELS + RETURN_MARGIN_DB;
}

static void learn(struct energy *e)
{
    for (int c = 0; c < e->n_channels; c++) {
        struct channel *ch = &e->channel[c];
        const float noise = (float)hist_quantile(ch->hist, N_LEVELS, NOISE_QUANTILE) + LEVEL_MIN;
        const float least = (float)hist_quantile(ch->hist, N_LEVELS, NOISE_QUANTILE / 3.0) + LEVEL_MIN;
        const float loud = (float)hist_quantile(ch->hist, N_LEVELS, SPEECH_QUANTILE) + LEVEL_MIN;
        /* A floor of digital silence says nothing of how noise fluctuates. */
        const float spread = least > LEVEL_MIN + 1.0f ? noise - least : 0.0f;

        ch->on_db =
            fmaxf(fmaxf(noise + ON_OVER_NOISE_DB + SPREAD_WEIGHT * spread, loud - RANGE_DB), MIN_LEVEL_DBOV);
        ch->off_db = ch->on_db - HYSTERESIS_DB;
        ch->return_db = e->n_channels > 1 ? usual_return(e, c, noise + spread) : RETURN_NONE;
        rewind_channel(ch);
    }
    e->frame = 0;
    e->fill = 0;
    e->scanned = true;
}

static int close_piece(struct channel *ch, int64_t end)
{
    const struct piece piece = {(int32_t)ch->piece_from, (int32_t)end,
                                ch->n_tonal ? (float)(ch->tonal_sum / ch->n_tonal) : 0.0f, ch->first_piece};

    ch->tonal_sum = 0.0;
    ch->n_tonal = 0;
    ch->first_piece = false;
    ch->piece_from = end;
    return CQ_ARRAY_PUSH(&ch->pieces, piece);
}

static int close_span(struct channel *ch)
{
    ch->active = false;
    /* A span under the minimum is still one piece: nothing of it has been stored. */
    if (ch->last + 1 - ch->first < MIN_SPEECH_FRAMES)
        return 0;
    return close_piece(ch, ch->last + 1);
}

static int track(struct channel *ch, int64_t frame, float level, float limit, float tonal)
{
    const float on = fmaxf(ch->on_db, limit), off = fmaxf(ch->off_db, limit - HYSTERESIS_DB);
    int rc = 0;

    if (!ch->active && level >= on) {
        const int64_t floor = ch->pieces.n ? ch->pieces.v[ch->pieces.n - 1].end : 0;
        ch->active = true;
        ch->first = frame - LEAD_FRAMES < floor ? floor : frame - LEAD_FRAMES;
        ch->last = frame;
        ch->piece_from = ch->first;
        ch->first_piece = true;
        ch->tonal_sum = 0.0;
        ch->n_tonal = 0;
    }
    if (!ch->active)
        return 0;
    if (level >= off)
        ch->last = frame;
    else if (frame - ch->last > HANGOVER_FRAMES)
        return close_span(ch);
    ch->tonal_sum += tonal;
    ch->n_tonal++;
    if (ch->last + 1 - ch->piece_from >= PIECE_FRAMES)
        rc = close_piece(ch, ch->last + 1);
    return rc;
}

static int process_frame(struct energy *e, const float level[], const float tonal[])
{
    float limit[CQ_MAX_CHANNELS] = {0};
    int rc = 0;

    for (int c = 0; c < e->n_channels; c++)
        e->channel[c].recent[e->frame % RECENT] = level[c];
    for (int c = 0; c < e->n_channels; c++)
        limit[c] = e->n_channels > 1 ? recent_max(&e->channel[1 - c]) + e->channel[c].return_db : LEVEL_MIN;
    for (int c = 0; c < e->n_channels && !rc; c++)
        rc = track(&e->channel[c], e->frame, level[c], limit[c], tonal[c]);
    return rc;
}

static int run_hop(struct energy *e, bool scanning)
{
    const float *hop[CQ_MAX_CHANNELS] = {e->block[0], e->block[1]};
    float tonal[CQ_MAX_CHANNELS] = {0}, level[CQ_MAX_CHANNELS] = {0};
    int rc = 0;

    if (!scanning)
        cq_tonality_process(e->tonality, hop, tonal);
    for (int f = 0; f < HOP_FRAMES && !rc; f++, e->frame++) {
        for (int c = 0; c < e->n_channels; c++)
            level[c] = frame_level(&e->channel[c], e->block[c] + f * CQ_FRAME_SAMPLES);
        if (scanning)
            scan_frame(e, level);
        else
            rc = process_frame(e, level, tonal);
    }
    return rc;
}

static int feed(struct energy *e, const float *const pcm[], int n, bool scanning)
{
    int rc = 0;

    for (int at = 0; at < n && !rc;) {
        const int take = n - at < HOP_SAMPLES - e->fill ? n - at : HOP_SAMPLES - e->fill;
        for (int c = 0; c < e->n_channels; c++)
            memcpy(e->block[c] + e->fill, pcm[c] + at, (size_t)take * sizeof **pcm);
        at += take;
        e->fill += take;
        if (e->fill == HOP_SAMPLES) {
            e->fill = 0;
            rc = run_hop(e, scanning);
        }
    }
    return rc;
}

static int energy_scan(struct cq_detector *d, const float *const pcm[], int n)
{
    return feed((struct energy *)d, pcm, n, true);
}

static int energy_process(struct cq_detector *d, const float *const pcm[], int n)
{
    struct energy *e = (struct energy *)d;

    if (!e->scanned)
        learn(e);
    return feed(e, pcm, n, false);
}

/* Share of steady sinusoids in the pieces from `first` to `last`. */
static double mean_tonal(const struct pieces *p, size_t first, size_t last)
{
    double sum = 0.0, length = 0.0;

    for (size_t k = first; k <= last; k++) {
        const int l = p->v[k].end - p->v[k].start;
        sum += (double)p->v[k].tonal * l;
        length += l;
    }
    return length > 0.0 ? sum / length : 0.0;
}

/*
 * Whether steady sinusoids hold too much of the sound around piece i for talk: on both sides of it, so that
 * talk right before or after music stays talk.
 */
static bool is_music(const struct pieces *p, size_t i)
{
    const struct piece *own = &p->v[i];
    size_t first = i, last = i;
    double before, after;

    if (own->tonal > 2.0 * TONAL_LIMIT && own->end - own->start >= SHORT_TONAL_FRAMES)
        return true;
    while (first && p->v[first - 1].end > own->start - TONAL_WINDOW_FRAMES)
        first--;
    while (last + 1 < p->n && p->v[last + 1].start < own->end + TONAL_WINDOW_FRAMES)
        last++;
    before = first < i ? mean_tonal(p, first, i) : own->tonal;
    after = last > i ? mean_tonal(p, i, last) : own->tonal;
    return before > TONAL_LIMIT && after > TONAL_LIMIT;
}

static int add_channel(struct energy *e, int c, struct cq_activity *a)
{
    const struct pieces *p = &e->channel[c].pieces;
    struct cq_activity_span span = {.party = (enum cq_party)c, .confidence = 0.5f};
    int rc = 0;

    for (size_t i = 0; i < p->n && !rc; i++) {
        const enum cq_sound sound = is_music(p, i) ? CQ_SOUND_MUSIC : CQ_SOUND_SPEECH;
        if (i && !p->v[i].starts && sound == span.sound) {
            span.at.end_s = p->v[i].end / FRAMES_PER_S;
            continue;
        }
        if (i)
            rc = cq_activity_add(a, &span);
        span.sound = sound;
        span.at.start_s = p->v[i].start / FRAMES_PER_S;
        span.at.end_s = p->v[i].end / FRAMES_PER_S;
    }
    if (p->n && !rc)
        rc = cq_activity_add(a, &span);
    return rc;
}

/* One channel: nothing tells the voices apart here, so a longer silence is taken as a change of speaker. */
static void share_out(struct cq_activity *a)
{
    enum cq_party party = CQ_AGENT;
    double end_s = 0.0;

    for (size_t i = 0; i < a->n; i++) {
        if (a->v[i].sound != CQ_SOUND_SPEECH)
            continue;
        if (end_s > 0.0 && a->v[i].at.start_s - end_s >= MIXED_TURN_GAP_S)
            party = cq_party_other(party);
        a->v[i].party = party;
        end_s = a->v[i].at.end_s;
    }
    a->diarized = true;
    a->party_confidence = MIXED_CONFIDENCE;
    snprintf(a->party_rule, sizeof a->party_rule, "alternates");
}

static int energy_flush(struct cq_detector *d, struct cq_activity *ret_activity)
{
    struct energy *e = (struct energy *)d;
    struct cq_activity a = {.answer_s = NAN, .party_confidence = 1.0};
    int rc = 0;

    a.duration_s = ((double)e->frame * CQ_FRAME_SAMPLES + e->fill) / CQ_ANALYSIS_RATE_HZ;
    snprintf(a.detector, sizeof a.detector, "energy 1");
    for (int p = 0; p < CQ_N_PARTIES; p++)
        a.crosstalk_db[p] = a.leak_delay_ms[p] = NAN;
    for (int c = 0; c < e->n_channels && !rc; c++) {
        if (e->channel[c].active)
            rc = close_span(&e->channel[c]);
        if (!rc)
            rc = add_channel(e, c, &a);
    }
    if (rc)
        goto out;
    cq_activity_sort(&a);
    if (e->n_channels == 1)
        share_out(&a);
    *ret_activity = a;
    a = (struct cq_activity){0};
out:
    cq_activity_done(&a);
    return rc;
}

const struct cq_detector_ops cq_energy_ops = {
    .name = "energy",
    .create = energy_create,
    .scan = energy_scan,
    .process = energy_process,
    .flush = energy_flush,
    .free = energy_free,
};
