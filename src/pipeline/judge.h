/* pipeline/judge.h - whether a recording can be judged at all. */
#ifndef CQ_PIPELINE_JUDGE_H
#define CQ_PIPELINE_JUDGE_H

#include "callqa/activity.h"
#include "callqa/metrics.h"
#include "callqa/options.h"
#include "callqa/recording.h"
#include "callqa/talk.h"

/*
 * Decide whether the recording can be scored. *ret_reason is NULL where it can, else a malloc'd sentence that
 * says why not and what to do. n_channels as in cq_pcm_channels(). Returns 0 or -ENOMEM.
 */
int cq_judge(const struct cq_judge_opts *opts, const struct cq_recording *rec, const struct cq_talk *talk,
             int n_channels, char **ret_reason);

/* An unscorable call keeps what describes the recording and loses what would judge the people in it. */
void cq_judge_withhold(struct cq_metrics *metrics);

#endif
