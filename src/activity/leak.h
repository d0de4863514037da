/* activity/leak.h - how much of each party's voice comes back in the other's channel, and how late. */
#ifndef CQ_ACTIVITY_LEAK_H
#define CQ_ACTIVITY_LEAK_H

#include "callqa/party.h"

struct cq_leak;

/* Index: the party whose voice leaks. NAN: too little talk, or nothing that stands out of chance. */
struct cq_leak_result {
    double db[CQ_N_PARTIES];       /* power of the return against the voice */
    double delay_ms[CQ_N_PARTIES]; /* of its strongest path */
};

/*
 * A stage over 8 kHz audio of two channels, fed twice: scan() learns how loud each party is and how often,
 * process() takes up to 48 half-seconds of each party's talk, spread over the call, in which the other is
 * softer. The delay is the peak of the generalised cross-correlation with phase transform (Knapp and Carter
 * 1976) from 0 to 350 ms; the level is that of the paths 12 ms around it in the least-squares response from one
 * channel to the other, so that noise and talk of the other party do not count. Returns down to about -45 dB
 * are found. Memory is constant.
 */
int cq_leak_new(struct cq_leak **ret_l);
void cq_leak_scan(struct cq_leak *l, const float *const pcm[2], int n);
void cq_leak_process(struct cq_leak *l, const float *const pcm[2], int n);
void cq_leak_flush(struct cq_leak *l, struct cq_leak_result *ret_result);
struct cq_leak *cq_leak_free(struct cq_leak *l);

#endif
