/* A job to a worker and back. What a worker gets is a copy, what it gives is stored in one transaction. */
#include "watch/private.h"

#include "audio/join.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "pipeline/pipeline.h"
#include "watch/intake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cq_task_clear(struct cq_task *t)
{
    free(t->path);
    free(t->partner);
    free(t->joined);
    free(t->json);
    cq_call_info_done(&t->info);
    cq_facts_done(&t->facts);
    if (t->has_analysis)
        cq_analysis_done(&t->a);
    cq_settings_unshare(t->settings);
    memset(t, 0, sizeof *t);
}

/* JOINED/SOURCE/FOLDERS/NAME.wav */
static char *joined_path(const struct cq_watch *w, const struct cq_watch_source *src, const struct cq_job *job,
                         const char *base)
{
    const char *below = cq_intake_below(src, job->path);
    struct cq_str s = {0};
    cq_str_printf(&s, "%s/%s/", w->joined_folder, src->name);
    cq_str_add_n(&s, below, (size_t)(cq_path_base(below) - below));
    cq_str_printf(&s, "%s.wav", base);
    return cq_str_take(&s);
}

static int add_partner(struct cq_watch *w, struct cq_task *t, const struct cq_job *job, bool *ret_whole,
                       struct cq_error *err)
{
    struct cq_job other = {0};
    char *base = NULL, *path = NULL;
    int r = cq_jobs_load(w->store, job->partner, err, &other);
    *ret_whole = !r && other.state == CQ_JOB_PAIRED && other.partner == job->id;
    if (r == -ENOENT)
        r = 0;
    if (!r && *ret_whole) {
        enum cq_leg leg = cq_pairs_leg_of(t->source, job, &base, &path);
        t->partner = cq_str_dup(other.path);
        t->partner_file = other.file;
        if (leg == CQ_LEG_NONE) /* the configuration no longer pairs */
            *ret_whole = false;
        else
            t->joined = base ? joined_path(w, t->source, job, base) : NULL;
        r = t->partner && (t->joined || !*ret_whole) ? 0 : -ENOMEM;
    }
    free(base);
    free(path);
    cq_job_done(&other);
    return r;
}

static int fill(struct cq_watch *w, struct cq_task *t, const struct cq_job *job, struct cq_error *err)
{
    struct cq_about about = {0};
    int r = cq_about_find(w, t->source, job, err, &about);
    if (r)
        return r;
    t->config = w->settings->s->analysis.config;
    t->config.audio.layout = cq_about_layout(t->source, &about, t->partner != NULL, &t->layout);
    t->info = about.info;
    t->facts = about.facts;
    t->kind = CQ_TASK_ANALYSE;
    t->job = job->id;
    t->file = job->file;
    t->again = job->again;
    t->stop = &w->stop;
    struct stat st;
    bool moved = job->after_path && stat(job->path, &st) && stat(job->after_path, &st) == 0;
    if (moved) /* to be analysed again after it was moved */
        cq_states_file(&st, &t->file);
    t->path = cq_str_dup(moved ? job->after_path : job->path);
    return t->path ? 0 : -ENOMEM;
}

/* Queued, but not as it was when it was queued: to be looked at again. */
static int send_back(struct cq_watch *w, struct cq_job *j, const char *why, struct cq_error *err)
{
    int64_t now = cq_watch_now_ms();
    j->state = CQ_JOB_SETTLING;
    j->partner = 0;
    j->due_ms = now;
    int r = cq_str_set(&j->reason, why);
    return r ? r : cq_jobs_put(w->store, j, why, now, err);
}

int cq_tasks_begin(struct cq_watch *w, int64_t id, struct cq_task *t, bool *ret_given, struct cq_error *err)
{
    struct cq_job j = {0};
    char event[48];
    bool whole = true;
    int64_t now = cq_watch_now_ms();
    *ret_given = false;
    int r = cq_jobs_load(w->store, id, err, &j);
    if (r)
        return r;
    t->source = cq_watch_find_source(w->settings->s, j.source);
    if (!t->source) {
        r = send_back(w, &j, CQ_REASON("its source is no longer configured"), err);
        goto out;
    }
    if (j.partner)
        r = add_partner(w, t, &j, &whole, err);
    if (r)
        goto out;
    if (!whole) {
        r = send_back(w, &j, CQ_REASON("its other leg has changed"), err);
        goto out;
    }
    r = fill(w, t, &j, err);
    if (r)
        goto out;
    j.state = CQ_JOB_RUNNING;
    j.attempts++;
    j.todo &= ~CQ_TODO_INFO;
    snprintf(event, sizeof event, "being analysed, attempt %d", j.attempts);
    r = cq_jobs_put(w->store, &j, event, now, err);
    *ret_given = r == 0;
out:
    cq_job_done(&j);
    return r;
}

