#include "rubric/parse.h"

#include "base/number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const char *const judged_words[] = {"auto", "assist", "human", "record", "script", NULL};
static_assert(CQ_JUDGED_AUTO == 0 && CQ_JUDGED_ASSIST == 1 && CQ_JUDGED_HUMAN == 2 && CQ_JUDGED_RECORD == 3 &&
                  CQ_JUDGED_SCRIPT == 4,
              "one word a way of judging, in the order of the enum");
static const char *const best_words[] = {"low", "high", "middle", NULL};
static_assert(CQ_BEST_LOW == 0 && CQ_BEST_HIGH == 1 && CQ_BEST_MIDDLE == 2, "one word an end");

/* Share of the indicators' weight that must apply where the item doesn't say: half of it. */
#define NEEDS_WEIGHT_DEFAULT 50.0

/* A curve must go the way "best" says, or reading the file would mislead. */
static void check_direction(struct reader *r, const struct cq_json *list, const struct cq_curve *c,
                            enum cq_best best)
{
    bool falls = false, rises = false, rises_after_fall = false;
    for (size_t i = 1; i < c->n; i++) {
        double d = c->v[i].points - c->v[i - 1].points;
        rises_after_fall = rises_after_fall || (falls && d > 0);
        falls = falls || d < 0;
        rises = rises || d > 0;
    }
    switch (best) {
    case CQ_BEST_LOW:
        if (rises || !falls)
            cq_read_bad(r, list, "\"best\" is low, so the points of the curve must fall with the measure");
        return;
    case CQ_BEST_HIGH:
        if (falls || !rises)
            cq_read_bad(r, list, "\"best\" is high, so the points of the curve must rise with the measure");
        return;
    case CQ_BEST_MIDDLE:
        if (!rises || !falls || rises_after_fall)
            cq_read_bad(r, list, "\"best\" is middle, so the points of the curve must rise, then fall");
        return;
    }
}

static bool read_point(struct reader *r, const struct cq_json *m, struct cq_curve *c)
{
    const struct cq_json *x = m->first, *y = x ? x->next : NULL;
    if (m->type != CQ_JSON_ARRAY || m->n != 2 || !y || x->type != CQ_JSON_NUMBER || y->type != CQ_JSON_NUMBER) {
        cq_read_bad(r, m, "a point of \"curve\" is [measure, points], two numbers");
        return false;
    }
    const struct cq_rubric *f = r->rubric;
    if (y->number < f->scale_min || y->number > f->scale_max) {
        char got[CQ_NUMBER_MAX], lo[CQ_NUMBER_MAX], hi[CQ_NUMBER_MAX];
        cq_number_format(got, y->number, 6);
        cq_number_format(lo, f->scale_min, 6);
        cq_number_format(hi, f->scale_max, 6);
        cq_read_bad(r, m, "%.40s points lie off the form's scale of %s to %s", got, lo, hi);
        return false;
    }
    if (c->n && x->number <= c->v[c->n - 1].x) {
        cq_read_bad(r, m, "the measures of \"curve\" must rise from point to point");
        return false;
    }
    c->v[c->n++] = (struct cq_curve_point){x->number, y->number};
    return true;
}

static void read_curve(struct reader *r, const struct cq_json *obj, const char *what, enum cq_best best,
                       struct cq_curve *c)
{
    const struct cq_json *list = cq_read_list(r, obj, what, "curve", true, CQ_RUBRIC_MAX_CURVE);
    if (!list)
        return;
    if (list->n < 2)
        cq_read_bad(r, list, "\"curve\" needs at least two points");
    for (const struct cq_json *m = list->first; m && !r->status; m = m->next) {
        if (!read_point(r, m, c))
            return;
    }
    if (!r->status)
        check_direction(r, list, c, best);
}

static void read_indicator(struct reader *r, const struct cq_json *obj, struct cq_indicator *ind)
{
    static const char *const keys[] = {"id",     "label",   "measure",  "curve",  "best",
                                       "weight", "minimum", "evidence", "source", "needs_two_channels",
                                       NULL};
    cq_read_object(r, obj, "an indicator", keys);
    ind->id = cq_read_id(r, obj, "an indicator", false);
    char what[80];
    snprintf(what, sizeof what, "indicator \"%s\"", ind->id);
    ind->label = cq_read_text(r, obj, what, "label", true);
    cq_parse_measure(r, obj, what, "measure", &ind->measure);
    ind->best = (enum cq_best)cq_read_word(r, obj, what, "best", best_words, -1);
    read_curve(r, obj, what, ind->best, &ind->curve);
    ind->weight = cq_read_weight(r, obj, what);
    ind->needs_two_channels = cq_read_bool_or(r, obj, "needs_two_channels", false);
    cq_parse_minimums(r, obj, &ind->minimum);
    cq_parse_filters(r, obj, &ind->evidence);
    ind->source = cq_read_line(r, obj, what, "source");
}

