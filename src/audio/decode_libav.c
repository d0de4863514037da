#include "audio/decode_libav.h"

#include "audio/libav_input.h"
#include "base/error.h"

#include <errno.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/samplefmt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Recordings of packets (WebM, MP4, WMA) leave out what was never received: where the timestamps run ahead of
 * the samples by this much, the hole is filled with silence, so that times stay true.
 */
#define GAP_MIN_S 0.040
#define GAP_MAX_S (24 * 3600.0) /* beyond, the timestamp is damaged */
#define CUT_MIN_S 0.25          /* so much less than the header says: truncated */
#define LOST_MAX_S 1.0          /* silence for one packet that cannot be decoded */

struct libav_decoder {
    struct cq_decoder d;
    struct cq_libav_input in;
    AVCodecContext *codec;
    AVPacket *packet;
    AVFrame *frame;         /* being handed out */
    int frame_at;           /* next sample in it */
    int64_t packet_samples; /* length of the packet last fed, as long as no sample of it was seen */
    int64_t skip;           /* samples of the codec's delay still to drop */
    int64_t silence;        /* samples of silence due before the frame */
    int64_t n_given;        /* samples a channel so far, the dropped ones too */
    int64_t first_pts;      /* of the first frame; AV_NOPTS_VALUE before */
    bool has_gaps;          /* timestamps of this container can be believed */
    bool delay_told;        /* the container says how much to skip, and the library does */
    bool by_ffmpeg;         /* FFmpeg wrote the file */
    bool any_packet, draining, ended;
};

/* Frame of WMA 1 and 2 by sample rate; FFmpeg's encoder puts one in front where Microsoft's puts two. */
static int wma_frame(int rate_hz)
{
    return rate_hz <= 16000 ? 512 : rate_hz <= 22050 ? 1024 : 2048;
}

/*
 * Delay of encoder and decoder that neither container nor library takes out, in samples at the codec's own
 * rate, measured by cross-correlation with the PCM original: tests/unit/audio/test_formats.c holds it.
 */
static int codec_delay(const struct libav_decoder *ld)
{
    switch ((int)ld->codec->codec_id) {
    case AV_CODEC_ID_AAC:
        /* bare AAC and files without an edit list cannot say it: every encoder puts at least one frame in front
         */
        return ld->delay_told ? 0 : ld->codec->frame_size;
    case AV_CODEC_ID_MP1:
    case AV_CODEC_ID_MP2:
        return 481; /* the two filter banks */
    case AV_CODEC_ID_MP3:
        return ld->delay_told ? 0 : 1105; /* 529 of any decoder, 576 of LAME */
    case AV_CODEC_ID_ADPCM_G722:
        return 22; /* the two filter banks */
    case AV_CODEC_ID_AMR_NB:
    case AV_CODEC_ID_G729:
        return 40; /* the encoder's look-ahead */
    case AV_CODEC_ID_AMR_WB:
        return 95; /* look-ahead and two changes of rate */
    case AV_CODEC_ID_G723_1:
        return 60; /* look-ahead */
    case AV_CODEC_ID_SPEEX:
        return ld->codec->sample_rate > 16000 ? 509 : ld->codec->sample_rate > 8000 ? 223 : 80;
    case AV_CODEC_ID_WMAV1:
    case AV_CODEC_ID_WMAV2:
        return ld->by_ffmpeg ? wma_frame(ld->codec->sample_rate) : 0;
    }
    return 0;
}

static int end_of_stream(struct libav_decoder *ld)
{
    ld->ended = true;
    return 0;
}

/*
 * A packet that cannot be decoded is a hole in the sound, not the end of it, and as long as it says. The
 * library has no comfort noise for AMR, so that this is also what the pauses of such recordings become.
 */
static void lose_packet(struct libav_decoder *ld)
{
    ld->silence += ld->packet_samples;
    ld->packet_samples = 0;
}

