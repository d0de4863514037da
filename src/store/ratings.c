#include "store/ratings.h"

#include "store/db.h"

int cq_ratings_list(struct cq_store *store, const char *rubric, const char *version,
                    int (*row)(void *user, const struct cq_rating_row *row), void *user, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        store, "SELECT t.item, v.call_id, v.reviewer, t.score, t.machine_score FROM reviews v JOIN forms m ON"
               " m.id = v.form_id JOIN review_items t ON t.review_id = v.id WHERE m.rubric = ? AND"
               " m.version = ? AND v.state <> 0 AND t.mark = 1 ORDER BY t.item, v.call_id, v.reviewer");
    cq_db_text(&q, rubric);
    cq_db_text(&q, version);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_rating_row one = {cq_db_peek_text(&q, 0), cq_db_get_int(&q, 1), cq_db_peek_text(&q, 2),
                                    cq_db_get_real(&q, 3), cq_db_get_real(&q, 4)};
        r = row(user, &one);
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_ratings_reviewed(struct cq_store *store, const char *rubric, bool blind_only,
                        int (*row)(void *user, const struct cq_reviewed_row *row), void *user,
                        struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        store,
        "SELECT v.call_id, c.agent, t.item, avg(coalesce(t.final_score, t.score)), count(*), sum(v.blind)"
        " FROM reviews v JOIN forms m ON m.id = v.form_id JOIN review_items t ON t.review_id = v.id"
        " JOIN calls c ON c.id = v.call_id WHERE m.rubric = ?1 AND v.state IN (1, 3) AND c.status = 0"
        " AND (t.final_mark = 1 OR (t.final_mark = 0 AND t.mark = 1)) AND (?2 = 0 OR v.blind <> 0)"
        " GROUP BY v.call_id, t.item ORDER BY v.call_id, t.item");
    cq_db_text(&q, rubric);
    cq_db_int(&q, blind_only);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_reviewed_row one = {cq_db_get_int(&q, 0),  cq_db_peek_text(&q, 1), cq_db_peek_text(&q, 2),
                                      cq_db_get_real(&q, 3), cq_db_get_int(&q, 4),   cq_db_get_int(&q, 5)};
        r = row(user, &one);
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}
