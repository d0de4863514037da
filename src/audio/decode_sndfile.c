#include "audio/decode_sndfile.h"

#include "audio/mpeg_header.h"
#include "base/error.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct sndfile_decoder {
    struct cq_decoder d;
    SNDFILE *file;
    int64_t n_read;
    int64_t skip; /* frames of the codec's delay still to drop */
    bool exact;   /* d.info.n_frames is no estimate */
    int fd;
    int64_t at;
    int64_t size_bytes;
    int64_t unset_size_at;
    bool io_failed; /* a read failed, as distinct from the end */
};

struct name {
    int value;
    const char *name;
};

/* Major formats that hold recordings; what else libsndfile opens (instruments, matrices) is refused. */
static const struct name containers[] = {
    {SF_FORMAT_WAV, "wav"},   {SF_FORMAT_WAVEX, "wav"}, {SF_FORMAT_RF64, "rf64"}, {SF_FORMAT_W64, "w64"},
    {SF_FORMAT_AIFF, "aiff"}, {SF_FORMAT_AU, "au"},     {SF_FORMAT_CAF, "caf"},   {SF_FORMAT_NIST, "sphere"},
    {SF_FORMAT_VOC, "voc"},   {SF_FORMAT_FLAC, "flac"}, {SF_FORMAT_OGG, "ogg"},   {SF_FORMAT_MPEG, "mp3"},
    {SF_FORMAT_RAW, "raw"},
};

static const struct name codecs[] = {
    {SF_FORMAT_PCM_S8, "pcm_s8"},
    {SF_FORMAT_PCM_U8, "pcm_u8"},
    {SF_FORMAT_PCM_16, "pcm_s16"},
    {SF_FORMAT_PCM_24, "pcm_s24"},
    {SF_FORMAT_PCM_32, "pcm_s32"},
    {SF_FORMAT_FLOAT, "float"},
    {SF_FORMAT_DOUBLE, "double"},
    {SF_FORMAT_ULAW, "ulaw"},
    {SF_FORMAT_ALAW, "alaw"},
    {SF_FORMAT_IMA_ADPCM, "ima_adpcm"},
    {SF_FORMAT_MS_ADPCM, "ms_adpcm"},
    {SF_FORMAT_GSM610, "gsm"},
    {SF_FORMAT_VOX_ADPCM, "vox_adpcm"},
    {SF_FORMAT_NMS_ADPCM_16, "nms_adpcm_16"},
    {SF_FORMAT_NMS_ADPCM_24, "nms_adpcm_24"},
    {SF_FORMAT_NMS_ADPCM_32, "nms_adpcm_32"},
    {SF_FORMAT_G721_32, "g721"},
    {SF_FORMAT_G723_24, "g723_24"},
    {SF_FORMAT_G723_40, "g723_40"},
    {SF_FORMAT_VORBIS, "vorbis"},
    {SF_FORMAT_OPUS, "opus"},
    {SF_FORMAT_MPEG_LAYER_I, "mp1"},
    {SF_FORMAT_MPEG_LAYER_II, "mp2"},
    {SF_FORMAT_MPEG_LAYER_III, "mp3"},
    {SF_FORMAT_ALAC_16, "alac"},
    {SF_FORMAT_ALAC_20, "alac"},
    {SF_FORMAT_ALAC_24, "alac"},
    {SF_FORMAT_ALAC_32, "alac"},
};

#define N_OF(a) (sizeof(a) / sizeof(a)[0])

static const char *find_name(const struct name *list, size_t n, int value)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].value == value)
            return list[i].name;
    }
    return NULL;
}

/*
 * Delay of MPEG audio that the library leaves in, in samples: it trims what a LAME tag tells and nothing else.
 * Layer 3: 529 of any decoder and 576 of LAME, the usual encoder. Layers 1 and 2: the two filter banks, 512
 * - 31.
 */
#define MPEG_3_DECODER_DELAY 529
#define MPEG_3_ENCODER_DELAY 576
#define MPEG_12_DELAY 481

static int codec_delay(const struct cq_source *src, int format)
{
    struct cq_mpeg_stream stream = {0};
    switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_MPEG_LAYER_I:
    case SF_FORMAT_MPEG_LAYER_II:
        return MPEG_12_DELAY;
    case SF_FORMAT_MPEG_LAYER_III:
        if (src->container == CQ_CONTAINER_MPEG)
            cq_mpeg_stream_probe(src->fd, &stream);
        if (stream.has_delay)
            return 0;
        /* an info frame makes the library take out the decoder's part */
        return MPEG_3_ENCODER_DELAY + (stream.has_info ? 0 : MPEG_3_DECODER_DELAY);
    }
    return 0;
}

/* See cq_decoder_info.level_step. */
static double level_step(int codec)
{
    switch (codec) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
        return 1.0 / 128;
    }
    return 1.0 / 32768;
}

/*
 * The library reads through these and not through the descriptor: sf_open_fd() closes it where opening fails,
 * though told not to, and it may then be another thread's.
 */
static sf_count_t get_size(void *user)
{
    const struct sndfile_decoder *sd = user;
    return sd->size_bytes;
}

static sf_count_t seek(sf_count_t offset, int whence, void *user)
{
    struct sndfile_decoder *sd = user;
    int64_t base = whence == SEEK_CUR ? sd->at : whence == SEEK_END ? sd->size_bytes : 0;
    if (offset < -base || offset > INT64_MAX - base)
        return -1;
    sd->at = base + offset;
    return sd->at;
}

