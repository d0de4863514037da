#include "activity/detector_sound.h"

#include "base/array.h"
#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define BLOCK_MS 20
enum { BLOCK = CQ_ANALYSIS_RATE_HZ / 1000 * BLOCK_MS };
#define N_LEVELS 100 /* histogram of 1 dB steps from -100 dBov */

static const double NOISE_QUANTILE = 0.15; /* both parties pause for more of a call than this */
static const float OVER_NOISE_DB = 9.0f;
static const float MIN_DBOV = -60.0f; /* softer is no music that anybody hears */
static const int BRIDGE_BLOCKS = 5;   /* 0.1 s: between two notes */
static const double OUTWARDS_S = 2.0; /* a fade that the detector came late to */
static const double INWARDS_S = 1.0;

struct sound_channel {
    uint32_t hist[N_LEVELS];
    float threshold; /* mean square */
    double sum;      /* of the block that is coming in */
    int fill;
    int32_t block; /* index of it */
    bool open;
    int32_t first, last;
    struct cq_spans spans; /* sorted, disjoint */
};

struct cq_sound_edges {
    int n_channels;
    bool scanned;
    struct sound_channel channel[CQ_MAX_CHANNELS];
};

int cq_sound_edges_new(int n_channels, struct cq_sound_edges **ret_s)
{
    struct cq_sound_edges *s;

    if (n_channels < 1 || n_channels > CQ_MAX_CHANNELS)
        return -EINVAL;
    s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->n_channels = n_channels;
    *ret_s = s;
    return 0;
}

struct cq_sound_edges *cq_sound_edges_free(struct cq_sound_edges *s)
{
    for (int c = 0; s && c < s->n_channels; c++)
        free(s->channel[c].spans.v);
    free(s);
    return NULL;
}

static void learn(struct sound_channel *ch)
{
    uint64_t total = 0, seen = 0;
    int k;

    for (k = 0; k < N_LEVELS; k++)
        total += ch->hist[k];
    for (k = 0; k < N_LEVELS - 1; k++) {
        seen += ch->hist[k];
        if ((double)seen >= NOISE_QUANTILE * (double)total)
            break;
    }
    ch->threshold = powf(10.0f, 0.1f * fmaxf((float)k - 100.0f + OVER_NOISE_DB, MIN_DBOV));
    ch->sum = 0.0;
    ch->fill = 0;
    ch->block = 0;
}

static int close_span(struct sound_channel *ch)
{
    const struct cq_span span = {ch->first * (BLOCK_MS / 1000.0), (ch->last + 1) * (BLOCK_MS / 1000.0)};

    ch->open = false;
    return CQ_ARRAY_PUSH(&ch->spans, span);
}

static int take_block(struct sound_channel *ch, bool scanning)
{
    const float energy = (float)(ch->sum / BLOCK);
    int rc = 0;

    ch->sum = 0.0;
    ch->fill = 0;
    if (scanning) {
        const int level = (int)(10.0f * log10f(energy + 1e-10f) + 100.0f);
        ch->hist[level < 0 ? 0 : level >= N_LEVELS ? N_LEVELS - 1 : level]++;
    } else if (energy >= ch->threshold) {
        if (!ch->open)
            ch->first = ch->block;
        ch->open = true;
        ch->last = ch->block;
    } else if (ch->open && ch->block - ch->last > BRIDGE_BLOCKS) {
        rc = close_span(ch);
    }
    ch->block++;
    return rc;
}

