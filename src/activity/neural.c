#include "activity/neural.h"

#include "activity/decode.h"
#include "activity/features.h"
#include "activity/network.h"
#include "base/error.h"
#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MODEL_NAME "activity-3"

struct neural {
    struct cq_detector base;
    struct cq_model *model;
    struct cq_features *features;
    struct cq_network *network;
    struct cq_decoder *decoder;
    struct cq_activity found;
    int64_t n_samples;
    bool scan_ended;
};

static struct cq_detector *neural_free(struct cq_detector *base)
{
    struct neural *d = (struct neural *)base;
    if (!d)
        return NULL;
    cq_decoder_free(d->decoder);
    cq_network_free(d->network);
    cq_features_free(d->features);
    cq_model_free(d->model);
    cq_activity_done(&d->found);
    free(d);
    return NULL;
}

static int neural_create(const struct cq_activity_opts *opts, int n_channels, struct cq_error *err,
                         struct cq_detector **ret_d)
{
    const struct cq_decode_opts decode = CQ_DECODE_OPTS_INIT;
    if (n_channels != 2)
        return cq_error_set(err, -EINVAL, NULL, 0, "this detector takes two channels");
    struct neural *d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    d->base.ops = &cq_neural_ops;
    int r = cq_model_load(opts->model_path, err, &d->model);
    if (r)
        goto out;
    r = cq_features_new(opts->cpu, &d->features);
    if (!r)
        r = cq_network_new(d->model, opts->cpu, &d->network);
    if (!r)
        r = cq_decoder_new(&decode, &d->found, &d->decoder);
    if (r == -ENOTSUP)
        cq_error_set(err, r, NULL, 0, "this machine lacks the instruction set asked for; use cpu -1");
out:
    if (r)
        neural_free(&d->base);
    else
        *ret_d = &d->base;
    return r;
}

static int neural_scan(struct cq_detector *base, const float *const pcm[], int n)
{
    return cq_features_scan(((struct neural *)base)->features, pcm, n);
}

static int take_rows(void *ctx, const int16_t (*rows)[2][CQ_FEAT_N], int n_frames)
{
    struct neural *d = ctx;
    return cq_network_push(d->network, rows, n_frames, cq_decoder_push, d->decoder);
}

static int end_scan(struct neural *d)
{
    if (d->scan_ended)
        return 0;
    d->scan_ended = true;
    return cq_features_scan_end(d->features);
}

static int neural_process(struct cq_detector *base, const float *const pcm[], int n)
{
    struct neural *d = (struct neural *)base;
    const int r = end_scan(d);
    if (r)
        return r;
    d->n_samples += n;
    return cq_features_push(d->features, pcm, n, take_rows, d);
}

static int neural_flush(struct cq_detector *base, struct cq_activity *ret_activity)
{
    struct neural *d = (struct neural *)base;
    int r = end_scan(d);
    if (!r)
        r = cq_features_finish(d->features, take_rows, d);
    if (!r)
        r = cq_network_finish(d->network, cq_decoder_push, d->decoder);
    if (!r)
        r = cq_decoder_finish(d->decoder);
    if (r)
        return r;
    struct cq_activity *a = &d->found;
    cq_activity_sort(a);
    a->duration_s = (double)d->n_samples / CQ_ANALYSIS_RATE_HZ;
    a->answer_s = NAN;
    a->party_confidence = 1.0;
    snprintf(a->detector, sizeof a->detector, "neural %s/%s", MODEL_NAME, cq_model_id(d->model));
    for (int c = 0; c < 2; c++) { /* the scene tells of the listener's channel, the record of the talker */
        const struct cq_features_scene *s = cq_features_scene_of(d->features, 1 - c);
        a->crosstalk_db[c] = s->leak ? (double)s->leak_db : NAN;
        a->leak_delay_ms[c] = s->leak ? (double)s->delay * 1000.0 / CQ_ANALYSIS_RATE_HZ : NAN;
    }
    *ret_activity = *a;
    *a = (struct cq_activity){0};
    return 0;
}

const struct cq_detector_ops cq_neural_ops = {
    .name = "neural",
    .create = neural_create,
    .scan = neural_scan,
    .process = neural_process,
    .flush = neural_flush,
    .free = neural_free,
};
