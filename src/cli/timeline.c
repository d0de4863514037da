/*
 * The part is cut into columns of equal time, the columns into bands of the terminal's width. Coverage of each
 * column is summed for each party; a mark is one character a column, the more important one where several fall
 * together. Then the bands are printed one below the other:
 *
 *               |0:00      |0:05      |0:10
 *     agent     ████████           ▄███████
 *     customer          ███████████████
 *     marks                        A====
 */
#include "cli/timeline.h"

#include "base/time.h"
#include "cli/i18n.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COVER_FULL 0.66 /* share of a column that is spoken, for the three heights of a block */
#define COVER_HALF 0.33
#define COVER_SOME 0.05
#define TICK_ROOM 4 /* columns from one label of the ruler to the next, at least, and its bar */

/* What a mark may be, the more important first: where several fall into one column, the first is drawn. */
enum mark {
    MARK_AGENT_CUT_IN,
    MARK_AGENT_TRIED,
    MARK_CUSTOMER_CUT_IN,
    MARK_CUSTOMER_TRIED,
    MARK_TALK_OVER,
    MARK_DEAD_AIR,
    MARK_HOLD,
    MARK_LONG_RESPONSE,
    N_MARKS
};

#define RED "31"
#define YELLOW "33"
#define CYAN "36"
#define GREY "90"

static const struct {
    char shown;
    const char *colour;
    const char *meaning;
} marks[N_MARKS] = {
    [MARK_AGENT_CUT_IN] = {'A', RED, N_("agent cuts in and takes the floor")},
    [MARK_AGENT_TRIED] = {'a', RED, N_("agent cuts in, customer goes on")},
    [MARK_CUSTOMER_CUT_IN] = {'C', YELLOW, N_("customer cuts in and takes the floor")},
    [MARK_CUSTOMER_TRIED] = {'c', YELLOW, N_("customer cuts in, agent goes on")},
    [MARK_TALK_OVER] = {'=', RED, N_("both speak")},
    [MARK_DEAD_AIR] = {'-', RED, N_("dead air")},
    [MARK_HOLD] = {'~', GREY, N_("hold")},
    [MARK_LONG_RESPONSE] = {'r', YELLOW, N_("long response")},
};

struct picture {
    FILE *f;
    const struct cq_timeline_opts *o;
    double from_s, to_s, step_s;
    size_t n;                   /* columns in all */
    size_t per_band;            /* columns of one band */
    size_t label_columns;       /* in front of the lanes */
    float *cover[CQ_N_PARTIES]; /* n each, 0..1 */
    unsigned char *mark;        /* n, enum mark or N_MARKS */
    bool used[N_MARKS];
};

double cq_timeline_scale(double length_s, int columns, int bands)
{
    static const double nice[] = {0.1, 0.2, 0.25, 0.5, 1, 2, 5, 10, 15, 20, 30, 60};
    size_t last = sizeof nice / sizeof *nice - 1;
    double need = length_s / ((double)columns * bands);
    for (size_t i = 0; i <= last; i++) {
        if (nice[i] >= need)
            return nice[i];
    }
    return ceil(need / nice[last]) * nice[last];
}

/* The first and one past the last column that an interval touches; false where it lies outside. */
static bool columns_of(const struct picture *p, const struct cq_span *at, size_t *ret_a, size_t *ret_b)
{
    double a = (at->start_s - p->from_s) / p->step_s, b = (at->end_s - p->from_s) / p->step_s;
    if (!(b > 0) || !(a < (double)p->n))
        return false;
    /* times are whole milliseconds: a hair beside a column's edge is rounding */
    *ret_a = a < 0 ? 0 : (size_t)(a + 1e-6);
    *ret_b = b > (double)p->n ? p->n : (size_t)ceil(b - 1e-6);
    if (*ret_b <= *ret_a)
        *ret_b = *ret_a + 1;
    return true;
}

static void add_cover(struct picture *p, const struct cq_segment *s)
{
    size_t a, b;
    if (s->party >= CQ_N_PARTIES || !columns_of(p, &s->at, &a, &b))
        return;
    for (size_t i = a; i < b; i++) {
        double c0 = p->from_s + (double)i * p->step_s, c1 = c0 + p->step_s;
        double overlap = fmin(s->at.end_s, c1) - fmax(s->at.start_s, c0);
        if (overlap > 0)
            p->cover[s->party][i] += (float)(overlap / p->step_s);
    }
}

