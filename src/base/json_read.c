#include "base/json.h"

#include "base/array.h"
#include "base/error.h"
#include "base/number.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

/*
 * yajl parses and checks; this file keeps what it reports as a tree. The line of a value is found by counting
 * newlines up to the bytes yajl has consumed at each callback, which only ever moves forward.
 */
struct block {
    struct block *next;
};

struct cq_json_doc {
    struct block *blocks;
    struct cq_json *root;
};

struct reader {
    struct cq_json_doc *doc;
    yajl_handle yajl;
    const char *name;
    const char *text;
    size_t counted; /* bytes whose newlines are in `line` */
    int line;
    struct cq_json *open[CQ_JSON_MAX_DEPTH]; /* arrays and objects not yet closed */
    struct cq_json *last[CQ_JSON_MAX_DEPTH]; /* their newest child */
    int depth;
    const char *key; /* waits for its value */
    struct cq_error *err;
    int status;
};

static void *doc_alloc(struct reader *r, size_t size)
{
    struct block *b = calloc(1, sizeof *b + size);
    if (!b) {
        r->status = -ENOMEM;
        return NULL;
    }
    b->next = r->doc->blocks;
    r->doc->blocks = b;
    return b + 1;
}

static int fail(struct reader *r, const char *what, const char *detail)
{
    r->status = cq_error_set(r->err, -EBADMSG, r->name, r->line, "%s%s%s", what, detail ? " " : "",
                             detail ? detail : "");
    return 0; /* stops yajl */
}

static void count_lines(struct reader *r)
{
    size_t upto = yajl_get_bytes_consumed(r->yajl);
    for (; r->counted < upto; r->counted++) {
        if (r->text[r->counted] == '\n')
            r->line++;
    }
}

static const char *keep_text(struct reader *r, const unsigned char *s, size_t n)
{
    char *copy = doc_alloc(r, n + 1);
    if (copy)
        memcpy(copy, s, n);
    return copy;
}

static struct cq_json *add(struct reader *r, enum cq_json_type type)
{
    count_lines(r);
    struct cq_json *v = doc_alloc(r, sizeof *v);
    if (!v)
        return NULL;
    v->type = type;
    v->line = r->line;
    v->key = r->key;
    r->key = NULL;
    if (r->depth == 0) {
        r->doc->root = v;
        return v;
    }
    struct cq_json *parent = r->open[r->depth - 1];
    if (r->last[r->depth - 1])
        r->last[r->depth - 1]->next = v;
    else
        parent->first = v;
    r->last[r->depth - 1] = v;
    parent->n++;
    return v;
}

static int on_null(void *ctx)
{
    return add(ctx, CQ_JSON_NULL) != NULL;
}

static int on_bool(void *ctx, int b)
{
    struct cq_json *v = add(ctx, CQ_JSON_BOOL);
    if (v)
        v->boolean = b != 0;
    return v != NULL;
}

static int on_number(void *ctx, const char *s, size_t n)
{
    struct reader *r = ctx;
    struct cq_json *v = add(r, CQ_JSON_NUMBER);
    if (!v)
        return 0;
    if (cq_number_parse(s, n, &v->number))
        return fail(r, "this number cannot be represented; write a smaller one", NULL);
    return 1;
}

static int on_string(void *ctx, const unsigned char *s, size_t n)
{
    struct reader *r = ctx;
    struct cq_json *v = add(r, CQ_JSON_STRING);
    if (!v)
        return 0;
    if (memchr(s, 0, n))
        return fail(r, "a text must not contain \\u0000", NULL);
    v->string = keep_text(r, s, n);
    return v->string != NULL;
}

static int on_key(void *ctx, const unsigned char *s, size_t n)
{
    struct reader *r = ctx;
    count_lines(r);
    if (memchr(s, 0, n))
        return fail(r, "a key must not contain \\u0000", NULL);
    r->key = keep_text(r, s, n);
    if (!r->key)
        return 0;
    if (cq_json_get(r->open[r->depth - 1], r->key))
        return fail(r, "this key stands twice in one object:", r->key);
    return 1;
}

