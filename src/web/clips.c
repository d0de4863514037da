#include "web/clips.h"

#include "audio/samples.h"
#include "base/error.h"
#include "base/number.h"
#include "callqa/recording.h"
#include "web/wav.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 1024
#define FRAME_BYTES 4

static int read_time(const char *text, size_t n, double *ret_s)
{
    if (cq_number_parse(text, n, ret_s) || !isfinite(*ret_s) || *ret_s < 0)
        return -EINVAL;
    return 0;
}

static int read_mute(const char *text, struct cq_error *err, struct cq_web_clip *c)
{
    const char *dash = strchr(text, '-');
    struct cq_span *span = &c->mutes[c->n_mutes];
    if (c->n_mutes == CQ_WEB_CLIP_MAX_MUTES)
        return cq_error_set(err, -EINVAL, NULL, 0, "at most %d intervals can be muted", CQ_WEB_CLIP_MAX_MUTES);
    if (!dash || read_time(text, (size_t)(dash - text), &span->start_s) ||
        read_time(dash + 1, strlen(dash + 1), &span->end_s) || !(span->end_s > span->start_s))
        return cq_error_set(err, -EINVAL, NULL, 0, "mute is FROM-TO, in seconds of the call");
    c->n_mutes++;
    return 0;
}

int cq_web_clip_read(const struct cq_web_request *req, bool with_part, struct cq_error *err,
                     struct cq_web_clip *ret_c)
{
    const char *from = cq_web_arg(req, "from"), *to = cq_web_arg(req, "to"),
               *disguise = cq_web_arg(req, "disguise");
    struct cq_web_clip c = {.disguise = disguise && !strcmp(disguise, "1")};
    int r = 0;
    if (with_part &&
        (!from || !to || read_time(from, strlen(from), &c.from_s) || read_time(to, strlen(to), &c.to_s)))
        return cq_error_set(err, -EINVAL, NULL, 0, "from and to are seconds of the call");
    for (size_t i = 0; !r && i < req->n_args; i++) {
        if (!strcmp(req->args[i].name, "mute"))
            r = read_mute(req->args[i].value, err, &c);
    }
    if (!r)
        *ret_c = c;
    return r;
}

/* A WAV file in memory. */
struct file {
    unsigned char *bytes;
    size_t n, cap;
};

static int64_t read_file(void *user, int64_t at, char *buf, size_t max)
{
    const struct file *f = user;
    if (at < 0 || (size_t)at >= f->n)
        return 0;
    size_t n = f->n - (size_t)at < max ? f->n - (size_t)at : max;
    memcpy(buf, f->bytes + at, n);
    return (int64_t)n;
}

static void free_file(void *user)
{
    struct file *f = user;
    free(f->bytes);
    free(f);
}

static int render(struct cq_engine *e, struct file *f)
{
    struct cq_replay_frame v[BLOCK];
    float pairs[2 * BLOCK];
    int16_t samples[2 * BLOCK];
    for (;;) {
        size_t n = 0;
        int r = cq_engine_read(e, v, BLOCK, &n);
        if (r || !n)
            return r;
        if (f->n + n * FRAME_BYTES > f->cap)
            return -EIO; /* the engine gives as much as it takes: there is no more */
        for (size_t i = 0; i < n; i++) {
            pairs[2 * i] = v[i].left;
            pairs[2 * i + 1] = v[i].right;
        }
        cq_samples_to_int16(pairs, (int)(2 * n), samples);
        for (size_t i = 0; i < 2 * n; i++)
            cq_wav_put_le(f->bytes + f->n + 2 * i, (uint16_t)samples[i], 2);
        f->n += n * FRAME_BYTES;
    }
}

int cq_web_clip_render(const struct cq_replay_source *source, const struct cq_talk *talk,
                       const struct cq_web_clip *clip, struct cq_error *err, struct cq_web_stream *ret_stream)
{
    struct cq_replay_settings settings = CQ_REPLAY_SETTINGS_INIT;
    struct cq_privacy_opts privacy = {
        .mutes = clip->mutes, .n_mutes = clip->n_mutes, .disguise = clip->disguise ? CQ_DISGUISE_PITCH : 0};
    struct cq_engine *e = NULL;
    settings.from_s = clip->from_s;
    settings.to_s = clip->to_s;
    settings.pan = source->n_channels == 2 ? CQ_PAN_APART : CQ_PAN_MIDDLE;
    struct cq_stretch part = cq_engine_part(source, &settings);
    if (!(clip->to_s > clip->from_s) || part.to <= part.from || clip->to_s - clip->from_s > CQ_WEB_CLIP_MAX_S)
        return cq_error_set(err, -EINVAL, NULL, 0, "a clip is a part of the call of at most %.0f s",
                            CQ_WEB_CLIP_MAX_S);
    struct file *f = calloc(1, sizeof *f);
    if (!f)
        return -ENOMEM;
    f->cap = CQ_WAV_HEAD_BYTES + (size_t)(part.to - part.from + BLOCK) * FRAME_BYTES;
    f->n = CQ_WAV_HEAD_BYTES;
    f->bytes = malloc(f->cap);
    int r = f->bytes ? cq_engine_new(source, talk, &privacy, &settings, &e) : -ENOMEM;
    if (!r)
        r = render(e, f);
    cq_engine_free(e);
    if (r) {
        free_file(f);
        return r == -EIO ? cq_error_set(err, r, NULL, 0, "the recording cannot be read") : r;
    }
    cq_wav_head(f->bytes, 2, (int64_t)(f->n - CQ_WAV_HEAD_BYTES));
    *ret_stream =
        (struct cq_web_stream){.read = read_file, .free = free_file, .user = f, .size = (int64_t)f->n};
    return 0;
}
