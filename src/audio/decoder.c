#include "audio/decoder.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "cq-config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* MPEG streams may begin with junk or in free format: there the name is believed, and the decoders look closer.
 */
static enum cq_container container_by_name(const char *path)
{
    const char *ext = cq_path_ext(path);
    if (cq_str_ieq(ext, "mp3") || cq_str_ieq(ext, "mp2") || cq_str_ieq(ext, "mpga"))
        return CQ_CONTAINER_MPEG;
    if (cq_str_ieq(ext, "aac") || cq_str_ieq(ext, "adts"))
        return CQ_CONTAINER_ADTS;
    return CQ_CONTAINER_UNKNOWN;
}

int cq_source_open(const char *path, struct cq_error *err, struct cq_source *ret_src)
{
    /* O_NONBLOCK: a pipe without a writer must not hang the caller; it is refused right after */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        int code = -errno;
        return cq_error_set(err, code, path, 0, "cannot open the file (%s); check its name and permissions",
                            strerror(-code));
    }
    int code = cq_source_open_fd(fd, path, err, ret_src);
    if (code)
        close(fd);
    return code;
}

int cq_source_open_fd(int fd, const char *path, struct cq_error *err, struct cq_source *ret_src)
{
    struct stat st;
    if (fstat(fd, &st))
        return cq_error_set(err, -EIO, path, 0, "cannot look at the file (%s)", strerror(errno));
    if (S_ISDIR(st.st_mode))
        return cq_error_set(err, -EISDIR, path, 0,
                            "is a folder; give the recordings in it, or the folder to a "
                            "command that takes folders");
    if (!S_ISREG(st.st_mode))
        return cq_error_set(err, -ENOTSUP, path, 0, "is no regular file; copy the recording to a file first");
    if (st.st_size == 0)
        return cq_error_set(err, -ENODATA, path, 0,
                            "the file is empty; check that the recorder finished or the "
                            "copy was complete");

    unsigned char head[CQ_SNIFF_MPEG_BYTES];
    ssize_t n;
    do
        n = pread(fd, head, sizeof head, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return cq_error_set(err, -EIO, path, 0, "cannot read the file (%s); check the disk or share it is on",
                            strerror(errno));
    *ret_src = (struct cq_source){
        .fd = fd,
        .size_bytes = st.st_size,
        .path = path,
        .container = cq_sniff_container(head, (size_t)n),
    };
    ret_src->unset_size_at = cq_sniff_unset_size_at(fd, st.st_size, ret_src->container);
    if (ret_src->container == CQ_CONTAINER_UNKNOWN)
        ret_src->container = container_by_name(path);
    return 0;
}

void cq_source_close(struct cq_source *src)
{
    if (src->fd >= 0)
        close(src->fd);
    src->fd = -1;
}

/* What the factory says when every decoder has refused. */
static int refuse(const struct cq_source *src, int code, const struct cq_error *last, struct cq_error *err)
{
    if (src->container == CQ_CONTAINER_UNKNOWN)
        return cq_error_set(err, -EBADMSG, src->path, 0,
                            "not a recording callqa knows; if it is headerless audio, say which with --raw or "
                            "audio.raw_format (ulaw, alaw, s16le, gsm, g722, g729)");
    return cq_error_set(err, code, src->path, 0, "looks like %s but cannot be read (%s); %s",
                        cq_sniff_name(src->container), last->what,
                        code == -ENOTSUP ? "convert it to WAV or FLAC first"
                                         : "it may be damaged or cut short: fetch it again from the recorder");
}

static int check_info(const struct cq_source *src, const struct cq_decoder *d, struct cq_error *err)
{
    if (d->info.rate_hz < CQ_DECODER_MIN_RATE_HZ || d->info.rate_hz > CQ_DECODER_MAX_RATE_HZ)
        return cq_error_set(
            err, -EBADMSG, src->path, 0,
            "says that it has %d samples a second, which no recorder makes; it is damaged, fetch it "
            "again",
            d->info.rate_hz);
    return 0;
}

/*
 * libsndfile first: it is the faster and the smaller of the two. But for MPEG it stands on libmpg123, which
 * writes its doubts about damaged files to standard error: that is left to libav where there is one.
 */
static const struct cq_decoder_ops *const *decoders_for(enum cq_container container)
{
#if CQ_HAVE_LIBAV
    static const struct cq_decoder_ops *const usual[] = {&cq_decoder_sndfile, &cq_decoder_libav, NULL};
    static const struct cq_decoder_ops *const mpeg[] = {&cq_decoder_libav, NULL};
    return container == CQ_CONTAINER_MPEG || container == CQ_CONTAINER_ADTS ? mpeg : usual;
#else
    static const struct cq_decoder_ops *const usual[] = {&cq_decoder_sndfile, NULL};
    (void)container;
    return usual;
#endif
}

int cq_decoder_open(const struct cq_source *src, const struct cq_audio_opts *opts, struct cq_error *err,
                    struct cq_decoder **ret_d)
{
    const struct cq_decoder_ops *const *by_content = decoders_for(src->container);
    struct cq_error last = {0};
    struct cq_decoder *d = NULL;
    const char *name = NULL;
    int code = -ENOTSUP, worst = -EBADMSG;
    /* without a signature, content is no guide: libraries find "MP3" in mu-law and the like */
    bool headerless = src->container == CQ_CONTAINER_UNKNOWN;

    for (size_t i = 0; !headerless && code && by_content[i]; i++) {
        name = by_content[i]->name;
        code = by_content[i]->open(src, opts, &last, &d);
        if (code == -ENOMEM || code == -EIO)
            return code == -EIO ? cq_error_set(err, code, last.file, 0, "%s", last.what) : code;
        if (code == -ENOTSUP)
            worst = code;
    }
    if (headerless) {
        name = cq_decoder_raw.name;
        code = cq_decoder_raw.open(src, opts, &last, &d);
        if (code && code != -ENOTSUP)
            return cq_error_set(err, code, src->path, 0, "%s", last.what);
    }
    if (code)
        return refuse(src, worst, &last, err);
    code = check_info(src, d, err);
    if (code) {
        cq_decoder_close(d);
        return code;
    }
    d->info.decoder = name;
    d->truncated = d->truncated || cq_sniff_is_cut(src->fd, src->size_bytes, src->container);
    *ret_d = d;
    return 0;
}

int cq_decoder_read(struct cq_decoder *d, float *frames, int n, int *ret_n)
{
    return d->ops->read(d, frames, n, ret_n);
}

struct cq_decoder *cq_decoder_close(struct cq_decoder *d)
{
    return d ? d->ops->close(d) : NULL;
}