static void read_indicators(struct reader *r, const struct cq_json *obj, const char *what,
                            struct cq_rubric_item *item)
{
    bool needed = item->judged == CQ_JUDGED_AUTO;
    const struct cq_json *list = cq_read_list(r, obj, what, "indicators", needed, CQ_RUBRIC_MAX_INDICATORS);
    if (!list)
        return;
    if (!needed && item->judged != CQ_JUDGED_ASSIST) {
        cq_read_bad(r, list, "%s is judged \"%s\", so nothing is measured: leave \"indicators\" out", what,
                    judged_words[item->judged]);
        return;
    }
    item->indicators = cq_read_alloc(r, list->n, sizeof *item->indicators);
    double sum = 0;
    for (const struct cq_json *m = list->first; m && !r->status; m = m->next) {
        read_indicator(r, m, &item->indicators[item->n_indicators]);
        sum += item->indicators[item->n_indicators++].weight;
    }
    if (!r->status && list->n)
        cq_read_check_sum(r, list, sum, "the indicators");
}

static void read_caps(struct reader *r, const struct cq_json *obj, const char *what,
                      struct cq_rubric_item *item)
{
    static const char *const keys[] = {"when", "max", "note", "needs_two_channels", NULL};
    const struct cq_json *list = cq_read_list(r, obj, what, "caps", false, CQ_RUBRIC_MAX_RULES);
    if (!list)
        return;
    if (!item->n_indicators && list->n) {
        cq_read_bad(r, list, "%s has no indicators, so there is no score to cap", what);
        return;
    }
    item->caps = cq_read_alloc(r, list->n, sizeof *item->caps);
    for (const struct cq_json *m = list->first; m && !r->status; m = m->next) {
        struct cq_cap *cap = &item->caps[item->n_caps++];
        cq_read_object(r, m, "a cap", keys);
        cq_parse_condition(r, m, "a cap", false, &cap->when);
        cap->max = cq_read_number(r, m, "a cap", "max", r->rubric->scale_min, r->rubric->scale_max);
        cap->needs_two_channels = cq_read_bool_or(r, m, "needs_two_channels", false);
        cap->note = cq_read_text(r, m, "a cap", "note", true);
    }
}

static void read_na_rules(struct reader *r, const struct cq_json *obj, const char *what,
                          struct cq_rubric_item *item)
{
    static const char *const keys[] = {"when", "note", NULL};
    const struct cq_json *list = cq_read_list(r, obj, what, "not_applicable", false, CQ_RUBRIC_MAX_RULES);
    if (!list)
        return;
    item->na = cq_read_alloc(r, list->n, sizeof *item->na);
    for (const struct cq_json *m = list->first; m && !r->status; m = m->next) {
        struct cq_na_rule *rule = &item->na[item->n_na++];
        cq_read_object(r, m, "a \"not_applicable\" rule", keys);
        cq_parse_condition(r, m, "a \"not_applicable\" rule", false, &rule->when);
        rule->note = cq_read_text(r, m, "a \"not_applicable\" rule", "note", true);
    }
}

/* What 1, 3 and 5 sound like: a text for both ends of the scale at least. */
static void read_anchors(struct reader *r, const struct cq_json *obj, const char *what,
                         struct cq_rubric_item *item)
{
    const struct cq_json *anchors = cq_read_need(r, obj, what, "anchors", CQ_JSON_OBJECT);
    bool low = false, high = false;
    for (const struct cq_json *m = anchors ? anchors->first : NULL; m && !r->status; m = m->next) {
        double at;
        if (cq_number_parse(m->key, strlen(m->key), &at) || at < r->rubric->scale_min ||
            at > r->rubric->scale_max) {
            cq_read_bad(r, m, "the anchor \"%.32s\" is no number on the form's scale", m->key);
            return;
        }
        low = low || at <= r->rubric->scale_min;
        high = high || at >= r->rubric->scale_max;
        cq_read_check_text(r, m, "an anchor");
    }
    if (anchors && (!low || !high))
        cq_read_bad(r, anchors, "%s needs an anchor for both ends of the scale", what);
    item->anchors = anchors;
}

static void read_critical(struct reader *r, const struct cq_json *obj, struct cq_rubric_item *item)
{
    static const char *const keys[] = {"at_most", "total_max", NULL};
    const struct cq_json *c = cq_read_may(r, obj, "critical", CQ_JSON_OBJECT);
    if (!c)
        return;
    double lo = r->rubric->scale_min, hi = r->rubric->scale_max;
    cq_read_object(r, c, "\"critical\"", keys);
    item->critical.is = true;
    item->critical.at_most = cq_read_number(r, c, "\"critical\"", "at_most", lo, hi);
    item->critical.total_max = cq_read_number(r, c, "\"critical\"", "total_max", lo, hi);
}

