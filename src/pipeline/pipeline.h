/* pipeline/pipeline.h - the only composer: a path and options in, a whole analysis out. */
#ifndef CQ_PIPELINE_PIPELINE_H
#define CQ_PIPELINE_PIPELINE_H

#include "callqa/analysis.h"
#include "callqa/error.h"
#include "callqa/options.h"
#include "rubric/rubric.h"

#include <stdatomic.h>

/* Seconds each stage took, for the bench and --timing. */
struct cq_timing {
    double hash_s, decode_s, activity_s, talk_s, prosody_s, score_s, total_s;
};

/*
 * Analyse one recording. rubric is borrowed. info (may be NULL) is copied into the result. `stop` (may be NULL)
 * is polled. A recording that cannot be judged is no error: ret->unscorable and ret->reason tell. Errors are
 * those of cq_pcm_open() and of the detector. *ret is the caller's, cq_analysis_done(). timing may be NULL.
 */
int cq_pipeline_analyze(const char *path, const struct cq_config *config, const struct cq_rubric *rubric,
                        const struct cq_call_info *info, const atomic_bool *stop, struct cq_error *err,
                        struct cq_timing *timing, struct cq_analysis *ret);

/*
 * The same for a caller that has read the file's SHA-256 already, as hex digits (NULL: it has not), so that a
 * long recording is not read a third time.
 */
int cq_pipeline_analyze_hashed(const char *path, const char *sha256, const struct cq_config *config,
                               const struct cq_rubric *rubric, const struct cq_call_info *info,
                               const atomic_bool *stop, struct cq_error *err, struct cq_timing *timing,
                               struct cq_analysis *ret);

/*
 * Read a rubric by id ("skills-form": looked up among the installed ones) or by path. Errors as
 * cq_rubric_parse() and of reading. *ret_rubric: cq_rubric_free().
 */
int cq_pipeline_load_rubric(const char *id_or_path, struct cq_error *err, struct cq_rubric **ret_rubric);

#endif
