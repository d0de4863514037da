#include "rubric/edit.h"

#include "rubric/model.h"

#include <string.h>

#define DECIMALS 9
#define MAX_FLAT 100 /* bytes; longer objects and lists get a line a member */
#define INDENT 2

/* What is written otherwise than it stands in the form. */
struct changes {
    const struct cq_rubric_curve *v;
    size_t n;
};

/* A member in another shape, with room for the nodes of a curve. */
struct other {
    struct cq_json self;
    struct cq_json points[CQ_RUBRIC_MAX_CURVE];
    struct cq_json numbers[CQ_RUBRIC_MAX_CURVE][2];
};

static void make_curve(struct other *o, const struct cq_curve *curve)
{
    o->self.n = curve->n;
    o->self.first = o->points;
    for (size_t i = 0; i < curve->n; i++) {
        o->numbers[i][0] =
            (struct cq_json){.type = CQ_JSON_NUMBER, .number = curve->v[i].x, .next = &o->numbers[i][1]};
        o->numbers[i][1] = (struct cq_json){.type = CQ_JSON_NUMBER, .number = curve->v[i].points};
        o->points[i] = (struct cq_json){.type = CQ_JSON_ARRAY,
                                        .n = 2,
                                        .first = o->numbers[i],
                                        .next = i + 1 < curve->n ? &o->points[i + 1] : NULL};
    }
}

/* The curve and the source of an indicator that changes; everything else as it is. Ids are unique in a form. */
static const struct cq_json *member(const struct changes *c, const struct cq_json *obj, const struct cq_json *m,
                                    struct other *o)
{
    const struct cq_json *id = c->n ? cq_json_get(obj, "id") : NULL;
    for (size_t i = 0; id && id->type == CQ_JSON_STRING && i < c->n; i++) {
        if (strcmp(c->v[i].indicator, id->string))
            continue;
        o->self = *m;
        if (!strcmp(m->key, "source"))
            o->self.string = c->v[i].source;
        else if (!strcmp(m->key, "curve"))
            make_curve(o, c->v[i].curve);
        return &o->self;
    }
    return m;
}

static void write_flat(struct cq_json_writer *w, const struct cq_json *v, const struct changes *c)
{
    struct other o;
    switch (v->type) {
    case CQ_JSON_NULL:
        cq_json_null(w);
        return;
    case CQ_JSON_BOOL:
        cq_json_bool(w, v->boolean);
        return;
    case CQ_JSON_NUMBER:
        cq_json_number(w, v->number, DECIMALS);
        return;
    case CQ_JSON_STRING:
        cq_json_string(w, v->string);
        return;
    case CQ_JSON_ARRAY:
        cq_json_open_array(w);
        for (const struct cq_json *m = v->first; m; m = m->next)
            write_flat(w, m, c);
        cq_json_close_array(w);
        return;
    case CQ_JSON_OBJECT:
        cq_json_open_object(w);
        for (const struct cq_json *m = v->first; m; m = m->next) {
            cq_json_key(w, m->key);
            write_flat(w, member(c, v, m, &o), c);
        }
        cq_json_close_object(w);
        return;
    }
}

static void add_flat(struct cq_str *out, const struct cq_json *v, const struct changes *c)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    write_flat(&w, v, c);
}

static void new_line(struct cq_str *out, int depth)
{
    cq_str_add_char(out, '\n');
    for (int i = 0; i < depth * INDENT; i++)
        cq_str_add_char(out, ' ');
}

static void add_key(struct cq_str *out, const char *key)
{
    static const struct changes none = {0};
    struct cq_json node = {.type = CQ_JSON_STRING, .string = key};
    add_flat(out, &node, &none);
    cq_str_add(out, ": ");
}

static void write_value(struct cq_str *out, const struct cq_json *v, const struct changes *c, int depth)
{
    struct other o;
    bool object = v->type == CQ_JSON_OBJECT;
    size_t before = out->n;
    add_flat(out, v, c);
    if (out->failed || out->n - before <= MAX_FLAT || !v->first)
        return;
    out->n = before; /* too long for one line: once more, spread */
    out->s[before] = '\0';
    cq_str_add_char(out, object ? '{' : '[');
    for (const struct cq_json *m = v->first; m; m = m->next) {
        new_line(out, depth + 1);
        if (object)
            add_key(out, m->key);
        write_value(out, object ? member(c, v, m, &o) : m, c, depth + 1);
        if (m->next)
            cq_str_add_char(out, ',');
    }
    new_line(out, depth);
    cq_str_add_char(out, object ? '}' : ']');
}

void cq_rubric_write_curves(const struct cq_rubric *r, const char *id, const char *version,
                            const struct cq_rubric_curve *curves, size_t n, struct cq_str *out)
{
    const struct changes c = {curves, n};
    cq_str_add(out, "{");
    for (const struct cq_json *m = cq_json_root(r->doc)->first; m; m = m->next) {
        struct cq_json changed = *m;
        if (id && !strcmp(m->key, "id"))
            changed.string = id;
        if (version && !strcmp(m->key, "version"))
            changed.string = version;
        new_line(out, 1);
        add_key(out, m->key);
        write_value(out, &changed, &c, 1);
        cq_str_add(out, m->next ? "," : "\n}\n");
    }
}

void cq_rubric_write(const struct cq_rubric *r, const char *id, const char *version, struct cq_str *out)
{
    cq_rubric_write_curves(r, id, version, NULL, 0, out);
}
