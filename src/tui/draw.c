/*
 * The rows of the screen:
 *
 *     0  what is played                                   6  the whole call, and where the window lies in it
 *     1  playhead, speed, who is heard, ...               7  headings of the panes
 *     2  ruler    3 agent    4 customer    5 marks        8 ... events on the left, scores or measures right
 *     last but one: message or legend                     last: keys
 */
#include "tui/view.h"

#include "base/width.h"
#include "replay/limiter.h"
#include "tui/i18n.h"

#include <curses.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW_RULER 2
#define ROW_WHOLE 6
#define ROW_PANES 7
#define COVER_FULL 0.66f /* share of a column that is spoken, for the three heights of a block */
#define COVER_HALF 0.33f
#define COVER_SOME 0.05f
#define LABEL_MAX 10

const char *cq_view_time(double s, char buf[CQ_VIEW_TIME_MAX])
{
    long tenths = isfinite(s) && s > 0 && s < 1e6 ? lround(s * 10) : 0;
    if (tenths >= 36000)
        snprintf(buf, CQ_VIEW_TIME_MAX, "%ld:%02ld:%02ld.%ld", tenths / 36000, tenths / 600 % 60,
                 tenths / 10 % 60, tenths % 10);
    else
        snprintf(buf, CQ_VIEW_TIME_MAX, "%ld:%02ld.%ld", tenths / 600, tenths / 10 % 60, tenths % 10);
    return buf;
}

bool cq_view_hides(const struct cq_view *v)
{
    return v->o->clip && v->o->clip->quiz && !v->revealed;
}

static int label_columns(void)
{
    const char *const names[] = {_("agent"), _("customer"), _("marks"), _("call")};
    size_t most = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        most = cq_width_of(names[i]) > most ? cq_width_of(names[i]) : most;
    return (int)(most < LABEL_MAX ? most : LABEL_MAX) + 1;
}

static void draw_heading(const struct cq_view *v)
{
    const struct cq_scorecard *card = &v->o->a->scorecard;
    char score[64] = "";
    if (card->has_total && !cq_view_hides(v))
        snprintf(score, sizeof score, _("score %.1f (%.0f%% of the form)"), card->total, card->coverage * 100);
    int w = (int)cq_width_of(score);
    cq_screen_put(v->screen, 0, 0, v->screen->columns, CQ_INK_REVERSE, "");
    cq_screen_printf(v->screen, 0, 0, v->screen->columns - w - 2, CQ_INK_REVERSE, " %s", v->o->heading);
    cq_screen_printf(v->screen, 0, v->screen->columns - w - 1, w + 1, CQ_INK_REVERSE, "%s ", score);
}

static const char *heard(const struct cq_replay_settings *s)
{
    switch (s->solo) {
    case CQ_SOLO_BOTH:
        return s->pan == CQ_PAN_APART ? _("both, apart") : _("both, middle");
    case CQ_SOLO_AGENT:
        return _("agent alone");
    case CQ_SOLO_CUSTOMER:
        return _("customer alone");
    }
    return "";
}

/* Part by part from the left, for each has an ink of its own. */
static void add(const struct cq_view *v, int *column, enum cq_ink ink, const char *text)
{
    int w = (int)cq_width_of(text), room = v->screen->columns - *column;
    if (room > 0)
        cq_screen_put(v->screen, 1, *column, w < room ? w : room, ink, text);
    *column += w + 2;
}

static void draw_loop(const struct cq_view *v, int *column)
{
    char a[CQ_VIEW_TIME_MAX], b[CQ_VIEW_TIME_MAX], text[96];
    if (!isfinite(v->settings.loop_a_s))
        return;
    if (isfinite(v->settings.loop_b_s))
        snprintf(text, sizeof text, "A-B %s-%s", cq_view_time(v->settings.loop_a_s, a),
                 cq_view_time(v->settings.loop_b_s, b));
    else
        snprintf(text, sizeof text, "A %s", cq_view_time(v->settings.loop_a_s, a));
    add(v, column, CQ_INK_WARNING, text);
}

