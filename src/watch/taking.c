/*
 * A side-car that is whole is taken in: what it says is kept, and the calls that it speaks of are looked up
 * again. A table may have a million rows: it is read in pieces between which the service does its other work.
 * It is read twice, first to see that nothing in it is wrong, so that of a table with a mistake nothing is
 * taken. A reading that is broken off (the program ended, the database could not be written) begins again.
 */
#include "watch/private.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "watch/sidecar.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How a side-car ranks: what its own file says of one recording is nearer than a folder's table. */
enum { RANK_TABLE, RANK_CSV, RANK_JSON };

#define MAX_BESIDE 16   /* recordings of one name with different extensions */
#define PIECE_S 0.05    /* the service's other work waits no longer than about this */
#define ROWS_A_LOOK 32  /* rows between two looks at the clock */
#define SWEEP_A_TIME 64 /* rows that are no longer in the table */
#define TELL_S 2.0      /* progress is written to the job this often */

enum phase { PHASE_CHECK, PHASE_STORE, PHASE_SWEEP };

struct cq_taking {
    struct cq_watch *w;
    struct cq_shared_settings *settings; /* keeps `src` alive over a reload; NULL within one step */
    const struct cq_watch_source *src;
    int64_t job;
    char *path, *dir, *own_stem;
    int rank;
    struct cq_file_id file;
    int fd;
    enum phase phase;
    bool begun; /* this phase has read the heading */
    struct cq_sidecar_rules rules;
    struct cq_sidecar_csv table;
    struct cq_sidecar_reading reading;
    struct cq_str unknown;
    size_t n_checked, n_calls, n_here; /* calls it speaks of; of those, how many recordings are there */
    double tell_s;
    struct cq_error *err; /* of the step under way */
};

static struct cq_taking *free_taking(struct cq_taking *t)
{
    if (!t)
        return NULL;
    cq_sidecar_csv_done(&t->table);
    cq_str_done(&t->unknown);
    cq_settings_unshare(t->settings);
    if (t->fd >= 0)
        close(t->fd);
    free(t->path);
    free(t->dir);
    free(t->own_stem);
    free(t);
    return NULL;
}

static int new_taking(struct cq_watch *w, const struct cq_watch_source *src, const struct cq_job *job,
                      struct cq_taking **ret)
{
    struct cq_taking *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    *t = (struct cq_taking){.w = w, .src = src, .job = job->id, .file = job->file, .fd = -1};
    t->path = cq_str_dup(job->path);
    t->dir = cq_str_dup(job->dir);
    t->own_stem = cq_sidecar_stem(job->path);
    if (!t->path || !t->dir || !t->own_stem) {
        free_taking(t);
        return -ENOMEM;
    }
    t->rank = !*t->own_stem ? RANK_TABLE : cq_str_ieq(cq_path_ext(t->path), "csv") ? RANK_CSV : RANK_JSON;
    t->rules = (struct cq_sidecar_rules){t->path, src->zone, w->settings->s->records, &t->unknown};
    t->table.rules = &t->rules;
    *ret = t;
    return 0;
}

static int mark(struct cq_taking *t, int64_t id)
{
    struct cq_job j = {0};
    int64_t now = cq_watch_now_ms();
    int r = cq_jobs_load(t->w->store, id, t->err, &j);
    if (r)
        return r;
    t->n_here++;
    if (j.state == CQ_JOB_DONE || j.state == CQ_JOB_RUNNING) {
        if (!j.todo)
            j.todo_tries = 0;
        j.todo |= CQ_TODO_INFO;
        j.todo_ms = now;
        r = cq_jobs_put(t->w->store, &j, NULL, now, t->err);
    }
    cq_job_done(&j);
    return r;
}

