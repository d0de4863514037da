#include "rubric/model.h"

#include <stdlib.h>
#include <string.h>

struct cq_rubric *cq_rubric_free(struct cq_rubric *r)
{
    if (!r)
        return NULL;
    for (size_t i = 0; i < r->n_items; i++) {
        free(r->items[i].indicators);
        free(r->items[i].caps);
        free(r->items[i].na);
    }
    free(r->items);
    free(r->sections);
    free(r->flags);
    free(r->header);
    cq_json_free(r->doc);
    free(r);
    return NULL;
}

const char *cq_rubric_id(const struct cq_rubric *r)
{
    return r->id;
}

const char *cq_rubric_version(const struct cq_rubric *r)
{
    return r->version;
}

/* The part before the first '-': "zh" of "zh-TW". */
static bool same_language(const char *a, const char *b)
{
    size_t n = strcspn(a, "-");
    return n == strcspn(b, "-") && !strncmp(a, b, n);
}

const char *cq_rubric_text_in(cq_rubric_text text, const char *lang)
{
    if (!text || !text->first)
        return NULL;
    const struct cq_json *v = cq_json_get(text, lang);
    for (const struct cq_json *m = text->first; m && !v; m = m->next) {
        if (same_language(m->key, lang))
            v = m;
    }
    if (!v)
        v = cq_json_get(text, "en");
    return (v ? v : text->first)->string;
}

static cq_rubric_text find_header_label(const struct cq_rubric *r, const char *id)
{
    for (size_t i = 0; i < r->n_header; i++) {
        const struct cq_rubric_field *field = &r->header[i];
        if (!strcmp(field->id, id))
            return field->label;
        for (const struct cq_json *c = field->choices ? field->choices->first : NULL; c; c = c->next) {
            if (!strcmp(cq_json_get(c, "id")->string, id))
                return cq_json_get(c, "label");
        }
    }
    return NULL;
}

static cq_rubric_text find_label(const struct cq_rubric *r, const char *id)
{
    for (size_t i = 0; i < r->n_sections; i++) {
        if (!strcmp(r->sections[i].id, id))
            return r->sections[i].label;
    }
    for (size_t i = 0; i < r->n_items; i++) {
        const struct cq_rubric_item *item = &r->items[i];
        if (!strcmp(item->id, id))
            return item->label;
        for (size_t k = 0; k < item->n_indicators; k++) {
            if (!strcmp(item->indicators[k].id, id))
                return item->indicators[k].label;
        }
    }
    for (size_t i = 0; i < r->n_flags; i++) {
        if (!strcmp(r->flags[i].id, id))
            return r->flags[i].label;
    }
    return find_header_label(r, id);
}

const char *cq_rubric_label(const struct cq_rubric *r, const char *id, const char *lang)
{
    const char *text = cq_rubric_text_in(id ? find_label(r, id) : r->title, lang);
    return text ? text : id ? id : r->id;
}

static const char *same_in(cq_rubric_text text, const char *english, const char *lang)
{
    const char *en = cq_rubric_text_in(text, "en");
    return en && !strcmp(en, english) ? cq_rubric_text_in(text, lang) : NULL;
}

const char *cq_rubric_translate(const struct cq_rubric *r, const char *english, const char *lang)
{
    const char *found = NULL;
    for (size_t i = 0; i < r->n_items && !found; i++) {
        for (size_t k = 0; k < r->items[i].n_caps && !found; k++)
            found = same_in(r->items[i].caps[k].note, english, lang);
        for (size_t k = 0; k < r->items[i].n_na && !found; k++)
            found = same_in(r->items[i].na[k].note, english, lang);
    }
    return found ? found : english;
}