static int open_container(struct reader *r, enum cq_json_type type)
{
    if (r->depth == CQ_JSON_MAX_DEPTH)
        return fail(r, "nested too deeply", NULL);
    struct cq_json *v = add(r, type);
    if (!v)
        return 0;
    r->open[r->depth] = v;
    r->last[r->depth++] = NULL;
    return 1;
}

static int on_object(void *ctx)
{
    return open_container(ctx, CQ_JSON_OBJECT);
}

static int on_array(void *ctx)
{
    return open_container(ctx, CQ_JSON_ARRAY);
}

static int on_close(void *ctx)
{
    struct reader *r = ctx;
    count_lines(r);
    r->depth--;
    return 1;
}

static int syntax_error(struct reader *r, size_t n)
{
    count_lines(r);
    unsigned char *msg = yajl_get_error(r->yajl, 0, (const unsigned char *)r->text, n);
    char *text = msg ? (char *)msg : NULL;
    if (text)
        text[strcspn(text, "\n")] = '\0';
    r->status =
        cq_error_set(r->err, -EBADMSG, r->name, r->line, "not valid JSON: %s", text ? text : "syntax error");
    if (msg)
        yajl_free_error(r->yajl, msg);
    return r->status;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_bool,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_object,
    .yajl_map_key = on_key,
    .yajl_end_map = on_close,
    .yajl_start_array = on_array,
    .yajl_end_array = on_close,
};

int cq_json_parse(const char *name, const char *text, size_t n, struct cq_error *err,
                  struct cq_json_doc **ret_doc)
{
    if (n > CQ_JSON_MAX_BYTES)
        return cq_error_set(err, -EFBIG, name, 0, "larger than %u MB; split it", CQ_JSON_MAX_BYTES >> 20);

    struct reader r = {.name = name, .text = text, .line = 1, .err = err};
    int status = -ENOMEM;
    r.doc = calloc(1, sizeof *r.doc);
    r.yajl = yajl_alloc(&callbacks, NULL, &r);
    if (!r.doc || !r.yajl)
        goto out;
    yajl_config(r.yajl, yajl_allow_comments, 1);

    yajl_status ys = yajl_parse(r.yajl, (const unsigned char *)text, n);
    if (ys == yajl_status_ok)
        ys = yajl_complete_parse(r.yajl);
    status = r.status;
    if (!status && ys != yajl_status_ok)
        status = syntax_error(&r, n);
    if (!status && !r.doc->root)
        status = cq_error_set(err, -EBADMSG, name, r.line, "empty; a JSON value is expected");
    if (!status) {
        *ret_doc = r.doc;
        r.doc = NULL;
    }
out:
    if (r.yajl)
        yajl_free(r.yajl);
    cq_json_free(r.doc);
    return status;
}

const struct cq_json *cq_json_root(const struct cq_json_doc *doc)
{
    return doc->root;
}

struct cq_json_doc *cq_json_free(struct cq_json_doc *doc)
{
    if (!doc)
        return NULL;
    while (doc->blocks) {
        struct block *b = doc->blocks;
        doc->blocks = b->next;
        free(b);
    }
    free(doc);
    return NULL;
}

const struct cq_json *cq_json_get(const struct cq_json *v, const char *key)
{
    if (!v || v->type != CQ_JSON_OBJECT)
        return NULL;
    for (const struct cq_json *c = v->first; c; c = c->next) {
        if (!strcmp(c->key, key))
            return c;
    }
    return NULL;
}

const char *cq_json_type_name(enum cq_json_type type)
{
    switch (type) {
    case CQ_JSON_NULL:
        return "null";
    case CQ_JSON_BOOL:
        return "true/false";
    case CQ_JSON_NUMBER:
        return "number";
    case CQ_JSON_STRING:
        return "text";
    case CQ_JSON_ARRAY:
        return "list";
    case CQ_JSON_OBJECT:
        return "object";
    }
    return "?";
}
