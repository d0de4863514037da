#include "callqa/analysis.h"

#include <stdlib.h>

void cq_recording_done(struct cq_recording *rec)
{
    if (!rec)
        return;
    free(rec->path);
    free(rec->health.faults);
    *rec = (struct cq_recording){0};
}

void cq_peaks_done(struct cq_peaks *p)
{
    if (!p)
        return;
    free(p->levels);
    *p = (struct cq_peaks){0};
}

void cq_talk_done(struct cq_talk *talk)
{
    if (!talk)
        return;
    free(talk->segments.v);
    free(talk->turns.v);
    free(talk->transitions.v);
    free(talk->events.v);
    free(talk->talk_over.v);
    free(talk->holds.v);
    *talk = (struct cq_talk){0};
}

static void indicator_done(struct cq_indicator_score *ind)
{
    free(ind->id);
    free(ind->measure);
    free(ind->note);
}

static void item_done(struct cq_item_score *item)
{
    free(item->id);
    free(item->section);
    free(item->note);
    for (size_t i = 0; i < item->n_indicators; i++)
        indicator_done(&item->indicators[i]);
    free(item->indicators);
    free(item->evidence);
}

void cq_scorecard_done(struct cq_scorecard *card)
{
    if (!card)
        return;
    free(card->rubric);
    free(card->version);
    for (size_t i = 0; i < card->n_items; i++)
        item_done(&card->items[i]);
    for (size_t i = 0; i < card->n_sections; i++)
        free(card->sections[i].id);
    for (size_t i = 0; i < card->n_flags; i++) {
        free(card->flags[i].id);
        free(card->flags[i].measure);
        free(card->flags[i].evidence);
    }
    free(card->items);
    free(card->sections);
    free(card->flags);
    *card = (struct cq_scorecard){0};
}

void cq_call_info_done(struct cq_call_info *info)
{
    if (!info)
        return;
    free(info->agent);
    free(info->customer);
    free(info->queue);
    free(info->department);
    free(info->direction);
    free(info->external_id);
    free(info->started_at);
    *info = (struct cq_call_info){0};
}

void cq_analysis_done(struct cq_analysis *a)
{
    if (!a)
        return;
    cq_recording_done(&a->recording);
    cq_call_info_done(&a->info);
    cq_activity_done(&a->activity);
    cq_talk_done(&a->talk);
    cq_scorecard_done(&a->scorecard);
    free(a->reason);
    free(a->program_version);
    free(a->detector);
    free(a->config_json);
    cq_peaks_done(&a->peaks);
    *a = (struct cq_analysis){0};
}