/* The recordings of that name, also as legs, are to be joined with what is said of them. */
static int mark_all(struct cq_taking *t, const char *stem, bool changed)
{
    const char *const ends[] = {"", t->src->pair_agent, t->src->pair_customer};
    int r = 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !r; i++) {
        int64_t ids[MAX_BESIDE];
        size_t n = 0;
        char *name = ends[i] ? cq_str_format("%s%s", stem, ends[i]) : NULL;
        if (ends[i] && !name)
            return -ENOMEM;
        if (name)
            r = cq_jobs_beside(t->w->store, t->dir, name, MAX_BESIDE, t->err, ids, &n);
        t->n_here += changed ? 0 : n;
        for (size_t k = 0; k < n && !r && changed; k++)
            r = mark(t, ids[k]);
        free(name);
    }
    return r;
}

static int take_call(void *user, const char *stem, const struct cq_facts *facts)
{
    struct cq_taking *t = user;
    bool changed = false;
    if (!stem)
        stem = t->own_stem;
    if (!*stem)
        return cq_error_set(t->err, -EBADMSG, t->path, 0,
                            "a table of a folder's calls needs \"file\", the recording's name, in each row");
    if (t->phase == PHASE_CHECK) {
        t->n_checked++;
        return 0;
    }
    t->n_calls++;
    int r = cq_sidecar_put(t->w->store, &t->reading, stem, facts, t->err, &changed);
    return r ? r : mark_all(t, stem, changed);
}

static int forget_call(void *user, const char *stem)
{
    struct cq_taking *t = user;
    size_t n_here = t->n_here;
    int r = mark_all(t, stem, true);
    t->n_here = n_here;
    return r;
}

static int begin_phase(struct cq_taking *t)
{
    cq_csv_done(&t->table.csv);
    if (lseek(t->fd, 0, SEEK_SET) < 0)
        return -errno;
    int r = cq_csv_of_file(&t->table.csv, t->path, t->fd);
    if (!r)
        r = cq_sidecar_csv_begin(&t->table, t->err);
    if (!r && t->phase == PHASE_STORE)
        r = cq_sidecar_begin(t->w->store, t->path, t->dir, t->rank, t->err, &t->reading);
    t->begun = r == 0;
    return r;
}

static int sweep(struct cq_taking *t, bool *ret_over)
{
    size_t n = 0;
    int r = cq_sidecar_sweep(t->w->store, &t->reading, SWEEP_A_TIME, forget_call, t, t->err, &n);
    *ret_over = n == 0;
    return r;
}

/* A row of the table, or the end of a phase. */
static int step_row(struct cq_taking *t, bool *ret_over)
{
    struct cq_facts facts = {0};
    char *stem = NULL;
    *ret_over = false;
    if (t->phase == PHASE_SWEEP)
        return sweep(t, ret_over);
    int r = t->begun ? 0 : begin_phase(t);
    int row = r ? r : cq_sidecar_csv_next(&t->table, t->err, &stem, &facts);
    if (row > 0)
        row = take_call(t, stem, &facts);
    else if (row == 0) {
        t->phase = t->phase == PHASE_CHECK ? PHASE_STORE : PHASE_SWEEP;
        t->begun = false;
    }
    cq_facts_done(&facts);
    free(stem);
    return row;
}

/* As far as one piece goes: 1 at the end, 0 where there is more. */
static int step_table(struct cq_taking *t, struct cq_error *err)
{
    double until_s = cq_time_monotonic_s() + PIECE_S;
    bool over = false;
    int r = 0;
    t->err = err;
    do {
        for (int i = 0; i < ROWS_A_LOOK && !r && !over; i++)
            r = step_row(t, &over);
    } while (!r && !over && cq_time_monotonic_s() < until_s);
    return r ? r : over;
}

