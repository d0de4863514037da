#include "random_analysis.h"

#include "base/array.h"
#include "base/hash.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

unsigned random_below(uint64_t *state, unsigned n)
{
    return (unsigned)(random_next(state) % n);
}

double random_real(uint64_t *state, double lo, double hi)
{
    return lo + (hi - lo) * ((double)(random_next(state) >> 11) / 9007199254740992.0);
}

static void need(int r)
{
    if (r)
        abort();
}

static char *word(const char *fmt, unsigned n)
{
    char *s = cq_str_format("%s%u", fmt, n);
    if (!s)
        abort();
    return s;
}

/* Often unknown; sometimes Chinese, or with characters that need care. */
static char *maybe(uint64_t *r, const char *stem)
{
    switch (random_below(r, 5)) {
    case 0:
        return NULL;
    case 1:
        return word("张伟 ", random_below(r, 100));
    case 2:
        return word("O'Brien\"; DROP TABLE calls;-- ", random_below(r, 100));
    }
    return word(stem, random_below(r, 1000));
}

static enum cq_party party(uint64_t *r, unsigned n)
{
    return (enum cq_party)random_below(r, n);
}

/* Times at odd places: the store must round them as the JSON does. */
static struct cq_span span(uint64_t *r, double max)
{
    double a = random_real(r, 0, max), b = a + random_real(r, 0, 20);
    if (random_below(r, 4) == 0) {
        a = floor(a * 16) / 16; /* ties of a millisecond: x.0625 */
        b = a + 0.0625;
    }
    return (struct cq_span){a, b};
}

static void fill_recording(uint64_t *r, uint64_t seed, struct cq_recording *rec)
{
    cq_hash_bytes(&seed, sizeof seed, rec->sha256);
    rec->path = word("/calls/2026/11/call ", (unsigned)seed);
    snprintf(rec->format, sizeof rec->format, "wav/ulaw");
    snprintf(rec->decoder, sizeof rec->decoder, "sndfile");
    rec->size_bytes = (int64_t)(random_next(r) >> 24);
    rec->sample_rate_hz = 8000;
    rec->channels = 1 + (int)random_below(r, 2);
    rec->duration_s = random_real(r, 0, 7200);
    rec->truncated = random_below(r, 2);
    rec->channel_of[CQ_CUSTOMER] = (uint8_t)random_below(r, 2);
    for (int c = 0; c < CQ_MAX_CHANNELS; c++) {
        struct cq_channel_health *h = &rec->health.channel[c];
        h->peak_dbov = random_below(r, 4) ? random_real(r, -60, 0) : -(double)INFINITY;
        h->rms_dbov = random_real(r, -90, 0);
        h->dc = random_real(r, -1, 1);
        h->clipping_ratio = random_real(r, 0, 1);
        h->digital_zero_ratio = random_real(r, 0, 1);
        h->noise_dbov = random_real(r, -90, 0);
        h->hum_db = random_below(r, 2) ? (double)NAN : random_real(r, 0, 40);
        h->bandwidth_hz = random_real(r, 0, 4000);
        h->dropouts = random_below(r, 100);
        h->silent = random_below(r, 2);
        rec->health.leak_db[c] = random_below(r, 2) ? (double)NAN : random_real(r, -60, 0);
        rec->health.leak_delay_ms[c] = random_real(r, 0, 200);
    }
    rec->health.identical_ratio = random_real(r, 0, 1);
    rec->health.identical_gain_db = random_real(r, -20, 20);
    rec->health.fake_stereo = random_below(r, 2);
    rec->health.swapped_suspect = random_below(r, 2);
    rec->health.n_faults = random_below(r, 5);
    rec->health.faults = calloc(rec->health.n_faults + 1, sizeof *rec->health.faults);
    need(!rec->health.faults);
    for (size_t i = 0; i < rec->health.n_faults; i++)
        rec->health.faults[i] = (struct cq_fault){(enum cq_fault_kind)random_below(r, 2),
                                                  (uint8_t)random_below(r, 2), span(r, 100)};
}

