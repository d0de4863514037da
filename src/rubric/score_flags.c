#include "rubric/scoring.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Share of the auto items' weight in the form that could be scored; NAN where the form has none. */
static double auto_coverage(const struct cq_rubric *r, const struct cq_scorecard *card)
{
    double all = 0, scored = 0;
    for (size_t i = 0; i < r->n_items; i++) {
        if (r->items[i].judged != CQ_JUDGED_AUTO || r->items[i].off_for_calls)
            continue;
        double weight = r->items[i].weight * r->sections[r->items[i].section].weight;
        all += weight;
        if (card->items[i].state == CQ_ITEM_SCORED)
            scored += weight;
    }
    return all > 0 ? scored / all : NAN;
}

static int add_flag(const struct scoring *s, const struct cq_rubric_flag *f, double value, struct cq_flag *out)
{
    *out = (struct cq_flag){.severity = f->severity, .value = value, .limit = f->when.term[0].limit};
    out->id = cq_str_dup(f->id);
    out->measure = cq_str_dup(f->when.term[0].measure.text);
    if (!out->id || !out->measure)
        return -ENOMEM;
    struct cq_evidences e = {0};
    int r = cq_scoring_evidence(s, &(const struct cq_filters *){&f->evidence}, 1, &e);
    out->evidence = e.v;
    out->n_evidence = e.n;
    return r;
}

static int add_critical(const struct cq_rubric_item *item, double score, struct cq_flag *out)
{
    *out = (struct cq_flag){.severity = CQ_SEVERITY_CRITICAL, .value = score, .limit = item->critical.at_most};
    out->id = cq_str_format("critical_%s", item->id);
    out->measure = cq_str_format("score.%s", item->id);
    return out->id && out->measure ? 0 : -ENOMEM;
}

static int raise_flags(const struct scoring *s, struct cq_scorecard *card)
{
    const struct cq_rubric *r = s->rubric;
    for (size_t i = 0; i < r->n_flags; i++) {
        const struct cq_rubric_flag *f = &r->flags[i];
        const struct cq_minimum *lacks;
        double value = 0;
        if ((s->diarized && f->needs_two_channels) || !cq_scoring_minimums_met(s, &f->minimum, &lacks) ||
            !cq_condition_holds(&f->when, &s->from, &value))
            continue;
        int err = add_flag(s, f, value, &card->flags[card->n_flags++]);
        if (err)
            return err;
    }
    for (size_t i = 0; i < r->n_items; i++) {
        const struct cq_critical *c = &r->items[i].critical;
        if (!c->is || card->items[i].state != CQ_ITEM_SCORED || card->items[i].score > c->at_most)
            continue;
        int err = add_critical(&r->items[i], card->items[i].score, &card->flags[card->n_flags++]);
        if (err)
            return err;
    }
    return 0;
}

int cq_scoring_flags(const struct scoring *s, struct cq_scorecard *card)
{
    const struct cq_rubric *r = s->rubric;
    double *scores = calloc(r->n_items, sizeof *scores);
    card->flags = calloc(r->n_flags + r->n_items, sizeof *card->flags);
    if (!scores || !card->flags) {
        free(scores);
        return -ENOMEM;
    }
    for (size_t i = 0; i < r->n_items; i++)
        scores[i] = card->items[i].state == CQ_ITEM_SCORED ? card->items[i].score : NAN;
    struct scoring with_card = *s;
    with_card.from.scores = scores;
    with_card.from.coverage = card->coverage;
    with_card.from.auto_coverage = auto_coverage(r, card);
    int err = raise_flags(&with_card, card);
    free(scores);
    return err;
}
