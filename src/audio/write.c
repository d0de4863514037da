#include "audio/write.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OGG_QUALITY 0.5 /* about 64 kbit/s for two channels at 8 kHz: no trainer hears a difference */

struct cq_audio_writer {
    SNDFILE *file;
    char *path;
    char *temporary; /* beside it; NULL once it has been renamed */
};

static int format_of(const char *path)
{
    const char *ext = cq_path_ext(path);
    if (cq_str_ieq(ext, "wav"))
        return SF_FORMAT_WAV | SF_FORMAT_PCM_16;
    if (cq_str_ieq(ext, "flac"))
        return SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
    if (cq_str_ieq(ext, "ogg"))
        return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
    return 0;
}

static int cannot_write(const char *path, const char *why, struct cq_error *err)
{
    return cq_error_set(err, -EIO, path, 0, "cannot be written (%s); check the folder and the room on its disk",
                        why);
}

int cq_audio_writer_new(const char *path, int rate_hz, int n_channels, struct cq_error *err,
                        struct cq_audio_writer **ret_w)
{
    SF_INFO info = {.samplerate = rate_hz, .channels = n_channels, .format = format_of(path)};
    if (!info.format)
        return cq_error_set(err, -EINVAL, path, 0, "name a file that ends in .wav, .flac or .ogg");
    struct cq_audio_writer *w = calloc(1, sizeof *w);
    if (!w)
        return -ENOMEM;
    w->path = cq_str_dup(path);
    w->temporary = cq_str_format("%s.part", path);
    if (!w->path || !w->temporary) {
        cq_audio_writer_free(w);
        return -ENOMEM;
    }
    w->file = sf_open(w->temporary, SFM_WRITE, &info);
    if (!w->file) {
        int code = errno ? -errno : -EIO;
        const char *why = sf_strerror(NULL);
        (void)cannot_write(path, why, err);
        free(w->temporary); /* is not there: nothing to take away */
        w->temporary = NULL;
        cq_audio_writer_free(w);
        return code;
    }
    double quality = OGG_QUALITY;
    sf_command(w->file, SFC_SET_CLIPPING, NULL, SF_TRUE);
    sf_command(w->file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
    *ret_w = w;
    return 0;
}

int cq_audio_writer_write(struct cq_audio_writer *w, const float *frames, size_t n, struct cq_error *err)
{
    if (sf_writef_float(w->file, frames, (sf_count_t)n) == (sf_count_t)n)
        return 0;
    return cannot_write(w->path, sf_strerror(w->file), err);
}

int cq_audio_writer_close(struct cq_audio_writer *w, struct cq_error *err)
{
    int code = sf_close(w->file);
    w->file = NULL;
    if (code)
        code = cannot_write(w->path, sf_error_number(code), err);
    else if (rename(w->temporary, w->path))
        code = cannot_write(w->path, strerror(errno), err);
    if (!code) {
        free(w->temporary);
        w->temporary = NULL;
    }
    cq_audio_writer_free(w);
    return code;
}

struct cq_audio_writer *cq_audio_writer_free(struct cq_audio_writer *w)
{
    if (!w)
        return NULL;
    if (w->file)
        sf_close(w->file);
    if (w->temporary)
        unlink(w->temporary);
    free(w->temporary);
    free(w->path);
    free(w);
    return NULL;
}
