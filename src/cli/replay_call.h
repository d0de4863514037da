/* cli/replay_call.h - a stored call made ready to be heard: for `replay`, `examples` and `playlist`. */
#ifndef CQ_CLI_REPLAY_CALL_H
#define CQ_CLI_REPLAY_CALL_H

#include "cli/options.h"
#include "replay/engine.h"
#include "replay/recording.h"
#include "rubric/rubric.h"
#include "store/store.h"
#include "tui/tui.h"

#include <stdatomic.h>
#include <stdint.h>

/* Embedded; zero-initialise. */
struct cq_replay_call {
    int64_t call;
    struct cq_analysis a;
    struct cq_rubric *rubric; /* the form that scored it, where it is installed; or NULL */
    struct cq_replay_recording *recording;
    struct cq_replay_source source;
    char heading[512]; /* one line: number, file, who */
    bool loaded;
};

/* Load the call and decode its recording; `path` where it was moved, or NULL. Errors as cq_store_load() and
 * cq_replay_recording_open(). */
int cq_replay_call_open(struct cq_store *store, int64_t call, const char *path, struct cq_error *err,
                        struct cq_replay_call *ret_c);
void cq_replay_call_done(struct cq_replay_call *c);

/* Label of an item, section, flag in the reader's language; `user` is a struct cq_replay_call *. */
const char *cq_replay_call_label(void *user, const char *id);

/* How it is to sound: options that the commands share. */
struct cq_sound_opts {
    double speed, gain_db;
    int solo, pan; /* enum cq_solo, cq_pan */
    bool skip_silence, disguise;
    struct cq_args mutes;
    const char *device;
};

#define CQ_SOUND_OPTS_INIT                                                                                     \
    {                                                                                                          \
        .speed = 1.0                                                                                           \
    }

/* --mute FROM-TO to intervals (malloc'd). -EINVAL with err. */
int cq_sound_mutes(const struct cq_args *mutes, struct cq_error *err, struct cq_span **ret_spans,
                   size_t *ret_n);

/* The options as settings of the part from_s..to_s (NAN: to the end). */
struct cq_replay_settings cq_sound_settings(const struct cq_sound_opts *o, double from_s, double to_s);

/* Seconds, or a clock: "63.2", "1:03.2", "1:01:03". -EINVAL. */
int cq_cli_parse_seconds(const char *text, size_t n, double *ret_s);

/*
 * Hear the part of the call from at_s on: in the view where there is a terminal, else straight to its end.
 * `clip` may be NULL. *ret_end may be NULL.
 */
struct cq_replay_heard {
    double from_s, to_s, at_s;
    const char *item;
    const struct cq_tui_clip *clip;
};
int cq_replay_call_hear(struct cq_replay_call *c, const struct cq_sound_opts *sound,
                        const struct cq_replay_heard *what, const atomic_bool *stop, struct cq_error *err,
                        enum cq_tui_end *ret_end);

/* The same into a file; *ret_s seconds were written. */
int cq_replay_call_render(struct cq_replay_call *c, const struct cq_sound_opts *sound, double from_s,
                          double to_s, const char *path, const atomic_bool *stop, struct cq_error *err,
                          double *ret_s);

#endif
