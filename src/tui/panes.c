#include "tui/view.h"

#include "base/number.h"
#include "base/width.h"
#include "tui/i18n.h"

#include <stdio.h>
#include <string.h>

const char *cq_tui_event_label(enum cq_event_type type)
{
    static const char *const labels[CQ_N_EVENT_TYPES] = {
        [CQ_EVENT_INTERRUPTION] = N_("cuts in"),
        [CQ_EVENT_BACKCHANNEL] = N_("uh-huh (backchannel)"),
        [CQ_EVENT_TERMINAL_OVERLAP] = N_("overlaps the end"),
        [CQ_EVENT_SIMULTANEOUS_START] = N_("both begin at once"),
        [CQ_EVENT_OVERLAP] = N_("talks over"),
        [CQ_EVENT_DEAD_AIR] = N_("dead air"),
        [CQ_EVENT_HOLD] = N_("hold"),
        [CQ_EVENT_TONE] = N_("tone"),
        [CQ_EVENT_LONG_RESPONSE] = N_("slow to answer"),
        [CQ_EVENT_MONOLOGUE] = N_("monologue"),
        [CQ_EVENT_RAISED_VOICE] = N_("raised voice"),
        [CQ_EVENT_CLIPPING] = N_("overloaded sound"),
        [CQ_EVENT_DROPOUT] = N_("sound drops out"),
        [CQ_EVENT_MUSIC] = N_("music"),
        [CQ_EVENT_ANNOUNCEMENT] = N_("announcement"),
    };
    return type < CQ_N_EVENT_TYPES ? _(labels[type]) : "";
}

/* Keep the chosen row in sight. */
static size_t scroll_to(struct cq_view *v, enum cq_pane pane, size_t chosen, int rows)
{
    size_t n = (size_t)rows;
    if (chosen < v->top[pane])
        v->top[pane] = chosen;
    if (chosen >= v->top[pane] + n)
        v->top[pane] = chosen - n + 1;
    return v->top[pane];
}

static void blank(const struct cq_view *v, int row, int column, int rows, int columns)
{
    for (int i = 0; i < rows; i++)
        cq_screen_put(v->screen, row + i, column, columns, CQ_INK_PLAIN, "");
}

static const char *outcome(const struct cq_event *e)
{
    if (e->type != CQ_EVENT_INTERRUPTION)
        return "";
    return e->outcome == CQ_OUTCOME_FAILED ? _(", in vain") : e->restart ? _(", other starts again") : "";
}

void cq_view_events(struct cq_view *v, int row, int column, int rows, int columns)
{
    const struct cq_events *list = &v->o->a->talk.events;
    blank(v, row, column, rows, columns);
    if (cq_view_hides(v)) {
        cq_screen_put(v->screen, row, column + 1, columns - 1, CQ_INK_FAINT, _("shown once you have scored"));
        return;
    }
    if (!list->n)
        cq_screen_put(v->screen, row, column + 1, columns - 1, CQ_INK_FAINT, _("none"));
    size_t top = scroll_to(v, CQ_PANE_EVENTS, v->event, rows);
    for (size_t i = top; i < list->n && i < top + (size_t)rows; i++) {
        const struct cq_event *e = &list->v[i];
        char at[CQ_VIEW_TIME_MAX], text[256];
        bool chosen = i == v->event, now = v->now.at_s >= e->at.start_s && v->now.at_s < e->at.end_s;
        snprintf(text, sizeof text, "%s%8s %c %s%s%s%s %.1f s", now ? (v->screen->utf8 ? "▸" : ">") : " ",
                 cq_view_time(e->at.start_s, at), cq_lanes_mark(e),
                 e->by == CQ_NOBODY ? "" : _(cq_party_name(e->by)), e->by == CQ_NOBODY ? "" : " ",
                 cq_tui_event_label(e->type), outcome(e), e->at.end_s - e->at.start_s);
        enum cq_ink ink = chosen && v->pane == CQ_PANE_EVENTS ? CQ_INK_REVERSE
                          : e->by == CQ_AGENT                 ? CQ_INK_AGENT
                          : e->by == CQ_CUSTOMER              ? CQ_INK_CUSTOMER
                                                              : CQ_INK_PLAIN;
        cq_screen_put(v->screen, row + (int)(i - top), column, columns,
                      chosen && ink != CQ_INK_REVERSE ? CQ_INK_BOLD : ink, text);
    }
}

static enum cq_ink score_ink(double score)
{
    return score >= 4 ? CQ_INK_GOOD : score < 2.5 ? CQ_INK_ALARM : CQ_INK_WARNING;
}

