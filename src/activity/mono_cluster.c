#include "activity/mono_cluster.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DIM CQ_MONO_EMB
#define PIECE_FRAMES 5  /* 200 ms: short enough for one voice, long enough to be steady */
#define BLOCK_PIECES 10 /* 2 s: what is kept or left of long calls */
#define N_STARTS 8      /* validation calls: three leave one call in sixty at a worse optimum, six none */
#define N_ROUNDS 15
#define N_POWER 60 /* steps of the power iteration, enough for an axis to start from */

static const float FRAME_WEIGHT_MIN = 0.5f; /* a frame that is more likely something else says nothing */
static const float PIECE_WEIGHT_MIN = 1.25f;
static const double CONCENTRATION =
    10.0; /* of embeddings around a voice, validation calls: flat from 6 to 16 */
static const double SWITCH_CHANCE = 0.03;  /* a change of voice from one piece to the next, validation calls */
static const double SAME_VOICE_COS = 0.90; /* centroids closer than this are halves of one voice */

struct piece {
    float e[DIM]; /* mean of its frames */
    float weight; /* sum of theirs, at most PIECE_FRAMES */
    int32_t at;   /* index in the call */
};

struct cq_mono_voices {
    struct piece *v;
    size_t n;
    float sum[DIM];
    float weight;
    int fill;       /* frames of the open piece */
    int32_t at;     /* its index */
    int32_t stride; /* every stride-th block is kept */
};

int cq_mono_voices_new(struct cq_mono_voices **ret_v)
{
    struct cq_mono_voices *v = calloc(1, sizeof *v);

    if (!v)
        return -ENOMEM;
    v->v = calloc(CQ_MONO_PIECES, sizeof *v->v);
    if (!v->v) {
        free(v);
        return -ENOMEM;
    }
    v->stride = 1;
    *ret_v = v;
    return 0;
}

struct cq_mono_voices *cq_mono_voices_free(struct cq_mono_voices *v)
{
    if (v)
        free(v->v);
    free(v);
    return NULL;
}

static void thin_out(struct cq_mono_voices *v)
{
    size_t n = 0;

    v->stride *= 2;
    for (size_t i = 0; i < v->n; i++)
        if (v->v[i].at / BLOCK_PIECES % v->stride == 0)
            v->v[n++] = v->v[i];
    v->n = n;
}

static void close_piece(struct cq_mono_voices *v)
{
    if (v->weight >= PIECE_WEIGHT_MIN && v->at / BLOCK_PIECES % v->stride == 0) {
        if (v->n == CQ_MONO_PIECES)
            thin_out(v);
        if (v->n < CQ_MONO_PIECES && v->at / BLOCK_PIECES % v->stride == 0) {
            struct piece *p = &v->v[v->n++];
            for (int j = 0; j < DIM; j++)
                p->e[j] = v->sum[j] / v->weight;
            p->weight = v->weight;
            p->at = v->at;
        }
    }
    memset(v->sum, 0, sizeof v->sum);
    v->weight = 0.0f;
    v->fill = 0;
    v->at++;
}

void cq_mono_voices_add(struct cq_mono_voices *v, const float *embedding, float weight)
{
    if (weight > FRAME_WEIGHT_MIN) {
        for (int j = 0; j < DIM; j++)
            v->sum[j] += weight * embedding[j];
        v->weight += weight;
    }
    if (++v->fill == PIECE_FRAMES)
        close_piece(v);
}

static void make_unit(float *x)
{
    double sum = 0.0;

    for (int j = 0; j < DIM; j++)
        sum += (double)x[j] * x[j];
    const float scale = sum > 1e-20 ? (float)(1.0 / sqrt(sum)) : 0.0f;
    for (int j = 0; j < DIM; j++)
        x[j] *= scale;
}

static double dot(const float *a, const float *b)
{
    double sum = 0.0;

    for (int j = 0; j < DIM; j++)
        sum += (double)a[j] * b[j];
    return sum;
}

static void mean_of(const struct cq_mono_voices *v, double mean[DIM])
{
    double weight = 0.0;

    memset(mean, 0, DIM * sizeof *mean);
    for (size_t i = 0; i < v->n; i++) {
        for (int j = 0; j < DIM; j++)
            mean[j] += (double)v->v[i].weight * v->v[i].e[j];
        weight += v->v[i].weight;
    }
    for (int j = 0; j < DIM; j++)
        mean[j] /= weight;
}

static void covariance(const struct cq_mono_voices *v, const double mean[DIM], double (*cov)[DIM])
{
    memset(cov, 0, DIM * sizeof *cov);
    for (size_t i = 0; i < v->n; i++) {
        double x[DIM];
        for (int j = 0; j < DIM; j++)
            x[j] = v->v[i].e[j] - mean[j];
        for (int j = 0; j < DIM; j++)
            for (int k = 0; k < DIM; k++)
                cov[j][k] += v->v[i].weight * x[j] * x[k];
    }
}

/* Main axis of cov by power iteration; it is taken out of cov, so that the next call finds the next one. */
static void main_axis(double (*cov)[DIM], double axis[DIM])
{
    double value = 0.0;

    for (int j = 0; j < DIM; j++)
        axis[j] = cov[j][j] + 1e-6 * (j + 1);
    for (int step = 0; step < N_POWER; step++) {
        double y[DIM], norm = 0.0;
        for (int j = 0; j < DIM; j++) {
            y[j] = 0.0;
            for (int k = 0; k < DIM; k++)
                y[j] += cov[j][k] * axis[k];
            norm += y[j] * y[j];
        }
        value = sqrt(norm);
        for (int j = 0; j < DIM; j++)
            axis[j] = value > 1e-12 ? y[j] / value : 0.0;
    }
    for (int j = 0; j < DIM; j++)
        for (int k = 0; k < DIM; k++)
            cov[j][k] -= value * axis[j] * axis[k];
}

