#include "audio/fft.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

struct cq_fft {
    int n;
    float *cos, *sin; /* n / 2 of them: exp(-2 pi i k / n) */
    uint16_t *order;  /* bit-reversed index */
};

int cq_fft_new(int n, struct cq_fft **ret_f)
{
    int err = 0;
    if (n < 2 || n > 65536 || (n & (n - 1)))
        return -EINVAL;
    struct cq_fft *f = calloc(1, sizeof *f);
    if (!f)
        return -ENOMEM;
    f->n = n;
    f->cos = malloc((size_t)n / 2 * sizeof *f->cos);
    f->sin = malloc((size_t)n / 2 * sizeof *f->sin);
    f->order = calloc((size_t)n, sizeof *f->order);
    if (!f->cos || !f->sin || !f->order) {
        err = -ENOMEM;
        goto out;
    }
    for (int k = 0; k < n / 2; k++) {
        double angle = -2.0 * 3.14159265358979323846 * k / n;
        f->cos[k] = (float)cos(angle);
        f->sin[k] = (float)sin(angle);
    }
    for (int i = 1; i < n; i++)
        f->order[i] = (uint16_t)(f->order[i >> 1] >> 1 | (i & 1 ? n >> 1 : 0));
    *ret_f = f;
    f = NULL;
out:
    cq_fft_free(f);
    return err;
}

void cq_fft_run(const struct cq_fft *f, float *re, float *im)
{
    int n = f->n;
    for (int i = 0; i < n; i++) {
        int j = f->order[i];
        if (j > i) {
            float r = re[i], m = im[i];
            re[i] = re[j], im[i] = im[j];
            re[j] = r, im[j] = m;
        }
    }
    for (int half = 1; half < n; half *= 2) {
        int step = n / (2 * half);
        for (int base = 0; base < n; base += 2 * half) {
            for (int k = 0; k < half; k++) {
                float c = f->cos[k * step], s = f->sin[k * step];
                int a = base + k, b = a + half;
                float r = re[b] * c - im[b] * s, m = re[b] * s + im[b] * c;
                re[b] = re[a] - r, im[b] = im[a] - m;
                re[a] += r, im[a] += m;
            }
        }
    }
}

struct cq_fft *cq_fft_free(struct cq_fft *f)
{
    if (!f)
        return NULL;
    free(f->cos);
    free(f->sin);
    free(f->order);
    free(f);
    return NULL;
}
