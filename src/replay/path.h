/* replay/path.h - the way through a recording: its part, what is skipped, what is played again. Pure. */
#ifndef CQ_REPLAY_PATH_H
#define CQ_REPLAY_PATH_H

#include "callqa/party.h"
#include "callqa/talk.h"

#include <stdbool.h>
#include <stdint.h>

#define CQ_SKIP_MIN_S 1.0  /* silences of both that are at least this long are skipped: pauses in talk stay */
#define CQ_SKIP_KEEP_S 0.3 /* of each, so much is left at either end: no word loses its breath */

/* Samples at CQ_ANALYSIS_RATE_HZ. */
struct cq_stretch {
    int64_t from, to; /* to exclusive */
};

struct cq_stretches {
    struct cq_stretch *v; /* by start, apart */
    size_t n, cap;
};

struct cq_path {
    struct cq_stretch part;           /* what is played at all */
    struct cq_stretch loop;           /* from == to: none */
    const struct cq_stretches *skips; /* borrowed; NULL: nothing is skipped */
};

/*
 * The stretches where nobody speaks for CQ_SKIP_MIN_S, hold and music among them, less CQ_SKIP_KEEP_S at either
 * end. -ENOMEM; *ret_skips is freed by the caller (free(v)).
 */
int cq_path_silences(const struct cq_talk *talk, int64_t n_samples, struct cq_stretches *ret_skips);

/*
 * Playing has come to sample *at: where does it go on, and how far without a jump? Moves *at over what is
 * skipped and back to the loop's beginning (only from inside the loop: who plays behind it goes on). *ret_to is
 * exclusive. False at the end.
 */
bool cq_path_next(const struct cq_path *path, int64_t *at, int64_t *ret_to);

#endif
