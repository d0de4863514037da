/* web/recordings.h - private: recordings decoded for playing, the last few kept. Safe from any thread. */
#ifndef CQ_WEB_RECORDINGS_H
#define CQ_WEB_RECORDINGS_H

#include "callqa/analysis.h"
#include "replay/engine.h"
#include "store/peaks.h"
#include "web/request.h"

struct cq_web_recordings;

struct cq_web_recordings *cq_web_recordings_new(void); /* NULL: out of memory */
struct cq_web_recordings *cq_web_recordings_free(struct cq_web_recordings *r);

/*
 * The call's recording as a stream: a WAV file of 16-bit PCM at 8 kHz, the agent left and the customer right,
 * whatever the file itself is. It is decoded whole when it is first asked for; whoever asks meanwhile waits.
 * -ENOENT the file is not where it was; the errors of decoding; -EBUSY too many are being played.
 */
int cq_web_recordings_open(struct cq_web_recordings *r, int64_t call, const struct cq_analysis *a,
                           struct cq_error *err, struct cq_web_stream *ret_stream);

/* The same decoding for replay's engine; give it back with cq_web_recordings_source_done(). */
int cq_web_recordings_source(struct cq_web_recordings *r, int64_t call, const struct cq_analysis *a,
                             struct cq_error *err, struct cq_replay_source *ret_source);
void cq_web_recordings_source_done(struct cq_replay_source *source);

/* Its shape, from the same decoding. */
int cq_web_recordings_peaks(struct cq_web_recordings *r, int64_t call, const struct cq_analysis *a,
                            struct cq_error *err, struct cq_peaks *ret_peaks);

#endif
