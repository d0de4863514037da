/* replay/gate.h - let a signal through in some stretches of the recording only, without clicks. */
#ifndef CQ_REPLAY_GATE_H
#define CQ_REPLAY_GATE_H

#include "callqa/talk.h"
#include "replay/path.h"

#include <stdbool.h>

#define CQ_GATE_RAMP 40 /* samples from open to shut: 5 ms at 8 kHz */

struct cq_gate {
    const struct cq_stretches *in; /* borrowed */
    bool shut_inside;              /* shut in them instead of open */
    float level;
};

void cq_gate_init(struct cq_gate *g, const struct cq_stretches *in, bool shut_inside);

/* What the sample at `at` is to be multiplied by. A gate that shuts inside is fully shut from a stretch's first
 * sample to its last: its ramp lies before it. */
float cq_gate_next(struct cq_gate *g, int64_t at);

/* The stretches in which a party speaks, widened by margin_s at either end, merged where they meet. -ENOMEM. */
int cq_gate_speech(const struct cq_talk *talk, enum cq_party party, double margin_s,
                   struct cq_stretches *ret_list);

/* The same of plain intervals in whatever order. -ENOMEM. */
int cq_gate_spans(const struct cq_span *spans, size_t n, struct cq_stretches *ret_list);

#endif
