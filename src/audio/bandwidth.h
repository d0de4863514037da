/* audio/bandwidth.h - how far up one channel's long-term spectrum goes. */
#ifndef CQ_AUDIO_BANDWIDTH_H
#define CQ_AUDIO_BANDWIDTH_H

#include <stdint.h>

struct cq_bandwidth;

int cq_bandwidth_new(int rate_hz, struct cq_bandwidth **ret_b); /* -ENOMEM */

/* Feed n samples. Windows are taken ever more sparsely, so that a long call costs little more than a short one.
 */
void cq_bandwidth_add(struct cq_bandwidth *b, const int16_t *x, int n);

/* The frequency below which 99 % of the energy lies, DC left out; 0 for silence and for less than two windows.
 */
double cq_bandwidth_finish(const struct cq_bandwidth *b);

struct cq_bandwidth *cq_bandwidth_free(struct cq_bandwidth *b);

#endif
