/* Logging in and out. */
#include "web/app.h"

#include "base/error.h"
#include "base/time.h"

#include <errno.h>
#include <string.h>

static void put_cookie(struct cq_web_turn *t, const char *token)
{
    /* a proxy's word is enough: who writes it themselves only keeps their own cookie from plain HTTP */
    bool secure = t->app->tls || (t->req->forwarded_proto && !strcmp(t->req->forwarded_proto, "https"));
    cq_web_header(t->res, "Set-Cookie", "callqa_session=%s; Path=/; HttpOnly; SameSite=Strict%s%s", token,
                  secure ? "; Secure" : "", *token ? "" : "; Max-Age=0");
}

static void put_session(struct cq_web_turn *t, const struct cq_session *s)
{
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_key(&t->json, "user");
    if (s) {
        cq_json_open_object(&t->json);
        cq_json_put_int(&t->json, "id", s->user.id);
        cq_json_put_string(&t->json, "name", s->user.name);
        cq_json_put_string(&t->json, "title", s->user.title);
        cq_json_put_string(&t->json, "role", cq_role_name(s->user.role));
        cq_json_close_object(&t->json);
        cq_json_put_string(&t->json, "csrf", s->csrf);
    } else {
        cq_json_null(&t->json);
    }
    cq_json_close_object(&t->json);
}

int cq_web_get_session(struct cq_web_turn *t)
{
    put_session(t, t->has_session ? &t->session : NULL);
    return 0;
}

/* One at a time: what an attacker sends in parallel waits here, and is counted before the next one is tried. */
static int check_password(struct cq_web_turn *t, const char *name, const char *password,
                          struct cq_user *ret_user)
{
    struct cq_web_app *app = t->app;
    char hash[CQ_SECRET_HASH_MAX];
    int64_t wait_s = 0, now_s;
    int r;
    pthread_mutex_lock(&app->hashing);
    now_s = cq_time_now_s();
    if (!cq_web_limiter_may(app->limiter, t->req->peer, name, now_s, &wait_s)) {
        cq_web_header(t->res, "Retry-After", "%lld", (long long)wait_s);
        r = cq_error_set(&t->err, -EAGAIN, NULL, 0, "too many failed logins; try again in %lld s",
                         (long long)wait_s);
        goto out;
    }
    r = cq_users_find(t->db, name, &t->err, ret_user, hash);
    if (r && r != -ENOENT)
        goto out;
    bool known = !r && !ret_user->disabled;
    if (cq_secret_check(known ? hash : NULL, password)) {
        cq_web_limiter_clear(app->limiter, t->req->peer, name);
        r = 0;
    } else {
        cq_web_limiter_failed(app->limiter, t->req->peer, name, now_s);
        cq_web_error(t->res, 401, "password", "name or password is wrong");
        r = CQ_WEB_ANSWERED;
    }
out:
    pthread_mutex_unlock(&app->hashing);
    cq_secret_wipe(hash, sizeof hash);
    return r;
}

static int start_session(struct cq_web_turn *t, const struct cq_user *user)
{
    char token[CQ_SECRET_TOKEN_HEX];
    struct cq_session s;
    int64_t now_s = cq_time_now_s();
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    int r = 0;
    if (t->has_session) /* whoever logs in anew leaves the old session for good */
        r = cq_session_end(w, t->session.id, &t->err);
    if (!r)
        r = cq_session_start(w, user->id, &t->app->limits, now_s, &t->err, token);
    if (!r)
        r = cq_session_find(w, token, &t->app->limits, now_s, &t->err, &s);
    if (!r) {
        t->session = s;
        r = cq_web_audit(t, w, "session.login", "user", user->id, NULL);
    }
    cq_web_pool_release(t->app->pool);
    if (r)
        return r;
    put_session(t, &s);
    put_cookie(t, token);
    return 0;
}

int cq_web_login(struct cq_web_turn *t)
{
    struct cq_json_doc *doc = NULL;
    struct cq_user user = {0};
    const char *name = NULL, *password = NULL;
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    r = cq_web_text(t, cq_json_root(doc), "name", CQ_USER_NAME_MAX - 1, &name);
    if (!r)
        r = cq_web_text(t, cq_json_root(doc), "password", CQ_SECRET_MAX_PASSWORD, &password);
    if (!r && (!name || !password))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "name and password are missing");
    if (!r)
        r = check_password(t, name, password, &user);
    if (!r)
        r = start_session(t, &user);
    cq_json_free(doc);
    return r;
}

int cq_web_logout(struct cq_web_turn *t)
{
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    int r = cq_store_begin(w, &t->err);
    if (!r) {
        r = cq_session_end(w, t->session.id, &t->err);
        if (!r)
            r = cq_web_audit(t, w, "session.logout", "user", t->session.user.id, NULL);
        if (!r)
            r = cq_store_commit(w, &t->err);
        else
            cq_store_rollback(w);
    }
    cq_web_pool_release(t->app->pool);
    if (r)
        return r;
    put_session(t, NULL);
    put_cookie(t, "");
    return 0;
}

static int set_hash(struct cq_web_turn *t, struct cq_store *w, int64_t id, const char *hash)
{
    int r = cq_store_begin(w, &t->err);
    if (r)
        return r;
    r = cq_users_set_hash(w, id, hash, &t->err);
    if (!r)
        r = cq_web_audit(t, w, "user.password", "user", id, NULL);
    if (!r)
        return cq_store_commit(w, &t->err);
    cq_store_rollback(w);
    return r;
}

int cq_web_password(struct cq_web_turn *t)
{
    char hash[CQ_SECRET_HASH_MAX];
    struct cq_json_doc *doc = NULL;
    struct cq_user user = {0};
    const char *old = NULL, *password = NULL;
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    r = cq_web_text(t, cq_json_root(doc), "old", CQ_SECRET_MAX_PASSWORD, &old);
    if (!r)
        r = cq_web_text(t, cq_json_root(doc), "password", CQ_SECRET_MAX_PASSWORD, &password);
    if (!r && (!old || !password || strlen(password) < CQ_SECRET_MIN_PASSWORD))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "a password has %d bytes at least", CQ_SECRET_MIN_PASSWORD);
    if (!r)
        r = check_password(t, t->session.user.name, old, &user);
    if (!r)
        r = cq_web_hash(t, password, hash);
    if (!r) {
        struct cq_store *w = cq_web_pool_writer(t->app->pool);
        r = set_hash(t, w, user.id, hash);
        cq_web_pool_release(t->app->pool);
    }
    t->has_session = false; /* that ended all of the user's sessions */
    if (!r)
        r = start_session(t, &user);
    cq_secret_wipe(hash, sizeof hash);
    cq_json_free(doc);
    return r;
}

int cq_web_hash(struct cq_web_turn *t, const char *password, char ret_hash[CQ_SECRET_HASH_MAX])
{
    pthread_mutex_lock(&t->app->hashing);
    int r = cq_secret_hash(password, ret_hash);
    pthread_mutex_unlock(&t->app->hashing);
    return r;
}
