/* audio/faults.h - the bounded list of faults with their times. */
#ifndef CQ_AUDIO_FAULTS_H
#define CQ_AUDIO_FAULTS_H

#include "callqa/recording.h"

struct cq_faults {
    struct cq_fault *v;
    size_t n;
    size_t cap;
};

/* Append while there is room for CQ_MAX_FAULTS; beyond, the fault is left out. -ENOMEM. */
int cq_faults_add(struct cq_faults *f, enum cq_fault_kind kind, int channel, double start_s, double end_s);

/* By time, then channel, then kind. */
void cq_faults_sort(struct cq_faults *f);

void cq_faults_done(struct cq_faults *f);

#endif
