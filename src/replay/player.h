/*
 * replay/player.h - an engine in a thread of its own, a ring, and a device: what a person controls.
 *
 * The thread decodes ahead into the ring, the device's callback only takes out of it. A change of settings or a
 * jump empties the ring, so that it is heard at once. A device that goes away is closed and asked for again
 * every second; the playhead stays where it was heard last.
 */
#ifndef CQ_REPLAY_PLAYER_H
#define CQ_REPLAY_PLAYER_H

#include "replay/device.h"
#include "replay/engine.h"

#include <stdbool.h>

struct cq_player;

enum cq_player_sound {
    CQ_PLAYER_HEARD,
    CQ_PLAYER_DEVICE_LOST /* it is being looked for */
};

struct cq_player_state {
    double at_s; /* what is heard now */
    bool playing;
    bool ended;  /* the part is over; playing again begins at its start */
    bool failed; /* the recording cannot be read on */
    enum cq_player_sound sound;
    unsigned n_underruns; /* times that the device asked and the ring was empty, while playing */
    unsigned n_lost;      /* times that the device went away */
    double limiter_db;    /* held back since the last look: 0 or negative */
};

/*
 * Take the engine (freed in any case, in the end) and open the device; paused at `at_s`. The settings are those
 * that the engine was made with. `device` may be NULL: the default one. -ENODEV, -ENOENT, -EIO, -ENOMEM,
 * -EAGAIN.
 */
int cq_player_new(struct cq_engine *engine, const struct cq_replay_source *source,
                  const struct cq_replay_settings *settings, double at_s, const struct cq_device_ops *ops,
                  const char *device, struct cq_error *err, struct cq_player **ret_p);
struct cq_player *cq_player_free(struct cq_player *p);

/* All from one thread. */
void cq_player_play(struct cq_player *p, bool play);
void cq_player_seek(struct cq_player *p, double at_s);
void cq_player_set(struct cq_player *p, const struct cq_replay_settings *settings);
struct cq_replay_settings cq_player_settings(const struct cq_player *p);
struct cq_player_state cq_player_state(struct cq_player *p);

#endif
