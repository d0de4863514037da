#include "audio/health.h"

#include "audio/bandwidth.h"
#include "audio/clipping.h"
#include "audio/faults.h"
#include "audio/flats.h"
#include "audio/hum.h"
#include "audio/levels.h"
#include "audio/samples.h"
#include "audio/twins.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Samples go through a window buffer: `past` samples before the frame being looked at and `ahead` behind it
 * stay readable, since what surrounds a run of samples decides what it is.
 */
#define FRAMES_KEPT 2
#define BLOCK_FRAMES 64

struct channel {
    struct cq_levels levels;
    struct cq_flats flats;
    struct cq_clipping *clipping;
    struct cq_bandwidth *bandwidth;
    struct cq_hum *hum;
    int16_t *x; /* FRAMES_KEPT frames of past, then the samples not looked at yet */
};

struct cq_health_meter {
    struct cq_health_opts opts;
    int half;  /* 5 ms */
    int frame; /* two halves */
    int room;  /* samples that fit behind the past */
    int fill;  /* of them */
    struct channel channel[CQ_MAX_CHANNELS];
    struct cq_twins twins;
    struct cq_faults faults;
};

static int channel_new(struct channel *ch, const struct cq_health_opts *opts, int index, size_t n_samples)
{
    cq_levels_init(&ch->levels);
    cq_flats_init(&ch->flats, opts->rate_hz, index);
    int err = cq_clipping_new(opts->rate_hz, opts->level_step, opts->companded, &ch->clipping);
    if (!err)
        err = cq_bandwidth_new(opts->rate_hz, &ch->bandwidth);
    if (!err)
        err = cq_hum_new(opts->rate_hz, &ch->hum);
    ch->x = calloc(n_samples, sizeof *ch->x);
    return err ? err : ch->x ? 0 : -ENOMEM;
}

int cq_health_new(const struct cq_health_opts *opts, struct cq_health_meter **ret_m)
{
    int err = 0;
    struct cq_health_meter *m = calloc(1, sizeof *m);
    if (!m)
        return -ENOMEM;
    m->opts = *opts;
    m->half = opts->rate_hz / 200;
    m->frame = 2 * m->half;
    m->room = (BLOCK_FRAMES + 2) * m->frame;
    cq_twins_init(&m->twins, opts->silence_dbov);
    /* one frame more, of zeros: what flush() looks at behind the end */
    size_t n_samples = (size_t)(FRAMES_KEPT * m->frame + m->room + m->frame);
    for (int c = 0; c < opts->n_channels; c++) {
        err = channel_new(&m->channel[c], opts, c, n_samples);
        if (err)
            goto out;
    }
    *ret_m = m;
    m = NULL;
out:
    cq_health_free(m);
    return err;
}

/* One frame of every channel, n samples from position `at` behind the past; shorter than a frame only at the
 * end. */
static int look_at(struct cq_health_meter *m, int at, int n)
{
    struct cq_sample_stats whole[CQ_MAX_CHANNELS];
    double level_dbov[CQ_MAX_CHANNELS];
    const int16_t *x[CQ_MAX_CHANNELS];
    for (int c = 0; c < m->opts.n_channels; c++) {
        struct channel *ch = &m->channel[c];
        x[c] = ch->x + FRAMES_KEPT * m->frame + at;
        whole[c] = (struct cq_sample_stats){.min = x[c][0], .max = x[c][0]};
        for (int i = 0; i < n; i += m->half) {
            struct cq_sample_stats part;
            int k = n - i < m->half ? n - i : m->half;
            cq_samples_stats(x[c] + i, k, &part);
            int err = cq_flats_add(&ch->flats, x[c] + i, k, &part, &m->faults);
            if (err)
                return err;
            whole[c].min = part.min < whole[c].min ? part.min : whole[c].min;
            whole[c].max = part.max > whole[c].max ? part.max : whole[c].max;
            whole[c].sum += part.sum;
            whole[c].sum_sq += part.sum_sq;
        }
        level_dbov[c] = cq_levels_add(&ch->levels, &whole[c], n);
        int err = cq_clipping_add(ch->clipping, x[c], n, &whole[c]);
        if (err)
            return err;
    }
    if (m->opts.n_channels == 2)
        cq_twins_add(&m->twins, x, n, whole, level_dbov);
    return 0;
}

