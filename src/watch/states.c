/*
 * Which state follows which.
 *
 *   (new name) -> seen -> settling <-> settling -> queued -> running -> done
 *                                  \-> paired (a leg)      |        \-> failed -> queued (after a pause)
 *                                  \-> quarantined         |        \-> quarantined
 *                                  \-> gone, ignored       \-> settling (it was written to meanwhile)
 *
 * A name whose size, time or inode is no longer the one of its row is a new file, whatever state it was in,
 * except while a worker reads it: the worker notices by itself. Size and time are only ever compared with
 * themselves, never with this machine's clock, which a file server need not share.
 */
#include "watch/private.h"

#include "audio/decoder.h"
#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "watch/intake.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000LL

int64_t cq_watch_now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void cq_watch_say(struct cq_watch *w, enum cq_log_level level, const struct cq_job *job, const char *text)
{
    if (w->host.say)
        w->host.say(w->host.user, level, text, job ? job->path : NULL, job ? job->source : NULL,
                    job ? cq_job_state_name(job->state) : NULL, job ? job->call : 0);
}

void cq_states_file(const struct stat *st, struct cq_file_id *ret_file)
{
    *ret_file = (struct cq_file_id){
        .size_bytes = (int64_t)st->st_size,
        .mtime_ns = (int64_t)st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec,
        .inode = (int64_t)st->st_ino,
    };
}

bool cq_states_same_file(const struct cq_file_id *a, const struct cq_file_id *b)
{
    return a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns && a->inode == b->inode;
}

/* Doubled with each try, up to the longest. */
int64_t cq_states_pause_ms(const struct cq_watch_opts *opts, int n_tries)
{
    double s = opts->retry_min_s * pow(2.0, n_tries > 1 ? fmin(n_tries - 1, 30) : 0);
    return (int64_t)(fmin(s, opts->retry_max_s) * 1000.0);
}

static int64_t settle_ms(const struct cq_watch *w)
{
    return (int64_t)(w->settings->s->opts.settle_s * 1000.0);
}

/* A file that is not there, in a folder that is: removed. Without the folder: a mount or a share is lost. */
int cq_states_stat(const struct cq_watch_source *src, const char *path, struct stat *ret_st)
{
    struct stat root;
    if (stat(path, ret_st) == 0)
        return S_ISREG(ret_st->st_mode) ? 0 : -EISDIR;
    int err = -errno;
    if (err != -ENOENT && err != -ENOTDIR)
        return err;
    if (!src || stat(src->folder, &root) || !S_ISDIR(root.st_mode))
        return -ENODEV;
    return -ENOENT;
}

static int add_new(struct cq_watch *w, const struct cq_watch_source *src, const char *path,
                   const struct stat *st, struct cq_error *err)
{
    const char *why = NULL;
    int64_t now = cq_watch_now_ms();
    struct cq_job j = {.seen_ms = now, .grown_ms = now, .order_s = (int64_t)st->st_mtim.tv_sec};
    enum cq_intake is = cq_intake_of(src, path, &why);
    if (is == CQ_INTAKE_TEMPORARY || is == CQ_INTAKE_OUTSIDE)
        return 0;
    j.path = cq_str_dup(path);
    j.source = cq_str_dup(src->name);
    j.reason = cq_str_dup(is == CQ_INTAKE_OTHER ? why : NULL);
    j.kind = is == CQ_INTAKE_SIDECAR ? CQ_JOB_SIDECAR : CQ_JOB_AUDIO;
    j.state = is == CQ_INTAKE_OTHER ? CQ_JOB_IGNORED : CQ_JOB_SEEN;
    j.due_ms = is == CQ_INTAKE_OTHER ? 0 : now + settle_ms(w);
    cq_states_file(st, &j.file);
    int r = j.path && j.source && (is != CQ_INTAKE_OTHER || j.reason) ? 0 : -ENOMEM;
    if (!r)
        r = cq_jobs_put(w->store, &j, is == CQ_INTAKE_OTHER ? why : "seen", now, err);
    if (r == -ENAMETOOLONG) /* nothing that is recorded could have such a name: told, and the scan goes on */
        r = 0;
    cq_job_done(&j);
    return r;
}

