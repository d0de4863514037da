#include "replay/mixer.h"

#include <stdlib.h>
#include <string.h>

#define HALF_POWER 0.70710678f /* two voices in the middle are as loud together as apart */

int cq_mixer_init(struct cq_mixer *m, int n_channels, const struct cq_talk *talk)
{
    *m = (struct cq_mixer){.n_channels = n_channels};
    for (int k = 0; n_channels == 1 && talk && k < CQ_N_PARTIES; k++) {
        int r = cq_gate_speech(talk, (enum cq_party)k, CQ_SOLO_MARGIN_S, &m->speech[k]);
        if (r)
            return r;
    }
    for (int k = 0; k < CQ_N_PARTIES; k++)
        cq_gate_init(&m->gate[k], &m->speech[k], false);
    return 0;
}

void cq_mixer_done(struct cq_mixer *m)
{
    for (int k = 0; m && k < CQ_N_PARTIES; k++) {
        free(m->speech[k].v);
        m->speech[k] = (struct cq_stretches){0};
    }
}

static struct cq_replay_frame mix_mono(struct cq_mixer *m, const struct cq_lanes *in)
{
    float v = in->lane[0];
    if (m->solo != CQ_SOLO_BOTH)
        v *= cq_gate_next(&m->gate[m->solo == CQ_SOLO_AGENT ? CQ_AGENT : CQ_CUSTOMER], in->at);
    return (struct cq_replay_frame){v, v, in->at};
}

struct cq_replay_frame cq_mixer_mix(struct cq_mixer *m, const struct cq_lanes *in)
{
    if (m->n_channels == 1)
        return mix_mono(m, in);
    float agent = m->solo == CQ_SOLO_CUSTOMER ? 0.0f : in->lane[CQ_AGENT];
    float customer = m->solo == CQ_SOLO_AGENT ? 0.0f : in->lane[CQ_CUSTOMER];
    /* somebody who is alone is heard on both sides: nobody trains with one ear */
    if (m->solo != CQ_SOLO_BOTH) {
        float v = agent + customer;
        return (struct cq_replay_frame){v, v, in->at};
    }
    if (m->pan == CQ_PAN_APART)
        return (struct cq_replay_frame){agent, customer, in->at};
    float v = (agent + customer) * HALF_POWER;
    return (struct cq_replay_frame){v, v, in->at};
}
