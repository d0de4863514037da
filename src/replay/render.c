#include "replay/render.h"

#include "audio/write.h"
#include "base/error.h"
#include "callqa/recording.h"

#include <errno.h>

#define BLOCK 1024

static int render_all(struct cq_engine *e, struct cq_audio_writer *w, const atomic_bool *stop,
                      struct cq_error *err, int64_t *n_written)
{
    struct cq_replay_frame v[BLOCK];
    float pairs[2 * BLOCK];
    for (;;) {
        size_t n;
        if (stop && atomic_load(stop))
            return -ECANCELED;
        int r = cq_engine_read(e, v, BLOCK, &n);
        if (r == -EIO)
            return cq_error_set(err, r, NULL, 0, "the recording cannot be read on; check the disk it is on");
        if (r || !n)
            return r;
        for (size_t i = 0; i < n; i++) {
            pairs[2 * i] = v[i].left;
            pairs[2 * i + 1] = v[i].right;
        }
        r = cq_audio_writer_write(w, pairs, n, err);
        if (r)
            return r;
        *n_written += (int64_t)n;
    }
}

int cq_replay_render(struct cq_engine *e, const char *path, const atomic_bool *stop, struct cq_error *err,
                     double *ret_s)
{
    struct cq_audio_writer *w = NULL;
    int64_t n = 0;
    int r = cq_audio_writer_new(path, CQ_ANALYSIS_RATE_HZ, 2, err, &w);
    if (r)
        return r;
    r = render_all(e, w, stop, err, &n);
    if (r) {
        cq_audio_writer_free(w);
        return r;
    }
    r = cq_audio_writer_close(w, err);
    if (!r)
        *ret_s = (double)n / CQ_ANALYSIS_RATE_HZ;
    return r;
}
