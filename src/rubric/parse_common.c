#include "rubric/parse.h"

#include <stdio.h>
#include <string.h>

void cq_parse_measure(struct reader *r, const struct cq_json *obj, const char *what, const char *key,
                      struct cq_measure *ret_m)
{
    const struct cq_json *v = cq_read_need(r, obj, what, key, CQ_JSON_STRING);
    char why[CQ_MEASURE_ERROR_MAX];
    if (v && cq_measure_parse(v->string, false, why, ret_m))
        cq_read_bad(r, v, "\"%s\": %s", key, why);
}

void cq_parse_condition(struct reader *r, const struct cq_json *obj, const char *what, bool with_card,
                        struct cq_condition *ret_c)
{
    const struct cq_json *v = cq_read_need(r, obj, what, "when", CQ_JSON_STRING);
    char why[CQ_MEASURE_ERROR_MAX];
    if (v && cq_condition_parse(v->string, with_card, why, ret_c))
        cq_read_bad(r, v, "\"when\": %s", why);
}

void cq_parse_minimums(struct reader *r, const struct cq_json *obj, struct cq_minimums *ret_min)
{
    const struct cq_json *list = cq_read_may(r, obj, "minimum", CQ_JSON_OBJECT);
    if (!list)
        return;
    if (list->n > CQ_RUBRIC_MAX_MINIMUMS) {
        cq_read_bad(r, list, "\"minimum\" has %zu entries; at most %d are allowed", list->n,
                    CQ_RUBRIC_MAX_MINIMUMS);
        return;
    }
    for (const struct cq_json *m = list->first; m && !r->status; m = m->next) {
        struct cq_minimum *min = &ret_min->v[ret_min->n];
        char why[CQ_MEASURE_ERROR_MAX];
        if (m->type != CQ_JSON_NUMBER)
            cq_read_bad(r, m, "\"minimum\": %s must be a number, not a %s", m->key, cq_json_type_name(m->type));
        else if (cq_measure_parse(m->key, false, why, &min->measure))
            cq_read_bad(r, m, "\"minimum\": %s", why);
        min->least = m->number;
        ret_min->n++;
    }
}

/* Whose events a filter takes. */
static const char *const by_words[] = {"agent", "customer", "none", "anyone", NULL};
#define BY_ANYONE 3

static const char *const outcome_words[] = {"any", "took_floor", "failed", NULL};

static void read_filter(struct reader *r, const struct cq_json *obj, struct cq_event_filter *f)
{
    static const char *const keys[] = {"type", "by", "outcome", "early", "restart", "min_s", NULL};
    static const char *const what = "an \"evidence\" entry";
    cq_read_object(r, obj, what, keys);
    const struct cq_json *type = cq_read_need(r, obj, what, "type", CQ_JSON_STRING);
    if (!type)
        return;
    f->greeting = !strcmp(type->string, "greeting");
    if (!f->greeting && cq_event_from_name(type->string, &f->type)) {
        cq_read_bad(r, type,
                    "there is no event \"%.64s\"; docs/measures.md lists them, and there is \"greeting\"",
                    type->string);
        return;
    }
    int by = cq_read_word(r, obj, what, "by", by_words, BY_ANYONE);
    f->has_by = by != BY_ANYONE;
    f->by = by == 0 ? CQ_AGENT : by == 1 ? CQ_CUSTOMER : CQ_NOBODY;
    int outcome = cq_read_word(r, obj, what, "outcome", outcome_words, 0);
    f->outcome = outcome == 1 ? CQ_OUTCOME_TOOK_FLOOR : outcome == 2 ? CQ_OUTCOME_FAILED : CQ_OUTCOME_NONE;
    f->early = cq_read_bool_or(r, obj, "early", false);
    f->restart = cq_read_bool_or(r, obj, "restart", false);
    f->min_s = cq_read_number_or(r, obj, "min_s", 0, 3600, 0);
}

void cq_parse_filters(struct reader *r, const struct cq_json *obj, struct cq_filters *ret_filters)
{
    const struct cq_json *list = cq_read_list(r, obj, "", "evidence", false, CQ_RUBRIC_MAX_FILTERS);
    for (const struct cq_json *m = list ? list->first : NULL; m && !r->status; m = m->next)
        read_filter(r, m, &ret_filters->v[ret_filters->n++]);
}

static const char *const severity_words[] = {"info", "warning", "critical", NULL};

/* score.ITEM in a flag names an item of this form. */
static void find_scores(struct reader *r, const struct cq_json *obj, struct cq_condition *when)
{
    for (size_t i = 0; i < when->n && !r->status; i++) {
        struct cq_quantity *q = &when->term[i].measure.of;
        if (when->term[i].measure.over.kind == CQ_QUANTITY_SCORE)
            cq_read_bad(r, obj, "\"when\": a score can't be divided by");
        if (q->kind != CQ_QUANTITY_SCORE)
            continue;
        size_t k = 0;
        while (k < r->rubric->n_items && strcmp(r->rubric->items[k].id, q->item))
            k++;
        if (k == r->rubric->n_items)
            cq_read_bad(r, obj, "\"when\": there is no item \"%s\" in this form", q->item);
        q->index = (int)k;
    }
}

static void read_flag(struct reader *r, const struct cq_json *obj, struct cq_rubric_flag *f)
{
    static const char *const keys[] = {
        "id", "label", "severity", "when", "minimum", "evidence", "needs_two_channels", "source", NULL};
    cq_read_object(r, obj, "a flag", keys);
    f->id = cq_read_id(r, obj, "a flag", false);
    char what[80];
    snprintf(what, sizeof what, "flag \"%s\"", f->id);
    f->label = cq_read_text(r, obj, what, "label", true);
    f->severity = (enum cq_severity)cq_read_word(r, obj, what, "severity", severity_words, -1);
    cq_parse_condition(r, obj, what, true, &f->when);
    f->needs_two_channels = cq_read_bool_or(r, obj, "needs_two_channels", false);
    cq_parse_minimums(r, obj, &f->minimum);
    cq_parse_filters(r, obj, &f->evidence);
    f->source = cq_read_line(r, obj, what, "source");
    find_scores(r, obj, &f->when);
}

void cq_parse_flags(struct reader *r, const struct cq_json *root)
{
    const struct cq_json *list = cq_read_list(r, root, "a rubric", "flags", false, CQ_RUBRIC_MAX_FLAGS);
    if (!list)
        return;
    r->rubric->flags = cq_read_alloc(r, list->n, sizeof *r->rubric->flags);
    for (const struct cq_json *m = list->first; m && !r->status; m = m->next)
        read_flag(r, m, &r->rubric->flags[r->rubric->n_flags++]);
}
