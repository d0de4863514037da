/*
 * bench-query: how long queries take on a database, as people ask them: fifty rows, newest first.
 *
 *     bench-query [--runs N] [--seed N] DATABASE
 *
 * Each kind is run N times (default 200) with other agents, flags and times drawn at random, kinds taking turns
 * so that none finds the cache filled by itself. Times are from the text of the condition to the last row read;
 * processor time stands beside them, because on a busy machine the clock measures the others. Exit code 1 where
 * a kind with a promise (50 ms at the 95th percentile, by the clock) breaks it.
 */
#include "base/error.h"
#include "base/number.h"
#include "base/str.h"
#include "base/time.h"
#include "query/where.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROMISE_MS 50.0
#define MAX_RUNS 10000
#define PAGE 50
#define DAY_S 86400

struct bench {
    const char *database;
    struct cq_store *store;
    uint64_t random;
    int64_t first_s, last_s; /* starts of the calls there are */
    char flags[CQ_SELECT_MAX_FLAGS][64];
    size_t n_flags;
    int64_t n_agents;
};

/* One question; strings live in it. */
struct question {
    struct cq_select sel;
    const char *flag[2];
    char agent[24], where[256];
    struct cq_cond *cond;
};

struct sample {
    double wall_ms, cpu_ms;
};

