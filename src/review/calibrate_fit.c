/* Backfitting: each indicator's curve in turn, to what the others leave of the scores. */
#include "review/calibrate_private.h"
#include "review/isotonic.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define MAX_ROUNDS 40
#define STILL 0.002 /* points; curves that move less have come to rest */

/* The work on one set of calls. */
struct fit {
    const struct cq_calibrate_problem *p;
    const bool *use;
    double *weight; /* of each call's applying indicators */
    double *points; /* n x n_ind: what each indicator gives each call now */
    size_t n_used;
    bool frozen[CQ_RUBRIC_MAX_INDICATORS]; /* keeps its curve */
    struct cq_isotonic_point *v;           /* the indicator in hand: one a distinct measure */
    size_t n_v;
};

/* A measure of a call, for sorting. */
struct at {
    double x;
    size_t call;
};

double cq_calibrate_score(const struct cq_calibrate_problem *p, const struct cq_curve *curves,
                          const struct cq_calibrate_call *call)
{
    double sum = 0, weight = 0;
    for (size_t k = 0; k < p->n_ind; k++) {
        if (isnan(call->x[k]))
            continue;
        sum += p->ind[k].weight * cq_curve_points(&curves[k], call->x[k]);
        weight += p->ind[k].weight;
    }
    return sum / weight;
}

static double *points_of(const struct fit *f, size_t call, size_t k)
{
    return &f->points[call * f->p->n_ind + k];
}

static void begin(struct fit *f)
{
    const struct cq_calibrate_problem *p = f->p;
    f->n_used = 0;
    for (size_t i = 0; i < p->n; i++) {
        f->weight[i] = 0;
        f->n_used += f->use[i];
        for (size_t k = 0; k < p->n_ind; k++) {
            double x = p->calls[i].x[k];
            *points_of(f, i, k) = isnan(x) ? 0 : cq_curve_points(&p->ind[k].curve, x);
            f->weight[i] += isnan(x) ? 0 : p->ind[k].weight;
        }
    }
}

/* What indicator k should give the call, were the others right. */
static double wanted(const struct fit *f, size_t call, size_t k)
{
    const struct cq_calibrate_problem *p = f->p;
    double rest = p->calls[call].score * f->weight[call];
    for (size_t j = 0; j < p->n_ind; j++) {
        if (j != k && !isnan(p->calls[call].x[j]))
            rest -= p->ind[j].weight * *points_of(f, call, j);
    }
    return rest / p->ind[k].weight;
}

static int by_x(const void *a, const void *b)
{
    const struct at *x = a, *y = b;
    if (x->x != y->x)
        return x->x < y->x ? -1 : 1;
    return (x->call > y->call) - (x->call < y->call);
}

/* Where the curve in force is best: the middle of its top. */
static double peak_of(const struct cq_curve *c)
{
    size_t first = 0, last = 0;
    for (size_t i = 1; i < c->n; i++) {
        if (c->v[i].points > c->v[first].points)
            first = last = i;
        else if (c->v[i].points >= c->v[first].points)
            last = i;
    }
    return (c->v[first].x + c->v[last].x) / 2;
}

static struct cq_isotonic_shape shape_of(const struct fit *f, size_t k)
{
    const struct cq_calibrate_indicator *ind = &f->p->ind[k];
    return (struct cq_isotonic_shape){
        .best = ind->best, .peak = peak_of(&ind->curve), .lo = f->p->opts->lo, .hi = f->p->opts->hi};
}

/*
 * Fit indicator k into f->v. A call counts by the square of the indicator's share of its score, which is what
 * an error of a point there does to the score; the curve in force counts beside it.
 */
