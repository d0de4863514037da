#include "review/calibrate_private.h"

#include "base/random.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SEED 20261124u /* fixed: the same calls give the same intervals */

/* Squared errors of one agent's calls. */
struct agent {
    const char *name;
    size_t n;
    size_t fold;
    double before, constant, after;
};

struct work {
    struct cq_calibrate_problem p;
    struct agent *agents; /* by name */
    size_t n_agents;
    size_t *agent_of; /* index for each call */
    bool *use;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct agent *)a)->name, ((const struct agent *)b)->name);
}

static const char *name_of(const struct cq_calibrate_call *call)
{
    return call->agent ? call->agent : "";
}

static void find_agents(struct work *w)
{
    for (size_t i = 0; i < w->p.n; i++)
        w->agents[i].name = name_of(&w->p.calls[i]);
    qsort(w->agents, w->p.n, sizeof *w->agents, by_name);
    for (size_t i = 0; i < w->p.n; i++) {
        if (!w->n_agents || strcmp(w->agents[w->n_agents - 1].name, w->agents[i].name))
            w->agents[w->n_agents++] = (struct agent){.name = w->agents[i].name};
    }
    for (size_t i = 0; i < w->p.n; i++) {
        struct agent key = {.name = name_of(&w->p.calls[i])};
        const struct agent *a = bsearch(&key, w->agents, w->n_agents, sizeof *w->agents, by_name);
        w->agent_of[i] = (size_t)(a - w->agents);
        w->agents[w->agent_of[i]].n++;
    }
}

/* Agents with most calls first, each into the part that has fewest. */
static void make_folds(struct work *w)
{
    size_t load[CQ_CALIBRATE_FOLDS] = {0};
    for (size_t i = 0; i < w->n_agents; i++)
        w->agents[i].fold = CQ_CALIBRATE_FOLDS; /* none yet */
    for (size_t done = 0; done < w->n_agents; done++) {
        struct agent *next = NULL;
        size_t fold = 0;
        for (size_t i = 0; i < w->n_agents; i++) {
            struct agent *a = &w->agents[i];
            if (a->fold == CQ_CALIBRATE_FOLDS && (!next || a->n > next->n))
                next = a;
        }
        for (size_t k = 1; k < CQ_CALIBRATE_FOLDS; k++)
            fold = load[k] < load[fold] ? k : fold;
        next->fold = fold;
        load[fold] += next->n;
    }
}

/* Fit to the other parts, foretell this one. */
static int judge_fold(struct work *w, size_t fold, const struct cq_curve *in_force)
{
    struct cq_curve curves[CQ_RUBRIC_MAX_INDICATORS];
    double sum = 0, n = 0;
    for (size_t i = 0; i < w->p.n; i++) {
        w->use[i] = w->agents[w->agent_of[i]].fold != fold;
        sum += w->use[i] ? w->p.calls[i].score : 0;
        n += w->use[i];
    }
    int r = cq_calibrate_fit(&w->p, w->use, curves);
    if (r)
        return r;
    for (size_t i = 0; i < w->p.n; i++) {
        const struct cq_calibrate_call *c = &w->p.calls[i];
        struct agent *a = &w->agents[w->agent_of[i]];
        double before = cq_calibrate_score(&w->p, in_force, c) - c->score, constant = sum / n - c->score;
        double after = cq_calibrate_score(&w->p, curves, c) - c->score;
        if (w->use[i])
            continue;
        a->before += before * before;
        a->constant += constant * constant;
        a->after += after * after;
    }
    return 0;
}

/* What is told of some agents' calls. */
enum { BEFORE, CONSTANT, AFTER, GAIN, OVER_CONSTANT, N_FIGURES };

