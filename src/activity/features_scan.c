/* First pass: histograms of levels, from which the scene of the call is read. */
#include "activity/features_private.h"

#include <math.h>

#define FULL_BLOCKS 750  /* the first minute is looked at whole */
#define PERIOD_BLOCKS 64 /* after it, of every 5.12 s ... */
#define PERIOD_USED 16   /* ... 1.28 s: percentiles need no more */
#define REF_SHARE (1.0 - 0.015)
#define FLOOR_SHARE 0.10
#define COUPLING_SHARE 0.20
#define ACTIVE_RANGE_DB                                                                                        \
    25.0f /* the other party is active while its recent maximum lies this near its loudest */
#define EMPTY_REF_DB (-30.0f)
#define EMPTY_FLOOR_DB (-70.0f)
#define MIN_FLOOR_DB (-78.0f) /* quieter backgrounds are told apart by no telephone codec */
#define MIN_REF_DB (-60.0f)   /* nobody's voice: the reference of a channel without any talk */

void cq_histogram_add(struct histogram *h, float db)
{
    int k = (int)floorf(db) - HIST_LOW_DB;
    k = k < 0 ? 0 : k >= HIST_BINS ? HIST_BINS - 1 : k;
    h->n[k]++;
    h->total++;
}

float cq_histogram_quantile(const struct histogram *h, double share, float empty)
{
    if (!h->total)
        return empty;
    const double want = share * h->total;
    double below = 0.0;
    for (int k = 0; k < HIST_BINS; k++) {
        if (h->n[k] && below + h->n[k] >= want)
            return (float)(HIST_LOW_DB + k + (want - below) / h->n[k]);
        below += h->n[k];
    }
    return HIST_LOW_DB + HIST_BINS;
}

static void count_block(struct cq_features *f, int n_valid)
{
    for (int c = 0; c < 2; c++) {
        struct channel *ch = &f->ch[c];
        const struct frame_block *b = &f->block[c], *o = &f->block[1 - c];
        float *loudest = &f->ch[1 - c].loudest_db;
        for (int l = 0; l < n_valid; l++) {
            cq_histogram_add(&ch->level, b->level_db[l]);
            for (int i = 0; i < CQ_MEL / 2; i++)
                cq_histogram_add(&ch->band[i], b->pair_db[i][l]);
            *loudest = fmaxf(*loudest, o->level_db[l]);
            if (o->recent_level_db[l] > *loudest - ACTIVE_RANGE_DB)
                cq_histogram_add(&ch->coupling, b->level_db[l] - o->recent_level_db[l]);
        }
    }
}

static void scan_blocks(struct cq_features *f)
{
    while (f->fill - f->at >= BLOCK_SAMPLES + TAIL) {
        const int64_t k = f->n_blocks++;
        if (k < FULL_BLOCKS || k % PERIOD_BLOCKS < PERIOD_USED) {
            cq_features_levels(f);
            const int64_t left = (f->n_samples - k * BLOCK_SAMPLES) / CQ_FEAT_HOP;
            count_block(f, left < FRAMES ? (int)left : FRAMES);
        }
        f->at += BLOCK_SAMPLES;
    }
}

int cq_features_scan(struct cq_features *f, const float *const pcm[2], int n)
{
    if (!f->n_samples)
        for (int c = 0; c < 2; c++)
            f->ch[c].loudest_db = EMPTY_FLOOR_DB;
    for (int done = 0; done < n;) {
        const float *const rest[2] = {pcm[0] + done, pcm[1] + done};
        const int m = cq_features_take(f, rest, n - done);
        f->n_samples += m;
        done += m;
        scan_blocks(f);
    }
    return cq_features_leak_watch(f, pcm, n);
}

static void read_scene(struct channel *ch)
{
    struct cq_features_scene *s = &ch->scene;
    s->ref_db = fmaxf(cq_histogram_quantile(&ch->level, REF_SHARE, EMPTY_REF_DB), MIN_REF_DB);
    s->floor_db = fmaxf(cq_histogram_quantile(&ch->level, FLOOR_SHARE, EMPTY_FLOOR_DB), MIN_FLOOR_DB);
    s->coupling_db = cq_histogram_quantile(&ch->coupling, COUPLING_SHARE, EMPTY_FLOOR_DB - EMPTY_REF_DB);
    for (int i = 0; i < CQ_MEL / 2; i++)
        ch->band_floor_db[i] =
            fmaxf(cq_histogram_quantile(&ch->band[i], FLOOR_SHARE, EMPTY_FLOOR_DB), MIN_FLOOR_DB);
    s->leak = false;
    s->leak_db = NAN;
    s->delay = 0;
}

int cq_features_scan_end(struct cq_features *f)
{
    static const float silence[BLOCK_SAMPLES + TAIL];
    const float *const pcm[2] = {silence, silence};
    for (int done = 0; done < BLOCK_SAMPLES + TAIL;) { /* behind the last frames; not counted */
        const float *const rest[2] = {pcm[0] + done, pcm[1] + done};
        done += cq_features_take(f, rest, BLOCK_SAMPLES + TAIL - done);
        scan_blocks(f);
    }
    for (int c = 0; c < 2; c++)
        read_scene(&f->ch[c]);
    const int r = cq_features_leak_find(f);
    cq_features_rewind(f);
    f->scanned = true;
    return r;
}
