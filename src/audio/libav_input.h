/* audio/libav_input.h - libavformat on one open file, and on nothing else. */
#ifndef CQ_AUDIO_LIBAV_INPUT_H
#define CQ_AUDIO_LIBAV_INPUT_H

#include "audio/decoder.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

struct cq_libav_input {
    int fd;
    int64_t at;
    int64_t size_bytes;
    bool io_failed; /* a read failed, as distinct from the end */
    AVFormatContext *format;
    AVStream *stream; /* the audio stream chosen; borrowed from format */
};

/*
 * Open src with the demuxer of that name (NULL: the one of src->container) and choose its audio stream. The
 * demuxer reads through src->fd alone: no protocol, no second file, no probing. in must stay where it is until
 * cq_libav_input_done(). Errors: -ENOTSUP no demuxer or no audio stream, -EBADMSG damaged, -EIO, -ENOMEM.
 */
int cq_libav_input_open(struct cq_libav_input *in, const struct cq_source *src, const char *demuxer,
                        struct cq_error *err);
void cq_libav_input_done(struct cq_libav_input *in);

/*
 * An opened decoder for the stream; only codecs that recorders use are let in. keep_delay: the samples that it
 * would drop from the start are given out too. -ENOTSUP, -ENOMEM.
 */
int cq_libav_input_decoder(const struct cq_libav_input *in, bool keep_delay, const char *path,
                           struct cq_error *err, AVCodecContext **ret_codec);

#endif