static void fill_talk(uint64_t *r, struct cq_talk *t)
{
    t->duration_s = random_real(r, 0, 7200);
    t->answer_s = random_below(r, 2) ? (double)NAN : random_real(r, 0, 30);
    for (unsigned i = random_below(r, 40); i; i--) {
        struct cq_segment seg = {party(r, 2), span(r, 7200)};
        need(CQ_ARRAY_PUSH(&t->segments, seg));
        seg.at = span(r, 7200);
        need(CQ_ARRAY_PUSH(&t->turns, seg));
        struct cq_transition tr = {party(r, 2), CQ_AGENT, random_real(r, 0, 7200), random_real(r, -3, 3),
                                   random_below(r, 2)};
        tr.to = cq_party_other(tr.from);
        need(CQ_ARRAY_PUSH(&t->transitions, tr));
        struct cq_span over = span(r, 7200);
        need(CQ_ARRAY_PUSH(&t->talk_over, over));
        need(CQ_ARRAY_PUSH(&t->holds, over));
    }
    for (unsigned i = random_below(r, 60); i; i--) {
        struct cq_event e = {
            .type = (enum cq_event_type)random_below(r, CQ_N_EVENT_TYPES),
            .by = party(r, 3),
            .at = span(r, 7200),
            .overlap_s = random_real(r, 0, 5),
            .outcome = (enum cq_outcome)random_below(r, 3),
            .early_cut_in = random_below(r, 2),
            .restart = random_below(r, 2),
            .cost_s = random_real(r, 0, 30),
            .tone = (enum cq_tone)random_below(r, CQ_TONE_OTHER + 1),
            .digit = random_below(r, 2) ? "0123456789*#ABCD"[random_below(r, 16)] : '\0',
            .value = random_real(r, -10, 10),
        };
        need(cq_talk_add_event(t, &e));
    }
}

static struct cq_value value(uint64_t *r)
{
    if (random_below(r, 6) == 0)
        return (struct cq_value){.reason = (enum cq_null_reason)(1 + random_below(r, CQ_NULL_NOT_MEASURED))};
    return (struct cq_value){.v =
                                 random_below(r, 2) ? random_real(r, -100, 1000) : (double)random_below(r, 50)};
}

static void fill_metrics(uint64_t *r, struct cq_metrics *m)
{
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        m->call[i] = value(r);
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            m->party[p][i] = value(r);
    }
    m->closing_by = party(r, 3);
}

static void fill_evidence(uint64_t *r, struct cq_evidence **v, size_t *n)
{
    *n = random_below(r, 4);
    *v = calloc(*n + 1, sizeof **v);
    need(!*v);
    for (size_t i = 0; i < *n; i++)
        (*v)[i] = (struct cq_evidence){span(r, 7200), (enum cq_event_type)random_below(r, CQ_N_EVENT_TYPES),
                                       party(r, 3)};
}

static void fill_item(uint64_t *r, unsigned i, struct cq_item_score *item)
{
    item->id = word("item_", i);
    item->section = word("section_", i / 4);
    item->judged = (enum cq_judged)random_below(r, CQ_JUDGED_SCRIPT + 1);
    item->state = (enum cq_item_state)random_below(r, CQ_ITEM_NOT_APPLICABLE + 1);
    item->score = random_real(r, 1, 5);
    item->weight = (double)random_below(r, 5) / 10;
    item->note = maybe(r, "note ");
    item->n_indicators = random_below(r, 4);
    item->indicators = calloc(item->n_indicators + 1, sizeof *item->indicators);
    need(!item->indicators);
    for (size_t k = 0; k < item->n_indicators; k++) {
        struct cq_indicator_score *ind = &item->indicators[k];
        ind->id = word("indicator_", (unsigned)k);
        ind->measure = word("agent.measure_", (unsigned)k);
        ind->value = value(r);
        ind->points = random_real(r, 1, 5);
        ind->weight = random_real(r, 0, 1);
        ind->applies = random_below(r, 2);
        ind->note = maybe(r, "too little ");
    }
    fill_evidence(r, &item->evidence, &item->n_evidence);
}