static int fit_one(struct fit *f, size_t k, struct at *order)
{
    const struct cq_calibrate_problem *p = f->p;
    double prior = CQ_CALIBRATE_PRIOR / (double)f->n_used;
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (f->use[i] && !isnan(p->calls[i].x[k]))
            order[n++] = (struct at){p->calls[i].x[k], i};
    }
    if (n)
        qsort(order, n, sizeof *order, by_x);
    f->n_v = 0;
    for (size_t i = 0; i < n; i++) {
        double share = p->ind[k].weight / f->weight[order[i].call], w = share * share;
        double now = cq_curve_points(&p->ind[k].curve, order[i].x);
        struct cq_isotonic_point one = {
            order[i].x, (w * wanted(f, order[i].call, k) + prior * now) / (w + prior), w + prior};
        struct cq_isotonic_point *last = f->n_v ? &f->v[f->n_v - 1] : NULL;
        if (last && last->x == one.x) {
            last->y = (last->y * last->weight + one.y * one.weight) / (last->weight + one.weight);
            last->weight += one.weight;
        } else {
            f->v[f->n_v++] = one;
        }
    }
    struct cq_isotonic_shape shape = shape_of(f, k);
    return cq_isotonic_fit(&shape, f->v, f->n_v);
}

/* Give the calls what the fit says. Returns how far the farthest went. */
static double take_points(struct fit *f, size_t k)
{
    double moved = 0;
    for (size_t i = 0; i < f->p->n; i++) {
        double x = f->p->calls[i].x[k];
        if (!f->use[i] || isnan(x))
            continue;
        size_t lo = 0, hi = f->n_v; /* its x is there */
        while (lo + 1 < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (f->v[mid].x <= x)
                lo = mid;
            else
                hi = mid;
        }
        moved = fmax(moved, fabs(*points_of(f, i, k) - f->v[lo].y));
        *points_of(f, i, k) = f->v[lo].y;
    }
    return moved;
}

static int settle(struct fit *f, struct at *order)
{
    double moved = STILL;
    begin(f);
    for (int round = 0; round < MAX_ROUNDS && moved >= STILL; round++) {
        moved = 0;
        for (size_t k = 0; k < f->p->n_ind; k++) {
            int r = f->frozen[k] ? 0 : fit_one(f, k, order);
            if (r)
                return r;
            if (!f->frozen[k])
                moved = fmax(moved, take_points(f, k));
        }
    }
    return 0;
}

/* The farthest that two curves are apart, which is at a point of one of them. */
static double distance(const struct cq_curve *a, const struct cq_curve *b)
{
    double d = 0;
    for (size_t i = 0; i < a->n; i++)
        d = fmax(d, fabs(a->v[i].points - cq_curve_points(b, a->v[i].x)));
    for (size_t i = 0; i < b->n; i++)
        d = fmax(d, fabs(b->v[i].points - cq_curve_points(a, b->v[i].x)));
    return d;
}

/* Few-pointed curves from where the fit stands. Those that a form can't have or that hardly moved are frozen.
 */
static int make_curves(struct fit *f, struct at *order, struct cq_curve *curves, bool *ret_again)
{
    *ret_again = false;
    for (size_t k = 0; k < f->p->n_ind; k++) {
        curves[k] = f->p->ind[k].curve;
        if (f->frozen[k])
            continue;
        struct cq_isotonic_shape shape = shape_of(f, k);
        struct cq_curve c = curves[k];
        int r = fit_one(f, k, order);
        if (!r)
            r = cq_isotonic_curve(&shape, f->v, f->n_v, &c);
        if (r && r != -ERANGE)
            return r;
        if (r || distance(&c, &curves[k]) < CQ_CALIBRATE_MIN_MOVE)
            f->frozen[k] = *ret_again = true;
        else
            curves[k] = c;
    }
    return 0;
}

int cq_calibrate_fit(const struct cq_calibrate_problem *p, const bool *use, struct cq_curve *curves)
{
    struct fit f = {.p = p, .use = use};
    struct at *order = calloc(p->n ? p->n : 1, sizeof *order);
    f.weight = calloc(p->n ? p->n : 1, sizeof *f.weight);
    f.points = calloc(p->n ? p->n * p->n_ind : 1, sizeof *f.points);
    f.v = calloc(p->n ? p->n : 1, sizeof *f.v);
    int r = order && f.weight && f.points && f.v ? 0 : -ENOMEM;
    bool again = true;
    while (!r && again) { /* each round freezes one more, so it ends */
        r = settle(&f, order);
        if (!r)
            r = make_curves(&f, order, curves, &again);
    }
    free(order);
    free(f.weight);
    free(f.points);
    free(f.v);
    return r;
}