/* A savepoint of its own: of a list with a mistake in its last member nothing is taken. */
static int take_json(struct cq_taking *t, const char *text, size_t n, struct cq_error *err)
{
    int r = cq_store_begin(t->w->store, err);
    if (r)
        return r;
    t->err = err;
    t->phase = PHASE_STORE;
    r = cq_sidecar_begin(t->w->store, t->path, t->dir, t->rank, err, &t->reading);
    if (!r)
        r = cq_sidecar_parse(&t->rules, text, n, take_call, t, err);
    for (bool over = false; !r && !over;)
        r = sweep(t, &over);
    if (r) {
        cq_store_rollback(t->w->store);
        return r;
    }
    return cq_store_commit(t->w->store, err);
}

/* What the side-car itself is to blame for, or the reading of it: all else is the database's trouble. */
static bool is_of_file(const struct cq_taking *t, int result)
{
    return result == -EBADMSG || result == -EFBIG || t->fd < 0 ||
           (t->err && t->err->file[0] && !strcmp(t->err->file, t->path));
}

static int settle_job(struct cq_taking *t, struct cq_job *job, int result, const struct cq_error *why,
                      struct cq_error *err)
{
    char text[CQ_ERROR_WHAT_MAX + 128];
    int64_t now = cq_watch_now_ms();
    bool bad = result == -EBADMSG || result == -EFBIG;
    const char *unknown = t->unknown.s && !t->unknown.failed ? t->unknown.s : "";
    if (!result) {
        snprintf(text, sizeof text, "read: %zu calls, %zu of their recordings are here%s%s", t->n_calls,
                 t->n_here, *unknown ? "; not understood: " : "", unknown);
        job->state = CQ_JOB_DONE;
        job->due_ms = 0;
        job->attempts = 0;
    } else {
        if (why->line)
            snprintf(text, sizeof text, "line %d: %s", why->line, why->what);
        else
            snprintf(text, sizeof text, "%s", why->what[0] ? why->what : cq_error_name(result));
        job->attempts++;
        job->state = bad ? CQ_JOB_QUARANTINED : CQ_JOB_FAILED;
        job->due_ms = bad ? 0 : now + cq_states_pause_ms(&t->w->settings->s->opts, job->attempts);
        t->w->status.quarantined += bad;
    }
    int r = cq_str_set(&job->reason, text);
    if (!r)
        r = cq_jobs_put(t->w->store, job, text, now, err);
    if (!r && result)
        cq_watch_say(t->w, CQ_LOG_WARNING, job, text);
    return r;
}

/* Written to while it was read: what was read is nobody's. */
static bool is_changed(const struct cq_taking *t)
{
    struct stat st;
    struct cq_file_id now;
    if (stat(t->path, &st))
        return false; /* removed: what was read of it is whole */
    cq_states_file(&st, &now);
    return !cq_states_same_file(&now, &t->file);
}

static int put_back(struct cq_watch *w, struct cq_job *job, int64_t due_ms, const char *why,
                    struct cq_error *err)
{
    job->state = CQ_JOB_SETTLING;
    job->due_ms = due_ms;
    int r = cq_str_set(&job->reason, why);
    return r ? r : cq_jobs_put(w->store, job, why, cq_watch_now_ms(), err);
}

static int end_table(struct cq_taking *t, struct cq_job *job, int result, const struct cq_error *why,
                     struct cq_error *err)
{
    if (is_changed(t))
        return put_back(t->w, job, cq_watch_now_ms(), CQ_REASON("was written to while it was read"), err);
    return settle_job(t, job, result, why, err);
}

static int say_progress(struct cq_taking *t, struct cq_job *job, struct cq_error *err)
{
    char text[128];
    t->tell_s = cq_time_monotonic_s() + TELL_S;
    if (t->phase == PHASE_CHECK)
        snprintf(text, sizeof text, "is being checked: %zu calls so far", t->n_checked);
    else
        snprintf(text, sizeof text, "is being read: %zu of %zu calls so far", t->n_calls, t->n_checked);
    int r = cq_str_set(&job->reason, text);
    return r ? r : cq_jobs_put(t->w->store, job, NULL, cq_watch_now_ms(), err);
}

