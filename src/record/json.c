/*
 * The JSON contract (docs/measures.md). Times and measures carry at most three decimals (a millisecond), shares
 * up to six. A measure without a value is null, and its reason stands under metrics.null_reasons by the same
 * name.
 */
#include "callqa/json.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>

#define TIME_DECIMALS 3
#define RATIO_DECIMALS 6

static void put_time(struct cq_json_writer *w, const char *key, double v)
{
    cq_json_put_number(w, key, v, TIME_DECIMALS);
}

static void put_span(struct cq_json_writer *w, const struct cq_span *at)
{
    put_time(w, "start", at->start_s);
    put_time(w, "end", at->end_s);
}

static void put_party(struct cq_json_writer *w, const char *key, enum cq_party party)
{
    cq_json_put_string(w, key, party == CQ_NOBODY ? NULL : cq_party_name(party));
}

static void put_channel_health(struct cq_json_writer *w, const struct cq_channel_health *h)
{
    cq_json_open_object(w);
    put_time(w, "peak_dbov", h->peak_dbov);
    put_time(w, "rms_dbov", h->rms_dbov);
    put_time(w, "noise_dbov", h->noise_dbov);
    cq_json_put_number(w, "dc", h->dc, RATIO_DECIMALS);
    cq_json_put_number(w, "clipping_ratio", h->clipping_ratio, RATIO_DECIMALS);
    cq_json_put_number(w, "digital_zero_ratio", h->digital_zero_ratio, RATIO_DECIMALS);
    put_time(w, "hum_db", h->hum_db);
    cq_json_put_number(w, "bandwidth_hz", h->bandwidth_hz, 0);
    cq_json_put_int(w, "dropouts", h->dropouts);
    cq_json_put_bool(w, "silent", h->silent);
    cq_json_close_object(w);
}

static void put_recording(struct cq_json_writer *w, const struct cq_analysis *a)
{
    const struct cq_recording *r = &a->recording;
    cq_json_key(w, "recording");
    cq_json_open_object(w);
    cq_json_put_string(w, "path", r->path);
    cq_json_put_string(w, "sha256", r->sha256);
    cq_json_put_string(w, "format", r->format);
    cq_json_put_string(w, "decoder", r->decoder);
    cq_json_put_int(w, "size_bytes", r->size_bytes);
    cq_json_put_int(w, "sample_rate", r->sample_rate_hz);
    cq_json_put_int(w, "channels", r->channels);
    put_time(w, "duration_s", r->duration_s);
    cq_json_put_bool(w, "truncated", r->truncated);
    cq_json_key(w, "health");
    cq_json_open_array(w);
    for (int c = 0; c < (a->diarized || r->channels < 2 ? 1 : CQ_MAX_CHANNELS); c++)
        put_channel_health(w, &r->health.channel[c]);
    cq_json_close_array(w);
    cq_json_put_bool(w, "fake_stereo", r->health.fake_stereo);
    cq_json_put_bool(w, "swapped_suspect", r->health.swapped_suspect);
    cq_json_close_object(w);
}

static void put_call_info(struct cq_json_writer *w, const struct cq_call_info *info)
{
    cq_json_key(w, "call");
    cq_json_open_object(w);
    cq_json_put_string(w, "agent", info->agent);
    cq_json_put_string(w, "customer", info->customer);
    cq_json_put_string(w, "queue", info->queue);
    cq_json_put_string(w, "department", info->department);
    cq_json_put_string(w, "direction", info->direction);
    cq_json_put_string(w, "external_id", info->external_id);
    cq_json_put_string(w, "started_at", info->started_at);
    cq_json_close_object(w);
}

static void put_parties(struct cq_json_writer *w, const struct cq_analysis *a)
{
    cq_json_key(w, "parties");
    cq_json_open_object(w);
    for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++) {
        cq_json_key(w, cq_party_name(p));
        cq_json_open_object(w);
        cq_json_put_int(w, "channel", a->recording.channel_of[p]);
        cq_json_close_object(w);
    }
    cq_json_close_object(w);
    cq_json_put_bool(w, "diarized", a->diarized);
    if (a->diarized) {
        put_time(w, "party_confidence", a->activity.party_confidence);
        cq_json_put_string(w, "party_rule", a->activity.party_rule);
    }
}

