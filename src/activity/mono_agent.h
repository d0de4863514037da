/* activity/mono_agent.h - which of two voices of a mixed recording is the agent: rules that can be shown. */
#ifndef CQ_ACTIVITY_MONO_AGENT_H
#define CQ_ACTIVITY_MONO_AGENT_H

#include "activity/mono_decode.h"

/* What a rule found. */
struct cq_mono_agent {
    int voice;         /* 0 or 1 */
    double confidence; /* 0..1 that this is right; 0.5 is a guess */
    const char *rule;  /* name of the rule that decided */
};

/*
 * `rule` is NULL or "auto" (all rules vote), or one of
 *   "greets_first"   the first to speak after the answer is the agent (inbound calls),
 *   "answers"        the second to speak is the agent (outbound calls: the customer picks up and greets),
 *   "hold_side"      who speaks last before and first after hold music is the agent,
 *   "talks_more"     the voice with more speech is the agent.
 * A named rule that finds nothing to go by leaves the others to vote. spans by start; answer_s is NAN where
 * unknown; holds are stretches of music of hold length, in time order. Returns 0, or -EINVAL for a rule it does
 * not know
 * (*ret_agent untouched).
 */
int cq_mono_agent_find(const char *rule, const struct cq_mono_spans *spans, double answer_s,
                       const struct cq_spans *holds, struct cq_mono_agent *ret_agent);

#endif
