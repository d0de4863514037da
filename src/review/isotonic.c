#include "review/isotonic.h"

#include "base/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define MAX_DECIMALS 9 /* of numbers in a form */

/* Points that share one fitted value. */
struct block {
    double x, y, weight; /* x and y: means by weight */
    size_t n;
};

static void pool(struct block *into, const struct block *b)
{
    double w = into->weight + b->weight;
    into->x = (into->x * into->weight + b->x * b->weight) / w;
    into->y = (into->y * into->weight + b->y * b->weight) / w;
    into->weight = w;
    into->n += b->n;
}

/* Pool adjacent violators of v[0..n); the values rise where sign is 1, fall where it is -1. */
static void fit_side(double sign, struct cq_isotonic_point *v, size_t n, struct block *stack)
{
    size_t top = 0;
    for (size_t i = 0; i < n; i++) {
        stack[top++] = (struct block){v[i].x, v[i].y, v[i].weight, 1};
        while (top > 1 && sign * (stack[top - 2].y - stack[top - 1].y) > 0) {
            pool(&stack[top - 2], &stack[top - 1]);
            top--;
        }
    }
    for (size_t b = 0, i = 0; b < top; b++) {
        for (size_t end = i + stack[b].n; i < end; i++)
            v[i].y = stack[b].y;
    }
}

int cq_isotonic_fit(const struct cq_isotonic_shape *shape, struct cq_isotonic_point *v, size_t n)
{
    struct block *stack = calloc(n ? n : 1, sizeof *stack);
    size_t rising = 0;
    if (!stack)
        return -ENOMEM;
    switch (shape->best) {
    case CQ_BEST_LOW:
        break;
    case CQ_BEST_HIGH:
        rising = n;
        break;
    case CQ_BEST_MIDDLE:
        while (rising < n && v[rising].x <= shape->peak)
            rising++;
        break;
    }
    fit_side(1, v, rising, stack);
    fit_side(-1, v + rising, n - rising, stack);
    for (size_t i = 0; i < n; i++)
        v[i].y = fmin(fmax(v[i].y, shape->lo), shape->hi);
    free(stack);
    return 0;
}

/* Equal neighbours of a fit are one block; blocks of too little material join the nearer neighbour's value. */
static size_t make_blocks(const struct cq_isotonic_point *v, size_t n, struct block *out)
{
    double all = 0;
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        struct block b = {v[i].x, v[i].y, v[i].weight, 1};
        all += b.weight;
        if (m && fabs(out[m - 1].y - b.y) < 1e-9)
            pool(&out[m - 1], &b);
        else
            out[m++] = b;
    }
    for (size_t i = 0; m > 1 && i < m;) {
        if (out[i].weight >= CQ_ISOTONIC_MIN_SHARE * all) {
            i++;
            continue;
        }
        size_t into = i == 0                                                           ? 0
                      : i == m - 1                                                     ? i - 1
                      : fabs(out[i - 1].y - out[i].y) <= fabs(out[i + 1].y - out[i].y) ? i - 1
                                                                                       : i;
        pool(&out[into], &out[into + 1]);
        for (size_t k = into + 1; k + 1 < m; k++)
            out[k] = out[k + 1];
        m--;
        i = into;
    }
    return m;
}

/* The height at x of the line from block a to block b. */
static double between(const struct block *a, const struct block *b, double x)
{
    return b->x > a->x ? a->y + (b->y - a->y) * (x - a->x) / (b->x - a->x) : b->y;
}

/* Sum of squares by weight between the blocks and the curve that keeps only some of them, if `without` went. */
static double deviation(const struct block *blocks, const size_t *kept, size_t n_kept, size_t without)
{
    double sum = 0;
    size_t left = kept[0];
    for (size_t k = 1; k < n_kept; k++) {
        if (k == without)
            continue;
        for (size_t i = left + 1; i < kept[k]; i++) {
            double d = between(&blocks[left], &blocks[kept[k]], blocks[i].x) - blocks[i].y;
            sum += blocks[i].weight * d * d;
        }
        left = kept[k];
    }
    return sum;
}

/* Take out inner blocks, each time the one that is missed least, until few enough are left. Ends stay. */
static size_t thin(const struct block *blocks, size_t m, size_t *kept)
{
    double all = 0;
    size_t n = m;
    for (size_t i = 0; i < m; i++) {
        kept[i] = i;
        all += blocks[i].weight;
    }
    while (n > 2) {
        size_t best = 1;
        double least = INFINITY;
        for (size_t k = 1; k + 1 < n; k++) {
            double d = deviation(blocks, kept, n, k);
            if (d < least) {
                least = d;
                best = k;
            }
        }
        if (n <= CQ_ISOTONIC_MAX_KNOTS && least > CQ_ISOTONIC_TOLERANCE * CQ_ISOTONIC_TOLERANCE * all)
            break;
        for (size_t k = best; k + 1 < n; k++)
            kept[k] = kept[k + 1];
        n--;
    }
    return n;
}

/* Decimals that tell hundredths of the whole range of the measure, and no more. */
static int decimals_for(double range)
{
    double d = range > 0 ? ceil(-log10(range / CQ_ISOTONIC_X_STEPS)) : 0;
    return (int)fmin(fmax(d, 0), MAX_DECIMALS);
}

static double rounded(double v, int decimals)
{
    char buf[CQ_NUMBER_MAX];
    double r = v;
    size_t n = cq_number_format(buf, v, decimals);
    return cq_number_parse(buf, n, &r) ? v : r;
}

bool cq_isotonic_goes(const struct cq_curve *curve, enum cq_best best)
{
    bool rises = false, falls = false, again = false;
    for (size_t i = 1; i < curve->n; i++) {
        double d = curve->v[i].points - curve->v[i - 1].points;
        again = again || (falls && d > 0);
        rises = rises || d > 0;
        falls = falls || d < 0;
    }
    switch (best) {
    case CQ_BEST_LOW:
        return falls && !rises;
    case CQ_BEST_HIGH:
        return rises && !falls;
    case CQ_BEST_MIDDLE:
        return rises && falls && !again;
    }
    return false;
}

int cq_isotonic_curve(const struct cq_isotonic_shape *shape, const struct cq_isotonic_point *fit, size_t n,
                      struct cq_curve *ret_curve)
{
    struct block *blocks = calloc(n ? n : 1, sizeof *blocks);
    size_t *kept = calloc(n ? n : 1, sizeof *kept);
    struct cq_curve c = {.n = 0};
    int r = blocks && kept ? 0 : -ENOMEM;
    if (!r && n) {
        size_t m = make_blocks(fit, n, blocks), k = thin(blocks, m, kept);
        int decimals = decimals_for(fit[n - 1].x - fit[0].x);
        for (size_t i = 0; i < k; i++) {
            const struct block *b = &blocks[kept[i]];
            struct cq_curve_point p = {rounded(b->x, decimals),
                                       round(b->y * CQ_ISOTONIC_STEPS) / CQ_ISOTONIC_STEPS};
            p.points = fmin(fmax(p.points, shape->lo), shape->hi);
            if (!c.n || p.x > c.v[c.n - 1].x)
                c.v[c.n++] = p;
        }
    }
    free(blocks);
    free(kept);
    if (!r && !cq_isotonic_goes(&c, shape->best))
        r = -ERANGE;
    if (!r)
        *ret_curve = c;
    return r;
}
