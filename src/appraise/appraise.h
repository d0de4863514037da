/*
 * appraise/appraise.h - the form of a period: every item's mean over the calls of an agent, a team or a
 * department, with what it rests on. docs/appraise.md defines every number.
 */
#ifndef CQ_APPRAISE_APPRAISE_H
#define CQ_APPRAISE_APPRAISE_H

#include "appraise/stats.h"
#include "base/str.h"
#include "rubric/rubric.h"
#include "store/appraise.h"
#include "store/records.h"

#define CQ_APPRAISE_MAX_REMARKS 3  /* shown for an item */
#define CQ_APPRAISE_MAX_EXAMPLES 3 /* best and worst calls */
#define CQ_APPRAISE_MAX_MOMENTS 3  /* of such a call */
#define CQ_APPRAISE_MAX_FLAGS 64
#define CQ_APPRAISE_MAX_CALLS 200000
/* Fewer calls than this don't show how somebody works; callqa default. */
#define CQ_APPRAISE_FEW 5

struct cq_appraise_opts {
    struct cq_appraise_filter filter; /* rubric and version are filled in */
    const struct cq_rubric *rubric;
    /* the form's header; NULL: left for a pen */
    const char *department;
    const char *position;
    const char *appraiser;
    const char *type; /* id of a choice of the header: "monthly" */
    const char *date;
    const char *from, *to;
    double handling_target_s;
};

struct cq_appraise_note {
    int64_t call;
    char *text;
    char *reviewer;
};

struct cq_appraise_item {
    struct cq_tally scores; /* over the calls that have one */
    int64_t n_reviewed;     /* calls of them whose score is a person's */
    struct cq_appraise_note remarks[CQ_APPRAISE_MAX_REMARKS];
    size_t n_remarks;
};

struct cq_appraise_call {
    int64_t call;
    int64_t started_s;
    size_t agent; /* index into agents */
    int n_reviews;
    bool has_total;
    double total;
    double coverage;
};

/* Against all the others: only a difference whose interval leaves out zero is one. */
enum cq_standing { CQ_STANDING_UNKNOWN, CQ_STANDING_ABOVE, CQ_STANDING_BELOW };

struct cq_appraise_agent {
    char *agent; /* "" unknown */
    struct cq_tally totals;
    int64_t n_reviewed;
    enum cq_standing standing;
};

struct cq_appraise_week {
    int64_t start_s; /* Monday 00:00 UTC */
    struct cq_tally totals;
};

struct cq_appraise_flag {
    char *flag;
    int severity;
    int64_t n_calls;
};

struct cq_appraise_example {
    struct cq_appraise_call call;
    struct {
        char *item;
        char *event;
        double start_s, end_s;
    } moments[CQ_APPRAISE_MAX_MOMENTS];
    size_t n_moments;
};

struct cq_appraisal {
    const struct cq_appraise_opts *opts; /* borrowed */
    struct cq_scorecard card;            /* items: the means; total: of the form */
    struct cq_appraise_item *items;      /* one an item of the card */
    struct cq_appraise_call *calls;      /* with a score by the form */
    size_t n_calls, cap_calls;
    struct cq_tally totals; /* of the calls */
    int64_t n_reviewed, n_reviews;
    struct cq_appraise_agent *agents;
    size_t n_agents, cap_agents;
    struct cq_appraise_week *weeks;
    size_t n_weeks, cap_weeks;
    struct cq_appraise_flag flags[CQ_APPRAISE_MAX_FLAGS];
    size_t n_flags;
    struct cq_appraise_example best[CQ_APPRAISE_MAX_EXAMPLES], worst[CQ_APPRAISE_MAX_EXAMPLES];
    size_t n_best, n_worst;
    struct cq_appraise_facts facts;
    struct cq_records_measures records; /* of one agent, or of all */
};

/* opts must live as long as the appraisal. -ENOENT: no call. *ret: cq_appraisal_done(). */
int cq_appraise(struct cq_store *store, const struct cq_appraise_opts *opts, struct cq_error *err,
                struct cq_appraisal *ret);
void cq_appraisal_done(struct cq_appraisal *a);

/* The form in a language of the rubric ("en", "zh-CN", "zh-TW"). Append. HTML is one page that prints on A4. */
void cq_appraisal_html(const struct cq_appraisal *a, const char *lang, struct cq_str *out);
void cq_appraisal_text(const struct cq_appraisal *a, const char *lang, struct cq_str *out);
void cq_appraisal_csv(const struct cq_appraisal *a, const char *lang, struct cq_str *out);
void cq_appraisal_json(const struct cq_appraisal *a, struct cq_str *out);
/* An Excel workbook, written to a file. -EIO, -ENOMEM. */
int cq_appraisal_xlsx(const struct cq_appraisal *a, const char *lang, const char *path);

/* The id of the header's choice that a word names: "monthly", "月度", "Monthly". NULL: none. */
const char *cq_appraise_type(const struct cq_rubric *rubric, const char *word);

#endif
