#include "review/calibrate_load.h"

#include "base/array.h"
#include "base/str.h"
#include "callqa/analysis.h"
#include "store/ratings.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct load {
    struct cq_store *store;
    const struct cq_rubric *rubric;
    struct cq_calibrate_material *material;
    struct cq_error *err;
    bool (*wanted)(void *user, int64_t call);
    void *user;
    struct {
        struct cq_reviewed_row *v; /* with texts of their own */
        size_t n;
        size_t cap;
    } rows;
};

static int keep_row(void *user, const struct cq_reviewed_row *row)
{
    struct load *l = user;
    struct cq_reviewed_row own = *row;
    if (l->wanted && !l->wanted(l->user, row->call))
        return 0;
    own.agent = cq_str_dup(row->agent);
    own.item = cq_str_dup(row->item);
    int r = own.item && (own.agent || !row->agent) ? CQ_ARRAY_PUSH(&l->rows, own) : -ENOMEM;
    if (r) {
        free((char *)own.agent);
        free((char *)own.item);
    }
    return r;
}

static struct cq_calibrate_item *find_item(const struct load *l, const char *id)
{
    for (size_t i = 0; i < l->material->n; i++) {
        if (!strcmp(l->rubric->items[l->material->v[i].item].id, id))
            return &l->material->v[i];
    }
    return NULL;
}

/* Mean of the points of what applies. */
static double mean_of(const struct cq_item_score *item)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < item->n_indicators; i++) {
        const struct cq_indicator_score *ind = &item->indicators[i];
        sum += ind->applies ? ind->weight * ind->points : 0;
        weight += ind->applies ? ind->weight : 0;
    }
    return sum / weight;
}

static int add_call(struct cq_calibrate_item *to, const struct cq_item_score *item,
                    const struct cq_reviewed_row *row)
{
    if (item->state != CQ_ITEM_SCORED && item->state != CQ_ITEM_PROPOSED)
        return 0;
    if (item->score < mean_of(item) - 1e-9) {
        to->n_capped++;
        return 0;
    }
    double *x = calloc(item->n_indicators, sizeof *x);
    struct cq_calibrate_call call = {row->call, cq_str_dup(row->agent), row->score, x};
    int r = x && (call.agent || !row->agent) ? 0 : -ENOMEM;
    for (size_t i = 0; !r && i < item->n_indicators; i++)
        x[i] = item->indicators[i].applies ? item->indicators[i].value.v : (double)NAN;
    if (!r)
        r = CQ_ARRAY_PUSH(to, call);
    if (r) {
        free(x);
        free((char *)call.agent);
        return r;
    }
    to->n_reviews += (size_t)row->n_reviews;
    to->n_blind += (size_t)row->n_blind;
    return 0;
}

/* The items of one call: rows[0..n) are of the same. */
static int add_rows(struct load *l, const struct cq_reviewed_row *rows, size_t n)
{
    struct cq_analysis a = {0};
    struct cq_scorecard card = {0};
    int r = cq_store_load(l->store, rows[0].call, l->err, &a);
    if (!r)
        r = cq_rubric_score(l->rubric, &a.metrics, &a.talk, a.diarized, &card);
    for (size_t i = 0; !r && i < n; i++) {
        struct cq_calibrate_item *to = find_item(l, rows[i].item);
        if (to)
            r = add_call(to, &card.items[to->item], &rows[i]);
    }
    cq_scorecard_done(&card);
    cq_analysis_done(&a);
    return r;
}

int cq_calibrate_load(struct cq_store *store, const struct cq_rubric *rubric, bool blind_only,
                      bool (*wanted)(void *user, int64_t call), void *user, struct cq_error *err,
                      struct cq_calibrate_material *ret)
{
    struct cq_calibrate_material m = {0};
    struct load l = {
        .store = store, .rubric = rubric, .material = &m, .err = err, .wanted = wanted, .user = user};
    int r = 0;
    m.v = calloc(rubric->n_items, sizeof *m.v);
    if (!m.v)
        return -ENOMEM;
    for (size_t i = 0; i < rubric->n_items; i++) {
        if (rubric->items[i].n_indicators)
            m.v[m.n++].item = i;
    }
    r = cq_ratings_reviewed(store, rubric->id, blind_only, keep_row, &l, err);
    for (size_t i = 0, first = 0; !r && i < l.rows.n; i++) {
        if (i + 1 < l.rows.n && l.rows.v[i + 1].call == l.rows.v[first].call)
            continue;
        r = add_rows(&l, &l.rows.v[first], i + 1 - first);
        first = i + 1;
    }
    for (size_t i = 0; i < l.rows.n; i++) {
        free((char *)l.rows.v[i].agent);
        free((char *)l.rows.v[i].item);
    }
    free(l.rows.v);
    if (r)
        cq_calibrate_material_done(&m);
    else
        *ret = m;
    return r;
}

void cq_calibrate_material_done(struct cq_calibrate_material *m)
{
    for (size_t i = 0; i < m->n; i++) {
        for (size_t k = 0; k < m->v[i].n; k++) {
            free((double *)m->v[i].v[k].x);
            free((char *)m->v[i].v[k].agent);
        }
        free(m->v[i].v);
    }
    free(m->v);
    *m = (struct cq_calibrate_material){0};
}

size_t cq_calibrate_indicators(const struct cq_rubric_item *item,
                               struct cq_calibrate_indicator ret[CQ_RUBRIC_MAX_INDICATORS])
{
    for (size_t i = 0; i < item->n_indicators; i++)
        ret[i] = (struct cq_calibrate_indicator){item->indicators[i].curve, item->indicators[i].best,
                                                 item->indicators[i].weight};
    return item->n_indicators;
}
