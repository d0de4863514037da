/* audio/decoder.h - containers and codecs behind one vtable; the factory chooses by content. */
#ifndef CQ_AUDIO_DECODER_H
#define CQ_AUDIO_DECODER_H

#include "audio/sniff.h"
#include "callqa/error.h"
#include "callqa/options.h"

#include <stdbool.h>
#include <stdint.h>

#define CQ_DECODER_MIN_RATE_HZ 1000
#define CQ_DECODER_MAX_RATE_HZ 384000

/* An open file with what is known of it before any decoder looks. Read through fd only, from any position. */
struct cq_source {
    int fd;
    int64_t size_bytes;
    const char *path; /* as given: for its extension and for messages; never opened again */
    enum cq_container container;
    int64_t unset_size_at; /* see cq_sniff_unset_size_at(): to be read as all ones */
};

/* What a decoder found; fixed once it is open. */
struct cq_decoder_info {
    int rate_hz;
    int channels;
    int64_t n_frames;    /* a channel, as the header says; -1 where it does not say */
    const char *decoder; /* name of the operations that opened it */
    char format[48];     /* "wav/ulaw", "mp4/aac": container, slash, codec */
    double level_step; /* distance of neighbouring sample values, full scale 1.0: what is flat below it may not
                          be. Companded: relative to the power of two at or above the sample */
    bool companded;    /* mu-law or A-law */
};

struct cq_decoder;

struct cq_decoder_ops {
    const char *name; /* cq_recording.decoder */
    /*
     * Open src (borrowed; outlives the decoder). Not this decoder's business: -ENOTSUP or -EBADMSG, err filled;
     * the factory then tries the next. -ENOMEM and -EIO end the search.
     */
    int (*open)(const struct cq_source *src, const struct cq_audio_opts *opts, struct cq_error *err,
                struct cq_decoder **ret_d);
    /*
     * Up to n frames of `channels` interleaved floats, full scale 1.0. *ret_n is 0 at the end only. A place
     * where decoding breaks down is the end, with d->truncated set. Returns 0, -EIO or -ENOMEM.
     */
    int (*read)(struct cq_decoder *d, float *frames, int n, int *ret_n);
    struct cq_decoder *(*close)(struct cq_decoder *d);
};

/* First member of every decoder's instance. */
struct cq_decoder {
    const struct cq_decoder_ops *ops;
    struct cq_decoder_info info;
    bool truncated; /* the stream ended before its header says, or in the middle of a frame; final at the end */
};

/*
 * The one factory. Files with a known signature are read by content whatever they are called; headerless ones
 * by extension or opts->raw_format. Order: libsndfile, FFmpeg's libav where built in (and for MPEG that alone).
 * Errors as cq_pcm_open().
 */
int cq_decoder_open(const struct cq_source *src, const struct cq_audio_opts *opts, struct cq_error *err,
                    struct cq_decoder **ret_d);
int cq_decoder_read(struct cq_decoder *d, float *frames, int n, int *ret_n);
struct cq_decoder *cq_decoder_close(struct cq_decoder *d); /* accepts NULL */

/*
 * Open `path` for reading and look at its first bytes; the file must be a regular one. ret_src borrows path.
 * Errors: -ENOENT, -EACCES, -EISDIR, -EIO, -ENODATA (empty), -ENOTSUP (pipe, device).
 */
int cq_source_open(const char *path, struct cq_error *err, struct cq_source *ret_src);

/* The same for an open descriptor, which ret_src then owns; where this fails it stays the caller's. */
int cq_source_open_fd(int fd, const char *path, struct cq_error *err, struct cq_source *ret_src);
void cq_source_close(struct cq_source *src);

extern const struct cq_decoder_ops cq_decoder_sndfile;
extern const struct cq_decoder_ops cq_decoder_libav; /* where CQ_HAVE_LIBAV */
extern const struct cq_decoder_ops cq_decoder_raw;

#endif
