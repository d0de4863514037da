/* talk/spans.h - arithmetic of sorted time intervals: join, intersect, touch. */
#ifndef CQ_TALK_SPANS_H
#define CQ_TALK_SPANS_H

#include "callqa/party.h"

#include <stdbool.h>

/*
 * Two times closer than this are the same moment. Times come on a grid of 1 ms or coarser, so that a
 * microsecond only takes up the rounding of sums; it decides what happens exactly at a threshold.
 */
#define CQ_TALK_EPS_S 1e-6

/* Order by start, then end. */
void cq_spans_sort(struct cq_spans *spans);

/*
 * Merge sorted intervals whose silence between is shorter than gap_s, in place. Afterwards they are disjoint
 * and both starts and ends rise.
 */
void cq_spans_join(struct cq_spans *spans, double gap_s);

/* Sum of the lengths. */
double cq_spans_total(const struct cq_spans *spans);

/* Index of the first of disjoint, sorted intervals that ends at or after t_s; spans->n where none does. O(log
 * n). */
size_t cq_spans_find(const struct cq_spans *spans, double t_s);

/* Does one of the disjoint, sorted intervals have a moment in common with [lo_s, hi_s], edges included? */
bool cq_spans_touch(const struct cq_spans *spans, double lo_s, double hi_s);

/* Time that disjoint, sorted intervals share with [lo_s, hi_s]. O(log n + intervals inside). */
double cq_spans_shared(const struct cq_spans *spans, double lo_s, double hi_s);

/*
 * Append to *ret what two lists of disjoint, sorted intervals have in common, pieces of at least min_s only.
 * Returns 0 or -ENOMEM.
 */
int cq_spans_intersect(const struct cq_spans *a, const struct cq_spans *b, double min_s, struct cq_spans *ret);

#endif
