/* cli/timeline.h - one call's talk drawn in the terminal: a lane a party, a lane of marks, a ruler. */
#ifndef CQ_CLI_TIMELINE_H
#define CQ_CLI_TIMELINE_H

#include "callqa/talk.h"
#include "cli/term.h"

#include <stdio.h>

struct cq_timeline_opts {
    struct cq_term term; /* width, colour, characters */
    int max_bands;       /* a call is drawn in at most this many lines of lanes; default 3 */
    double from_s;       /* the part to draw; to_s 0 is the end of the call */
    double to_s;
};

#define CQ_TIMELINE_OPTS_INIT                                                                                  \
    {                                                                                                          \
        .max_bands = 3                                                                                         \
    }

/*
 * Draw. Each column stands for the same stretch of time, chosen so that the part fits into max_bands; its block
 * is the fuller, the more of it the party speaks. Below the lanes stand the marks that occur and what they
 * mean. Only `talk` is read. Returns 0 or -ENOMEM.
 */
int cq_timeline_print(FILE *f, const struct cq_talk *talk, const struct cq_timeline_opts *opts);

/* Seconds that a column stands for, when `length_s` is drawn in at most `bands` lines of `columns`. */
double cq_timeline_scale(double length_s, int columns, int bands);

#endif
