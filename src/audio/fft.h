/* audio/fft.h - a small complex FFT for long-term spectra: some hundred transforms a call, no library needed.
 */
#ifndef CQ_AUDIO_FFT_H
#define CQ_AUDIO_FFT_H

struct cq_fft;

/* n a power of two, 2 to 65536. -EINVAL, -ENOMEM. */
int cq_fft_new(int n, struct cq_fft **ret_f);

/* Forward transform in place, unscaled (Cooley and Tukey 1965, radix 2, decimation in time). */
void cq_fft_run(const struct cq_fft *f, float *re, float *im);

struct cq_fft *cq_fft_free(struct cq_fft *f);

#endif
