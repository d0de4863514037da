/* The table of calls: what callqa query finds, page by page, and as CSV. */
#include "web/app.h"

#include "base/error.h"
#include "base/number.h"
#include "base/time.h"
#include "query/where.h"
#include "query/write.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LIMIT 50
#define MAX_LIMIT 500
#define MAX_COUNTED 10000 /* "more than 10000" is as much as anybody wants to know, and it costs nothing */
#define EXPORT_BLOCK_ROWS 200

/* A select and what it points to. */
struct search {
    struct cq_select sel;
    const char *flags[CQ_SELECT_MAX_FLAGS];
    struct cq_field columns[CQ_SELECT_MAX_COLUMNS];
    struct cq_cond *where;
    struct cq_key after;
};

static int read_time(struct cq_web_turn *t, const char *name, bool until, int64_t *ret_s)
{
    const char *text = cq_web_arg(t->req, name);
    if (!text || !*text)
        return 0;
    if (until ? cq_time_parse_until(text, ret_s) : cq_time_parse_iso(text, ret_s))
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "%s: write a date like 2026-11-24 or 2026-11-24T14:30",
                            name);
    return 0;
}

static int read_severity(struct cq_web_turn *t, struct search *s)
{
    const char *word = cq_web_arg(t->req, "severity");
    if (!word || !*word)
        return 0;
    for (int i = CQ_SEVERITY_INFO; i <= CQ_SEVERITY_CRITICAL; i++) {
        if (!strcmp(word, cq_severity_name((enum cq_severity)i))) {
            s->sel.min_severity = i;
            return 0;
        }
    }
    return cq_error_set(&t->err, -EINVAL, NULL, 0, "severity is one of info, warning, critical");
}

/* flag=a&flag=b */
static int read_flags(struct cq_web_turn *t, struct search *s)
{
    for (size_t i = 0; i < t->req->n_args; i++) {
        const struct cq_web_arg *a = &t->req->args[i];
        if (strcmp(a->name, "flag") != 0 || !*a->value)
            continue;
        if (s->sel.n_flags == CQ_SELECT_MAX_FLAGS)
            return cq_error_set(&t->err, -EINVAL, NULL, 0, "more than %d flags", CQ_SELECT_MAX_FLAGS);
        s->flags[s->sel.n_flags++] = a->value;
    }
    s->sel.flags = s->flags;
    return 0;
}

static int read_columns(struct cq_web_turn *t, struct search *s)
{
    const char *at = cq_web_arg(t->req, "columns");
    while (at && *at) {
        char name[CQ_FIELD_NAME_MAX];
        size_t n = strcspn(at, ",");
        if (n >= sizeof name || s->sel.n_columns == CQ_SELECT_MAX_COLUMNS)
            return cq_error_set(&t->err, -EINVAL, NULL, 0, "columns are too many or too long");
        if (n) {
            snprintf(name, sizeof name, "%.*s", (int)n, at);
            int r = cq_where_field(name, &t->err, &s->columns[s->sel.n_columns]);
            if (r)
                return r == -ENOENT ? -EINVAL : r;
            s->sel.n_columns++;
        }
        at += n + (at[n] == ',');
    }
    s->sel.columns = s->columns;
    return 0;
}

/* order=score or order=-score. */
static int read_order(struct cq_web_turn *t, struct search *s)
{
    const char *order = cq_web_arg(t->req, "order");
    if (!order || !*order)
        order = "-started_at";
    s->sel.ascending = *order != '-';
    int r = cq_where_field(order + !s->sel.ascending, &t->err, &s->sel.order);
    return r == -ENOENT ? -EINVAL : r;
}

/* after=ID:VALUE as an answer's "next" had it: t for text, n for a number, and nothing for none. */
static int read_after(struct cq_web_turn *t, struct search *s)
{
    const char *after = cq_web_arg(t->req, "after");
    if (!after || !*after)
        return 0;
    size_t n = strcspn(after, ":");
    const char *value = after + n;
    if (cq_number_parse_int(after, n, &s->after.id) || *value != ':')
        goto bad;
    value++;
    if (*value == 't')
        s->after.text = value + 1;
    else if (*value == 'n' && cq_number_parse(value + 1, strlen(value + 1), &s->after.number))
        goto bad;
    else if (*value != 'n')
        s->after.is_null = true;
    s->sel.after = &s->after;
    return 0;
bad:
    return cq_error_set(&t->err, -EINVAL, NULL, 0, "after is the \"next\" of an answer before");
}

