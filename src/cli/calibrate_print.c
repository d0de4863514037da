#include "cli/calibrate.h"

#include "base/json.h"
#include "cli/i18n.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct cq_rubric_item *item_of(const struct cq_calibrate_report *r, size_t i)
{
    return &r->rubric->items[r->v[i].material->item];
}

static void add_estimate(struct cq_str *out, const struct cq_calibrate_estimate *e)
{
    if (isnan(e->v))
        cq_str_printf(out, "  %22s", "-");
    else
        cq_str_printf(out, "  %6.2f (%.2f to %.2f)", e->v, e->low, e->high);
}

static const char *reason(enum cq_calibrate_result result)
{
    switch (result) {
    case CQ_CALIBRATE_PROPOSED:
        return _("new curves are proposed");
    case CQ_CALIBRATE_FEW_CALLS:
        return _("too few reviewed calls");
    case CQ_CALIBRATE_FEW_AGENTS:
        return _("too few agents");
    case CQ_CALIBRATE_NOT_FOLLOWED:
        return _("the scores don't follow the measures: one score for all calls foretells them as well");
    case CQ_CALIBRATE_NOT_BETTER:
        return _("fitted curves are not better than those in force, beyond noise");
    case CQ_CALIBRATE_SMALL_GAIN:
        return _("fitted curves are better, but by too little to be worth a new version");
    }
    return "";
}

static void add_item(const struct cq_calibrate_report *r, size_t i, const char *lang, struct cq_str *out)
{
    const struct cq_calibration *c = &r->v[i].found;
    const struct cq_calibrate_item *m = r->v[i].material;
    const struct cq_rubric_item *item = item_of(r, i);
    cq_str_printf(out, "%s (%s)\n  %5zu %6zu", cq_rubric_label(r->rubric, item->id, lang), item->id, c->n_calls,
                  c->n_agents);
    add_estimate(out, &c->before);
    add_estimate(out, &c->after);
    if (isnan(c->gain.v))
        cq_str_printf(out, "  %24s", "-");
    else
        cq_str_printf(out, "  %+6.2f (%+.2f to %+.2f)", c->gain.v, c->gain.low, c->gain.high);
    cq_str_printf(out, "\n  %s", reason(c->result));
    if (r->v[i].proposed)
        cq_str_printf(out, P_(": %zu of %zu indicator", ": %zu of %zu indicators", item->n_indicators),
                      c->n_changed, item->n_indicators);
    cq_str_add_char(out, '\n');
    if (m->n_blind < m->n_reviews)
        cq_str_printf(out,
                      P_("  %zu of %zu review was not blind: its reviewer saw the machine's score\n",
                         "  %zu of %zu reviews were not blind: their reviewers saw the machine's score\n",
                         m->n_reviews),
                      m->n_reviews - m->n_blind, m->n_reviews);
    if (m->n_capped)
        cq_str_printf(out,
                      P_("  %zu call left out, because a cap of the item bites in it\n",
                         "  %zu calls left out, because a cap of the item bites in them\n", m->n_capped),
                      m->n_capped);
}

void cq_calibrate_text(const struct cq_calibrate_report *report, const char *lang, struct cq_str *out)
{
    cq_str_printf(out, "%s\n", _("  CALLS AGENTS  ERROR NOW               FITTED                  GAIN"));
    for (size_t i = 0; i < report->n; i++)
        add_item(report, i, lang, out);
    if (report->diff)
        cq_str_printf(out, "\n%s", report->diff);
}

static void put_estimate(struct cq_json_writer *w, const char *key, const struct cq_calibrate_estimate *e)
{
    cq_json_key(w, key);
    cq_json_open_object(w);
    cq_json_put_number(w, "rmse", e->v, 6);
    cq_json_put_number(w, "low", e->low, 6);
    cq_json_put_number(w, "high", e->high, 6);
    cq_json_close_object(w);
}

static void put_curve(struct cq_json_writer *w, const char *key, const struct cq_curve *c)
{
    cq_json_key(w, key);
    cq_json_open_array(w);
    for (size_t i = 0; i < c->n; i++) {
        cq_json_open_array(w);
        cq_json_number(w, c->v[i].x, 9);
        cq_json_number(w, c->v[i].points, 9);
        cq_json_close_array(w);
    }
    cq_json_close_array(w);
}

static void put_item(const struct cq_calibrate_report *r, size_t i, struct cq_json_writer *w)
{
    const struct cq_calibration *c = &r->v[i].found;
    const struct cq_calibrate_item *m = r->v[i].material;
    const struct cq_rubric_item *item = item_of(r, i);
    cq_json_open_object(w);
    cq_json_put_string(w, "item", item->id);
    cq_json_put_string(w, "judged", cq_judged_name(item->judged));
    cq_json_put_string(w, "result", cq_calibrate_result_name(c->result));
    cq_json_put_int(w, "calls", (int64_t)c->n_calls);
    cq_json_put_int(w, "agents", (int64_t)c->n_agents);
    cq_json_put_int(w, "reviews", (int64_t)m->n_reviews);
    cq_json_put_int(w, "blind", (int64_t)m->n_blind);
    cq_json_put_int(w, "capped", (int64_t)m->n_capped);
    put_estimate(w, "now", &c->before);
    put_estimate(w, "constant", &c->constant);
    put_estimate(w, "fitted", &c->after);
    put_estimate(w, "gain", &c->gain);
    cq_json_key(w, "indicators");
    cq_json_open_array(w);
    for (size_t k = 0; k < item->n_indicators; k++) {
        cq_json_open_object(w);
        cq_json_put_string(w, "indicator", item->indicators[k].id);
        cq_json_put_string(w, "measure", item->indicators[k].measure.text);
        cq_json_put_number(w, "weight", item->indicators[k].weight * 100, 6);
        cq_json_put_bool(w, "proposed", r->v[i].proposed && c->changed[k]);
        put_curve(w, "curve_now", &item->indicators[k].curve);
        put_curve(w, "curve_fitted", &c->curves[k]);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
    cq_json_close_object(w);
}

void cq_calibrate_json(const struct cq_calibrate_report *report, struct cq_str *out)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 2);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "rubric", report->rubric->id);
    cq_json_put_string(&w, "version", report->rubric->version);
    cq_json_put_string(&w, "proposed_version", report->version);
    cq_json_key(&w, "items");
    cq_json_open_array(&w);
    for (size_t i = 0; i < report->n; i++)
        put_item(report, i, &w);
    cq_json_close_array(&w);
    cq_json_put_string(&w, "diff", report->diff);
    cq_json_close_object(&w);
    cq_str_add_char(out, '\n');
}
