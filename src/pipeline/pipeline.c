#include "pipeline/pipeline.h"

#include "activity/detector.h"
#include "activity/hold.h"
#include "activity/mono_agent.h"
#include "audio/pcm.h"
#include "audio/peaks.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "config/config.h"
#include "cq-config.h"
#include "metrics/metrics.h"
#include "metrics/prosody.h"
#include "pipeline/judge.h"
#include "talk/talk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Samples a channel that go through a stage at once: half a second, a few tens of kilobytes. */
#define BLOCK_SAMPLES 4096
#define RUBRIC_MAX_BYTES (1u << 20)

/* What one analysis holds on to between its stages. */
struct run {
    const struct cq_config *config;
    const struct cq_call_info *info; /* may be NULL */
    const atomic_bool *stop;
    struct cq_error *err;
    struct cq_pcm *pcm;
    struct cq_analysis *a;
};

typedef int (*feed_fn)(void *stage, const float *const pcm[], int n);

/* Read the whole recording once, block by block, into a stage. */
static int feed(struct run *run, feed_fn stage_process, void *stage)
{
    float block[CQ_MAX_CHANNELS][BLOCK_SAMPLES];
    float *const out[CQ_MAX_CHANNELS] = {block[0], block[1]};
    const float *const in[CQ_MAX_CHANNELS] = {block[0], block[1]};
    int64_t n_frames = cq_pcm_frames(run->pcm);

    for (int64_t at = 0; at < n_frames;) {
        int n = 0;
        if (run->stop && atomic_load(run->stop))
            return cq_error_set(run->err, -ECANCELED, run->a->recording.path, 0,
                                "stopped before it was finished");
        int err = cq_pcm_read(run->pcm, at, BLOCK_SAMPLES, out, &n);
        if (err)
            return cq_error_set(run->err, err, run->a->recording.path, 0,
                                "decoded audio could not be read back (%s); check the temporary folder",
                                cq_error_name(err));
        if (n <= 0)
            break;
        err = stage_process(stage, in, n);
        if (err)
            return cq_error_set(run->err, err, run->a->recording.path, 0, "analysis failed: %s",
                                cq_error_name(err));
        at += n;
    }
    return 0;
}

static int feed_scan(void *stage, const float *const pcm[], int n)
{
    return cq_detector_scan(stage, pcm, n);
}

static int feed_process(void *stage, const float *const pcm[], int n)
{
    return cq_detector_process(stage, pcm, n);
}

/* The last pass: how the parties speak, and the shape of the sound on the way. */
struct last_pass {
    struct cq_prosody *prosody;
    struct cq_peak_meter peaks;
};

static int feed_last(void *stage, const float *const pcm[], int n)
{
    struct last_pass *last = stage;
    cq_peak_meter_process(&last->peaks, pcm, n);
    return cq_prosody_process(last->prosody, pcm, n);
}

/* Of two voices in one channel, which is the agent depends on who called whom; the detectors don't know. */
static int name_parties(const struct run *run)
{
    const struct cq_activity_opts *opts = &run->config->activity;
    if (!run->a->activity.diarized || !run->info || !run->info->direction ||
        strcmp(opts->detector, "neural") != 0)
        return 0;
    return cq_mono_agent_name(&run->a->activity, opts->mono_agent_rule, run->info->direction);
}

static int run_activity(struct run *run)
{
    struct cq_analysis *a = run->a;
    struct cq_detector *d = NULL;
    int err = cq_detector_new(&run->config->activity, cq_pcm_channels(run->pcm), run->err, &d);
    if (err)
        goto out;
    if (d->ops->scan)
        err = feed(run, feed_scan, d);
    if (!err)
        err = feed(run, feed_process, d);
    if (!err)
        err = cq_detector_flush(d, &a->activity);
    if (!err)
        err = name_parties(run);
    if (err)
        goto out;

    a->activity.duration_s = a->recording.duration_s;
    a->diarized = a->activity.diarized;
    a->detector = cq_str_dup(a->activity.detector);
    for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES; p++) {
        a->recording.health.leak_db[p] = a->activity.crosstalk_db[p];
        a->recording.health.leak_delay_ms[p] = a->activity.leak_delay_ms[p];
    }
    a->recording.health.swapped_suspect = cq_activity_channels_swapped(&a->activity, NULL);
    if (!a->detector)
        err = -ENOMEM;
out:
    cq_detector_free(d);
    return err;
}

/* Clipping and dropouts that the decoder saw become events of the party whose channel it is. */
static int add_faults(struct cq_analysis *a)
{
    const struct cq_health *h = &a->recording.health;
    for (size_t i = 0; i < h->n_faults; i++) {
        struct cq_event e = {.by = CQ_NOBODY, .at = h->faults[i].at};
        switch (h->faults[i].kind) {
        case CQ_FAULT_CLIPPING:
            e.type = CQ_EVENT_CLIPPING;
            break;
        case CQ_FAULT_DROPOUT:
            e.type = CQ_EVENT_DROPOUT;
            break;
        }
        for (enum cq_party p = CQ_AGENT; p < CQ_N_PARTIES && !a->diarized; p++) {
            if (cq_recording_health_index(&a->recording, p) == h->faults[i].channel)
                e.by = p;
        }
        int err = cq_talk_add_event(&a->talk, &e);
        if (err)
            return err;
    }
    return 0;
}