static int read_where(struct cq_web_turn *t, struct search *s)
{
    const char *where = cq_web_arg(t->req, "where");
    if (!where || !*where)
        return 0;
    int r = cq_where_parse(where, &t->err, &s->where);
    s->sel.where = s->where;
    return r == -ENOENT ? -EINVAL : r;
}

static int read_search(struct cq_web_turn *t, struct search *s)
{
    const char *agent = cq_web_arg(t->req, "agent"), *queue = cq_web_arg(t->req, "queue");
    *s = (struct search){.sel = CQ_SELECT_INIT};
    s->sel.agent = agent && *agent ? agent : NULL;
    s->sel.queue = queue && *queue ? queue : NULL;
    int r = read_time(t, "since", false, &s->sel.since_s);
    if (!r)
        r = read_time(t, "until", true, &s->sel.until_s);
    if (!r)
        r = read_severity(t, s);
    if (!r)
        r = read_flags(t, s);
    if (!r)
        r = read_columns(t, s);
    if (!r)
        r = read_order(t, s);
    if (!r)
        r = read_after(t, s);
    if (!r)
        r = read_where(t, s);
    return r;
}

/* The last row's key as read_after() reads it. */
static void keep_key(const struct cq_key *key, struct cq_str *out)
{
    char number[CQ_NUMBER_MAX];
    cq_str_clear(out);
    cq_str_printf(out, "%lld:", (long long)key->id);
    if (key->is_null)
        return;
    if (key->text) {
        cq_str_printf(out, "t%s", key->text);
    } else {
        snprintf(number, sizeof number, "%.17g", key->number);
        for (char *c = number; *c; c++)
            *c = *c == ',' ? '.' : *c;
        cq_str_printf(out, "n%s", number);
    }
}

static int put_rows(struct cq_web_turn *t, struct search *s, int64_t limit)
{
    struct cq_cursor *cur = NULL;
    struct cq_str next = {0};
    struct cq_row row;
    int64_t n = 0;
    int step = 0;
    s->sel.limit = limit + 1; /* one more tells whether there are more */
    int r = cq_select_open(t->db, &s->sel, &t->err, &cur);
    if (r)
        return r == -ENOENT ? -EINVAL : r;
    cq_json_key(&t->json, "calls");
    cq_json_open_array(&t->json);
    while ((step = cq_select_next(cur, &t->err, &row)) > 0 && n < limit) {
        cq_row_to_json(&t->json, &row, s->columns);
        keep_key(&row.key, &next);
        n++;
    }
    cq_json_close_array(&t->json);
    cq_json_put_string(&t->json, "next", step > 0 ? next.s : NULL);
    r = step < 0 ? step : next.failed ? -ENOMEM : 0;
    cq_select_close(cur);
    cq_str_done(&next);
    return r;
}

int cq_web_get_calls(struct cq_web_turn *t)
{
    struct search s;
    int64_t limit = DEFAULT_LIMIT, n = 0;
    int r = read_search(t, &s);
    if (!r)
        r = cq_web_arg_int(t->req, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, &t->err, &limit);
    if (r)
        goto out;
    cq_web_json(t);
    cq_json_open_object(&t->json);
    r = put_rows(t, &s, limit);
    if (!r && cq_web_arg(t->req, "count")) {
        s.sel.after = NULL;
        r = cq_select_count(t->db, &s.sel, MAX_COUNTED + 1, &t->err, &n);
        cq_json_put_int(&t->json, "count", n > MAX_COUNTED ? MAX_COUNTED : n);
        cq_json_put_bool(&t->json, "more", n > MAX_COUNTED);
    }
    cq_json_close_object(&t->json);
out:
    cq_cond_free(s.where);
    return r;
}

static int put_flag(void *user, const char *flag, int64_t n_calls)
{
    struct cq_json_writer *w = user;
    cq_json_open_object(w);
    cq_json_put_string(w, "flag", flag);
    cq_json_put_int(w, "calls", n_calls);
    cq_json_close_object(w);
    return 0;
}

/* What can be asked for: the names of the query language, and the flags that there are. */
int cq_web_get_fields(struct cq_web_turn *t)
{
    const char *name, *unit, *help;
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_key(&t->json, "fields");
    cq_json_open_array(&t->json);
    for (size_t i = 0; (name = cq_field_list(i, &unit, &help)); i++) {
        struct cq_field field;
        if (cq_field_find(name, &field))
            continue;
        cq_json_open_object(&t->json);
        cq_json_put_string(&t->json, "name", name);
        cq_json_put_string(&t->json, "unit", unit);
        cq_json_put_string(&t->json, "help", help);
        cq_json_put_bool(&t->json, "number", field.type == CQ_FIELD_NUMBER);
        cq_json_close_object(&t->json);
    }
    cq_json_close_array(&t->json);
    cq_json_key(&t->json, "flags");
    cq_json_open_array(&t->json);
    int r = cq_store_flags(t->db, put_flag, &t->json, &t->err);
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    return r;
}

