/* store/ranges.h - what is usual: each measure over the last calls of an agent, of a queue, of all. */
#ifndef CQ_STORE_RANGES_H
#define CQ_STORE_RANGES_H

#include "store/store.h"

#include <stddef.h>

#define CQ_RANGES_CALLS 200 /* at most so many, the newest: a month of an agent's; callqa default */

struct cq_measure_range {
    size_t n;             /* calls that have the measure; 0: the others say nothing */
    double p10, p50, p90; /* quantiles with linear interpolation (type 7) */
};

struct cq_ranges {
    size_t n; /* calls */
    struct cq_measure_range call[CQ_N_CALL_METRICS];
    struct cq_measure_range party[CQ_N_PARTIES][CQ_N_PARTY_METRICS];
};

/* Calls that can be judged, but not `except`. agent, queue: NULL for any; only one of them may be given. */
int cq_ranges_load(struct cq_store *store, const char *agent, const char *queue, int64_t except,
                   struct cq_error *err, struct cq_ranges *ret_ranges);

#endif
