/* talk/talk.h - activity of two parties -> talkspurts, turns, transitions, events. Pure: no audio, no clock. */
#ifndef CQ_TALK_TALK_H
#define CQ_TALK_TALK_H

#include "callqa/activity.h"
#include "callqa/options.h"
#include "callqa/talk.h"

/*
 * Derive everything of docs/measures.md from activity spans: speech of each party, holds, tones, answer.
 * Equal to 1 ms to the reference rules. Events raised_voice, clipping and dropout are added by their own
 * stages. Returns 0 or -ENOMEM; *ret_talk (zeroed by the callee first) is the caller's, cq_talk_done().
 */
int cq_talk_derive(const struct cq_activity *activity, const struct cq_talk_opts *opts,
                   struct cq_talk *ret_talk);

#endif
