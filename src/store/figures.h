/*
 * store/figures.h - what the calls of each day come to, by agent, queue and department: the sums that a
 * dashboard needs, so that a year of a million calls is read as some ten thousand rows.
 *
 * Days are UTC. A day whose calls have changed is noted by triggers and summed up again when it is asked for
 * (cq_figures_refresh()). Calls without a start belong to no day.
 */
#ifndef CQ_STORE_FIGURES_H
#define CQ_STORE_FIGURES_H

#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cq_figure {
    CQ_FIGURE_SCORE,
    CQ_FIGURE_INTERRUPTIONS,
    CQ_FIGURE_TALK_OVER,
    CQ_FIGURE_LATENCY,
    CQ_FIGURE_DEAD_AIR,
    CQ_FIGURE_HANDLING,
    CQ_N_FIGURES
};

/* The field of the query language that it sums up: "score", "agent.interruptions_per_min" ... */
const char *cq_figure_field(enum cq_figure figure);

/* Calls by their median response latency: bin i holds [edge i, edge i + 1) seconds, the last has no end.
 * callqa default: half a second is where answers begin to feel late, 3 s is late by docs/measures.md. */
#define CQ_FIGURE_LATENCY_EDGES                                                                                \
    {                                                                                                          \
        0, 0.5, 1, 1.5, 2, 3, 5                                                                                \
    }
enum { CQ_N_LATENCY_BINS = 7 };

/* Over the calls that have a value. */
struct cq_figure_sum {
    int64_t n;
    double sum;
    double square; /* sum of the squares */
};

struct cq_figures {
    int64_t day;      /* the first one, days since 1970; 0 for groups */
    const char *name; /* of the group, "" unknown; NULL for points. Borrowed until the callback returns */
    int64_t calls;
    int64_t flagged;
    int64_t critical;
    struct cq_figure_sum v[CQ_N_FIGURES];
    int64_t latency[CQ_N_LATENCY_BINS];
};

enum cq_figures_bucket { CQ_FIGURES_DAY, CQ_FIGURES_WEEK /* from Monday */ };

/* The Monday of a day's week. */
int64_t cq_figures_monday(int64_t day);

struct cq_figures_filter {
    enum cq_figures_bucket bucket; /* weeks are quicker; they count whole */
    int64_t from_day, to_day;      /* both counted; of weeks, a Monday and a Sunday */
    const char *agent;             /* NULL: any; "": unknown */
    const char *queue;
    const char *department;
};

enum cq_figures_by { CQ_FIGURES_BY_AGENT, CQ_FIGURES_BY_QUEUE, CQ_FIGURES_BY_DEPARTMENT };

/* One row a bucket that has calls, in order. A non-zero return of the callback ends it and is returned. */
int cq_figures_points(struct cq_store *s, const struct cq_figures_filter *f,
                      int (*row)(void *user, const struct cq_figures *v), void *user, struct cq_error *err);

/* One row a group, those with most calls first. */
int cq_figures_groups(struct cq_store *s, const struct cq_figures_filter *f, enum cq_figures_by by,
                      int64_t limit, int (*row)(void *user, const struct cq_figures *v), void *user,
                      struct cq_error *err);

/* The first and the last day with a call. -ENOENT where no call has a start. */
int cq_figures_span(struct cq_store *s, struct cq_error *err, int64_t *ret_first, int64_t *ret_last);

/* Days of the span that are to be summed up again. */
int cq_figures_stale(struct cq_store *s, int64_t from_day, int64_t to_day, struct cq_error *err,
                     int64_t *ret_n);
/* Sum one of them up, the newest: 1, or 0 where none is left. */
int cq_figures_refresh(struct cq_store *s, int64_t from_day, int64_t to_day, struct cq_error *err);

#endif
