/* cli/rescore_settings.h - scoring stored calls under other thresholds than they were analysed with. */
#ifndef CQ_CLI_RESCORE_SETTINGS_H
#define CQ_CLI_RESCORE_SETTINGS_H

#include "callqa/analysis.h"
#include "cli/options.h"
#include "config/config.h"
#include "rubric/rubric.h"

/* Which thresholds, and the version of the form that stands for "this form under these": its own with "+t" and
 * the beginning of a hash of the thresholds behind it. Zero is none. */
struct cq_rescore_settings {
    struct cq_settings asked; /* what has an origin was asked for */
    char *json;               /* it, as one object: {"talk.dead_air_s":4} */
    struct cq_rubric *form;   /* the form under that version; NULL: no other thresholds */
};

/*
 * From --config FILE (may be NULL) and --set NAME=VALUE. -EINVAL a --set that needs the audio, or a file in
 * which nothing can be followed without it; other settings of a file are left alone, and told of once. Errors
 * of reading configuration. *ret: cq_rescore_settings_done().
 */
int cq_rescore_settings_load(const char *config, const struct cq_args *set, const struct cq_rubric *rubric,
                             struct cq_error *err, struct cq_rescore_settings *ret);
void cq_rescore_settings_done(struct cq_rescore_settings *s);

/* Turns, events and measures of a stored call under them, as cq_rederive(). */
int cq_rescore_settings_apply(const struct cq_rescore_settings *s, const struct cq_analysis *a,
                              struct cq_error *err, struct cq_analysis *ret);

#endif