/* It is another file than the row knows. */
static int restart(struct cq_watch *w, struct cq_job *j, const struct stat *st, const char *event,
                   struct cq_error *err)
{
    int64_t now = cq_watch_now_ms();
    cq_states_file(st, &j->file);
    j->state = CQ_JOB_SETTLING;
    j->grown_ms = now;
    j->due_ms = now + settle_ms(w);
    j->attempts = j->crashes = 0;
    j->partner = j->call = 0;
    j->alone = j->again = false;
    j->todo = 0;
    j->order_s = (int64_t)st->st_mtim.tv_sec;
    int r = cq_str_set(&j->reason, NULL);
    if (!r)
        r = cq_str_set(&j->after_path, NULL);
    return r ? r : cq_jobs_put(w->store, j, event, now, err);
}

int cq_states_note(struct cq_watch *w, const struct cq_watch_source *src, const char *path,
                   const struct stat *st, struct cq_error *err)
{
    struct cq_job head, j = {0};
    struct cq_file_id file;
    const char *event = NULL;
    int r = cq_jobs_peek(w->store, path, err, &head);
    if (r == -ENOENT)
        return add_new(w, src, path, st, err);
    if (r)
        return r;
    cq_states_file(st, &file);
    bool same = cq_states_same_file(&file, &head.file);
    switch (head.state) {
    case CQ_JOB_RUNNING:
        return 0;
    case CQ_JOB_SEEN:
    case CQ_JOB_SETTLING:
        if (same)
            return 0;
        break;
    case CQ_JOB_GONE:
        event = CQ_REASON("is there again");
        break;
    case CQ_JOB_IGNORED:
    case CQ_JOB_QUEUED:
    case CQ_JOB_DONE:
    case CQ_JOB_FAILED:
    case CQ_JOB_QUARANTINED:
    case CQ_JOB_PAIRED:
    case CQ_N_JOB_STATES:
        if (same)
            return 0;
        event = CQ_REASON("was written to, or is a new file of the same name");
        break;
    }
    if (head.state == CQ_JOB_IGNORED && cq_intake_of(src, path, NULL) == CQ_INTAKE_OTHER)
        return 0;
    r = cq_jobs_load(w->store, head.id, err, &j);
    if (!r && j.kind == CQ_JOB_AUDIO && cq_intake_of(src, path, NULL) == CQ_INTAKE_SIDECAR)
        j.kind = CQ_JOB_SIDECAR;
    if (!r)
        r = restart(w, &j, st, event, err);
    cq_job_done(&j);
    return r;
}

/* To a state that ends the waiting, with the reason both in the row and in its history. */
static int end_with(struct cq_watch *w, struct cq_job *j, enum cq_job_state state, const char *why,
                    int64_t due_ms, struct cq_error *err)
{
    bool news = j->state != state || !j->reason || strcmp(j->reason, why);
    j->state = state;
    j->due_ms = due_ms;
    int r = cq_str_set(&j->reason, why);
    if (!r)
        r = cq_jobs_put(w->store, j, news ? why : NULL, cq_watch_now_ms(), err);
    if (!r && news && (state == CQ_JOB_QUARANTINED || state == CQ_JOB_FAILED))
        cq_watch_say(w, CQ_LOG_WARNING, j, why);
    w->status.quarantined += !r && news && state == CQ_JOB_QUARANTINED;
    return r;
}

static int look_failed(struct cq_watch *w, struct cq_job *j, int why, struct cq_error *err)
{
    char text[128];
    int64_t now = cq_watch_now_ms();
    if (why == -ENOENT)
        return end_with(w, j, CQ_JOB_GONE, CQ_REASON("was removed before it was analysed"), 0, err);
    if (why == -EISDIR)
        return end_with(w, j, CQ_JOB_IGNORED, CQ_REASON("is no regular file"), 0, err);
    j->attempts++;
    snprintf(text, sizeof text, "cannot be looked at: %s",
             why == -ENODEV ? "the source's folder is not there" : cq_error_name(why));
    return end_with(w, j, CQ_JOB_FAILED, text, now + cq_states_pause_ms(&w->settings->s->opts, j->attempts),
                    err);
}

/* 1 where the container's own words say that more is to come, 2 where nothing is in it at all; negative errno.
 */
static int is_unfinished(const char *path)
{
    struct cq_source src;
    int r = cq_source_open(path, NULL, &src);
    if (r == -ENODATA)
        return 2;
    if (r)
        return r;
    r = cq_sniff_is_cut(src.fd, src.size_bytes, src.container) ||
        cq_sniff_unset_size_at(src.fd, src.size_bytes, src.container) >= 0;
    cq_source_close(&src);
    return r;
}