/* Look at every frame that has another one behind it, and move the rest to the front. */
static int advance(struct cq_health_meter *m)
{
    int at = 0;
    for (; m->fill - at >= 2 * m->frame; at += m->frame) {
        int err = look_at(m, at, m->frame);
        if (err)
            return err;
    }
    for (int c = 0; c < m->opts.n_channels; c++) {
        int16_t *x = m->channel[c].x;
        memmove(x, x + at, (size_t)(FRAMES_KEPT * m->frame + m->fill - at) * sizeof *x);
    }
    m->fill -= at;
    return 0;
}

int cq_health_process(struct cq_health_meter *m, const int16_t *const planes[], int n)
{
    for (int c = 0; c < m->opts.n_channels; c++) {
        cq_bandwidth_add(m->channel[c].bandwidth, planes[c], n);
        cq_hum_add(m->channel[c].hum, planes[c], n);
    }
    for (int done = 0; done < n;) {
        int k = n - done < m->room - m->fill ? n - done : m->room - m->fill;
        for (int c = 0; c < m->opts.n_channels; c++)
            memcpy(m->channel[c].x + FRAMES_KEPT * m->frame + m->fill, planes[c] + done,
                   (size_t)k * sizeof(int16_t));
        m->fill += k;
        done += k;
        int err = advance(m);
        if (err)
            return err;
    }
    return 0;
}

static int finish_channel(struct cq_health_meter *m, int index, struct cq_channel_health *ret_health)
{
    struct channel *ch = &m->channel[index];
    cq_levels_finish(&ch->levels, m->opts.silence_dbov, ret_health);
    cq_flats_flush(&ch->flats);
    ret_health->digital_zero_ratio = ch->flats.n ? (double)ch->flats.n_flat / (double)ch->flats.n : 0.0;
    ret_health->dropouts = ch->flats.dropouts;
    ret_health->hum_db = cq_hum_finish(ch->hum);
    ret_health->bandwidth_hz = cq_bandwidth_finish(ch->bandwidth);
    return cq_clipping_finish(ch->clipping, index, &m->faults, &ret_health->clipping_ratio);
}

int cq_health_flush(struct cq_health_meter *m, struct cq_health *ret_health)
{
    struct cq_health health = {0};
    for (int at = 0; at < m->fill; at += m->frame) {
        /* zeros behind the end: the room for them is there */
        for (int c = 0; c < m->opts.n_channels && at == 0; c++)
            memset(m->channel[c].x + FRAMES_KEPT * m->frame + m->fill, 0, (size_t)m->frame * sizeof(int16_t));
        int err = look_at(m, at, m->fill - at < m->frame ? m->fill - at : m->frame);
        if (err)
            return err;
    }
    m->fill = 0;
    for (int c = 0; c < CQ_MAX_CHANNELS; c++) {
        health.leak_db[c] = health.leak_delay_ms[c] = NAN;
        health.channel[c].hum_db = NAN;
        health.channel[c].silent = true;
        if (c >= m->opts.n_channels)
            continue;
        int err = finish_channel(m, c, &health.channel[c]);
        if (err)
            return err;
    }
    cq_twins_finish(&m->twins, &health);
    cq_faults_sort(&m->faults);
    health.faults = m->faults.v;
    health.n_faults = m->faults.n;
    m->faults = (struct cq_faults){0};
    *ret_health = health;
    return 0;
}

struct cq_health_meter *cq_health_free(struct cq_health_meter *m)
{
    if (!m)
        return NULL;
    for (int c = 0; c < CQ_MAX_CHANNELS; c++) {
        cq_clipping_free(m->channel[c].clipping);
        cq_bandwidth_free(m->channel[c].bandwidth);
        cq_hum_free(m->channel[c].hum);
        free(m->channel[c].x);
    }
    cq_faults_done(&m->faults);
    free(m);
    return NULL;
}
