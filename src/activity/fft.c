#include "activity/fft.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int cq_fft_init(struct cq_fft *fft, int n)
{
    if (n < 4 || n > CQ_FFT_MAX || (n & (n - 1)) != 0)
        return -EINVAL;
    float *table = malloc((size_t)n * 2 * sizeof *table);
    if (!table)
        return -ENOMEM;
    const double step = 2.0 * acos(-1.0) / n;
    for (int k = 0; k < n; k++) {
        table[k] = (float)cos(step * k);
        table[n + k] = (float)-sin(step * k);
    }
    fft->n = n;
    fft->cos = table;
    fft->sin = table + n;
    return 0;
}

void cq_fft_done(struct cq_fft *fft)
{
    if (!fft)
        return;
    free(fft->cos);
    memset(fft, 0, sizeof *fft);
}
