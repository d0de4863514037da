/* One call: its analysis, the form's words, the shape of its sound, the sound. */
#include "web/app.h"

#include "base/error.h"
#include "base/path.h"
#include "review/review.h"
#include "rubric/model.h"
#include "store/ranges.h"
#include "store/records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The text as a JSON value; it is one already. */
static void put_raw(struct cq_json_writer *w, const char *key, const char *json)
{
    cq_json_key(w, key);
    cq_str_add(w->out, json);
    w->after_key = false;
    w->need_comma = true;
}

int cq_web_may_see_agent(struct cq_web_turn *t, const char *agent)
{
    const struct cq_user *u = &t->session.user;
    if (u->role != CQ_ROLE_AGENT || (agent && u->agent[0] && !strcmp(agent, u->agent)))
        return 0;
    return cq_error_set(&t->err, -EACCES, NULL, 0, "this is a call of somebody else");
}

int cq_web_load_call(struct cq_web_turn *t, struct cq_analysis *ret_a)
{
    struct cq_analysis a;
    int r = cq_store_load(t->db, t->id, &t->err, &a);
    if (r == -ENOENT)
        return cq_error_set(&t->err, r, NULL, 0, "there is no call %lld", (long long)t->id);
    if (!r)
        r = cq_web_may_see_agent(t, a.info.agent);
    if (r == -EACCES)
        cq_analysis_done(&a);
    if (!r)
        *ret_a = a;
    return r;
}

static void put_text(struct cq_json_writer *w, const char *key, cq_rubric_text text)
{
    if (!text)
        return;
    cq_json_key(w, key);
    cq_json_open_object(w);
    for (const struct cq_json *one = text->first; one; one = one->next) {
        if (one->type == CQ_JSON_STRING)
            cq_json_put_string(w, one->key, one->string);
    }
    cq_json_close_object(w);
}

static void put_indicator(struct cq_json_writer *w, const struct cq_indicator *ind)
{
    cq_json_open_object(w);
    cq_json_put_string(w, "id", ind->id);
    put_text(w, "label", ind->label);
    cq_json_put_string(w, "source", ind->source);
    cq_json_key(w, "curve");
    cq_json_open_array(w);
    for (size_t i = 0; i < ind->curve.n; i++) {
        cq_json_open_array(w);
        cq_json_number(w, ind->curve.v[i].x, 6);
        cq_json_number(w, ind->curve.v[i].points, 3);
        cq_json_close_array(w);
    }
    cq_json_close_array(w);
    cq_json_close_object(w);
}

static void put_item(struct cq_json_writer *w, const struct cq_rubric *r, const struct cq_rubric_item *item)
{
    cq_json_open_object(w);
    cq_json_put_string(w, "id", item->id);
    cq_json_put_string(w, "section", r->sections[item->section].id);
    cq_json_put_string(w, "judged", cq_judged_name(item->judged));
    cq_json_put_number(w, "weight", item->weight, 6);
    cq_json_put_bool(w, "off_for_calls", item->off_for_calls);
    cq_json_put_bool(w, "critical", item->critical.is);
    put_text(w, "label", item->label);
    put_text(w, "criteria", item->criteria);
    if (item->anchors) {
        cq_json_key(w, "anchors");
        cq_json_open_object(w);
        for (const struct cq_json *one = item->anchors->first; one; one = one->next)
            put_text(w, one->key, one);
        cq_json_close_object(w);
    }
    cq_json_key(w, "indicators");
    cq_json_open_array(w);
    for (size_t i = 0; i < item->n_indicators; i++)
        put_indicator(w, &item->indicators[i]);
    cq_json_close_array(w);
    cq_json_close_object(w);
}

