#include "activity/mono_detector.h"

#include "activity/mono.h"
#include "base/error.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct mono_detector {
    struct cq_detector base;
    struct cq_mono *mono;
    const char *agent_rule;
};

static struct cq_detector *mono_free(struct cq_detector *d)
{
    struct mono_detector *md = (struct mono_detector *)d;

    if (!md)
        return NULL;
    cq_mono_free(md->mono);
    free(md);
    return NULL;
}

static int mono_create(const struct cq_activity_opts *opts, int n_channels, struct cq_error *err,
                       struct cq_detector **ret_d)
{
    struct mono_detector *md = NULL;
    int rc;

    if (n_channels != 1)
        return cq_error_set(err, -EINVAL, NULL, 0,
                            "the detector for mixed recordings takes one channel, not %d", n_channels);
    md = calloc(1, sizeof *md);
    if (!md)
        return -ENOMEM;
    md->base.ops = &cq_mono_ops;
    md->agent_rule = opts->mono_agent_rule;
    rc = cq_mono_new(NULL, opts->cpu, err, &md->mono);
    if (rc)
        mono_free(&md->base);
    else
        *ret_d = &md->base;
    return rc;
}

static int mono_scan(struct cq_detector *d, const float *const pcm[], int n)
{
    return cq_mono_scan(((struct mono_detector *)d)->mono, pcm[0], n);
}

static int mono_process(struct cq_detector *d, const float *const pcm[], int n)
{
    return cq_mono_process(((struct mono_detector *)d)->mono, pcm[0], n);
}

static int mono_flush(struct cq_detector *d, struct cq_activity *ret_activity)
{
    struct mono_detector *md = (struct mono_detector *)d;
    struct cq_activity a = {.answer_s = NAN, .party_confidence = 0.5};
    int rc;

    for (int p = 0; p < CQ_N_PARTIES; p++)
        a.crosstalk_db[p] = a.leak_delay_ms[p] = NAN;
    snprintf(a.detector, sizeof a.detector, "%s", CQ_MONO_NAME);
    rc = cq_mono_flush(md->mono, md->agent_rule, &a);
    if (rc) {
        cq_activity_done(&a);
        return rc;
    }
    a.duration_s = cq_mono_duration_s(md->mono);
    *ret_activity = a;
    return 0;
}

const struct cq_detector_ops cq_mono_ops = {
    .name = "mono",
    .create = mono_create,
    .scan = mono_scan,
    .process = mono_process,
    .flush = mono_flush,
    .free = mono_free,
};
