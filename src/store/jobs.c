#include "store/jobs.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PATH_BYTES 4096

static const char *const state_names[] = {"seen",   "settling",    "queued",  "running", "done",
                                          "failed", "quarantined", "ignored", "gone",    "paired"};
static_assert(sizeof state_names / sizeof *state_names == CQ_N_JOB_STATES, "a name a state");

const char *cq_job_state_name(enum cq_job_state state)
{
    return (unsigned)state < CQ_N_JOB_STATES ? state_names[state] : "?";
}

int cq_job_state_of(const char *name, enum cq_job_state *ret_state)
{
    for (int i = 0; i < CQ_N_JOB_STATES; i++) {
        if (!strcmp(state_names[i], name)) {
            *ret_state = (enum cq_job_state)i;
            return 0;
        }
    }
    return -ENOENT;
}

void cq_job_done(struct cq_job *job)
{
    if (!job)
        return;
    free(job->path);
    free(job->dir);
    free(job->stem);
    free(job->source);
    free(job->reason);
    free(job->layout);
    free(job->after_path);
    *job = (struct cq_job){0};
}

#define COLUMNS                                                                                                \
    "id, kind, state, size_bytes, mtime_ns, inode, path, dir, stem, source, reason, seen_ms, changed_ms,"      \
    " grown_ms, coalesce(due_ms, 0), order_s, attempts, crashes, coalesce(call_id, 0), alone, again, layout,"  \
    " coalesce(partner_id, 0), todo, todo_ms, todo_tries, after_path"

static void take_head(const struct cq_db_st *q, struct cq_job *j)
{
    int64_t state = cq_db_get_int(q, 2);
    j->id = cq_db_get_int(q, 0);
    j->kind = cq_db_get_int(q, 1) == CQ_JOB_SIDECAR ? CQ_JOB_SIDECAR : CQ_JOB_AUDIO;
    j->state = state >= 0 && state < CQ_N_JOB_STATES ? (enum cq_job_state)state : CQ_JOB_IGNORED;
    j->file.size_bytes = cq_db_get_int(q, 3);
    j->file.mtime_ns = cq_db_get_int(q, 4);
    j->file.inode = cq_db_get_int(q, 5);
}

static int take_row(const struct cq_db_st *q, struct cq_job *j)
{
    take_head(q, j);
    j->seen_ms = cq_db_get_int(q, 11);
    j->changed_ms = cq_db_get_int(q, 12);
    j->grown_ms = cq_db_get_int(q, 13);
    j->due_ms = cq_db_get_int(q, 14);
    j->order_s = cq_db_get_int(q, 15);
    j->attempts = (int)cq_db_get_int(q, 16);
    j->crashes = (int)cq_db_get_int(q, 17);
    j->call = cq_db_get_int(q, 18);
    j->alone = cq_db_get_int(q, 19);
    j->again = cq_db_get_int(q, 20);
    j->partner = cq_db_get_int(q, 22);
    j->todo = (int)cq_db_get_int(q, 23);
    j->todo_ms = cq_db_get_int(q, 24);
    j->todo_tries = (int)cq_db_get_int(q, 25);
    char **const texts[] = {&j->path, &j->dir, &j->stem, &j->source, &j->reason, &j->layout, &j->after_path};
    static const int columns[] = {6, 7, 8, 9, 10, 21, 26};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        int r = cq_db_get_text(q, columns[i], texts[i]);
        if (r)
            return r;
    }
    return 0;
}

