#include "metrics/histogram.h"

#include <math.h>

double cq_histogram_median(const struct cq_histogram *h)
{
    const double half = h->n / 2.0;
    uint32_t below = 0;
    int i = 0;
    while (i < CQ_HISTOGRAM_BINS - 1 && below + h->bin[i] < half)
        below += h->bin[i++];
    return i - 0.5 + (h->bin[i] ? (half - below) / h->bin[i] : 0.5);
}

double cq_histogram_sd(const struct cq_histogram *h, double from, double to)
{
    double n = 0, sum = 0, sum2 = 0;
    for (int i = 0; i < CQ_HISTOGRAM_BINS; i++) {
        if (i < from || i > to)
            continue;
        n += h->bin[i];
        sum += (double)i * h->bin[i];
        sum2 += (double)i * i * h->bin[i];
    }
    return n > 0 ? sqrt(fmax(0, sum2 / n - (sum / n) * (sum / n))) : 0;
}
