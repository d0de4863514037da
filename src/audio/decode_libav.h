/* audio/decode_libav.h - FFmpeg's libav on headerless files, for decode_raw.c. */
#ifndef CQ_AUDIO_DECODE_LIBAV_H
#define CQ_AUDIO_DECODE_LIBAV_H

#include "audio/decoder.h"

/* Headerless input of the codec that libav's demuxer of this name reads. Errors as cq_decoder_ops.open. */
int cq_decoder_libav_open_raw(const struct cq_source *src, const char *demuxer, struct cq_error *err,
                              struct cq_decoder **ret_d);

#endif
