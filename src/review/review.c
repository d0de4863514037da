/* Each function here: a transaction, the rules, the store, an entry in the audit. */
#include "review/rules.h"

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "review/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* End a transaction as `r` says. */
static int finish(struct cq_store *store, int r, struct cq_error *err)
{
    if (!r)
        return cq_store_commit(store, err);
    cq_store_rollback(store);
    return r;
}

static int check_who(const char *who, struct cq_error *err)
{
    return cq_rules_text("name", who, true, CQ_REVIEW_MAX_NAME, err);
}

static int start_review(struct cq_store *store, const struct cq_review_start *how,
                        const struct cq_rubric *rubric, const struct cq_scorecard *card, struct cq_error *err,
                        int64_t *ret_id)
{
    struct cq_review v = {.call = how->call,
                          .expert = how->expert,
                          .blind = how->blind,
                          .started_s = cq_time_now_s(),
                          .rubric = cq_str_dup(cq_rubric_id(rubric)),
                          .version = cq_str_dup(cq_rubric_version(rubric)),
                          .reviewer = cq_str_dup(how->reviewer)};
    int r = v.rubric && v.version && v.reviewer ? cq_rules_begin(card, &v) : -ENOMEM;
    if (!r)
        r = cq_review_form_keep(store, rubric, err);
    if (!r)
        r = cq_reviews_insert(store, &v, err, ret_id);
    if (!r) {
        v.id = *ret_id;
        r = cq_record_head(store, how->reviewer, "review.start", NULL, &v, err);
    }
    cq_review_done(&v);
    return r;
}

int cq_review_start(struct cq_store *store, const struct cq_review_start *how, struct cq_error *err,
                    int64_t *ret_id)
{
    struct cq_scorecard card = {0};
    struct cq_rubric *own = NULL;
    const struct cq_rubric *rubric = how->rubric;
    int64_t id = 0;
    int r = check_who(how->reviewer, err);
    if (!r)
        r = cq_store_begin(store, err);
    if (r)
        return r;
    r = cq_store_load_scorecard(store, how->call, rubric ? cq_rubric_id(rubric) : NULL,
                                rubric ? cq_rubric_version(rubric) : NULL, err, &card);
    if (!r && !rubric) {
        r = cq_review_form(store, card.rubric, card.version, err, &own);
        rubric = own;
    }
    if (!r)
        r = start_review(store, how, rubric, &card, err, &id);
    r = finish(store, r, err);
    cq_scorecard_done(&card);
    cq_rubric_free(own);
    if (!r)
        *ret_id = id;
    return r;
}

/* Load a review that `who` may go on with. */
static int load_draft(struct cq_store *store, int64_t id, const char *who, struct cq_error *err,
                      struct cq_review *ret_review)
{
    int r = check_who(who, err);
    if (!r)
        r = cq_reviews_load(store, id, err, ret_review);
    return r ? r : cq_rules_own_draft(ret_review, who, err);
}

int cq_review_set(struct cq_store *store, int64_t id, const char *who, const struct cq_review_mark *mark,
                  struct cq_error *err)
{
    struct cq_review v = {0};
    struct cq_rubric *rubric = NULL;
    struct cq_review_item *item = NULL;
    struct cq_str before = {0};
    int r = cq_store_begin(store, err);
    if (r)
        return r;
    r = load_draft(store, id, who, err, &v);
    if (!r)
        r = cq_review_form(store, v.rubric, v.version, err, &rubric);
    if (!r) {
        item = cq_review_item_of(&v, mark->item);
        cq_record_item_json(item, &before);
        r = cq_rules_mark(rubric, &v, mark, err, &item);
    }
    if (!r)
        r = cq_reviews_update_item(store, id, item, err);
    if (!r)
        r = cq_record_item(store, who, "review.set", id, &before, item, err);
    r = finish(store, r, err);
    cq_str_done(&before);
    cq_rubric_free(rubric);
    cq_review_done(&v);
    return r;
}

int cq_review_set_remark(struct cq_store *store, int64_t id, const char *who, const char *remark,
                         struct cq_error *err)
{
    struct cq_review v = {0};
    struct cq_str before = {0};
    int r = cq_rules_text("remark", remark, false, CQ_REVIEW_MAX_TEXT, err);
    if (!r)
        r = cq_store_begin(store, err);
    if (r)
        return r;
    r = load_draft(store, id, who, err, &v);
    if (!r) {
        cq_record_head_json(&v, &before);
        r = cq_str_set(&v.remark, remark && *remark ? remark : NULL);
    }
    if (!r)
        r = cq_reviews_update(store, &v, err);
    if (!r)
        r = cq_record_head(store, who, "review.set", &before, &v, err);
    r = finish(store, r, err);
    cq_str_done(&before);
    cq_review_done(&v);
    return r;
}

/* What nobody scored is not applicable. */
static int close_open_items(struct cq_store *store, struct cq_review *v, struct cq_error *err)
{
    int r = 0;
    for (size_t i = 0; !r && i < v->n_items; i++) {
        struct cq_review_item *item = &v->items[i];
        if (!cq_rules_is_open(item))
            continue;
        item->mark = CQ_MARK_NOT_APPLICABLE;
        r = cq_reviews_update_item(store, v->id, item, err);
    }
    return r;
}

