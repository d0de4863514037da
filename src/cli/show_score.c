#include "cli/show.h"

#include "base/number.h"
#include "cli/i18n.h"

#include <string.h>

#define FEW 4 /* pieces of evidence, unless all are asked for */
#define LABEL_COLUMNS 34

static const char *label(const struct cq_show *s, const char *id)
{
    return s->rubric ? cq_rubric_label(s->rubric, id, cq_cli_language()) : id;
}

static void put_evidence(const struct cq_show *s, const struct cq_evidence *v, size_t n, const char *indent)
{
    size_t shown = s->all || n <= FEW ? n : FEW;
    char from[CQ_SHOW_TIME_MAX], to[CQ_SHOW_TIME_MAX];
    for (size_t i = 0; i < shown; i++) {
        fprintf(s->out, "%s%s - %s  %s", indent, cq_show_time(v[i].at.start_s, from),
                cq_show_time(v[i].at.end_s, to), cq_show_event(v[i].event));
        fprintf(s->out, v[i].by == CQ_NOBODY ? "\n" : ", %s\n", _(cq_party_name(v[i].by)));
    }
    if (shown < n) {
        fputs(indent, s->out);
        fprintf(s->out, P_("and %zu more (--all)", "and %zu more (--all)", n - shown), n - shown);
        fputc('\n', s->out);
    }
}

static void put_note(const struct cq_show *s, const char *before, const char *note)
{
    struct cq_str words = {0};
    cq_show_note(s, note, &words);
    const char *text = words.s ? words.s : note;
    fputs(before, s->out);
    cq_term_put(s->out, text, cq_term_width(text), false, s->term.utf8);
    fputc(')', s->out);
    cq_str_done(&words);
}

/* Value, and what the curve of the form makes of it. */
static void put_indicator(const struct cq_show *s, const struct cq_item_score *item,
                          const struct cq_indicator_score *ind)
{
    char value[CQ_SHOW_QUANTITY_MAX] = "-", points[CQ_NUMBER_MAX] = "";
    if (ind->value.reason == CQ_HAS_VALUE)
        cq_show_quantity(ind->measure, ind->value.v, value);
    fputs("        ", s->out);
    cq_term_put(s->out, label(s, ind->id), cq_term_width(label(s, ind->id)), false, s->term.utf8);
    fprintf(s->out, ": %s", value);
    if (ind->applies) {
        cq_number_format(points, ind->points, 2);
        fprintf(s->out, _(" gives %s points"), points);
    } else {
        fprintf(s->out, ", %s", _("does not count"));
    }
    if (ind->note && !(item->note && strstr(item->note, ind->note))) /* said once is enough */
        put_note(s, " (", ind->note);
    fputc('\n', s->out);
}

static const char *state_words(const struct cq_item_score *item)
{
    switch (item->state) {
    case CQ_ITEM_SCORED:
        return "";
    case CQ_ITEM_PROPOSED:
        return _("proposed, a reviewer decides");
    case CQ_ITEM_OPEN:
        break;
    case CQ_ITEM_NOT_APPLICABLE:
        return _("not applicable");
    }
    switch (item->judged) {
    case CQ_JUDGED_RECORD:
        return _("waits for the call's record");
    case CQ_JUDGED_SCRIPT:
        return _("waits for a transcript");
    case CQ_JUDGED_AUTO:
    case CQ_JUDGED_ASSIST:
    case CQ_JUDGED_HUMAN:
        break;
    }
    return _("waits for a reviewer");
}

static void put_item(const struct cq_show *s, const struct cq_item_score *item)
{
    bool has_score = item->state == CQ_ITEM_SCORED || item->state == CQ_ITEM_PROPOSED;
    fputs("    ", s->out);
    cq_term_put(s->out, label(s, item->id), LABEL_COLUMNS, false, s->term.utf8);
    fprintf(s->out, has_score ? "  %4.1f" : "     -", item->score);
    fprintf(s->out, "%s%s", *state_words(item) ? "  " : "", state_words(item));
    if (item->note)
        put_note(s, "  (", item->note);
    fputc('\n', s->out);
    for (size_t i = 0; i < item->n_indicators; i++)
        put_indicator(s, item, &item->indicators[i]);
    put_evidence(s, item->evidence, item->n_evidence, "          ");
}

static void put_section(const struct cq_show *s, const struct cq_section_score *section)
{
    fputs("  ", s->out);
    cq_term_put(s->out, label(s, section->id), LABEL_COLUMNS + 2, false, s->term.utf8);
    fprintf(s->out, section->has_score ? "  %4.1f" : "     -", section->score);
    fprintf(s->out, _("  %.0f%% of the form, %.0f%% of it scored"), section->weight * 100,
            section->coverage * 100);
    fputc('\n', s->out);
    for (size_t i = 0; i < s->a->scorecard.n_items; i++) {
        const struct cq_item_score *item = &s->a->scorecard.items[i];
        if (item->section && section->id && !strcmp(item->section, section->id))
            put_item(s, item);
    }
}

void cq_show_scorecard(const struct cq_show *s)
{
    const struct cq_scorecard *card = &s->a->scorecard;
    if (!card->rubric)
        return;
    cq_show_title(s, label(s, NULL) ? label(s, NULL) : card->rubric);
    fprintf(s->out, "  %s %s", card->rubric, card->version ? card->version : "");
    if (card->has_total)
        fprintf(s->out, _(": %.1f, resting on %.0f%% of the form"), card->total, card->coverage * 100);
    else
        fprintf(s->out, ": %s", _("no score"));
    fprintf(s->out, "%s\n", card->partial ? _("; items are still open") : "");
    for (size_t i = 0; i < card->n_sections; i++)
        put_section(s, &card->sections[i]);
}

static const char *severity_words(enum cq_severity severity)
{
    static const char *const words[] = {N_("info"), N_("warning"), N_("critical")};
    (void)words; /* for xgettext */
    return _(cq_severity_name(severity));
}

void cq_show_flags(const struct cq_show *s)
{
    const struct cq_scorecard *card = &s->a->scorecard;
    char value[CQ_SHOW_QUANTITY_MAX], limit[CQ_SHOW_QUANTITY_MAX];
    if (!card->n_flags)
        return;
    cq_show_title(s, _("Flags"));
    for (size_t i = 0; i < card->n_flags; i++) {
        const struct cq_flag *f = &card->flags[i];
        const char *colour = f->severity == CQ_SEVERITY_CRITICAL  ? "\033[31m"
                             : f->severity == CQ_SEVERITY_WARNING ? "\033[33m"
                                                                  : "";
        cq_show_quantity(f->measure, f->value == f->value ? f->value : 0, value);
        cq_show_quantity(f->measure, f->limit == f->limit ? f->limit : 0, limit);
        fprintf(s->out, "  %s", s->term.colour ? colour : "");
        cq_term_put(s->out, severity_words(f->severity), 8, false, s->term.utf8);
        fprintf(s->out, "%s  ", s->term.colour && *colour ? "\033[0m" : "");
        fprintf(s->out, "%s (%s): ", label(s, f->id), f->id);
        fprintf(s->out, _("%s is %s, the limit %s"), f->measure ? f->measure : "", value, limit);
        fputc('\n', s->out);
        put_evidence(s, f->evidence, f->n_evidence, "      ");
    }
}
