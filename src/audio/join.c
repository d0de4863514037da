#include "audio/join.h"

#include "audio/decoder.h"
#include "audio/resample.h"
#include "base/error.h"
#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 4096              /* frames at once; resampled blocks are at most MAX_RATIO times that */
#define MAX_OFFSET_S 3600.0     /* time references further apart are of different calls */
#define QUEUE_MAX (BLOCK * 512) /* 8 kHz to the highest rate, with room */

/* One leg: decoded, mixed to one channel, brought to the rate of the result, behind `pad` frames of silence. */
struct leg {
    struct cq_source src;
    bool open;
    struct cq_decoder *d;
    struct cq_resample *r; /* NULL where the rate fits */
    float *in;             /* BLOCK frames of all channels */
    float *mono;
    float *queue; /* frames that are decoded and not yet written */
    size_t n_queue, cap;
    int64_t pad;
    bool end;
};

static void leg_done(struct leg *leg)
{
    cq_resample_free(leg->r);
    cq_decoder_close(leg->d);
    if (leg->open)
        cq_source_close(&leg->src);
    free(leg->in);
    free(leg->mono);
    free(leg->queue);
}

static int leg_open(struct leg *leg, const char *path, const struct cq_audio_opts *opts, struct cq_error *err)
{
    int r = cq_source_open(path, err, &leg->src);
    if (r)
        return r;
    leg->open = true;
    r = cq_decoder_open(&leg->src, opts, err, &leg->d);
    if (r)
        return r;
    const struct cq_decoder_info *info = &leg->d->info;
    if (info->channels < 1 || info->channels > opts->max_channels)
        return cq_error_set(err, -ENOTSUP, path, 0, "has %d channels; a leg has one", info->channels);
    leg->in = malloc((size_t)info->channels * BLOCK * sizeof *leg->in);
    leg->mono = malloc(BLOCK * sizeof *leg->mono);
    return leg->in && leg->mono ? 0 : -ENOMEM;
}

static int push(struct leg *leg, const float *v, size_t n)
{
    if (leg->n_queue + n > QUEUE_MAX)
        return -EOVERFLOW;
    if (leg->n_queue + n > leg->cap) {
        size_t cap = (leg->n_queue + n) * 2;
        float *q = realloc(leg->queue, cap * sizeof *q);
        if (!q)
            return -ENOMEM;
        leg->queue = q;
        leg->cap = cap;
    }
    memcpy(leg->queue + leg->n_queue, v, n * sizeof *v);
    leg->n_queue += n;
    return 0;
}

static int push_resampled(struct leg *leg, const float *v, int n)
{
    bool flush = n == 0;
    for (;;) {
        const float *in[1] = {v}, *out[1];
        int used = 0, got = 0;
        int r = cq_resample_process(leg->r, in, n, &used, out, &got);
        if (!r && got)
            r = push(leg, out[0], (size_t)got);
        if (r)
            return r;
        v += used;
        n -= used;
        if (flush ? !got : n <= 0)
            return 0;
    }
}

/* Decode one more block into the queue. */
static int leg_more(struct leg *leg)
{
    int n = 0, channels = leg->d->info.channels;
    int r = cq_decoder_read(leg->d, leg->in, BLOCK, &n);
    if (r)
        return r;
    for (int i = 0; i < n; i++) {
        float sum = 0;
        for (int c = 0; c < channels; c++)
            sum += leg->in[i * channels + c];
        leg->mono[i] = sum / (float)channels;
    }
    if (n == 0)
        leg->end = true;
    if (leg->r)
        return push_resampled(leg, leg->mono, n);
    return push(leg, leg->mono, (size_t)n);
}

/* n frames into out[0], out[2], ...; silence before the leg's beginning and behind its end. */
static int leg_take(struct leg *leg, float *out, int n, bool *ret_alive)
{
    for (int i = 0; i < n; i++)
        out[2 * i] = 0;
    int at = leg->pad > n ? n : (int)leg->pad;
    leg->pad -= at;
    while (!leg->end && leg->n_queue < (size_t)(n - at)) {
        int r = leg_more(leg);
        if (r)
            return r;
    }
    size_t have = leg->n_queue < (size_t)(n - at) ? leg->n_queue : (size_t)(n - at);
    for (size_t i = 0; i < have; i++)
        out[2 * ((size_t)at + i)] = leg->queue[i];
    memmove(leg->queue, leg->queue + have, (leg->n_queue - have) * sizeof *leg->queue);
    leg->n_queue -= have;
    *ret_alive = !leg->end || leg->n_queue > 0 || leg->pad > 0;
    return 0;
}

