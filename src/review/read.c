/* Reviews as somebody may see them. */
#include "review/rules.h"

#include <errno.h>
#include <string.h>

/* Has the viewer a draft that another's scores would colour? */
static int competes(struct cq_store *store, const struct cq_review *v, const char *viewer, struct cq_error *err,
                    bool *ret_competes)
{
    *ret_competes = false;
    if (!viewer || !strcmp(v->reviewer, viewer))
        return 0;
    return cq_reviews_has_draft(store, v->call, v->rubric, v->version, viewer, err, ret_competes);
}

/* Take out of *v what the viewer may not see. */
static int veil(struct cq_store *store, const char *viewer, struct cq_error *err, struct cq_review *v,
                bool *ret_hidden)
{
    bool rival = false;
    int r = competes(store, v, viewer, err, &rival);
    if (r)
        return r;
    *ret_hidden = !cq_rules_may_see(v, viewer, rival);
    if (*ret_hidden)
        cq_rules_hide(v, rival);
    else if (v->blind && v->state == CQ_REVIEW_DRAFT)
        cq_rules_hide_machine(v);
    return 0;
}

int cq_review_view(struct cq_store *store, int64_t id, const char *viewer, struct cq_error *err,
                   struct cq_review *ret_review, bool *ret_hidden)
{
    struct cq_review v = {0};
    bool hidden = true;
    int r = cq_reviews_load(store, id, err, &v);
    if (!r)
        r = veil(store, viewer, err, &v, &hidden);
    if (r) {
        cq_review_done(&v);
        return r;
    }
    *ret_review = v;
    *ret_hidden = hidden;
    return 0;
}

struct lister {
    struct cq_store *store;
    const char *viewer;
    int (*row)(void *user, const struct cq_review *review, bool hidden);
    void *user;
    struct cq_error *err;
};

/* The head is the list's own; what is hidden is left out of a copy that borrows the rest. */
static int list_one(void *user, const struct cq_review *review)
{
    struct lister *l = user;
    struct cq_review v = *review;
    bool rival = false;
    int r = competes(l->store, review, l->viewer, l->err, &rival);
    if (r)
        return r;
    bool hidden = !cq_rules_may_see(review, l->viewer, rival);
    if (hidden) {
        v.has_total = v.partial = false;
        v.total = v.coverage = 0;
        v.critical = v.remark = v.dispute = v.disputed_by = v.resolution = v.resolved_by = NULL;
        v.reviewer = rival ? NULL : v.reviewer;
    }
    return l->row(l->user, &v, hidden);
}

int cq_review_list(struct cq_store *store, const struct cq_reviews_filter *filter, const char *viewer,
                   int (*row)(void *user, const struct cq_review *review, bool hidden), void *user,
                   struct cq_error *err)
{
    struct lister l = {store, viewer, row, user, err};
    return cq_reviews_list(store, filter, list_one, &l, err);
}

int cq_review_so_far(struct cq_store *store, struct cq_review *review, struct cq_error *err)
{
    struct cq_rubric *rubric = NULL;
    if (review->state != CQ_REVIEW_DRAFT || !review->n_items)
        return 0;
    int r = cq_review_form(store, review->rubric, review->version, err, &rubric);
    if (r == -ENOENT)
        return 0;
    if (!r)
        r = cq_rules_total(rubric, review);
    cq_rubric_free(rubric);
    return r;
}
