/* The users page of an administrator. */
#include "web/app.h"

#include "base/error.h"
#include "base/time.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int put_user(void *user, const struct cq_user *u)
{
    struct cq_json_writer *w = user;
    char iso[CQ_TIME_ISO_MAX];
    cq_json_open_object(w);
    cq_json_put_int(w, "id", u->id);
    cq_json_put_string(w, "name", u->name);
    cq_json_put_string(w, "title", u->title);
    cq_json_put_string(w, "role", cq_role_name(u->role));
    cq_json_put_string(w, "agent", u->agent);
    cq_json_put_bool(w, "disabled", u->disabled);
    cq_json_put_string(w, "created_at", cq_time_format_utc(u->created_s, iso));
    cq_json_close_object(w);
    return 0;
}

int cq_web_get_users(struct cq_web_turn *t)
{
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_key(&t->json, "users");
    cq_json_open_array(&t->json);
    int r = cq_users_each(t->db, put_user, &t->json, &t->err);
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    return r;
}

static int read_role(struct cq_web_turn *t, const char *word, enum cq_role *ret_role)
{
    if (word && cq_role_from_name(word, ret_role))
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "role is one of admin, lead, reviewer, trainer, agent");
    return 0;
}

static int good_password(struct cq_web_turn *t, const char *password)
{
    if (password && strlen(password) < CQ_SECRET_MIN_PASSWORD)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "a password has %d bytes at least",
                            CQ_SECRET_MIN_PASSWORD);
    return 0;
}

static int read_new(struct cq_web_turn *t, const struct cq_json *body, struct cq_user *u,
                    const char **ret_password)
{
    const char *name = NULL, *title = NULL, *role = NULL, *agent = NULL;
    int r = cq_web_text(t, body, "name", CQ_USER_NAME_MAX - 1, &name);
    if (!r)
        r = cq_web_text(t, body, "title", CQ_USER_TITLE_MAX - 1, &title);
    if (!r)
        r = cq_web_text(t, body, "role", 16, &role);
    if (!r)
        r = cq_web_text(t, body, "agent", CQ_USER_NAME_MAX - 1, &agent);
    if (!r)
        r = cq_web_text(t, body, "password", CQ_SECRET_MAX_PASSWORD, ret_password);
    if (!r && (!name || !role || !*ret_password))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "name, role and password are needed");
    if (!r)
        r = read_role(t, role, &u->role);
    if (!r)
        r = good_password(t, *ret_password);
    if (r)
        return r;
    snprintf(u->name, sizeof u->name, "%s", name);
    snprintf(u->title, sizeof u->title, "%s", title ? title : "");
    snprintf(u->agent, sizeof u->agent, "%s", agent ? agent : "");
    return 0;
}

static int add(struct cq_web_turn *t, struct cq_store *w, const struct cq_user *u, const char *hash,
               int64_t *ret_id)
{
    char after[64];
    int r = cq_store_begin(w, &t->err);
    if (r)
        return r;
    snprintf(after, sizeof after, "{\"role\": \"%s\"}", cq_role_name(u->role));
    r = cq_users_add(w, u, hash, &t->err, ret_id);
    if (!r)
        r = cq_web_audit(t, w, "user.add", "user", *ret_id, after);
    if (!r)
        return cq_store_commit(w, &t->err);
    cq_store_rollback(w);
    return r;
}

int cq_web_add_user(struct cq_web_turn *t)
{
    char hash[CQ_SECRET_HASH_MAX];
    struct cq_json_doc *doc = NULL;
    struct cq_user u = {0};
    const char *password = NULL;
    int64_t id = 0;
    int r = cq_web_body(t, &doc);
    if (!r)
        r = read_new(t, cq_json_root(doc), &u, &password);
    if (!r)
        r = cq_web_hash(t, password, hash);
    if (!r) {
        struct cq_store *w = cq_web_pool_writer(t->app->pool);
        r = add(t, w, &u, hash, &id);
        cq_web_pool_release(t->app->pool);
        cq_secret_wipe(hash, sizeof hash);
    }
    cq_json_free(doc);
    return r ? r : cq_web_answer_id(t, id);
}

/* What is to change: role, disabled, password; in one transaction. */
static int change(struct cq_web_turn *t, const char *role_word, const struct cq_json *disabled,
                  const char *hash)
{
    enum cq_role role = CQ_ROLE_AGENT;
    char after[96];
    int r = read_role(t, role_word, &role);
    if (r)
        return r;
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    r = cq_store_begin(w, &t->err);
    if (r)
        goto out;
    if (role_word)
        r = cq_users_set_role(w, t->id, role, &t->err);
    if (!r && disabled)
        r = cq_users_set_disabled(w, t->id, disabled->boolean, &t->err);
    if (!r && hash)
        r = cq_users_set_hash(w, t->id, hash, &t->err);
    if (!r) {
        snprintf(after, sizeof after, "{\"role\": %s%s%s, \"disabled\": %s, \"password\": %s}",
                 role_word ? "\"" : "", role_word ? cq_role_name(role) : "null", role_word ? "\"" : "",
                 disabled ? disabled->boolean ? "true" : "false" : "null", hash ? "true" : "false");
        r = cq_web_audit(t, w, "user.change", "user", t->id, after);
    }
    if (!r)
        r = cq_store_commit(w, &t->err);
    else
        cq_store_rollback(w);
out:
    cq_web_pool_release(t->app->pool);
    return r;
}

int cq_web_change_user(struct cq_web_turn *t)
{
    char hash[CQ_SECRET_HASH_MAX];
    struct cq_json_doc *doc = NULL;
    const char *role = NULL, *password = NULL;
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    const struct cq_json *body = cq_json_root(doc), *disabled = cq_json_get(body, "disabled");
    r = cq_web_text(t, body, "role", 16, &role);
    if (!r)
        r = cq_web_text(t, body, "password", CQ_SECRET_MAX_PASSWORD, &password);
    if (!r)
        r = good_password(t, password);
    if (!r && disabled && disabled->type != CQ_JSON_BOOL)
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "disabled is true or false");
    if (!r && t->id == t->session.user.id && (role || disabled))
        r = cq_error_set(&t->err, -EACCES, NULL, 0,
                         "nobody changes their own role or disables themselves; another administrator can");
    if (!r && password)
        r = cq_web_hash(t, password, hash);
    if (!r)
        r = change(t, role, disabled, password ? hash : NULL);
    cq_secret_wipe(hash, sizeof hash);
    cq_json_free(doc);
    return r ? r : cq_web_answer_id(t, t->id);
}
