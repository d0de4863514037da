#include "store/reviews.h"

#include "base/error.h"
#include "store/save.h"

#include <errno.h>
#include <stdlib.h>

#define MAX_ITEMS 1000 /* of a form, as where it is read; a damaged file must not fill memory */

#define HEAD                                                                                                   \
    "SELECT v.id, v.call_id, c.agent, c.duration_ms, m.rubric, m.version, v.reviewer, v.expert, v.blind,"      \
    " v.state, v.started_s, v.submitted_s, v.remark, v.partial, v.total, v.coverage, v.disputed_by, "          \
    "v.dispute,"                                                                                               \
    " v.disputed_s, v.resolved_by, v.resolution, v.resolved_s, v.critical"                                     \
    " FROM reviews v JOIN calls c ON c.id = v.call_id JOIN forms m ON m.id = v.form_id"

static int read_head(const struct cq_db_st *q, struct cq_review *v)
{
    const struct {
        int col;
        char **field;
    } texts[] = {
        {2, &v->agent},       {4, &v->rubric},       {5, &v->version},  {6, &v->reviewer},
        {12, &v->remark},     {16, &v->disputed_by}, {17, &v->dispute}, {19, &v->resolved_by},
        {20, &v->resolution}, {22, &v->critical},
    };
    int64_t state = cq_db_get_int(q, 9);
    if (state < CQ_REVIEW_DRAFT || state > CQ_REVIEW_RESOLVED)
        return -EBADMSG;
    v->id = cq_db_get_int(q, 0);
    v->call = cq_db_get_int(q, 1);
    v->call_duration_s = cq_db_get_ms(q, 3);
    v->expert = cq_db_get_int(q, 7);
    v->blind = cq_db_get_int(q, 8);
    v->state = (enum cq_review_state)state;
    v->started_s = cq_db_get_int(q, 10);
    v->submitted_s = cq_db_get_int(q, 11); /* NULL reads as 0 */
    v->partial = cq_db_get_int(q, 13);
    v->has_total = !cq_db_is_null(q, 14);
    v->total = v->has_total ? cq_db_get_real(q, 14) : 0;
    v->coverage = cq_db_is_null(q, 15) ? 0 : cq_db_get_real(q, 15);
    v->disputed_s = cq_db_get_int(q, 18);
    v->resolved_s = cq_db_get_int(q, 21);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int r = cq_db_get_text(q, texts[i].col, texts[i].field);
        if (r)
            return r;
    }
    return 0;
}

static int read_item(const struct cq_db_st *q, struct cq_review_item *item)
{
    int64_t judged = cq_db_get_int(q, 1), state = cq_db_get_int(q, 2), mark = cq_db_get_int(q, 4);
    int64_t final_mark = cq_db_get_int(q, 10);
    if (judged < CQ_JUDGED_AUTO || judged > CQ_JUDGED_SCRIPT || state < CQ_ITEM_SCORED ||
        state > CQ_ITEM_NOT_APPLICABLE || mark < CQ_MARK_NONE || mark > CQ_MARK_NOT_APPLICABLE ||
        final_mark < CQ_MARK_NONE || final_mark > CQ_MARK_NOT_APPLICABLE)
        return -EBADMSG;
    item->judged = (enum cq_judged)judged;
    item->machine_state = (enum cq_item_state)state;
    item->machine_score = cq_db_get_real(q, 3);
    item->mark = (enum cq_mark)mark;
    item->score = cq_db_get_real(q, 5);
    item->has_clip = !cq_db_is_null(q, 8);
    if (item->has_clip)
        item->clip = (struct cq_span){cq_db_get_ms(q, 8), cq_db_get_ms(q, 9)};
    item->final_mark = (enum cq_mark)final_mark;
    item->final_score = cq_db_get_real(q, 11);
    int r = cq_db_get_text(q, 0, &item->id);
    if (!r)
        r = cq_db_get_text(q, 6, &item->remark);
    return r ? r : cq_db_get_text(q, 7, &item->reason);
}

