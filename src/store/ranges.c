#include "store/ranges.h"

#include "store/save.h"

#include <errno.h>
#include <stdlib.h>

#define N_VALUES (CQ_N_CALL_METRICS + CQ_N_PARTIES * CQ_N_PARTY_METRICS)

static int ascending(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

static double quantile(const double *v, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 >= n ? v[n - 1] : v[i] + (at - (double)i) * (v[i + 1] - v[i]);
}

static int find_calls(struct cq_store *s, const char *agent, const char *queue, int64_t except,
                      struct cq_error *err, int64_t *ids, size_t *ret_n)
{
    struct cq_db_st q = cq_db_st(
        s,
        agent
            ? "SELECT id FROM calls WHERE agent = ? AND status = 0 AND id <> ? ORDER BY started_s DESC LIMIT ?"
        : queue
            ? "SELECT id FROM calls WHERE queue = ? AND status = 0 AND id <> ? ORDER BY started_s DESC LIMIT ?"
            : "SELECT id FROM calls WHERE ? IS NULL AND status = 0 AND id <> ? ORDER BY started_s DESC LIMIT "
              "?");
    cq_db_text(&q, agent ? agent : queue);
    cq_db_int(&q, except);
    cq_db_int(&q, CQ_RANGES_CALLS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0)
        ids[(*ret_n)++] = cq_db_get_int(&q, 0);
    return r;
}

/* Columns of values, one a measure, in the order of the record. */
struct table {
    double v[N_VALUES][CQ_RANGES_CALLS];
    size_t n[N_VALUES];
};

static void add(struct table *t, int column, const struct cq_value *value)
{
    if (value->reason == CQ_HAS_VALUE)
        t->v[column][t->n[column]++] = value->v;
}

static struct cq_measure_range range_of(struct table *t, int column)
{
    size_t n = t->n[column];
    double *v = t->v[column];
    if (!n)
        return (struct cq_measure_range){0};
    qsort(v, n, sizeof *v, ascending);
    return (struct cq_measure_range){n, quantile(v, n, 0.1), quantile(v, n, 0.5), quantile(v, n, 0.9)};
}

int cq_ranges_load(struct cq_store *store, const char *agent, const char *queue, int64_t except,
                   struct cq_error *err, struct cq_ranges *ret_ranges)
{
    int64_t ids[CQ_RANGES_CALLS];
    size_t n = 0;
    struct table *t = calloc(1, sizeof *t);
    if (!t)
        return -ENOMEM;
    int r = find_calls(store, agent, queue, except, err, ids, &n);
    for (size_t i = 0; !r && i < n; i++) {
        struct cq_metrics m;
        r = cq_measures_load(store, ids[i], err, &m);
        if (r == -ENOENT) { /* it went in between */
            r = 0;
            continue;
        }
        for (int k = 0; !r && k < CQ_N_CALL_METRICS; k++)
            add(t, k, &m.call[k]);
        for (int k = 0; !r && k < CQ_N_PARTIES * CQ_N_PARTY_METRICS; k++)
            add(t, CQ_N_CALL_METRICS + k, &m.party[k / CQ_N_PARTY_METRICS][k % CQ_N_PARTY_METRICS]);
    }
    if (!r) {
        ret_ranges->n = n;
        for (int k = 0; k < CQ_N_CALL_METRICS; k++)
            ret_ranges->call[k] = range_of(t, k);
        for (int k = 0; k < CQ_N_PARTIES * CQ_N_PARTY_METRICS; k++)
            ret_ranges->party[k / CQ_N_PARTY_METRICS][k % CQ_N_PARTY_METRICS] =
                range_of(t, CQ_N_CALL_METRICS + k);
    }
    free(t);
    return r;
}