static void add_mark(struct picture *p, const struct cq_span *at, enum mark mark, bool first_column_only)
{
    size_t a, b;
    if (!columns_of(p, at, &a, &b))
        return;
    for (size_t i = a; i < (first_column_only ? a + 1 : b); i++) {
        if (mark < p->mark[i])
            p->mark[i] = (unsigned char)mark;
    }
}

static void add_event(struct picture *p, const struct cq_event *e)
{
    switch (e->type) {
    case CQ_EVENT_INTERRUPTION:
        if (e->by == CQ_AGENT)
            add_mark(p, &e->at, e->outcome == CQ_OUTCOME_FAILED ? MARK_AGENT_TRIED : MARK_AGENT_CUT_IN, true);
        else
            add_mark(p, &e->at, e->outcome == CQ_OUTCOME_FAILED ? MARK_CUSTOMER_TRIED : MARK_CUSTOMER_CUT_IN,
                     true);
        break;
    case CQ_EVENT_DEAD_AIR:
        add_mark(p, &e->at, MARK_DEAD_AIR, false);
        break;
    case CQ_EVENT_HOLD:
        add_mark(p, &e->at, MARK_HOLD, false);
        break;
    case CQ_EVENT_LONG_RESPONSE:
        add_mark(p, &e->at, MARK_LONG_RESPONSE, false);
        break;
    case CQ_EVENT_BACKCHANNEL:
    case CQ_EVENT_TERMINAL_OVERLAP:
    case CQ_EVENT_SIMULTANEOUS_START:
    case CQ_EVENT_OVERLAP:
    case CQ_EVENT_TONE:
    case CQ_EVENT_MONOLOGUE:
    case CQ_EVENT_RAISED_VOICE:
    case CQ_EVENT_CLIPPING:
    case CQ_EVENT_DROPOUT:
    case CQ_EVENT_MUSIC:
    case CQ_EVENT_ANNOUNCEMENT:
    case CQ_N_EVENT_TYPES:
        break;
    }
}

static const char *block(const struct picture *p, float cover)
{
    bool utf8 = p->o->term.utf8;
    if (cover >= COVER_FULL)
        return utf8 ? "█" : "#";
    if (cover >= COVER_HALF)
        return utf8 ? "▄" : "=";
    return cover >= COVER_SOME ? (utf8 ? "▁" : "-") : " ";
}

static void colour(const struct picture *p, const char *code)
{
    if (p->o->term.colour)
        fprintf(p->f, "\033[%sm", code);
}

static void put_label(const struct picture *p, const char *text)
{
    cq_term_put(p->f, text, p->label_columns - 1, false, p->o->term.utf8);
    fputc(' ', p->f);
}

/* Seconds between two labels of the ruler, so that they do not touch. */
static double tick_of(const struct picture *p)
{
    static const double nice[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600};
    char longest[CQ_TIME_CLOCK_MAX];
    double need = (double)(strlen(cq_time_format_clock(p->to_s, longest)) + TICK_ROOM) * p->step_s;
    for (size_t i = 0; i < sizeof nice / sizeof *nice; i++) {
        if (nice[i] >= need)
            return nice[i];
    }
    return ceil(need / 3600) * 3600;
}

static void put_ruler(const struct picture *p, size_t begin, size_t end)
{
    double tick = tick_of(p), first = ceil((p->from_s + (double)begin * p->step_s) / tick - 1e-6) * tick;
    put_label(p, "");
    colour(p, GREY);
    size_t i = begin;
    for (double at = first;; at += tick) {
        char text[CQ_TIME_CLOCK_MAX + 1] = "|";
        size_t column = (size_t)((at - p->from_s) / p->step_s + 1e-6);
        cq_time_format_clock(at, text + 1);
        if (column + strlen(text) > end)
            break;
        fprintf(p->f, "%*s%s", (int)(column - i), "", text);
        i = column + strlen(text);
    }
    colour(p, "0");
    fputc('\n', p->f);
}

/* The last column that is not empty, so that lines have no spaces at their ends. */
static size_t last_used(const struct picture *p, enum cq_party party, size_t begin, size_t end)
{
    while (end > begin && p->cover[party][end - 1] < (float)COVER_SOME)
        end--;
    return end;
}

static void put_lane(const struct picture *p, enum cq_party party, size_t begin, size_t end)
{
    end = last_used(p, party, begin, end);
    put_label(p, party == CQ_AGENT ? _("agent") : _("customer"));
    colour(p, party == CQ_AGENT ? CYAN : YELLOW);
    for (size_t i = begin; i < end; i++)
        fputs(block(p, p->cover[party][i]), p->f);
    colour(p, "0");
    fputc('\n', p->f);
}

