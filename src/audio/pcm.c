#include "audio/pcm.h"

#include "audio/decoder.h"
#include "audio/health.h"
#include "audio/layout.h"
#include "audio/resample.h"
#include "audio/samples.h"
#include "audio/spill.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_FRAMES 4096
static_assert(BLOCK_FRAMES <= CQ_RESAMPLE_MAX_FRAMES, "a block fits the resampler");

struct cq_pcm {
    int n_channels;
    struct cq_spill *spill;
};

/* One decoding under way: everything between the file and the spill. */
struct intake {
    struct cq_source src;
    struct cq_decoder *decoder;
    struct cq_channel_plan plan;
    struct cq_health_meter *health;
    struct cq_resample *resample; /* NULL where the file is at the analysis rate */
    struct cq_spill *spill;
    int64_t n_frames; /* decoded, at the file's rate */
    float *frames;    /* BLOCK_FRAMES interleaved */
    float *plane[CQ_MAX_CHANNELS];
    int16_t *health_plane[CQ_MAX_CHANNELS];
    int16_t *out_plane[CQ_MAX_CHANNELS];
};

static void intake_done(struct intake *in)
{
    cq_decoder_close(in->decoder);
    cq_source_close(&in->src);
    cq_health_free(in->health);
    cq_resample_free(in->resample);
    cq_spill_free(in->spill);
    free(in->frames);
    for (int c = 0; c < CQ_MAX_CHANNELS; c++) {
        free(in->plane[c]);
        free(in->health_plane[c]);
        free(in->out_plane[c]);
    }
}

static int too_long(const char *path, const struct cq_audio_opts *opts, double duration_s, struct cq_error *err)
{
    char is[CQ_TIME_CLOCK_MAX], limit[CQ_TIME_CLOCK_MAX];
    return cq_error_set(err, -EFBIG, path, 0,
                        "lasts %s%s, longer than the %s allowed; cut it, or raise audio.max_duration_s",
                        duration_s > 0 ? "" : "more than ",
                        cq_time_format_clock(duration_s > 0 ? duration_s : opts->max_duration_s, is),
                        cq_time_format_clock(opts->max_duration_s, limit));
}

static int intake_open(struct intake *in, const struct cq_audio_opts *opts, struct cq_error *err)
{
    const char *path = in->src.path;
    int code = cq_decoder_open(&in->src, opts, err, &in->decoder);
    if (code)
        return code;
    const struct cq_decoder_info *info = &in->decoder->info;
    code = cq_layout_plan(opts, info->channels, path, err, &in->plan);
    if (code)
        return code;
    double header_s = (double)info->n_frames / info->rate_hz;
    if (header_s > opts->max_duration_s && !in->decoder->truncated)
        return too_long(path, opts, header_s, err);

    struct cq_health_opts health = {
        .n_channels = in->plan.n_health,
        .rate_hz = info->rate_hz,
        .level_step = info->level_step,
        .companded = info->companded,
        .silence_dbov = opts->silence_dbov,
    };
    code = cq_health_new(&health, &in->health);
    if (!code && info->rate_hz != CQ_ANALYSIS_RATE_HZ)
        code = cq_resample_new(info->rate_hz, CQ_ANALYSIS_RATE_HZ, in->plan.n_out, &in->resample);
    if (!code)
        code = cq_spill_new(in->plan.n_out, opts->memory_bytes, opts->temp_dir, &in->spill);
    if (code)
        return code;

    in->frames = malloc((size_t)BLOCK_FRAMES * (size_t)info->channels * sizeof(float));
    for (int c = 0; c < CQ_MAX_CHANNELS; c++) {
        in->plane[c] = malloc(BLOCK_FRAMES * sizeof(float));
        in->health_plane[c] = malloc(BLOCK_FRAMES * sizeof(int16_t));
        in->out_plane[c] = malloc(BLOCK_FRAMES * sizeof(int16_t));
        if (!in->plane[c] || !in->health_plane[c] || !in->out_plane[c])
            return -ENOMEM;
    }
    return in->frames ? 0 : -ENOMEM;
}

