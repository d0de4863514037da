#include "audio/libav_input.h"

#include "base/error.h"

#include <assert.h>
#include <errno.h>
#include <libavutil/mem.h>

#include <string.h>
#include <threads.h>
#include <unistd.h>

#define IO_BYTES (1 << 16)
#define PROBE_BYTES (1 << 20)
#define PROBE_S 5
#define MAX_STREAMS 64
#define MAX_ALLOC_BYTES (128u << 20) /* the index of a day of AAC takes 20 MB */

static const char *const demuxers[] = {
    [CQ_CONTAINER_UNKNOWN] = NULL, [CQ_CONTAINER_WAV] = "wav",   [CQ_CONTAINER_RF64] = "wav",
    [CQ_CONTAINER_W64] = "w64",    [CQ_CONTAINER_AIFF] = "aiff", [CQ_CONTAINER_AU] = "au",
    [CQ_CONTAINER_CAF] = "caf",    [CQ_CONTAINER_NIST] = NULL,   [CQ_CONTAINER_VOC] = "voc",
    [CQ_CONTAINER_FLAC] = "flac",  [CQ_CONTAINER_OGG] = "ogg",   [CQ_CONTAINER_MPEG] = "mp3",
    [CQ_CONTAINER_ADTS] = "aac",   [CQ_CONTAINER_MP4] = "mov",   [CQ_CONTAINER_MATROSKA] = "matroska",
    [CQ_CONTAINER_ASF] = "asf",    [CQ_CONTAINER_AMR] = "amr",
};
static_assert(sizeof demuxers / sizeof demuxers[0] == CQ_N_CONTAINERS, "a demuxer for each container");

/* What call recorders, phones and voice mail write. Everything else stays shut: less to attack. */
static const char codec_allow_list[] =
    "aac,aac_latm,alac,amrnb,amrwb,opus,libopus,vorbis,libvorbis,flac,mp1,mp1float,mp2,mp2float,mp3,mp3float,"
    "wmav1,wmav2,"
    "wmapro,"
    "wmavoice,wmalossless,g722,g723_1,g726,g726le,g729,gsm,gsm_ms,libgsm,libgsm_ms,ilbc,libilbc,speex,libspeex,"
    "truespeech,evrc,qcelp,nellymoser,adpcm_ima_wav,adpcm_ima_qt,adpcm_ms,adpcm_yamaha,adpcm_g722,pcm_mulaw,"
    "pcm_alaw,"
    "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,"
    "pcm_f64be";

/* The library's log and its largest allocation can only be set for the whole process. */
static void set_up_libav(void)
{
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(MAX_ALLOC_BYTES);
}

static int read_bytes(void *opaque, uint8_t *buf, int n)
{
    struct cq_libav_input *in = opaque;
    ssize_t got;
    do
        got = pread(in->fd, buf, (size_t)n, (off_t)in->at);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        in->io_failed = true;
        return AVERROR(EIO);
    }
    in->at += got;
    return got ? (int)got : AVERROR_EOF;
}

static int64_t seek(void *opaque, int64_t offset, int whence)
{
    struct cq_libav_input *in = opaque;
    int64_t base = 0;
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE)
        return in->size_bytes;
    if (whence == SEEK_CUR)
        base = in->at;
    else if (whence == SEEK_END)
        base = in->size_bytes;
    else if (whence != SEEK_SET)
        return AVERROR(EINVAL);
    if (offset < -base || offset > INT64_MAX - base)
        return AVERROR(EINVAL);
    in->at = base + offset;
    return in->at;
}

/* Demuxers that follow references (MP4 can name other files) find this door shut. */
static int refuse_open(AVFormatContext *s, AVIOContext **pb, const char *url, int flags, AVDictionary **options)
{
    (void)s, (void)pb, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}

static int make_context(struct cq_libav_input *in)
{
    uint8_t *buf = av_malloc(IO_BYTES);
    AVIOContext *io = buf ? avio_alloc_context(buf, IO_BYTES, 0, in, read_bytes, NULL, seek) : NULL;
    in->format = io ? avformat_alloc_context() : NULL;
    if (!in->format) {
        if (io)
            av_freep(&io->buffer);
        else
            av_free(buf);
        avio_context_free(&io);
        return -ENOMEM;
    }
    in->format->pb = io;
    in->format->io_open = refuse_open;
    in->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    in->format->probesize = PROBE_BYTES;
    in->format->max_analyze_duration = (int64_t)PROBE_S * AV_TIME_BASE;
    in->format->max_streams = MAX_STREAMS;
    in->format->codec_whitelist = av_strdup(codec_allow_list);
    in->format->protocol_whitelist = av_strdup("none");
    return in->format->codec_whitelist && in->format->protocol_whitelist ? 0 : -ENOMEM;
}

