#include "replay/privacy.h"

#include "replay/speed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Frames that wait for their disguised twin: a few pitch periods and a block; the library never keeps more than
 * a tenth of a second back. */
#define PENDING 8192

struct cq_privacy {
    struct cq_stretches mutes, agent_speech;
    /* muted before the disguise and behind it: it smears sound by some milliseconds, out of the interval and in
     */
    struct cq_gate mute[CQ_N_PARTIES], mute_out[CQ_N_PARTIES], agent;
    bool gate_agent;
    int disguised; /* lane that is disguised, -1 none */
    struct cq_speed *voice;
    bool flushed;
    struct cq_lanes pending[PENDING];
    size_t first, n;
};

static int set_up_disguise(struct cq_privacy *p, const struct cq_privacy_opts *opts, int n_channels,
                           const struct cq_talk *talk)
{
    p->disguised = n_channels == 1 ? 0 : CQ_CUSTOMER;
    int r = cq_speed_new(1, 1.0, opts->disguise, &p->voice);
    if (!r && n_channels == 2 && talk) {
        r = cq_gate_speech(talk, CQ_AGENT, CQ_DISGUISE_MARGIN_S, &p->agent_speech);
        p->gate_agent = true;
    }
    return r;
}

int cq_privacy_new(const struct cq_privacy_opts *opts, int n_channels, const struct cq_talk *talk,
                   struct cq_privacy **ret_p)
{
    struct cq_privacy *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    p->disguised = -1;
    int r = cq_gate_spans(opts->mutes, opts->n_mutes, &p->mutes);
    if (!r && opts->disguise > 0)
        r = set_up_disguise(p, opts, n_channels, talk);
    if (r) {
        cq_privacy_free(p);
        return r;
    }
    for (int k = 0; k < CQ_N_PARTIES; k++)
        cq_gate_init(&p->mute[k], &p->mutes, true);
    for (int k = 0; k < CQ_N_PARTIES; k++)
        cq_gate_init(&p->mute_out[k], &p->mutes, true);
    cq_gate_init(&p->agent, &p->agent_speech, false);
    *ret_p = p;
    return 0;
}

struct cq_privacy *cq_privacy_free(struct cq_privacy *p)
{
    if (p) {
        cq_speed_free(p->voice);
        free(p->mutes.v);
        free(p->agent_speech.v);
        free(p);
    }
    return NULL;
}

int cq_privacy_write(struct cq_privacy *p, const struct cq_lanes *v, size_t n)
{
    float voice[CQ_PRIVACY_BLOCK];
    if (n > CQ_PRIVACY_BLOCK || p->n + n > PENDING)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        struct cq_lanes f = v[i];
        for (int k = 0; k < CQ_N_PARTIES && p->mutes.n; k++)
            f.lane[k] *= cq_gate_next(&p->mute[k], f.at);
        if (p->gate_agent)
            f.lane[CQ_AGENT] *= cq_gate_next(&p->agent, f.at);
        if (p->voice) { /* what the disguise has not made yet is silence, never the voice itself */
            voice[i] = f.lane[p->disguised];
            f.lane[p->disguised] = 0.0f;
        }
        p->pending[(p->first + p->n++) % PENDING] = f;
    }
    return p->voice ? cq_speed_write(p->voice, voice, n) : 0;
}

int cq_privacy_flush(struct cq_privacy *p)
{
    p->flushed = true;
    return p->voice ? cq_speed_flush(p->voice) : 0;
}

size_t cq_privacy_read(struct cq_privacy *p, struct cq_lanes *v, size_t n)
{
    float voice[CQ_PRIVACY_BLOCK];
    size_t out = 0;
    while (out < n && p->n) {
        size_t m = n - out < p->n ? n - out : p->n;
        m = m < CQ_PRIVACY_BLOCK ? m : CQ_PRIVACY_BLOCK;
        size_t made = m;
        if (p->voice) {
            made = cq_speed_read(p->voice, voice, m);
            m = p->flushed ? m : made; /* at the end the disguise may be a few samples short */
        }
        for (size_t i = 0; i < m; i++) {
            struct cq_lanes *f = &v[out + i];
            *f = p->pending[(p->first + i) % PENDING];
            if (p->voice)
                f->lane[p->disguised] = i < made ? voice[i] : 0.0f;
            for (int k = 0; k < CQ_N_PARTIES && p->voice && p->mutes.n; k++)
                f->lane[k] *= cq_gate_next(&p->mute_out[k], f->at);
        }
        p->first = (p->first + m) % PENDING;
        p->n -= m;
        out += m;
        if (!m)
            break;
    }
    return out;
}
