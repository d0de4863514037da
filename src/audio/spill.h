/* audio/spill.h - a long row of blocks of samples: the first in memory, the rest in an unlinked file. */
#ifndef CQ_AUDIO_SPILL_H
#define CQ_AUDIO_SPILL_H

#include "callqa/error.h"

#include <stddef.h>
#include <stdint.h>

#define CQ_SPILL_BLOCK_FRAMES 8192

struct cq_spill;

/*
 * n_channels planes of 16-bit samples. Blocks beyond memory_bytes go to a temporary file in temp_dir (NULL:
 * $TMPDIR or /var/tmp), which has no name and so goes when the process does. temp_dir is copied. -ENOMEM.
 */
int cq_spill_new(int n_channels, size_t memory_bytes, const char *temp_dir, struct cq_spill **ret_s);

/*
 * Append n frames, planar. -ENOMEM, -ENOSPC, -EIO (err told). After an error the
 * spill can only be freed.
 */
int cq_spill_append(struct cq_spill *s, const int16_t *const planes[], int n, struct cq_error *err);

/* Frames appended. */
int64_t cq_spill_frames(const struct cq_spill *s);

/*
 * Convert frames [at, at + n) to floats of full scale 1.0. *ret_n < n only at the end. Cheap in order, one
 * block of read-ahead. -EIO.
 */
int cq_spill_read(struct cq_spill *s, int64_t at, int n, float *const out[], int *ret_n);

struct cq_spill *cq_spill_free(struct cq_spill *s);

#endif
