/* replay/mixer.h - two lanes to two loudspeakers: solo and pan. */
#ifndef CQ_REPLAY_MIXER_H
#define CQ_REPLAY_MIXER_H

#include "replay/frame.h"
#include "replay/gate.h"
#include "replay/privacy.h"

enum cq_solo { CQ_SOLO_BOTH, CQ_SOLO_AGENT, CQ_SOLO_CUSTOMER };
enum cq_pan { CQ_PAN_APART /* agent left, customer right */, CQ_PAN_MIDDLE };

#define CQ_SOLO_MARGIN_S 0.05 /* around a party's talk in a mixed recording: onsets are soft */

/* Embedded. Solo in a mixed recording lets through where the party speaks, be the other one heard or not. */
struct cq_mixer {
    int n_channels;
    enum cq_solo solo;
    enum cq_pan pan;
    struct cq_stretches speech[CQ_N_PARTIES]; /* of a mixed recording */
    struct cq_gate gate[CQ_N_PARTIES];
};

/* `talk` may be NULL. -ENOMEM. */
int cq_mixer_init(struct cq_mixer *m, int n_channels, const struct cq_talk *talk);
void cq_mixer_done(struct cq_mixer *m);

struct cq_replay_frame cq_mixer_mix(struct cq_mixer *m, const struct cq_lanes *in);

#endif
