/* tui/lanes.h - a window of the call as columns: who speaks, and what is marked. Pure: drawing is elsewhere. */
#ifndef CQ_TUI_LANES_H
#define CQ_TUI_LANES_H

#include "callqa/talk.h"

#define CQ_LANES_MAX_COLUMNS 512

struct cq_lanes_view {
    double from_s, step_s; /* of the first column, and of each */
    int n;
    float cover[CQ_N_PARTIES][CQ_LANES_MAX_COLUMNS]; /* share of the column in which they speak, 0..1 */
    char mark[CQ_LANES_MAX_COLUMNS];                 /* ' ' nothing, else see cq_lanes_meaning() */
};

/* n columns (at most CQ_LANES_MAX_COLUMNS) of step_s from from_s on. */
void cq_lanes_look(const struct cq_talk *talk, double from_s, double step_s, int n,
                   struct cq_lanes_view *ret_v);

/* Column of a moment, -1 outside. */
int cq_lanes_column(const struct cq_lanes_view *v, double at_s);

/* The mark of an event, ' ' where it has none. */
char cq_lanes_mark(const struct cq_event *e);

/* Where a window of length_s lies so that `at_s` is seen with what comes next, in whole steps. */
double cq_lanes_scroll(double at_s, double length_s, double duration_s, double step_s);

#endif
