/*
 * tui/tui.h - the view of a call that is being played: timeline, events, scores, measures, and the keys.
 *
 * It controls a player and knows nothing of databases; what it is not told it does not show.
 */
#ifndef CQ_TUI_TUI_H
#define CQ_TUI_TUI_H

#include "callqa/analysis.h"
#include "replay/player.h"
#include "tui/screen.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum cq_tui_end {
    CQ_TUI_QUIT,
    CQ_TUI_NEXT,   /* a playlist: the next clip */
    CQ_TUI_STOPPED /* by *stop */
};

/* A clip of a playlist, shown instead of scores. */
struct cq_tui_clip {
    const char *title, *why, *item; /* item: its label */
    int number, of;
    bool quiz;       /* hide events, marks and `answer` until the trainee has scored */
    bool has_answer; /* the form gave the item a score */
    double answer;
    int *ret_score; /* quiz: 1-5 goes here, 0 not answered */
};

struct cq_tui_opts {
    const struct cq_analysis *a;
    const char *heading; /* "Call 12  good-en.flac  agent A001" */
    struct cq_player *player;
    struct cq_span part;                              /* what is played; the whole call, or a clip */
    const char *(*label)(void *user, const char *id); /* of an item, section or flag in the reader's language */
    void *label_user;
    const char *item;               /* selected at first; NULL: the first with evidence */
    const struct cq_tui_clip *clip; /* NULL: no clip */
    const atomic_bool *stop;        /* polled; may be NULL */
};

/* Show and obey until the person quits. The screen is the caller's (cq_screen_init()). 0 or -ENOMEM. */
int cq_tui_run(struct cq_screen *screen, const struct cq_tui_opts *opts, enum cq_tui_end *ret_end);

/* "interruption" and so on in the reader's language. */
const char *cq_tui_event_label(enum cq_event_type type);

#endif
