/* metrics/prosody.h - how a party speaks: level, pitch, syllable rate, noise. A stage over the parties' audio.
 */
#ifndef CQ_METRICS_PROSODY_H
#define CQ_METRICS_PROSODY_H

#include "callqa/metrics.h"
#include "callqa/options.h"
#include "callqa/talk.h"

struct cq_prosody;

/*
 * talk: the derived call (borrowed until flush); its talkspurts say where to look. Feed 8 kHz audio, channel 0
 * the agent, 1 the customer (n_channels 1: the mixed recording, both parties read it), from the start, in
 * blocks of any size. Memory is bounded by one talkspurt's frames in compact form. Syllable nuclei after de
 * Jong & Wempe (2009), active level after ITU-T P.56, pitch by autocorrelation after Boersma (1993).
 */
int cq_prosody_new(const struct cq_prosody_opts *opts, int n_channels, const struct cq_talk *talk,
                   struct cq_prosody **ret_p);
int cq_prosody_process(struct cq_prosody *p, const float *const pcm[], int n);

/* Fill the prosody members of *metrics (others are left alone) and append raised_voice events to *talk. */
int cq_prosody_flush(struct cq_prosody *p, struct cq_talk *talk, struct cq_metrics *metrics);
struct cq_prosody *cq_prosody_free(struct cq_prosody *p);

#endif
