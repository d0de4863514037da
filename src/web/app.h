/* web/app.h - private: what every handler shares, and the way from a request to an answer. */
#ifndef CQ_WEB_APP_H
#define CQ_WEB_APP_H

#include "callqa/analysis.h"
#include "store/users.h"
#include "web/limiter.h"
#include "web/pool.h"
#include "web/reads.h"
#include "web/recordings.h"
#include "web/request.h"

#include <pthread.h>

struct cq_web_app {
    struct cq_web_pool *pool;
    struct cq_web_limiter *limiter;
    struct cq_web_recordings *recordings;
    struct cq_web_reads *reads;
    struct cq_session_limits limits;
    bool tls;
    pthread_mutex_t hashing;  /* a password hash takes 64 MiB: one at a time */
    pthread_mutex_t agreeing; /* measuring agreement takes a while: once, until a review is submitted */
    char *agreement_key;      /* of which reviews `agreement` tells; NULL: of none */
    char *agreement;          /* the answer's body */
};

struct cq_web_opts;

/* Opens the database; no threads are started. */
int cq_web_app_init(struct cq_web_app *app, const struct cq_web_opts *opts, struct cq_error *err);
void cq_web_app_done(struct cq_web_app *app);

/* One request on its way. */
struct cq_web_turn {
    struct cq_web_app *app;
    const struct cq_web_request *req;
    struct cq_web_response *res;
    struct cq_store *db; /* a reader, unless the route needs none */
    bool has_session;
    struct cq_session session;
    int64_t id; /* the number in the path */
    struct cq_error err;
    struct cq_json_writer json; /* writes the answer's body */
};

/* Answer any request at all; res is the caller's, cq_web_response_done(). Safe from any thread. */
void cq_web_dispatch(struct cq_web_app *app, const struct cq_web_request *req, struct cq_web_response *res);

/* Begin a JSON answer in turn->json. */
void cq_web_json(struct cq_web_turn *t);

/* The body as JSON, cq_json_free(). -EINVAL (err told) where it is none. */
int cq_web_body(struct cq_web_turn *t, struct cq_json_doc **ret_doc);
/* A text member of at most `max` bytes: NULL where it is not there; -EINVAL where it is something else. */
int cq_web_text(struct cq_web_turn *t, const struct cq_json *body, const char *key, size_t max,
                const char **ret_text);

/*
 * Put it on record: who is logged in does `action` to "subject:id". `after` is JSON or NULL. Inside a
 * transaction of the writer, so that neither stands without the other.
 */
int cq_web_audit(struct cq_web_turn *t, struct cq_store *writer, const char *action, const char *subject,
                 int64_t id, const char *after);
/* The same by itself, for what only reads. */
int cq_web_audit_read(struct cq_web_turn *t, const char *action, const char *subject, int64_t id,
                      const char *after);

/* The same, once an hour and session. `subject` is "call" or "review". */
int cq_web_audit_once(struct cq_web_turn *t, const char *action, const char *subject, int64_t id);

/* Does this user lead others: an administrator or a lead? */
bool cq_web_is_lead(const struct cq_web_turn *t);

/* A UTC day, "2026-11-24", as its number since 1970; untouched where the argument is not given. -EINVAL. */
int cq_web_arg_day(struct cq_web_turn *t, const char *name, int64_t *day);
/* "2026-11-24" */
#define CQ_WEB_DAY_MAX 32
const char *cq_web_day(int64_t day, char buf[CQ_WEB_DAY_MAX]);

/* {"id": ID} */
int cq_web_answer_id(struct cq_web_turn *t, int64_t id);

/* Hash a password, one at a time. */
int cq_web_hash(struct cq_web_turn *t, const char *password, char ret_hash[CQ_SECRET_HASH_MAX]);

/*
 * Handlers: fill turn->res and return 0, or a negative errno and turn->err, which dispatch makes an answer of:
 * -EINVAL 400, -EACCES 403, -ENOENT 404, -EEXIST 409, -E2BIG and -EFBIG 413, -EAGAIN 429, -EBUSY 503 ...
 */
#define CQ_WEB_ANSWERED 1 /* returned where turn->res holds an error already */

int cq_web_get_session(struct cq_web_turn *t);
int cq_web_login(struct cq_web_turn *t);
int cq_web_logout(struct cq_web_turn *t);
int cq_web_password(struct cq_web_turn *t);
int cq_web_get_users(struct cq_web_turn *t);
int cq_web_add_user(struct cq_web_turn *t);
int cq_web_change_user(struct cq_web_turn *t);
int cq_web_get_calls(struct cq_web_turn *t);
int cq_web_get_fields(struct cq_web_turn *t);
int cq_web_export_csv(struct cq_web_turn *t);
int cq_web_export_xlsx(struct cq_web_turn *t);
int cq_web_get_queries(struct cq_web_turn *t);
int cq_web_add_query(struct cq_web_turn *t);
int cq_web_change_query(struct cq_web_turn *t);
int cq_web_remove_query(struct cq_web_turn *t);
int cq_web_get_reviewers(struct cq_web_turn *t);
int cq_web_assign(struct cq_web_turn *t);
int cq_web_get_figures(struct cq_web_turn *t);
int cq_web_get_figure_groups(struct cq_web_turn *t);
int cq_web_get_workload(struct cq_web_turn *t);
int cq_web_get_agreement(struct cq_web_turn *t);
int cq_web_get_ingest(struct cq_web_turn *t);
int cq_web_retry_job(struct cq_web_turn *t);
int cq_web_get_call(struct cq_web_turn *t);
int cq_web_get_peaks(struct cq_web_turn *t);
int cq_web_get_ranges(struct cq_web_turn *t);
int cq_web_swap_call(struct cq_web_turn *t);
int cq_web_get_audio(struct cq_web_turn *t);
int cq_web_get_clip(struct cq_web_turn *t);
int cq_web_get_examples(struct cq_web_turn *t);
int cq_web_add_example(struct cq_web_turn *t);
int cq_web_remove_example(struct cq_web_turn *t);
int cq_web_get_example_audio(struct cq_web_turn *t);
int cq_web_get_playlists(struct cq_web_turn *t);
int cq_web_set_playlist(struct cq_web_turn *t);
int cq_web_get_call_reviews(struct cq_web_turn *t);
int cq_web_start_review(struct cq_web_turn *t);
int cq_web_get_reviews(struct cq_web_turn *t);
int cq_web_get_review(struct cq_web_turn *t);
int cq_web_mark_item(struct cq_web_turn *t);
int cq_web_remark_review(struct cq_web_turn *t);
int cq_web_submit_review(struct cq_web_turn *t);
int cq_web_dispute_review(struct cq_web_turn *t);
int cq_web_resolve_review(struct cq_web_turn *t);

/* May this user see calls of this agent (NULL: of nobody in particular)? 0 or -EACCES with t->err. */
int cq_web_may_see_agent(struct cq_web_turn *t, const char *agent);
/* The call, if this user may see it. *ret_a: cq_analysis_done(). */
int cq_web_load_call(struct cq_web_turn *t, struct cq_analysis *ret_a);

#endif
