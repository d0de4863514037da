/*
 * replay/engine.h - from a recording to what is heard. The same engine feeds the loudspeaker and the rendered
 * file, so what is tested in a file is what a trainer hears.
 *
 *     source -> path (part, loop, skips) -> privacy -> mixer -> speed -> limiter -> frames
 */
#ifndef CQ_REPLAY_ENGINE_H
#define CQ_REPLAY_ENGINE_H

#include "replay/frame.h"
#include "replay/mixer.h"
#include "replay/path.h"
#include "replay/privacy.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decoded audio at CQ_ANALYSIS_RATE_HZ, from any place: cq_pcm, or a test's signal. */
struct cq_replay_source {
    int n_channels; /* 2: agent, customer; 1: mixed */
    int64_t n_samples;
    int (*read)(void *user, int64_t at, int n, float *const out[], int *ret_n);
    void *user;
};

struct cq_replay_settings {
    double speed; /* 0.5..3, pitch kept */
    enum cq_solo solo;
    enum cq_pan pan;
    double gain_db; /* -20..30, behind it a limiter */
    bool skip_silence;
    double loop_a_s, loop_b_s; /* NAN: none */
    double from_s, to_s;       /* the part that is played; to_s NAN: to the end */
};

#define CQ_REPLAY_GAIN_MIN_DB (-20.0)
#define CQ_REPLAY_GAIN_MAX_DB 30.0

#define CQ_REPLAY_SETTINGS_INIT                                                                                \
    {                                                                                                          \
        .speed = 1.0, .loop_a_s = NAN, .loop_b_s = NAN, .from_s = 0.0, .to_s = NAN                             \
    }

struct cq_engine;

/* `talk` (may be NULL) and the source's user are borrowed, opts copied but for nothing it points to. -ENOMEM,
 * -EINVAL settings or options beyond their limits. */
int cq_engine_new(const struct cq_replay_source *source, const struct cq_talk *talk,
                  const struct cq_privacy_opts *privacy, const struct cq_replay_settings *settings,
                  struct cq_engine **ret_e);
struct cq_engine *cq_engine_free(struct cq_engine *e);

/* Change settings and go on at sample `at`; what was under way is thrown away. The engine stays as it was where
 * this fails: -EINVAL, -ENOMEM. */
int cq_engine_set(struct cq_engine *e, const struct cq_replay_settings *settings, int64_t at);

/* Up to n frames; *ret_n is 0 at the end only. -EIO the recording cannot be read, -ENOMEM. */
int cq_engine_read(struct cq_engine *e, struct cq_replay_frame *v, size_t n, size_t *ret_n);

/* See cq_limiter_meter(). */
double cq_engine_meter(struct cq_engine *e);

/* The settings as samples of this recording, limits applied: what is played. */
struct cq_stretch cq_engine_part(const struct cq_replay_source *source, const struct cq_replay_settings *s);

#endif
