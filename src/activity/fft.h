/* activity/fft.h - eight power-of-two FFTs side by side: lane l of every element belongs to transform l. */
#ifndef CQ_ACTIVITY_FFT_H
#define CQ_ACTIVITY_FFT_H

#define CQ_FFT_LANES 8
#define CQ_FFT_MAX 8192

/* Twiddle factors exp(-2 pi i k / n) of one length; `cos` NULL when not made. */
struct cq_fft {
    int n;
    float *cos; /* n values; owned */
    float *sin;
};

/* n a power of two, 4..CQ_FFT_MAX. -EINVAL, -ENOMEM. */
int cq_fft_init(struct cq_fft *fft, int n);
void cq_fft_done(struct cq_fft *fft); /* accepts NULL and zeroed */

#endif
