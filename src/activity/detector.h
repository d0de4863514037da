/* activity/detector.h - finding speech: one vtable, several detectors. */
#ifndef CQ_ACTIVITY_DETECTOR_H
#define CQ_ACTIVITY_DETECTOR_H

#include "callqa/activity.h"
#include "callqa/error.h"
#include "callqa/options.h"

#include <stdint.h>

struct cq_detector;

/*
 * A stage over 8 kHz audio of one recording. The caller feeds the whole recording twice, in blocks of any size:
 * first through scan() (levels, delays, whatever must be known of the whole call), then, from the start again,
 * through process(); flush() gives the result. A detector that needs one pass only has scan == NULL. All state
 * is in the instance; memory does not grow with the recording but for the spans found.
 */
struct cq_detector_ops {
    const char *name; /* as in cq_activity_opts.detector */
    /* n_channels 1 (mixed) or 2 (0 = agent, 1 = customer). -ENOMEM, -ENOENT / -EBADMSG for the model (err
     * told). */
    int (*create)(const struct cq_activity_opts *opts, int n_channels, struct cq_error *err,
                  struct cq_detector **ret_d);
    int (*scan)(struct cq_detector *d, const float *const pcm[], int n);
    int (*process)(struct cq_detector *d, const float *const pcm[], int n);
    int (*flush)(struct cq_detector *d, struct cq_activity *ret_activity);
    struct cq_detector *(*free)(struct cq_detector *d);
};

/* First member of every detector's instance. */
struct cq_detector {
    const struct cq_detector_ops *ops;
};

/* The one factory. -EINVAL for a name it does not know (err lists those it does). */
int cq_detector_new(const struct cq_activity_opts *opts, int n_channels, struct cq_error *err,
                    struct cq_detector **ret_d);
int cq_detector_scan(struct cq_detector *d, const float *const pcm[], int n); /* 0 at once where scan is NULL */
int cq_detector_process(struct cq_detector *d, const float *const pcm[], int n);
int cq_detector_flush(struct cq_detector *d, struct cq_activity *ret_activity);
struct cq_detector *cq_detector_free(struct cq_detector *d); /* accepts NULL */

#endif