static int run_prosody(struct run *run)
{
    struct cq_analysis *a = run->a;
    struct last_pass last = {0};
    int err = cq_prosody_new(&run->config->prosody, cq_pcm_channels(run->pcm), &a->talk, &last.prosody);
    if (!err)
        err = cq_peak_meter_init(&last.peaks, cq_pcm_channels(run->pcm), cq_pcm_frames(run->pcm));
    if (!err)
        err = feed(run, feed_last, &last);
    if (!err)
        err = cq_prosody_flush(last.prosody, &a->talk, &a->metrics);
    if (!err)
        a->peaks = cq_peak_meter_take(&last.peaks);
    cq_peak_meter_done(&last.peaks);
    cq_prosody_free(last.prosody);
    return err;
}

static int stamp(struct run *run, const struct cq_call_info *info)
{
    struct cq_analysis *a = run->a;
    a->program_version = cq_str_dup(CQ_VERSION);
    a->config_json = cq_config_to_json(run->config);
    if (!a->program_version || !a->config_json)
        return -ENOMEM;
    if (!info)
        return 0;
    int err = cq_str_set(&a->info.agent, info->agent);
    err = err ? err : cq_str_set(&a->info.customer, info->customer);
    err = err ? err : cq_str_set(&a->info.queue, info->queue);
    err = err ? err : cq_str_set(&a->info.department, info->department);
    err = err ? err : cq_str_set(&a->info.direction, info->direction);
    err = err ? err : cq_str_set(&a->info.external_id, info->external_id);
    return err ? err : cq_str_set(&a->info.started_at, info->started_at);
}

/* Seconds since *mark, which moves on to now. */
static double lap(double *mark)
{
    double now = cq_time_monotonic_s(), took = now - *mark;
    *mark = now;
    return took;
}

static int run_stages(struct run *run, const char *path, const char *sha256, const struct cq_rubric *rubric,
                      struct cq_timing *t)
{
    struct cq_analysis *a = run->a;
    char hash[CQ_HASH_HEX];
    double mark = cq_time_monotonic_s();

    int err = 0;
    if (sha256)
        snprintf(hash, sizeof hash, "%s", sha256);
    else
        err = cq_hash_file(path, hash);
    if (err)
        return cq_error_set(run->err, err, path, 0, "cannot be read: %s", cq_error_name(err));
    t->hash_s = lap(&mark);

    err = cq_pcm_open(path, &run->config->audio, run->stop, run->err, &a->recording, &run->pcm);
    if (err)
        return err;
    memcpy(a->recording.sha256, hash, sizeof hash);
    t->decode_s = lap(&mark);

    err = run_activity(run);
    t->activity_s = lap(&mark);
    if (!err)
        err = cq_talk_derive(&a->activity, &run->config->talk, &a->talk);
    if (!err)
        err = add_faults(a);
    if (err)
        return err;
    cq_metrics_compute(&a->talk, &a->recording, &a->activity, &a->metrics);
    t->talk_s = lap(&mark);

    err = run_prosody(run);
    if (err)
        return err;
    cq_talk_sort_events(&a->talk);
    t->prosody_s = lap(&mark);

    err = cq_judge(&run->config->judge, &a->recording, &a->talk, cq_pcm_channels(run->pcm), &a->reason);
    if (err)
        return err;
    a->unscorable = a->reason != NULL;
    if (a->unscorable)
        cq_judge_withhold(&a->metrics);
    err = rubric ? cq_rubric_score(rubric, &a->metrics, &a->talk, a->diarized, &a->scorecard) : 0;
    t->score_s = lap(&mark);
    return err;
}

int cq_pipeline_analyze(const char *path, const struct cq_config *config, const struct cq_rubric *rubric,
                        const struct cq_call_info *info, const atomic_bool *stop, struct cq_error *err,
                        struct cq_timing *timing, struct cq_analysis *ret)
{
    return cq_pipeline_analyze_hashed(path, NULL, config, rubric, info, stop, err, timing, ret);
}

int cq_pipeline_analyze_hashed(const char *path, const char *sha256, const struct cq_config *config,
                               const struct cq_rubric *rubric, const struct cq_call_info *info,
                               const atomic_bool *stop, struct cq_error *err, struct cq_timing *timing,
                               struct cq_analysis *ret)
{
    struct cq_analysis a = {0};
    struct cq_timing t = {0};
    struct cq_error told = {0};
    struct run run = {.config = config, .info = info, .stop = stop, .err = &told, .a = &a};
    double begun_s = cq_time_monotonic_s();

    int status = run_stages(&run, path, sha256, rubric, &t);
    if (!status)
        status = stamp(&run, info);
    cq_pcm_free(run.pcm);
    t.total_s = cq_time_monotonic_s() - begun_s;
    if (status) {
        if (!told.what[0])
            cq_error_set(&told, status, path, 0, "analysis failed: %s", cq_error_name(status));
        if (err)
            *err = told;
        cq_analysis_done(&a);
        return status;
    }
    if (timing)
        *timing = t;
    *ret = a;
    return 0;
}

int cq_pipeline_load_rubric(const char *id_or_path, struct cq_error *err, struct cq_rubric **ret_rubric)
{
    char *path = NULL, *name = NULL, *text = NULL;
    size_t n = 0;
    int status = 0;

    if (strchr(id_or_path, '/') || !strcmp(cq_path_ext(id_or_path), "json")) {
        path = cq_str_dup(id_or_path);
    } else {
        name = cq_str_format("rubrics/%s.json", id_or_path);
        status = name ? cq_path_find_data(name, &path) : -ENOMEM;
    }
    if (!status && !path)
        status = -ENOMEM;
    if (!status)
        status = cq_path_read(path, RUBRIC_MAX_BYTES, &text, &n);
    if (status)
        cq_error_set(
            err, status, id_or_path, 0,
            "this rubric cannot be read (%s); give the path of a rubric file or the id of an installed one",
            cq_error_name(status));
    else
        status = cq_rubric_parse(path, text, n, err, ret_rubric);
    free(text);
    free(name);
    free(path);
    return status;
}
