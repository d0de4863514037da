/* callqa/peaks.h - the shape of a recording's sound: how loud each short stretch of it is. */
#ifndef CALLQA_PEAKS_H
#define CALLQA_PEAKS_H

#define CQ_PEAKS_MAX 100000 /* stretches a channel */

/* The recording's `n` equal stretches: channel by channel, the greatest sample of each, 255 is full scale. */
struct cq_peaks {
    int channels; /* 2: agent, customer; 1: mixed; 0: not measured */
    int n;
    unsigned char *levels; /* channels * n; owned */
};

void cq_peaks_done(struct cq_peaks *p);

#endif
