#include "tui/lanes.h"

#include <math.h>
#include <string.h>

#define LEAD 0.35 /* share of the window before the playhead: more is seen of what comes */

/* The more important first: where several fall into one column, the first is shown. */
static const char order[] = "AaCc=-r!~";

char cq_lanes_mark(const struct cq_event *e)
{
    switch (e->type) {
    case CQ_EVENT_INTERRUPTION:
        if (e->by == CQ_AGENT)
            return e->outcome == CQ_OUTCOME_FAILED ? 'a' : 'A';
        return e->outcome == CQ_OUTCOME_FAILED ? 'c' : 'C';
    case CQ_EVENT_DEAD_AIR:
        return '-';
    case CQ_EVENT_HOLD:
        return '~';
    case CQ_EVENT_LONG_RESPONSE:
        return 'r';
    case CQ_EVENT_RAISED_VOICE:
        return '!';
    case CQ_EVENT_BACKCHANNEL:
    case CQ_EVENT_TERMINAL_OVERLAP:
    case CQ_EVENT_SIMULTANEOUS_START:
    case CQ_EVENT_OVERLAP:
    case CQ_EVENT_TONE:
    case CQ_EVENT_MONOLOGUE:
    case CQ_EVENT_CLIPPING:
    case CQ_EVENT_DROPOUT:
    case CQ_EVENT_MUSIC:
    case CQ_EVENT_ANNOUNCEMENT:
    case CQ_N_EVENT_TYPES:
        break;
    }
    return ' ';
}

/* First and one past the last column that an interval touches; n, 0 outside. Times are whole milliseconds: a
 * hair beside a column's edge is rounding. */
static void columns_of(const struct cq_lanes_view *v, const struct cq_span *at, int *ret_a, int *ret_b)
{
    double a = (at->start_s - v->from_s) / v->step_s, b = (at->end_s - v->from_s) / v->step_s;
    *ret_a = v->n;
    *ret_b = 0;
    if (!(b > 0) || !(a < v->n))
        return;
    *ret_a = a < 0 ? 0 : (int)(a + 1e-6);
    *ret_b = b > v->n ? v->n : (int)ceil(b - 1e-6);
    if (*ret_b <= *ret_a && *ret_a < v->n)
        *ret_b = *ret_a + 1;
}

static void put_mark(struct cq_lanes_view *v, const struct cq_span *at, char mark, int most)
{
    int a, b;
    columns_of(v, at, &a, &b);
    for (int i = a; i < b && i < a + most; i++) {
        const char *now = strchr(order, v->mark[i]), *is = strchr(order, mark);
        if (v->mark[i] == ' ' || is < now)
            v->mark[i] = mark;
    }
}

static void put_speech(struct cq_lanes_view *v, const struct cq_segment *s)
{
    int a, b;
    columns_of(v, &s->at, &a, &b);
    for (int i = a; i < b; i++) {
        double c0 = v->from_s + i * v->step_s, c1 = c0 + v->step_s;
        double both = fmin(s->at.end_s, c1) - fmax(s->at.start_s, c0);
        if (both > 0)
            v->cover[s->party][i] += (float)(both / v->step_s);
    }
}

void cq_lanes_look(const struct cq_talk *talk, double from_s, double step_s, int n, struct cq_lanes_view *ret_v)
{
    struct cq_lanes_view *v = ret_v;
    memset(v, 0, sizeof *v);
    v->from_s = from_s;
    v->step_s = step_s;
    v->n = n < CQ_LANES_MAX_COLUMNS ? n : CQ_LANES_MAX_COLUMNS;
    memset(v->mark, ' ', sizeof v->mark);
    for (size_t i = 0; i < talk->segments.n; i++) {
        if (talk->segments.v[i].party < CQ_N_PARTIES)
            put_speech(v, &talk->segments.v[i]);
    }
    for (size_t i = 0; i < talk->talk_over.n; i++)
        put_mark(v, &talk->talk_over.v[i], '=', v->n);
    for (size_t i = 0; i < talk->events.n; i++) {
        char mark = cq_lanes_mark(&talk->events.v[i]);
        if (mark != ' ') /* an interruption is a moment, the others last */
            put_mark(v, &talk->events.v[i].at, mark,
                     talk->events.v[i].type == CQ_EVENT_INTERRUPTION ? 1 : v->n);
    }
}

int cq_lanes_column(const struct cq_lanes_view *v, double at_s)
{
    double c = floor((at_s - v->from_s) / v->step_s + 1e-6);
    return c >= 0 && c < v->n ? (int)c : -1;
}

double cq_lanes_scroll(double at_s, double length_s, double duration_s, double step_s)
{
    double from = floor((at_s - LEAD * length_s) / step_s) * step_s, last = duration_s - length_s;
    if (from > last)
        from = ceil(last / step_s) * step_s;
    return from > 0 ? from : 0;
}
