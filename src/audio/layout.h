/* audio/layout.h - which channels of the file are heard, and whose they are. */
#ifndef CQ_AUDIO_LAYOUT_H
#define CQ_AUDIO_LAYOUT_H

#include "callqa/error.h"
#include "callqa/options.h"
#include "callqa/recording.h"

#include <stdbool.h>

struct cq_channel_plan {
    int n_file;                          /* channels of the file */
    bool mix;                            /* all of them into one */
    int n_out;                           /* channels of the analysis: 1 or 2 */
    int party_channel[CQ_N_PARTIES];     /* file channel of each party; the first twice in a mix */
    int n_health;                        /* channels whose health is measured: 1 or 2 */
    int health_channel[CQ_MAX_CHANNELS]; /* which, in the file's order */
};

/*
 * Decide for a file of n_channels. -ENOTSUP more than opts->max_channels; -EINVAL a party's channel that the
 * file has not, or one for both (err told, with `path`).
 */
int cq_layout_plan(const struct cq_audio_opts *opts, int n_channels, const char *path, struct cq_error *err,
                   struct cq_channel_plan *ret_plan);

#endif
