/* audio/join.h - two recordings of one party each to one of two channels. */
#ifndef CQ_AUDIO_JOIN_H
#define CQ_AUDIO_JOIN_H

#include "callqa/error.h"
#include "callqa/options.h"

#include <stdatomic.h>

/*
 * Write `agent` (left) and `customer` (right) to `out`, a 16 bit WAV of the higher of their rates, through a
 * temporary name; folders are made. Where both files carry a broadcast header, the one that began later is
 * moved by the difference of their time references; else both begin together, as recorders of legs write them.
 * The shorter is filled with silence. The result depends on the two files alone, byte by byte.
 *
 * Errors as cq_pcm_open(), and those of writing (-ENOSPC, -EACCES, ...).
 */
int cq_audio_join(const char *agent, const char *customer, const char *out, const struct cq_audio_opts *opts,
                  const atomic_bool *stop, struct cq_error *err);

#endif
