#include "rubric/edit.h"

#include "base/number.h"
#include "rubric/model.h"

#include <string.h>

#define DECIMALS 9
#define MAX_PATH_BYTES 512
#define MAX_SHOWN 80       /* bytes of an old or a new value */
#define MAX_SHOWN_LIST 320 /* of a list: a curve is told whole */

struct differ {
    struct cq_str *out;
    char path[MAX_PATH_BYTES];
    size_t n_path;
    size_t n_lines;
};

/* Go one step down the path; the returned length leads back up. */
static size_t enter(struct differ *d, const char *step)
{
    size_t back = d->n_path, n = strlen(step), dot = d->n_path ? 1 : 0;
    if (d->n_path + dot + n < sizeof d->path) {
        if (dot)
            d->path[d->n_path++] = '.';
        memcpy(d->path + d->n_path, step, n + 1);
        d->n_path += n;
    }
    return back;
}

static void leave(struct differ *d, size_t back)
{
    d->n_path = back;
    d->path[back] = '\0';
}

static const char *id_of(const struct cq_json *v)
{
    const struct cq_json *id = cq_json_get(v, "id");
    return id && id->type == CQ_JSON_STRING ? id->string : NULL;
}

/* Member of a list by its id; without one, by its place. */
static const struct cq_json *counterpart(const struct cq_json *list, const struct cq_json *m, size_t place)
{
    const char *id = id_of(m);
    size_t i = 0;
    for (const struct cq_json *c = list->first; c; c = c->next, i++) {
        if (id ? id_of(c) && !strcmp(id_of(c), id) : i == place)
            return c;
    }
    return NULL;
}

static bool same(const struct cq_json *a, const struct cq_json *b)
{
    if (a->type != b->type || a->n != b->n)
        return false;
    switch (a->type) {
    case CQ_JSON_NULL:
        return true;
    case CQ_JSON_BOOL:
        return a->boolean == b->boolean;
    case CQ_JSON_NUMBER:
        return a->number == b->number;
    case CQ_JSON_STRING:
        return !strcmp(a->string, b->string);
    case CQ_JSON_ARRAY:
        for (const struct cq_json *x = a->first, *y = b->first; x; x = x->next, y = y->next) {
            if (!same(x, y))
                return false;
        }
        return true;
    case CQ_JSON_OBJECT:
        for (const struct cq_json *x = a->first; x; x = x->next) {
            const struct cq_json *y = cq_json_get(b, x->key);
            if (!y || !same(x, y))
                return false;
        }
        return true;
    }
    return false;
}

static void add_short(struct cq_str *out, const struct cq_json *v)
{
    char number[CQ_NUMBER_MAX];
    switch (v->type) {
    case CQ_JSON_NULL:
        cq_str_add(out, "null");
        return;
    case CQ_JSON_BOOL:
        cq_str_add(out, v->boolean ? "true" : "false");
        return;
    case CQ_JSON_NUMBER:
        cq_number_format(number, v->number, DECIMALS);
        cq_str_add(out, number);
        return;
    case CQ_JSON_STRING:
        cq_str_printf(out, "\"%s\"", v->string);
        return;
    case CQ_JSON_ARRAY:
    case CQ_JSON_OBJECT:
        cq_str_add_char(out, v->type == CQ_JSON_ARRAY ? '[' : '{');
        for (const struct cq_json *m = v->first; m; m = m->next) {
            if (m->key)
                cq_str_printf(out, "%s: ", m->key);
            add_short(out, m);
            cq_str_add(out, m->next ? ", " : "");
        }
        cq_str_add_char(out, v->type == CQ_JSON_ARRAY ? ']' : '}');
        return;
    }
}

/* The beginning of a value, cut between characters. */
static void add_cut(struct cq_str *out, const struct cq_json *v)
{
    struct cq_str text = {0};
    add_short(&text, v);
    size_t n = text.n;
    size_t most = v->type == CQ_JSON_ARRAY ? MAX_SHOWN_LIST : MAX_SHOWN;
    if (n > most) {
        n = most;
        while (n && ((unsigned char)text.s[n] & 0xc0) == 0x80)
            n--;
    }
    if (n)
        cq_str_add_n(out, text.s, n);
    if (n < text.n)
        cq_str_add(out, "...");
    cq_str_done(&text);
}

static void tell(struct differ *d, const struct cq_json *a, const struct cq_json *b)
{
    d->n_lines++;
    if (!b) {
        cq_str_printf(d->out, "- %s\n", d->path);
    } else if (!a) {
        cq_str_printf(d->out, "+ %s\n", d->path);
    } else {
        cq_str_printf(d->out, "%s: ", d->path);
        add_cut(d->out, a);
        cq_str_add(d->out, " -> ");
        add_cut(d->out, b);
        cq_str_add_char(d->out, '\n');
    }
}

/* Curves and phrases are told as a whole; lists of parts with ids, and of rules, member by member. */
static bool has_parts(const struct cq_json *list)
{
    return list->first && list->first->type == CQ_JSON_OBJECT;
}

/* Depth is bounded by that of the JSON reader. */
static void compare(struct differ *d, const struct cq_json *a, const struct cq_json *b);

static void compare_members(struct differ *d, const struct cq_json *a, const struct cq_json *b)
{
    bool list = a->type == CQ_JSON_ARRAY;
    size_t place = 0;
    for (const struct cq_json *x = a->first; x; x = x->next, place++) {
        char number[32];
        cq_number_format(number, (double)place + 1, 0);
        size_t back = enter(d, !list ? x->key : id_of(x) ? id_of(x) : number);
        compare(d, x, list ? counterpart(b, x, place) : cq_json_get(b, x->key));
        leave(d, back);
    }
    place = 0;
    for (const struct cq_json *y = b->first; y; y = y->next, place++) {
        if (list ? counterpart(a, y, place) != NULL : cq_json_get(a, y->key) != NULL)
            continue;
        char number[32];
        cq_number_format(number, (double)place + 1, 0);
        size_t back = enter(d, !list ? y->key : id_of(y) ? id_of(y) : number);
        tell(d, NULL, y);
        leave(d, back);
    }
}

static void compare(struct differ *d, const struct cq_json *a, const struct cq_json *b)
{
    if (!b) {
        tell(d, a, NULL);
        return;
    }
    bool objects = a->type == CQ_JSON_OBJECT && b->type == CQ_JSON_OBJECT;
    bool lists = a->type == CQ_JSON_ARRAY && b->type == CQ_JSON_ARRAY && has_parts(a) && has_parts(b);
    if (objects || lists)
        compare_members(d, a, b);
    else if (!same(a, b))
        tell(d, a, b);
}

size_t cq_rubric_diff(const struct cq_rubric *a, const struct cq_rubric *b, struct cq_str *out)
{
    struct differ d = {.out = out};
    compare(&d, cq_json_root(a->doc), cq_json_root(b->doc));
    return d.n_lines;
}
