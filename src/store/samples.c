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