static bool is_changed(const char *path, const struct cq_file_id *file)
{
    struct stat st;
    struct cq_file_id now;
    if (!path || stat(path, &st))
        return false; /* removed: what was read of it is whole */
    cq_states_file(&st, &now);
    return !cq_states_same_file(&now, file);
}

/* Is this content stored already? */
static bool look_up(struct cq_watch *w, struct cq_task *t)
{
    if (t->again)
        return false;
    pthread_mutex_lock(&w->lock);
    t->known = cq_store_find_hash(w->store, t->sha256, &t->call) == 0;
    pthread_mutex_unlock(&w->lock);
    return t->known;
}

void cq_tasks_work(struct cq_watch *w, struct cq_task *t)
{
    const char *path = t->joined ? t->joined : t->path;
    if (t->joined)
        t->err = cq_audio_join(t->path, t->partner, t->joined, &t->config.audio, t->stop, &t->why);
    if (!t->err) {
        t->err = cq_hash_file(path, t->sha256);
        if (t->err)
            cq_error_set(&t->why, t->err, path, 0, "cannot be read: %s", cq_error_name(t->err));
    }
    if (!t->err && !look_up(w, t)) {
        t->err = cq_pipeline_analyze_hashed(path, t->sha256, &t->config, t->source->form, &t->info, t->stop,
                                            &t->why, NULL, &t->a);
        t->has_analysis = t->err == 0;
    }
    /* a result of content that changed under the reader's eyes is nobody's */
    t->changed = is_changed(t->path, &t->file) || (t->partner && is_changed(t->partner, &t->partner_file));
}

/* What cannot be read today and cannot tomorrow. All else is tried again. */
static bool is_hopeless(int err)
{
    switch (-err) {
    case EBADMSG:
    case ENOTSUP:
    case EFBIG:
    case ENODATA:
    case EISDIR:
    case EINVAL:
    case EOVERFLOW:
        return true;
    }
    return false;
}

static int fail(struct cq_watch *w, struct cq_task *t, struct cq_job *j, int64_t now, struct cq_error *err)
{
    struct stat st;
    const char *why = t->why.what[0] ? t->why.what : cq_error_name(t->err);
    int gone = t->err == -ENOENT ? cq_states_stat(t->source, t->path, &st) : 0;
    if (gone == -ENOENT) {
        j->state = CQ_JOB_GONE;
        why = CQ_REASON("was removed before it was analysed");
    } else if (is_hopeless(t->err)) {
        j->state = CQ_JOB_QUARANTINED;
        w->status.quarantined++;
    } else {
        j->state = CQ_JOB_FAILED;
        j->due_ms = now + cq_states_pause_ms(&w->settings->s->opts, j->attempts);
        w->status.failed++;
        if (gone == -ENODEV)
            why = CQ_REASON("the source's folder is not there");
    }
    int r = cq_str_set(&j->reason, why);
    if (!r)
        r = cq_jobs_put(w->store, j, why, now, err);
    if (!r)
        cq_watch_say(w, CQ_LOG_WARNING, j, why);
    return r;
}

/* Keep the result, or the path of a call that is known. */
static int save(struct cq_watch *w, struct cq_task *t, struct cq_error *err, enum cq_saved *ret_saved)
{
    struct cq_analysis again = {.recording = {.path = t->joined ? t->joined : t->path}};
    memcpy(again.recording.sha256, t->sha256, sizeof again.recording.sha256);
    int r = cq_store_save(w->store, t->known ? &again : &t->a, t->again, err, &t->call, ret_saved);
    if (!r && *ret_saved != CQ_SAVED_SAME)
        r = cq_about_keep_record(w, t->call, &t->facts, &t->info, err);
    return r;
}