static void look_at_packet(struct libav_decoder *ld)
{
    size_t n = 0;
    int rate = ld->codec->sample_rate;
    if (ld->packet->flags & AV_PKT_FLAG_CORRUPT)
        ld->d.truncated = true;
    ld->packet_samples = 0;
    if (ld->packet->duration > 0 && rate > 0)
        ld->packet_samples =
            av_rescale_q(ld->packet->duration, ld->in.stream->time_base, (AVRational){1, rate});
    if (ld->packet_samples < 0 || (double)ld->packet_samples > LOST_MAX_S * rate)
        ld->packet_samples = 0;
    if (ld->any_packet)
        return;
    ld->any_packet = true;
    const uint8_t *skip = av_packet_get_side_data(ld->packet, AV_PKT_DATA_SKIP_SAMPLES, &n);
    ld->delay_told = (skip && n >= 4 && (skip[0] || skip[1] || skip[2] || skip[3])) ||
                     ld->in.stream->codecpar->initial_padding > 0;
}

/* Feed the decoder one packet. Returns 0 or -EIO, -ENOMEM. */
static int feed(struct libav_decoder *ld)
{
    int av = av_read_frame(ld->in.format, ld->packet);
    if (ld->in.io_failed)
        return -EIO;
    if (av == AVERROR(ENOMEM))
        return -ENOMEM;
    if (av < 0) {
        if (av != AVERROR_EOF)
            ld->d.truncated = true;
        ld->draining = true;
        avcodec_send_packet(ld->codec, NULL);
        return 0;
    }
    if (ld->packet->stream_index == ld->in.stream->index) {
        look_at_packet(ld);
        av = avcodec_send_packet(ld->codec, ld->packet);
        if (av < 0 && av != AVERROR(EAGAIN))
            lose_packet(ld);
    }
    av_packet_unref(ld->packet);
    return av == AVERROR(ENOMEM) ? -ENOMEM : 0;
}

static void note_gap(struct libav_decoder *ld)
{
    int64_t pts = ld->frame->best_effort_timestamp;
    if (!ld->has_gaps || pts == AV_NOPTS_VALUE)
        return;
    int rate = ld->frame->sample_rate;
    if (ld->first_pts == AV_NOPTS_VALUE) {
        ld->first_pts = pts;
        return;
    }
    if (pts <= ld->first_pts)
        return;
    int64_t due = av_rescale_q(pts - ld->first_pts, ld->in.stream->time_base, (AVRational){1, rate});
    double gap_s = ((double)due - (double)ld->n_given) / rate;
    if (gap_s >= GAP_MIN_S && gap_s <= GAP_MAX_S)
        ld->silence = due - ld->n_given;
}

/* The next decoded frame into ld->frame, or ld->ended. Returns 0 or -EIO, -ENOMEM. */
static int next_frame(struct libav_decoder *ld)
{
    av_frame_unref(ld->frame);
    ld->frame_at = 0;
    for (;;) {
        int av = avcodec_receive_frame(ld->codec, ld->frame);
        if (av == AVERROR(ENOMEM))
            return -ENOMEM;
        if (av == AVERROR_EOF || (av < 0 && ld->draining))
            return end_of_stream(ld);
        if (av < 0) {
            if (av != AVERROR(EAGAIN))
                lose_packet(ld);
            int code = feed(ld);
            if (code)
                return code;
            continue;
        }
        ld->packet_samples = 0;
        if (ld->frame->nb_samples <= 0)
            continue;
        /* a stream that changes its shape midway: what came before is what can be used */
        if (ld->d.info.rate_hz && (ld->frame->sample_rate != ld->d.info.rate_hz ||
                                   ld->frame->ch_layout.nb_channels != ld->d.info.channels)) {
            ld->d.truncated = true;
            return end_of_stream(ld);
        }
        note_gap(ld);
        return 0;
    }
}

