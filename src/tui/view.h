/* tui/view.h - private: the state of a view, shared by what draws it and what moves it. */
#ifndef CQ_TUI_VIEW_H
#define CQ_TUI_VIEW_H

#include "tui/lanes.h"
#include "tui/tui.h"

#include <stddef.h>

enum cq_pane { CQ_PANE_EVENTS, CQ_PANE_SCORES, CQ_PANE_MEASURES, CQ_N_PANES };

struct cq_view {
    struct cq_screen *screen;
    const struct cq_tui_opts *o;
    struct cq_player_state now;
    struct cq_replay_settings settings;
    enum cq_pane pane;  /* the one that the arrows move in; measures take the place of scores */
    bool measures;      /* shown instead of scores */
    size_t event, item; /* selected */
    size_t n_rows[CQ_N_PANES], top[CQ_N_PANES];
    int zoom; /* index into the lengths of tui.c */
    double window_s;
    bool help, revealed; /* the keys explained; a quiz's answer */
    char message[200];   /* of the last key; cleared by the next */
    double limiter_db;   /* the worst of the last moments */
};

/* draw.c */
void cq_view_draw(struct cq_view *v);
/* panes.c: rows from `top` on in the given place */
void cq_view_events(struct cq_view *v, int row, int column, int rows, int columns);
void cq_view_scores(struct cq_view *v, int row, int column, int rows, int columns);
void cq_view_measures(struct cq_view *v, int row, int column, int rows, int columns);
void cq_view_clip(struct cq_view *v, int row, int column, int rows, int columns);
void cq_view_help(struct cq_view *v);

/* keys.c: false ends the view with *ret_end */
bool cq_view_key(struct cq_view *v, int key, enum cq_tui_end *ret_end);

/* "1:03.2" */
#define CQ_VIEW_TIME_MAX 32
const char *cq_view_time(double s, char buf[CQ_VIEW_TIME_MAX]);

bool cq_view_hides(const struct cq_view *v); /* a quiz that is not answered yet */

#endif
