#include "store/retention.h"

#include "store/db.h"

/* A call is a source's where one of that source's jobs made it and no other source has one of it. */
#define OLD_CALL                                                                                               \
    " coalesce(c.started_s, c.created_s) < ?2 AND (?3 = 0 OR c.severity IS NULL)"                              \
    " AND NOT EXISTS (SELECT 1 FROM examples x WHERE x.call_id = c.id AND x.keep = 1)"                         \
    " AND EXISTS (SELECT 1 FROM jobs j WHERE j.call_id = c.id AND j.source = ?1)"                              \
    " AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.call_id = c.id AND j.source <> ?1)"

int cq_retention_calls(struct cq_store *s, const struct cq_old_query *q, size_t limit, struct cq_error *err,
                       int64_t *ret_calls, size_t *ret_n)
{
    size_t n = 0;
    int r = 0;
    struct cq_db_st st =
        cq_db_st(s, "SELECT c.id FROM calls c WHERE c.id > ?4 AND" OLD_CALL
                    " AND (?6 = 1 OR NOT EXISTS (SELECT 1 FROM reviews r WHERE r.call_id = c.id))"
                    " AND (?6 = 0 OR EXISTS (SELECT 1 FROM call_paths p WHERE p.call_id = c.id"
                    " AND p.removed_s IS NULL)) ORDER BY c.id LIMIT ?5");
    cq_db_text(&st, q->source);
    cq_db_int(&st, q->before_s);
    cq_db_int(&st, q->keep_flagged);
    cq_db_int(&st, q->after);
    cq_db_int(&st, (int64_t)limit);
    cq_db_int(&st, q->with_audio);
    while (n < limit && (r = cq_db_step(&st, err)) > 0)
        ret_calls[n++] = cq_db_get_int(&st, 0);
    cq_db_reset(&st);
    if (r < 0)
        return r;
    *ret_n = n;
    return 0;
}

int cq_retention_paths(struct cq_store *s, int64_t call, size_t limit, struct cq_error *err, char **ret_paths,
                       size_t *ret_n)
{
    size_t n = 0;
    int r = 0;
    struct cq_db_st st = cq_db_st(
        s, "SELECT path FROM call_paths WHERE call_id = ? AND removed_s IS NULL ORDER BY path LIMIT ?");
    cq_db_int(&st, call);
    cq_db_int(&st, (int64_t)limit);
    while (n < limit && (r = cq_db_step(&st, err)) > 0) {
        ret_paths[n] = NULL;
        r = cq_db_get_text(&st, 0, &ret_paths[n]);
        if (r)
            break;
        n++;
    }
    cq_db_reset(&st);
    *ret_n = n;
    return r < 0 ? r : 0;
}
