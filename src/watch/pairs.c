/*
 * Two mono legs, one call. A whole leg whose other leg is not whole yet waits as `paired` without a partner.
 * The one that becomes whole last joins them: the agent's row leads (queued, running, done), the customer's
 * follows.
 */
#include "watch/private.h"

#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), k = strlen(end);
    return n > k && !strcmp(text + n - k, end);
}

enum cq_leg cq_pairs_leg_of(const struct cq_watch_source *src, const struct cq_job *job, char **ret_base,
                            char **ret_other_path)
{
    if (!src->pair_agent)
        return CQ_LEG_NONE;
    enum cq_leg leg = ends_with(job->stem, src->pair_agent)      ? CQ_LEG_AGENT
                      : ends_with(job->stem, src->pair_customer) ? CQ_LEG_CUSTOMER
                                                                 : CQ_LEG_NONE;
    if (leg == CQ_LEG_NONE)
        return leg;
    const char *mine = leg == CQ_LEG_AGENT ? src->pair_agent : src->pair_customer;
    const char *other = leg == CQ_LEG_AGENT ? src->pair_customer : src->pair_agent;
    const char *ext = cq_path_ext(job->path);
    struct cq_str base = {0};
    cq_str_add_n(&base, job->stem, strlen(job->stem) - strlen(mine));
    *ret_base = cq_str_take(&base);
    *ret_other_path =
        *ret_base ? cq_str_format("%s/%s%s%s%s", job->dir, *ret_base, other, *ext ? "." : "", ext) : NULL;
    return leg;
}

static int order_of(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *j,
                    struct cq_error *err, bool *ret_named)
{
    struct cq_about about = {0};
    int r = cq_about_find(w, src, j, err, &about);
    if (r)
        return r;
    if (about.started_s)
        j->order_s = about.started_s;
    *ret_named = about.info.started_at != NULL;
    cq_about_done(&about);
    return 0;
}

static int queue(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *j, const char *event,
                 int64_t now_ms, struct cq_error *err)
{
    bool timed = false;
    int r = order_of(w, src, j, err, &timed);
    if (r)
        return r;
    j->state = CQ_JOB_QUEUED;
    j->due_ms = 0;
    r = cq_str_set(&j->reason, j->alone ? CQ_REASON("the other leg did not come: analysed alone")
                               : timed  ? NULL
                                        : CQ_REASON("neither name nor side-car tells when the call began"));
    if (r)
        return r;
    return cq_jobs_put(w->store, j,
                       j->reason && !event ? j->reason
                       : event             ? event
                                           : CQ_REASON("whole; queued"),
                       now_ms, err);
}

static int wait_for_other(struct cq_watch *w, struct cq_job *j, int64_t due_ms, int64_t now_ms,
                          struct cq_error *err)
{
    bool news = j->state != CQ_JOB_PAIRED;
    j->state = CQ_JOB_PAIRED;
    j->due_ms = due_ms;
    j->partner = 0;
    int r = cq_str_set(&j->reason, CQ_REASON("waits for its other leg"));
    return r ? r : cq_jobs_put(w->store, j, news ? j->reason : NULL, now_ms, err);
}

static int join(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *agent,
                struct cq_job *customer, int64_t now_ms, struct cq_error *err)
{
    /* a call that one of them became alone stays in its row: the finished pair takes that call's place */
    customer->alone = agent->alone = false;
    customer->state = CQ_JOB_PAIRED;
    customer->partner = agent->id;
    customer->due_ms = 0;
    int r = cq_str_set(&customer->reason, CQ_REASON("is analysed together with its other leg"));
    if (!r)
        r = cq_jobs_put(w->store, customer, CQ_REASON("joined with its other leg"), now_ms, err);
    agent->partner = customer->id;
    if (!r)
        r = queue(w, src, agent, CQ_REASON("joined with its other leg; queued"), now_ms, err);
    return r;
}

/* What the state of the other leg means for one that is whole. */
static int settle_with(struct cq_watch *w, const struct cq_watch_source *src, enum cq_leg leg,
                       struct cq_job *job, struct cq_job *other, int64_t now_ms, struct cq_error *err)
{
    struct stat st;
    int64_t soon = now_ms + (int64_t)(w->settings->s->opts.settle_s * 1000.0);
    bool lost = cq_states_stat(src, other->path, &st) == -ENOENT;
    switch (other->state) {
    case CQ_JOB_SEEN:
    case CQ_JOB_SETTLING:
    case CQ_JOB_RUNNING:
        return wait_for_other(w, job, soon, now_ms, err);
    case CQ_JOB_PAIRED:
    case CQ_JOB_QUEUED:
    case CQ_JOB_FAILED:
    case CQ_JOB_DONE:
        if (lost)
            break;
        return leg == CQ_LEG_AGENT ? join(w, src, job, other, now_ms, err)
                                   : join(w, src, other, job, now_ms, err);
    case CQ_JOB_QUARANTINED:
    case CQ_JOB_IGNORED:
    case CQ_JOB_GONE:
    case CQ_N_JOB_STATES:
        break;
    }
    job->alone = true;
    return queue(w, src, job, NULL, now_ms, err);
}

int cq_pairs_settle(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *job, int64_t now_ms,
                    struct cq_error *err)
{
    char *base = NULL, *other_path = NULL;
    struct cq_job other = {0};
    enum cq_leg leg = cq_pairs_leg_of(src, job, &base, &other_path);
    int r = leg != CQ_LEG_NONE && !other_path ? -ENOMEM : 0;
    if (!r && leg == CQ_LEG_NONE) {
        r = queue(w, src, job, NULL, now_ms, err);
    } else if (!r) {
        r = cq_jobs_find(w->store, other_path, err, &other);
        int64_t limit = job->grown_ms + (int64_t)(src->pair_wait_s * 1000.0);
        if (!r) {
            r = settle_with(w, src, leg, job, &other, now_ms, err);
        } else if (r == -ENOENT && now_ms < limit) {
            r = wait_for_other(w, job, limit, now_ms, err);
        } else if (r == -ENOENT) {
            job->alone = true;
            r = queue(w, src, job, NULL, now_ms, err);
            if (!r)
                cq_watch_say(w, CQ_LOG_WARNING, job, job->reason);
        }
    }
    cq_job_done(&other);
    free(base);
    free(other_path);
    return r;
}
