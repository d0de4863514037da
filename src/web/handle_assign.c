/* A lead hands calls out: those that were picked, or the first of a filter. */
#include "web/search.h"

#include "base/array.h"
#include "base/error.h"
#include "base/time.h"
#include "review/assign.h"
#include "store/samples.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CALLS 2000 /* in one go; callqa default: a month's work of a team */

static int put_reviewer(void *user, const struct cq_user *u)
{
    struct cq_web_turn *t = user;
    int64_t open = 0;
    if (u->disabled || u->role == CQ_ROLE_AGENT)
        return 0;
    int r = cq_samples_open(t->db, u->name, &t->err, &open);
    cq_json_open_object(&t->json);
    cq_json_put_string(&t->json, "name", u->name);
    cq_json_put_string(&t->json, "title", u->title);
    cq_json_put_string(&t->json, "role", cq_role_name(u->role));
    cq_json_put_int(&t->json, "open", open);
    cq_json_close_object(&t->json);
    return r;
}

/* To whom calls can be assigned, and how much they have. */
int cq_web_get_reviewers(struct cq_web_turn *t)
{
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_key(&t->json, "reviewers");
    cq_json_open_array(&t->json);
    int r = cq_users_each(t->db, put_reviewer, t, &t->err);
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    return r;
}

struct calls {
    struct cq_sample_call *v;
    size_t n;
    size_t cap;
};

/* One request. */
struct order {
    struct calls calls;
    const char *reviewers[CQ_ASSIGN_MAX_REVIEWERS]; /* borrowed from the body */
    size_t n_reviewers;
    int64_t due_s;
    int64_t first;  /* of the filter; 0: those of the list */
    bool untouched; /* only calls that nobody is to review */
    size_t *reviewer;
};

static void done(struct order *o)
{
    for (size_t i = 0; i < o->calls.n; i++)
        free((char *)o->calls.v[i].agent);
    free(o->calls.v);
    free(o->reviewer);
}

static int add_call(struct cq_web_turn *t, struct order *o, int64_t id)
{
    struct cq_sample_call c = {.call = id, .taken = true};
    char *agent = NULL;
    if (o->calls.n == MAX_CALLS)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "at most %d calls in one go", MAX_CALLS);
    for (size_t i = 0; !o->first && i < o->calls.n; i++) {
        if (o->calls.v[i].call == id) /* a call named twice */
            return 0;
    }
    int r = cq_samples_call(t->db, id, &t->err, &agent, &c.severity);
    if (r)
        return r == -ENOENT ? cq_error_set(&t->err, r, NULL, 0, "there is no call %lld", (long long)id) : r;
    c.agent = agent;
    r = CQ_ARRAY_PUSH(&o->calls, c);
    if (r)
        free(agent);
    return r;
}

static int read_list(struct cq_web_turn *t, const struct cq_json *list, struct order *o)
{
    int r = 0;
    if (!list || list->type != CQ_JSON_ARRAY || !list->first)
        return cq_error_set(&t->err, -EINVAL, NULL, 0,
                            "say which: calls is a list of numbers, or first a number");
    for (const struct cq_json *one = list->first; !r && one; one = one->next) {
        if (one->type != CQ_JSON_NUMBER || one->number < 1 || one->number > 9e15)
            return cq_error_set(&t->err, -EINVAL, NULL, 0, "calls is a list of numbers");
        r = add_call(t, o, (int64_t)one->number);
    }
    return r;
}

/* The first calls of the request's filter, in its order. */
static int read_filter(struct cq_web_turn *t, struct order *o)
{
    struct cq_web_search s;
    struct cq_cursor *cur = NULL;
    struct cq_row row;
    int step = 0;
    int r = cq_web_search_read(t, &s);
    s.sel.limit = o->first;
    s.sel.untouched = o->untouched;
    s.sel.after = NULL;
    if (!r)
        r = cq_select_open(t->db, &s.sel, &t->err, &cur);
    while (!r && (step = cq_select_next(cur, &t->err, &row)) > 0)
        r = add_call(t, o, row.id);
    cq_select_close(cur);
    cq_web_search_done(&s);
    return r == -ENOENT ? -EINVAL : r ? r : step;
}

