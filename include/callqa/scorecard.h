/* callqa/scorecard.h - a rubric applied to one call: items with scores, evidence and what is still open. */
#ifndef CALLQA_SCORECARD_H
#define CALLQA_SCORECARD_H

#include "callqa/metrics.h"
#include "callqa/party.h"
#include "callqa/talk.h"

#include <stdbool.h>

enum cq_judged { CQ_JUDGED_AUTO, CQ_JUDGED_ASSIST, CQ_JUDGED_HUMAN, CQ_JUDGED_RECORD, CQ_JUDGED_SCRIPT };
enum cq_severity { CQ_SEVERITY_INFO, CQ_SEVERITY_WARNING, CQ_SEVERITY_CRITICAL };

/* Why an item has no score. */
enum cq_item_state {
    CQ_ITEM_SCORED,
    CQ_ITEM_PROPOSED,       /* assist: measured, a reviewer decides */
    CQ_ITEM_OPEN,           /* waits for a reviewer, a record or a transcript */
    CQ_ITEM_NOT_APPLICABLE, /* can't or need not be judged in this call */
};

/* A moment of the call that a score or a flag rests on. */
struct cq_evidence {
    struct cq_span at;
    enum cq_event_type event;
    enum cq_party by;
};

struct cq_indicator_score {
    char *id;
    char *measure;         /* "agent.interruptions_per_min" */
    struct cq_value value; /* as measured */
    double points;         /* on the rubric's scale; only where value has one */
    double weight;         /* inside the item, as the rubric gives it */
    bool applies;          /* false: too little material or null; `note` says why */
    char *note;            /* owned, may be NULL */
};

struct cq_item_score {
    char *id;
    char *section; /* section id */
    enum cq_judged judged;
    enum cq_item_state state;
    double score;  /* CQ_ITEM_SCORED and CQ_ITEM_PROPOSED only */
    double weight; /* of the item inside its section, 0..1, as the rubric gives it */
    char *note;    /* why not applicable, which cap bit; owned, may be NULL */
    struct cq_indicator_score *indicators;
    size_t n_indicators;
    struct cq_evidence *evidence; /* by start */
    size_t n_evidence;
};

struct cq_section_score {
    char *id;
    double weight;   /* 0..1 of the form */
    bool has_score;  /* at least one item of it is scored */
    double score;    /* subtotal on the rubric's scale */
    double coverage; /* share of the section's weight that is scored */
};

struct cq_flag {
    char *id;
    enum cq_severity severity;
    char *measure;
    double value;
    double limit;
    struct cq_evidence *evidence;
    size_t n_evidence;
};

struct cq_scorecard {
    char *rubric;  /* id */
    char *version; /* of the rubric */
    bool partial;  /* items still open */
    bool has_total;
    double total;    /* on the rubric's scale, over what is scored */
    double coverage; /* share of the form's weight that the total rests on */
    struct cq_item_score *items;
    size_t n_items;
    struct cq_section_score *sections;
    size_t n_sections;
    struct cq_flag *flags;
    size_t n_flags;
};

void cq_scorecard_done(struct cq_scorecard *card);

/* Words of the JSON contract: "auto", "scored", "warning". */
const char *cq_judged_name(enum cq_judged judged);
const char *cq_item_state_name(enum cq_item_state state);
const char *cq_severity_name(enum cq_severity severity);

#endif
