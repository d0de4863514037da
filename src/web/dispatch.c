/*
 * From a request to an answer: the table of routes, who may use them, and what every answer carries.
 *
 * A request that changes something needs a session, its CSRF token in X-CSRF-Token, and no Origin but our own.
 * The login has no session yet: there Origin and the JSON body (which no form of another site can send without
 * asking) stand alone.
 */
#include "web/app.h"

#include "base/error.h"
#include "base/log.h"
#include "base/time.h"
#include "store/audit.h"
#include "web/assets.h"
#include "web/language.h"
#include "web/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOUCH_S 60 /* a session's last use is written this often at most */
#define ALL_ROLES ((1u << CQ_N_ROLES) - 1)
#define ROLE(name) (1u << CQ_ROLE_##name)
#define LEADS (ROLE(ADMIN) | ROLE(LEAD))
#define STAFF (ROLE(ADMIN) | ROLE(LEAD) | ROLE(REVIEWER) | ROLE(TRAINER))

#define TRAINERS (ROLE(ADMIN) | ROLE(LEAD) | ROLE(TRAINER))
#define NO_AUTH 2u /* a session is looked up but not asked for */

struct route {
    enum cq_web_method method;
    const char *path; /* "#" stands for a number */
    int (*handle)(struct cq_web_turn *t);
    unsigned roles;
    unsigned how;
};

/* This very table, described; tests/web hold them against each other. */
static int get_openapi(struct cq_web_turn *t)
{
    const struct cq_web_asset *a = cq_web_asset_find("openapi.json");
    if (!a)
        return cq_error_set(&t->err, -ENOENT, NULL, 0, "there is nothing here");
    t->res->status = 200;
    t->res->type = a->type;
    t->res->fixed = a->bytes;
    t->res->n_fixed = a->n;
    return 0;
}

