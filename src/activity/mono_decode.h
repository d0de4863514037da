/* activity/mono_decode.h - two parties' posteriors of one channel -> who speaks when. */
#ifndef CQ_ACTIVITY_MONO_DECODE_H
#define CQ_ACTIVITY_MONO_DECODE_H

#include "callqa/party.h"

#include <stddef.h>
#include <stdint.h>

/* One stretch of one voice's speech; frames of 10 ms, end exclusive. */
struct cq_mono_span {
    int32_t start, end;
    uint8_t voice;    /* 0 or 1 */
    float confidence; /* mean posterior */
};

struct cq_mono_spans {
    struct cq_mono_span *v; /* by start, then voice; owned, free() */
    size_t n;
    size_t cap;
};

struct cq_mono_decode;

/* 0 or -ENOMEM. Memory is that of the spans found and a window of about a minute. */
int cq_mono_decode_new(struct cq_mono_decode **ret_d);
struct cq_mono_decode *cq_mono_decode_free(struct cq_mono_decode *d); /* accepts NULL */

/*
 * n frames of both voices' logits. States are silence, voice 0, voice 1 and both; the likeliest path is taken,
 * a party's onset or end costs a fixed amount. Silences under 0.2 s inside a voice's speech are closed and
 * speech under 0.05 s is dropped (measures.md). 0 or -ENOMEM.
 */
int cq_mono_decode_push(struct cq_mono_decode *d, const float *logit0, const float *logit1, int n);

/* The rest, and all spans; the decoder is empty afterwards. Caller frees ret_spans->v. 0 or -ENOMEM. */
int cq_mono_decode_finish(struct cq_mono_decode *d, struct cq_mono_spans *ret_spans);

#endif