/* A recording whose size has settled: whole, unfinished, or one leg of a call. */
static int look_audio(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *j, int64_t now,
                      struct cq_error *err)
{
    int64_t limit = j->grown_ms + (int64_t)(w->settings->s->opts.truncated_after_s * 1000.0);
    int cut = is_unfinished(j->path);
    if (cut < 0)
        return look_failed(w, j, cut, err);
    if (cut && now < limit)
        return end_with(
            w, j, CQ_JOB_SETTLING,
            cut == 2
                ? CQ_REASON("is empty so far")
                : CQ_REASON("its header is unfinished or promises more: still being written, or broken off"),
            limit, err);
    if (cut == 2)
        return end_with(w, j, CQ_JOB_QUARANTINED, CQ_REASON("is empty"), 0, err);
    if (cut) {
        int r = cq_jobs_put(w->store, j, CQ_REASON("stayed unfinished: analysed as far as it goes"), now, err);
        if (r)
            return r;
    }
    return cq_pairs_settle(w, src, j, now, err);
}

int cq_states_look(struct cq_watch *w, int64_t id, struct cq_error *err)
{
    struct cq_job j = {0};
    struct stat st;
    struct cq_file_id file;
    int64_t now = cq_watch_now_ms();
    int r = cq_jobs_load(w->store, id, err, &j);
    if (r)
        return r == -ENOENT ? 0 : r;
    const struct cq_watch_source *src = cq_watch_find_source(w->settings->s, j.source);
    if (!src) /* another configuration may know it again */
        r = end_with(w, &j, CQ_JOB_FAILED,
                     CQ_REASON("no source of the configuration is called like this file's"),
                     now + (int64_t)(w->settings->s->opts.retry_max_s * 1000.0), err);
    else if ((r = cq_states_stat(src, j.path, &st)) != 0)
        r = look_failed(w, &j, r, err);
    else {
        cq_states_file(&st, &file);
        if (!cq_states_same_file(&file, &j.file))
            r = restart(w, &j, &st, NULL, err);
        else if (now < j.grown_ms) { /* the clock was set back */
            j.grown_ms = now;
            j.due_ms = now + settle_ms(w);
            r = cq_jobs_put(w->store, &j, NULL, now, err);
        } else if (now - j.grown_ms < settle_ms(w)) {
            j.due_ms = j.grown_ms + settle_ms(w);
            r = cq_jobs_put(w->store, &j, NULL, now, err);
        } else if (j.kind == CQ_JOB_SIDECAR)
            r = cq_taking_begin(w, src, &j, err);
        else
            r = look_audio(w, src, &j, now, err);
    }
    cq_job_done(&j);
    return r;
}

/* What was running when the program ended: put back, unless it is what ends the program. */
int cq_states_recover(struct cq_watch *w, struct cq_error *err)
{
    const struct cq_watch_opts *opts = &w->settings->s->opts;
    int64_t ids[64];
    size_t n = 0;
    int r;
    do {
        r = cq_jobs_pick(w->store, CQ_JOBS_RUNNING, 0, sizeof ids / sizeof *ids, err, ids, &n);
        for (size_t i = 0; i < n && !r; i++) {
            struct cq_job j = {0};
            int64_t now = cq_watch_now_ms();
            r = cq_jobs_load(w->store, ids[i], err, &j);
            if (!r && j.kind == CQ_JOB_SIDECAR) { /* a long table: reading it ends no program */
                j.due_ms = now;
                r = end_with(w, &j, CQ_JOB_SETTLING, CQ_REASON("the program was ended while it was read"), now,
                             err);
            } else if (!r) {
                j.crashes++;
                bool bad = j.crashes >= opts->max_crashes;
                r = bad ? end_with(w, &j, CQ_JOB_QUARANTINED,
                                   CQ_REASON("the program ended each time it was analysed; please report it"),
                                   0, err)
                        : end_with(w, &j, CQ_JOB_FAILED,
                                   CQ_REASON("the program was ended while it was analysed"),
                                   now + (j.crashes > 1 ? cq_states_pause_ms(opts, j.crashes - 1) : 0), err);
            }
            cq_job_done(&j);
        }
    } while (!r && n == sizeof ids / sizeof *ids);
    return r;
}
