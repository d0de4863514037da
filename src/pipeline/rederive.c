#include "pipeline/rederive.h"

#include "base/error.h"
#include "base/json.h"
#include "metrics/metrics.h"
#include "pipeline/judge.h"
#include "talk/talk.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define EPS_S 1e-9

bool cq_rederive_can(const struct cq_option *o)
{
    return cq_config_is_named(o, "talk") || cq_config_is_named(o, "judge");
}

int cq_rederive_config(const struct cq_analysis *from, struct cq_config *ret_config)
{
    struct cq_config config = CQ_CONFIG_INIT;
    struct cq_json_doc *doc = NULL;
    const char *text = from->config_json ? from->config_json : "{}";
    int r = cq_json_parse("config", text, strlen(text), NULL, &doc);
    if (r)
        return r;
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const struct cq_option *o = cq_config_option(i);
        char section[32];
        size_t n = strcspn(o->name, ".");
        if (!cq_rederive_can(o) || o->type != CQ_OPTION_DOUBLE || n >= sizeof section)
            continue;
        memcpy(section, o->name, n);
        section[n] = '\0';
        const struct cq_json *v = cq_json_get(cq_json_get(cq_json_root(doc), section), o->name + n + 1);
        if (v && v->type == CQ_JSON_NUMBER)
            memcpy((char *)&config + o->offset, &v->number, sizeof v->number);
    }
    cq_json_free(doc);
    *ret_config = config;
    return 0;
}

static int add_span(struct cq_activity *a, enum cq_sound sound, enum cq_party party, const struct cq_event *e,
                    struct cq_span at)
{
    struct cq_activity_span s = {.sound = sound, .party = party, .at = at};
    s.tone = e ? e->tone : CQ_TONE_NONE;
    s.digit = e ? e->digit : 0;
    return cq_activity_add(a, &s);
}

/* What the talk layer was given, from what it made of it. */
static int restore_activity(const struct cq_analysis *from, struct cq_activity *a)
{
    int r = 0;
    *a = (struct cq_activity){
        .duration_s = from->talk.duration_s, .answer_s = from->talk.answer_s, .diarized = from->diarized};
    for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++)
        a->crosstalk_db[p] = from->recording.health.leak_db[p];
    for (size_t i = 0; !r && i < from->talk.segments.n; i++)
        r = add_span(a, CQ_SOUND_SPEECH, from->talk.segments.v[i].party, NULL, from->talk.segments.v[i].at);
    for (size_t i = 0; !r && i < from->talk.holds.n; i++)
        r = add_span(a, CQ_SOUND_HOLD, CQ_NOBODY, NULL, from->talk.holds.v[i]);
    for (size_t i = 0; !r && i < from->talk.events.n; i++) {
        const struct cq_event *e = &from->talk.events.v[i];
        if (e->type == CQ_EVENT_TONE)
            r = add_span(a, CQ_SOUND_TONE, e->by, e, e->at);
        else if (e->type == CQ_EVENT_MUSIC)
            r = add_span(a, CQ_SOUND_MUSIC, e->by, e, e->at);
        else if (e->type == CQ_EVENT_ANNOUNCEMENT)
            r = add_span(a, CQ_SOUND_MACHINE, e->by, e, e->at);
    }
    if (!r)
        cq_activity_sort(a);
    return r;
}

/* Events that other stages than the talk layer found. */
static int keep_events(const struct cq_talk *from, struct cq_talk *to)
{
    for (size_t i = 0; i < from->events.n; i++) {
        const struct cq_event *e = &from->events.v[i];
        if (e->type != CQ_EVENT_RAISED_VOICE && e->type != CQ_EVENT_CLIPPING && e->type != CQ_EVENT_DROPOUT)
            continue;
        int r = cq_talk_add_event(to, e);
        if (r)
            return r;
    }
    cq_talk_sort_events(to);
    return 0;
}

/* Measures that only the audio gives. */
static void keep_measures(const struct cq_metrics *from, struct cq_metrics *to)
{
    static const enum cq_party_metric of_sound[] = {
        CQ_PM_SPEECH_RATE, CQ_PM_ARTICULATION_RATE, CQ_PM_PITCH_MEDIAN, CQ_PM_PITCH_SD,
        CQ_PM_LEVEL_ASL,   CQ_PM_LEVEL_SD,          CQ_PM_SNR,          CQ_PM_CLIPPING_RATIO,
        CQ_PM_CROSSTALK,   CQ_PM_RAISED_VOICE,      CQ_PM_LEVEL_TREND,  CQ_PM_PITCH_TREND,
    };
    for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++) {
        for (size_t i = 0; i < sizeof of_sound / sizeof *of_sound; i++)
            to->party[p][of_sound[i]] = from->party[p][of_sound[i]];
    }
}

static int check_downwards(const struct cq_analysis *from, const struct cq_config *config, struct cq_error *err)
{
    struct cq_config was;
    int r = cq_rederive_config(from, &was);
    if (r)
        return cq_error_set(err, r, NULL, 0, "the settings of its analysis cannot be read; analyse it again");
    const struct {
        const char *name;
        double was, now;
    } upwards[] = {
        {"talk.min_pause_s", was.talk.min_pause_s, config->talk.min_pause_s},
        {"talk.min_talkspurt_s", was.talk.min_talkspurt_s, config->talk.min_talkspurt_s},
    };
    for (size_t i = 0; i < sizeof upwards / sizeof *upwards; i++) {
        if (upwards[i].now < upwards[i].was - EPS_S)
            return cq_error_set(err, -ENOTSUP, NULL, 0,
                                "%s below %g, with which it was analysed, needs the audio; analyse it again",
                                upwards[i].name, upwards[i].was);
    }
    return 0;
}

int cq_rederive(const struct cq_analysis *from, const struct cq_config *config, struct cq_error *err,
                struct cq_analysis *ret)
{
    struct cq_analysis a = {.diarized = from->diarized};
    struct cq_activity activity = {0};
    int r = check_downwards(from, config, err);
    if (!r)
        r = restore_activity(from, &activity);
    if (!r)
        r = cq_talk_derive(&activity, &config->talk, &a.talk);
    if (!r)
        r = keep_events(&from->talk, &a.talk);
    if (!r)
        r = cq_metrics_compute(&a.talk, &from->recording, &activity, &a.metrics);
    if (!r) {
        keep_measures(&from->metrics, &a.metrics);
        r = cq_judge(&config->judge, &from->recording, &a.talk,
                     from->diarized || from->recording.channels < 2 ? 1 : 2, &a.reason);
    }
    a.unscorable = a.reason != NULL;
    if (a.unscorable)
        cq_judge_withhold(&a.metrics);
    cq_activity_done(&activity);
    if (r)
        cq_analysis_done(&a);
    else
        *ret = a;
    return r;
}