/* Sum of squares; four sums side by side, because one alone would wait for every addition. */
static float energy_of(const float *x, int n)
{
    float sum[4] = {0};
    int i = 0;

    for (; i + 4 <= n; i += 4) {
        sum[0] += x[i] * x[i];
        sum[1] += x[i + 1] * x[i + 1];
        sum[2] += x[i + 2] * x[i + 2];
        sum[3] += x[i + 3] * x[i + 3];
    }
    for (; i < n; i++)
        sum[0] += x[i] * x[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static int feed(struct cq_sound_edges *s, const float *const pcm[], int n, bool scanning)
{
    int rc = 0;

    for (int c = 0; c < s->n_channels; c++) {
        struct sound_channel *ch = &s->channel[c];
        for (int at = 0; at < n && !rc;) {
            const int take = n - at < BLOCK - ch->fill ? n - at : BLOCK - ch->fill;
            ch->sum += energy_of(pcm[c] + at, take);
            ch->fill += take;
            at += take;
            if (ch->fill == BLOCK)
                rc = take_block(ch, scanning);
        }
    }
    return rc;
}

int cq_sound_edges_scan(struct cq_sound_edges *s, const float *const pcm[], int n)
{
    return feed(s, pcm, n, true);
}

int cq_sound_edges_process(struct cq_sound_edges *s, const float *const pcm[], int n)
{
    if (!s->scanned) {
        for (int c = 0; c < s->n_channels; c++)
            learn(&s->channel[c]);
        s->scanned = true;
    }
    return feed(s, pcm, n, false);
}

/* The first span of sound that ends after t. */
static const struct cq_span *sound_at(const struct sound_channel *ch, double t_s)
{
    size_t low = 0, high = ch->spans.n;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (ch->spans.v[mid].end_s > t_s)
            high = mid;
        else
            low = mid + 1;
    }
    return low < ch->spans.n ? &ch->spans.v[low] : NULL;
}

/* How far music i may grow: up to what else was found in its channel. */
static struct cq_span room(const struct cq_activity *a, size_t i)
{
    const struct cq_activity_span *m = &a->v[i];
    struct cq_span r = {m->at.start_s - OUTWARDS_S, m->at.end_s + OUTWARDS_S};

    for (size_t k = 0; k < a->n && a->v[k].at.start_s < r.end_s; k++) {
        const struct cq_activity_span *o = &a->v[k];
        const bool other =
            o->sound == CQ_SOUND_SPEECH || o->sound == CQ_SOUND_TONE || o->sound == CQ_SOUND_MUSIC;
        if (k == i || o->party != m->party || !other)
            continue;
        if (o->at.start_s < m->at.start_s)
            r.start_s = fmax(r.start_s, fmin(o->at.end_s, m->at.start_s));
        else if (o->at.end_s > m->at.end_s)
            r.end_s = fmin(r.end_s, fmax(o->at.start_s, m->at.end_s));
    }
    return r;
}

static void refine_one(const struct sound_channel *ch, const struct cq_span *limits, struct cq_span *at)
{
    const struct cq_span *first = sound_at(ch, at->start_s), *last = sound_at(ch, at->end_s);
    struct cq_span r = *at;

    if (first && first->start_s <= at->start_s)
        r.start_s = fmax(first->start_s, limits->start_s);
    else if (first && first->start_s - at->start_s <= INWARDS_S)
        r.start_s = first->start_s;
    if (last && last->start_s < at->end_s)
        r.end_s = fmin(last->end_s, limits->end_s);
    else {
        /* In silence: back to the end of the sound before. */
        const struct cq_span *end = ch->spans.v + ch->spans.n, *before = last ? last : end;
        if (before > ch->spans.v && at->end_s - before[-1].end_s <= INWARDS_S)
            r.end_s = before[-1].end_s;
    }
    if (r.end_s > r.start_s)
        *at = r;
}

void cq_sound_edges_refine(struct cq_sound_edges *s, struct cq_activity *a)
{
    for (int c = 0; c < s->n_channels; c++) {
        if (s->channel[c].open && close_span(&s->channel[c]))
            return; /* no memory for one span more: the edges stay as they are */
    }
    for (size_t i = 0; i < a->n; i++) {
        struct cq_activity_span *m = &a->v[i];
        const int c = s->n_channels > 1 ? (int)m->party : 0;
        if (m->sound != CQ_SOUND_MUSIC || c < 0 || c >= s->n_channels || !s->channel[c].spans.n)
            continue;
        const struct cq_span limits = room(a, i);
        refine_one(&s->channel[c], &limits, &m->at);
    }
}
