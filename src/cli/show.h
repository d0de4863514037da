/* cli/show.h - one call told in full, for `callqa show`. */
#ifndef CQ_CLI_SHOW_H
#define CQ_CLI_SHOW_H

#include "base/number.h"
#include "base/str.h"
#include "callqa/analysis.h"
#include "cli/term.h"
#include "rubric/rubric.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct cq_show {
    FILE *out;
    struct cq_term term;
    const struct cq_analysis *a;
    int64_t call;
    const struct cq_rubric
        *rubric; /* the form of the scorecard where it is installed, for its labels; or NULL */
    bool all;    /* every piece of evidence instead of the first few */
};

/* Recording, parties, what is wrong with the line. */
void cq_show_head(const struct cq_show *s);
/* What is known of the contact from outside, where there is anything: ticket, promise, rating. */
int cq_show_record(const struct cq_show *s, struct cq_store *store, struct cq_error *err);
/* Items with indicators, points and evidence; subtotals; what is open. */
void cq_show_scorecard(const struct cq_show *s);
void cq_show_flags(const struct cq_show *s);
/* Both parties side by side, then the call; a null says why. */
void cq_show_measures(const struct cq_show *s);
void cq_show_events(const struct cq_show *s);

/* Part of the others: a title, and "1:03.2". */
void cq_show_title(const struct cq_show *s, const char *title);
/* "label    text", nothing where there is no text. */
void cq_show_field(const struct cq_show *s, const char *label, const char *text);
#define CQ_SHOW_TIME_MAX 48
char *cq_show_time(double seconds, char buf[CQ_SHOW_TIME_MAX]);

/* A value of a measure with its unit: "6.42 1/min". `measure` may be NULL or a word that is no measure. */
#define CQ_SHOW_QUANTITY_MAX (CQ_NUMBER_MAX + 24)
char *cq_show_quantity(const char *measure, double v, char buf[CQ_SHOW_QUANTITY_MAX]);

/* Append a note of the scorecard in the reader's language; one that is not known as it is. */
void cq_show_note(const struct cq_show *s, const char *note, struct cq_str *out);

/* Why there is no value, short enough for a column. */
const char *cq_show_reason(enum cq_null_reason reason);

/* The name of an event, in the reader's language. */
const char *cq_show_event(enum cq_event_type type);

#endif