/* The form as a reviewer reads it. */
static void put_form(struct cq_json_writer *w, const struct cq_rubric *r)
{
    cq_json_key(w, "form");
    cq_json_open_object(w);
    cq_json_put_string(w, "id", r->id);
    cq_json_put_string(w, "version", r->version);
    put_text(w, "title", r->title);
    cq_json_put_number(w, "scale_min", r->scale_min, 3);
    cq_json_put_number(w, "scale_max", r->scale_max, 3);
    cq_json_key(w, "sections");
    cq_json_open_array(w);
    for (size_t i = 0; i < r->n_sections; i++) {
        cq_json_open_object(w);
        cq_json_put_string(w, "id", r->sections[i].id);
        put_text(w, "label", r->sections[i].label);
        cq_json_put_number(w, "weight", r->sections[i].weight, 6);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
    cq_json_key(w, "items");
    cq_json_open_array(w);
    for (size_t i = 0; i < r->n_items; i++)
        put_item(w, r, &r->items[i]);
    cq_json_close_array(w);
    cq_json_key(w, "flags");
    cq_json_open_array(w);
    for (size_t i = 0; i < r->n_flags; i++) {
        cq_json_open_object(w);
        cq_json_put_string(w, "id", r->flags[i].id);
        put_text(w, "label", r->flags[i].label);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
    cq_json_close_object(w);
}

/* The form in the version that scored the call; labels of another version could mean something else. */
static struct cq_rubric *form_of(struct cq_web_turn *t, const struct cq_analysis *a)
{
    const struct cq_scorecard *card = &a->scorecard;
    struct cq_rubric *r = NULL;
    if (card->rubric && card->version)
        (void)cq_review_form(t->db, card->rubric, card->version, NULL,
                             &r); /* without it ids stand for labels */
    return r;
}

int cq_web_get_call(struct cq_web_turn *t)
{
    struct cq_analysis a = {0};
    char *json = NULL, *name = NULL;
    int r = cq_web_load_call(t, &a);
    if (r)
        return r;
    r = cq_web_audit_read(t, "call.open", "call", t->id, NULL);
    if (r)
        goto out;
    /* where the recording lies is nobody's business out there */
    if (a.recording.path) {
        name = cq_str_dup(cq_path_base(a.recording.path));
        free(a.recording.path);
        a.recording.path = name;
    }
    json = cq_records_call_json(t->db, t->id, &a);
    if (!json) {
        r = -ENOMEM;
        goto out;
    }
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_put_int(&t->json, "id", t->id);
    put_raw(&t->json, "analysis", json);
    struct cq_rubric *form = form_of(t, &a);
    if (form)
        put_form(&t->json, form);
    cq_rubric_free(form);
    cq_json_close_object(&t->json);
out:
    free(json);
    cq_analysis_done(&a);
    return r;
}

/* From the database, or measured and kept there. */
static int find_peaks(struct cq_web_turn *t, struct cq_peaks *ret_peaks)
{
    struct cq_analysis a;
    int r = cq_web_load_call(t, &a);
    if (r)
        return r;
    r = cq_peaks_load(t->db, t->id, &t->err, ret_peaks);
    if (r != -ENOENT)
        goto out;
    cq_web_pool_give_back(t->app->pool, t->db); /* decoding takes a while */
    t->db = NULL;
    r = cq_web_recordings_peaks(t->app->recordings, t->id, &a, &t->err, ret_peaks);
    if (r)
        goto out;
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    (void)cq_peaks_save(w, t->id, ret_peaks, NULL); /* else they are measured again */
    cq_web_pool_release(t->app->pool);
out:
    cq_analysis_done(&a);
    return r;
}

int cq_web_get_peaks(struct cq_web_turn *t)
{
    struct cq_peaks p;
    int r = find_peaks(t, &p);
    if (r)
        return r;
    /* a byte a stretch, channel after channel */
    cq_str_add_n(&t->res->body, (const char *)p.levels, (size_t)p.channels * (size_t)p.n);
    t->res->status = 200;
    t->res->type = "application/octet-stream";
    cq_web_header(t->res, "X-Channels", "%d", p.channels);
    cq_peaks_done(&p);
    return 0;
}

int cq_web_swap_call(struct cq_web_turn *t)
{
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    int r = cq_review_swap_parties(w, t->id, t->session.user.name, &t->err);
    cq_web_pool_release(t->app->pool);
    if (r)
        return r;
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_put_int(&t->json, "id", t->id);
    cq_json_close_object(&t->json);
    return 0;
}

static void put_range(struct cq_json_writer *w, const char *name, const struct cq_measure_range *m)
{
    if (!m->n)
        return;
    cq_json_key(w, name);
    cq_json_open_array(w);
    cq_json_number(w, m->p10, 4);
    cq_json_number(w, m->p50, 4);
    cq_json_number(w, m->p90, 4);
    cq_json_close_array(w);
}

static int put_ranges(struct cq_web_turn *t, const char *key, const char *agent, const char *queue)
{
    struct cq_json_writer *w = &t->json;
    struct cq_ranges *ranges = calloc(1, sizeof *ranges);
    if (!ranges)
        return -ENOMEM;
    int r = cq_ranges_load(t->db, agent, queue, t->id, &t->err, ranges);
    if (r)
        goto out;
    cq_json_key(w, key);
    cq_json_open_object(w);
    cq_json_put_string(w, "of", agent ? agent : queue);
    cq_json_put_int(w, "calls", (int64_t)ranges->n);
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        put_range(w, cq_call_metric_info((enum cq_call_metric)i)->name, &ranges->call[i]);
    for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++) {
        cq_json_key(w, cq_party_name(p));
        cq_json_open_object(w);
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            put_range(w, cq_party_metric_info((enum cq_party_metric)i)->name, &ranges->party[p][i]);
        cq_json_close_object(w);
    }
    cq_json_close_object(w);
out:
    free(ranges);
    return r;
}

/* What is usual: the agent's last calls, and those of the queue (of all calls, where it has none). */
int cq_web_get_ranges(struct cq_web_turn *t)
{
    struct cq_analysis a = {0};
    int r = cq_web_load_call(t, &a);
    if (r)
        return r;
    cq_web_json(t);
    cq_json_open_object(&t->json);
    if (a.info.agent)
        r = put_ranges(t, "agent", a.info.agent, NULL);
    if (!r)
        r = put_ranges(t, "team", NULL, a.info.queue);
    cq_json_close_object(&t->json);
    cq_analysis_done(&a);
    return r;
}

int cq_web_get_audio(struct cq_web_turn *t)
{
    struct cq_analysis a;
    struct cq_web_stream stream;
    int r = cq_web_load_call(t, &a);
    if (r)
        return r;
    r = cq_web_audit_once(t, "call.listen", "call", t->id);
    if (r) {
        cq_analysis_done(&a);
        return r;
    }
    cq_web_pool_give_back(t->app->pool, t->db);
    t->db = NULL;
    r = cq_web_recordings_open(t->app->recordings, t->id, &a, &t->err, &stream);
    cq_analysis_done(&a);
    if (!r)
        cq_web_answer_stream(t->req, t->res, "audio/wav", &stream);
    return r;
}
