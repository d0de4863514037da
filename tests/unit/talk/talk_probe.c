/*
 * Reads calls as text and prints what the talk layer and the measures make of them, one JSON object a line: the
 * test-side end of compare_reference.py.
 *
 *   call DURATION
 *   agent START END | customer START END | hold START END      any number
 *   end
 */
#include "base/json.h"
#include "base/number.h"
#include "metrics/metrics.h"
#include "talk/talk.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DECIMALS 6

static void put_span(struct cq_json_writer *w, struct cq_span at)
{
    cq_json_put_number(w, "start", at.start_s, DECIMALS);
    cq_json_put_number(w, "end", at.end_s, DECIMALS);
}

static void put_segments(struct cq_json_writer *w, const char *key, const struct cq_segments *list)
{
    cq_json_key(w, key);
    cq_json_open_array(w);
    for (size_t i = 0; i < list->n; i++) {
        cq_json_open_object(w);
        cq_json_put_string(w, "party", cq_party_name(list->v[i].party));
        put_span(w, list->v[i].at);
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
        cq_json_put_string(w, "from", cq_party_name(list->v[i].from));
        cq_json_put_string(w, "to", cq_party_name(list->v[i].to));
        cq_json_put_number(w, "at", list->v[i].at_s, DECIMALS);
        cq_json_put_number(w, "fto", list->v[i].fto_s, DECIMALS);
        cq_json_put_bool(w, "with_hold", list->v[i].with_hold);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
}

static void put_events(struct cq_json_writer *w, const struct cq_events *list)
{
    cq_json_key(w, "events");
    cq_json_open_array(w);
    for (size_t i = 0; i < list->n; i++) {
        const struct cq_event *ev = &list->v[i];
        cq_json_open_object(w);
        cq_json_put_string(w, "type", cq_event_name(ev->type));
        cq_json_put_string(w, "by", ev->by == CQ_NOBODY ? NULL : cq_party_name(ev->by));
        put_span(w, ev->at);
        cq_json_put_number(w, "overlap_s", ev->overlap_s, DECIMALS);
        cq_json_put_string(w, "outcome", cq_outcome_name(ev->outcome));
        cq_json_put_bool(w, "early_cut_in", ev->early_cut_in);
        cq_json_put_bool(w, "restart", ev->restart);
        cq_json_put_number(w, "cost_s", ev->cost_s, DECIMALS);
        cq_json_put_number(w, "value", ev->value, DECIMALS);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
}

static void put_value(struct cq_json_writer *w, const char *name, struct cq_value v)
{
    if (v.reason == CQ_HAS_VALUE)
        cq_json_put_number(w, name, v.v, 9);
    else
        cq_json_put_number(w, name, NAN, 0);
}

static void put_metrics(struct cq_json_writer *w, const struct cq_metrics *m)
{
    cq_json_key(w, "metrics");
    cq_json_open_object(w);
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        put_value(w, cq_call_metric_info((enum cq_call_metric)i)->name, m->call[i]);
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        cq_json_key(w, cq_party_name((enum cq_party)p));
        cq_json_open_object(w);
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            put_value(w, cq_party_metric_info((enum cq_party_metric)i)->name, m->party[p][i]);
        cq_json_close_object(w);
    }
    cq_json_put_string(w, "closing_by", cq_party_name(m->closing_by));
    cq_json_close_object(w);
}

static int answer(const struct cq_activity *activity)
{
    const struct cq_talk_opts opts = CQ_TALK_OPTS_INIT;
    const struct cq_recording rec = {.channels = 2, .channel_of = {0, 1}};
    struct cq_talk talk = {0};
    struct cq_metrics metrics;
    struct cq_str out = {0};
    struct cq_json_writer w;

    int err = cq_talk_derive(activity, &opts, &talk);
    if (!err)
        err = cq_metrics_compute(&talk, &rec, activity, &metrics);
    if (err)
        goto out;

    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    put_segments(&w, "segments", &talk.segments);
    put_segments(&w, "turns", &talk.turns);
    put_transitions(&w, &talk.transitions);
    put_events(&w, &talk.events);
    put_metrics(&w, &metrics);
    cq_json_close_object(&w);
    err = out.failed ? -ENOMEM : puts(out.s) < 0 ? -EIO : 0;

out:
    cq_talk_done(&talk);
    cq_str_done(&out);
    return err;
}

static int add_span(struct cq_activity *activity, const char *word, const char *start, const char *end)
{
    struct cq_activity_span s = {.party = CQ_NOBODY, .confidence = 1};
    if (!strcmp(word, "hold"))
        s.sound = CQ_SOUND_HOLD;
    else
        s.party = !strcmp(word, "agent") ? CQ_AGENT : CQ_CUSTOMER;
    if (cq_number_parse(start, strlen(start), &s.at.start_s) || cq_number_parse(end, strlen(end), &s.at.end_s))
        return -EINVAL;
    return cq_activity_add(activity, &s);
}

int main(void)
{
    struct cq_activity activity = {.answer_s = NAN};
    char line[256];
    int err = 0;

    while (!err && fgets(line, sizeof line, stdin)) {
        char word[16] = "", a[64] = "", b[64] = "";
        int n = sscanf(line, "%15s %63s %63s", word, a, b);
        if (n == 2 && !strcmp(word, "call")) {
            cq_activity_done(&activity);
            activity.answer_s = NAN;
            activity.crosstalk_db[CQ_AGENT] = activity.crosstalk_db[CQ_CUSTOMER] = NAN;
            err = cq_number_parse(a, strlen(a), &activity.duration_s);
        } else if (n == 3) {
            err = add_span(&activity, word, a, b);
        } else if (n == 1 && !strcmp(word, "end")) {
            err = answer(&activity);
        } else {
            err = -EINVAL;
        }
    }
    cq_activity_done(&activity);
    if (err)
        fprintf(stderr, "talk_probe: error %d at: %s", err, line);
    return err ? 1 : 0;
}
