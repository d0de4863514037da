/* replay/speed.h - faster and slower with the pitch kept, and another pitch at the same speed (libsonic). */
#ifndef CQ_REPLAY_SPEED_H
#define CQ_REPLAY_SPEED_H

#include <stdbool.h>
#include <stddef.h>

#define CQ_SPEED_MIN 0.5
#define CQ_SPEED_MAX 3.0
#define CQ_PITCH_MIN 0.5 /* an octave down */
#define CQ_PITCH_MAX 2.0

struct cq_speed;

/* A stream of interleaved floats at CQ_ANALYSIS_RATE_HZ. -ENOMEM, -EINVAL beyond the limits above. */
int cq_speed_new(int n_channels, double speed, double pitch, struct cq_speed **ret_s);
struct cq_speed *cq_speed_free(struct cq_speed *s);

/* Feed n frames; full scale 1.0, beyond it they are clipped. -ENOMEM. */
int cq_speed_write(struct cq_speed *s, const float *frames, size_t n);

/* No more will come: the rest becomes readable, so that the whole has 1/speed of the length. -ENOMEM. */
int cq_speed_flush(struct cq_speed *s);

/* Take up to n frames that are ready. Returns how many. */
size_t cq_speed_read(struct cq_speed *s, float *frames, size_t n);

#endif
