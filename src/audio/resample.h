/* audio/resample.h - any rate to the analysis rate, planar floats, in blocks (libsoxr). */
#ifndef CQ_AUDIO_RESAMPLE_H
#define CQ_AUDIO_RESAMPLE_H

struct cq_resample;

/*
 * A stage from in_hz to out_hz for n_channels planes. The filter's delay is compensated: sample i of the output
 * lies at i / out_hz of the input. -ENOMEM, -EINVAL where the ratio is beyond the library.
 */
int cq_resample_new(int in_hz, int out_hz, int n_channels, struct cq_resample **ret_r);

/*
 * Feed up to n frames, at most CQ_RESAMPLE_MAX_FRAMES; *ret_used of them were taken (feed the rest again), and
 * ret_out[c] points at *ret_n frames that live until the next call. n == 0 flushes: call it until *ret_n is 0.
 * -EIO (the library's own error).
 */
#define CQ_RESAMPLE_MAX_FRAMES 8192
int cq_resample_process(struct cq_resample *r, const float *const in[], int n, int *ret_used,
                        const float *ret_out[], int *ret_n);

struct cq_resample *cq_resample_free(struct cq_resample *r);

#endif
