#include "appraise/appraise.h"

#include "base/json.h"
#include "base/time.h"
#include "rubric/model.h"

#define DECIMALS 6

static void put_tally(struct cq_json_writer *w, const struct cq_tally *t)
{
    double low, high;
    cq_json_put_int(w, "n", t->n);
    if (!t->n)
        return;
    cq_json_put_number(w, "mean", t->mean, DECIMALS);
    if (cq_tally_interval(t, &low, &high)) {
        cq_json_put_number(w, "sd", cq_tally_sd(t), DECIMALS);
        cq_json_put_number(w, "low", low, DECIMALS);
        cq_json_put_number(w, "high", high, DECIMALS);
    }
}

static void put_sections(struct cq_json_writer *w, const struct cq_appraisal *a)
{
    const struct cq_rubric *r = a->opts->rubric;
    cq_json_key(w, "sections");
    cq_json_open_array(w);
    for (size_t i = 0; i < r->n_sections; i++) {
        const struct cq_section_score *s = &a->card.sections[i];
        cq_json_open_object(w);
        cq_json_put_string(w, "id", r->sections[i].id);
        cq_json_put_number(w, "weight", r->sections[i].weight, DECIMALS);
        if (s->has_score)
            cq_json_put_number(w, "score", s->score, DECIMALS);
        cq_json_put_number(w, "coverage", s->coverage, DECIMALS);
        cq_json_key(w, "items");
        cq_json_open_array(w);
        for (size_t k = r->sections[i].first_item; k < r->sections[i].first_item + r->sections[i].n_items;
             k++) {
            cq_json_open_object(w);
            cq_json_put_string(w, "id", r->items[k].id);
            cq_json_put_number(w, "weight", r->items[k].weight, DECIMALS);
            put_tally(w, &a->items[k].scores);
            cq_json_put_int(w, "reviewed", a->items[k].n_reviewed);
            cq_json_close_object(w);
        }
        cq_json_close_array(w);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
}

static void put_examples(struct cq_json_writer *w, const char *key, const struct cq_appraise_example *v,
                         size_t n)
{
    cq_json_key(w, key);
    cq_json_open_array(w);
    for (size_t i = 0; i < n; i++) {
        cq_json_open_object(w);
        cq_json_put_int(w, "call", v[i].call.call);
        cq_json_put_number(w, "total", v[i].call.total, DECIMALS);
        cq_json_key(w, "moments");
        cq_json_open_array(w);
        for (size_t k = 0; k < v[i].n_moments; k++) {
            cq_json_open_object(w);
            cq_json_put_string(w, "item", v[i].moments[k].item);
            cq_json_put_string(w, "event", v[i].moments[k].event);
            cq_json_put_number(w, "start", v[i].moments[k].start_s, 3);
            cq_json_put_number(w, "end", v[i].moments[k].end_s, 3);
            cq_json_close_object(w);
        }
        cq_json_close_array(w);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
}

static void put_groups(struct cq_json_writer *w, const struct cq_appraisal *a)
{
    static const char *const standings[] = {"unknown", "above", "below"};
    char when[CQ_TIME_ISO_MAX];
    cq_json_key(w, "weeks");
    cq_json_open_array(w);
    for (size_t i = 0; i < a->n_weeks; i++) {
        cq_json_open_object(w);
        cq_json_put_string(w, "from", cq_time_format_utc(a->weeks[i].start_s, when));
        put_tally(w, &a->weeks[i].totals);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
    cq_json_key(w, "agents");
    cq_json_open_array(w);
    for (size_t i = 0; i < a->n_agents; i++) {
        cq_json_open_object(w);
        cq_json_put_string(w, "agent", a->agents[i].agent);
        put_tally(w, &a->agents[i].totals);
        cq_json_put_int(w, "reviewed", a->agents[i].n_reviewed);
        cq_json_put_string(w, "standing", standings[a->agents[i].standing]);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
    cq_json_key(w, "flags");
    cq_json_open_object(w);
    for (size_t i = 0; i < a->n_flags; i++)
        cq_json_put_int(w, a->flags[i].flag, a->flags[i].n_calls);
    cq_json_close_object(w);
}

static void put_head(struct cq_json_writer *w, const struct cq_appraisal *a)
{
    cq_json_put_string(w, "rubric", cq_rubric_id(a->opts->rubric));
    cq_json_put_string(w, "version", cq_rubric_version(a->opts->rubric));
    cq_json_put_string(w, "agent", a->opts->filter.agent);
    cq_json_put_string(w, "department", a->opts->department);
    cq_json_put_string(w, "type", a->opts->type);
    cq_json_put_string(w, "from", a->opts->from);
    cq_json_put_string(w, "to", a->opts->to);
    cq_json_key(w, "total");
    if (a->card.has_total)
        cq_json_number(w, a->card.total, DECIMALS);
    else
        cq_json_null(w);
    cq_json_put_number(w, "coverage", a->card.coverage, DECIMALS);
    cq_json_put_bool(w, "partial", a->card.partial);
    cq_json_put_int(w, "calls", (int64_t)a->n_calls);
    cq_json_put_int(w, "reviewed", a->n_reviewed);
    cq_json_put_int(w, "reviews", a->n_reviews);
    cq_json_put_int(w, "unscorable", a->facts.unscorable);
    cq_json_put_int(w, "disputed", a->facts.disputed);
    cq_json_put_int(w, "drafts", a->facts.drafts);
    cq_json_put_number(w, "early_cut_ins", a->facts.early_cut_ins, 0);
    cq_json_put_number(w, "restarts", a->facts.restarts, 0);
    cq_json_put_number(w, "cut_in_cost_s", a->facts.cut_in_cost_s, 3);
}

void cq_appraisal_json(const struct cq_appraisal *a, struct cq_str *out)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    put_head(&w, a);
    cq_json_key(&w, "call_totals");
    cq_json_open_object(&w);
    put_tally(&w, &a->totals);
    cq_json_close_object(&w);
    put_sections(&w, a);
    put_groups(&w, a);
    put_examples(&w, "best", a->best, a->n_best);
    put_examples(&w, "worst", a->worst, a->n_worst);
    cq_json_close_object(&w);
    cq_str_add(out, "\n");
}