/* Work the total out with the form, write the head and the entry of the audit. */
static int settle(struct cq_store *store, const char *who, const char *action, const struct cq_str *before,
                  struct cq_review *v, struct cq_error *err)
{
    struct cq_rubric *rubric = NULL;
    int r = cq_review_form(store, v->rubric, v->version, err, &rubric);
    if (!r)
        r = cq_rules_total(rubric, v);
    if (!r)
        r = cq_reviews_update(store, v, err);
    if (!r)
        r = cq_record_head(store, who, action, before, v, err);
    cq_rubric_free(rubric);
    return r;
}

int cq_review_submit(struct cq_store *store, int64_t id, const char *who, bool open_na, struct cq_error *err)
{
    struct cq_review v = {0};
    struct cq_str before = {0};
    int r = cq_store_begin(store, err);
    if (r)
        return r;
    r = load_draft(store, id, who, err, &v);
    if (!r && open_na)
        r = close_open_items(store, &v, err);
    if (!r)
        r = cq_rules_complete(&v, err);
    if (!r) {
        cq_record_head_json(&v, &before);
        v.state = CQ_REVIEW_SUBMITTED;
        v.submitted_s = cq_time_now_s();
        r = settle(store, who, "review.submit", &before, &v, err);
    }
    r = finish(store, r, err);
    cq_str_done(&before);
    cq_review_done(&v);
    return r;
}

/* Give items their final scores. */
static int set_finals(struct cq_store *store, const char *who, struct cq_review *v,
                      const struct cq_review_final *finals, size_t n, struct cq_error *err)
{
    struct cq_rubric *rubric = NULL;
    int r = n ? cq_review_form(store, v->rubric, v->version, err, &rubric) : 0;
    for (size_t i = 0; !r && i < n; i++) {
        struct cq_review_item *item = cq_review_item_of(v, finals[i].item);
        struct cq_str before = {0};
        if (!item || finals[i].mark == CQ_MARK_NONE) {
            r = cq_error_set(err, -ENOENT, NULL, 0, "the form has no item \"%s\" (callqa review show %lld)",
                             finals[i].item, (long long)v->id);
            break;
        }
        r = finals[i].mark == CQ_MARK_SCORE ? cq_rules_score(rubric, finals[i].score, err) : 0;
        cq_record_item_json(item, &before);
        item->final_mark = finals[i].mark;
        item->final_score = finals[i].score;
        if (!r)
            r = cq_reviews_update_item(store, v->id, item, err);
        if (!r)
            r = cq_record_item(store, who, "review.resolve", v->id, &before, item, err);
        cq_str_done(&before);
    }
    cq_rubric_free(rubric);
    return r;
}

/* What takes a submitted review on: a dispute or its resolution. */
struct step {
    enum cq_review_state to;
    const char *action;
    const char *who;
    const char *text; /* of the dispute or of the resolution */
    const struct cq_review_final *finals;
    size_t n_finals;
};

static int check_step(const struct step *step, const struct cq_review *v, struct cq_error *err)
{
    return step->to == CQ_REVIEW_DISPUTED ? cq_rules_may_dispute(v, err)
                                          : cq_rules_may_resolve(v, step->who, err);
}

/* Write who, when and what into the head. */
static int note_step(const struct step *step, struct cq_review *v)
{
    bool disputed = step->to == CQ_REVIEW_DISPUTED;
    int r = cq_str_set(disputed ? &v->disputed_by : &v->resolved_by, step->who);
    if (!r)
        r = cq_str_set(disputed ? &v->dispute : &v->resolution, step->text);
    *(disputed ? &v->disputed_s : &v->resolved_s) = cq_time_now_s();
    v->state = step->to;
    return r;
}

static int take_step(struct cq_store *store, int64_t id, const struct step *step, struct cq_error *err)
{
    struct cq_review v = {0};
    struct cq_str before = {0};
    int r = check_who(step->who, err);
    if (!r)
        r = cq_rules_text("reason", step->text, true, CQ_REVIEW_MAX_TEXT, err);
    if (!r)
        r = cq_store_begin(store, err);
    if (r)
        return r;
    r = cq_reviews_load(store, id, err, &v);
    if (!r)
        r = check_step(step, &v, err);
    if (!r) {
        cq_record_head_json(&v, &before);
        r = set_finals(store, step->who, &v, step->finals, step->n_finals, err);
    }
    if (!r)
        r = note_step(step, &v);
    if (!r)
        r = settle(store, step->who, step->action, &before, &v, err);
    r = finish(store, r, err);
    cq_str_done(&before);
    cq_review_done(&v);
    return r;
}

int cq_review_dispute(struct cq_store *store, int64_t id, const char *who, const char *reason,
                      struct cq_error *err)
{
    const struct step step = {.to = CQ_REVIEW_DISPUTED, .action = "review.dispute", .who = who, .text = reason};
    return take_step(store, id, &step, err);
}

int cq_review_resolve(struct cq_store *store, int64_t id, const char *who, const char *resolution,
                      const struct cq_review_final *finals, size_t n_finals, struct cq_error *err)
{
    const struct step step = {CQ_REVIEW_RESOLVED, "review.resolve", who, resolution, finals, n_finals};
    return take_step(store, id, &step, err);
}
