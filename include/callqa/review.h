/* callqa/review.h - a person's scorecard of a call, beside the machine's. */
#ifndef CALLQA_REVIEW_H
#define CALLQA_REVIEW_H

#include "callqa/scorecard.h"

#include <stdbool.h>
#include <stdint.h>

enum cq_review_state {
    CQ_REVIEW_DRAFT,     /* its reviewer works on it; nobody else sees its scores */
    CQ_REVIEW_SUBMITTED, /* final, unless disputed */
    CQ_REVIEW_DISPUTED,  /* waits for a third person; counts for nothing meanwhile */
    CQ_REVIEW_RESOLVED   /* final */
};

/* What a person said of an item. */
enum cq_mark {
    CQ_MARK_NONE, /* nothing: the machine's score stands where it has one */
    CQ_MARK_SCORE,
    CQ_MARK_NOT_APPLICABLE
};

struct cq_review_item {
    char *id;
    enum cq_judged judged;
    enum cq_item_state machine_state; /* as it was when the review was started */
    double machine_score;             /* scored or proposed; else NAN */
    enum cq_mark mark;
    double score;  /* CQ_MARK_SCORE; else NAN */
    char *remark;  /* for the agent; may be NULL */
    char *reason;  /* why the machine's score was overridden; may be NULL */
    bool has_clip; /* the moment to listen to */
    struct cq_span clip;
    enum cq_mark final_mark; /* what a resolved dispute made of it; CQ_MARK_NONE: it stayed */
    double final_score;
};

struct cq_review {
    int64_t id;
    int64_t call;
    char *agent; /* the call's; may be NULL */
    double call_duration_s;
    char *rubric;
    char *version;
    char *reviewer;
    bool expert; /* its scores are taken before those of other reviewers */
    bool blind;  /* the machine's scores are hidden from its reviewer until it is submitted */
    enum cq_review_state state;
    int64_t started_s;
    int64_t submitted_s; /* 0: not yet */
    char *remark;        /* on the whole call; may be NULL */
    bool partial;        /* from here: worked out when it is submitted or resolved */
    bool has_total;
    double total;
    double coverage;
    char *critical; /* critical items that failed, so that the total is capped: ids with commas; NULL: none */
    char *disputed_by;
    char *dispute; /* why */
    int64_t disputed_s;
    char *resolved_by;
    char *resolution; /* why it was upheld or changed */
    int64_t resolved_s;
    struct cq_review_item *items; /* in the order of the form */
    size_t n_items;
};

void cq_review_done(struct cq_review *review);

/* The item with this id, or NULL. */
struct cq_review_item *cq_review_item_of(const struct cq_review *review, const char *id);

/* Words of the JSON contract: "draft", "submitted"; "none", "score", "not_applicable". */
const char *cq_review_state_name(enum cq_review_state state);
const char *cq_mark_name(enum cq_mark mark);

#endif
