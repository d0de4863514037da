/* audio/decode_sndfile.h - libsndfile on headerless files, for decode_raw.c. */
#ifndef CQ_AUDIO_DECODE_SNDFILE_H
#define CQ_AUDIO_DECODE_SNDFILE_H

#include "audio/decoder.h"

/* Headerless input: codec_format is a libsndfile subtype with its byte order. Errors as cq_decoder_ops.open. */
int cq_decoder_sndfile_open_raw(const struct cq_source *src, int codec_format, int rate_hz, int channels,
                                struct cq_error *err, struct cq_decoder **ret_d);

#endif
