#include "store/samples.h"

#include "base/time.h"
#include "store/db.h"

#include <errno.h>

int cq_samples_call(struct cq_store *store, int64_t call, struct cq_error *err, char **ret_agent,
                    int *ret_severity)
{
    struct cq_db_st q = cq_db_st(store, "SELECT agent, coalesce(severity, -1) FROM calls WHERE id = ?");
    char *agent = NULL;
    cq_db_int(&q, call);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    *ret_severity = (int)cq_db_get_int(&q, 1);
    r = cq_db_get_text(&q, 0, &agent);
    cq_db_reset(&q);
    if (!r)
        *ret_agent = agent;
    return r;
}

int cq_samples_add(struct cq_store *store, const char *who, const char *json, struct cq_error *err,
                   int64_t *ret_id)
{
    struct cq_db_st q = cq_db_st(store, "INSERT INTO samples(drawn_s, drawn_by, json) VALUES(?, ?, ?)");
    cq_db_int(&q, cq_time_now_s());
    cq_db_text(&q, who);
    cq_db_text(&q, json);
    int r = cq_db_run(&q, err);
    if (!r)
        *ret_id = sqlite3_last_insert_rowid(store->db);
    return r;
}

int cq_samples_assign(struct cq_store *store, int64_t sample, int64_t call, const char *reviewer, int64_t due_s,
                      struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(store, "INSERT INTO assignments(sample_id, call_id, reviewer, due_s) VALUES(?, ?, ?, ?)");
    cq_db_int(&q, sample);
    cq_db_int(&q, call);
    cq_db_text(&q, reviewer);
    if (due_s)
        cq_db_int(&q, due_s);
    else
        cq_db_null(&q);
    return cq_db_run(&q, err);
}

int cq_samples_open(struct cq_store *store, const char *reviewer, struct cq_error *err, int64_t *ret_n)
{
    struct cq_db_st q = cq_db_st(
        store,
        "SELECT count(*) FROM assignments a WHERE a.reviewer = ?1 AND NOT EXISTS (SELECT 1 FROM reviews v"
        " WHERE v.call_id = a.call_id AND v.reviewer = ?1 AND v.state <> 0)");
    cq_db_text(&q, reviewer);
    return cq_db_one_int(&q, err, ret_n);
}

int cq_samples_drawn(struct cq_store *store, int64_t call, int64_t last_sample, struct cq_error *err,
                     bool *ret_is)
{
    struct cq_db_st q =
        cq_db_st(store, "SELECT count(*) FROM assignments WHERE call_id = ? AND sample_id <= ?");
    int64_t n = 0;
    cq_db_int(&q, call);
    cq_db_int(&q, last_sample);
    int r = cq_db_one_int(&q, err, &n);
    if (!r)
        *ret_is = n > 0;
    return r;
}

int cq_samples_last(struct cq_store *store, struct cq_error *err, int64_t *ret_id)
{
    struct cq_db_st q = cq_db_st(store, "SELECT coalesce(max(id), 0) FROM samples");
    return cq_db_one_int(&q, err, ret_id);
}

/* The state of the reviewer's own review of the call, by any form: NULL none, 0 a draft, else submitted. */
#define STATE "(SELECT max(v.state) FROM reviews v WHERE v.call_id = a.call_id AND v.reviewer = a.reviewer)"

int cq_samples_waiting(struct cq_store *store, const char *reviewer, int64_t overdue_s,
                       int (*row)(void *user, const struct cq_assigned_row *row), void *user,
                       struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        store, "SELECT a.sample_id, a.call_id, c.agent, a.reviewer, a.due_s, " STATE " AS state"
               " FROM assignments a JOIN calls c ON c.id = a.call_id WHERE (?1 IS NULL OR a.reviewer = ?1)"
               " AND (?2 = 0 OR a.due_s < ?2) AND coalesce(state, 0) = 0"
               " ORDER BY a.due_s IS NULL, a.due_s, a.sample_id, a.call_id");
    cq_db_text(&q, reviewer);
    cq_db_int(&q, overdue_s);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_assigned_row one = {.sample = cq_db_get_int(&q, 0),
                                      .call = cq_db_get_int(&q, 1),
                                      .agent = cq_db_peek_text(&q, 2),
                                      .reviewer = cq_db_peek_text(&q, 3),
                                      .due_s = cq_db_get_int(&q, 4),
                                      .state = cq_db_is_null(&q, 5) ? CQ_ASSIGNED_WAITS : CQ_ASSIGNED_BEGUN};
        r = row(user, &one);
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_samples_workload(struct cq_store *store, int64_t now_s,
                        int (*row)(void *user, const struct cq_workload_row *row), void *user,
                        struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        store,
        "SELECT reviewer, count(*), sum(state IS NOT NULL AND state > 0), sum(state IS 0), sum(state IS NULL),"
        " sum(coalesce(state, 0) = 0 AND due_s IS NOT NULL AND due_s < ?) FROM"
        " (SELECT a.reviewer, a.due_s, " STATE " AS state FROM assignments a WHERE a.reviewer IS NOT NULL)"
        " GROUP BY reviewer ORDER BY reviewer");
    cq_db_int(&q, now_s);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_workload_row one = {cq_db_peek_text(&q, 0), cq_db_get_int(&q, 1), cq_db_get_int(&q, 2),
                                      cq_db_get_int(&q, 3),   cq_db_get_int(&q, 4), cq_db_get_int(&q, 5)};
        r = row(user, &one);
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}