static void put_segments(struct cq_json_writer *w, const char *key, const struct cq_segments *list)
{
    cq_json_key(w, key);
    cq_json_open_array(w);
    for (size_t i = 0; i < list->n; i++) {
        cq_json_open_object(w);
        put_party(w, "party", list->v[i].party);
        put_span(w, &list->v[i].at);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
}

static void put_transitions(struct cq_json_writer *w, const struct cq_transitions *list)
{
    cq_json_key(w, "transitions");
    cq_json_open_array(w);
    for (size_t i = 0; i < list->n; i++) {
        cq_json_open_object(w);
        put_party(w, "from", list->v[i].from);
        put_party(w, "to", list->v[i].to);
        put_time(w, "at", list->v[i].at_s);
        put_time(w, "fto", list->v[i].fto_s);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
}

static bool is_onset_event(enum cq_event_type type)
{
    return type == CQ_EVENT_INTERRUPTION || type == CQ_EVENT_TERMINAL_OVERLAP ||
           type == CQ_EVENT_SIMULTANEOUS_START || type == CQ_EVENT_OVERLAP;
}

static void put_event(struct cq_json_writer *w, const struct cq_event *e)
{
    cq_json_open_object(w);
    cq_json_put_string(w, "type", cq_event_name(e->type));
    put_party(w, "by", e->by);
    put_span(w, &e->at);
    if (is_onset_event(e->type))
        put_time(w, "overlap_s", e->overlap_s);
    if (e->type == CQ_EVENT_INTERRUPTION) {
        cq_json_put_string(w, "outcome", cq_outcome_name(e->outcome));
        cq_json_put_bool(w, "early_cut_in", e->early_cut_in);
        if (e->restart) {
            cq_json_put_bool(w, "restart", true);
            put_time(w, "cost_s", e->cost_s);
        }
    }
    if (e->type == CQ_EVENT_TONE) {
        cq_json_put_string(w, "tone", cq_tone_name(e->tone));
        if (e->digit)
            cq_json_put_string(w, "digit", (const char[]){e->digit, '\0'});
    }
    if (e->type == CQ_EVENT_LONG_RESPONSE)
        put_time(w, "latency_s", e->value);
    if (e->type == CQ_EVENT_RAISED_VOICE)
        put_time(w, "above_median_db", e->value);
    cq_json_close_object(w);
}

static void put_value(struct cq_json_writer *w, const struct cq_metric_info *info, const struct cq_value *v)
{
    cq_json_key(w, info->name);
    if (v->reason != CQ_HAS_VALUE)
        cq_json_null(w);
    else
        cq_json_number(w, v->v, info->unit[0] ? TIME_DECIMALS : RATIO_DECIMALS);
}

static void put_null_reasons(struct cq_json_writer *w, const struct cq_metrics *m)
{
    cq_json_key(w, "null_reasons");
    cq_json_open_object(w);
    for (int i = 0; i < CQ_N_CALL_METRICS; i++) {
        if (m->call[i].reason != CQ_HAS_VALUE)
            cq_json_put_string(w, cq_call_metric_info((enum cq_call_metric)i)->name,
                               cq_null_reason_name(m->call[i].reason));
    }
    for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++) {
            if (m->party[p][i].reason == CQ_HAS_VALUE)
                continue;
            char name[96];
            snprintf(name, sizeof name, "%s.%s", cq_party_name(p),
                     cq_party_metric_info((enum cq_party_metric)i)->name);
            cq_json_put_string(w, name, cq_null_reason_name(m->party[p][i].reason));
        }
    }
    cq_json_close_object(w);
}

static void put_metrics(struct cq_json_writer *w, const struct cq_metrics *m)
{
    cq_json_key(w, "metrics");
    cq_json_open_object(w);
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        put_value(w, cq_call_metric_info((enum cq_call_metric)i), &m->call[i]);
    put_party(w, "closing_by", m->closing_by);
    for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++) {
        cq_json_key(w, cq_party_name(p));
        cq_json_open_object(w);
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            put_value(w, cq_party_metric_info((enum cq_party_metric)i), &m->party[p][i]);
        cq_json_close_object(w);
    }
    put_null_reasons(w, m);
    cq_json_close_object(w);
}