static const struct route routes[] = {
    {CQ_WEB_GET, "/api/openapi.json", get_openapi, ALL_ROLES, NO_AUTH},
    {CQ_WEB_GET, "/api/session", cq_web_get_session, ALL_ROLES, NO_AUTH},
    {CQ_WEB_POST, "/api/login", cq_web_login, ALL_ROLES, NO_AUTH},
    {CQ_WEB_POST, "/api/logout", cq_web_logout, ALL_ROLES, 0},
    {CQ_WEB_POST, "/api/password", cq_web_password, ALL_ROLES, 0},
    {CQ_WEB_GET, "/api/users", cq_web_get_users, ROLE(ADMIN), 0},
    {CQ_WEB_POST, "/api/users", cq_web_add_user, ROLE(ADMIN), 0},
    {CQ_WEB_POST, "/api/users/#", cq_web_change_user, ROLE(ADMIN), 0},
    {CQ_WEB_GET, "/api/fields", cq_web_get_fields, STAFF, 0},
    {CQ_WEB_GET, "/api/calls", cq_web_get_calls, STAFF, 0},
    {CQ_WEB_GET, "/api/calls.csv", cq_web_export_csv, STAFF, 0},
    {CQ_WEB_GET, "/api/calls.xlsx", cq_web_export_xlsx, STAFF, 0},
    {CQ_WEB_GET, "/api/queries", cq_web_get_queries, STAFF, 0},
    {CQ_WEB_POST, "/api/queries", cq_web_add_query, STAFF, 0},
    {CQ_WEB_POST, "/api/queries/#", cq_web_change_query, STAFF, 0},
    {CQ_WEB_DELETE, "/api/queries/#", cq_web_remove_query, STAFF, 0},
    {CQ_WEB_GET, "/api/reviewers", cq_web_get_reviewers, LEADS, 0},
    {CQ_WEB_POST, "/api/assignments", cq_web_assign, LEADS, 0},
    {CQ_WEB_GET, "/api/figures", cq_web_get_figures, STAFF, 0},
    {CQ_WEB_GET, "/api/figures/groups", cq_web_get_figure_groups, STAFF, 0},
    {CQ_WEB_GET, "/api/workload", cq_web_get_workload, LEADS, 0},
    {CQ_WEB_GET, "/api/agreement", cq_web_get_agreement, STAFF, 0},
    {CQ_WEB_GET, "/api/ingest", cq_web_get_ingest, LEADS, 0},
    {CQ_WEB_POST, "/api/jobs/#/retry", cq_web_retry_job, LEADS, 0},
    /* an agent sees their own calls, which the handlers look after */
    {CQ_WEB_GET, "/api/calls/#", cq_web_get_call, ALL_ROLES, 0},
    {CQ_WEB_GET, "/api/calls/#/peaks", cq_web_get_peaks, ALL_ROLES, 0},
    {CQ_WEB_GET, "/api/calls/#/ranges", cq_web_get_ranges, ALL_ROLES, 0},
    {CQ_WEB_POST, "/api/calls/#/swap", cq_web_swap_call, STAFF, 0},
    {CQ_WEB_GET, "/api/calls/#/audio.wav", cq_web_get_audio, ALL_ROLES, 0},
    {CQ_WEB_GET, "/api/calls/#/clip.wav", cq_web_get_clip, STAFF, 0},
    {CQ_WEB_GET, "/api/examples", cq_web_get_examples, STAFF, 0},
    {CQ_WEB_POST, "/api/examples", cq_web_add_example, TRAINERS, 0},
    {CQ_WEB_DELETE, "/api/examples/#", cq_web_remove_example, TRAINERS, 0},
    {CQ_WEB_GET, "/api/examples/#/audio.wav", cq_web_get_example_audio, STAFF, 0},
    {CQ_WEB_GET, "/api/playlists", cq_web_get_playlists, STAFF, 0},
    {CQ_WEB_POST, "/api/playlists", cq_web_set_playlist, TRAINERS, 0},
    {CQ_WEB_GET, "/api/calls/#/reviews", cq_web_get_call_reviews, ALL_ROLES, 0},
    {CQ_WEB_POST, "/api/calls/#/reviews", cq_web_start_review, STAFF, 0},
    {CQ_WEB_GET, "/api/reviews", cq_web_get_reviews, ALL_ROLES, 0},
    {CQ_WEB_GET, "/api/reviews/#", cq_web_get_review, ALL_ROLES, 0},
    {CQ_WEB_POST, "/api/reviews/#/item", cq_web_mark_item, STAFF, 0},
    {CQ_WEB_POST, "/api/reviews/#/remark", cq_web_remark_review, STAFF, 0},
    {CQ_WEB_POST, "/api/reviews/#/submit", cq_web_submit_review, STAFF, 0},
    {CQ_WEB_POST, "/api/reviews/#/dispute", cq_web_dispute_review, ALL_ROLES, 0},
    {CQ_WEB_POST, "/api/reviews/#/resolve", cq_web_resolve_review, LEADS, 0},
};

/* Does the path fit, and with which number? */
static bool fits(const char *pattern, const char *path, int64_t *ret_id)
{
    while (*pattern && *pattern != '#') {
        if (*pattern++ != *path++)
            return false;
    }
    if (!*pattern)
        return !*path;
    int64_t id = 0;
    size_t n = 0;
    for (; path[n] >= '0' && path[n] <= '9'; n++) {
        if (n == 18) /* more is no number of a row */
            return false;
        id = id * 10 + (path[n] - '0');
    }
    if (!n || strcmp(pattern + 1, path + n) != 0)
        return false;
    *ret_id = id;
    return true;
}

static const struct route *find_route(const struct cq_web_request *req, int64_t *ret_id, bool *ret_other_method)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (!fits(routes[i].path, req->path, ret_id))
            continue;
        if (routes[i].method == req->method)
            return &routes[i];
        *ret_other_method = true;
    }
    return NULL;
}

void cq_web_json(struct cq_web_turn *t)
{
    t->res->status = 200;
    t->res->type = "application/json; charset=utf-8";
    cq_str_clear(&t->res->body);
    cq_json_writer_init(&t->json, &t->res->body, 0);
}

int cq_web_body(struct cq_web_turn *t, struct cq_json_doc **ret_doc)
{
    const struct cq_web_request *req = t->req;
    struct cq_json_doc *doc = NULL;
    if (!req->content_type || strncmp(req->content_type, "application/json", 16) != 0)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "the body must be application/json");
    int r = cq_json_parse("body", req->body ? req->body : "", req->n_body, &t->err, &doc);
    if (r)
        return r == -ENOMEM ? r : -EINVAL;
    if (cq_json_root(doc)->type != CQ_JSON_OBJECT) {
        cq_json_free(doc);
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "the body must be an object");
    }
    *ret_doc = doc;
    return 0;
}

