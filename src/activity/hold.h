/* activity/hold.h - where the customer waits, from what sounds in both channels. Pure: no audio. */
#ifndef CQ_ACTIVITY_HOLD_H
#define CQ_ACTIVITY_HOLD_H

#include "callqa/activity.h"

#include <stdbool.h>

/*
 * Add CQ_SOUND_HOLD spans of min_s and longer to *a (order is restored). The customer waits while there is
 * music in any channel; comfort tones (the same beep again and again) or ringing after the call has begun; or
 * digital silence of the agent's channel of min_s and more between two stretches of the agent's talk, on a
 * recording whose agent channel is not digitally silent in every pause. Pieces are joined where what lies
 * between is short and no conversation: a voice in the agent's channel that nobody answers, between two pieces
 * of music, is an announcement, and becomes CQ_SOUND_MACHINE. Talk of the customer alone ends no hold.
 *
 * What this cannot tell: an announcement from an agent who comes back for one unanswered sentence between two
 * pieces of music; a hold in silence that carries line noise (that is dead air); an announcement without music
 * around it. Returns 0 or -ENOMEM.
 */
int cq_hold_find(struct cq_activity *a, double min_s);

/*
 * Whether the channels seem to carry the other party: hold music in the customer's channel, ringback in it, and
 * who talks first after the ringing all count; one of them alone does not. *ret_reason (may be NULL) is a
 * sentence for the user, static; untouched where the channels seem right. False for a mixed recording.
 */
bool cq_activity_channels_swapped(const struct cq_activity *a, const char **ret_reason);

#endif
