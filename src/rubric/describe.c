#include "rubric/describe.h"

#include "rubric/scoring.h"

#include <string.h>

#define ANCHOR_INDENT "        "

static void add_percent(struct cq_str *out, double share)
{
    cq_scoring_add_number(out, share * 100);
    cq_str_add(out, " %");
}

/* "12 items (3 auto, 5 assist)". */
static void add_counts(const struct cq_rubric *r, struct cq_str *out)
{
    size_t by[CQ_JUDGED_SCRIPT + 1] = {0}, indicators = 0;
    double measured = 0;
    for (size_t i = 0; i < r->n_items; i++) {
        const struct cq_rubric_item *item = &r->items[i];
        by[item->judged]++;
        indicators += item->n_indicators;
        if (item->judged == CQ_JUDGED_AUTO)
            measured += item->weight * r->sections[item->section].weight;
    }
    cq_str_printf(out, "%zu sections, %zu items (", r->n_sections, r->n_items);
    const char *comma = "";
    for (int j = CQ_JUDGED_AUTO; j <= CQ_JUDGED_SCRIPT; j++) {
        if (by[j] == 0)
            continue;
        cq_str_printf(out, "%s%zu %s", comma, by[j], cq_judged_name((enum cq_judged)j));
        comma = ", ";
    }
    cq_str_printf(out, "), %zu indicators, %zu flags; the audio alone scores ", indicators, r->n_flags);
    add_percent(out, measured);
    cq_str_add(out, " of the form");
}

void cq_rubric_describe_summary(const struct cq_rubric *r, struct cq_str *out)
{
    cq_str_printf(out, "%s %s: ", r->id, r->version);
    add_counts(r, out);
    cq_str_add_char(out, '\n');
}

static void add_minimums(const struct cq_minimums *min, const char *indent, struct cq_str *out)
{
    for (size_t i = 0; i < min->n; i++) {
        cq_str_printf(out, "%s%s %s >= ", i ? "" : indent, i ? " and" : "only where", min->v[i].measure.text);
        cq_scoring_add_number(out, min->v[i].least);
    }
    if (min->n)
        cq_str_add_char(out, '\n');
}

static const char *best_name(enum cq_best best)
{
    switch (best) {
    case CQ_BEST_LOW:
        return "lower is better";
    case CQ_BEST_HIGH:
        return "higher is better";
    case CQ_BEST_MIDDLE:
        return "best in the middle";
    }
    return "";
}

static void add_indicator(const struct cq_indicator *ind, const char *lang, struct cq_str *out)
{
    cq_str_printf(out, "      %s  ", ind->id);
    add_percent(out, ind->weight);
    cq_str_printf(out, "  %s\n", cq_rubric_text_in(ind->label, lang));
    cq_str_printf(out, "        %s, %s:", ind->measure.text, best_name(ind->best));
    for (size_t i = 0; i < ind->curve.n; i++) {
        cq_str_add(out, i ? ", " : " ");
        cq_scoring_add_number(out, ind->curve.v[i].x);
        cq_str_add(out, " -> ");
        cq_scoring_add_number(out, ind->curve.v[i].points);
    }
    cq_str_add_char(out, '\n');
    add_minimums(&ind->minimum, "        ", out);
    if (ind->needs_two_channels)
        cq_str_add(out, "        only in two-channel recordings\n");
    cq_str_printf(out, "        source: %s\n", ind->source);
}

static void add_rules(const struct cq_rubric_item *item, const char *lang, struct cq_str *out)
{
    for (size_t i = 0; i < item->n_caps; i++) {
        cq_str_add(out, "      at most ");
        cq_scoring_add_number(out, item->caps[i].max);
        cq_str_printf(out, " where %s: %s\n", item->caps[i].when.text,
                      cq_rubric_text_in(item->caps[i].note, lang));
    }
    for (size_t i = 0; i < item->n_na; i++)
        cq_str_printf(out, "      not applicable where %s: %s\n", item->na[i].when.text,
                      cq_rubric_text_in(item->na[i].note, lang));
    if (item->off_for_calls)
        cq_str_add(out, "      not judged in calls\n");
    if (item->critical.is) {
        cq_str_add(out, "      critical: at ");
        cq_scoring_add_number(out, item->critical.at_most);
        cq_str_add(out, " or less the whole form gets at most ");
        cq_scoring_add_number(out, item->critical.total_max);
        cq_str_add_char(out, '\n');
    }
}