int cq_web_text(struct cq_web_turn *t, const struct cq_json *body, const char *key, size_t max,
                const char **ret_text)
{
    const struct cq_json *v = cq_json_get(body, key);
    if (v && v->type == CQ_JSON_NULL)
        v = NULL;
    if (v && v->type != CQ_JSON_STRING)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "%s must be a text", key);
    if (v && strlen(v->string) > max)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "%s is longer than %zu bytes", key, max);
    *ret_text = v ? v->string : NULL;
    return 0;
}

int cq_web_audit(struct cq_web_turn *t, struct cq_store *writer, const char *action, const char *subject,
                 int64_t id, const char *after)
{
    char name[64];
    snprintf(name, sizeof name, "%s:%lld", subject, (long long)id);
    const struct cq_audit_entry entry = {
        .who = t->session.user.name, .action = action, .subject = name, .after = after};
    return cq_audit_append(writer, &entry, &t->err);
}

int cq_web_audit_read(struct cq_web_turn *t, const char *action, const char *subject, int64_t id,
                      const char *after)
{
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    int r = cq_web_audit(t, w, action, subject, id, after);
    cq_web_pool_release(t->app->pool);
    return r;
}

bool cq_web_is_lead(const struct cq_web_turn *t)
{
    return t->has_session && (LEADS & 1u << t->session.user.role);
}

int cq_web_answer_id(struct cq_web_turn *t, int64_t id)
{
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_put_int(&t->json, "id", id);
    cq_json_close_object(&t->json);
    return 0;
}

int cq_web_audit_once(struct cq_web_turn *t, const char *action, const char *subject, int64_t id)
{
    int64_t key = id * 4 + (*subject == 'r'); /* calls and reviews are numbered apart */
    char digits[16];                          /* numbers of sessions come again, tokens don't */
    snprintf(digits, sizeof digits, "%.15s", t->session.csrf);
    if (!cq_web_reads_first(t->app->reads, (int64_t)strtoll(digits, NULL, 16), key, cq_time_now_s()))
        return 0;
    return cq_web_audit_read(t, action, subject, id, NULL);
}

static void find_session(struct cq_web_turn *t)
{
    char token[CQ_SECRET_TOKEN_HEX];
    if (cq_web_cookie(t->req, "callqa_session", token, sizeof token) || strlen(token) != sizeof token - 1)
        return;
    int64_t now_s = cq_time_now_s();
    t->has_session = !cq_session_find(t->db, token, &t->app->limits, now_s, &t->err, &t->session);
    if (t->has_session && now_s - t->session.seen_s >= TOUCH_S) {
        struct cq_store *w = cq_web_pool_writer(t->app->pool);
        (void)cq_session_touch(w, t->session.id, now_s, NULL); /* else the next request will */
        cq_web_pool_release(t->app->pool);
    }
}

static int check_access(struct cq_web_turn *t, const struct route *route)
{
    if (!t->has_session && !(route->how & NO_AUTH)) {
        cq_web_error(t->res, 401, "login", "log in first");
        return CQ_WEB_ANSWERED;
    }
    if (t->has_session && !(route->roles & 1u << t->session.user.role))
        return cq_error_set(&t->err, -EACCES, NULL, 0, "this is not for users of role %s",
                            cq_role_name(t->session.user.role));
    if (route->method == CQ_WEB_GET)
        return 0;
    if (!cq_web_same_origin(t->req))
        return cq_error_set(&t->err, -EACCES, NULL, 0, "the request comes from another site");
    if (!(route->how & NO_AUTH) && (!t->req->csrf || !cq_secret_equal(t->req->csrf, t->session.csrf)))
        return cq_error_set(&t->err, -EACCES, NULL, 0, "X-CSRF-Token is missing or old; load the page again");
    return 0;
}

static const struct {
    int code;
    int status;
    const char *word;
} answers[] = {
    {-EINVAL, 400, "bad_request"}, {-EACCES, 403, "forbidden"},   {-ENOENT, 404, "not_found"},
    {-EEXIST, 409, "conflict"},    {-E2BIG, 413, "too_large"},    {-EFBIG, 413, "too_large"},
    {-EAGAIN, 429, "slow_down"},   {-EBUSY, 503, "busy"},         {-ENOMEM, 503, "busy"},
    {-ENOTSUP, 409, "conflict"},   {-ENODATA, 409, "incomplete"}, {-EPERM, 403, "forbidden"},
};

