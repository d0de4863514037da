/* metrics/pitch.h - pitch of a stretch of speech, one value every 20 ms. Private to the folder. */
#ifndef CQ_METRICS_PITCH_H
#define CQ_METRICS_PITCH_H

#include <stdint.h>

#define CQ_PITCH_STEP_FRAMES 2           /* 10 ms frames a value */
#define CQ_PITCH_MAX_SAMPLES (1058 * 80) /* longest stretch taken at once: 10.58 s at 8 kHz */
#define CQ_PITCH_FLOOR_MIN_HZ 40.0
#define CQ_PITCH_CEILING_MAX_HZ 600.0

struct cq_pitch;

/*
 * floor_hz and ceiling_hz bound what is looked for. Returns 0, -ENOMEM, or -EINVAL for bounds outside
 * CQ_PITCH_FLOOR_MIN_HZ..CQ_PITCH_CEILING_MAX_HZ or the wrong way round.
 */
int cq_pitch_new(double floor_hz, double ceiling_hz, struct cq_pitch **ret_p);

/*
 * Track x[0..n) at 8 kHz (n <= CQ_PITCH_MAX_SAMPLES). ret_hz[k], k < n_values, is the pitch around sample
 * 160 * k + 80, or 0 where there is none. *loudest belongs to the voice, 0 at first: how loud its recent
 * stretches were, so that what is quiet for this voice has no pitch.
 */
void cq_pitch_track(struct cq_pitch *p, const float *x, int n, int n_values, float *loudest, float *ret_hz);
struct cq_pitch *cq_pitch_free(struct cq_pitch *p);

#endif
