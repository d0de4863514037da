/* activity/announce.h - recorded voices outside hold, from what sounds around them. Pure: no audio. */
#ifndef CQ_ACTIVITY_ANNOUNCE_H
#define CQ_ACTIVITY_ANNOUNCE_H

#include "callqa/activity.h"

/*
 * Turn speech of a two-channel call into CQ_SOUND_MACHINE where no person can have said it:
 *
 *   before the answer   what a channel says before ringing in that same channel ends: nobody is there yet;
 *   voicemail           all that a channel says before a beep in it, when it is silent ever after and the other
 *                       party then talks.
 *
 * Either only where the other party has said nothing before, so that ringing and beeps in the middle of a call
 * (a transfer, a till) change nothing. Mixed recordings are left alone. Names no announcement that stands for
 * itself: a menu that a person answers by talking, a recorded greeting before the agent. *a is in order.
 */
void cq_announcements_mark(struct cq_activity *a);

#endif
