/* metrics/histogram.h - counts in 256 bins: medians and spreads in flat memory. Private to the folder. */
#ifndef CQ_METRICS_HISTOGRAM_H
#define CQ_METRICS_HISTOGRAM_H

#include <stdint.h>

#define CQ_HISTOGRAM_BINS 256

/* A value belongs to the bin whose index it rounds to; zero-initialised is empty. */
struct cq_histogram {
    uint32_t bin[CQ_HISTOGRAM_BINS];
    uint32_t n;
};

static inline void cq_histogram_add(struct cq_histogram *h, uint8_t bin)
{
    h->bin[bin]++;
    h->n++;
}

/* Median in bins, interpolated inside one as if its counts were spread evenly; n must not be 0. */
double cq_histogram_median(const struct cq_histogram *h);

/* Standard deviation in bins of what lies in [from, to]; 0 where nothing does. */
double cq_histogram_sd(const struct cq_histogram *h, double from, double to);

#endif
