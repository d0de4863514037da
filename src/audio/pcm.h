/* audio/pcm.h - a recording decoded once to 8 kHz, readable as often as the stages need it. */
#ifndef CQ_AUDIO_PCM_H
#define CQ_AUDIO_PCM_H

#include "callqa/error.h"
#include "callqa/options.h"
#include "callqa/recording.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct cq_pcm;

/*
 * Decode `path` whole: container and codec by content (headerless ones by extension or option), channels mapped
 * to parties, resampled to CQ_ANALYSIS_RATE_HZ, health measured on the way. Memory stays flat: what does not
 * fit into opts->memory_bytes is kept in a temporary file. `stop` (may be NULL) is polled; set, it ends with
 * -ECANCELED.
 *
 * Errors (err says which and what to do): -ENOENT, -EACCES, -EIO; -ENODATA empty file; -EBADMSG not audio or
 * damaged beyond use; -ENOTSUP codec or too many channels; -EFBIG longer than max_duration_s; -ENOSPC temporary
 * folder full. A file that breaks off is no error: what could be decoded is there and ret_rec->truncated is
 * set. ret_rec is owned by the caller (cq_recording_done); ret_pcm by cq_pcm_free.
 */
int cq_pcm_open(const char *path, const struct cq_audio_opts *opts, const atomic_bool *stop,
                struct cq_error *err, struct cq_recording *ret_rec, struct cq_pcm **ret_pcm);

/* The same for an open descriptor, which is closed in any case; path is what the recording is called. */
int cq_pcm_open_fd(int fd, const char *path, const struct cq_audio_opts *opts, const atomic_bool *stop,
                   struct cq_error *err, struct cq_recording *ret_rec, struct cq_pcm **ret_pcm);

/* 2 (channel 0 = agent, 1 = customer, whatever the file's order) or 1 (mixed). */
int cq_pcm_channels(const struct cq_pcm *pcm);

/* Number of samples a channel at CQ_ANALYSIS_RATE_HZ. */
int64_t cq_pcm_frames(const struct cq_pcm *pcm);

/*
 * Read up to n samples a channel from sample `at` on: out[c][0..n) as floats in -1..1. *ret_n < n only at the
 * end. Returns 0 or -EIO. Not for several threads at once on one cq_pcm.
 */
int cq_pcm_read(struct cq_pcm *pcm, int64_t at, int n, float *const out[CQ_MAX_CHANNELS], int *ret_n);

struct cq_pcm *cq_pcm_free(struct cq_pcm *pcm);

#endif
