/* cli/progress.h - one line on a terminal that tells how far a long run has come. */
#ifndef CQ_CLI_PROGRESS_H
#define CQ_CLI_PROGRESS_H

#include "cli/term.h"

#include <stdint.h>
#include <stdio.h>

/* Embedded. Counts are set by the owner, on one thread; times are of cq_time_monotonic_s(). */
struct cq_progress {
    FILE *f;
    struct cq_term term;
    bool shown; /* a line stands on the terminal now */
    double begin_s;
    double last_draw_s;
    size_t n_total, n_done, n_failed;
    int64_t size_total, size_done; /* bytes: the remaining time goes by these */
    double audio_s;                /* seconds of recordings done */
};

/* Draw on `f` where it is a terminal, else stay silent. */
void cq_progress_init(struct cq_progress *p, FILE *f, size_t n_total, int64_t size_total);

/* Redraw, at most 10 times a second. */
void cq_progress_draw(struct cq_progress *p);

/* Take the line away, so that other text can be printed. */
void cq_progress_clear(struct cq_progress *p);

/* The line for a given moment, without colour, into buf; returns buf. */
#define CQ_PROGRESS_MAX 512
char *cq_progress_line(const struct cq_progress *p, double now_s, char *buf, size_t size);

#endif
