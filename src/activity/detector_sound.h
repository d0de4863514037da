/* activity/detector_sound.h - where a channel is not quiet, to place the edges of music by. */
#ifndef CQ_ACTIVITY_DETECTOR_SOUND_H
#define CQ_ACTIVITY_DETECTOR_SOUND_H

#include "callqa/activity.h"

struct cq_sound_edges;

/*
 * A stage over 8 kHz audio of 1 or 2 channels, fed twice: scan() learns each channel's noise, process() lists
 * where its level stands above it. Memory grows with the changes only.
 */
int cq_sound_edges_new(int n_channels, struct cq_sound_edges **ret_s);
int cq_sound_edges_scan(struct cq_sound_edges *s, const float *const pcm[], int n);
int cq_sound_edges_process(struct cq_sound_edges *s, const float *const pcm[], int n);

/*
 * Move the edges of music in *a (sorted) to where sound begins and ends: inwards over silence, outwards over
 * sound that is no speech and no tone of that channel. A detector with a context of seconds finds that there is
 * music, but not to a tenth of a second when it began.
 */
void cq_sound_edges_refine(struct cq_sound_edges *s, struct cq_activity *a);
struct cq_sound_edges *cq_sound_edges_free(struct cq_sound_edges *s);

#endif
