#include "audio/bandwidth.h"

#include "audio/fft.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define WINDOW_S 0.020 /* at least; rounded up to a power of two */
#define MAX_WINDOW 8192
#define ENERGY_SHARE 0.99      /* include/callqa/recording.h */
#define PAIRS_PER_DOUBLING 256 /* after so many, every second window only, and so on */

/* Two windows are transformed at once, as real and imaginary part: only the sum of their powers is wanted. */
struct cq_bandwidth {
    int rate_hz;
    int window;
    int fill;       /* of 2 * window samples */
    int64_t skip;   /* samples to pass over before filling again */
    int64_t stride; /* one of so many pairs is taken */
    int n_pairs;    /* taken at this stride */
    struct cq_fft *fft;
    float *hann;
    float *x;      /* 2 * window */
    double *power; /* window / 2 + 1 bins, weighted by stride */
};

int cq_bandwidth_new(int rate_hz, struct cq_bandwidth **ret_b)
{
    struct cq_bandwidth *b = calloc(1, sizeof *b);
    if (!b)
        return -ENOMEM;
    b->rate_hz = rate_hz;
    b->stride = 1;
    b->window = 64;
    while (b->window < WINDOW_S * rate_hz && b->window < MAX_WINDOW)
        b->window *= 2;
    int err = cq_fft_new(b->window, &b->fft);
    b->hann = malloc((size_t)b->window * sizeof *b->hann);
    b->x = malloc(2 * (size_t)b->window * sizeof *b->x);
    b->power = calloc((size_t)b->window / 2 + 1, sizeof *b->power);
    if (err || !b->hann || !b->x || !b->power) {
        err = -ENOMEM;
        goto out;
    }
    for (int i = 0; i < b->window; i++)
        b->hann[i] = (float)(0.5 - 0.5 * cos(2.0 * 3.14159265358979323846 * i / b->window));
    *ret_b = b;
    b = NULL;
out:
    cq_bandwidth_free(b);
    return err;
}

static void prepare(const struct cq_bandwidth *b, float *x)
{
    float mean = 0.0f;
    for (int i = 0; i < b->window; i++)
        mean += x[i];
    mean /= (float)b->window;
    for (int i = 0; i < b->window; i++)
        x[i] = (x[i] - mean) * b->hann[i];
}

static void take_pair(struct cq_bandwidth *b)
{
    int n = b->window;
    float *re = b->x, *im = b->x + n;
    prepare(b, re);
    prepare(b, im);
    cq_fft_run(b->fft, re, im);
    /* |Z(k)|^2 + |Z(n - k)|^2 is twice the two windows' power at k */
    for (int k = 1; k < n / 2; k++) {
        double power =
            (double)(re[k] * re[k] + im[k] * im[k]) + (double)(re[n - k] * re[n - k] + im[n - k] * im[n - k]);
        b->power[k] += power * (double)b->stride;
    }
    b->fill = 0;
    b->skip = (b->stride - 1) * 2 * n;
    if (++b->n_pairs == PAIRS_PER_DOUBLING) {
        b->n_pairs = 0;
        b->stride *= 2;
    }
}

void cq_bandwidth_add(struct cq_bandwidth *b, const int16_t *x, int n)
{
    while (n > 0) {
        if (b->skip >= n) {
            b->skip -= n;
            return;
        }
        x += b->skip;
        n -= (int)b->skip;
        b->skip = 0;
        int room = 2 * b->window - b->fill, m = n < room ? n : room;
        for (int i = 0; i < m; i++)
            b->x[b->fill + i] = (float)x[i];
        b->fill += m;
        x += m;
        n -= m;
        if (b->fill == 2 * b->window)
            take_pair(b);
    }
}

double cq_bandwidth_finish(const struct cq_bandwidth *b)
{
    double total = 0.0, sum = 0.0;
    for (int k = 1; k < b->window / 2; k++)
        total += b->power[k];
    if (total <= 0.0)
        return 0.0;
    int k = 0;
    while (k < b->window / 2 - 1 && sum < ENERGY_SHARE * total)
        sum += b->power[++k];
    return (k + 0.5) * b->rate_hz / b->window;
}

struct cq_bandwidth *cq_bandwidth_free(struct cq_bandwidth *b)
{
    if (!b)
        return NULL;
    cq_fft_free(b->fft);
    free(b->hann);
    free(b->x);
    free(b->power);
    free(b);
    return NULL;
}
