/* audio/write.h - sound into a file: WAV, FLAC or Ogg Vorbis by its name (libsndfile). */
#ifndef CQ_AUDIO_WRITE_H
#define CQ_AUDIO_WRITE_H

#include "callqa/error.h"

#include <stddef.h>

struct cq_audio_writer;

/*
 * Begin `path` (.wav, .flac, .ogg; 16 bits), overwriting what is there. The file appears under its name when it
 * is complete: cq_audio_writer_close(). -EINVAL another extension, -EACCES, -ENOENT, -ENOSPC, -EIO.
 */
int cq_audio_writer_new(const char *path, int rate_hz, int n_channels, struct cq_error *err,
                        struct cq_audio_writer **ret_w);

/* n frames of interleaved floats, full scale 1.0; louder ones are cut. -EIO. */
int cq_audio_writer_write(struct cq_audio_writer *w, const float *frames, size_t n, struct cq_error *err);

/* Complete the file and free the writer in any case. -EIO: there is no file. */
int cq_audio_writer_close(struct cq_audio_writer *w, struct cq_error *err);

/* Give up: no file is left. Accepts NULL. */
struct cq_audio_writer *cq_audio_writer_free(struct cq_audio_writer *w);

#endif
