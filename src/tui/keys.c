#include "tui/view.h"

#include "tui/i18n.h"

#include <curses.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ARROW_S 2.0
#define PAGE_S 30.0
#define GAIN_STEP_DB 3.0
#define BEFORE_S 0.5 /* a moment is heard from a little before it */
#define BACK_S 1.0   /* "previous" within so long after an event means the one before */
#define LOOP_MIN_S 0.2

static const double speeds[] = {0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0};
#define N_SPEEDS (sizeof speeds / sizeof *speeds)

static void go_to(struct cq_view *v, double at_s)
{
    double last = v->o->part.end_s, first = v->o->part.start_s;
    at_s = at_s > last ? last : at_s;
    cq_player_seek(v->o->player, at_s < first ? first : at_s);
}

static void go_to_moment(struct cq_view *v, const struct cq_span *at)
{
    go_to(v, at->start_s - BEFORE_S);
}

static void change(struct cq_view *v)
{
    cq_player_set(v->o->player, &v->settings);
}

static void step_speed(struct cq_view *v, int by)
{
    size_t i = 0;
    while (i + 1 < N_SPEEDS && speeds[i] < v->settings.speed - 1e-6)
        i++;
    if (by > 0 && speeds[i] <= v->settings.speed + 1e-6 && i + 1 < N_SPEEDS)
        i++;
    if (by < 0 && i > 0)
        i--;
    v->settings.speed = speeds[i];
    change(v);
}

/* n: the first event that begins behind the playhead; p: the last before it. */
static void step_event(struct cq_view *v, int by)
{
    const struct cq_events *list = &v->o->a->talk.events;
    double heard = v->now.at_s + BEFORE_S;
    size_t i = 0;
    if (!list->n)
        return;
    if (by > 0) {
        while (i < list->n && list->v[i].at.start_s <= heard + 0.05)
            i++;
    } else {
        i = list->n;
        while (i > 0 && list->v[i - 1].at.start_s >= heard - BACK_S)
            i--;
        i = i > 0 ? i - 1 : list->n; /* none */
    }
    if (i >= list->n) {
        snprintf(v->message, sizeof v->message, "%s", by > 0 ? _("no further event") : _("no earlier event"));
        return;
    }
    v->event = i;
    go_to_moment(v, &list->v[i].at);
}

static void go_to_evidence(struct cq_view *v, size_t nth)
{
    const struct cq_scorecard *card = &v->o->a->scorecard;
    const struct cq_item_score *item = v->item < card->n_items ? &card->items[v->item] : NULL;
    if (!item)
        return;
    const char *label = v->o->label(v->o->label_user, item->id);
    if (nth >= item->n_evidence) {
        snprintf(v->message, sizeof v->message, _("%s has %zu moments"), label, item->n_evidence);
        return;
    }
    go_to_moment(v, &item->evidence[nth].at);
    snprintf(v->message, sizeof v->message, _("%s, moment %zu: %s"), label, nth + 1,
             cq_tui_event_label(item->evidence[nth].event));
}

/* A, then B, then off. */
static void step_loop(struct cq_view *v)
{
    struct cq_replay_settings *s = &v->settings;
    if (!isfinite(s->loop_a_s)) {
        s->loop_a_s = v->now.at_s;
    } else if (!isfinite(s->loop_b_s) && v->now.at_s > s->loop_a_s + LOOP_MIN_S) {
        s->loop_b_s = v->now.at_s;
    } else {
        s->loop_a_s = NAN;
        s->loop_b_s = NAN;
    }
    change(v);
}

static void step_gain(struct cq_view *v, double by_db)
{
    double db = v->settings.gain_db + by_db;
    if (db >= CQ_REPLAY_GAIN_MIN_DB && db <= CQ_REPLAY_GAIN_MAX_DB) {
        v->settings.gain_db = db;
        change(v);
    }
}

static void step_pane(struct cq_view *v)
{
    v->pane = (enum cq_pane)((v->pane + 1) % CQ_N_PANES);
    if (v->o->clip)
        v->pane = CQ_PANE_EVENTS;
    v->measures = v->pane == CQ_PANE_MEASURES;
}