static void put_marks(struct picture *p, size_t begin, size_t end)
{
    while (end > begin && p->mark[end - 1] == N_MARKS)
        end--;
    if (end == begin)
        return;
    put_label(p, _("marks"));
    for (size_t i = begin; i < end; i++) {
        unsigned m = p->mark[i];
        if (m == N_MARKS) {
            fputc(' ', p->f);
            continue;
        }
        p->used[m] = true;
        bool again = i > begin && p->mark[i - 1] == m;
        if (!again)
            colour(p, marks[m].colour);
        fputc(marks[m].shown, p->f);
        if (i + 1 == end || p->mark[i + 1] != m)
            colour(p, "0");
    }
    fputc('\n', p->f);
}

static void put_legend(const struct picture *p)
{
    size_t column = 0, width = (size_t)p->o->term.width;
    for (size_t m = 0; m < N_MARKS; m++) {
        if (!p->used[m])
            continue;
        size_t w = 2 + cq_term_width(_(marks[m].meaning));
        if (column && column + 3 + w >= width) {
            fputc('\n', p->f);
            column = 0;
        }
        if (!column)
            put_label(p, "");
        fputs(column ? "   " : "", p->f);
        column += column ? 3 + w : p->label_columns + w;
        colour(p, marks[m].colour);
        fputc(marks[m].shown, p->f);
        colour(p, "0");
        fprintf(p->f, " %s", _(marks[m].meaning));
    }
    if (column)
        fputc('\n', p->f);
}

static int lay_out(struct picture *p, const struct cq_talk *talk)
{
    size_t labels = 0;
    const char *const names[] = {_("agent"), _("customer"), _("marks")};
    for (size_t i = 0; i < 3; i++)
        labels = cq_term_width(names[i]) > labels ? cq_term_width(names[i]) : labels;
    p->label_columns = labels + 1;
    p->from_s = p->o->from_s > 0 ? p->o->from_s : 0;
    p->to_s = p->o->to_s > 0 && p->o->to_s < talk->duration_s ? p->o->to_s : talk->duration_s;
    double length = p->to_s > p->from_s ? p->to_s - p->from_s : 0;
    int room = p->o->term.width - (int)p->label_columns - 1, bands = p->o->max_bands > 0 ? p->o->max_bands : 1;
    p->per_band = room > 10 ? (size_t)room : 10;
    p->step_s = cq_timeline_scale(length, (int)p->per_band, bands);
    p->n = (size_t)ceil(length / p->step_s - 1e-9);
    /* bands of equal length, rather than a last one of a few columns */
    size_t n_bands = (p->n + p->per_band - 1) / p->per_band;
    p->per_band = n_bands ? (p->n + n_bands - 1) / n_bands : p->per_band;
    for (int k = 0; k < CQ_N_PARTIES; k++) {
        p->cover[k] = calloc(p->n + 1, sizeof *p->cover[k]);
        if (!p->cover[k])
            return -ENOMEM;
    }
    p->mark = malloc(p->n + 1);
    if (!p->mark)
        return -ENOMEM;
    memset(p->mark, N_MARKS, p->n + 1);
    return 0;
}

int cq_timeline_print(FILE *f, const struct cq_talk *talk, const struct cq_timeline_opts *opts)
{
    struct picture p = {.f = f, .o = opts};
    int err = lay_out(&p, talk);
    if (err)
        goto out;
    for (size_t i = 0; i < talk->segments.n; i++)
        add_cover(&p, &talk->segments.v[i]);
    for (size_t i = 0; i < talk->talk_over.n; i++)
        add_mark(&p, &talk->talk_over.v[i], MARK_TALK_OVER, false);
    for (size_t i = 0; i < talk->events.n; i++)
        add_event(&p, &talk->events.v[i]);

    for (size_t begin = 0; begin < p.n; begin += p.per_band) {
        size_t end = begin + p.per_band < p.n ? begin + p.per_band : p.n;
        put_ruler(&p, begin, end);
        put_lane(&p, CQ_AGENT, begin, end);
        put_lane(&p, CQ_CUSTOMER, begin, end);
        put_marks(&p, begin, end);
        fputc('\n', f);
    }
    put_legend(&p);
out:
    free(p.cover[CQ_AGENT]);
    free(p.cover[CQ_CUSTOMER]);
    free(p.mark);
    return err;
}
