/* talk/evaluate.h - how far an analysis lies from the truth: detection error, events, latency. Pure. */
#ifndef CQ_TALK_EVALUATE_H
#define CQ_TALK_EVALUATE_H

#include "talk/labels.h"

#include <stddef.h>
#include <stdint.h>

/* The events that are compared. */
enum cq_evaluated {
    CQ_EVALUATED_INTERRUPTION,
    CQ_EVALUATED_BACKCHANNEL,
    CQ_EVALUATED_TERMINAL_OVERLAP,
    CQ_EVALUATED_DEAD_AIR,
    CQ_EVALUATED_HOLD,
    CQ_N_EVALUATED
};

enum cq_event_type cq_evaluated_type(enum cq_evaluated kind);

struct cq_evaluated_event {
    size_t n_true, n_found, n_hits;
};

struct cq_numbers {
    double *v;
    size_t n;
    size_t cap;
};

/* Sums over the recordings added so far; zero-initialised is empty. */
struct cq_evaluation {
    size_t n_files;
    size_t n_exchanged;                   /* mixed recordings whose parties fitted better the other way round */
    uint64_t speech, missed, false_alarm; /* 10 ms frames of both parties */
    uint64_t speech50, missed50, false50; /* without 50 ms to each side of true boundaries */
    struct cq_numbers onset_s, offset_s;  /* found minus true edge of talkspurts, absolute */
    struct cq_numbers latency_s;          /* error of the median response latency, a party a recording */
    struct cq_evaluated_event event[CQ_N_EVALUATED];
    double talk_over_true_s, talk_over_found_s, talk_over_error_s;
};

/* What is reported; NAN where there is nothing to measure it on. */
struct cq_evaluation_report {
    double der0, miss0, false0; /* (missed + false) / true speech, and its parts */
    double der50;               /* the same, ignoring 50 ms to each side of true boundaries */
    double onset_median_s, offset_median_s;
    double latency_median_s;
    double talk_over_error; /* sum of absolute errors / true talk-over */
};

/*
 * Compare one recording. Speech is compared on the 10 ms grid; a talkspurt's edges where a found one covers
 * half of it; events match one to one in time order where kind and party are equal and they overlap or begin
 * within 0.3 s. Parties of a mixed truth are exchanged where that fits better. Returns 0 or -ENOMEM.
 */
int cq_evaluate_add(struct cq_evaluation *e, const struct cq_labels *truth, const struct cq_labels *found);

void cq_evaluate_report(const struct cq_evaluation *e, struct cq_evaluation_report *ret_report);

/* Precision, recall and their harmonic mean; NAN where they have no value. */
double cq_evaluated_precision(const struct cq_evaluated_event *event);
double cq_evaluated_recall(const struct cq_evaluated_event *event);
double cq_evaluated_f1(const struct cq_evaluated_event *event);

void cq_evaluation_done(struct cq_evaluation *e);

#endif