static void put_item(const struct cq_view *v, const struct cq_item_score *item, bool chosen, int row,
                     int column, int columns)
{
    bool has = item->state == CQ_ITEM_SCORED || item->state == CQ_ITEM_PROPOSED;
    char score[16] = "  -", moments[48] = "";
    if (has)
        snprintf(score, sizeof score, "%.1f%s", item->score, item->state == CQ_ITEM_PROPOSED ? "?" : "");
    if (item->n_evidence)
        snprintf(moments, sizeof moments, _("%zu moments"), item->n_evidence);
    const int w_score = 5, w_moments = 11;
    enum cq_ink ink = chosen ? CQ_INK_REVERSE : has ? CQ_INK_PLAIN : CQ_INK_FAINT;
    cq_screen_printf(v->screen, row, column, columns - w_score - w_moments, ink, " %s",
                     v->o->label(v->o->label_user, item->id));
    cq_screen_put(v->screen, row, column + columns - w_score - w_moments, w_score,
                  chosen ? CQ_INK_REVERSE
                  : has  ? score_ink(item->score)
                         : CQ_INK_FAINT,
                  score);
    cq_screen_put(v->screen, row, column + columns - w_moments, w_moments,
                  chosen ? CQ_INK_REVERSE : CQ_INK_FAINT, moments);
}

/* What the chosen item rests on, below the list: the moments first, for they can be heard. */
static void put_reasons(const struct cq_view *v, const struct cq_item_score *item, int row, int column,
                        int rows, int columns)
{
    int at = 0;
    cq_screen_printf(v->screen, row + at++, column, columns, CQ_INK_BOLD, " %s",
                     v->o->label(v->o->label_user, item->id));
    for (size_t i = 0; i < item->n_evidence && i < 9 && at < rows; i++) {
        const struct cq_evidence *e = &item->evidence[i];
        char from[CQ_VIEW_TIME_MAX];
        cq_screen_printf(v->screen, row + at++, column, columns, CQ_INK_PLAIN, "  %zu  %s  %s%s%s", i + 1,
                         cq_view_time(e->at.start_s, from), e->by == CQ_NOBODY ? "" : _(cq_party_name(e->by)),
                         e->by == CQ_NOBODY ? "" : " ", cq_tui_event_label(e->event));
    }
    for (size_t i = 0; i < item->n_indicators && at < rows; i++) {
        const struct cq_indicator_score *ind = &item->indicators[i];
        char value[CQ_NUMBER_MAX] = "-";
        if (ind->value.reason == CQ_HAS_VALUE)
            cq_number_format(value, ind->value.v, 2);
        cq_screen_printf(v->screen, row + at++, column, columns, ind->applies ? CQ_INK_PLAIN : CQ_INK_FAINT,
                         "  %s: %s", v->o->label(v->o->label_user, ind->id), value);
    }
}

void cq_view_scores(struct cq_view *v, int row, int column, int rows, int columns)
{
    const struct cq_scorecard *card = &v->o->a->scorecard;
    blank(v, row, column, rows, columns);
    if (!card->n_items) {
        cq_screen_put(v->screen, row, column + 1, columns - 1, CQ_INK_FAINT,
                      v->o->a->unscorable ? _("this call cannot be scored")
                                          : _("no form was applied to this call"));
        return;
    }
    int list = rows * 3 / 5;
    list = (size_t)list > card->n_items ? (int)card->n_items : list;
    size_t top = scroll_to(v, CQ_PANE_SCORES, v->item, list);
    for (size_t i = top; i < card->n_items && i < top + (size_t)list; i++)
        put_item(v, &card->items[i], i == v->item && v->pane != CQ_PANE_EVENTS, row + (int)(i - top), column,
                 columns);
    if (rows - list > 1)
        put_reasons(v, &card->items[v->item], row + list + 1, column, rows - list - 1, columns);
}

static void put_value(const struct cq_view *v, int row, int column, int columns, const struct cq_value *value,
                      const char *unit, enum cq_ink ink)
{
    char number[CQ_NUMBER_MAX], text[CQ_NUMBER_MAX + 32] = "        -";
    if (value->reason == CQ_HAS_VALUE) {
        cq_number_format(number, value->v, 2);
        snprintf(text, sizeof text, "%9s%s%s", number, unit[0] ? " " : "", unit);
    }
    cq_screen_put(v->screen, row, column, columns, ink, text);
}

