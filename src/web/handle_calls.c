/* The table of calls: what callqa query finds, page by page. */
#include "web/search.h"

#include "base/error.h"
#include "base/number.h"
#include "query/write.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LIMIT 50
#define MAX_LIMIT 500
#define MAX_COUNTED 10000 /* "more than 10000" is as much as anybody wants to know, and it costs nothing */

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

static int put_rows(struct cq_web_turn *t, struct cq_web_search *s, int64_t limit)
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
    struct cq_web_search s;
    int64_t limit = DEFAULT_LIMIT, n = 0;
    int r = cq_web_search_read(t, &s);
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
    cq_web_search_done(&s);
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
