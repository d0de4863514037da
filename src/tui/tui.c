#include "tui/tui.h"

#include "tui/view.h"

#include <curses.h>
#include <string.h>

#define REDRAW_MS                                                                                              \
    80 /* twelve pictures a second: smooth to the eye, little over ssh (only changes are sent)                 \
        */
#define METER_DECAY_DB 0.3 /* a picture, back to 0 */

/* Seconds that the timeline shows; the last one means all of it. */
static const double windows_s[] = {10, 20, 30, 60, 120, 300, 600, 1800, 1e9};
#define N_WINDOWS ((int)(sizeof windows_s / sizeof *windows_s))
#define WINDOW_AT_FIRST 3

static size_t first_item(const struct cq_tui_opts *o)
{
    const struct cq_scorecard *card = &o->a->scorecard;
    for (size_t i = 0; i < card->n_items; i++) {
        if (o->item ? !strcmp(card->items[i].id, o->item) : card->items[i].n_evidence > 0)
            return i;
    }
    return 0;
}

static void look(struct cq_view *v)
{
    v->now = cq_player_state(v->o->player);
    v->zoom = v->zoom < 0 ? 0 : v->zoom >= N_WINDOWS ? N_WINDOWS - 1 : v->zoom;
    v->window_s = windows_s[v->zoom];
    v->limiter_db += METER_DECAY_DB;
    if (v->now.limiter_db < v->limiter_db)
        v->limiter_db = v->now.limiter_db;
    if (v->limiter_db > 0)
        v->limiter_db = 0;
    /* the list follows what is heard while it plays */
    const struct cq_events *list = &v->o->a->talk.events;
    for (size_t i = 0; v->now.playing && i < list->n && list->v[i].at.start_s <= v->now.at_s; i++)
        v->event = i;
}

int cq_tui_run(struct cq_screen *screen, const struct cq_tui_opts *opts, enum cq_tui_end *ret_end)
{
    struct cq_view v = {.screen = screen, .o = opts, .zoom = WINDOW_AT_FIRST};
    v.settings = cq_player_settings(opts->player);
    v.item = first_item(opts);
    if (opts->item)
        v.pane = CQ_PANE_SCORES;
    timeout(REDRAW_MS);
    *ret_end = CQ_TUI_STOPPED;
    while (!opts->stop || !atomic_load(opts->stop)) {
        look(&v);
        cq_view_draw(&v);
        int key = getch();
        if (key == KEY_RESIZE)
            clear();
        else if (key != ERR && !cq_view_key(&v, key, ret_end))
            break;
    }
    return 0;
}