/* n floats a plane at the analysis rate into the spill. */
static int keep(struct intake *in, const float *const planes[], int n, struct cq_error *err)
{
    for (int done = 0; done < n;) {
        int m = n - done < BLOCK_FRAMES ? n - done : BLOCK_FRAMES;
        for (int c = 0; c < in->plan.n_out; c++)
            cq_samples_to_int16(planes[c] + done, m, in->out_plane[c]);
        int code = cq_spill_append(in->spill, (const int16_t *const *)in->out_plane, m, err);
        if (code)
            return code;
        done += m;
    }
    return 0;
}

/* n == 0 flushes the resampler. */
static int keep_resampled(struct intake *in, int n, struct cq_error *err)
{
    const float *feed[CQ_MAX_CHANNELS] = {in->plane[0], in->plane[1]};
    const float *out[CQ_MAX_CHANNELS];
    int used, got;
    do {
        int code = cq_resample_process(in->resample, feed, n, &used, out, &got);
        if (!code)
            code = keep(in, out, got, err);
        if (code)
            return code;
        n -= used;
        for (int c = 0; c < in->plan.n_out; c++)
            feed[c] += used;
    } while (n > 0 || (used == 0 && got > 0));
    return 0;
}

static int take_block(struct intake *in, int n, struct cq_error *err)
{
    const struct cq_channel_plan *plan = &in->plan;
    for (int i = 0; i < plan->n_health; i++) {
        cq_samples_pick(in->frames, plan->n_file, plan->health_channel[i], n, in->plane[i]);
        cq_samples_to_int16(in->plane[i], n, in->health_plane[i]);
    }
    int code = cq_health_process(in->health, (const int16_t *const *)in->health_plane, n);
    if (code)
        return code;

    if (plan->mix) {
        cq_samples_mix(in->frames, plan->n_file, n, in->plane[0]);
    } else if (!in->resample) {
        /* at the analysis rate what was measured is what is kept, but for the order of the parties */
        bool swap = plan->n_out == 2 && plan->party_channel[CQ_AGENT] > plan->party_channel[CQ_CUSTOMER];
        const int16_t *planes[CQ_MAX_CHANNELS] = {in->health_plane[swap ? 1 : 0],
                                                  in->health_plane[swap ? 0 : 1]};
        return cq_spill_append(in->spill, planes, n, err);
    } else {
        for (int p = 0; p < plan->n_out; p++)
            cq_samples_pick(in->frames, plan->n_file, plan->party_channel[p], n, in->plane[p]);
    }
    return in->resample ? keep_resampled(in, n, err) : keep(in, (const float *const *)in->plane, n, err);
}

static int intake_run(struct intake *in, const struct cq_audio_opts *opts, const atomic_bool *stop,
                      struct cq_error *err)
{
    double max_frames = opts->max_duration_s * in->decoder->info.rate_hz;
    for (;;) {
        int n, code;
        if (stop && atomic_load(stop))
            return cq_error_set(err, -ECANCELED, in->src.path, 0, "stopped before it was analysed");
        code = cq_decoder_read(in->decoder, in->frames, BLOCK_FRAMES, &n);
        if (code == -EIO)
            return cq_error_set(err, code, in->src.path, 0,
                                "cannot read the file; check the disk or share it is on");
        if (code)
            return code;
        if (n == 0)
            break;
        in->n_frames += n;
        if ((double)in->n_frames > max_frames)
            return too_long(in->src.path, opts, 0, err);
        code = take_block(in, n, err);
        if (code)
            return code;
    }
    if (in->n_frames == 0 && in->decoder->truncated)
        return cq_error_set(err, -EBADMSG, in->src.path, 0,
                            "breaks off before its first sound; fetch it again from the recorder");
    if (in->n_frames == 0)
        return cq_error_set(err, -ENODATA, in->src.path, 0,
                            "holds no audio; check that the recorder finished or the copy was complete");
    return in->resample ? keep_resampled(in, 0, err) : 0;
}

