/* callqa/party.h - the two parties of a call, and plain time intervals. */
#ifndef CALLQA_PARTY_H
#define CALLQA_PARTY_H

#include <stddef.h>

enum cq_party {
    CQ_AGENT = 0,
    CQ_CUSTOMER = 1,
    CQ_NOBODY = 2 /* an event or interval that belongs to neither party */
};

#define CQ_N_PARTIES 2

/* The party on the other side of the line; CQ_NOBODY stays CQ_NOBODY. */
static inline enum cq_party cq_party_other(enum cq_party p)
{
    return p == CQ_AGENT ? CQ_CUSTOMER : p == CQ_CUSTOMER ? CQ_AGENT : CQ_NOBODY;
}

/* "agent", "customer" or "none": the words of the JSON contract and of the database. */
static inline const char *cq_party_name(enum cq_party p)
{
    return p == CQ_AGENT ? "agent" : p == CQ_CUSTOMER ? "customer" : "none";
}

/* An interval of the recording in seconds from its start, end exclusive. */
struct cq_span {
    double start_s;
    double end_s;
};

/* A growable list of intervals; owner frees `v` with free(). Zero-initialised is empty. */
struct cq_spans {
    struct cq_span *v;
    size_t n;
    size_t cap;
};

#endif
