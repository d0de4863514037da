/* How the watch folder is: what waits, what failed, and trying it again. No folder is told, only names. */
#include "web/app.h"

#include "base/error.h"
#include "base/path.h"
#include "base/time.h"
#include "store/jobs.h"
#include "watch/retry.h"

#include <errno.h>

#define MAX_LISTED 50 /* of each state; callqa default */
#define RECENT_S 86400
#define MS 1000

static void put_ms(struct cq_json_writer *w, const char *key, int64_t at_ms)
{
    char iso[CQ_TIME_ISO_MAX];
    cq_json_put_string(w, key, at_ms ? cq_time_format_utc(at_ms / MS, iso) : NULL);
}

static int put_job(void *user, const struct cq_job *j)
{
    struct cq_json_writer *w = user;
    cq_json_open_object(w);
    cq_json_put_int(w, "id", j->id);
    cq_json_put_string(w, "file", cq_path_base(j->path));
    cq_json_put_string(w, "source", j->source);
    cq_json_put_string(w, "state", cq_job_state_name(j->state));
    cq_json_put_string(w, "reason", j->reason);
    cq_json_put_int(w, "attempts", j->attempts);
    put_ms(w, "changed_at", j->changed_ms);
    put_ms(w, "due_at", j->due_ms);
    cq_json_close_object(w);
    return 0;
}

int cq_web_get_ingest(struct cq_web_turn *t)
{
    static const enum cq_job_state listed[] = {CQ_JOB_FAILED, CQ_JOB_QUARANTINED, CQ_JOB_RUNNING};
    struct cq_jobs_counts counts = {0};
    struct cq_jobs_recent recent = {0};
    int64_t now_s = cq_time_now_s();
    int r = cq_jobs_count(t->db, &t->err, &counts);
    if (!r)
        r = cq_jobs_recent(t->db, (now_s - RECENT_S) * MS, &t->err, &recent);
    if (r)
        return r;
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_key(&t->json, "states");
    cq_json_open_object(&t->json);
    for (int i = 0; i < CQ_N_JOB_STATES; i++)
        cq_json_put_int(&t->json, cq_job_state_name((enum cq_job_state)i), counts.n[i]);
    cq_json_close_object(&t->json);
    cq_json_key(&t->json, "lag_s"); /* since the oldest waiting call began */
    if (counts.oldest_due_s)
        cq_json_int(&t->json, now_s > counts.oldest_due_s ? now_s - counts.oldest_due_s : 0);
    else
        cq_json_null(&t->json);
    cq_json_put_int(&t->json, "done_24h", recent.done);
    cq_json_put_int(&t->json, "failed_24h", recent.failed);
    put_ms(&t->json, "last_done_at", recent.last_done_ms);
    cq_json_key(&t->json, "jobs");
    cq_json_open_array(&t->json);
    for (size_t i = 0; !r && i < sizeof listed / sizeof *listed; i++) {
        const struct cq_jobs_filter f = {.state = (int)listed[i], .limit = MAX_LISTED};
        r = cq_jobs_list(t->db, &f, put_job, &t->json, &t->err);
    }
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    return r;
}

int cq_web_retry_job(struct cq_web_turn *t)
{
    struct cq_job job = {0};
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    int r = cq_store_begin(w, &t->err);
    if (r)
        goto out;
    r = cq_jobs_load(w, t->id, &t->err, &job);
    if (r == -ENOENT)
        r = cq_error_set(&t->err, r, NULL, 0, "there is no job %lld", (long long)t->id);
    if (!r && job.state != CQ_JOB_FAILED && job.state != CQ_JOB_QUARANTINED && job.state != CQ_JOB_IGNORED)
        r = cq_error_set(&t->err, -EEXIST, NULL, 0, "job %lld has not failed: it is %s", (long long)t->id,
                         cq_job_state_name(job.state));
    if (!r)
        r = cq_watch_decide(w, &job, true, t->session.user.name, &t->err);
    cq_job_done(&job);
    if (r)
        cq_store_rollback(w);
    else
        r = cq_store_commit(w, &t->err);
out:
    cq_web_pool_release(t->app->pool);
    return r ? r : cq_web_answer_id(t, t->id);
}