static int describe(struct intake *in, struct cq_recording *ret_rec)
{
    const struct cq_decoder_info *info = &in->decoder->info;
    struct cq_recording rec = {
        .path = cq_str_dup(in->src.path),
        .size_bytes = in->src.size_bytes,
        .sample_rate_hz = info->rate_hz,
        .channels = info->channels,
        .duration_s = (double)in->n_frames / info->rate_hz,
        .truncated = in->decoder->truncated,
        .channel_of = {(uint8_t)in->plan.party_channel[CQ_AGENT], (uint8_t)in->plan.party_channel[CQ_CUSTOMER]},
    };
    snprintf(rec.format, sizeof rec.format, "%s", info->format);
    snprintf(rec.decoder, sizeof rec.decoder, "%s", info->decoder);
    int code = rec.path ? cq_health_flush(in->health, &rec.health) : -ENOMEM;
    if (code)
        cq_recording_done(&rec);
    else
        *ret_rec = rec;
    return code;
}

/* in->src is open; everything in `in` is released. */
static int take_in(struct intake *in, const struct cq_audio_opts *opts, const atomic_bool *stop,
                   struct cq_error *err, struct cq_recording *ret_rec, struct cq_pcm **ret_pcm)
{
    struct cq_pcm *pcm = calloc(1, sizeof *pcm);
    int code = pcm ? 0 : -ENOMEM;
    if (!code)
        code = intake_open(in, opts, err);
    if (!code)
        code = intake_run(in, opts, stop, err);
    if (!code)
        code = describe(in, ret_rec);
    if (code)
        goto out;
    pcm->n_channels = in->plan.n_out;
    pcm->spill = in->spill;
    in->spill = NULL;
    *ret_pcm = pcm;
    pcm = NULL;
out:
    if (code == -ENOMEM)
        cq_error_set(err, code, in->src.path, 0, "out of memory; run fewer workers at once");
    intake_done(in);
    cq_pcm_free(pcm);
    return code;
}

int cq_pcm_open(const char *path, const struct cq_audio_opts *opts, const atomic_bool *stop,
                struct cq_error *err, struct cq_recording *ret_rec, struct cq_pcm **ret_pcm)
{
    struct intake in = {.src = {.fd = -1}};
    int code = cq_source_open(path, err, &in.src);
    return code ? code : take_in(&in, opts, stop, err, ret_rec, ret_pcm);
}

int cq_pcm_open_fd(int fd, const char *path, const struct cq_audio_opts *opts, const atomic_bool *stop,
                   struct cq_error *err, struct cq_recording *ret_rec, struct cq_pcm **ret_pcm)
{
    struct intake in = {.src = {.fd = -1}};
    int code = cq_source_open_fd(fd, path, err, &in.src);
    if (code) {
        close(fd);
        return code;
    }
    return take_in(&in, opts, stop, err, ret_rec, ret_pcm);
}

int cq_pcm_channels(const struct cq_pcm *pcm)
{
    return pcm->n_channels;
}

int64_t cq_pcm_frames(const struct cq_pcm *pcm)
{
    return cq_spill_frames(pcm->spill);
}

int cq_pcm_read(struct cq_pcm *pcm, int64_t at, int n, float *const out[CQ_MAX_CHANNELS], int *ret_n)
{
    return cq_spill_read(pcm->spill, at, n, out, ret_n);
}

struct cq_pcm *cq_pcm_free(struct cq_pcm *pcm)
{
    if (!pcm)
        return NULL;
    cq_spill_free(pcm->spill);
    free(pcm);
    return NULL;
}