static int load_items(struct cq_store *s, struct cq_review *v, struct cq_error *err)
{
    struct cq_db_st n = cq_db_st(s, "SELECT min(count(*), ?) FROM review_items WHERE review_id = ?");
    int64_t count;
    cq_db_int(&n, MAX_ITEMS);
    cq_db_int(&n, v->id);
    int r = cq_db_one_int(&n, err, &count);
    if (r)
        return r;
    v->items = calloc(count ? (size_t)count : 1, sizeof *v->items);
    if (!v->items)
        return -ENOMEM;
    struct cq_db_st q =
        cq_db_st(s, "SELECT item, judged, machine_state, machine_score, mark, score, remark, reason,"
                    " clip_start_ms, clip_end_ms, final_mark, final_score FROM review_items"
                    " WHERE review_id = ? ORDER BY seq LIMIT ?");
    cq_db_int(&q, v->id);
    cq_db_int(&q, count);
    while ((r = cq_db_step(&q, err)) > 0) {
        r = read_item(&q, &v->items[v->n_items++]);
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_reviews_load(struct cq_store *store, int64_t id, struct cq_error *err, struct cq_review *ret_review)
{
    struct cq_review v = {0};
    struct cq_db_st q = cq_db_st(store, HEAD " WHERE v.id = ?");
    cq_db_int(&q, id);
    int r = cq_db_step(&q, err);
    if (r == 0)
        return cq_error_set(err, -ENOENT, NULL, 0, "there is no review %lld (callqa review list)",
                            (long long)id);
    if (r > 0) {
        r = read_head(&q, &v);
        cq_db_reset(&q);
    }
    if (!r)
        r = load_items(store, &v, err);
    if (r == -EBADMSG)
        cq_error_set(err, r, NULL, 0, "review %lld is damaged; run 'callqa db check'", (long long)id);
    if (r) {
        cq_review_done(&v);
        return r;
    }
    *ret_review = v;
    return 0;
}

int cq_reviews_has_draft(struct cq_store *store, int64_t call, const char *rubric, const char *version,
                         const char *reviewer, struct cq_error *err, bool *ret_has)
{
    struct cq_db_st q =
        cq_db_st(store, "SELECT 1 FROM reviews v JOIN forms m ON m.id = v.form_id WHERE v.call_id = ?"
                        " AND m.rubric = ? AND m.version = ? AND v.reviewer = ? AND v.state = 0");
    int64_t one;
    cq_db_int(&q, call);
    cq_db_text(&q, rubric);
    cq_db_text(&q, version);
    cq_db_text(&q, reviewer);
    int r = cq_db_one_int(&q, err, &one);
    if (r && r != -ENOENT)
        return r;
    *ret_has = !r;
    return 0;
}

int cq_reviews_list(struct cq_store *store, const struct cq_reviews_filter *f,
                    int (*row)(void *user, const struct cq_review *review), void *user, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(store, HEAD " WHERE (?1 = 0 OR v.call_id = ?1) AND (?2 < 0 OR v.state = ?2)"
                                             " AND (?3 IS NULL OR v.reviewer = ?3) AND (?4 IS NULL OR c.agent ="
                                             " ?4) ORDER BY v.id DESC LIMIT ?5");
    cq_db_int(&q, f->call);
    cq_db_int(&q, f->state);
    cq_db_text(&q, f->reviewer);
    cq_db_text(&q, f->agent);
    cq_db_int(&q, f->limit);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_review v = {0};
        r = read_head(&q, &v);
        if (!r)
            r = row(user, &v);
        cq_review_done(&v);
        if (r < 0)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_store_load_scorecard(struct cq_store *store, int64_t call, const char *rubric, const char *version,
                            struct cq_error *err, struct cq_scorecard *ret_card)
{
    struct cq_db_st q = cq_db_st(
        store,
        "SELECT s.id FROM scorecards s JOIN forms m ON m.id = s.form_id JOIN calls c ON c.id = s.call_id"
        " WHERE s.call_id = ?1 AND CASE WHEN ?2 IS NULL THEN s.id = c.scorecard_id ELSE m.rubric = ?2"
        " AND (?3 IS NULL OR m.version = ?3) END ORDER BY s.id = c.scorecard_id DESC, s.id DESC LIMIT 1");
    struct cq_scorecard card = {0};
    int64_t id;
    cq_db_int(&q, call);
    cq_db_text(&q, rubric);
    cq_db_text(&q, version);
    int r = cq_db_one_int(&q, err, &id);
    if (r == -ENOENT)
        return cq_error_set(err, r, NULL, 0, "call %lld has no score by this form; 'callqa rescore' makes one",
                            (long long)call);
    if (!r)
        r = cq_scorecard_load(store, id, err, &card);
    if (r) {
        cq_scorecard_done(&card);
        return r;
    }
    *ret_card = card;
    return 0;
}