void cq_view_measures(struct cq_view *v, int row, int column, int rows, int columns)
{
    const struct cq_metrics *m = &v->o->a->metrics;
    const int w = columns >= 60 ? 16 : 11, name = columns - 2 * w;
    v->n_rows[CQ_PANE_MEASURES] = CQ_N_PARTY_METRICS + CQ_N_CALL_METRICS;
    if (v->top[CQ_PANE_MEASURES] + (size_t)rows > v->n_rows[CQ_PANE_MEASURES] + 1)
        v->top[CQ_PANE_MEASURES] =
            v->n_rows[CQ_PANE_MEASURES] + 1 > (size_t)rows ? v->n_rows[CQ_PANE_MEASURES] + 1 - (size_t)rows : 0;
    blank(v, row, column, rows, columns);
    cq_screen_put(v->screen, row, column + name, w, CQ_INK_AGENT, _("agent"));
    cq_screen_put(v->screen, row, column + name + w, w, CQ_INK_CUSTOMER, _("customer"));
    for (int i = 1; i < rows; i++) {
        size_t k = v->top[CQ_PANE_MEASURES] + (size_t)i - 1;
        if (k < CQ_N_PARTY_METRICS) {
            const struct cq_metric_info *info = cq_party_metric_info((enum cq_party_metric)k);
            cq_screen_printf(v->screen, row + i, column, name, CQ_INK_PLAIN, " %s", info->name);
            put_value(v, row + i, column + name, w, &m->party[CQ_AGENT][k], info->unit, CQ_INK_AGENT);
            put_value(v, row + i, column + name + w, w, &m->party[CQ_CUSTOMER][k], info->unit, CQ_INK_CUSTOMER);
        } else if (k - CQ_N_PARTY_METRICS < CQ_N_CALL_METRICS) {
            size_t c = k - CQ_N_PARTY_METRICS;
            const struct cq_metric_info *info = cq_call_metric_info((enum cq_call_metric)c);
            cq_screen_printf(v->screen, row + i, column, name, CQ_INK_PLAIN, " %s", info->name);
            put_value(v, row + i, column + name, 2 * w, &m->call[c], info->unit, CQ_INK_PLAIN);
        }
    }
}

/* A text over as many rows as it takes; breaks at spaces, or anywhere in text without them. The rows used. */
static int put_text(const struct cq_view *v, int row, int column, int rows, int columns, const char *text)
{
    int used = 0;
    while (*text && used < rows) {
        size_t n = cq_width_prefix(text, (size_t)columns), cut = n;
        if (text[n] && text[n] != ' ') {
            while (cut > 0 && text[cut - 1] != ' ')
                cut--;
            n = cut > n / 2 ? cut : n;
        }
        if (!n)
            break;
        cq_screen_printf(v->screen, row + used++, column, columns, CQ_INK_PLAIN, "%.*s", (int)n, text);
        text += n;
        text += strspn(text, " ");
    }
    return used;
}

void cq_view_clip(struct cq_view *v, int row, int column, int rows, int columns)
{
    const struct cq_tui_clip *c = v->o->clip;
    char from[CQ_VIEW_TIME_MAX], to[CQ_VIEW_TIME_MAX];
    int end = row + rows, width = columns - 2;
    blank(v, row, column, rows, columns);
    column++;
    cq_screen_printf(v->screen, row++, column, width, CQ_INK_FAINT, _("clip %d of %d, %s - %s"), c->number,
                     c->of, cq_view_time(v->o->part.start_s, from), cq_view_time(v->o->part.end_s, to));
    cq_screen_put(v->screen, row++, column, width, CQ_INK_BOLD, c->title);
    cq_screen_printf(v->screen, row++, column, width, CQ_INK_PLAIN, _("listen for: %s"), c->item);
    row++;
    if (c->quiz && !v->revealed) {
        put_text(
            v, row, column, end - row, width,
            _("How would you score this, 1 (poor) to 5 (excellent)? Press the number; the form's answer comes "
              "after yours."));
        return;
    }
    if (c->quiz) {
        cq_screen_printf(v->screen, row++, column, width, CQ_INK_BOLD, _("you: %d"), *c->ret_score);
        if (c->has_answer)
            cq_screen_printf(v->screen, row++, column, width, score_ink(c->answer), _("the form: %.1f"),
                             c->answer);
        else
            cq_screen_put(v->screen, row++, column, width, CQ_INK_FAINT,
                          _("the form has no score for this item"));
        row++;
    }
    row += put_text(v, row, column, end - row, width, c->why ? c->why : "");
    if (v->now.ended && row + 1 < end)
        cq_screen_put(v->screen, row + 1, column, width, CQ_INK_FAINT,
                      _("Time to talk about it. Space plays it again, Enter goes on."));
}

void cq_view_help(struct cq_view *v)
{
    static const char *const lines[] = {
        N_("Space            play, pause"),
        N_("left, right      2 seconds back, on"),
        N_("Page up, down    30 seconds back, on; Home, End"),
        N_("n  p             next, previous event"),
        N_("1 ... 9          that piece of evidence of the chosen item"),
        N_("[  ]             slower, faster (0.5x to 3x, the pitch stays)"),
        N_("a  c  b          hear the agent, the customer, both"),
        N_("m                both in the middle, or agent left and customer right"),
        N_("s                skip silence"),
        N_("l                A-B loop: begin, end, off"),
        N_("+  -             louder, quieter"),
        N_("z  Z             show less, more of the timeline"),
        N_("Tab              events, scores, measures; up, down, Enter in them"),
        N_("q                quit"),
    };
    int row = 8, rows = v->screen->rows - row - 2;
    cq_screen_printf(v->screen, 7, 0, v->screen->columns, CQ_INK_REVERSE, " %s", _("Keys"));
    for (int i = 0; i < rows; i++)
        cq_screen_printf(v->screen, row + i, 0, v->screen->columns, CQ_INK_PLAIN, "  %s",
                         (size_t)i < sizeof lines / sizeof *lines ? _(lines[i]) : "");
}
