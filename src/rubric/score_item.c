#include "rubric/scoring.h"

#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Notes stay readable however many caps bite. */
#define NOTE_MAX_CAPS 4

void cq_scoring_add_number(struct cq_str *out, double v)
{
    char buf[CQ_NUMBER_MAX];
    cq_number_format(buf, v, 3);
    cq_str_add(out, buf);
}

bool cq_scoring_minimums_met(const struct scoring *s, const struct cq_minimums *min,
                             const struct cq_minimum **ret_lacks)
{
    for (size_t i = 0; i < min->n; i++) {
        struct cq_value v = cq_measure_value(&min->v[i].measure, &s->from);
        if (v.reason || v.v < min->v[i].least) {
            *ret_lacks = &min->v[i];
            return false;
        }
    }
    return true;
}

/* Take the builder's text as *note; true unless memory ran out. */
static int take_note(struct cq_str *text, char **note)
{
    if (text->n == 0 && !text->failed)
        return 0;
    *note = cq_str_take(text);
    return *note ? 0 : -ENOMEM;
}

static void say_what_lacks(const struct scoring *s, const struct cq_minimum *lacks, struct cq_str *note)
{
    struct cq_value v = cq_measure_value(&lacks->measure, &s->from);
    cq_str_printf(note, "too little to judge by: %s is ", lacks->measure.text);
    if (v.reason)
        cq_str_add(note, "unknown");
    else
        cq_scoring_add_number(note, v.v);
    cq_str_add(note, ", at least ");
    cq_scoring_add_number(note, lacks->least);
    cq_str_add(note, " is needed");
}

static int score_indicator(const struct scoring *s, const struct cq_indicator *ind,
                           struct cq_indicator_score *out)
{
    struct cq_str note = {0};
    const struct cq_minimum *lacks = NULL;
    *out = (struct cq_indicator_score){.weight = ind->weight};
    out->id = cq_str_dup(ind->id);
    out->measure = cq_str_dup(ind->measure.text);
    if (!out->id || !out->measure)
        return -ENOMEM;

    out->value = cq_measure_value(&ind->measure, &s->from);
    if (out->value.reason == CQ_HAS_VALUE)
        out->points = cq_curve_points(&ind->curve, out->value.v);
    if (s->diarized && ind->needs_two_channels)
        cq_str_add(&note, "one channel carries both parties");
    else if (!cq_scoring_minimums_met(s, &ind->minimum, &lacks))
        say_what_lacks(s, lacks, &note);
    else if (out->value.reason)
        cq_str_printf(&note, "not measured: %s", cq_null_reason_name(out->value.reason));
    else
        out->applies = true;
    return take_note(&note, &out->note);
}

/* The measured score under every cap that bites; which ones goes to the note. */
static double cap_score(const struct scoring *s, const struct cq_rubric_item *item, double score,
                        struct cq_str *note)
{
    int told = 0;
    double capped = score;
    for (size_t i = 0; i < item->n_caps; i++) {
        const struct cq_cap *cap = &item->caps[i];
        double value = 0;
        if ((s->diarized && cap->needs_two_channels) || cap->max >= score ||
            !cq_condition_holds(&cap->when, &s->from, &value))
            continue;
        if (cap->max < capped)
            capped = cap->max;
        if (told++ == NOTE_MAX_CAPS)
            continue;
        cq_str_add(note, note->n ? "; at most " : "at most ");
        cq_scoring_add_number(note, cap->max);
        cq_str_printf(note, ": %s (%s is ", cq_rubric_text_in(cap->note, "en"), cap->when.term[0].measure.text);
        cq_scoring_add_number(note, value);
        cq_str_add(note, ")");
    }
    return capped;
}

static int collect_evidence(const struct scoring *s, const struct cq_rubric_item *item,
                            struct cq_item_score *out)
{
    const struct cq_filters *lists[CQ_RUBRIC_MAX_INDICATORS];
    size_t n = 0;
    for (size_t i = 0; i < item->n_indicators; i++) {
        if (out->indicators[i].applies)
            lists[n++] = &item->indicators[i].evidence;
    }
    struct cq_evidences e = {0};
    int r = cq_scoring_evidence(s, lists, n, &e);
    out->evidence = e.v;
    out->n_evidence = e.n;
    return r;
}

