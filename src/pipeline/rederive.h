/*
 * pipeline/rederive.h - turns, events and measures of a stored analysis under other thresholds, without its
 * audio.
 *
 * Who spoke when is stored, so that everything that the talk layer makes of it can be made again: sections talk
 * and judge of the configuration. What audio, activity and prosody measure can't. Two thresholds of talk only
 * work upwards: talkspurts that were joined, or dropped as too short, are not stored apart.
 */
#ifndef CQ_PIPELINE_REDERIVE_H
#define CQ_PIPELINE_REDERIVE_H

#include "callqa/analysis.h"
#include "callqa/error.h"
#include "config/config.h"

/* Can a change of this option be followed without the audio? */
bool cq_rederive_can(const struct cq_option *o);

/* The sections talk and judge as they were in force when the call was analysed; what the stamp of an older
 * version doesn't say is at its default. 0, -EBADMSG the stamp is damaged, -ENOMEM. */
int cq_rederive_config(const struct cq_analysis *from, struct cq_config *ret_config);

/*
 * Fill ret->talk, metrics, diarized, unscorable and reason under `config`. Pitch, rate, level, clipping and
 * crosstalk, and events of raised voice, clipping and dropouts stay as they were measured. -ENOTSUP where a
 * threshold goes below that of the analysis and the audio is needed. *ret: cq_analysis_done().
 */
int cq_rederive(const struct cq_analysis *from, const struct cq_config *config, struct cq_error *err,
                struct cq_analysis *ret);

#endif
