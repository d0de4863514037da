/* Which job is next, and how many there are. Every question here is answered by one of the indexes of `jobs`.
 */
#include "store/jobs.h"

#include "store/db.h"

#include <errno.h>

static int take_ids(struct cq_db_st *q, size_t limit, struct cq_error *err, int64_t *ret_ids, size_t *ret_n)
{
    size_t n = 0;
    int r = 0;
    while (n < limit && (r = cq_db_step(q, err)) > 0)
        ret_ids[n++] = cq_db_get_int(q, 0);
    cq_db_reset(q);
    if (r < 0)
        return r;
    *ret_n = n;
    return 0;
}

int cq_jobs_pick(struct cq_store *s, enum cq_jobs_which which, int64_t now_ms, size_t limit,
                 struct cq_error *err, int64_t *ret_ids, size_t *ret_n)
{
    struct cq_db_st q;
    switch (which) {
    case CQ_JOBS_DUE:
        q = cq_db_st(s, "SELECT id FROM jobs WHERE due_ms <= ?1 ORDER BY due_ms LIMIT ?2");
        break;
    case CQ_JOBS_NEWEST: /* state 2 is CQ_JOB_QUEUED */
        q = cq_db_st(s, "SELECT id FROM jobs WHERE state = 2 ORDER BY order_s DESC, id DESC LIMIT ?2");
        break;
    case CQ_JOBS_OLDEST:
        q = cq_db_st(s, "SELECT id FROM jobs WHERE state = 2 ORDER BY order_s, id LIMIT ?2");
        break;
    case CQ_JOBS_TODO:
        q = cq_db_st(s, "SELECT id FROM jobs WHERE todo <> 0 AND todo_ms <= ?1 ORDER BY todo_ms LIMIT ?2");
        break;
    case CQ_JOBS_RUNNING: /* CQ_JOB_RUNNING */
        q = cq_db_st(s, "SELECT id FROM jobs WHERE state = 3 LIMIT ?2");
        break;
    }
    cq_db_int(&q, now_ms);
    cq_db_int(&q, (int64_t)limit);
    return take_ids(&q, limit, err, ret_ids, ret_n);
}

int cq_jobs_beside(struct cq_store *s, const char *dir, const char *stem, size_t limit, struct cq_error *err,
                   int64_t *ret_ids, size_t *ret_n)
{
    struct cq_db_st q =
        stem ? cq_db_st(s, "SELECT id FROM jobs WHERE dir = ?1 AND stem = ?2 AND kind = 0 LIMIT ?3")
             : cq_db_st(s, "SELECT id FROM jobs WHERE dir = ?1 AND ?2 IS NULL AND kind = 0 LIMIT ?3");
    cq_db_text(&q, dir);
    cq_db_text(&q, stem);
    cq_db_int(&q, (int64_t)limit);
    return take_ids(&q, limit, err, ret_ids, ret_n);
}

int cq_jobs_next_ms(struct cq_store *s, struct cq_error *err, int64_t *ret_ms)
{
    int64_t due = 0, todo = 0;
    struct cq_db_st q = cq_db_st(s, "SELECT due_ms FROM jobs WHERE due_ms > 0 ORDER BY due_ms LIMIT 1");
    int r = cq_db_one_int(&q, err, &due);
    if (r && r != -ENOENT)
        return r;
    struct cq_db_st p = cq_db_st(s, "SELECT todo_ms FROM jobs WHERE todo <> 0 ORDER BY todo_ms LIMIT 1");
    r = cq_db_one_int(&p, err, &todo);
    if (r && r != -ENOENT)
        return r;
    *ret_ms = !r && (!due || todo < due) ? todo : due;
    return 0;
}

int cq_jobs_clamp(struct cq_store *s, int64_t now_ms, int64_t limit_ms, struct cq_error *err)
{
    struct cq_db_st due = cq_db_st(s, "UPDATE jobs SET due_ms = ?1 WHERE due_ms > ?2");
    cq_db_int(&due, now_ms);
    cq_db_int(&due, now_ms + limit_ms);
    int r = cq_db_run(&due, err);
    if (r)
        return r;
    struct cq_db_st todo = cq_db_st(s, "UPDATE jobs SET todo_ms = ?1 WHERE todo <> 0 AND todo_ms > ?2");
    cq_db_int(&todo, now_ms);
    cq_db_int(&todo, now_ms + limit_ms);
    return cq_db_run(&todo, err);
}

int cq_jobs_count(struct cq_store *s, struct cq_error *err, struct cq_jobs_counts *ret_counts)
{
    struct cq_jobs_counts c = {0};
    struct cq_db_st q = cq_db_st(s, "SELECT state, count(*) FROM jobs GROUP BY state");
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        int64_t state = cq_db_get_int(&q, 0);
        if (state >= 0 && state < CQ_N_JOB_STATES)
            c.n[state] = cq_db_get_int(&q, 1);
    }
    if (r < 0)
        return r;
    struct cq_db_st old = cq_db_st(s, "SELECT order_s FROM jobs WHERE state = 2 ORDER BY order_s LIMIT 1");
    r = cq_db_one_int(&old, err, &c.oldest_due_s);
    if (r && r != -ENOENT)
        return r;
    struct cq_db_st todo = cq_db_st(s, "SELECT count(*) FROM jobs WHERE todo <> 0");
    r = cq_db_one_int(&todo, err, &c.todo);
    if (!r)
        *ret_counts = c;
    return r;
}

int cq_jobs_recent(struct cq_store *s, int64_t since_ms, struct cq_error *err,
                   struct cq_jobs_recent *ret_recent)
{
    struct cq_jobs_recent v = {0};
    struct cq_db_st q =
        cq_db_st(s, "SELECT count(CASE WHEN state = 4 THEN 1 END),"
                    " count(CASE WHEN state IN (5, 6) THEN 1 END) FROM jobs WHERE changed_ms >= ?");
    struct cq_db_st last =
        cq_db_st(s, "SELECT changed_ms FROM jobs WHERE state = 4 ORDER BY changed_ms DESC LIMIT 1");
    cq_db_int(&q, since_ms);
    int r = cq_db_step(&q, err);
    if (r > 0) {
        v.done = cq_db_get_int(&q, 0);
        v.failed = cq_db_get_int(&q, 1);
    }
    cq_db_reset(&q);
    if (r < 0)
        return r;
    r = cq_db_one_int(&last, err, &v.last_done_ms);
    if (r && r != -ENOENT)
        return r;
    *ret_recent = v;
    return 0;
}
