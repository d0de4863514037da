#include "store/appraise.h"

#include "store/db.h"

#include <errno.h>

/* Parameters 1 to 7 of every statement here. */
static void bind(struct cq_db_st *q, const struct cq_appraise_filter *f)
{
    cq_db_text(q, f->rubric);
    cq_db_text(q, f->version);
    cq_db_text(q, f->agent);
    cq_db_text(q, f->department);
    cq_db_text(q, f->queue);
    cq_db_int(q, f->since_s);
    cq_db_int(q, f->until_s);
}

#define CALLS                                                                                                  \
    " (?3 IS NULL OR c.agent = ?3) AND (?4 IS NULL OR c.department = ?4) AND (?5 IS NULL OR c.queue = ?5)"     \
    " AND c.started_s BETWEEN ?6 AND ?7"
#define CARDS                                                                                                  \
    " FROM calls c JOIN scorecards s ON s.call_id = c.id JOIN forms m ON m.id = s.form_id"                     \
    " AND m.rubric = ?1 AND m.version = ?2"
#define FINAL " v.call_id = c.id AND v.form_id = s.form_id AND v.state IN (1, 3)"

int cq_appraise_items(struct cq_store *store, const struct cq_appraise_filter *filter,
                      int (*row)(void *user, const struct cq_appraise_row *row), void *user,
                      struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        store,
        "WITH k AS (SELECT c.id AS id, c.agent AS agent, c.started_s AS started_s, s.id AS card_id, s.form_id "
        "AS"
        " form_id, (SELECT max(v.expert) FROM reviews v WHERE" FINAL ") AS level" CARDS
        " WHERE c.status = 0 AND" CALLS
        ") SELECT k.id, k.agent, k.started_s, i.item, CASE WHEN k.level IS NULL THEN CASE WHEN x.state = 0 THEN"
        " x.score END ELSE (SELECT avg(CASE WHEN t.final_mark THEN t.final_score WHEN t.mark THEN t.score"
        " WHEN t.machine_state = 0 THEN t.machine_score END) FROM reviews v JOIN review_items t ON t.review_id "
        "= v.id"
        " WHERE v.call_id = k.id AND v.form_id = k.form_id AND v.state IN (1, 3) AND v.expert = k.level"
        " AND t.item = i.item) END, (SELECT count(*) FROM reviews v WHERE v.call_id = k.id AND v.form_id ="
        " k.form_id AND v.state IN (1, 3) AND v.expert = k.level), coalesce(k.level, 0)"
        " FROM k JOIN item_scores x ON x.scorecard_id = k.card_id JOIN form_items i ON i.id = x.item_id"
        " ORDER BY k.agent, k.started_s, k.id, x.seq");
    bind(&q, filter);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_appraise_row one = {.call = cq_db_get_int(&q, 0),
                                      .agent = cq_db_peek_text(&q, 1),
                                      .started_s = cq_db_get_int(&q, 2),
                                      .item = cq_db_peek_text(&q, 3),
                                      .score = cq_db_get_real(&q, 4),
                                      .n_reviews = (int)cq_db_get_int(&q, 5),
                                      .expert = cq_db_get_int(&q, 6) > 0};
        r = row(user, &one);
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_appraise_remarks(struct cq_store *store, const struct cq_appraise_filter *filter,
                        int (*row)(void *user, const struct cq_appraise_remark *remark), void *user,
                        struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(store, "SELECT c.id, t.item, t.remark, v.reviewer" CARDS " JOIN reviews v ON" FINAL
                        " JOIN review_items t ON t.review_id = v.id AND t.remark IS NOT NULL WHERE" CALLS
                        " ORDER BY v.submitted_s DESC, v.id DESC, t.seq");
    bind(&q, filter);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_appraise_remark one = {cq_db_get_int(&q, 0), cq_db_peek_text(&q, 1), cq_db_peek_text(&q, 2),
                                         cq_db_peek_text(&q, 3)};
        r = row(user, &one);
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_appraise_flags(struct cq_store *store, const struct cq_appraise_filter *filter,
                      int (*row)(void *user, const char *flag, int severity, int64_t n_calls), void *user,
                      struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        store, "SELECT f.flag, max(f.severity), count(*)" CARDS " JOIN flags f ON f.scorecard_id = s.id"
               " WHERE c.status = 0 AND" CALLS
               " GROUP BY f.flag ORDER BY max(f.severity) DESC, count(*) DESC, f.flag");
    bind(&q, filter);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        r = row(user, cq_db_peek_text(&q, 0), (int)cq_db_get_int(&q, 1), cq_db_get_int(&q, 2));
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_appraise_moments(struct cq_store *store, const struct cq_appraise_filter *filter, int64_t call,
                        int limit, int (*row)(void *user, const struct cq_appraise_moment *moment), void *user,
                        struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        store, "SELECT i.item, (SELECT word FROM words WHERE kind = 'event' AND code = e.event), e.start_ms,"
               " e.end_ms FROM scorecards s JOIN forms m ON m.id = s.form_id AND m.rubric = ?1 AND"
               " m.version = ?2 JOIN evidence e ON e.scorecard_id = s.id AND e.owner = 0 JOIN item_scores x"
               " ON x.scorecard_id = s.id AND x.seq = e.owner_seq JOIN form_items i ON i.id = x.item_id"
               " WHERE s.call_id = ?3 ORDER BY e.end_ms - e.start_ms DESC, e.start_ms, i.item LIMIT ?4");
    cq_db_text(&q, filter->rubric);
    cq_db_text(&q, filter->version);
    cq_db_int(&q, call);
    cq_db_int(&q, limit);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_appraise_moment one = {cq_db_peek_text(&q, 0), cq_db_peek_text(&q, 1), cq_db_get_ms(&q, 2),
                                         cq_db_get_ms(&q, 3)};
        r = row(user, &one);
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_appraise_sums(struct cq_store *store, const struct cq_appraise_filter *filter, struct cq_error *err,
                     struct cq_appraise_facts *ret_facts)
{
    struct cq_db_st q = cq_db_st(
        store,
        "SELECT count(*), coalesce(sum(c.status), 0), coalesce(sum((SELECT count(*) FROM reviews v JOIN forms "
        "m ON"
        " m.id = v.form_id WHERE v.call_id = c.id AND m.rubric = ?1 AND m.version = ?2 AND v.state = 2)), 0),"
        " coalesce(sum((SELECT count(*) FROM reviews v JOIN forms m ON m.id = v.form_id WHERE v.call_id = c.id "
        "AND"
        " m.rubric = ?1 AND m.version = ?2 AND v.state = 0)), 0), coalesce(sum(agent_early_cut_ins), 0),"
        " coalesce(sum(agent_restarts), 0), coalesce(sum(agent_interruption_cost_s), 0),"
        " coalesce(sum(customer_speech_s), 0) FROM calls c LEFT JOIN measures x ON x.call_id = c.id "
        "WHERE" CALLS);
    bind(&q, filter);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -EIO;
    *ret_facts = (struct cq_appraise_facts){
        .calls = cq_db_get_int(&q, 0),
        .unscorable = cq_db_get_int(&q, 1),
        .disputed = cq_db_get_int(&q, 2),
        .drafts = cq_db_get_int(&q, 3),
        .early_cut_ins = cq_db_get_real(&q, 4),
        .restarts = cq_db_get_real(&q, 5),
        .cut_in_cost_s = cq_db_get_real(&q, 6),
        .customer_speech_s = cq_db_get_real(&q, 7),
    };
    cq_db_reset(&q);
    return 0;
}
