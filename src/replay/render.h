/* replay/render.h - what would be heard, into a file. */
#ifndef CQ_REPLAY_RENDER_H
#define CQ_REPLAY_RENDER_H

#include "callqa/error.h"
#include "replay/engine.h"

#include <stdatomic.h>

/*
 * Play the engine's part from its beginning into `path` (.wav, .flac, .ogg). A loop is played once: a file must
 * end. `stop` (may be NULL) is polled. *ret_s: seconds written. -ECANCELED, and those of cq_engine_read() and
 * cq_audio_writer_new(); no file is left then.
 */
int cq_replay_render(struct cq_engine *e, const char *path, const atomic_bool *stop, struct cq_error *err,
                     double *ret_s);

#endif