static void answer_error(struct cq_web_turn *t, int code)
{
    char text[sizeof t->err.file + sizeof t->err.what + 32];
    if (code == CQ_WEB_ANSWERED)
        return;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        if (answers[i].code == code) {
            cq_web_error(t->res, answers[i].status, answers[i].word,
                         t->err.what[0] ? t->err.what : cq_error_name(code));
            return;
        }
    }
    /* what went wrong inside is for the log, not for the client */
    cq_log(CQ_LOG_ERROR, "%s: %s", t->req->path,
           t->err.what[0] ? cq_error_format(&t->err, text, sizeof text) : cq_error_name(code));
    cq_web_error(t->res, 500, "internal", "something went wrong; the server's log says what");
}

static void handle_api(struct cq_web_turn *t)
{
    bool other_method = false;
    const struct route *route = find_route(t->req, &t->id, &other_method);
    if (!route && other_method) {
        cq_web_error(t->res, 405, "method", "this is not done with this method");
        return;
    }
    if (!route) {
        cq_web_error(t->res, 404, "not_found", "there is nothing here");
        return;
    }
    int r = cq_web_pool_reader(t->app->pool, &t->err, &t->db);
    if (!r) {
        find_session(t);
        r = check_access(t, route);
    }
    if (!r)
        r = route->handle(t);
    if (!r && t->res->body.failed)
        r = -ENOMEM;
    if (r)
        answer_error(t, r);
    cq_web_pool_give_back(t->app->pool, t->db);
}

/* What browsers are to keep in mind, whatever the answer is. */
static void add_security(struct cq_web_response *res, const char *nonce)
{
    cq_web_header(res, "Content-Security-Policy",
                  "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; img-src 'self' data:; "
                  "media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                  "frame-ancestors 'none'",
                  nonce);
    cq_web_header(res, "X-Content-Type-Options", "nosniff");
    cq_web_header(res, "X-Frame-Options", "DENY");
    cq_web_header(res, "Referrer-Policy", "same-origin");
    cq_web_header(res, "Cross-Origin-Opener-Policy", "same-origin");
    cq_web_header(res, "Cross-Origin-Resource-Policy", "same-origin");
}

void cq_web_dispatch(struct cq_web_app *app, const struct cq_web_request *req, struct cq_web_response *res)
{
    struct cq_web_turn t = {.app = app, .req = req, .res = res};
    char nonce[CQ_SECRET_TOKEN_HEX];
    cq_secret_token(nonce);
    cq_error_translate_with(cq_web_translator(req));
    if (!strncmp(req->path, "/api/", 5)) {
        handle_api(&t);
        cq_web_header(res, "Cache-Control", "no-store");
    } else {
        cq_web_asset(req, res, nonce);
    }
    add_security(res, nonce);
    cq_error_translate_with(NULL);
}

int cq_web_app_init(struct cq_web_app *app, const struct cq_web_opts *opts, struct cq_error *err)
{
    *app = (struct cq_web_app){
        .tls = opts->tls_cert != NULL,
        .limits = {.idle_s = (int64_t)opts->idle_s, .absolute_s = (int64_t)opts->absolute_s},
    };
    pthread_mutex_init(&app->hashing, NULL);
    pthread_mutex_init(&app->agreeing, NULL);
    int r = cq_secret_init();
    if (!r)
        r = cq_web_pool_new(opts->db, err, &app->pool);
    if (!r) {
        app->limiter = cq_web_limiter_new();
        app->recordings = cq_web_recordings_new();
        app->reads = cq_web_reads_new();
        r = app->limiter && app->recordings && app->reads ? 0 : -ENOMEM;
    }
    if (r)
        cq_web_app_done(app);
    return r;
}

void cq_web_app_done(struct cq_web_app *app)
{
    app->recordings = cq_web_recordings_free(app->recordings);
    app->limiter = cq_web_limiter_free(app->limiter);
    app->reads = cq_web_reads_free(app->reads);
    app->pool = cq_web_pool_free(app->pool);
    free(app->agreement_key);
    free(app->agreement);
    pthread_mutex_destroy(&app->agreeing);
    pthread_mutex_destroy(&app->hashing);
}
