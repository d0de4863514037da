/* activity/energy.h - the first detector: levels of both channels against each other and against their noise.
 */
#ifndef CQ_ACTIVITY_ENERGY_H
#define CQ_ACTIVITY_ENERGY_H

#include "activity/detector.h"

/*
 * Needs no model. A channel speaks where its level stands above its own noise and above what the other party's
 * voice returns into it (both learnt in scan()), and where its partials do not stand still as those of music
 * and tones do. Good on clean lines with loud voices; docs/accuracy.md says what it lacks against the network.
 */
extern const struct cq_detector_ops cq_energy_ops;

#endif