static void step_row(struct cq_view *v, int by)
{
    size_t n = v->pane == CQ_PANE_EVENTS   ? v->o->a->talk.events.n
               : v->pane == CQ_PANE_SCORES ? v->o->a->scorecard.n_items
                                           : v->n_rows[CQ_PANE_MEASURES];
    size_t *at = v->pane == CQ_PANE_EVENTS   ? &v->event
                 : v->pane == CQ_PANE_SCORES ? &v->item
                                             : &v->top[CQ_PANE_MEASURES];
    if (by > 0 && *at + 1 < n)
        ++*at;
    if (by < 0 && *at > 0)
        --*at;
}

static void enter(struct cq_view *v)
{
    if (v->pane == CQ_PANE_EVENTS && v->event < v->o->a->talk.events.n)
        go_to_moment(v, &v->o->a->talk.events.v[v->event].at);
    else if (v->pane == CQ_PANE_SCORES)
        go_to_evidence(v, 0);
}

/* Who is heard, and how. True where the key was one of these. */
static bool sound_key(struct cq_view *v, int key)
{
    struct cq_replay_settings *s = &v->settings;
    switch (key) {
    case 'a':
        s->solo = CQ_SOLO_AGENT;
        break;
    case 'c':
        s->solo = CQ_SOLO_CUSTOMER;
        break;
    case 'b':
        s->solo = CQ_SOLO_BOTH;
        break;
    case 'm':
        s->pan = s->pan == CQ_PAN_APART ? CQ_PAN_MIDDLE : CQ_PAN_APART;
        break;
    case 's':
        s->skip_silence = !s->skip_silence;
        break;
    case '[':
        step_speed(v, -1);
        return true;
    case ']':
        step_speed(v, 1);
        return true;
    case '+':
    case '=':
        step_gain(v, GAIN_STEP_DB);
        return true;
    case '-':
        step_gain(v, -GAIN_STEP_DB);
        return true;
    case 'l':
        step_loop(v);
        return true;
    default:
        return false;
    }
    change(v);
    return true;
}

static bool place_key(struct cq_view *v, int key)
{
    switch (key) {
    case ' ':
        cq_player_play(v->o->player, !v->now.playing);
        break;
    case KEY_LEFT:
        go_to(v, v->now.at_s - ARROW_S);
        break;
    case KEY_RIGHT:
        go_to(v, v->now.at_s + ARROW_S);
        break;
    case KEY_PPAGE:
        go_to(v, v->now.at_s - PAGE_S);
        break;
    case KEY_NPAGE:
        go_to(v, v->now.at_s + PAGE_S);
        break;
    case KEY_HOME:
        go_to(v, v->o->part.start_s);
        break;
    case KEY_END:
        go_to(v, v->o->part.end_s);
        break;
    case 'n':
        step_event(v, 1);
        break;
    case 'p':
        step_event(v, -1);
        break;
    default:
        return false;
    }
    return true;
}

static void digit(struct cq_view *v, int nth)
{
    const struct cq_tui_clip *c = v->o->clip;
    if (c && c->quiz) {
        if (!v->revealed && nth <= 5) {
            *c->ret_score = nth;
            v->revealed = true;
        }
        return;
    }
    go_to_evidence(v, (size_t)nth - 1);
}

bool cq_view_key(struct cq_view *v, int key, enum cq_tui_end *ret_end)
{
    v->message[0] = '\0';
    if (v->help && key != 'q') {
        v->help = false;
        return true;
    }
    if (sound_key(v, key) || place_key(v, key))
        return true;
    if (key >= '1' && key <= '9')
        digit(v, key - '0');
    else if (key == 'z' || key == 'Z')
        v->zoom += key == 'z' ? -1 : 1; /* limits: tui.c */
    else if (key == '\t')
        step_pane(v);
    else if (key == KEY_UP || key == KEY_DOWN)
        step_row(v, key == KEY_UP ? -1 : 1);
    else if (key == '?' || key == 'h')
        v->help = true;
    else if ((key == '\r' || key == '\n' || key == KEY_ENTER) && v->o->clip) {
        *ret_end = CQ_TUI_NEXT;
        return false;
    } else if (key == '\r' || key == '\n' || key == KEY_ENTER)
        enter(v);
    else if (key == 'q' || key == 'Q') {
        *ret_end = CQ_TUI_QUIT;
        return false;
    }
    return true;
}