static void fill_scorecard(uint64_t *r, struct cq_scorecard *card)
{
    if (random_below(r, 8) == 0)
        return; /* not scored */
    card->rubric = word("form-", random_below(r, 3));
    card->version = word("1.", random_below(r, 3));
    card->partial = random_below(r, 2);
    card->has_total = random_below(r, 4);
    card->total = random_real(r, 1, 5);
    card->coverage = random_real(r, 0, 1);
    card->n_items = random_below(r, 12);
    card->n_sections = random_below(r, 4);
    card->n_flags = random_below(r, 4);
    card->items = calloc(card->n_items + 1, sizeof *card->items);
    card->sections = calloc(card->n_sections + 1, sizeof *card->sections);
    card->flags = calloc(card->n_flags + 1, sizeof *card->flags);
    need(!card->items || !card->sections || !card->flags);
    for (size_t i = 0; i < card->n_items; i++)
        fill_item(r, (unsigned)i, &card->items[i]);
    for (size_t i = 0; i < card->n_sections; i++)
        card->sections[i] =
            (struct cq_section_score){word("section_", (unsigned)i), random_real(r, 0, 1), random_below(r, 2),
                                      random_real(r, 1, 5), random_real(r, 0, 1)};
    for (size_t i = 0; i < card->n_flags; i++) {
        struct cq_flag *f = &card->flags[i];
        f->id = word("flag_", (unsigned)(i + random_below(r, 2) * 4));
        f->severity = (enum cq_severity)random_below(r, 3);
        f->measure = word("customer.measure_", (unsigned)i);
        f->value = random_real(r, 0, 100);
        f->limit = random_real(r, 0, 100);
        fill_evidence(r, &f->evidence, &f->n_evidence);
    }
}

void random_analysis(uint64_t seed, struct cq_analysis *ret_a)
{
    uint64_t state = seed * 7919 + 17, *r = &state;
    struct cq_analysis *a = ret_a;
    *a = (struct cq_analysis){0};
    fill_recording(r, seed, &a->recording);
    a->info.agent = maybe(r, "A");
    a->info.customer = maybe(r, "+86 10 ");
    a->info.queue = maybe(r, "queue ");
    a->info.department = maybe(r, "department ");
    a->info.direction = random_below(r, 2) ? word("inbound", 0) : NULL;
    a->info.external_id = maybe(r, "1764000000.");
    if (random_below(r, 4))
        a->info.started_at = cq_str_format("2026-%02u-%02uT%02u:00:00+08:00", 1 + random_below(r, 12),
                                           1 + random_below(r, 28), random_below(r, 24));
    a->diarized = random_below(r, 2);
    a->unscorable = random_below(r, 4) == 0;
    a->reason = a->unscorable ? maybe(r, "channel is silent ") : NULL;
    a->activity.party_confidence = random_real(r, 0, 1);
    snprintf(a->activity.party_rule, sizeof a->activity.party_rule, "greets_first");
    snprintf(a->activity.detector, sizeof a->activity.detector, "neural-%u", random_below(r, 3));
    fill_talk(r, &a->talk);
    fill_metrics(r, &a->metrics);
    fill_scorecard(r, &a->scorecard);
    a->program_version = word("0.1.", random_below(r, 3));
    a->detector = word("neural-", random_below(r, 3));
    a->config_json = cq_str_format("{\"talk\":{\"min_pause_s\":0.%u}}", random_below(r, 4));
    need(!a->program_version || !a->detector || !a->config_json);
}
