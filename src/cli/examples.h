/* cli/examples.h - what `callqa examples` and `callqa playlist` share: an example made ready to be heard. */
#ifndef CQ_CLI_EXAMPLES_H
#define CQ_CLI_EXAMPLES_H

#include "cli/replay_call.h"
#include "store/examples.h"

/* The example's call, or its own clip; `recording` where the call's was moved. *ret_part is what to hear of it.
 */
int cq_example_open(struct cq_store *store, const struct cq_example *e, const char *recording,
                    struct cq_error *err, struct cq_replay_call *ret_c, struct cq_span *ret_part);

/* Which ones, and how they leave the house. */
struct cq_export_opts {
    const char *dir;
    const char *recording;
    bool anonymous; /* no agent, no call, no place in it; names taken out of titles and reasons */
    const char *who;
};

/* Clips as WAV, index.html, manifest.json into a new or empty folder; one audit entry an example. */
int cq_examples_export(struct cq_store *store, const int64_t *ids, size_t n, const struct cq_sound_opts *sound,
                       const struct cq_export_opts *opts, const atomic_bool *stop, struct cq_error *err);

/* The examples of a manifest; those that are here already are left alone. *ret_new, *ret_known: how many. */
int cq_examples_import(struct cq_store *store, const char *dir, const char *who, struct cq_error *err,
                       int *ret_new, int *ret_known);

/* What a command does with the open database; `stop` is set by Ctrl-C. 0 or negative errno. */
typedef int (*cq_examples_step)(void *user, struct cq_store *store, const atomic_bool *stop,
                                struct cq_error *err);

/* Open the database, do the step with Ctrl-C caught, close, and tell what went wrong. Returns the exit code. */
int cq_examples_run(const char *db, bool writes, cq_examples_step step, void *user);

#endif