static void draw_status(const struct cq_view *v)
{
    char at[CQ_VIEW_TIME_MAX], end[CQ_VIEW_TIME_MAX], text[96];
    const struct cq_replay_settings *s = &v->settings;
    bool utf8 = v->screen->utf8;
    int column = 1;
    cq_screen_put(v->screen, 1, 0, v->screen->columns, CQ_INK_PLAIN, "");
    const char *sign = v->now.playing ? (utf8 ? "▶" : ">") : (utf8 ? "❚❚" : "||");
    snprintf(text, sizeof text, "%s %s / %s", sign, cq_view_time(v->now.at_s, at),
             cq_view_time(v->o->a->recording.duration_s, end));
    add(v, &column, CQ_INK_BOLD, text);
    snprintf(text, sizeof text, "%.3gx", s->speed);
    add(v, &column, s->speed == 1.0 ? CQ_INK_PLAIN : CQ_INK_WARNING, text);
    add(v, &column, s->solo == CQ_SOLO_BOTH ? CQ_INK_PLAIN : CQ_INK_WARNING, heard(s));
    if (s->gain_db != 0 || v->limiter_db < -0.5) {
        snprintf(text, sizeof text, v->limiter_db < -0.5 ? _("%+.0f dB, limited") : "%+.0f dB", s->gain_db);
        add(v, &column, CQ_INK_WARNING, text);
    }
    if (s->skip_silence)
        add(v, &column, CQ_INK_WARNING, _("silence skipped"));
    draw_loop(v, &column);
    if (v->now.sound == CQ_PLAYER_DEVICE_LOST)
        add(v, &column, CQ_INK_ALARM, _("the sound device is gone, looking for it"));
    if (v->now.failed)
        add(v, &column, CQ_INK_ALARM, _("the recording cannot be read on"));
    if (v->now.n_underruns) {
        snprintf(text, sizeof text, _("%u gaps in the sound"), v->now.n_underruns);
        add(v, &column, CQ_INK_ALARM, text);
    }
}

static const char *block(const struct cq_view *v, float cover)
{
    bool utf8 = v->screen->utf8;
    if (cover >= COVER_FULL)
        return utf8 ? "█" : "#";
    if (cover >= COVER_HALF)
        return utf8 ? "▄" : "=";
    return cover >= COVER_SOME ? (utf8 ? "▁" : "-") : " ";
}

/* Seconds between two labels of the ruler, so that they do not touch. */
static double tick_of(double step_s)
{
    static const double nice[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800};
    for (size_t i = 0; i < sizeof nice / sizeof *nice; i++) {
        if (nice[i] >= 10 * step_s)
            return nice[i];
    }
    return ceil(10 * step_s / 3600) * 3600;
}

static void draw_ruler(const struct cq_view *v, const struct cq_lanes_view *l, int left)
{
    double tick = tick_of(l->step_s), to_s = l->from_s + l->n * l->step_s;
    cq_screen_put(v->screen, ROW_RULER, 0, v->screen->columns, CQ_INK_FAINT, "");
    int first = (int)ceil(l->from_s / tick - 1e-6), end = (int)ceil(to_s / tick);
    for (int i = first; i < end; i++) {
        double at = i * tick;
        char text[CQ_VIEW_TIME_MAX];
        int c = cq_lanes_column(l, at);
        cq_view_time(at, text);
        text[strlen(text) - 2] = '\0'; /* whole seconds */
        if (c >= 0)
            cq_screen_printf(v->screen, ROW_RULER, left + c, (int)strlen(text) + 1, CQ_INK_FAINT, "|%s", text);
    }
}

