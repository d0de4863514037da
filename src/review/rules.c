#include "review/rules.h"

#include "base/error.h"
#include "base/str.h"
#include "rubric/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMED 6 /* open items named in a message; the rest is counted */

int cq_rules_begin(const struct cq_scorecard *card, struct cq_review *review)
{
    review->items = calloc(card->n_items ? card->n_items : 1, sizeof *review->items);
    if (!review->items)
        return -ENOMEM;
    for (size_t i = 0; i < card->n_items; i++) {
        const struct cq_item_score *from = &card->items[i];
        struct cq_review_item *to = &review->items[review->n_items++];
        bool has = from->state == CQ_ITEM_SCORED || from->state == CQ_ITEM_PROPOSED;
        to->judged = from->judged;
        to->machine_state = from->state;
        to->machine_score = has ? from->score : (double)NAN;
        to->score = to->final_score = (double)NAN;
        to->id = cq_str_dup(from->id ? from->id : "");
        if (!to->id)
            return -ENOMEM;
    }
    return 0;
}

int cq_rules_own_draft(const struct cq_review *review, const char *who, struct cq_error *err)
{
    if (strcmp(review->reviewer, who))
        return cq_error_set(err, -EPERM, NULL, 0, "review %lld is another person's; start one of your own",
                            (long long)review->id);
    if (review->state != CQ_REVIEW_DRAFT)
        return cq_error_set(
            err, -EINVAL, NULL, 0,
            "review %lld is submitted and keeps its scores; what is wrong with it can be disputed",
            (long long)review->id);
    return 0;
}

int cq_rules_score(const struct cq_rubric *rubric, double score, struct cq_error *err)
{
    double steps = (score - rubric->scale_min) / CQ_REVIEW_STEP;
    if (!(score >= rubric->scale_min && score <= rubric->scale_max) || fabs(steps - round(steps)) > 1e-9)
        return cq_error_set(err, -EINVAL, NULL, 0, "scores of this form go from %g to %g in steps of %g",
                            rubric->scale_min, rubric->scale_max, CQ_REVIEW_STEP);
    return 0;
}

int cq_rules_text(const char *what, const char *text, bool needed, size_t max, struct cq_error *err)
{
    if (needed && (!text || !text[strspn(text, " \t\r\n")]))
        return cq_error_set(err, -EINVAL, NULL, 0, "this needs a %s", what);
    if (text && strlen(text) > max)
        return cq_error_set(err, -EFBIG, NULL, 0, "the %s is longer than %zu bytes", what, max);
    return 0;
}

static bool overrides(const struct cq_review *review, const struct cq_review_item *item,
                      const struct cq_review_mark *mark)
{
    if (review->blind || item->machine_state != CQ_ITEM_SCORED || mark->mark == CQ_MARK_NONE)
        return false;
    return mark->mark == CQ_MARK_NOT_APPLICABLE ||
           fabs(mark->score - item->machine_score) > CQ_REVIEW_SAME + 1e-9;
}

static int check_clip(const struct cq_review *review, const struct cq_review_mark *mark, struct cq_error *err)
{
    if (!mark->has_clip)
        return 0;
    if (!(mark->clip.start_s >= 0 && mark->clip.end_s > mark->clip.start_s))
        return cq_error_set(err, -EINVAL, NULL, 0, "a clip ends after it begins");
    if (mark->clip.end_s > review->call_duration_s + 0.0005)
        return cq_error_set(err, -EINVAL, NULL, 0, "the clip ends after the call, which is %.1f s long",
                            review->call_duration_s);
    return 0;
}

static int write_mark(const struct cq_review_mark *mark, struct cq_review_item *item)
{
    int r = cq_str_set(&item->remark, mark->remark && *mark->remark ? mark->remark : NULL);
    if (!r)
        r = cq_str_set(&item->reason, mark->reason && *mark->reason ? mark->reason : NULL);
    if (r)
        return r;
    item->mark = mark->mark;
    item->score = mark->mark == CQ_MARK_SCORE ? mark->score : (double)NAN;
    item->has_clip = mark->has_clip;
    item->clip = mark->clip;
    return 0;
}