/* Seconds since midnight at which a broadcast WAV began; NAN where it does not tell. */
static double time_reference_s(const char *path)
{
    SF_INFO info = {0};
    SF_BROADCAST_INFO b;
    SNDFILE *f = sf_open(path, SFM_READ, &info);
    double s = (double)NAN;
    memset(&b, 0, sizeof b);
    if (f && sf_command(f, SFC_GET_BROADCAST_INFO, &b, sizeof b) == SF_TRUE && info.samplerate > 0) {
        uint64_t n = (uint64_t)(uint32_t)b.time_reference_high << 32 | (uint32_t)b.time_reference_low;
        s = (double)n / info.samplerate;
    }
    if (f)
        sf_close(f);
    return s;
}

static int copy_all(struct leg leg[2], SNDFILE *f, int rate, const struct cq_audio_opts *opts,
                    const atomic_bool *stop, const char *name, struct cq_error *err)
{
    float frames[2 * BLOCK];
    int64_t total = 0;
    for (;;) {
        bool alive[2] = {false, false};
        if (stop && atomic_load(stop))
            return -ECANCELED;
        for (int k = 0; k < 2; k++) {
            int r = leg_take(&leg[k], frames + k, BLOCK, &alive[k]);
            if (r)
                return r;
        }
        total += BLOCK;
        if ((double)total / rate > opts->max_duration_s)
            return cq_error_set(err, -EFBIG, name, 0, "is longer than %g s", opts->max_duration_s);
        errno = 0;
        if (sf_writef_float(f, frames, BLOCK) != BLOCK)
            return errno ? -errno : -EIO;
        if (!alive[0] && !alive[1])
            return 0;
    }
}

static int write_joined(struct leg leg[2], int rate, const char *temp, const char *out,
                        const struct cq_audio_opts *opts, const atomic_bool *stop, struct cq_error *err)
{
    SF_INFO info = {.samplerate = rate, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    int fd = open(temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    SNDFILE *f = sf_open_fd(fd, SFM_WRITE, &info, 0);
    int r = f ? 0 : -EIO;
    if (!r) {
        (void)sf_command(f, SFC_SET_CLIPPING, NULL, SF_TRUE);
        r = copy_all(leg, f, rate, opts, stop, out, err);
        errno = 0;
        if (sf_close(f) && !r)
            r = errno ? -errno : -EIO;
    }
    if (!r && fsync(fd))
        r = -errno;
    close(fd);
    if (!r && rename(temp, out))
        r = -errno;
    if (r)
        unlink(temp);
    return r;
}

static int prepare(struct leg leg[2], const char *agent, const char *customer, const char *out,
                   const struct cq_audio_opts *opts, struct cq_error *err, int *ret_rate)
{
    struct cq_str dir = {0};
    int r = leg_open(&leg[0], agent, opts, err);
    if (!r)
        r = leg_open(&leg[1], customer, opts, err);
    if (r)
        return r;
    int a = leg[0].d->info.rate_hz, b = leg[1].d->info.rate_hz, rate = a > b ? a : b;
    if (a != b)
        r = cq_resample_new(a < b ? a : b, rate, 1, a < b ? &leg[0].r : &leg[1].r);
    double apart_s = time_reference_s(customer) - time_reference_s(agent);
    if (isfinite(apart_s) && fabs(apart_s) <= MAX_OFFSET_S)
        leg[apart_s > 0].pad = (int64_t)llround(fabs(apart_s) * rate);
    cq_str_add_n(&dir, out, (size_t)(cq_path_base(out) - out));
    if (!r)
        r = dir.failed ? -ENOMEM : cq_path_mkdirs(dir.s);
    cq_str_done(&dir);
    *ret_rate = rate;
    return r;
}

int cq_audio_join(const char *agent, const char *customer, const char *out, const struct cq_audio_opts *opts,
                  const atomic_bool *stop, struct cq_error *err)
{
    struct leg leg[2] = {0};
    struct cq_error why = {0};
    int rate = 0;
    char *temp = cq_str_format("%s.tmp", out);
    int r = temp ? prepare(leg, agent, customer, out, opts, &why, &rate) : -ENOMEM;
    if (!r)
        r = write_joined(leg, rate, temp, out, opts, stop, &why);
    leg_done(&leg[0]);
    leg_done(&leg[1]);
    free(temp);
    if (r && !why.what[0])
        cq_error_set(&why, r, out, 0, "the two legs could not be joined: %s", cq_error_name(r));
    if (r && err)
        *err = why;
    return r;
}