static int read_reviewer(struct cq_web_turn *t, const struct cq_json *one, struct order *o)
{
    struct cq_user u;
    if (one->type != CQ_JSON_STRING || o->n_reviewers == CQ_ASSIGN_MAX_REVIEWERS)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "reviewers is a list of at most %d names",
                            CQ_ASSIGN_MAX_REVIEWERS);
    int r = cq_users_find(t->db, one->string, &t->err, &u, NULL);
    if (r && r != -ENOENT)
        return r;
    if (r || u.disabled || u.role == CQ_ROLE_AGENT)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "nobody who reviews is called \"%s\"", one->string);
    o->reviewers[o->n_reviewers++] = one->string;
    return 0;
}

static int read_order(struct cq_web_turn *t, const struct cq_json *body, struct order *o)
{
    const struct cq_json *first = cq_json_get(body, "first"), *names = cq_json_get(body, "reviewers");
    const struct cq_json *untouched = cq_json_get(body, "untouched");
    const char *due = NULL;
    int r = cq_web_text(t, body, "due", 40, &due);
    if (!r && due && *due && cq_time_parse_until(due, &o->due_s))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "%s: write a date like 2026-11-24 or 2026-11-24T14:30",
                         "due");
    if (!r && first && (first->type != CQ_JSON_NUMBER || first->number < 1 || first->number > MAX_CALLS))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "first is a number from 1 to %d", MAX_CALLS);
    if (!r && (!names || names->type != CQ_JSON_ARRAY || !names->first))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "say who: reviewers is a list of names");
    for (const struct cq_json *one = r || !names ? NULL : names->first; !r && one; one = one->next)
        r = read_reviewer(t, one, o);
    if (r)
        return r;
    o->first = first ? (int64_t)first->number : 0;
    o->untouched = untouched && untouched->type == CQ_JSON_BOOL && untouched->boolean;
    return o->first ? read_filter(t, o) : read_list(t, cq_json_get(body, "calls"), o);
}

static void describe(const struct cq_web_turn *t, const struct order *o, struct cq_str *out)
{
    static const char *const names[] = {"where", "flag",  "severity", "agent",    "queue",
                                        "since", "until", "review",   "assigned", "reviewed_by"};
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "method", o->first ? "filter" : "picked");
    for (size_t i = 0; o->first && i < sizeof names / sizeof *names; i++) {
        const char *v = cq_web_arg(t->req, names[i]);
        if (v && *v)
            cq_json_put_string(&w, names[i], v);
    }
    cq_json_put_int(&w, "taken", (int64_t)o->calls.n);
    cq_json_close_object(&w);
}

/* Who gets what is settled by the writer, so that two leads at once don't count the same work as free. */
static int keep(struct cq_web_turn *t, struct order *o)
{
    struct cq_str json = {0};
    int64_t id = 0;
    describe(t, o, &json);
    o->reviewer = calloc(o->calls.n ? o->calls.n : 1, sizeof *o->reviewer);
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    int r = json.failed || !o->reviewer ? -ENOMEM
                                        : cq_assign_spread(w, o->calls.v, o->calls.n, o->reviewers,
                                                           o->n_reviewers, &t->err, o->reviewer);
    size_t n = 0;
    for (size_t i = 0; !r && i < o->calls.n; i++) {
        o->calls.v[i].taken = o->reviewer[i] < o->n_reviewers; /* the call's own agent alone: nobody */
        n += o->calls.v[i].taken;
    }
    const struct cq_assign a = {.who = t->session.user.name,
                                .calls = o->calls.v,
                                .n_calls = o->calls.n,
                                .reviewers = o->reviewers,
                                .n_reviewers = o->n_reviewers,
                                .reviewer = o->reviewer,
                                .due_s = o->due_s,
                                .json = json.s,
                                .action = "calls.assign"};
    if (!r && n)
        r = cq_assign_keep(w, &a, &t->err, &id);
    cq_web_pool_release(t->app->pool);
    cq_str_done(&json);
    if (r)
        return r;
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_put_int(&t->json, "assigned", (int64_t)n);
    cq_json_put_int(&t->json, "of", (int64_t)o->calls.n);
    cq_json_close_object(&t->json);
    return 0;
}

int cq_web_assign(struct cq_web_turn *t)
{
    struct cq_json_doc *doc = NULL;
    struct order o = {0};
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    r = read_order(t, cq_json_root(doc), &o);
    if (!r && !o.calls.n)
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "no call fits");
    if (!r)
        r = keep(t, &o);
    done(&o);
    cq_json_free(doc);
    return r;
}
