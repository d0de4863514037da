/* store/peaks.h - the shape of a recording's sound: how loud each short stretch of it is. */
#ifndef CQ_STORE_PEAKS_H
#define CQ_STORE_PEAKS_H

#include "store/store.h"

#define CQ_PEAKS_MAX 100000 /* stretches a channel */

/* The recording's `n` equal stretches: channel by channel, the greatest sample of each, 255 is full scale. */
struct cq_peaks {
    int channels; /* 2: agent, customer; 1: mixed */
    int n;
    unsigned char *levels; /* channels * n; owned */
};

void cq_peaks_done(struct cq_peaks *p);

/* -ENOENT where there are none (yet). */
int cq_peaks_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_peaks *ret_peaks);
int cq_peaks_save(struct cq_store *s, int64_t call, const struct cq_peaks *p, struct cq_error *err);

#endif