/* Centroids of the two halves on either side of the mean along an axis. */
static void halves(const struct cq_mono_voices *v, const double mean[DIM], const double axis[DIM],
                   float (*c)[DIM])
{
    memset(c, 0, 2 * sizeof *c);
    for (size_t i = 0; i < v->n; i++) {
        double side = 0.0;
        for (int j = 0; j < DIM; j++)
            side += (v->v[i].e[j] - mean[j]) * axis[j];
        for (int j = 0; j < DIM; j++)
            c[side <= 0.0][j] += v->v[i].weight * v->v[i].e[j];
    }
    make_unit(c[0]);
    make_unit(c[1]);
}

static double log_add(double a, double b)
{
    const double hi = a > b ? a : b, lo = a > b ? b : a;

    return hi + log1p(exp(lo - hi));
}

/* Log chances of changing and keeping the voice between two pieces, the likelier the more time lies between. */
static void switch_chances(const struct cq_mono_voices *v, size_t i, double *change, double *keep)
{
    const double p = fmin(SWITCH_CHANCE * (v->v[i].at - v->v[i - 1].at), 0.5);

    *change = log(p);
    *keep = log(1.0 - p);
}

/*
 * One round: forward and backward through the pieces with centroids c, then new centroids and shares. ll and
 * fwd have room for v->n pairs. Returns the log likelihood under the old centroids.
 */
static double one_round(const struct cq_mono_voices *v, float (*c)[DIM], double share[2], double (*ll)[2],
                        double (*fwd)[2])
{
    float next[2][DIM] = {{0}};
    double back[2] = {0.0, 0.0}, change, keep, total = 0.0, sums[2] = {0.0, 0.0};

    for (size_t i = 0; i < v->n; i++) {
        const double k = CONCENTRATION * v->v[i].weight / PIECE_FRAMES;
        for (int s = 0; s < 2; s++)
            ll[i][s] = k * dot(v->v[i].e, c[s]);
        if (i == 0) {
            fwd[0][0] = ll[0][0] - log(2.0);
            fwd[0][1] = ll[0][1] - log(2.0);
            continue;
        }
        switch_chances(v, i, &change, &keep);
        for (int s = 0; s < 2; s++)
            fwd[i][s] = log_add(fwd[i - 1][s] + keep, fwd[i - 1][1 - s] + change) + ll[i][s];
    }
    total = log_add(fwd[v->n - 1][0], fwd[v->n - 1][1]);
    for (size_t i = v->n; i-- > 0;) {
        const double p0 = 1.0 / (1.0 + exp(fwd[i][1] + back[1] - fwd[i][0] - back[0]));
        const double p[2] = {p0 * v->v[i].weight, (1.0 - p0) * v->v[i].weight};
        for (int s = 0; s < 2; s++) {
            for (int j = 0; j < DIM; j++)
                next[s][j] += (float)(p[s] * v->v[i].e[j]);
            sums[s] += p[s];
        }
        if (i == 0)
            break;
        switch_chances(v, i, &change, &keep);
        const double b0 = back[0] + ll[i][0], b1 = back[1] + ll[i][1];
        back[0] = log_add(b0 + keep, b1 + change);
        back[1] = log_add(b1 + keep, b0 + change);
    }
    for (int s = 0; s < 2; s++) {
        memcpy(c[s], next[s], sizeof next[s]);
        make_unit(c[s]);
        share[s] = sums[s] / (sums[0] + sums[1]);
    }
    return total;
}

static void settle(const struct cq_mono_voices *v, struct cq_mono_found *f)
{
    f->likeness = dot(f->centroid[0], f->centroid[1]);
    f->n_voices = 2;
    if (f->likeness > SAME_VOICE_COS) {
        double mean[DIM];
        mean_of(v, mean);
        for (int j = 0; j < DIM; j++)
            f->centroid[0][j] = (float)mean[j];
        make_unit(f->centroid[0]);
        memcpy(f->centroid[1], f->centroid[0], sizeof f->centroid[0]);
        f->n_voices = 1;
        f->share[0] = 1.0;
        f->share[1] = 0.0;
    }
}

int cq_mono_voices_find(const struct cq_mono_voices *v, struct cq_mono_found *ret_found)
{
    struct cq_mono_found best = {0};
    double(*ll)[2] = NULL, (*fwd)[2] = NULL;
    double mean[DIM], cov[DIM][DIM], axis[DIM], top = -INFINITY;
    int rc = 0;

    if (v->n == 0) {
        *ret_found = best;
        return 0;
    }
    ll = calloc(v->n, sizeof *ll);
    fwd = calloc(v->n, sizeof *fwd);
    if (!ll || !fwd) {
        rc = -ENOMEM;
        goto out;
    }
    mean_of(v, mean);
    covariance(v, mean, cov);
    for (int start = 0; start < N_STARTS; start++) {
        struct cq_mono_found f = {0};
        double l = 0.0;
        main_axis(cov, axis);
        halves(v, mean, axis, f.centroid);
        for (int round = 0; round < N_ROUNDS; round++)
            l = one_round(v, f.centroid, f.share, ll, fwd);
        if (l > top) {
            top = l;
            best = f;
        }
    }
    settle(v, &best);
    *ret_found = best;
out:
    free(ll);
    free(fwd);
    return rc;
}
