/* rubric/measure.h - the measures and conditions a rubric file is written in. */
#ifndef CQ_RUBRIC_MEASURE_H
#define CQ_RUBRIC_MEASURE_H

#include "callqa/metrics.h"

#include <stdbool.h>
#include <stddef.h>

/* What a name stands for. */
enum cq_quantity_kind {
    CQ_QUANTITY_METRIC,           /* a call measure: "dead_air_s", "agent.speech_s" */
    CQ_QUANTITY_CLOSING_BY_AGENT, /* 1 where the agent speaks last, 0 where the customer does */
    CQ_QUANTITY_COVERAGE,         /* flags only: share of the form's weight that has a score */
    CQ_QUANTITY_AUTO_COVERAGE,    /* flags only: share of the auto items' weight that has a score */
    CQ_QUANTITY_SCORE             /* flags only: "score.ITEM", an item's score */
};

#define CQ_MEASURE_TEXT_MAX 120

struct cq_quantity {
    enum cq_quantity_kind kind;
    enum cq_party party; /* metric */
    int index;           /* metric; score: index of the item, filled in by the parser */
    char item[56];       /* score: the item's id */
};

/* NAME, NAME / NAME or NAME / NAME * NUMBER: "60 s of customer speech" needs the factor. */
struct cq_measure {
    char text[CQ_MEASURE_TEXT_MAX]; /* as it is shown and stored */
    struct cq_quantity of;
    bool is_ratio;
    struct cq_quantity over;
    double factor;
};

enum cq_op { CQ_OP_GT, CQ_OP_GE, CQ_OP_LT, CQ_OP_LE, CQ_OP_EQ, CQ_OP_NE };

#define CQ_CONDITION_MAX_TERMS 4

/* MEASURE OP NUMBER [and ...]: holds where every term does; a measure without a value makes it false. */
struct cq_condition {
    const char *text; /* borrowed */
    struct {
        struct cq_measure measure;
        enum cq_op op;
        double limit;
    } term[CQ_CONDITION_MAX_TERMS];
    size_t n;
};

/* Where the values come from. `card_*` are for flags; scores[i] is NAN where item i has none. */
struct cq_measure_source {
    const struct cq_metrics *metrics;
    const double *scores;
    double coverage;
    double auto_coverage;
};

#define CQ_MEASURE_ERROR_MAX 320

/*
 * Parse text. with_card: the quantities of flags are allowed. -EINVAL with one line in `why` that says what is
 * wrong and, for a name that is not known, the nearest one. score.ITEM is not looked up here.
 */
int cq_measure_parse(const char *text, bool with_card, char why[CQ_MEASURE_ERROR_MAX],
                     struct cq_measure *ret_measure);
int cq_condition_parse(const char *text, bool with_card, char why[CQ_MEASURE_ERROR_MAX],
                       struct cq_condition *ret_condition);

/* The measure's value, or why it has none (of either part; a zero to divide by is too little material). */
struct cq_value cq_measure_value(const struct cq_measure *m, const struct cq_measure_source *from);

/* `first`, where not NULL, gets the first term's value. */
bool cq_condition_holds(const struct cq_condition *c, const struct cq_measure_source *from, double *first);

/* ">", ">=", ... */
const char *cq_op_name(enum cq_op op);

#endif
