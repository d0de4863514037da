/* rubric/model.h - a parsed rubric as plain records, for those who print it or fill it in. Read only. */
#ifndef CQ_RUBRIC_MODEL_H
#define CQ_RUBRIC_MODEL_H

#include "base/json.h"
#include "callqa/scorecard.h"
#include "rubric/measure.h"
#include "rubric/rubric.h"

#include <stdbool.h>
#include <stddef.h>

/* Bounds on what a file may hold. */
#define CQ_RUBRIC_MAX_LANGUAGES 8
#define CQ_RUBRIC_MAX_HEADER 32
#define CQ_RUBRIC_MAX_SECTIONS 32
#define CQ_RUBRIC_MAX_ITEMS 64 /* in a section */
#define CQ_RUBRIC_MAX_INDICATORS 32
#define CQ_RUBRIC_MAX_CURVE 16
#define CQ_RUBRIC_MAX_MINIMUMS 4
#define CQ_RUBRIC_MAX_FILTERS 8
#define CQ_RUBRIC_MAX_RULES 16
#define CQ_RUBRIC_MAX_FLAGS 64
#define CQ_RUBRIC_MAX_EVIDENCE 50 /* intervals kept for an item or a flag: the longest ones */
#define CQ_RUBRIC_MAX_TEXT 2000   /* bytes of one label or criterion in one language */
#define CQ_RUBRIC_MAX_ID 48

/* A text in the form's languages: a JSON object language -> text, owned by the document. NULL: none given. */
typedef const struct cq_json *cq_rubric_text;

struct cq_curve_point {
    double x;
    double points;
};

/* Which end of a measure is the good one. */
enum cq_best { CQ_BEST_LOW, CQ_BEST_HIGH, CQ_BEST_MIDDLE };

struct cq_curve {
    struct cq_curve_point v[CQ_RUBRIC_MAX_CURVE]; /* x strictly rising */
    size_t n;
};

/* Which events of the call an indicator or a flag rests on. */
struct cq_event_filter {
    bool greeting; /* from the answer to the agent's first speech; no event type then */
    enum cq_event_type type;
    bool has_by;
    enum cq_party by;
    enum cq_outcome outcome; /* CQ_OUTCOME_NONE: any */
    bool early;              /* early cut-ins only */
    bool restart;            /* those with a restart only */
    double min_s;            /* at least this long */
};

struct cq_filters {
    struct cq_event_filter v[CQ_RUBRIC_MAX_FILTERS];
    size_t n;
};

struct cq_minimum {
    struct cq_measure measure;
    double least;
};

struct cq_minimums {
    struct cq_minimum v[CQ_RUBRIC_MAX_MINIMUMS];
    size_t n;
};

struct cq_indicator {
    const char *id;
    cq_rubric_text label;
    struct cq_measure measure;
    struct cq_curve curve;
    enum cq_best best;
    double weight; /* 0..1 of the item */
    bool needs_two_channels;
    struct cq_minimums minimum;
    struct cq_filters evidence;
    const char *source; /* of the thresholds */
};

/* "never above `max` if ..." */
struct cq_cap {
    struct cq_condition when;
    double max;
    bool needs_two_channels;
    cq_rubric_text note;
};

struct cq_na_rule {
    struct cq_condition when;
    cq_rubric_text note;
};

/* A failure that the whole form can't outweigh. */
struct cq_critical {
    bool is;
    double at_most; /* the item's score that counts as a failure */
    double total_max;
};

struct cq_rubric_item {
    const char *id;
    cq_rubric_text label;
    size_t section; /* index */
    enum cq_judged judged;
    bool also_script; /* a transcript helps where there is one */
    double weight;    /* 0..1 of the section */
    cq_rubric_text criteria;
    const struct cq_json *anchors; /* object: "1" -> text in the form's languages */
    struct cq_indicator *indicators;
    size_t n_indicators;
    double needs_weight; /* 0..1: share of the indicators' weight that must apply */
    struct cq_cap *caps;
    size_t n_caps;
    struct cq_na_rule *na;
    size_t n_na;
    bool off_for_calls; /* on the form, but not judged in a call */
    struct cq_critical critical;
    const struct cq_json *record; /* object with `measure`, or NULL */
    const struct cq_json *script; /* object with required/recommended/forbidden phrases, or NULL */
};

struct cq_rubric_section {
    const char *id;
    cq_rubric_text label;
    double weight; /* 0..1 of the form */
    size_t first_item;
    size_t n_items;
};

struct cq_rubric_flag {
    const char *id;
    cq_rubric_text label;
    enum cq_severity severity;
    struct cq_condition when; /* its first term gives the value and the limit that are shown */
    bool needs_two_channels;
    struct cq_minimums minimum;
    struct cq_filters evidence;
    const char *source;
};

/* A field at the head of the form. */
struct cq_rubric_field {
    const char *id;
    cq_rubric_text label;
    const struct cq_json *choices; /* array of {id, label}, or NULL: free text */
};

struct cq_rubric {
    struct cq_json_doc *doc; /* owns every text below */
    const char *id;
    const char *version;
    cq_rubric_text title;
    cq_rubric_text about;
    const char *languages[CQ_RUBRIC_MAX_LANGUAGES];
    size_t n_languages;
    double scale_min;
    double scale_max;
    struct cq_rubric_field *header;
    size_t n_header;
    struct cq_rubric_section *sections;
    size_t n_sections;
    struct cq_rubric_item *items; /* in the order of the form */
    size_t n_items;
    struct cq_rubric_flag *flags;
    size_t n_flags;
};

/*
 * A text in `lang`; else in another variety of the same language ("zh-TW" for "zh-CN"); else in English; else
 * in the first language it has. NULL where text is NULL.
 */
const char *cq_rubric_text_in(cq_rubric_text text, const char *lang);

/* Points of a measured value: linear between the points, level beyond the ends. */
double cq_curve_points(const struct cq_curve *curve, double x);

#endif
