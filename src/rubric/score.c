#include "rubric/scoring.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Items of one section: what is scored, by weight. */
struct tally {
    double weight;
    double sum;
};

static struct tally tally_section(const struct cq_rubric *r, const struct cq_rubric_section *section,
                                  const struct cq_scorecard *card)
{
    struct tally t = {0};
    for (size_t i = section->first_item; i < section->first_item + section->n_items; i++) {
        if (card->items[i].state != CQ_ITEM_SCORED)
            continue;
        t.weight += r->items[i].weight;
        t.sum += r->items[i].weight * card->items[i].score;
    }
    return t;
}

/* A failed critical item can't be outweighed. */
static double cap_total(const struct cq_rubric *r, const struct cq_scorecard *card, double total)
{
    for (size_t i = 0; i < r->n_items; i++) {
        const struct cq_critical *c = &r->items[i].critical;
        if (c->is && card->items[i].state == CQ_ITEM_SCORED && card->items[i].score <= c->at_most &&
            total > c->total_max)
            total = c->total_max;
    }
    return total;
}

void cq_rubric_total(const struct cq_rubric *r, struct cq_scorecard *card)
{
    struct tally form = {0};
    card->coverage = 0;
    for (size_t i = 0; i < r->n_sections; i++) {
        struct tally t = tally_section(r, &r->sections[i], card);
        struct cq_section_score *out = &card->sections[i];
        out->weight = r->sections[i].weight;
        out->has_score = t.weight > 0;
        out->score = out->has_score ? t.sum / t.weight : 0;
        out->coverage = fmin(t.weight, 1);
        card->coverage += out->weight * out->coverage;
        if (out->has_score) {
            form.weight += out->weight;
            form.sum += out->weight * out->score;
        }
    }
    card->coverage = fmin(card->coverage, 1);
    card->has_total = form.weight > 0;
    card->total = card->has_total ? cap_total(r, card, form.sum / form.weight) : 0;
    card->partial = false;
    for (size_t i = 0; i < card->n_items; i++) {
        enum cq_item_state state = card->items[i].state;
        card->partial = card->partial || state == CQ_ITEM_OPEN || state == CQ_ITEM_PROPOSED;
    }
}

static int score_items(const struct scoring *s, struct cq_scorecard *card)
{
    const struct cq_rubric *r = s->rubric;
    card->items = calloc(r->n_items, sizeof *card->items);
    card->sections = calloc(r->n_sections, sizeof *card->sections);
    if (!card->items || !card->sections)
        return -ENOMEM;
    for (size_t i = 0; i < r->n_items; i++) {
        card->n_items++;
        int err = cq_scoring_item(s, &r->items[i], &card->items[i]);
        if (err)
            return err;
    }
    for (size_t i = 0; i < r->n_sections; i++) {
        card->n_sections++;
        card->sections[i].id = cq_str_dup(r->sections[i].id);
        if (!card->sections[i].id)
            return -ENOMEM;
    }
    return 0;
}

int cq_rubric_score(const struct cq_rubric *r, const struct cq_metrics *metrics, const struct cq_talk *talk,
                    bool diarized, struct cq_scorecard *ret_card)
{
    struct scoring s = {.rubric = r, .talk = talk, .diarized = diarized, .from = {.metrics = metrics}};
    struct cq_scorecard card = {.rubric = cq_str_dup(r->id), .version = cq_str_dup(r->version)};
    int err = card.rubric && card.version ? score_items(&s, &card) : -ENOMEM;
    if (!err) {
        cq_rubric_total(r, &card);
        err = cq_scoring_flags(&s, &card);
    }
    if (err) {
        cq_scorecard_done(&card);
        return err;
    }
    *ret_card = card;
    return 0;
}
