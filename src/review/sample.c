#include "review/sample.h"

#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In (0, 1): 53 bits, never an end. */
static double uniform(uint64_t seed, int64_t call)
{
    uint64_t z =
        cq_random_mix(cq_random_mix(seed + 0x9e3779b97f4a7c15u) + (uint64_t)call * 0x9e3779b97f4a7c15u);
    return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

static double weight(const struct cq_sample_opts *opts, const struct cq_sample_call *c)
{
    static const double weights[] = CQ_SAMPLE_WEIGHTS;
    switch (opts->method) {
    case CQ_SAMPLE_RANDOM:
        return 1;
    case CQ_SAMPLE_FLAGGED:
        return c->severity >= 0;
    case CQ_SAMPLE_RISK:
        return weights[c->severity < -1 ? 0 : c->severity > 2 ? 3 : c->severity + 1];
    }
    return 1;
}

static int by_key(const void *a, const void *b)
{
    const struct cq_sample_call *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->call > y->call) - (x->call < y->call);
}

static bool same_agent(const struct cq_sample_call *a, const struct cq_sample_call *b)
{
    return a->agent && b->agent ? !strcmp(a->agent, b->agent) : a->agent == b->agent;
}

size_t cq_sample_draw(const struct cq_sample_opts *opts, struct cq_sample_call *v, size_t n)
{
    size_t taken = 0;
    for (size_t i = 0; i < n; i++) {
        double w = weight(opts, &v[i]);
        v[i].taken = false;
        v[i].key = w > 0 ? -log(uniform(opts->seed, v[i].call)) / w : (double)INFINITY;
    }
    if (n)
        qsort(v, n, sizeof *v, by_key);
    for (size_t i = 0; i < n && isfinite(v[i].key) && (!opts->count || taken < opts->count); i++) {
        size_t own = 0; /* of what is taken, few: a quota is small */
        for (size_t k = 0; k < i && opts->per_agent; k++)
            own += v[k].taken && same_agent(&v[k], &v[i]);
        v[i].taken = !opts->per_agent || own < opts->per_agent;
        taken += v[i].taken;
    }
    return taken;
}

void cq_sample_assign(const struct cq_sample_call *v, size_t n, const char *const *reviewers,
                      size_t n_reviewers, size_t *load, size_t *reviewer)
{
    for (size_t i = 0; i < n; i++) {
        size_t best = n_reviewers;
        for (size_t k = 0; v[i].taken && k < n_reviewers; k++) {
            if (v[i].agent && !strcmp(v[i].agent, reviewers[k]))
                continue;
            if (best == n_reviewers || load[k] < load[best])
                best = k;
        }
        reviewer[i] = best;
        if (best < n_reviewers)
            load[best]++;
    }
}
