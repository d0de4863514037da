#include "store/reviews.h"

#include "base/error.h"
#include "store/save.h"

#include <errno.h>
#include <math.h>

static void bind_time(struct cq_db_st *q, int64_t time_s)
{
    if (time_s)
        cq_db_int(q, time_s);
    else
        cq_db_null(q);
}

static void bind_clip(struct cq_db_st *q, const struct cq_review_item *item)
{
    cq_db_ms(q, item->has_clip ? item->clip.start_s : (double)NAN);
    cq_db_ms(q, item->has_clip ? item->clip.end_s : (double)NAN);
}

static int insert_item(struct cq_store *s, int64_t review, size_t seq, const struct cq_review_item *item,
                       struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        s, "INSERT INTO review_items(review_id, seq, item, judged, machine_state, machine_score, mark,"
           " score, remark, reason, clip_start_ms, clip_end_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
           " ?)");
    cq_db_int(&q, review);
    cq_db_int(&q, (int64_t)seq);
    cq_db_text(&q, item->id);
    cq_db_int(&q, item->judged);
    cq_db_int(&q, item->machine_state);
    cq_db_real(&q, item->machine_score);
    cq_db_int(&q, item->mark);
    cq_db_real(&q, item->mark == CQ_MARK_SCORE ? item->score : (double)NAN);
    cq_db_text(&q, item->remark);
    cq_db_text(&q, item->reason);
    bind_clip(&q, item);
    return cq_db_run(&q, err);
}

static int refuse_second(struct cq_store *s, const struct cq_review *v, int64_t form, struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "SELECT id FROM reviews WHERE call_id = ? AND form_id = ? AND reviewer = ?");
    int64_t id;
    cq_db_int(&q, v->call);
    cq_db_int(&q, form);
    cq_db_text(&q, v->reviewer);
    int r = cq_db_one_int(&q, err, &id);
    if (r)
        return r == -ENOENT ? 0 : r;
    return cq_error_set(err, -EEXIST, NULL, 0, "%s has a review of call %lld already: review %lld", v->reviewer,
                        (long long)v->call, (long long)id);
}

static int insert_head(struct cq_store *s, const struct cq_review *v, int64_t form, struct cq_error *err,
                       int64_t *ret_id)
{
    struct cq_db_st q = cq_db_st(s, "INSERT INTO reviews(call_id, form_id, reviewer, expert, blind, state,"
                                    " started_s, remark) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    cq_db_int(&q, v->call);
    cq_db_int(&q, form);
    cq_db_text(&q, v->reviewer);
    cq_db_int(&q, v->expert);
    cq_db_int(&q, v->blind);
    cq_db_int(&q, v->state);
    cq_db_int(&q, v->started_s);
    cq_db_text(&q, v->remark);
    int r = cq_db_run(&q, err);
    if (!r)
        *ret_id = sqlite3_last_insert_rowid(s->db);
    return r;
}

int cq_reviews_insert(struct cq_store *store, const struct cq_review *review, struct cq_error *err,
                      int64_t *ret_id)
{
    int64_t form = 0, id = 0;
    int r = cq_db_begin(store, err);
    if (r)
        return r;
    r = cq_forms_form(store, review->rubric, review->version, err, &form);
    if (!r)
        r = refuse_second(store, review, form, err);
    if (!r)
        r = insert_head(store, review, form, err, &id);
    for (size_t i = 0; !r && i < review->n_items; i++)
        r = insert_item(store, id, i, &review->items[i], err);
    r = cq_db_end(store, r, err);
    if (!r)
        *ret_id = id;
    return r;
}

int cq_reviews_update(struct cq_store *store, const struct cq_review *v, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        store,
        "UPDATE reviews SET state = ?, submitted_s = ?, remark = ?, total = ?, coverage = ?, critical = ?,"
        " partial = ?, disputed_s = ?, disputed_by = ?, dispute = ?, resolved_s = ?,"
        " resolved_by = ?, resolution = ? WHERE id = ?");
    bool worked_out = v->state != CQ_REVIEW_DRAFT;
    cq_db_int(&q, v->state);
    bind_time(&q, v->submitted_s);
    cq_db_text(&q, v->remark);
    cq_db_real(&q, worked_out && v->has_total ? v->total : (double)NAN);
    cq_db_real(&q, worked_out ? v->coverage : (double)NAN);
    cq_db_text(&q, worked_out ? v->critical : NULL);
    if (worked_out)
        cq_db_int(&q, v->partial);
    else
        cq_db_null(&q);
    bind_time(&q, v->disputed_s);
    cq_db_text(&q, v->disputed_by);
    cq_db_text(&q, v->dispute);
    bind_time(&q, v->resolved_s);
    cq_db_text(&q, v->resolved_by);
    cq_db_text(&q, v->resolution);
    cq_db_int(&q, v->id);
    return cq_db_run(&q, err);
}

static int update_final(struct cq_store *s, int64_t review, const struct cq_review_item *item,
                        struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "UPDATE review_items SET final_mark = ?, final_score = ? WHERE review_id = ? AND item = ?");
    cq_db_int(&q, item->final_mark);
    cq_db_real(&q, item->final_mark == CQ_MARK_SCORE ? item->final_score : (double)NAN);
    cq_db_int(&q, review);
    cq_db_text(&q, item->id);
    return cq_db_run(&q, err);
}

int cq_reviews_update_item(struct cq_store *store, int64_t review, const struct cq_review_item *item,
                           struct cq_error *err)
{
    if (item->final_mark != CQ_MARK_NONE)
        return update_final(store, review, item, err);
    struct cq_db_st q = cq_db_st(store, "UPDATE review_items SET mark = ?, score = ?, remark = ?, reason = ?,"
                                        " clip_start_ms = ?, clip_end_ms = ? WHERE review_id = ? AND item = ?");
    cq_db_int(&q, item->mark);
    cq_db_real(&q, item->mark == CQ_MARK_SCORE ? item->score : (double)NAN);
    cq_db_text(&q, item->remark);
    cq_db_text(&q, item->reason);
    bind_clip(&q, item);
    cq_db_int(&q, review);
    cq_db_text(&q, item->id);
    return cq_db_run(&q, err);
}