static void draw_lane(const struct cq_view *v, const struct cq_lanes_view *l, int left, enum cq_party party)
{
    int row = ROW_RULER + 1 + (int)party;
    enum cq_ink ink = party == CQ_AGENT ? CQ_INK_AGENT : CQ_INK_CUSTOMER;
    bool mute = (v->settings.solo == CQ_SOLO_AGENT && party == CQ_CUSTOMER) ||
                (v->settings.solo == CQ_SOLO_CUSTOMER && party == CQ_AGENT);
    cq_screen_put(v->screen, row, 0, left, mute ? CQ_INK_FAINT : ink,
                  party == CQ_AGENT ? _("agent") : _("customer"));
    for (int i = 0; i < l->n; i++)
        cq_screen_put(v->screen, row, left + i, 1, mute ? CQ_INK_FAINT : ink, block(v, l->cover[party][i]));
}

static enum cq_ink mark_ink(char mark)
{
    return strchr("Aa=-", mark) ? CQ_INK_ALARM : mark == '~' ? CQ_INK_FAINT : CQ_INK_WARNING;
}

static void draw_marks(const struct cq_view *v, const struct cq_lanes_view *l, int left)
{
    int row = ROW_RULER + 3;
    cq_screen_put(v->screen, row, 0, v->screen->columns, CQ_INK_FAINT, _("marks"));
    for (int i = 0; i < l->n && !cq_view_hides(v); i++) {
        const char text[] = {l->mark[i], '\0'};
        if (l->mark[i] != ' ')
            cq_screen_put(v->screen, row, left + i, 1, mark_ink(l->mark[i]), text);
    }
    /* the loop, where it is seen */
    int a = cq_lanes_column(l, v->settings.loop_a_s), b = cq_lanes_column(l, v->settings.loop_b_s);
    if (isfinite(v->settings.loop_a_s) && a >= 0)
        cq_screen_put(v->screen, ROW_RULER, left + a, 1, CQ_INK_WARNING, "[");
    if (isfinite(v->settings.loop_b_s) && b >= 0)
        cq_screen_put(v->screen, ROW_RULER, left + b, 1, CQ_INK_WARNING, "]");
}

/* A column turned round from the ruler to the marks. */
static void draw_playhead(const struct cq_view *v, const struct cq_lanes_view *l, int left)
{
    int c = cq_lanes_column(l, v->now.at_s);
    for (int row = ROW_RULER; c >= 0 && row <= ROW_RULER + 3; row++) {
        bool speaks = row > ROW_RULER && row <= ROW_RULER + 2 && l->cover[row - ROW_RULER - 1][c] >= COVER_HALF;
        mvchgat(row, left + c, 1, speaks ? A_BOLD : A_REVERSE, 0, NULL);
        if (speaks)
            cq_screen_put(v->screen, row, left + c, 1, CQ_INK_BOLD, v->screen->utf8 ? "┃" : "|");
    }
}

/* The whole call in one row: both parties together, the window between brackets. */
static void draw_whole(const struct cq_view *v, const struct cq_lanes_view *window, int left)
{
    struct cq_lanes_view all;
    double duration = v->o->a->recording.duration_s;
    int n = window->n;
    cq_lanes_look(&v->o->a->talk, 0, duration > 0 ? duration / n : 1, n, &all);
    cq_screen_put(v->screen, ROW_WHOLE, 0, v->screen->columns, CQ_INK_FAINT, _("call"));
    int from = cq_lanes_column(&all, window->from_s);
    int to = cq_lanes_column(&all, window->from_s + window->n * window->step_s - all.step_s / 2);
    int head = cq_lanes_column(&all, v->now.at_s);
    to = to < 0 ? all.n - 1 : to;
    for (int i = 0; i < all.n; i++) {
        float agent = all.cover[CQ_AGENT][i], customer = all.cover[CQ_CUSTOMER][i];
        bool in = i >= from && i <= to;
        enum cq_ink ink = !in ? CQ_INK_FAINT : agent >= customer ? CQ_INK_AGENT : CQ_INK_CUSTOMER;
        cq_screen_put(v->screen, ROW_WHOLE, left + i, 1, ink, block(v, fminf(1.0f, agent + customer) * 0.6f));
    }
    if (head >= 0)
        mvchgat(ROW_WHOLE, left + head, 1, A_REVERSE, 0, NULL);
}

