#include "rubric/edit.h"

#include "rubric/model.h"

#include <string.h>

#define DECIMALS 9
#define MAX_FLAT 100 /* bytes; longer objects and lists get a line a member */
#define INDENT 2

static void write_flat(struct cq_json_writer *w, const struct cq_json *v)
{
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
            write_flat(w, m);
        cq_json_close_array(w);
        return;
    case CQ_JSON_OBJECT:
        cq_json_open_object(w);
        for (const struct cq_json *m = v->first; m; m = m->next) {
            cq_json_key(w, m->key);
            write_flat(w, m);
        }
        cq_json_close_object(w);
        return;
    }
}

static void add_flat(struct cq_str *out, const struct cq_json *v)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    write_flat(&w, v);
}

static void new_line(struct cq_str *out, int depth)
{
    cq_str_add_char(out, '\n');
    for (int i = 0; i < depth * INDENT; i++)
        cq_str_add_char(out, ' ');
}

static void write_value(struct cq_str *out, const struct cq_json *v, int depth)
{
    bool object = v->type == CQ_JSON_OBJECT;
    size_t before = out->n;
    add_flat(out, v);
    if (out->failed || out->n - before <= MAX_FLAT || !v->first)
        return;
    out->n = before; /* too long for one line: once more, spread */
    out->s[before] = '\0';
    cq_str_add_char(out, object ? '{' : '[');
    for (const struct cq_json *m = v->first; m; m = m->next) {
        new_line(out, depth + 1);
        if (object) {
            struct cq_json key = {.type = CQ_JSON_STRING, .string = m->key};
            add_flat(out, &key);
            cq_str_add(out, ": ");
        }
        write_value(out, m, depth + 1);
        if (m->next)
            cq_str_add_char(out, ',');
    }
    new_line(out, depth);
    cq_str_add_char(out, object ? '}' : ']');
}

void cq_rubric_write(const struct cq_rubric *r, const char *id, const char *version, struct cq_str *out)
{
    cq_str_add(out, "{");
    for (const struct cq_json *m = cq_json_root(r->doc)->first; m; m = m->next) {
        struct cq_json changed = *m;
        if (id && !strcmp(m->key, "id"))
            changed.string = id;
        if (version && !strcmp(m->key, "version"))
            changed.string = version;
        struct cq_json key = {.type = CQ_JSON_STRING, .string = m->key};
        new_line(out, 1);
        add_flat(out, &key);
        cq_str_add(out, ": ");
        write_value(out, &changed, 1);
        cq_str_add(out, m->next ? "," : "\n}\n");
    }
}