static int load_one(struct cq_db_st *q, struct cq_error *err, struct cq_job *ret_job)
{
    struct cq_job j = {0};
    int r = cq_db_step(q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    r = take_row(q, &j);
    cq_db_reset(q);
    if (r) {
        cq_job_done(&j);
        return r;
    }
    *ret_job = j;
    return 0;
}

int cq_jobs_find(struct cq_store *s, const char *path, struct cq_error *err, struct cq_job *ret_job)
{
    struct cq_db_st q = cq_db_st(s, "SELECT " COLUMNS " FROM jobs WHERE path = ?");
    cq_db_text(&q, path);
    return load_one(&q, err, ret_job);
}

int cq_jobs_load(struct cq_store *s, int64_t id, struct cq_error *err, struct cq_job *ret_job)
{
    struct cq_db_st q = cq_db_st(s, "SELECT " COLUMNS " FROM jobs WHERE id = ?");
    cq_db_int(&q, id);
    return load_one(&q, err, ret_job);
}

int cq_jobs_peek(struct cq_store *s, const char *path, struct cq_error *err, struct cq_job *ret_job)
{
    struct cq_job j = {0};
    struct cq_db_st q =
        cq_db_st(s, "SELECT id, kind, state, size_bytes, mtime_ns, inode FROM jobs WHERE path = ?");
    cq_db_text(&q, path);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    take_head(&q, &j);
    cq_db_reset(&q);
    *ret_job = j;
    return 0;
}

static int split_path(struct cq_job *j)
{
    const char *name = cq_path_base(j->path), *ext = cq_path_ext(j->path);
    size_t n_dir = (size_t)(name - j->path), n_stem = strlen(name) - (*ext ? strlen(ext) + 1 : 0);
    struct cq_str dir = {0}, stem = {0};
    cq_str_add_n(&dir, j->path, n_dir > 1 ? n_dir - 1 : n_dir);
    cq_str_add_n(&stem, name, n_stem);
    free(j->dir);
    free(j->stem);
    j->dir = cq_str_take(&dir);
    j->stem = cq_str_take(&stem);
    return j->dir && j->stem ? 0 : -ENOMEM;
}

static void bind_id(struct cq_db_st *q, int64_t v)
{
    if (v)
        cq_db_int(q, v);
    else
        cq_db_null(q);
}

/* The columns that change, in the order of both statements below. */
static void bind_changing(struct cq_db_st *q, const struct cq_job *j)
{
    cq_db_text(q, j->source);
    cq_db_int(q, j->kind);
    cq_db_int(q, j->state);
    cq_db_text(q, j->reason);
    cq_db_int(q, j->file.size_bytes);
    cq_db_int(q, j->file.mtime_ns);
    cq_db_int(q, j->file.inode);
    cq_db_int(q, j->changed_ms);
    cq_db_int(q, j->grown_ms);
    bind_id(q, j->due_ms);
    cq_db_int(q, j->order_s);
    cq_db_int(q, j->attempts);
    cq_db_int(q, j->crashes);
    bind_id(q, j->call);
    cq_db_int(q, j->alone);
    cq_db_int(q, j->again);
    cq_db_text(q, j->layout);
    bind_id(q, j->partner);
    cq_db_int(q, j->todo);
    cq_db_int(q, j->todo_ms);
    cq_db_int(q, j->todo_tries);
    cq_db_text(q, j->after_path);
}

static int insert(struct cq_store *s, struct cq_job *j, struct cq_error *err)
{
    if (strlen(j->path) > MAX_PATH_BYTES)
        return cq_error_set(err, -ENAMETOOLONG, NULL, 0, "a path is longer than %d bytes", MAX_PATH_BYTES);
    int r = split_path(j);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(
        s, "INSERT INTO jobs(source, kind, state, reason, size_bytes, mtime_ns, inode, changed_ms, grown_ms,"
           " due_ms, order_s, attempts, crashes, call_id, alone, again, layout, partner_id, todo, todo_ms,"
           " todo_tries, after_path, path, dir, stem, seen_ms)"
           " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_changing(&q, j);
    cq_db_text(&q, j->path);
    cq_db_text(&q, j->dir);
    cq_db_text(&q, j->stem);
    cq_db_int(&q, j->seen_ms);
    r = cq_db_run(&q, err);
    if (!r)
        j->id = sqlite3_last_insert_rowid(s->db);
    return r;
}

static int update(struct cq_store *s, const struct cq_job *j, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        s, "UPDATE jobs SET source = ?, kind = ?, state = ?, reason = ?, size_bytes = ?, mtime_ns = ?,"
           " inode = ?, changed_ms = ?, grown_ms = ?, due_ms = ?, order_s = ?, attempts = ?, crashes = ?,"
           " call_id = ?, alone = ?, again = ?, layout = ?, partner_id = ?, todo = ?, todo_ms = ?,"
           " todo_tries = ?, after_path = ? WHERE id = ?");
    bind_changing(&q, j);
    cq_db_int(&q, j->id);
    int r = cq_db_run(&q, err);
    return r ? r : sqlite3_changes(s->db) ? 0 : -ENOENT;
}

static int add_event(struct cq_store *s, const struct cq_job *j, const char *text, int64_t now_ms,
                     struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "INSERT INTO job_events(job_id, at_ms, state, text) VALUES(?, ?, ?, ?)");
    cq_db_int(&q, j->id);
    cq_db_int(&q, now_ms);
    cq_db_int(&q, j->state);
    cq_db_text(&q, text);
    int r = cq_db_run(&q, err);
    if (r)
        return r;
    struct cq_db_st old = cq_db_st(
        s, "DELETE FROM job_events WHERE job_id = ?1 AND id <= (SELECT id FROM job_events WHERE job_id = ?1"
           " ORDER BY id DESC LIMIT 1 OFFSET ?2)");
    cq_db_int(&old, j->id);
    cq_db_int(&old, CQ_JOBS_MAX_EVENTS);
    return cq_db_run(&old, err);
}

int cq_jobs_put(struct cq_store *s, struct cq_job *job, const char *event, int64_t now_ms, struct cq_error *err)
{
    int r = cq_db_begin(s, err);
    if (r)
        return r;
    bool fresh = job->id == 0;
    job->changed_ms = now_ms;
    r = fresh ? insert(s, job, err) : update(s, job, err);
    if (!r && event)
        r = add_event(s, job, event, now_ms, err);
    r = cq_db_end(s, r, err);
    if (r && fresh)
        job->id = 0;
    return r;
}

int cq_jobs_events(struct cq_store *s, int64_t id,
                   int (*tell)(void *user, int64_t at_ms, enum cq_job_state state, const char *text),
                   void *user, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "SELECT at_ms, state, text FROM job_events WHERE job_id = ? ORDER BY id");
    cq_db_int(&q, id);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        const char *text = cq_db_peek_text(&q, 2);
        r = tell(user, cq_db_get_int(&q, 0), (enum cq_job_state)cq_db_get_int(&q, 1), text ? text : "");
        if (r) {
            cq_db_reset(&q);
            return r;
        }
    }
    return r;
}

/* Rows of the list are read through the same columns, so that the two cannot drift apart. */
int cq_jobs_list(struct cq_store *s, const struct cq_jobs_filter *f,
                 int (*tell)(void *user, const struct cq_job *job), void *user, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "SELECT " COLUMNS " FROM jobs WHERE (?1 < 0 OR state = ?1)"
                                    " AND (?2 IS NULL OR source = ?2) ORDER BY changed_ms DESC, id DESC"
                                    " LIMIT ?3");
    cq_db_int(&q, f->state);
    cq_db_text(&q, f->source);
    cq_db_int(&q, f->limit > 0 ? f->limit : -1);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_job j = {0};
        r = take_row(&q, &j);
        if (!r)
            r = tell(user, &j);
        cq_job_done(&j);
        if (r) {
            cq_db_reset(&q);
            return r;
        }
    }
    return r;
}