static void add_phrases(const struct cq_rubric_item *item, const char *lang, struct cq_str *out)
{
    for (const struct cq_json *kind = item->script ? item->script->first : NULL; kind; kind = kind->next) {
        const struct cq_json *list = cq_json_get(kind, lang);
        if (!list)
            list = cq_json_get(kind, "en");
        if (!list)
            continue;
        cq_str_printf(out, "      %s words:", kind->key);
        for (const struct cq_json *p = list->first; p; p = p->next)
            cq_str_printf(out, "%s \"%s\"", p == list->first ? "" : ",", p->string);
        cq_str_add_char(out, '\n');
    }
}

static void add_record(const struct cq_rubric_item *item, struct cq_str *out)
{
    if (!item->record)
        return;
    cq_str_add(out, "      from records:");
    for (const struct cq_json *m = item->record->first; m; m = m->next) {
        cq_str_printf(out, " %s ", m->key);
        if (m->type == CQ_JSON_NUMBER)
            cq_scoring_add_number(out, m->number);
        else
            cq_str_add(out, m->string);
    }
    cq_str_add_char(out, '\n');
}

static void add_item(const struct cq_rubric_item *item, const char *lang, struct cq_str *out)
{
    cq_str_printf(out, "\n    %s  %s  ", item->id, cq_rubric_text_in(item->label, lang));
    add_percent(out, item->weight);
    cq_str_printf(out, "  %s%s\n", cq_judged_name(item->judged), item->also_script ? " + script" : "");
    cq_str_printf(out, "      %s\n", cq_rubric_text_in(item->criteria, lang));
    for (const struct cq_json *a = item->anchors->first; a; a = a->next)
        cq_str_printf(out, ANCHOR_INDENT "%s  %s\n", a->key, cq_rubric_text_in(a, lang));
    for (size_t i = 0; i < item->n_indicators; i++)
        add_indicator(&item->indicators[i], lang, out);
    add_rules(item, lang, out);
    add_phrases(item, lang, out);
    add_record(item, out);
}

static void add_flags(const struct cq_rubric *r, const char *lang, struct cq_str *out)
{
    if (r->n_flags)
        cq_str_add(out, "\nflags\n");
    for (size_t i = 0; i < r->n_flags; i++) {
        const struct cq_rubric_flag *f = &r->flags[i];
        cq_str_printf(out, "    %s  %s  %s\n        %s\n", f->id, cq_severity_name(f->severity),
                      cq_rubric_text_in(f->label, lang), f->when.text);
        add_minimums(&f->minimum, "        ", out);
        if (f->needs_two_channels)
            cq_str_add(out, "        only in two-channel recordings\n");
        cq_str_printf(out, "        source: %s\n", f->source);
    }
}

static void add_header(const struct cq_rubric *r, const char *lang, struct cq_str *out)
{
    for (size_t i = 0; i < r->n_header; i++) {
        const struct cq_rubric_field *field = &r->header[i];
        cq_str_printf(out, "    %s", cq_rubric_text_in(field->label, lang));
        for (const struct cq_json *c = field->choices ? field->choices->first : NULL; c; c = c->next)
            cq_str_printf(out, "%s %s", c == field->choices->first ? ":" : " /",
                          cq_rubric_text_in(cq_json_get(c, "label"), lang));
        cq_str_add_char(out, '\n');
    }
}

void cq_rubric_describe(const struct cq_rubric *r, const char *lang, struct cq_str *out)
{
    cq_str_printf(out, "%s\n", cq_rubric_text_in(r->title, lang));
    cq_rubric_describe_summary(r, out);
    if (r->about)
        cq_str_printf(out, "%s\n", cq_rubric_text_in(r->about, lang));
    cq_str_add(out, "scale ");
    cq_scoring_add_number(out, r->scale_min);
    cq_str_add(out, " to ");
    cq_scoring_add_number(out, r->scale_max);
    cq_str_add_char(out, '\n');
    add_header(r, lang, out);
    for (size_t i = 0; i < r->n_sections; i++) {
        const struct cq_rubric_section *s = &r->sections[i];
        cq_str_printf(out, "\n%s  %s  ", s->id, cq_rubric_text_in(s->label, lang));
        add_percent(out, s->weight);
        cq_str_add_char(out, '\n');
        for (size_t k = s->first_item; k < s->first_item + s->n_items; k++)
            add_item(&r->items[k], lang, out);
    }
    add_flags(r, lang, out);
}