static sf_count_t read_bytes(void *buf, sf_count_t n, void *user)
{
    struct sndfile_decoder *sd = user;
    sf_count_t done = 0;
    while (done < n) {
        ssize_t got = pread(sd->fd, (char *)buf + done, (size_t)(n - done), (off_t)sd->at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            sd->io_failed = true;
        if (got <= 0)
            break;
        for (int64_t i = 0; sd->unset_size_at >= 0 && i < 4; i++) {
            int64_t patch = sd->unset_size_at + i - sd->at;
            if (patch >= 0 && patch < got)
                ((unsigned char *)buf)[done + patch] = 0xff;
        }
        sd->at += got;
        done += got;
    }
    return done;
}

static sf_count_t write_bytes(const void *buf, sf_count_t n, void *user)
{
    (void)buf, (void)n, (void)user;
    return 0;
}

static sf_count_t tell(void *user)
{
    const struct sndfile_decoder *sd = user;
    return sd->at;
}

/* The parameters of headerless input were put into `info` by the caller; format 0 means a file with a header.
 */
static int open_file(const struct cq_source *src, SF_INFO *info, struct cq_error *err,
                     struct cq_decoder **ret_d)
{
    int code = 0;
    struct sndfile_decoder *sd = calloc(1, sizeof *sd);
    if (!sd)
        return -ENOMEM;
    sd->d.ops = &cq_decoder_sndfile;
    sd->fd = src->fd;
    sd->size_bytes = src->size_bytes;
    sd->unset_size_at = src->unset_size_at;
    SF_VIRTUAL_IO io = {get_size, seek, read_bytes, write_bytes, tell};
    sd->file = sf_open_virtual(&io, SFM_READ, info, sd);
    if (!sd->file) {
        code = sd->io_failed ? -EIO : -EBADMSG;
        cq_error_set(err, code, src->path, 0, "%s", sd->io_failed ? "cannot read the file" : sf_strerror(NULL));
        goto out;
    }
    const char *codec = find_name(codecs, N_OF(codecs), info->format & SF_FORMAT_SUBMASK);
    const char *container = find_name(containers, N_OF(containers), info->format & SF_FORMAT_TYPEMASK);
    if (!container || !codec || info->channels < 1) {
        code = cq_error_set(err, -ENOTSUP, src->path, 0, "a kind of file that holds no recordings");
        goto out;
    }
    sd->d.info.rate_hz = info->samplerate;
    sd->d.info.channels = info->channels;
    sd->d.info.n_frames = info->frames > 0 && info->frames < INT64_MAX / 2 ? info->frames : -1;
    int format = info->format & SF_FORMAT_SUBMASK;
    sd->d.info.companded = format == SF_FORMAT_ULAW || format == SF_FORMAT_ALAW;
    sd->d.info.level_step = sd->d.info.companded ? 1.0 / 32 : level_step(format);
    sd->exact = sd->d.info.n_frames > 0 && format != SF_FORMAT_MPEG_LAYER_III &&
                format != SF_FORMAT_MPEG_LAYER_II && format != SF_FORMAT_MPEG_LAYER_I;
    sd->skip = codec_delay(src, info->format);
    snprintf(sd->d.info.format, sizeof sd->d.info.format, "%s/%s", container, codec);
    *ret_d = &sd->d;
    sd = NULL;
out:
    if (sd)
        cq_decoder_sndfile.close(&sd->d);
    return code;
}

static int sndfile_open(const struct cq_source *src, const struct cq_audio_opts *opts, struct cq_error *err,
                        struct cq_decoder **ret_d)
{
    (void)opts;
    SF_INFO info = {0};
    return open_file(src, &info, err, ret_d);
}

int cq_decoder_sndfile_open_raw(const struct cq_source *src, int codec_format, int rate_hz, int channels,
                                struct cq_error *err, struct cq_decoder **ret_d)
{
    SF_INFO info = {.samplerate = rate_hz, .channels = channels, .format = SF_FORMAT_RAW | codec_format};
    return open_file(src, &info, err, ret_d);
}

static sf_count_t read_some(struct sndfile_decoder *sd, float *frames, int64_t n)
{
    sf_count_t got = sf_readf_float(sd->file, frames, n);
    if (got < 0)
        got = 0;
    sd->n_read += got;
    /*
     * A count beyond the file's length was cut by the library: cq_sniff_is_cut() tells of those. That of MPEG
     * is a guess.
     */
    if (got < n && (sf_error(sd->file) || (sd->exact && sd->n_read < sd->d.info.n_frames)))
        sd->d.truncated = true;
    return got;
}

static int sndfile_read(struct cq_decoder *d, float *frames, int n, int *ret_n)
{
    struct sndfile_decoder *sd = (struct sndfile_decoder *)d;
    while (sd->skip > 0) {
        int64_t got = read_some(sd, frames, sd->skip < n ? sd->skip : n);
        sd->skip = got > 0 ? sd->skip - got : 0;
    }
    int got = (int)read_some(sd, frames, n);
    if (sd->io_failed)
        return -EIO;
    *ret_n = got;
    return 0;
}

static struct cq_decoder *sndfile_close(struct cq_decoder *d)
{
    struct sndfile_decoder *sd = (struct sndfile_decoder *)d;
    if (sd && sd->file)
        sf_close(sd->file);
    free(sd);
    return NULL;
}

const struct cq_decoder_ops cq_decoder_sndfile = {
    .name = "sndfile",
    .open = sndfile_open,
    .read = sndfile_read,
    .close = sndfile_close,
};
