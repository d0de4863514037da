/* Views of the table that users keep under a name; a lead may share theirs with everybody. */
#include "web/app.h"

#include "base/error.h"
#include "store/queries.h"

#include <errno.h>
#include <string.h>

static int put_query(void *user, const struct cq_saved_query *q)
{
    struct cq_web_turn *t = user;
    cq_json_open_object(&t->json);
    cq_json_put_int(&t->json, "id", q->id);
    cq_json_put_string(&t->json, "name", q->name);
    cq_json_put_string(&t->json, "query", q->query);
    cq_json_put_bool(&t->json, "shared", q->shared);
    cq_json_put_bool(&t->json, "own", q->user == t->session.user.id);
    cq_json_put_string(&t->json, "owner", q->owner);
    cq_json_close_object(&t->json);
    return 0;
}

int cq_web_get_queries(struct cq_web_turn *t)
{
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_key(&t->json, "queries");
    cq_json_open_array(&t->json);
    int r = cq_queries_each(t->db, t->session.user.id, put_query, t, &t->err);
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    return r;
}

/* What the body says; texts are borrowed from it. */
struct change {
    const char *name;
    const char *query;
    int shared; /* -1: not said */
};

static int read_change(struct cq_web_turn *t, const struct cq_json *body, struct change *c)
{
    const struct cq_json *shared = cq_json_get(body, "shared");
    *c = (struct change){.shared = -1};
    int r = cq_web_text(t, body, "name", CQ_QUERY_MAX_NAME, &c->name);
    if (!r)
        r = cq_web_text(t, body, "query", CQ_QUERY_MAX_TEXT, &c->query);
    if (r)
        return r;
    if (shared && shared->type != CQ_JSON_BOOL)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "shared is true or false");
    if (shared)
        c->shared = shared->boolean;
    if (c->shared == 1 && !cq_web_is_lead(t))
        return cq_error_set(&t->err, -EACCES, NULL, 0, "only a lead shares queries with others");
    return 0;
}

static void describe(const struct change *c, struct cq_str *out)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    if (c->name)
        cq_json_put_string(&w, "name", c->name);
    if (c->query)
        cq_json_put_string(&w, "query", c->query);
    if (c->shared >= 0)
        cq_json_put_bool(&w, "shared", c->shared);
    cq_json_close_object(&w);
}

/* One change and its entry in the audit. id 0: a new one; NULL change: away with it. */
static int keep(struct cq_web_turn *t, const struct change *c, int64_t *id)
{
    struct cq_str json = {0};
    const char *action = !c ? "query.remove" : *id ? "query.change" : "query.save";
    int64_t user = t->session.user.id;
    if (c)
        describe(c, &json);
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    int r = json.failed ? -ENOMEM : cq_store_begin(w, &t->err);
    if (r)
        goto out;
    if (!c)
        r = cq_queries_remove(w, *id, user, &t->err);
    else if (*id)
        r = cq_queries_change(w, *id, user, c->name, c->query, c->shared, &t->err);
    else
        r = cq_queries_add(w,
                           &(struct cq_saved_query){
                               .user = user, .name = c->name, .query = c->query, .shared = c->shared == 1},
                           &t->err, id);
    if (!r)
        r = cq_web_audit(t, w, action, "query", *id, json.s);
    if (!r)
        r = cq_store_commit(w, &t->err);
    else
        cq_store_rollback(w);
out:
    cq_web_pool_release(t->app->pool);
    cq_str_done(&json);
    return r ? r : cq_web_answer_id(t, *id);
}

/* Add where t->id is 0, else change. */
static int put(struct cq_web_turn *t)
{
    struct cq_json_doc *doc = NULL;
    struct change c;
    int64_t id = t->id;
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    r = read_change(t, cq_json_root(doc), &c);
    if (!r && !id && (!c.name || !c.query))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "name and query are needed");
    if (!r)
        r = keep(t, &c, &id);
    cq_json_free(doc);
    return r;
}

int cq_web_add_query(struct cq_web_turn *t)
{
    return put(t);
}

int cq_web_change_query(struct cq_web_turn *t)
{
    return t->id ? put(t) : cq_error_set(&t->err, -ENOENT, NULL, 0, "there is no such saved query of yours");
}

int cq_web_remove_query(struct cq_web_turn *t)
{
    int64_t id = t->id;
    return keep(t, NULL, &id);
}
