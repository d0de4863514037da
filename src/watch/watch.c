#include "watch/watch.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "watch/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DUE_A_ROUND 200   /* jobs looked at, in one transaction */
#define TODO_A_ROUND 16   /* jobs whose rest is done */
#define ROUND_MAX_MS 1000 /* a round comes at least this often: watchdog, retries, clocks */
#define DB_PAUSE_MIN_S 0.2
#define DB_PAUSE_MAX_S 15.0
#define CLOCK_JUMP_MS 5000 /* wall and monotonic clock may drift apart this far in a round */
#define PURGE_EVERY_S 3600.0
#define STOP_GRACE_S 10.0 /* to store what was put back */

/* One service a database: a lock that ends with the process, however it ends. */
static int take_lock(struct cq_watch *w, struct cq_error *err)
{
    char *path = cq_str_format("%s.watch", w->db_path);
    struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (!path)
        return -ENOMEM;
    int r = 0;
    w->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (w->lock_fd < 0)
        r = cq_error_set(err, -errno, path, 0,
                         "cannot be made; the service needs to write beside its database");
    else if (fcntl(w->lock_fd, F_SETLK, &fl))
        r = cq_error_set(err, errno == EAGAIN || errno == EACCES ? -EBUSY : -errno, w->db_path, 0,
                         "another callqa watch works with this database; stop it first");
    free(path);
    return r;
}

static int share_settings(struct cq_watch_settings *s, struct cq_shared_settings **ret)
{
    struct cq_shared_settings *shared = calloc(1, sizeof *shared);
    if (!shared) {
        cq_watch_settings_free(s);
        return -ENOMEM;
    }
    shared->s = s;
    shared->n_users = 1;
    *ret = shared;
    return 0;
}

void cq_settings_unshare(struct cq_shared_settings *shared)
{
    if (shared && --shared->n_users == 0) {
        cq_watch_settings_free(shared->s);
        free(shared);
    }
}

static int n_workers(const struct cq_watch_opts *o)
{
    long n = o->workers ? o->workers : sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > CQ_TASKS_MAX - 1 ? CQ_TASKS_MAX - 1 : (int)n;
}

int cq_watch_new(struct cq_store *store, const char *db_path, struct cq_watch_settings *settings,
                 const struct cq_watch_host *host, struct cq_error *err, struct cq_watch **ret_watch)
{
    struct cq_watch *w = calloc(1, sizeof *w);
    if (!w) {
        cq_watch_settings_free(settings);
        return -ENOMEM;
    }
    w->store = store;
    w->host = *host;
    w->lock_fd = -1;
    pthread_mutex_init(&w->lock, NULL);
    atomic_init(&w->stop, false);
    int r = share_settings(settings, &w->settings);
    if (!r) {
        w->db_path = cq_str_dup(db_path);
        w->joined_folder = settings->opts.joined_folder ? cq_str_dup(settings->opts.joined_folder)
                                                        : cq_str_format("%s.joined", db_path);
        r = w->db_path && w->joined_folder ? 0 : -ENOMEM;
    }
    if (!r)
        r = take_lock(w, err);
    if (!r)
        r = cq_feeds_open(w, err);
    if (!r)
        r = cq_pool_new(w, n_workers(&settings->opts), &w->pool);
    if (!r)
        r = cq_export_new(w, err);
    if (r) {
        cq_watch_free(w);
        return r;
    }
    *ret_watch = w;
    return 0;
}

struct cq_watch *cq_watch_free(struct cq_watch *w)
{
    if (!w)
        return NULL;
    atomic_store(&w->stop, true);
    cq_pool_free(w->pool);
    cq_export_free(w);
    cq_feeds_close(w);
    cq_taking_drop(w);
    cq_settings_unshare(w->settings);
    if (w->lock_fd >= 0)
        close(w->lock_fd);
    pthread_mutex_destroy(&w->lock);
    free(w->db_path);
    free(w->joined_folder);
    free(w);
    return NULL;
}

void cq_watch_stop(struct cq_watch *w)
{
    if (w->stopping)
        atomic_store(&w->stop, true);
    w->stopping = true;
    w->stop_at_s = cq_time_monotonic_s() + w->settings->s->opts.stop_s;
}

