#include "audio/decode_sndfile.h"

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

/* See cq_decoder_info.level_step. */
static double level_step(int codec)
{
    switch (codec) {
    case SF_FORMAT_ULAW:
    case SF_FORMAT_ALAW:
        return 1.0 / 16;
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8:
        return 1.0 / 128;
    }
    return 1.0 / 32768;
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
    /* libsndfile takes the present position for the start of the file */
    if (lseek(src->fd, 0, SEEK_SET) < 0) {
        code = cq_error_set(err, -EIO, src->path, 0, "cannot read the file; check the disk or share it is on");
        goto out;
    }
    sd->file = sf_open_fd(src->fd, SFM_READ, info, SF_FALSE);
    if (!sd->file) {
        code = cq_error_set(err, -EBADMSG, src->path, 0, "%s", sf_strerror(NULL));
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
    sd->d.info.level_step = level_step(info->format & SF_FORMAT_SUBMASK);
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

static int sndfile_read(struct cq_decoder *d, float *frames, int n, int *ret_n)
{
    struct sndfile_decoder *sd = (struct sndfile_decoder *)d;
    sf_count_t got = sf_readf_float(sd->file, frames, n);
    if (got < 0)
        got = 0;
    sd->n_read += got;
    if (got < n) {
        /* the count of a header that lies was cut to the file's length by libsndfile: cq_sniff_is_cut() tells
         */
        if (sf_error(sd->file) || (d->info.n_frames > 0 && sd->n_read < d->info.n_frames))
            d->truncated = true;
    }
    *ret_n = (int)got;
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
