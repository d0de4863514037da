/* activity/neural.h - the detector of two-channel recordings: features, network, decoding. */
#ifndef CQ_ACTIVITY_NEURAL_H
#define CQ_ACTIVITY_NEURAL_H

#include "activity/detector.h"

/* What "neural" means for two channels; -EINVAL for one. Tones, holds and silence are added around it
 * (detector_call.h). */
extern const struct cq_detector_ops cq_neural_ops;

#endif
