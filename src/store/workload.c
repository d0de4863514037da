#include "store/workload.h"

#include "store/db.h"

#define OPEN                                                                                                   \
    "SELECT count(*) FROM assignments a WHERE a.reviewer = p.name AND NOT EXISTS (SELECT 1 FROM reviews v"     \
    " WHERE v.call_id = a.call_id AND v.reviewer = p.name AND v.state <> 0)"

int cq_workload_each(struct cq_store *s, int64_t since_s, int64_t until_s, int64_t now_s,
                     int (*row)(void *user, const struct cq_workload *w), void *user, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        s,
        "WITH done(name, n) AS MATERIALIZED (SELECT reviewer, count(*) FROM reviews WHERE submitted_s >= ?1"
        " AND submitted_s < ?2 GROUP BY reviewer)"
        " SELECT p.name, coalesce((SELECT u.title FROM users u WHERE u.name = p.name), ''), (" OPEN "), (" OPEN
        " AND a.due_s < ?3), (SELECT count(*) FROM reviews v WHERE v.reviewer = p.name AND v.state = 0),"
        " coalesce((SELECT d.n FROM done d WHERE d.name = p.name), 0),"
        " (SELECT count(*) FROM reviews v WHERE v.reviewer = p.name AND v.state = 2) FROM (SELECT name FROM"
        " users WHERE disabled = 0 AND role <> 4 UNION SELECT DISTINCT reviewer FROM reviews"
        " UNION SELECT DISTINCT reviewer FROM assignments WHERE reviewer IS NOT NULL) p"
        " ORDER BY p.name LIMIT 500");
    int r, ended = 0;
    cq_db_int(&q, since_s);
    cq_db_int(&q, until_s);
    cq_db_int(&q, now_s);
    while (!ended && (r = cq_db_step(&q, err)) > 0) {
        const struct cq_workload w = {
            .name = cq_db_peek_text(&q, 0),
            .title = cq_db_peek_text(&q, 1),
            .open = cq_db_get_int(&q, 2),
            .overdue = cq_db_get_int(&q, 3),
            .drafts = cq_db_get_int(&q, 4),
            .submitted = cq_db_get_int(&q, 5),
            .disputed = cq_db_get_int(&q, 6),
        };
        ended = row(user, &w);
    }
    cq_db_reset(&q);
    return ended ? ended : r;
}

int cq_workload_forms(struct cq_store *s,
                      int (*row)(void *user, const char *rubric, const char *version, int64_t reviews),
                      void *user, struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "SELECT f.rubric, f.version, count(*) FROM reviews v JOIN forms f"
                    " ON f.id = v.form_id WHERE v.state <> 0 GROUP BY f.id ORDER BY 3 DESC, 1, 2");
    int r, ended = 0;
    while (!ended && (r = cq_db_step(&q, err)) > 0)
        ended = row(user, cq_db_peek_text(&q, 0), cq_db_peek_text(&q, 1), cq_db_get_int(&q, 2));
    cq_db_reset(&q);
    return ended ? ended : r;
}

int cq_workload_stamp(struct cq_store *s, struct cq_error *err, int64_t *ret_stamp)
{
    struct cq_db_st q = cq_db_st(s, "SELECT count(*) + coalesce(max(submitted_s), 0) FROM reviews"
                                    " WHERE submitted_s IS NOT NULL");
    return cq_db_one_int(&q, err, ret_stamp);
}