/*
 * An export under way. It keeps its connection to the database until it is sent, and everything that the select
 * points to: the request is gone by then.
 */
struct export
{
    struct cq_web_pool *pool;
    struct cq_store *db;
    struct search s;
    struct cq_str texts[CQ_SELECT_MAX_FLAGS + 3]; /* copies of what the request lent */
    size_t n_texts;
    struct cq_cursor *cur;
    struct cq_writer *writer;
    FILE *f;
    char *block; /* what the writer has written and is not sent */
    size_t n_block;
    size_t sent; /* of it */
    bool ended;
};

static void free_export(void *user)
{
    struct export *x = user;
    cq_select_close(x->cur);
    cq_writer_free(x->writer);
    if (x->f)
        fclose(x->f);
    free(x->block);
    cq_web_pool_give_back(x->pool, x->db);
    cq_cond_free(x->s.where);
    for (size_t i = 0; i < x->n_texts; i++)
        cq_str_done(&x->texts[i]);
    free(x);
}

/* The next rows into the block. */
static int fill_block(struct export *x)
{
    struct cq_row row;
    int step = 1, r = 0;
    rewind(x->f);
    for (int i = 0; !r && i < EXPORT_BLOCK_ROWS && step > 0; i++) {
        step = cq_select_next(x->cur, NULL, &row);
        if (step > 0)
            r = cq_writer_row(x->writer, &row);
    }
    x->ended = step == 0;
    if (!r && x->ended)
        r = cq_writer_end(x->writer);
    x->sent = 0;
    if (fflush(x->f))
        return -ENOMEM;
    return step < 0 ? step : r;
}

static int64_t read_export(void *user, int64_t at, char *buf, size_t max)
{
    struct export *x = user;
    (void)at; /* in order */
    while (x->sent == x->n_block) {
        if (x->ended)
            return 0;
        int r = fill_block(x);
        if (r)
            return r;
    }
    size_t n = x->n_block - x->sent < max ? x->n_block - x->sent : max;
    memcpy(buf, x->block + x->sent, n);
    x->sent += n;
    return (int64_t)n;
}

static const char *own(struct export *x, const char *text)
{
    if (!text)
        return NULL;
    struct cq_str *copy = &x->texts[x->n_texts++];
    cq_str_add(copy, text);
    return copy->s;
}

static int begin_export(struct cq_web_turn *t, struct export *x)
{
    const struct cq_write_opts opts = {
        .format = CQ_WRITE_CSV, .columns = x->s.columns, .n_columns = x->s.sel.n_columns};
    x->s.sel.agent = own(x, x->s.sel.agent);
    x->s.sel.queue = own(x, x->s.sel.queue);
    for (size_t i = 0; i < x->s.sel.n_flags; i++)
        x->s.flags[i] = own(x, x->s.flags[i]);
    x->s.sel.flags = x->s.flags;
    x->s.sel.columns = x->s.columns;
    x->s.sel.after = NULL;
    x->f = open_memstream(&x->block, &x->n_block);
    if (!x->f)
        return -ENOMEM;
    int r = cq_select_open(x->db, &x->s.sel, &t->err, &x->cur);
    if (!r)
        r = cq_writer_new(x->f, &opts, &x->writer);
    if (!r && fflush(x->f))
        r = -ENOMEM;
    return r == -ENOENT ? -EINVAL : r;
}

int cq_web_export_calls(struct cq_web_turn *t)
{
    struct search s;
    int r = read_search(t, &s);
    struct export *x = r ? NULL : calloc(1, sizeof *x);
    if (!x) {
        cq_cond_free(s.where);
        return r ? r : -ENOMEM;
    }
    x->pool = t->app->pool;
    x->s = s;
    x->db = t->db; /* taken over from the turn */
    t->db = NULL;
    r = begin_export(t, x);
    if (!r)
        r = cq_web_audit_read(t, "calls.export", "user", t->session.user.id, NULL);
    if (r) {
        free_export(x);
        return r;
    }
    cq_web_header(t->res, "Content-Disposition", "attachment; filename=\"calls.csv\"");
    cq_web_answer_stream(
        t->req, t->res, "text/csv; charset=utf-8",
        &(struct cq_web_stream){.read = read_export, .free = free_export, .user = x, .size = -1});
    return 0;
}
