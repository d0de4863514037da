#include "store/scorecards.h"

#include "base/array.h"
#include "store/db.h"

#include <errno.h>
#include <stdlib.h>

#define MAX_FORMS 1000 /* of one call */

void cq_form_names_done(struct cq_form_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        free(names->v[i].rubric);
        free(names->v[i].version);
    }
    free(names->v);
    *names = (struct cq_form_names){0};
}

static int add(const struct cq_db_st *q, struct cq_form_names *names)
{
    struct cq_form_name one = {0};
    int r = cq_db_get_text(q, 0, &one.rubric);
    if (!r)
        r = cq_db_get_text(q, 1, &one.version);
    if (!r)
        r = CQ_ARRAY_PUSH(names, one);
    if (r) {
        free(one.rubric);
        free(one.version);
    }
    return r;
}

int cq_scorecards_list(struct cq_store *store, int64_t call, struct cq_error *err,
                       struct cq_form_names *ret_names)
{
    struct cq_form_names names = {0};
    struct cq_db_st q = cq_db_st(
        store, "SELECT f.rubric, f.version FROM scorecards s JOIN forms f ON f.id = s.form_id JOIN calls c"
               " ON c.id = s.call_id WHERE s.call_id = ? ORDER BY s.id = c.scorecard_id, s.id LIMIT ?");
    cq_db_int(&q, call);
    cq_db_int(&q, MAX_FORMS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        r = add(&q, &names);
        if (r)
            break;
    }
    cq_db_reset(&q);
    if (r) {
        cq_form_names_done(&names);
        return r;
    }
    *ret_names = names;
    return 0;
}

int cq_scorecards_remove(struct cq_store *store, int64_t call, const struct cq_form_name *form,
                         struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(store, "DELETE FROM scorecards WHERE call_id = ? AND form_id = (SELECT id FROM forms WHERE"
                        " rubric = ? AND version = ?) AND id IS NOT (SELECT scorecard_id FROM calls WHERE id ="
                        " scorecards.call_id)");
    cq_db_int(&q, call);
    cq_db_text(&q, form->rubric);
    cq_db_text(&q, form->version);
    return cq_db_run(&q, err);
}

int cq_reviews_follow_machine(struct cq_store *store, int64_t call, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        store, "UPDATE review_items SET (machine_state, machine_score) = (SELECT i.state, i.score"
               " FROM reviews v JOIN scorecards s ON s.call_id = v.call_id AND s.form_id = v.form_id"
               " JOIN item_scores i ON i.scorecard_id = s.id JOIN form_items f ON f.id = i.item_id"
               " WHERE v.id = review_items.review_id AND f.item = review_items.item)"
               " WHERE review_id IN (SELECT v.id FROM reviews v JOIN scorecards s ON s.call_id ="
               " v.call_id AND s.form_id = v.form_id WHERE v.call_id = ? AND v.state = 0)"
               " AND item IN (SELECT f.item FROM reviews v JOIN scorecards s ON s.call_id = v.call_id"
               " AND s.form_id = v.form_id JOIN item_scores i ON i.scorecard_id = s.id JOIN form_items f"
               " ON f.id = i.item_id WHERE v.id = review_items.review_id)");
    cq_db_int(&q, call);
    return cq_db_run(&q, err);
}