static void draw_timeline(const struct cq_view *v)
{
    struct cq_lanes_view l;
    int left = label_columns(), n = v->screen->columns - left - 1;
    n = n < CQ_LANES_MAX_COLUMNS ? n : CQ_LANES_MAX_COLUMNS;
    double duration = v->o->a->recording.duration_s;
    double length = v->window_s < duration ? v->window_s : duration, step = length > 0 ? length / n : 1;
    cq_lanes_look(&v->o->a->talk, cq_lanes_scroll(v->now.at_s, length, duration, step), step, n, &l);
    draw_ruler(v, &l, left);
    draw_lane(v, &l, left, CQ_AGENT);
    draw_lane(v, &l, left, CQ_CUSTOMER);
    draw_marks(v, &l, left);
    draw_playhead(v, &l, left);
    draw_whole(v, &l, left);
}

static void draw_panes(struct cq_view *v)
{
    int half = v->screen->columns * 9 / 20, right = half + 1, row = ROW_PANES + 1;
    int rows = v->screen->rows - row - 2, width = v->screen->columns - right;
    bool measures = v->measures;
    cq_screen_put(v->screen, ROW_PANES, 0, v->screen->columns, CQ_INK_FAINT, "");
    cq_screen_printf(v->screen, ROW_PANES, 0, half, v->pane == CQ_PANE_EVENTS ? CQ_INK_REVERSE : CQ_INK_BOLD,
                     " %s", _("Events"));
    cq_screen_printf(v->screen, ROW_PANES, right, width,
                     v->pane == CQ_PANE_EVENTS ? CQ_INK_BOLD : CQ_INK_REVERSE, " %s",
                     v->o->clip ? _("Clip")
                     : measures ? _("Measures")
                                : _("Scores"));
    cq_view_events(v, row, 0, rows, half);
    for (int i = 0; i < rows; i++)
        cq_screen_put(v->screen, row + i, half, 1, CQ_INK_FAINT, v->screen->utf8 ? "│" : "|");
    if (v->o->clip)
        cq_view_clip(v, row, right, rows, width);
    else if (measures)
        cq_view_measures(v, row, right, rows, width);
    else
        cq_view_scores(v, row, right, rows, width);
}

static void draw_foot(const struct cq_view *v)
{
    int last = v->screen->rows - 1, columns = v->screen->columns;
    const char *legend = _("A C cuts in   a c in vain   = both   - dead air   r slow   ! loud   ~ hold");
    cq_screen_put(v->screen, last - 1, 0, columns, v->message[0] ? CQ_INK_BOLD : CQ_INK_FAINT,
                  v->message[0] ? v->message : legend);
    cq_screen_put(v->screen, last, 0, columns, CQ_INK_REVERSE,
                  v->o->clip
                      ? v->o->clip->quiz
                            ? _(" Space play   1-5 your score   Enter next clip   ? keys   q quit")
                            : _(" Space play   [ ] speed   a c b who   Enter next clip   ? keys   q quit")
                      : _(" Space play   n p event   1-9 evidence   [ ] speed   a c b who   ? keys   q quit"));
}

void cq_view_draw(struct cq_view *v)
{
    erase();
    if (!cq_screen_fits(v->screen)) {
        cq_screen_printf(v->screen, 0, 0, v->screen->columns, CQ_INK_PLAIN,
                         _("make the window larger: %dx%d at least"), CQ_SCREEN_MIN_COLUMNS,
                         CQ_SCREEN_MIN_ROWS);
        refresh();
        return;
    }
    draw_heading(v);
    draw_status(v);
    draw_timeline(v);
    if (v->help)
        cq_view_help(v);
    else
        draw_panes(v);
    draw_foot(v);
    refresh();
}
