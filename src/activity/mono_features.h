/* activity/mono_features.h - what the one-channel network hears: log-mel bands and a pitch picture. */
#ifndef CQ_ACTIVITY_MONO_FEATURES_H
#define CQ_ACTIVITY_MONO_FEATURES_H

#include <stddef.h>

#define CQ_MONO_N_MEL 40   /* bands, HTK mel scale, 80-3800 Hz */
#define CQ_MONO_N_PITCH 24 /* log-spaced lag bins of the autocorrelation, 60-400 Hz */
#define CQ_MONO_WINDOW 320 /* samples, 40 ms Hann; frame t is centred on sample 80 t + 40 */
#define CQ_MONO_FFT 512

struct cq_mono_features;

/* All state of one stream of 8 kHz samples. cpu as in activity/simd.h. 0, -ENOMEM, -EINVAL or -ENOTSUP for cpu.
 */
int cq_mono_features_new(int cpu, struct cq_mono_features **ret_f);
struct cq_mono_features *cq_mono_features_free(struct cq_mono_features *f); /* accepts NULL */

/* Back to the start of a recording. */
void cq_mono_features_reset(struct cq_mono_features *f);

/*
 * Hand out the next frame, or take samples (full scale 1.0) until there is one or they are used up. *ret_used
 * tells how many were taken. Returns 1 when a frame was written, else 0. mel[CQ_MONO_N_MEL] is the band power
 * in dB relative to full scale, not below CQ_MONO_FLOOR_DB; *ret_level_db is the power of all bands together.
 * pitch[CQ_MONO_N_PITCH] is written for every second frame (the odd ones, t = 1, 3, ...): the autocorrelation
 * of the compressed spectrum at each lag bin, -1..1, and left alone otherwise. Frames come CQ_MONO_BATCH at a
 * time.
 */
int cq_mono_features_push(struct cq_mono_features *f, const float *pcm, size_t n, size_t *ret_used, float *mel,
                          float *ret_level_db, float *pitch);

/* The recording has ended: push() with n = 0 then hands out the frames that are left, one for every full 10 ms.
 */
void cq_mono_features_finish(struct cq_mono_features *f);

#define CQ_MONO_BATCH 16
#define CQ_MONO_FLOOR_DB (-100.0f)

#endif
