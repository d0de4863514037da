/* activity/mono_detector.h - the detector for mixed recordings: one channel, both parties. */
#ifndef CQ_ACTIVITY_MONO_DETECTOR_H
#define CQ_ACTIVITY_MONO_DETECTOR_H

#include "activity/detector.h"

/* What "neural" means for one channel; -EINVAL for two. */
extern const struct cq_detector_ops cq_mono_ops;

#endif
