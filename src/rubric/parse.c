#include "rubric/parse.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA 1

/* Every form has English, which labels fall back to. */
static void read_languages(struct reader *r, const struct cq_json *root)
{
    const struct cq_json *list = cq_read_list(r, root, "a rubric", "languages", true, CQ_RUBRIC_MAX_LANGUAGES);
    bool english = false;
    for (const struct cq_json *m = list ? list->first : NULL; m && !r->status; m = m->next) {
        if (m->type != CQ_JSON_STRING || !*m->string || strlen(m->string) > 35) {
            cq_read_bad(r, m, "a language is a tag such as \"en\" or \"zh-CN\"");
            return;
        }
        for (size_t i = 0; i < r->rubric->n_languages; i++) {
            if (!strcmp(r->rubric->languages[i], m->string))
                cq_read_bad(r, m, "the language \"%s\" stands twice", m->string);
        }
        english = english || !strcmp(m->string, "en");
        r->rubric->languages[r->rubric->n_languages++] = m->string;
    }
    if (list && !english)
        cq_read_bad(r, list, "\"languages\" must have \"en\", which other languages fall back to");
}

static void read_scale(struct reader *r, const struct cq_json *root)
{
    static const char *const keys[] = {"min", "max", NULL};
    const struct cq_json *scale = cq_read_need(r, root, "a rubric", "scale", CQ_JSON_OBJECT);
    if (!scale)
        return;
    cq_read_object(r, scale, "\"scale\"", keys);
    r->rubric->scale_min = cq_read_number(r, scale, "\"scale\"", "min", -1000, 1000);
    r->rubric->scale_max = cq_read_number(r, scale, "\"scale\"", "max", -1000, 1000);
    if (!r->status && r->rubric->scale_min >= r->rubric->scale_max)
        cq_read_bad(r, scale, "the scale's \"max\" must be greater than its \"min\"");
}

static void read_choices(struct reader *r, const struct cq_json *obj, struct cq_rubric_field *field)
{
    static const char *const keys[] = {"id", "label", NULL};
    field->choices = cq_read_list(r, obj, "a header field", "choices", false, CQ_RUBRIC_MAX_HEADER);
    for (const struct cq_json *m = field->choices ? field->choices->first : NULL; m && !r->status;
         m = m->next) {
        cq_read_object(r, m, "a choice", keys);
        cq_read_id(r, m, "a choice", false);
        cq_read_text(r, m, "a choice", "label", true);
    }
}

static void read_header(struct reader *r, const struct cq_json *root)
{
    static const char *const keys[] = {"id", "label", "choices", NULL};
    const struct cq_json *list = cq_read_list(r, root, "a rubric", "header", false, CQ_RUBRIC_MAX_HEADER);
    if (!list)
        return;
    r->rubric->header = cq_read_alloc(r, list->n, sizeof *r->rubric->header);
    for (const struct cq_json *m = list->first; m && !r->status; m = m->next) {
        struct cq_rubric_field *field = &r->rubric->header[r->rubric->n_header++];
        cq_read_object(r, m, "a header field", keys);
        field->id = cq_read_id(r, m, "a header field", false);
        field->label = cq_read_text(r, m, "a header field", "label", true);
        read_choices(r, m, field);
    }
}

static void read_items(struct reader *r, const struct cq_json *list, size_t section)
{
    struct cq_rubric *f = r->rubric;
    double sum = 0;
    f->sections[section].first_item = f->n_items;
    for (const struct cq_json *m = list->first; m && !r->status; m = m->next) {
        struct cq_rubric_item *item = &f->items[f->n_items++];
        item->section = section;
        cq_parse_item(r, m, item);
        sum += item->weight;
        f->sections[section].n_items++;
    }
    if (r->status)
        return;
    char what[96];
    snprintf(what, sizeof what, "the items of section \"%s\"", f->sections[section].id);
    cq_read_check_sum(r, list, sum, what);
}

