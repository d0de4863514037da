/* web/clips.h - private: a part of a recording as a WAV file, with what must not leave the house taken out. */
#ifndef CQ_WEB_CLIPS_H
#define CQ_WEB_CLIPS_H

#include "replay/engine.h"
#include "web/request.h"

#define CQ_WEB_CLIP_MAX_S 300.0 /* ten megabytes; what is longer is a call, not a moment */
#define CQ_WEB_CLIP_MAX_MUTES 32

struct cq_web_clip {
    double from_s, to_s;
    bool disguise; /* the customer's voice made another */
    struct cq_span mutes[CQ_WEB_CLIP_MAX_MUTES];
    size_t n_mutes;
};

/* disguise=1, mute=FROM-TO (again and again), in seconds of the call; from= and to= where `with_part`. -EINVAL.
 */
int cq_web_clip_read(const struct cq_web_request *req, bool with_part, struct cq_error *err,
                     struct cq_web_clip *ret_c);

/*
 * Render it as replay/ does for the command line: 16-bit PCM at 8 kHz, agent left and customer right (or the
 * mix in the middle). talk: whose talk opens which channel under a disguise; NULL: not known. *ret_stream owns
 * the sound. -EINVAL where the part is longer than CQ_WEB_CLIP_MAX_S or none; -EIO, -ENOMEM.
 */
int cq_web_clip_render(const struct cq_replay_source *source, const struct cq_talk *talk,
                       const struct cq_web_clip *clip, struct cq_error *err, struct cq_web_stream *ret_stream);

#endif