int cq_watch_reload(struct cq_watch *w, struct cq_watch_settings *settings)
{
    struct cq_error err = {0};
    struct cq_shared_settings *old = w->settings, *shared = NULL;
    int r = share_settings(settings, &shared);
    if (r)
        return r;
    w->settings = shared;
    r = cq_feeds_open(w, &err);
    if (r) { /* the old ones were good */
        w->settings = old;
        cq_settings_unshare(shared);
        (void)cq_feeds_open(w, &err);
        return r;
    }
    cq_settings_unshare(old);
    return 0;
}

void cq_watch_get_status(struct cq_watch *w, struct cq_watch_status *ret_status)
{
    struct cq_jobs_counts counts;
    pthread_mutex_lock(&w->lock);
    if (!cq_jobs_count(w->store, NULL, &counts))
        w->status.jobs = counts;
    pthread_mutex_unlock(&w->lock);
    w->status.running = cq_pool_n_busy(w->pool);
    w->status.scanning = !cq_feeds_first_done(w);
    *ret_status = w->status;
}

/* A step inside a transaction of its own, with the store held. */
static int in_transaction(struct cq_watch *w, int (*step)(struct cq_watch *, void *, struct cq_error *),
                          void *arg, struct cq_error *err)
{
    pthread_mutex_lock(&w->lock);
    int r = cq_store_begin(w->store, err);
    if (!r) {
        r = step(w, arg, err);
        if (r)
            cq_store_rollback(w->store);
        else
            r = cq_store_commit(w->store, err);
    }
    pthread_mutex_unlock(&w->lock);
    return r;
}

static int recover(struct cq_watch *w, void *arg, struct cq_error *err)
{
    (void)arg;
    return cq_states_recover(w, err);
}

/* Jobs that are due. One transaction for many: a backlog of files settles in few commits. */
static int look_at_due(struct cq_watch *w, void *arg, struct cq_error *err)
{
    int64_t ids[DUE_A_ROUND];
    size_t n = 0;
    bool *more = arg;
    int r = cq_jobs_pick(w->store, CQ_JOBS_DUE, cq_watch_now_ms(), DUE_A_ROUND, err, ids, &n);
    for (size_t i = 0; i < n && !r; i++)
        r = cq_states_look(w, ids[i], err);
    *more = *more || n == DUE_A_ROUND;
    return r;
}

static int take_piece(struct cq_watch *w, void *arg, struct cq_error *err)
{
    (void)arg;
    return cq_taking_step(w, err);
}

static int abandon(struct cq_watch *w, void *arg, struct cq_error *err)
{
    (void)arg;
    return cq_taking_abandon(w, err);
}

static int finish(struct cq_watch *w, void *arg, struct cq_error *err)
{
    return cq_tasks_finish(w, arg, err);
}

/* Told once it is on the disk, not before. */
static void tell_done(struct cq_watch *w, const struct cq_task *t)
{
    if (t->kind != CQ_TASK_ANALYSE || t->err || t->changed)
        return;
    w->status.done++;
    w->status.audio_s += t->has_analysis ? t->a.recording.duration_s : 0;
    if (w->host.say)
        w->host.say(w->host.user, CQ_LOG_INFO, "done", t->path, t->source->name, cq_job_state_name(CQ_JOB_DONE),
                    t->call);
}

/* Results into the database. One that cannot be stored now stays with its worker and is tried again. */
static int take_results(struct cq_watch *w, struct cq_error *err)
{
    size_t at = 0;
    struct cq_task *t;
    while ((t = cq_pool_ready_task(w->pool, &at))) {
        int r = t->kind == CQ_TASK_HOOK ? cq_hook_finish(w, t, err) : in_transaction(w, finish, t, err);
        if (r)
            return r;
        tell_done(w, t);
        cq_pool_release(w->pool, t);
    }
    return 0;
}

/* The newest call, or every so many times the oldest. */
struct begin {
    struct cq_task *t;
    bool given;
};

