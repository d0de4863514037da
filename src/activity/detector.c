#include "activity/detector.h"

#include "activity/detector_call.h"
#include "activity/energy.h"
#include "activity/mono_detector.h"
#include "activity/neural.h"
#include "base/error.h"
#include "base/str.h"
#include "callqa/recording.h"

#include <errno.h>
#include <string.h>

/* Every detector; the first is the default. */
static const struct cq_detector_ops *const DETECTORS[] = {
    &cq_neural_ops,
    &cq_energy_ops,
};

#define N_DETECTORS (sizeof DETECTORS / sizeof DETECTORS[0])

static const struct cq_detector_ops *find(const char *name)
{
    for (size_t i = 0; i < N_DETECTORS; i++) {
        if (strcmp(DETECTORS[i]->name, name) == 0)
            return DETECTORS[i];
    }
    return NULL;
}

static int unknown(const char *name, struct cq_error *err)
{
    struct cq_str names = {0};
    int rc;

    for (size_t i = 0; i < N_DETECTORS; i++)
        cq_str_printf(&names, "%s%s", i ? ", " : "", DETECTORS[i]->name);
    rc = cq_error_set(err, -EINVAL, NULL, 0, "no detector is called '%s'; choose one of: %s", name,
                      names.failed || !names.s ? "energy" : names.s);
    cq_str_done(&names);
    return rc;
}

int cq_detector_new(const struct cq_activity_opts *opts, int n_channels, struct cq_error *err,
                    struct cq_detector **ret_d)
{
    const char *name = opts->detector ? opts->detector : "neural";
    const struct cq_detector_ops *ops = find(name);
    struct cq_detector *inner = NULL;
    int rc;

    if (!ops)
        return unknown(name, err);
    if (n_channels < 1 || n_channels > CQ_MAX_CHANNELS)
        return cq_error_set(err, -EINVAL, NULL, 0, "a detector takes 1 or 2 channels, not %d", n_channels);
    /* One channel that carries both parties needs a network of its own. */
    if (n_channels == 1 && strcmp(name, "neural") == 0)
        ops = &cq_mono_ops;
    rc = ops->create(opts, n_channels, err, &inner);
    return rc ? rc : cq_detector_call_new(inner, opts, n_channels, ret_d);
}

int cq_detector_scan(struct cq_detector *d, const float *const pcm[], int n)
{
    return d->ops->scan ? d->ops->scan(d, pcm, n) : 0;
}

int cq_detector_process(struct cq_detector *d, const float *const pcm[], int n)
{
    return d->ops->process(d, pcm, n);
}

int cq_detector_flush(struct cq_detector *d, struct cq_activity *ret_activity)
{
    return d->ops->flush(d, ret_activity);
}

struct cq_detector *cq_detector_free(struct cq_detector *d)
{
    return d ? d->ops->free(d) : NULL;
}
