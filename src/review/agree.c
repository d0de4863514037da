#include "review/agree.h"

#include "base/array.h"
#include "base/str.h"
#include "store/ratings.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct pairs {
    struct cq_pair *v;
    size_t n;
    size_t cap;
};

struct ratings {
    struct cq_rating *v;
    size_t n;
    size_t cap;
};

/* The item in hand, and all of them together. */
struct work {
    int (*row)(void *user, const struct cq_agree_row *row);
    void *user;
    char *item; /* NULL: none yet */
    struct pairs pairs, all_pairs;
    struct ratings ratings, all_ratings;
    int64_t n_units; /* item and call, over all */
    int64_t call;
};

static int tell(struct work *k, const char *item, const struct pairs *pairs, const struct ratings *ratings)
{
    struct cq_agree_row row = {.item = item};
    int r = cq_agreement_pairs(pairs->v, pairs->n, &row.machine);
    if (!r)
        r = cq_agreement_between(ratings->v, ratings->n, &row.between);
    if (!r)
        r = cq_agreement_raters(ratings->v, ratings->n, &row.reviewers);
    return r ? r : k->row(k->user, &row);
}

static int close_item(struct work *k)
{
    int r = k->item ? tell(k, k->item, &k->pairs, &k->ratings) : 0;
    k->pairs.n = k->ratings.n = 0;
    return r;
}

static int take(void *user, const struct cq_rating_row *row)
{
    struct work *k = user;
    int r = 0;
    if (!k->item || strcmp(k->item, row->item)) {
        r = close_item(k);
        if (!r)
            r = cq_str_set(&k->item, row->item);
        k->call = 0;
    }
    if (k->call != row->call) {
        k->call = row->call;
        k->n_units++;
    }
    struct cq_pair pair = {row->machine, row->score, row->call}, unit = {row->machine, row->score, k->n_units};
    struct cq_rating rating = {row->call, row->score}, overall = {k->n_units, row->score};
    if (!r && !isnan(row->machine))
        r = CQ_ARRAY_PUSH(&k->pairs, pair);
    if (!r && !isnan(row->machine))
        r = CQ_ARRAY_PUSH(&k->all_pairs, unit);
    if (!r)
        r = CQ_ARRAY_PUSH(&k->ratings, rating);
    return r ? r : CQ_ARRAY_PUSH(&k->all_ratings, overall);
}

int cq_agree_each(struct cq_store *store, const char *rubric, const char *version,
                  int (*row)(void *user, const struct cq_agree_row *row), void *user, struct cq_error *err)
{
    struct work k = {.row = row, .user = user};
    int r = cq_ratings_list(store, rubric, version, take, &k, err);
    if (!r)
        r = close_item(&k);
    if (!r)
        r = tell(&k, NULL, &k.all_pairs, &k.all_ratings);
    free(k.item);
    free(k.pairs.v);
    free(k.ratings.v);
    free(k.all_pairs.v);
    free(k.all_ratings.v);
    return r;
}