static int begin(struct cq_watch *w, void *arg, struct cq_error *err)
{
    struct begin *b = arg;
    unsigned every = (unsigned)w->settings->s->opts.oldest_every;
    int64_t id;
    size_t n = 0;
    bool oldest = every && w->n_taken % every == every - 1;
    int r = cq_jobs_pick(w->store, oldest ? CQ_JOBS_OLDEST : CQ_JOBS_NEWEST, 0, 1, err, &id, &n);
    if (r || !n)
        return r ? r : -ENOENT;
    return cq_tasks_begin(w, id, b->t, &b->given, err);
}

static int give_work(struct cq_watch *w, struct cq_error *err)
{
    struct begin b = {0};
    while (!w->stopping && (b.t = cq_pool_free_task(w->pool, CQ_TASK_ANALYSE))) {
        b.given = false;
        int r = in_transaction(w, begin, &b, err);
        if (r || !b.given)
            cq_task_clear(b.t);
        if (r)
            return r == -ENOENT ? 0 : r;
        if (!b.given)
            continue;
        w->n_taken++;
        b.t->settings = w->settings;
        w->settings->n_users++;
        cq_pool_give(w->pool, b.t);
    }
    return 0;
}

static int do_rest(struct cq_watch *w, bool *ret_more, struct cq_error *err)
{
    int64_t ids[TODO_A_ROUND];
    size_t n = 0;
    pthread_mutex_lock(&w->lock);
    int r = cq_jobs_pick(w->store, CQ_JOBS_TODO, cq_watch_now_ms(), TODO_A_ROUND, err, ids, &n);
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < n && !r; i++)
        r = cq_after_do(w, ids[i], err);
    *ret_more = *ret_more || n == TODO_A_ROUND;
    return r;
}

/* A clock that was set back would leave everything due in the future. */
static int clamp(struct cq_watch *w, void *arg, struct cq_error *err)
{
    const struct cq_watch_opts *o = &w->settings->s->opts;
    (void)arg;
    double longest_s = o->retry_max_s > o->truncated_after_s ? o->retry_max_s : o->truncated_after_s;
    for (size_t i = 0; i < w->settings->s->n_sources; i++) {
        double wait_s = w->settings->s->sources[i].pair_wait_s;
        longest_s = wait_s > longest_s ? wait_s : longest_s;
    }
    return cq_jobs_clamp(w->store, cq_watch_now_ms(), (int64_t)((longest_s + o->settle_s) * 1000.0), err);
}

static int heed_clock(struct cq_watch *w, struct cq_error *err)
{
    int64_t now_ms = cq_watch_now_ms();
    double mono_s = cq_time_monotonic_s();
    int64_t apart = now_ms - w->last_ms - (int64_t)((mono_s - w->last_mono_s) * 1000.0);
    bool first = w->last_ms == 0;
    w->last_ms = now_ms;
    w->last_mono_s = mono_s;
    return first || apart < -CLOCK_JUMP_MS ? in_transaction(w, clamp, NULL, err) : 0;
}

static int round_once(struct cq_watch *w, bool *ret_more, struct cq_error *err)
{
    int r = take_results(w, err);
    if (!r && !w->stopping)
        r = heed_clock(w, err);
    if (!r && !w->stopping)
        r = cq_feeds_step(w, ret_more, err);
    if (!r && !w->stopping)
        r = in_transaction(w, look_at_due, ret_more, err);
    if (!r && !w->stopping && w->taking)
        r = in_transaction(w, take_piece, NULL, err);
    *ret_more = *ret_more || w->taking;
    if (!r)
        r = give_work(w, err);
    if (!r && !w->stopping)
        r = do_rest(w, ret_more, err);
    if (!r && !w->stopping && w->settings->s->opts.purge && cq_time_monotonic_s() >= w->next_purge_s) {
        r = cq_retention_run(w, err);
        w->next_purge_s = cq_time_monotonic_s() + PURGE_EVERY_S;
    }
    return r;
}

