#include "watch/retry.h"

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "store/audit.h"

#include <errno.h>
#include <stdio.h>

#define MS 1000

static int record(struct cq_store *s, const char *action, const struct cq_job *j, const char *state,
                  const char *who, struct cq_error *err)
{
    char subject[40];
    struct cq_str before = {0}, after = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &before, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "path", j->path);
    cq_json_put_string(&w, "state", state);
    cq_json_close_object(&w);
    cq_json_writer_init(&w, &after, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "state", cq_job_state_name(j->state));
    cq_json_close_object(&w);
    snprintf(subject, sizeof subject, "job:%lld", (long long)j->id);
    const struct cq_audit_entry e = {who, action, subject, before.s, after.s};
    int r = before.failed || after.failed ? -ENOMEM : cq_audit_append(s, &e, err);
    cq_str_done(&before);
    cq_str_done(&after);
    return r;
}

int cq_watch_decide(struct cq_store *store, struct cq_job *j, bool retry, const char *who, struct cq_error *err)
{
    int64_t now_ms = cq_time_now_s() * MS;
    const char *before = cq_job_state_name(j->state);
    if (j->state == CQ_JOB_RUNNING)
        return cq_error_set(err, -EBUSY, NULL, 0, "job %lld is being analysed; wait until it is done",
                            (long long)j->id);
    j->again = retry && j->state == CQ_JOB_DONE && j->kind == CQ_JOB_AUDIO;
    j->state = retry ? CQ_JOB_SETTLING : CQ_JOB_IGNORED;
    j->due_ms = retry ? now_ms : 0;
    j->attempts = j->crashes = 0;
    j->grown_ms = retry ? 0 : j->grown_ms;
    if (!retry)
        j->todo = 0;
    int r = cq_str_set(&j->reason, retry ? NULL : "set aside by a person");
    if (!r)
        r = cq_jobs_put(store, j, retry ? "a person asked for another attempt" : "set aside by a person",
                        now_ms, err);
    return r ? r : record(store, retry ? "job.retry" : "job.ignore", j, before, who, err);
}
