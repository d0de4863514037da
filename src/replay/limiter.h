/* replay/limiter.h - gain that cannot overload: a quiet caller made audible does not make the other one
 * distort. */
#ifndef CQ_REPLAY_LIMITER_H
#define CQ_REPLAY_LIMITER_H

#include "replay/frame.h"

#include <stdbool.h>
#include <stddef.h>

#define CQ_LIMITER_CEILING 0.891f /* -1 dBFS: room for what a converter adds between the samples */
#define CQ_LIMITER_AHEAD 40       /* frames of look-ahead: 5 ms at 8 kHz, enough to turn down without a click */

/* Embedded; cq_limiter_init() before use. Delays by CQ_LIMITER_AHEAD frames. */
struct cq_limiter {
    float gain;                                    /* linear, asked for */
    float now;                                     /* what the limiter multiplies by on top of it, 0..1 */
    float release;                                 /* share of the way back to 1 a frame */
    struct cq_replay_frame line[CQ_LIMITER_AHEAD]; /* frames under way, times gain */
    size_t n, at;                                  /* how many, and the oldest's place */
    float deepest;                                 /* the smallest `now` since cq_limiter_meter() */
};

void cq_limiter_init(struct cq_limiter *l, double gain_db);

/* Change the gain for frames from here on. */
void cq_limiter_set_gain(struct cq_limiter *l, double gain_db);

/* In place: feed v[0..n), get the frames that are due. Returns how many came out (the first
 * CQ_LIMITER_AHEAD of a stream are kept back). */
size_t cq_limiter_process(struct cq_limiter *l, struct cq_replay_frame *v, size_t n);

/* The end: what is still kept back, at most `max` frames. 0 when empty. */
size_t cq_limiter_flush(struct cq_limiter *l, struct cq_replay_frame *v, size_t max);

/* dB by which the limiter has held back at the worst since the last call: 0, or negative. */
double cq_limiter_meter(struct cq_limiter *l);

#endif