static uint64_t next_random(struct bench *b) /* splitmix64 */
{
    uint64_t z = b->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int64_t below(struct bench *b, int64_t n)
{
    return n > 0 ? (int64_t)(next_random(b) % (uint64_t)n) : 0;
}

static void any_flag(struct bench *b, struct question *q)
{
    q->flag[q->sel.n_flags++] = b->flags[below(b, (int64_t)b->n_flags)];
    q->sel.flags = q->flag;
}

static void any_agent(struct bench *b, struct question *q)
{
    snprintf(q->agent, sizeof q->agent, "A%03d", (int)below(b, b->n_agents) + 1);
    q->sel.agent = q->agent;
}

static void any_since(struct bench *b, struct question *q)
{
    q->sel.since_s = b->last_s - (1 + below(b, 90)) * DAY_S;
}

static void any_month(struct bench *b, struct question *q)
{
    q->sel.since_s = b->first_s + below(b, (b->last_s - b->first_s) / DAY_S - 30) * DAY_S;
    q->sel.until_s = q->sel.since_s + 30 * DAY_S;
}

static void flag_newest(struct bench *b, struct question *q)
{
    any_flag(b, q);
}

static void flag_agent_since(struct bench *b, struct question *q)
{
    any_flag(b, q);
    any_agent(b, q);
    any_since(b, q);
}

static void flag_month(struct bench *b, struct question *q)
{
    any_flag(b, q);
    any_month(b, q);
}

static void two_flags(struct bench *b, struct question *q)
{
    any_flag(b, q);
    any_flag(b, q);
}

static void flag_page(struct bench *b, struct question *q)
{
    any_flag(b, q);
    q->sel.offset = PAGE * below(b, 40);
}

static void severity_newest(struct bench *b, struct question *q)
{
    q->sel.min_severity = (int)below(b, 3);
}

static void severity_agent(struct bench *b, struct question *q)
{
    q->sel.min_severity = 1;
    any_agent(b, q);
}

static void flag_and_measure(struct bench *b, struct question *q)
{
    snprintf(q->where, sizeof q->where, "agent.interruptions_per_min > %d and duration_s > %d",
             (int)below(b, 3), 30 * (int)below(b, 10));
    any_flag(b, q);
}

static void where_flag(struct bench *b, struct question *q)
{
    snprintf(q->where, sizeof q->where, "flag(%s) and talk_over_ratio > 0.0%d and score < 4.5",
             b->flags[below(b, (int64_t)b->n_flags)], 1 + (int)below(b, 8));
}

static void both_flags(struct bench *b, struct question *q)
{
    snprintf(q->where, sizeof q->where, "flag(%s) and flag(%s)", b->flags[below(b, (int64_t)b->n_flags)],
             b->flags[below(b, (int64_t)b->n_flags)]);
}

static void flag_and_item(struct bench *b, struct question *q)
{
    snprintf(q->where, sizeof q->where, "item.listening < %d", 3 + (int)below(b, 2));
    any_flag(b, q);
    any_since(b, q);
}

static void flag_by_score(struct bench *b, struct question *q)
{
    any_flag(b, q);
    any_month(b, q);
    (void)cq_field_find("score", &q->sel.order);
    q->sel.ascending = true;
}

static void agent_newest(struct bench *b, struct question *q)
{
    any_agent(b, q);
}

static void worst_scores(struct bench *b, struct question *q)
{
    (void)b;
    (void)cq_field_find("score", &q->sel.order);
    q->sel.ascending = true;
}

static void rare_measure(struct bench *b, struct question *q)
{
    snprintf(q->where, sizeof q->where, "agent.interruptions >= %d and hold_s > 100", 6 + (int)below(b, 3));
}

static void order_by_measure(struct bench *b, struct question *q)
{
    (void)b;
    (void)cq_field_find("dead_air_s", &q->sel.order);
    q->sel.ascending = false;
}

static const struct {
    const char *name;
    void (*ask)(struct bench *b, struct question *q);
    bool promised;
    int divide; /* runs are this many times fewer */
} kinds[] = {
    {"flag, newest first", flag_newest, true, 1},
    {"flag + agent + since", flag_agent_since, true, 1},
    {"flag + any month", flag_month, true, 1},
    {"either of two flags", two_flags, true, 1},
    {"flag, a later page (offset up to 1950)", flag_page, true, 1},
    {"severity, newest first", severity_newest, true, 1},
    {"severity + agent", severity_agent, true, 1},
    {"flag + two measures", flag_and_measure, true, 1},
    {"where flag and measure and score", where_flag, true, 1},
    {"both of two flags", both_flags, true, 1},
    {"flag + item score + since", flag_and_item, true, 1},
    {"flag + any month, by score", flag_by_score, true, 1},
    {"agent, newest first (no flag)", agent_newest, false, 1},
    {"worst scores (no flag)", worst_scores, false, 1},
    {"rare measures, no flag, no index", rare_measure, false, 40},
    {"all, by a measure without index", order_by_measure, false, 40},
};

#define N_KINDS (sizeof kinds / sizeof *kinds)

static int note_flag(void *user, const char *flag, int64_t n_calls)
{
    struct bench *b = user;
    (void)n_calls;
    if (b->n_flags < CQ_SELECT_MAX_FLAGS && strlen(flag) < sizeof *b->flags)
        snprintf(b->flags[b->n_flags++], sizeof *b->flags, "%s", flag);
    return 0;
}

/* Processor time of this process: what the query costs, whatever else the machine is doing. */
static double processor_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* One query, all its rows read. */
static int run_one(struct bench *b, size_t kind, struct sample *ret_time, int64_t *ret_rows)
{
    struct question q = {.sel = CQ_SELECT_INIT};
    struct cq_error err = {0};
    struct cq_cursor *cur = NULL;
    struct cq_row row;
    q.sel.limit = PAGE;
    kinds[kind].ask(b, &q);
    double began = cq_time_monotonic_s(), used = processor_s();
    int r = q.where[0] ? cq_where_parse(q.where, &err, &q.cond) : 0;
    q.sel.where = q.cond;
    if (!r)
        r = cq_select_open(b->store, &q.sel, &err, &cur);
    int64_t rows = 0;
    while (!r) {
        int step = cq_select_next(cur, &err, &row);
        if (step <= 0) {
            r = step;
            break;
        }
        rows++;
    }
    cq_select_close(cur);
    *ret_time = (struct sample){(cq_time_monotonic_s() - began) * 1e3, (processor_s() - used) * 1e3};
    *ret_rows = rows;
    cq_cond_free(q.cond);
    if (r)
        fprintf(stderr, "bench-query: %s: %s\n", kinds[kind].name, err.what);
    return r;
}

static int by_wall(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;
    return x->wall_ms < y->wall_ms ? -1 : x->wall_ms > y->wall_ms;
}

static int by_cpu(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;
    return x->cpu_ms < y->cpu_ms ? -1 : x->cpu_ms > y->cpu_ms;
}

static int learn(struct bench *b)
{
    struct cq_error err = {0};
    struct cq_row row;
    int r = cq_store_open(b->database, CQ_STORE_READ, &err, &b->store);
    if (!r)
        r = cq_store_flags(b->store, note_flag, b, &err);
    for (int ascending = 0; !r && ascending < 2; ascending++) {
        struct cq_select sel = CQ_SELECT_INIT;
        struct cq_cursor *cur = NULL;
        sel.limit = 1;
        sel.ascending = ascending;
        r = cq_select_open(b->store, &sel, &err, &cur);
        if (!r && cq_select_next(cur, &err, &row) > 0)
            *(ascending ? &b->first_s : &b->last_s) = row.started_s;
        cq_select_close(cur);
    }
    if (!r && (!b->n_flags || b->last_s - b->first_s < 60 * DAY_S))
        r = cq_error_set(&err, -ENODATA, b->database, 0, "has too few calls; make-calls fills a database");
    if (r)
        fprintf(stderr, "bench-query: %s: %s\n", b->database, err.what);
    return r;
}

static int nth(int n, double q)
{
    int i = (int)(q * (double)n);
    return i < n ? i : n - 1;
}

/* Kinds take turns; times[kind * runs + i]. */
static int run_all(struct bench *b, int runs, struct sample *times, int *n_of, double *rows_of)
{
    for (int i = 0; i < runs; i++) {
        for (size_t k = 0; k < N_KINDS; k++) {
            int64_t rows = 0;
            if (i % kinds[k].divide)
                continue;
            int r = run_one(b, k, &times[k * (size_t)runs + (size_t)n_of[k]], &rows);
            if (r)
                return r;
            n_of[k]++;
            rows_of[k] += (double)rows;
        }
    }
    return 0;
}

static bool report(int runs, struct sample *times, const int *n_of, const double *rows_of)
{
    bool kept = true;
    printf("%-40s %5s %5s  %8s %8s %8s  %8s %8s\n", "query (50 rows)", "runs", "rows", "p50 ms", "p95 ms",
           "max ms", "cpu p50", "cpu p95");
    for (size_t k = 0; k < N_KINDS; k++) {
        struct sample *t = times + k * (size_t)runs;
        int n = n_of[k];
        qsort(t, (size_t)n, sizeof *t, by_cpu);
        double cpu_p50 = t[nth(n, 0.5)].cpu_ms, cpu_p95 = t[nth(n, 0.95)].cpu_ms;
        qsort(t, (size_t)n, sizeof *t, by_wall);
        double p95 = t[nth(n, 0.95)].wall_ms;
        bool broken = kinds[k].promised && p95 > PROMISE_MS;
        kept &= !broken;
        printf("%-40s %5d %5.1f  %8.2f %8.2f %8.2f  %8.2f %8.2f%s\n", kinds[k].name, n, rows_of[k] / n,
               t[nth(n, 0.5)].wall_ms, p95, t[n - 1].wall_ms, cpu_p50, cpu_p95,
               broken              ? "  above 50 ms"
               : kinds[k].promised ? ""
                                   : "  (no promise)");
    }
    return kept;
}

int main(int argc, char **argv)
{
    struct bench b = {.random = 1, .n_agents = 500};
    int64_t runs = 200, seed = 1;
    for (int i = 1; i < argc; i++) {
        int64_t *v = !strcmp(argv[i], "--runs") ? &runs : !strcmp(argv[i], "--seed") ? &seed : NULL;
        if (v && i + 1 < argc && !cq_number_parse_int(argv[i + 1], strlen(argv[i + 1]), v) && *v > 0)
            i++;
        else if (!v && argv[i][0] != '-' && !b.database)
            b.database = argv[i];
        else
            runs = 0;
    }
    if (!b.database || runs < 1 || runs > MAX_RUNS) {
        fputs("usage: bench-query [--runs N] [--seed N] DATABASE\n", stderr);
        return 2;
    }
    b.random = (uint64_t)seed;
    struct sample *times = calloc(N_KINDS * (size_t)runs, sizeof *times);
    double rows_of[N_KINDS] = {0};
    int n_of[N_KINDS] = {0}, status = 1;
    if (times && !learn(&b) && !run_all(&b, (int)runs, times, n_of, rows_of))
        status = report((int)runs, times, n_of, rows_of) ? 0 : 1;
    cq_store_close(b.store);
    free(times);
    return status;
}