int cq_rules_mark(const struct cq_rubric *rubric, struct cq_review *review, const struct cq_review_mark *mark,
                  struct cq_error *err, struct cq_review_item **ret_item)
{
    struct cq_review_item *item = cq_review_item_of(review, mark->item);
    if (!item)
        return cq_error_set(err, -ENOENT, NULL, 0, "the form has no item \"%s\" (callqa review show %lld)",
                            mark->item, (long long)review->id);
    int r = mark->mark == CQ_MARK_SCORE ? cq_rules_score(rubric, mark->score, err) : 0;
    if (!r)
        r = cq_rules_text("remark", mark->remark, false, CQ_REVIEW_MAX_TEXT, err);
    if (!r)
        r = cq_rules_text("reason", mark->reason, false, CQ_REVIEW_MAX_TEXT, err);
    if (!r)
        r = check_clip(review, mark, err);
    if (!r && overrides(review, item, mark) &&
        cq_rules_text("reason", mark->reason, true, CQ_REVIEW_MAX_TEXT, NULL))
        r = cq_error_set(err, -EINVAL, NULL, 0,
                         "the machine scored \"%s\" %.1f; a different score needs a reason", item->id,
                         item->machine_score);
    if (!r)
        r = write_mark(mark, item);
    if (!r)
        *ret_item = item;
    return r;
}

enum cq_mark cq_rules_counts(const struct cq_review_item *item, double *ret_score)
{
    if (item->final_mark != CQ_MARK_NONE) {
        *ret_score = item->final_score;
        return item->final_mark;
    }
    if (item->mark != CQ_MARK_NONE) {
        *ret_score = item->score;
        return item->mark;
    }
    *ret_score = item->machine_score;
    switch (item->machine_state) {
    case CQ_ITEM_SCORED:
        return CQ_MARK_SCORE;
    case CQ_ITEM_NOT_APPLICABLE:
        return CQ_MARK_NOT_APPLICABLE;
    case CQ_ITEM_PROPOSED:
    case CQ_ITEM_OPEN:
        break;
    }
    *ret_score = (double)NAN;
    return CQ_MARK_NONE;
}

bool cq_rules_is_open(const struct cq_review_item *item)
{
    double score;
    return cq_rules_counts(item, &score) == CQ_MARK_NONE && item->judged != CQ_JUDGED_RECORD &&
           item->judged != CQ_JUDGED_SCRIPT;
}

int cq_rules_complete(const struct cq_review *review, struct cq_error *err)
{
    struct cq_str names = {0};
    size_t n = 0;
    for (size_t i = 0; i < review->n_items; i++) {
        if (cq_rules_is_open(&review->items[i]) && n++ < MAX_NAMED)
            cq_str_printf(&names, "%s%s", n > 1 ? ", " : "", review->items[i].id);
    }
    if (n)
        cq_error_set(err, -ENODATA, NULL, 0,
                     "%zu items are still open: %s%s; score them, or mark them as not applicable", n,
                     names.s ? names.s : "", n > MAX_NAMED ? ", ..." : "");
    cq_str_done(&names);
    return n ? -ENODATA : 0;
}

int cq_rules_may_dispute(const struct cq_review *review, struct cq_error *err)
{
    switch (review->state) {
    case CQ_REVIEW_SUBMITTED:
        return 0;
    case CQ_REVIEW_DRAFT:
        return cq_error_set(err, -EINVAL, NULL, 0,
                            "review %lld is still a draft; it can be disputed once submitted",
                            (long long)review->id);
    case CQ_REVIEW_DISPUTED:
        return cq_error_set(err, -EINVAL, NULL, 0, "review %lld is disputed already", (long long)review->id);
    case CQ_REVIEW_RESOLVED:
        break;
    }
    return cq_error_set(err, -EINVAL, NULL, 0, "review %lld was disputed and resolved; that is final",
                        (long long)review->id);
}

int cq_rules_may_resolve(const struct cq_review *review, const char *who, struct cq_error *err)
{
    if (review->state != CQ_REVIEW_DISPUTED)
        return cq_error_set(err, -EINVAL, NULL, 0, "review %lld is not disputed", (long long)review->id);
    if (!strcmp(review->reviewer, who) || (review->disputed_by && !strcmp(review->disputed_by, who)))
        return cq_error_set(err, -EPERM, NULL, 0,
                            "a dispute is decided by a third person, not by who reviewed or disputed");
    return 0;
}