static float sample_at(const AVFrame *f, int channel, int i)
{
    int n = f->ch_layout.nb_channels;
    bool planar = av_sample_fmt_is_planar(f->format);
    const uint8_t *p = f->extended_data[planar ? channel : 0];
    size_t at = planar ? (size_t)i : (size_t)i * (size_t)n + (size_t)channel;
    switch (av_get_packed_sample_fmt(f->format)) {
    case AV_SAMPLE_FMT_U8:
        return (float)(p[at] - 128) * (1.0f / 128);
    case AV_SAMPLE_FMT_S16:
        return (float)((const int16_t *)(const void *)p)[at] * (1.0f / 32768);
    case AV_SAMPLE_FMT_S32:
        return (float)((const int32_t *)(const void *)p)[at] * (1.0f / 2147483648.0f);
    case AV_SAMPLE_FMT_S64:
        return (float)((double)((const int64_t *)(const void *)p)[at] * (1.0 / 9223372036854775808.0));
    case AV_SAMPLE_FMT_FLT:
        return ((const float *)(const void *)p)[at];
    case AV_SAMPLE_FMT_DBL:
        return (float)((const double *)(const void *)p)[at];
    default: /* libav's enumeration, not ours */
        return 0.0f;
    }
}

static void copy_out(const AVFrame *f, int at, int n, float *frames)
{
    int channels = f->ch_layout.nb_channels;
    for (int c = 0; c < channels; c++) {
        if (f->format == AV_SAMPLE_FMT_FLTP) { /* most codecs */
            const float *p = (const float *)(const void *)f->extended_data[c] + at;
            for (int i = 0; i < n; i++)
                frames[i * channels + c] = p[i];
            continue;
        }
        for (int i = 0; i < n; i++)
            frames[i * channels + c] = sample_at(f, c, at + i);
    }
}

static int libav_read(struct cq_decoder *d, float *frames, int n, int *ret_n)
{
    struct libav_decoder *ld = (struct libav_decoder *)d;
    int done = 0;
    while (done < n && (ld->silence > 0 || !ld->ended)) {
        if (ld->silence > 0) {
            int m = ld->silence < n - done ? (int)ld->silence : n - done;
            memset(frames + (size_t)done * (size_t)d->info.channels, 0,
                   (size_t)m * (size_t)d->info.channels * sizeof *frames);
            ld->silence -= m;
            ld->n_given += m;
            done += m;
            continue;
        }
        int left = ld->frame->nb_samples - ld->frame_at;
        if (left <= 0) {
            int code = next_frame(ld);
            if (code)
                return code;
            continue;
        }
        int m = left < n - done ? left : n - done;
        if (ld->skip > 0) {
            m = ld->skip < left ? (int)ld->skip : left;
            ld->skip -= m;
        } else {
            copy_out(ld->frame, ld->frame_at, m, frames + (size_t)done * (size_t)d->info.channels);
            done += m;
        }
        ld->frame_at += m;
        ld->n_given += m;
    }
    if (done < n && d->info.n_frames > 0 &&
        (double)(d->info.n_frames - ld->n_given) > CUT_MIN_S * d->info.rate_hz)
        d->truncated = true;
    *ret_n = done;
    return 0;
}

static struct cq_decoder *libav_close(struct cq_decoder *d)
{
    struct libav_decoder *ld = (struct libav_decoder *)d;
    if (!ld)
        return NULL;
    av_frame_free(&ld->frame);
    av_packet_free(&ld->packet);
    avcodec_free_context(&ld->codec);
    cq_libav_input_done(&ld->in);
    free(ld);
    return NULL;
}

struct codec_name {
    enum AVCodecID id;
    const char *name;
};

/* Where libav's word for a codec is not the one that libsndfile's half uses. */
static const struct codec_name codec_names[] = {
    {AV_CODEC_ID_PCM_MULAW, "ulaw"},    {AV_CODEC_ID_PCM_ALAW, "alaw"},
    {AV_CODEC_ID_PCM_S16LE, "pcm_s16"}, {AV_CODEC_ID_PCM_S16BE, "pcm_s16"},
    {AV_CODEC_ID_ADPCM_G722, "g722"},   {AV_CODEC_ID_ADPCM_G726, "g726"},
    {AV_CODEC_ID_ADPCM_G726LE, "g726"}, {AV_CODEC_ID_ADPCM_IMA_WAV, "ima_adpcm"},
    {AV_CODEC_ID_ADPCM_MS, "ms_adpcm"}, {AV_CODEC_ID_GSM_MS, "gsm"},
};

