/* activity/mono_agent.h - which of two voices of a mixed recording is the agent: rules that can be shown. */
#ifndef CQ_ACTIVITY_MONO_AGENT_H
#define CQ_ACTIVITY_MONO_AGENT_H

#include "callqa/activity.h"

/*
 * Name the parties of a diarized call: where the rules say so, agent and customer are exchanged in *a, and
 * a->party_confidence (0.5 is a guess) and a->party_rule (the rule that decided) are set. They go by speech,
 * a->answer_s (NAN = unknown) and CQ_SOUND_HOLD spans. May be called again when more is known of the call.
 *
 * `rule` is NULL or "auto" (the rules vote), or one of
 *   "greets_first"  the first to speak after the answer is the agent (inbound calls),
 *   "answers"       the second to speak is the agent (outbound calls: the customer picks up and greets),
 *   "hold_side"     who speaks last before and first after a hold, or first after a queue, is the agent,
 *   "talks_more"    the voice with more speech is the agent.
 * A named rule that finds nothing to go by leaves the others to vote. A call with one voice gives it to the
 * agent ("one_voice").
 *
 * Whoever is called speaks first (Schegloff 1968). `direction` is "inbound" (the agent is called: a vote for
 * "greets_first"), "outbound" (the customer is: "answers"), or NULL or anything else. Then the form of the
 * opening votes: a company's greeting is long; a short word that a long introduction follows is somebody
 * picking up a telephone at home. party_rule is then "inbound", "outbound", "opens" (the first to speak) or
 * "introduces" (the second, after a short hello), "hold_side", "talks_more" or, with nothing to go by, "guess".
 *
 * Returns 0, or -EINVAL for a rule it does not know (*a untouched).
 */
int cq_mono_agent_name(struct cq_activity *a, const char *rule, const char *direction);

#endif