/* The database could not be written: a full disk, somebody else's long transaction. It goes on by itself. */
static void pause_database(struct cq_watch *w, int code, const struct cq_error *err)
{
    if (w->db_pause_next < DB_PAUSE_MIN_S) {
        w->db_pause_next = DB_PAUSE_MIN_S;
        if (w->host.say)
            w->host.say(w->host.user, CQ_LOG_WARNING, err->what[0] ? err->what : cq_error_name(code),
                        w->db_path, NULL, NULL, 0);
    }
    w->db_pause_s = cq_time_monotonic_s() + w->db_pause_next;
    w->db_pause_next = w->db_pause_next * 2 > DB_PAUSE_MAX_S ? DB_PAUSE_MAX_S : w->db_pause_next * 2;
}

static int wait_ms(struct cq_watch *w)
{
    int64_t next_ms = 0;
    double now_s = cq_time_monotonic_s(), until_s = now_s + ROUND_MAX_MS / 1000.0;
    if (w->db_pause_s > now_s)
        return w->db_pause_s < until_s ? (int)((w->db_pause_s - now_s) * 1000) + 1 : ROUND_MAX_MS;
    pthread_mutex_lock(&w->lock);
    int r = cq_jobs_next_ms(w->store, NULL, &next_ms);
    pthread_mutex_unlock(&w->lock);
    if (!r && next_ms) {
        double due_s = now_s + (double)(next_ms - cq_watch_now_ms()) / 1000.0;
        until_s = due_s < until_s ? due_s : until_s;
    }
    double scan_s = cq_feeds_next_s(w);
    until_s = scan_s < until_s ? scan_s : until_s;
    return until_s <= now_s ? 10 : (int)((until_s - now_s) * 1000) + 1;
}

static void wait_for_news(struct cq_watch *w, int timeout_ms)
{
    struct pollfd fds[CQ_WATCH_MAX_SOURCES + 2];
    nfds_t n = 0;
    fds[n++] = (struct pollfd){.fd = cq_pool_fd(w->pool), .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = w->host.signal_fd, .events = POLLIN};
    for (size_t i = 0; i < w->n_feeds && w->db_pause_s <= cq_time_monotonic_s() && !w->stopping; i++)
        fds[n++] = (struct pollfd){.fd = w->feed[i].notifier->fd, .events = POLLIN};
    (void)poll(fds, n, timeout_ms);
    if (fds[0].revents)
        cq_pool_drain_fd(w->pool);
    if (fds[1].revents && w->host.signalled)
        w->host.signalled(w->host.user, w);
}

/* With `once`: all that lay there has been read, and nothing is waited for but retries and late parts. */
static bool is_through(struct cq_watch *w)
{
    struct cq_watch_status s;
    cq_watch_get_status(w, &s);
    return !s.scanning && !s.running && !s.jobs.n[CQ_JOB_SEEN] && !s.jobs.n[CQ_JOB_SETTLING] &&
           !s.jobs.n[CQ_JOB_QUEUED] && !s.jobs.n[CQ_JOB_RUNNING] && !s.jobs.todo;
}

int cq_watch_run(struct cq_watch *w, bool once, struct cq_error *err)
{
    bool recovered = false;
    for (;;) {
        struct cq_error why = {0};
        bool more = false;
        int r = 0;
        if (cq_time_monotonic_s() >= w->db_pause_s) {
            if (!recovered)
                r = in_transaction(w, recover, NULL, &why);
            if (!r) {
                recovered = true;
                r = round_once(w, &more, &why);
            }
            if (r == -EBADMSG || r == -ENOMEM) { /* a damaged database does not get better */
                *err = why;
                return r;
            }
            if (r)
                pause_database(w, r, &why);
            else
                w->db_pause_next = 0;
        }
        if (w->stopping && cq_time_monotonic_s() >= w->stop_at_s)
            atomic_store(&w->stop, true);
        /* a result that the database does not take is made again after the next start */
        if (w->stopping && w->taking && in_transaction(w, abandon, NULL, &why))
            cq_taking_drop(w); /* recovered at the next start */
        if (w->stopping && (!cq_pool_n_busy(w->pool) || cq_time_monotonic_s() >= w->stop_at_s + STOP_GRACE_S))
            return 0;
        if (once && !more && !r && is_through(w))
            return 0;
        cq_export_update(w);
        if (w->host.alive)
            w->host.alive(w->host.user, w);
        wait_for_news(w, more && !r ? 0 : wait_ms(w));
    }
}
