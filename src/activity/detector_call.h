/* activity/detector_call.h - a detector of speech with all else that is told of a call around it. */
#ifndef CQ_ACTIVITY_DETECTOR_CALL_H
#define CQ_ACTIVITY_DETECTOR_CALL_H

#include "activity/detector.h"

/*
 * Wrap `inner` (taken over, also on failure): tones by name, digital silence, leak between the channels, holds
 * and the time of the answer are added to the speech and music that it finds. Returns 0, -ENOMEM or -EINVAL.
 */
int cq_detector_call_new(struct cq_detector *inner, const struct cq_activity_opts *opts, int n_channels,
                         struct cq_detector **ret_d);

#endif