static int libav_error(const struct cq_libav_input *in, int av, const char *path, struct cq_error *err)
{
    if (av == AVERROR(ENOMEM))
        return -ENOMEM;
    if (in->io_failed)
        return cq_error_set(err, -EIO, path, 0, "cannot read the file; check the disk or share it is on");
    return cq_error_set(err, -EBADMSG, path, 0, "%s",
                        av == AVERROR_EOF ? "it ends before its first sound" : "its contents make no sense");
}

int cq_libav_input_open(struct cq_libav_input *in, const struct cq_source *src, const char *demuxer,
                        struct cq_error *err)
{
    static once_flag once = ONCE_FLAG_INIT;
    call_once(&once, set_up_libav);

    *in = (struct cq_libav_input){.fd = src->fd, .size_bytes = src->size_bytes};
    if (!demuxer)
        demuxer = demuxers[src->container];
    const AVInputFormat *input = demuxer ? av_find_input_format(demuxer) : NULL;
    if (!input)
        return cq_error_set(err, -ENOTSUP, src->path, 0, "no decoder for this container");
    int code = make_context(in);
    if (code)
        return code;

    AVIOContext *io = in->format->pb;
    int av = avformat_open_input(&in->format, "", input, NULL);
    if (av < 0) {
        /* the context is gone, our reader is not */
        av_freep(&io->buffer);
        avio_context_free(&io);
        if (src->container == CQ_CONTAINER_MP4 && av != AVERROR(ENOMEM) && !in->io_failed)
            return cq_error_set(err, -EBADMSG, src->path, 0,
                                "its index, which MP4 writers put at the end, is missing or damaged");
        return libav_error(in, av, src->path, err);
    }
    for (unsigned i = 0; i < in->format->nb_streams; i++) {
        if (in->format->streams[i]->codecpar->codec_type != AVMEDIA_TYPE_AUDIO)
            in->format->streams[i]->discard = AVDISCARD_ALL;
    }
    av = avformat_find_stream_info(in->format, NULL);
    if (av < 0)
        return libav_error(in, av, src->path, err);
    int best = av_find_best_stream(in->format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0);
    if (best < 0)
        return cq_error_set(err, -ENOTSUP, src->path, 0, "it has no audio track");
    in->stream = in->format->streams[best];
    for (unsigned i = 0; i < in->format->nb_streams; i++)
        in->format->streams[i]->discard = (int)i == best ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    return 0;
}

int cq_libav_input_decoder(const struct cq_libav_input *in, bool keep_delay, const char *path,
                           struct cq_error *err, AVCodecContext **ret_codec)
{
    const AVCodecParameters *par = in->stream->codecpar;
    const AVCodec *decoder = avcodec_find_decoder(par->codec_id);
    if (!decoder)
        return cq_error_set(err, -ENOTSUP, path, 0, "no decoder for its codec %s",
                            avcodec_get_name(par->codec_id));
    AVCodecContext *codec = avcodec_alloc_context3(decoder);
    int av = codec ? avcodec_parameters_to_context(codec, par) : AVERROR(ENOMEM);
    if (av >= 0) {
        codec->pkt_timebase = in->stream->time_base;
        codec->thread_count = 1; /* files are analysed side by side instead */
        if (keep_delay)
            codec->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL;
        codec->codec_whitelist = av_strdup(codec_allow_list);
        av = codec->codec_whitelist ? avcodec_open2(codec, decoder, NULL) : AVERROR(ENOMEM);
    }
    if (av < 0) {
        avcodec_free_context(&codec);
        if (av == AVERROR(ENOMEM))
            return -ENOMEM;
        return cq_error_set(err, -ENOTSUP, path, 0, "its codec %s is not read",
                            avcodec_get_name(par->codec_id));
    }
    *ret_codec = codec;
    return 0;
}

void cq_libav_input_done(struct cq_libav_input *in)
{
    if (!in->format)
        return;
    AVIOContext *io = in->format->pb;
    avformat_close_input(&in->format);
    if (io)
        av_freep(&io->buffer);
    avio_context_free(&io);
}