static void figures(const struct work *w, const size_t *pick, double ret[N_FIGURES])
{
    double n = 0, before = 0, constant = 0, after = 0;
    for (size_t i = 0; i < w->n_agents; i++) {
        const struct agent *a = &w->agents[pick ? pick[i] : i];
        n += (double)a->n;
        before += a->before;
        constant += a->constant;
        after += a->after;
    }
    ret[BEFORE] = sqrt(before / n);
    ret[CONSTANT] = sqrt(constant / n);
    ret[AFTER] = sqrt(after / n);
    ret[GAIN] = ret[BEFORE] - ret[AFTER];
    ret[OVER_CONSTANT] = ret[CONSTANT] - ret[AFTER];
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct cq_calibrate_estimate interval(double v, double *resampled)
{
    size_t n = CQ_CALIBRATE_RESAMPLES;
    qsort(resampled, n, sizeof *resampled, by_value);
    return (struct cq_calibrate_estimate){v, resampled[(size_t)floor(0.025 * (double)(n - 1))],
                                          resampled[(size_t)ceil(0.975 * (double)(n - 1))]};
}

static int estimate(const struct work *w, struct cq_calibration *ret, struct cq_calibrate_estimate *ret_over)
{
    double now[N_FIGURES];
    uint64_t state = SEED;
    size_t *pick = calloc(w->n_agents, sizeof *pick);
    double *v = calloc((size_t)CQ_CALIBRATE_RESAMPLES * N_FIGURES, sizeof *v);
    int r = pick && v ? 0 : -ENOMEM;
    if (!r) {
        for (size_t k = 0; k < CQ_CALIBRATE_RESAMPLES; k++) {
            double one[N_FIGURES];
            for (size_t i = 0; i < w->n_agents; i++)
                pick[i] = cq_random_below(&state, w->n_agents);
            figures(w, pick, one);
            for (size_t f = 0; f < N_FIGURES; f++)
                v[f * CQ_CALIBRATE_RESAMPLES + k] = one[f];
        }
        figures(w, NULL, now);
        struct cq_calibrate_estimate *const to[N_FIGURES] = {&ret->before, &ret->constant, &ret->after,
                                                             &ret->gain, ret_over};
        for (size_t f = 0; f < N_FIGURES; f++)
            *to[f] = interval(now[f], v + f * CQ_CALIBRATE_RESAMPLES);
    }
    free(pick);
    free(v);
    return r;
}

static bool same(const struct cq_curve *a, const struct cq_curve *b)
{
    bool is = a->n == b->n;
    for (size_t i = 0; is && i < a->n; i++)
        is = a->v[i].x == b->v[i].x && a->v[i].points == b->v[i].points;
    return is;
}

static int decide(struct work *w, const struct cq_curve *in_force, struct cq_calibration *c)
{
    struct cq_calibrate_estimate over = {0};
    int r = 0;
    make_folds(w);
    for (size_t k = 0; !r && k < CQ_CALIBRATE_FOLDS; k++)
        r = judge_fold(w, k, in_force);
    if (!r)
        r = estimate(w, c, &over);
    for (size_t i = 0; i < w->p.n; i++)
        w->use[i] = true;
    if (!r)
        r = cq_calibrate_fit(&w->p, w->use, c->curves);
    if (r)
        return r;
    for (size_t k = 0; k < w->p.n_ind; k++) {
        c->changed[k] = !same(&c->curves[k], &in_force[k]);
        c->n_changed += c->changed[k];
    }
    if (!c->n_changed || !(c->gain.low > 0))
        c->result = CQ_CALIBRATE_NOT_BETTER;
    else if (!(over.low > 0))
        c->result = CQ_CALIBRATE_NOT_FOLLOWED;
    else
        c->result = c->gain.v < CQ_CALIBRATE_MIN_GAIN ? CQ_CALIBRATE_SMALL_GAIN : CQ_CALIBRATE_PROPOSED;
    return 0;
}

int cq_calibrate(const struct cq_calibrate_opts *opts, const struct cq_calibrate_indicator *ind, size_t n_ind,
                 const struct cq_calibrate_call *calls, size_t n, struct cq_calibration *ret)
{
    struct work w = {.p = {opts, ind, n_ind, calls, n}};
    static const struct cq_calibrate_estimate unknown = {(double)NAN, (double)NAN, (double)NAN};
    struct cq_calibration c = {
        .n_calls = n, .before = unknown, .constant = unknown, .after = unknown, .gain = unknown};
    struct cq_curve in_force[CQ_RUBRIC_MAX_INDICATORS];
    int r = 0;
    for (size_t k = 0; k < n_ind; k++)
        c.curves[k] = in_force[k] = ind[k].curve;
    w.agents = calloc(n ? n : 1, sizeof *w.agents);
    w.agent_of = calloc(n ? n : 1, sizeof *w.agent_of);
    w.use = calloc(n ? n : 1, sizeof *w.use);
    if (!w.agents || !w.agent_of || !w.use) {
        r = -ENOMEM;
        goto out;
    }
    if (n)
        find_agents(&w);
    c.n_agents = w.n_agents;
    if (n < opts->min_calls)
        c.result = CQ_CALIBRATE_FEW_CALLS;
    else if (w.n_agents < CQ_CALIBRATE_MIN_AGENTS)
        c.result = CQ_CALIBRATE_FEW_AGENTS;
    else
        r = decide(&w, in_force, &c);
    if (!r)
        *ret = c;
out:
    free(w.agents);
    free(w.agent_of);
    free(w.use);
    return r;
}

const char *cq_calibrate_result_name(enum cq_calibrate_result result)
{
    static const char *const names[] = {
        "proposed", "few_calls", "few_agents", "not_followed", "not_better", "small_gain",
    };
    return names[result];
}
