/*
 * Headerless recordings. The file's extension or the options say what it is; the samples are then read by
 * libsndfile or libav as if a header had said so.
 */
#include "audio/decode_libav.h"
#include "audio/decode_sndfile.h"
#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "cq-config.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

struct raw_format {
    const char *name;     /* opts->raw_format and the right half of cq_recording.format */
    int sndfile;          /* libsndfile subtype and byte order, 0 = libav's */
    const char *demuxer;  /* libav's */
    int rate_hz;          /* what the codec fixes; 0 = opts->raw_rate_hz */
    int bytes_per_sample; /* 0 = not a fixed number */
};

static const struct raw_format formats[] = {
    {"ulaw", SF_FORMAT_ULAW, NULL, 0, 1},
    {"alaw", SF_FORMAT_ALAW, NULL, 0, 1},
    {"s16le", SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, NULL, 0, 2},
    {"s16be", SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, NULL, 0, 2},
    {"vox", SF_FORMAT_VOX_ADPCM, NULL, 0, 0},
    {"gsm", SF_FORMAT_GSM610, NULL, 8000, 0},
    {"g722", 0, "g722", 16000, 0},
    {"g729", 0, "g729", 8000, 0},
};

struct extension {
    const char *ext;
    const char *format;
    int rate_hz; /* 0 = opts->raw_rate_hz */
    int channels;
};

/* Names in use by Asterisk, FreeSWITCH, sox and dialers. */
static const struct extension extensions[] = {
    {"ulaw", "ulaw", 0, 1},       {"ul", "ulaw", 0, 1},         {"pcmu", "ulaw", 0, 1},
    {"mulaw", "ulaw", 0, 1},      {"mu", "ulaw", 0, 1},         {"alaw", "alaw", 0, 1},
    {"al", "alaw", 0, 1},         {"pcma", "alaw", 0, 1},       {"sln", "s16le", 0, 1},
    {"sln8", "s16le", 8000, 1},   {"sln12", "s16le", 12000, 1}, {"sln16", "s16le", 16000, 1},
    {"sln24", "s16le", 24000, 1}, {"sln32", "s16le", 32000, 1}, {"sln44", "s16le", 44100, 1},
    {"sln48", "s16le", 48000, 1}, {"sln96", "s16le", 96000, 1}, {"sln192", "s16le", 192000, 1},
    {"gsm", "gsm", 0, 1},         {"g722", "g722", 0, 1},       {"g729", "g729", 0, 1},
    {"vox", "vox", 0, 1},         {"pcm", "s16le", 0, 1},       {"raw", "s16le", 0, 2},
};

#define N_OF(a) (sizeof(a) / sizeof(a)[0])

static const struct raw_format *find_format(const char *name)
{
    for (size_t i = 0; name && i < N_OF(formats); i++) {
        if (cq_str_ieq(formats[i].name, name))
            return &formats[i];
    }
    return NULL;
}

static const struct extension *find_extension(const char *path)
{
    const char *ext = cq_path_ext(path);
    for (size_t i = 0; i < N_OF(extensions); i++) {
        if (cq_str_ieq(extensions[i].ext, ext))
            return &extensions[i];
    }
    return NULL;
}

static int raw_open(const struct cq_source *src, const struct cq_audio_opts *opts, struct cq_error *err,
                    struct cq_decoder **ret_d)
{
    const struct extension *ext = find_extension(src->path);
    if (!opts->raw_format && !ext)
        return cq_error_set(err, -ENOTSUP, src->path, 0, "no headerless format goes by this extension");
    const struct raw_format *format = find_format(opts->raw_format ? opts->raw_format : ext->format);
    if (!format)
        return cq_error_set(
            err, -EINVAL, src->path, 0,
            "audio.raw_format \"%s\" is unknown; use ulaw, alaw, s16le, s16be, vox, gsm, g722 or g729",
            opts->raw_format);

    /* an extension speaks for its own format only */
    if (ext && find_format(ext->format) != format)
        ext = NULL;
    int rate_hz = format->rate_hz ? format->rate_hz : ext && ext->rate_hz ? ext->rate_hz : opts->raw_rate_hz;
    int channels = format->rate_hz ? 1 : opts->raw_channels ? opts->raw_channels : ext ? ext->channels : 1;
    if (channels < 1 || channels > opts->max_channels)
        return cq_error_set(err, -EINVAL, src->path, 0, "audio.raw_channels must be 1 to %d",
                            opts->max_channels);

    struct cq_decoder *d = NULL;
    int code;
    if (format->sndfile) {
        code = cq_decoder_sndfile_open_raw(src, format->sndfile, rate_hz, channels, err, &d);
    } else {
#if CQ_HAVE_LIBAV
        code = cq_decoder_libav_open_raw(src, format->demuxer, err, &d);
#else
        code = cq_error_set(err, -ENOTSUP, src->path, 0, "this callqa was built without FFmpeg, which reads %s",
                            format->name);
#endif
    }
    if (code)
        return code;
    snprintf(d->info.format, sizeof d->info.format, "raw/%s", format->name);
    int64_t frame_bytes = (int64_t)format->bytes_per_sample * channels;
    d->truncated = d->truncated || (frame_bytes && src->size_bytes % frame_bytes != 0);
    *ret_d = d;
    return 0;
}

/* Only opens: what it gives reads and closes by the library's own operations. */
const struct cq_decoder_ops cq_decoder_raw = {.name = "raw", .open = raw_open};