/* Mean of the indicators that apply, by weight; false where they are too few for the item. */
static bool mean_points(const struct cq_rubric_item *item, const struct cq_item_score *out, double *ret_mean,
                        struct cq_str *note)
{
    double weight = 0, sum = 0;
    const char *first_note = NULL;
    for (size_t i = 0; i < out->n_indicators; i++) {
        const struct cq_indicator_score *ind = &out->indicators[i];
        if (ind->applies) {
            weight += ind->weight;
            sum += ind->weight * ind->points;
        } else if (!first_note) {
            first_note = ind->note;
        }
    }
    if (weight > 0 && weight >= item->needs_weight - 1e-9) {
        *ret_mean = sum / weight;
        return true;
    }
    cq_str_add(note, "only ");
    cq_scoring_add_number(note, 100 * weight);
    cq_str_add(note, " % of the indicators' weight applies, ");
    cq_scoring_add_number(note, 100 * item->needs_weight);
    cq_str_printf(note, " %% is needed (%s)", first_note ? first_note : "none applies");
    return false;
}

static int measure_item(const struct scoring *s, const struct cq_rubric_item *item, struct cq_item_score *out)
{
    struct cq_str note = {0};
    out->indicators = calloc(item->n_indicators, sizeof *out->indicators);
    if (!out->indicators)
        return -ENOMEM;
    for (size_t i = 0; i < item->n_indicators; i++) {
        out->n_indicators++;
        int r = score_indicator(s, &item->indicators[i], &out->indicators[i]);
        if (r)
            return r;
    }
    double mean;
    if (mean_points(item, out, &mean, &note)) {
        out->state = item->judged == CQ_JUDGED_AUTO ? CQ_ITEM_SCORED : CQ_ITEM_PROPOSED;
        out->score = cap_score(s, item, mean, &note);
    } else {
        out->state = item->judged == CQ_JUDGED_AUTO ? CQ_ITEM_NOT_APPLICABLE : CQ_ITEM_OPEN;
    }
    int r = collect_evidence(s, item, out);
    if (r) {
        cq_str_done(&note);
        return r;
    }
    return take_note(&note, &out->note);
}

static int set_state(struct cq_item_score *out, enum cq_item_state state, const char *note)
{
    out->state = state;
    return note ? cq_str_set(&out->note, note) : 0;
}

int cq_scoring_item(const struct scoring *s, const struct cq_rubric_item *item, struct cq_item_score *out)
{
    out->id = cq_str_dup(item->id);
    out->section = cq_str_dup(s->rubric->sections[item->section].id);
    out->judged = item->judged;
    out->weight = item->weight;
    if (!out->id || !out->section)
        return -ENOMEM;

    if (item->off_for_calls)
        return set_state(out, CQ_ITEM_NOT_APPLICABLE, "not judged in calls");
    for (size_t i = 0; i < item->n_na; i++) {
        if (cq_condition_holds(&item->na[i].when, &s->from, NULL))
            return set_state(out, CQ_ITEM_NOT_APPLICABLE, cq_rubric_text_in(item->na[i].note, "en"));
    }
    switch (item->judged) {
    case CQ_JUDGED_AUTO:
    case CQ_JUDGED_ASSIST:
        if (item->n_indicators)
            return measure_item(s, item, out);
        break;
    case CQ_JUDGED_SCRIPT:
        return set_state(out, CQ_ITEM_NOT_APPLICABLE, "needs a transcript");
    case CQ_JUDGED_RECORD:
        return set_state(out, CQ_ITEM_OPEN, "waits for the call's records");
    case CQ_JUDGED_HUMAN:
        break;
    }
    return set_state(out, CQ_ITEM_OPEN, NULL);
}