/* Items of all sections stand in one array; how many there can be is told by the JSON. */
static size_t count_items(const struct cq_json *sections)
{
    size_t n = 0;
    for (const struct cq_json *s = sections->first; s; s = s->next) {
        const struct cq_json *items = cq_json_get(s, "items");
        n += items ? items->n : 0;
    }
    return n;
}

static void read_sections(struct reader *r, const struct cq_json *root)
{
    static const char *const keys[] = {"id", "label", "weight", "items", NULL};
    const struct cq_json *list = cq_read_list(r, root, "a rubric", "sections", true, CQ_RUBRIC_MAX_SECTIONS);
    if (!list)
        return;
    struct cq_rubric *f = r->rubric;
    f->sections = cq_read_alloc(r, list->n, sizeof *f->sections);
    f->items = cq_read_alloc(r, count_items(list), sizeof *f->items);
    double sum = 0;
    for (const struct cq_json *m = list->first; m && !r->status; m = m->next) {
        struct cq_rubric_section *s = &f->sections[f->n_sections];
        cq_read_object(r, m, "a section", keys);
        s->id = cq_read_id(r, m, "a section", false);
        char what[80];
        snprintf(what, sizeof what, "section \"%s\"", s->id);
        s->label = cq_read_text(r, m, what, "label", true);
        s->weight = cq_read_weight(r, m, what);
        const struct cq_json *items = cq_read_list(r, m, what, "items", true, CQ_RUBRIC_MAX_ITEMS);
        if (items)
            read_items(r, items, f->n_sections);
        f->n_sections++;
        sum += s->weight;
    }
    if (!r->status)
        cq_read_check_sum(r, list, sum, "the sections");
}

static void read_version(struct reader *r, const struct cq_json *root)
{
    const char *v = cq_read_line(r, root, "a rubric", "version");
    if (strlen(v) > 32 ||
        strspn(v, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-") != strlen(v))
        cq_read_bad(r, cq_json_get(root, "version"),
                    "\"%.40s\" is no version: letters, digits and .+- such as \"1.2.0\", at most 32", v);
    r->rubric->version = v;
}

static void read_root(struct reader *r, const struct cq_json *root)
{
    static const char *const keys[] = {"schema", "id",     "version",  "title", "about", "languages",
                                       "scale",  "header", "sections", "flags", NULL};
    cq_read_object(r, root, "a rubric", keys);
    double schema = cq_read_number(r, root, "a rubric", "schema", 0, 1000);
    if (!r->status && schema != SCHEMA)
        cq_read_bad(r, cq_json_get(root, "schema"), "this program reads rubrics of schema %d", SCHEMA);
    r->rubric->id = cq_read_id(r, root, "a rubric", true);
    r->ids.n = 0; /* a form may be called as one of its parts */
    read_version(r, root);
    read_languages(r, root);
    r->rubric->title = cq_read_text(r, root, "a rubric", "title", true);
    r->rubric->about = cq_read_text(r, root, "a rubric", "about", false);
    read_scale(r, root);
    read_header(r, root);
    read_sections(r, root);
    cq_parse_flags(r, root);
}

int cq_rubric_parse(const char *name, const char *text, size_t n, struct cq_error *err,
                    struct cq_rubric **ret_rubric)
{
    struct reader r = {.name = name, .err = err};
    r.rubric = calloc(1, sizeof *r.rubric);
    if (!r.rubric)
        return -ENOMEM;

    r.status = cq_json_parse(name, text, n, err, &r.rubric->doc);
    if (!r.status)
        read_root(&r, cq_json_root(r.rubric->doc));
    free(r.ids.v);
    if (r.status) {
        cq_rubric_free(r.rubric);
        if (r.status == -ENOMEM)
            cq_error_set(err, -ENOMEM, name, 0, "out of memory");
        return r.status;
    }
    *ret_rubric = r.rubric;
    return 0;
}