static void put_evidence(struct cq_json_writer *w, const struct cq_evidence *v, size_t n)
{
    cq_json_key(w, "evidence");
    cq_json_open_array(w);
    for (size_t i = 0; i < n; i++) {
        cq_json_open_object(w);
        put_span(w, &v[i].at);
        cq_json_put_string(w, "event", cq_event_name(v[i].event));
        put_party(w, "by", v[i].by);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
}

static void put_indicator(struct cq_json_writer *w, const struct cq_indicator_score *ind)
{
    cq_json_open_object(w);
    cq_json_put_string(w, "id", ind->id);
    cq_json_put_string(w, "measure", ind->measure);
    cq_json_key(w, "value");
    if (ind->value.reason == CQ_HAS_VALUE)
        cq_json_number(w, ind->value.v, RATIO_DECIMALS);
    else
        cq_json_null(w);
    put_time(w, "points", ind->applies ? ind->points : NAN);
    put_time(w, "weight", ind->weight);
    cq_json_put_string(w, "note", ind->note);
    cq_json_close_object(w);
}

static void put_item(struct cq_json_writer *w, const struct cq_item_score *item)
{
    bool has_score = item->state == CQ_ITEM_SCORED || item->state == CQ_ITEM_PROPOSED;
    cq_json_open_object(w);
    cq_json_put_string(w, "id", item->id);
    cq_json_put_string(w, "section", item->section);
    put_time(w, "score", has_score ? item->score : NAN);
    cq_json_put_string(w, "judged", cq_judged_name(item->judged));
    cq_json_put_string(w, "state", cq_item_state_name(item->state));
    put_time(w, "weight", item->weight);
    cq_json_put_string(w, "note", item->note);
    cq_json_key(w, "indicators");
    cq_json_open_array(w);
    for (size_t i = 0; i < item->n_indicators; i++)
        put_indicator(w, &item->indicators[i]);
    cq_json_close_array(w);
    put_evidence(w, item->evidence, item->n_evidence);
    cq_json_close_object(w);
}

static void put_scorecard(struct cq_json_writer *w, const struct cq_scorecard *card)
{
    cq_json_key(w, "scorecard");
    if (!card->rubric) {
        cq_json_null(w);
        return;
    }
    cq_json_open_object(w);
    cq_json_put_string(w, "rubric", card->rubric);
    cq_json_put_string(w, "version", card->version);
    cq_json_put_string(w, "status", card->partial ? "partial" : "complete");
    put_time(w, "total", card->has_total ? card->total : NAN);
    put_time(w, "coverage", card->coverage);
    cq_json_key(w, "items");
    cq_json_open_array(w);
    for (size_t i = 0; i < card->n_items; i++)
        put_item(w, &card->items[i]);
    cq_json_close_array(w);
    cq_json_key(w, "sections");
    cq_json_open_array(w);
    for (size_t i = 0; i < card->n_sections; i++) {
        const struct cq_section_score *s = &card->sections[i];
        cq_json_open_object(w);
        cq_json_put_string(w, "id", s->id);
        put_time(w, "weight", s->weight);
        put_time(w, "score", s->has_score ? s->score : NAN);
        put_time(w, "coverage", s->coverage);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
    cq_json_close_object(w);
}

static void put_flags(struct cq_json_writer *w, const struct cq_scorecard *card)
{
    cq_json_key(w, "flags");
    cq_json_open_array(w);
    for (size_t i = 0; i < card->n_flags; i++) {
        const struct cq_flag *f = &card->flags[i];
        cq_json_open_object(w);
        cq_json_put_string(w, "id", f->id);
        cq_json_put_string(w, "severity", cq_severity_name(f->severity));
        cq_json_put_string(w, "measure", f->measure);
        cq_json_put_number(w, "value", f->value, RATIO_DECIMALS);
        cq_json_put_number(w, "limit", f->limit, RATIO_DECIMALS);
        put_evidence(w, f->evidence, f->n_evidence);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
}

char *cq_analysis_to_json(const struct cq_analysis *a)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    cq_json_put_int(&w, "schema", CQ_JSON_SCHEMA);
    put_recording(&w, a);
    put_call_info(&w, &a->info);
    put_parties(&w, a);
    cq_json_put_string(&w, "status", a->unscorable ? "unscorable" : "scored");
    cq_json_put_string(&w, "reason", a->reason);
    put_time(&w, "answer_s", a->talk.answer_s);
    put_segments(&w, "segments", &a->talk.segments);
    put_segments(&w, "turns", &a->talk.turns);
    put_transitions(&w, &a->talk.transitions);
    cq_json_key(&w, "events");
    cq_json_open_array(&w);
    for (size_t i = 0; i < a->talk.events.n; i++)
        put_event(&w, &a->talk.events.v[i]);
    cq_json_close_array(&w);
    put_metrics(&w, &a->metrics);
    put_scorecard(&w, &a->scorecard);
    put_flags(&w, &a->scorecard);
    cq_json_put_string(&w, "program_version", a->program_version);
    cq_json_put_string(&w, "detector", a->detector);
    cq_json_close_object(&w);
    return cq_str_take(&out);
}