static const char *codec_name(enum AVCodecID id)
{
    for (size_t i = 0; i < sizeof codec_names / sizeof codec_names[0]; i++) {
        if (codec_names[i].id == id)
            return codec_names[i].name;
    }
    return avcodec_get_name(id);
}

/* The first frame is decoded before anything is told: headers of AAC and others do not know the real rate. */
static void describe(struct libav_decoder *ld, enum cq_container container)
{
    struct cq_decoder_info *info = &ld->d.info;
    const AVFormatContext *format = ld->in.format;
    enum AVCodecID codec = ld->codec->codec_id;
    info->rate_hz = ld->frame->sample_rate;
    info->channels = ld->frame->ch_layout.nb_channels;
    info->n_frames = -1;
    info->companded = codec == AV_CODEC_ID_PCM_MULAW || codec == AV_CODEC_ID_PCM_ALAW;
    info->level_step = info->companded ? 1.0 / 32 : 1.0 / 32768;
    int64_t duration = ld->in.stream->duration;
    if (duration > 0 && format->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE &&
        (container == CQ_CONTAINER_MP4 || container == CQ_CONTAINER_ASF))
        info->n_frames = av_rescale_q(duration, ld->in.stream->time_base, (AVRational){1, info->rate_hz});
    snprintf(info->format, sizeof info->format, "%s/%s", cq_sniff_word(container), codec_name(codec));
    ld->skip = codec_delay(ld);
}

static int open_decoder(struct libav_decoder *ld, const struct cq_source *src, const char *demuxer,
                        struct cq_error *err)
{
    ld->d.ops = &cq_decoder_libav;
    ld->first_pts = AV_NOPTS_VALUE;
    ld->has_gaps = src->container == CQ_CONTAINER_MP4 || src->container == CQ_CONTAINER_MATROSKA;
    int code = cq_libav_input_open(&ld->in, src, demuxer, err);
    if (code)
        return code;
    const AVDictionaryEntry *writer = av_dict_get(ld->in.format->metadata, "encoder", NULL, 0);
    ld->by_ffmpeg = writer && strncmp(writer->value, "Lavf", 4) == 0;
    bool keep_delay = src->container == CQ_CONTAINER_ASF && ld->by_ffmpeg;
    code = cq_libav_input_decoder(&ld->in, keep_delay, src->path, err, &ld->codec);
    if (code)
        return code;
    ld->packet = av_packet_alloc();
    ld->frame = av_frame_alloc();
    return ld->packet && ld->frame ? next_frame(ld) : -ENOMEM;
}

static int open_with(const struct cq_source *src, const char *demuxer, struct cq_error *err,
                     struct cq_decoder **ret_d)
{
    struct libav_decoder *ld = calloc(1, sizeof *ld);
    if (!ld)
        return -ENOMEM;
    int code = open_decoder(ld, src, demuxer, err);
    if (code == -EIO)
        cq_error_set(err, code, src->path, 0, "cannot read the file; check the disk or share it is on");
    if (!code && (ld->ended || ld->frame->sample_rate <= 0 || ld->frame->ch_layout.nb_channels <= 0))
        code = cq_error_set(err, -EBADMSG, src->path, 0, "no sound could be decoded");
    if (code)
        goto out;
    describe(ld, src->container);
    *ret_d = &ld->d;
    ld = NULL;
out:
    if (ld)
        libav_close(&ld->d);
    return code;
}

static int libav_open(const struct cq_source *src, const struct cq_audio_opts *opts, struct cq_error *err,
                      struct cq_decoder **ret_d)
{
    (void)opts;
    return open_with(src, NULL, err, ret_d);
}

int cq_decoder_libav_open_raw(const struct cq_source *src, const char *demuxer, struct cq_error *err,
                              struct cq_decoder **ret_d)
{
    return open_with(src, demuxer, err, ret_d);
}

const struct cq_decoder_ops cq_decoder_libav = {
    .name = "libav",
    .open = libav_open,
    .read = libav_read,
    .close = libav_close,
};
