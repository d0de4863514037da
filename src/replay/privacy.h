/* replay/privacy.h - what must not leave the house: intervals muted, the customer's voice made another. */
#ifndef CQ_REPLAY_PRIVACY_H
#define CQ_REPLAY_PRIVACY_H

#include "callqa/talk.h"
#include "replay/gate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CQ_DISGUISE_PITCH 0.72   /* five to six semitones down: speech stays clear, the speaker does not */
#define CQ_DISGUISE_MARGIN_S 0.1 /* around the agent's talk, outside of which their channel is shut */

struct cq_privacy_opts {
    const struct cq_span *mutes; /* of both parties; borrowed */
    size_t n_mutes;
    double disguise; /* pitch of the customer's voice, CQ_PITCH_MIN..MAX; 0: as it is */
};

/* A sample of each lane before they are mixed. A mixed recording has its one channel in lane[0]. */
struct cq_lanes {
    float lane[CQ_N_PARTIES];
    int32_t at;
};

struct cq_privacy;

/*
 * A stage: new / write / flush / read. With a disguise, a two-channel recording gets the customer's channel at
 * another pitch and the agent's channel only where the agent speaks, because a little of the customer's own
 * voice comes back on it; of a mixed recording all is changed, for nobody can take it apart. `talk` is borrowed
 * (NULL: the agent's channel stays open). -ENOMEM, -EINVAL.
 */
int cq_privacy_new(const struct cq_privacy_opts *opts, int n_channels, const struct cq_talk *talk,
                   struct cq_privacy **ret_p);
struct cq_privacy *cq_privacy_free(struct cq_privacy *p);

#define CQ_PRIVACY_BLOCK 256 /* frames that may be written at a time */

/* Frames in (at most CQ_PRIVACY_BLOCK; read what is ready before the next). -ENOMEM. */
int cq_privacy_write(struct cq_privacy *p, const struct cq_lanes *v, size_t n);
/* No more will come. As many frames come out as went in. -ENOMEM. */
int cq_privacy_flush(struct cq_privacy *p);
size_t cq_privacy_read(struct cq_privacy *p, struct cq_lanes *v, size_t n);

#endif