static int begin_table(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *job,
                       struct cq_error *err)
{
    struct cq_error why = {0};
    struct cq_taking *t = NULL;
    if (w->taking) /* one at a time */
        return put_back(w, job, cq_watch_now_ms() + 500,
                        CQ_REASON("waits for another table that is being read"), err);
    int r = new_taking(w, src, job, &t);
    if (r)
        return r;
    t->fd = open(t->path, O_RDONLY | O_CLOEXEC);
    if (t->fd < 0) {
        r = -errno;
        cq_error_set(&why, r, t->path, 0, "cannot be read: %s", cq_error_name(r));
    }
    int over = r ? r : step_table(t, &why);
    if (over < 0 && !is_of_file(t, over)) {
        *err = why;
        r = over;
    } else if (over) {
        r = end_table(t, job, over < 0 ? over : 0, &why, err);
    } else {
        job->state = CQ_JOB_RUNNING;
        job->due_ms = 0;
        r = say_progress(t, job, err);
        if (!r) {
            t->settings = w->settings;
            w->settings->n_users++;
            t->err = NULL;
            w->taking = t;
            return 0;
        }
    }
    free_taking(t);
    return r;
}

static int take_whole(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *job,
                      struct cq_error *err)
{
    struct cq_error why = {0};
    struct cq_taking *t = NULL;
    char *text = NULL;
    size_t n = 0;
    int r = new_taking(w, src, job, &t);
    if (r)
        return r;
    r = cq_path_read(job->path, CQ_SIDECAR_MAX_BYTES, &text, &n);
    if (r)
        cq_error_set(&why, r, job->path, 0, "cannot be read: %s", cq_error_name(r));
    else
        r = take_json(t, text, n, &why);
    if (r && r != -EBADMSG && r != -EFBIG && text) /* the database's own troubles are the caller's */
        *err = why;
    else
        r = settle_job(t, job, r, &why, err);
    free(text);
    free_taking(t);
    return r;
}

int cq_taking_begin(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *job,
                    struct cq_error *err)
{
    return cq_str_ieq(cq_path_ext(job->path), "csv") ? begin_table(w, src, job, err)
                                                     : take_whole(w, src, job, err);
}

/* What was stored of it in this piece is rolled back with it. */
static void restart(struct cq_taking *t)
{
    t->phase = PHASE_CHECK;
    t->begun = false;
    t->n_checked = t->n_calls = t->n_here = 0;
}

int cq_taking_step(struct cq_watch *w, struct cq_error *err)
{
    struct cq_taking *t = w->taking;
    struct cq_error why = {0};
    struct cq_job job = {0};
    int over = step_table(t, &why);
    if (over < 0 && !is_of_file(t, over)) {
        restart(t);
        *err = why;
        return over;
    }
    if (!over && cq_time_monotonic_s() < t->tell_s)
        return 0;
    int r = cq_jobs_load(w->store, t->job, err, &job);
    if (!r && job.state == CQ_JOB_RUNNING)
        r = over ? end_table(t, &job, over < 0 ? over : 0, &why, err) : say_progress(t, &job, err);
    else if (!r || r == -ENOENT) { /* set aside meanwhile */
        over = 1;
        r = 0;
    }
    cq_job_done(&job);
    if (r)
        restart(t);
    else if (over)
        w->taking = free_taking(t);
    return r;
}

int cq_taking_abandon(struct cq_watch *w, struct cq_error *err)
{
    struct cq_job job = {0};
    if (!w->taking)
        return 0;
    int r = cq_jobs_load(w->store, w->taking->job, err, &job);
    if (!r && job.state == CQ_JOB_RUNNING)
        r = put_back(w, &job, cq_watch_now_ms(), CQ_REASON("put back: the service was stopped"), err);
    cq_job_done(&job);
    cq_taking_drop(w);
    return r;
}

void cq_taking_drop(struct cq_watch *w)
{
    w->taking = free_taking(w->taking);
}
