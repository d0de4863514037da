/* metrics/metrics.h - turns and events -> the measures of docs/measures.md. Pure. */
#ifndef CQ_METRICS_METRICS_H
#define CQ_METRICS_METRICS_H

#include "callqa/activity.h"
#include "callqa/metrics.h"
#include "callqa/recording.h"
#include "callqa/talk.h"

/*
 * Fill every member of *ret_metrics that timing and the recording's health give; prosody members are set to
 * CQ_NULL_NOT_MEASURED and filled by cq_prosody_flush(). `diarized` recordings get CQ_NULL_MIXED_RECORDING
 * for what a mix cannot support. Returns 0 or -ENOMEM.
 */
int cq_metrics_compute(const struct cq_talk *talk, const struct cq_recording *rec,
                       const struct cq_activity *activity, struct cq_metrics *ret_metrics);

/* A recording that cannot be judged: everything but duration_s becomes null with CQ_NULL_UNSCORABLE. */
void cq_metrics_set_unscorable(struct cq_metrics *metrics);

/* Quantile with linear interpolation (type 7) of sorted v[0..n), n >= 1. */
double cq_metrics_quantile(const double *v, size_t n, double q);

#endif