static void read_phrases(struct reader *r, const struct cq_json *kind)
{
    if (kind->type != CQ_JSON_OBJECT) {
        cq_read_bad(r, kind, "\"%s\" must be an object with a list of phrases for each language", kind->key);
        return;
    }
    for (const struct cq_json *lang = kind->first; lang && !r->status; lang = lang->next) {
        bool known = false;
        for (size_t i = 0; i < r->rubric->n_languages; i++)
            known = known || !strcmp(r->rubric->languages[i], lang->key);
        if (!known)
            cq_read_bad(r, lang, "\"%.32s\" is not among the form's \"languages\"", lang->key);
        else if (lang->type != CQ_JSON_ARRAY || lang->n == 0)
            cq_read_bad(r, lang, "\"%s\" must be a list of phrases", lang->key);
        for (const struct cq_json *p = lang->first; p && !r->status; p = p->next) {
            if (p->type != CQ_JSON_STRING || !*p->string || strlen(p->string) > CQ_RUBRIC_MAX_TEXT)
                cq_read_bad(r, p, "a phrase is a text of 1 to %d bytes", CQ_RUBRIC_MAX_TEXT);
        }
    }
}

static void read_script(struct reader *r, const struct cq_json *obj, const char *what,
                        struct cq_rubric_item *item)
{
    static const char *const keys[] = {"required", "recommended", "forbidden", NULL};
    item->script = cq_read_may(r, obj, "script", CQ_JSON_OBJECT);
    if (!item->script)
        return;
    if (item->judged != CQ_JUDGED_SCRIPT && !item->also_script)
        cq_read_bad(r, item->script, "%s is not judged by a script; set \"also_script\" or leave it out", what);
    cq_read_object(r, item->script, "\"script\"", keys);
    for (const struct cq_json *m = item->script->first; m && !r->status; m = m->next)
        read_phrases(r, m);
}

static void read_record(struct reader *r, const struct cq_json *obj, const char *what,
                        struct cq_rubric_item *item)
{
    static const char *const keys[] = {"measure", "within_s", "at_least", "at_most", NULL};
    if (item->judged != CQ_JUDGED_RECORD) {
        const struct cq_json *v = cq_read_may(r, obj, "record", CQ_JSON_OBJECT);
        if (v)
            cq_read_bad(r, v, "%s is not judged by records; leave \"record\" out", what);
        return;
    }
    item->record = cq_read_need(r, obj, what, "record", CQ_JSON_OBJECT);
    if (!item->record)
        return;
    cq_read_object(r, item->record, "\"record\"", keys);
    cq_read_line(r, item->record, "\"record\"", "measure");
    cq_read_number_or(r, item->record, "within_s", 1, 1e8, 0);
    cq_read_number_or(r, item->record, "at_least", -1e9, 1e9, 0);
    cq_read_number_or(r, item->record, "at_most", -1e9, 1e9, 0);
}

void cq_parse_item(struct reader *r, const struct cq_json *obj, struct cq_rubric_item *item)
{
    static const char *const keys[] = {"id",       "label",   "judged",        "also_script",  "weight",
                                       "criteria", "anchors", "indicators",    "caps",         "critical",
                                       "record",   "script",  "off_for_calls", "needs_weight", "not_applicable",
                                       NULL};
    cq_read_object(r, obj, "an item", keys);
    item->id = cq_read_id(r, obj, "an item", false);
    char what[80];
    snprintf(what, sizeof what, "item \"%s\"", item->id);
    item->label = cq_read_text(r, obj, what, "label", true);
    item->judged = (enum cq_judged)cq_read_word(r, obj, what, "judged", judged_words, -1);
    item->also_script = cq_read_bool_or(r, obj, "also_script", false);
    item->weight = cq_read_weight(r, obj, what);
    item->criteria = cq_read_text(r, obj, what, "criteria", true);
    read_anchors(r, obj, what, item);
    read_indicators(r, obj, what, item);
    item->needs_weight = cq_read_number_or(r, obj, "needs_weight", 0, 100, NEEDS_WEIGHT_DEFAULT) / 100;
    read_caps(r, obj, what, item);
    read_na_rules(r, obj, what, item);
    item->off_for_calls = cq_read_bool_or(r, obj, "off_for_calls", false);
    read_critical(r, obj, item);
    read_script(r, obj, what, item);
    read_record(r, obj, what, item);
}