/* The legs are where the call was seen too, and a call that one of them became alone is replaced. */
static int save_legs(struct cq_watch *w, struct cq_task *t, struct cq_job *j, int64_t now, struct cq_error *err)
{
    struct cq_job other = {0};
    int r = cq_jobs_load(w->store, j->partner, err, &other);
    if (r)
        return r;
    const struct cq_job *const legs[] = {j, &other};
    for (size_t i = 0; i < 2 && !r; i++) {
        if (legs[i]->call && legs[i]->call != t->call)
            r = cq_call_delete_alone(w->store, legs[i]->call, legs[i]->path, err);
        if (!r)
            r = cq_call_path_add(w->store, t->call, legs[i]->path, err);
    }
    other.state = CQ_JOB_DONE;
    other.call = t->call;
    other.todo |= t->source->after == CQ_AFTER_LEAVE ? 0 : CQ_TODO_AFTER;
    other.todo_ms = now;
    other.todo_tries = 0;
    if (!r)
        r = cq_str_set(&other.reason, CQ_REASON("analysed together with its other leg"));
    if (!r)
        r = cq_jobs_put(w->store, &other, other.reason, now, err);
    cq_job_done(&other);
    return r;
}

static bool wants_hook(const struct cq_watch_opts *o, const struct cq_task *t)
{
    if (!o->hook_command && !o->hook_url)
        return false;
    return o->hook_when == CQ_HOOK_ALL || (t->has_analysis && t->a.scorecard.n_flags > 0);
}

static int succeed(struct cq_watch *w, struct cq_task *t, struct cq_job *j, int64_t now, struct cq_error *err)
{
    char text[128];
    enum cq_saved saved = CQ_SAVED_SAME;
    int r = save(w, t, err, &saved);
    if (!r && t->joined)
        r = save_legs(w, t, j, now, err);
    if (r)
        return r;
    j->state = CQ_JOB_DONE;
    j->call = t->call;
    j->again = false;
    j->crashes = 0;
    if (!j->todo)
        j->todo_tries = 0;
    j->todo |= t->source->after == CQ_AFTER_LEAVE ? 0 : CQ_TODO_AFTER;
    j->todo |= saved != CQ_SAVED_SAME && wants_hook(&w->settings->s->opts, t) ? CQ_TODO_HOOK : 0;
    j->todo_ms = now;
    if (saved == CQ_SAVED_SAME)
        snprintf(text, sizeof text, "the same recording is call %lld already; its path was added",
                 (long long)t->call);
    else
        snprintf(text, sizeof text, "call %lld%s%s%s", (long long)t->call,
                 saved == CQ_SAVED_REPLACED ? ", analysed again" : "",
                 t->a.recording.truncated ? ", broken off: analysed as far as it goes" : "",
                 j->alone ? ", one leg alone" : "");
    r = cq_str_set(&j->reason, saved == CQ_SAVED_SAME || t->a.recording.truncated || j->alone ? text : NULL);
    if (!r)
        r = cq_str_set(&j->layout, t->layout);
    if (!r)
        r = cq_jobs_put(w->store, j, text, now, err);
    return r;
}

static int put_back(struct cq_watch *w, struct cq_job *j, enum cq_job_state state, const char *why, int64_t now,
                    struct cq_error *err)
{
    j->state = state;
    j->attempts -= j->attempts > 0;
    if (state == CQ_JOB_SETTLING) {
        j->grown_ms = now;
        j->due_ms = now;
    }
    int r = cq_str_set(&j->reason, why);
    return r ? r : cq_jobs_put(w->store, j, why, now, err);
}

int cq_tasks_finish(struct cq_watch *w, struct cq_task *t, struct cq_error *err)
{
    struct cq_job j = {0};
    int64_t now = cq_watch_now_ms();
    int r = cq_jobs_load(w->store, t->job, err, &j);
    if (r)
        return r == -ENOENT ? 0 : r; /* purged meanwhile */
    if (t->err == -ECANCELED)
        r = put_back(w, &j, CQ_JOB_QUEUED, CQ_REASON("put back: the service was stopped"), now, err);
    else if (t->changed)
        r = put_back(w, &j, CQ_JOB_SETTLING, CQ_REASON("was written to while it was read"), now, err);
    else if (t->err)
        r = fail(w, t, &j, now, err);
    else
        r = succeed(w, t, &j, now, err);
    cq_job_done(&j);
    return r;
}
