#include "audio/resample.h"

#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <soxr.h>
#include <stdlib.h>

struct cq_resample {
    soxr_t soxr;
    int n_channels;
    int capacity; /* frames a plane of out */
    float *out[CQ_MAX_CHANNELS];
};

int cq_resample_new(int in_hz, int out_hz, int n_channels, struct cq_resample **ret_r)
{
    int err = 0;
    if (in_hz <= 0 || out_hz <= 0 || n_channels < 1 || n_channels > CQ_MAX_CHANNELS)
        return -EINVAL;
    struct cq_resample *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    r->n_channels = n_channels;
    r->capacity = (int)ceil((double)CQ_RESAMPLE_MAX_FRAMES * out_hz / in_hz) + 64;
    for (int c = 0; c < n_channels; c++) {
        r->out[c] = malloc((size_t)r->capacity * sizeof(float));
        if (!r->out[c]) {
            err = -ENOMEM;
            goto out;
        }
    }
    soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_S, SOXR_FLOAT32_S);
    soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t fault = NULL;
    r->soxr = soxr_create(in_hz, out_hz, (unsigned)n_channels, &fault, &io, &quality, &runtime);
    if (fault || !r->soxr) {
        err = -EINVAL;
        goto out;
    }
    *ret_r = r;
    r = NULL;
out:
    cq_resample_free(r);
    return err;
}

int cq_resample_process(struct cq_resample *r, const float *const in[], int n, int *ret_used,
                        const float *ret_out[], int *ret_n)
{
    size_t used = 0, got = 0;
    soxr_error_t fault = soxr_process(r->soxr, n ? (soxr_in_t)in : NULL, (size_t)n, &used, (soxr_out_t)r->out,
                                      (size_t)r->capacity, &got);
    if (fault || (n && !used && !got))
        return -EIO;
    for (int c = 0; c < r->n_channels; c++)
        ret_out[c] = r->out[c];
    *ret_used = (int)used;
    *ret_n = (int)got;
    return 0;
}

struct cq_resample *cq_resample_free(struct cq_resample *r)
{
    if (!r)
        return NULL;
    if (r->soxr)
        soxr_delete(r->soxr);
    for (int c = 0; c < CQ_MAX_CHANNELS; c++)
        free(r->out[c]);
    free(r);
    return NULL;
}
