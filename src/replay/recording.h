/* replay/recording.h - the recording of a stored call, made sure that it is the one. */
#ifndef CQ_REPLAY_RECORDING_H
#define CQ_REPLAY_RECORDING_H

#include "callqa/analysis.h"
#include "callqa/error.h"
#include "replay/engine.h"

struct cq_replay_recording;

/*
 * Decode the recording of `a`: `path` where it is given (it was moved), else where it was analysed. Its content
 * must be the one that was analysed, by hash: scores and marks of another recording would lie. The channels go
 * to the parties as in the analysis. -ENOENT says how to tell where it is; -EINVAL another content; and those
 * of cq_pcm_open(). The record is only read, and may go before the recording.
 */
int cq_replay_recording_open(const struct cq_analysis *a, const char *path, struct cq_error *err,
                             struct cq_replay_recording **ret_r);
struct cq_replay_recording *cq_replay_recording_free(struct cq_replay_recording *r);

/* For the engine; borrows from r. One thread at a time. */
struct cq_replay_source cq_replay_recording_source(struct cq_replay_recording *r);

#endif
