/* activity/spectrum.h - a plain complex Fourier transform for the stages that need few of them. */
#ifndef CQ_ACTIVITY_SPECTRUM_H
#define CQ_ACTIVITY_SPECTRUM_H

#define CQ_SPECTRUM_MAX 8192

/* Twiddle factors of one length. */
struct cq_spectrum {
    int n;
    float *cosine; /* n / 2 values; owned */
    float *sine;
};

/* n: a power of two, 4..CQ_SPECTRUM_MAX. Returns 0, -EINVAL or -ENOMEM. */
int cq_spectrum_init(struct cq_spectrum *s, int n);
void cq_spectrum_done(struct cq_spectrum *s); /* accepts NULL and zeroed */

/* Forward transform in place, radix 2 (Cooley and Tukey 1965). Swap re and im to go back (then divide by n). */
void cq_spectrum_transform(const struct cq_spectrum *s, float *re, float *im);

#endif
