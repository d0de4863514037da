#include "activity/spectrum.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

int cq_spectrum_init(struct cq_spectrum *s, int n)
{
    const double two_pi = 6.28318530717958647692;

    if (n < 4 || n > CQ_SPECTRUM_MAX || (n & (n - 1)))
        return -EINVAL;
    *s = (struct cq_spectrum){.n = n};
    s->cosine = malloc((size_t)n / 2 * sizeof *s->cosine);
    s->sine = malloc((size_t)n / 2 * sizeof *s->sine);
    if (!s->cosine || !s->sine) {
        cq_spectrum_done(s);
        return -ENOMEM;
    }
    for (int i = 0; i < n / 2; i++) {
        s->cosine[i] = (float)cos(two_pi * i / n);
        s->sine[i] = (float)-sin(two_pi * i / n);
    }
    return 0;
}

void cq_spectrum_done(struct cq_spectrum *s)
{
    if (!s)
        return;
    free(s->cosine);
    free(s->sine);
    *s = (struct cq_spectrum){0};
}

static void bit_reverse(unsigned n, float *re, float *im)
{
    for (unsigned i = 1, j = 0; i < n; i++) {
        unsigned bit = n >> 1;
        while (j & bit) {
            j ^= bit;
            bit >>= 1;
        }
        j |= bit;
        if (i < j) {
            const float a = re[i], b = im[i];
            re[i] = re[j];
            im[i] = im[j];
            re[j] = a;
            im[j] = b;
        }
    }
}

void cq_spectrum_transform(const struct cq_spectrum *s, float *re, float *im)
{
    const unsigned n = (unsigned)s->n;

    bit_reverse(n, re, im);
    for (unsigned half = 1; half < n; half <<= 1) {
        const unsigned step = n / 2 / half;
        for (unsigned base = 0; base < n; base += 2 * half) {
            for (unsigned k = 0; k < half; k++) {
                const unsigned a = base + k, b = a + half;
                const float c = s->cosine[k * step], w = s->sine[k * step];
                const float br = re[b] * c - im[b] * w, bi = re[b] * w + im[b] * c;
                re[b] = re[a] - br;
                im[b] = im[a] - bi;
                re[a] += br;
                im[a] += bi;
            }
        }
    }
}
