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

static int compare_agents(const struct cq_sample_call *x, const struct cq_sample_call *y)
{
    if (!x->agent || !y->agent)
        return (x->agent != NULL) - (y->agent != NULL);
    return strcmp(x->agent, y->agent);
}

static int by_agent(const void *a, const void *b)
{
    int c = compare_agents(a, b);
    return c ? c : by_key(a, b);
}

/* Within the quota of their agents: of each the first, as many as earlier draws left. v is in order of
 * by_agent(). */
static void fill_quotas(size_t per_agent, struct cq_sample_call *v, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t end = i, own = 0;
        for (; end < n && !compare_agents(&v[end], &v[i]); end++)
            own += v[end].drawn;
        for (; i < end; i++) {
            v[i].taken = isfinite(v[i].key) && (!per_agent || own < per_agent);
            own += v[i].taken;
        }
    }
}

size_t cq_sample_draw(const struct cq_sample_opts *opts, struct cq_sample_call *v, size_t n)
{
    size_t taken = 0;
    for (size_t i = 0; i < n; i++) {
        double w = v[i].drawn ? 0 : weight(opts, &v[i]);
        v[i].key = w > 0 ? -log(uniform(opts->seed, v[i].call)) / w : (double)INFINITY;
    }
    if (n)
        qsort(v, n, sizeof *v, by_agent);
    fill_quotas(opts->per_agent, v, n);
    if (n)
        qsort(v, n, sizeof *v, by_key);
    for (size_t i = 0; i < n; i++) {
        v[i].taken = v[i].taken && (!opts->count || taken < opts->count);
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
