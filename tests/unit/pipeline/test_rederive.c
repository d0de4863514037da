/* test-rederive SAMPLES - other thresholds without the audio give what an analysis of the audio gives. */
#include "base/path.h"
#include "base/str.h"
#include "config/config.h"
#include "pipeline/pipeline.h"
#include "pipeline/rederive.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *samples;
static const char *const calls[] = {"cuts-in-zh.flac", "dead-air-en.flac", "hold-en.flac", "mono-zh.flac",
                                    "talks-over-zh.flac"};
#define N_CALLS (sizeof calls / sizeof *calls)

static void analyse(const char *name, const struct cq_config *config, struct cq_analysis *ret)
{
    struct cq_error err = {0};
    char *path = cq_path_join(samples, name);
    assert_non_null(path);
    if (cq_pipeline_analyze(path, config, NULL, NULL, NULL, &err, NULL, ret))
        fail_msg("%s: %s", path, err.what);
    free(path);
}

static bool near(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < 0.0011;
}

static void same_span(struct cq_span a, struct cq_span b)
{
    assert_true(near(a.start_s, b.start_s) && near(a.end_s, b.end_s));
}

static void same_talk(const struct cq_talk *a, const struct cq_talk *b)
{
    assert_int_equal(a->segments.n, b->segments.n);
    for (size_t i = 0; i < a->segments.n; i++)
        same_span(a->segments.v[i].at, b->segments.v[i].at);
    assert_int_equal(a->turns.n, b->turns.n);
    for (size_t i = 0; i < a->turns.n; i++) {
        assert_int_equal(a->turns.v[i].party, b->turns.v[i].party);
        same_span(a->turns.v[i].at, b->turns.v[i].at);
    }
    assert_int_equal(a->transitions.n, b->transitions.n);
    for (size_t i = 0; i < a->transitions.n; i++)
        assert_true(near(a->transitions.v[i].fto_s, b->transitions.v[i].fto_s));
    assert_int_equal(a->talk_over.n, b->talk_over.n);
    assert_int_equal(a->holds.n, b->holds.n);
    assert_int_equal(a->events.n, b->events.n);
    for (size_t i = 0; i < a->events.n; i++) {
        const struct cq_event *x = &a->events.v[i], *y = &b->events.v[i];
        assert_true(x->type == y->type && x->by == y->by && x->outcome == y->outcome && x->tone == y->tone &&
                    x->digit == y->digit && x->early_cut_in == y->early_cut_in && x->restart == y->restart);
        same_span(x->at, y->at);
        assert_true(near(x->cost_s, y->cost_s) && near(x->overlap_s, y->overlap_s) && near(x->value, y->value));
    }
}

static void same_metrics(const struct cq_metrics *a, const struct cq_metrics *b)
{
    assert_int_equal(a->closing_by, b->closing_by);
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        assert_true(a->call[i].reason == b->call[i].reason && near(a->call[i].v, b->call[i].v));
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            if (a->party[p][i].reason != b->party[p][i].reason || !near(a->party[p][i].v, b->party[p][i].v))
                fail_msg("%s: %g, not %g", cq_party_metric_info((enum cq_party_metric)i)->name,
                         b->party[p][i].v, a->party[p][i].v);
    }
}

static void test_same_settings(void **state)
{
    struct cq_config config = CQ_CONFIG_INIT, was;
    (void)state;
    for (size_t i = 0; i < N_CALLS; i++) {
        struct cq_analysis a, b;
        analyse(calls[i], &config, &a);
        assert_int_equal(cq_rederive_config(&a, &was), 0);
        assert_memory_equal(&was.talk, &config.talk, sizeof was.talk);
        assert_int_equal(cq_rederive(&a, &was, NULL, &b), 0);
        same_talk(&a.talk, &b.talk);
        same_metrics(&a.metrics, &b.metrics);
        assert_true(!b.unscorable && !b.reason);
        cq_analysis_done(&a);
        cq_analysis_done(&b);
    }
}

/* All but talk.talk_over_min_s, min_pause_s and min_talkspurt_s: what counts as speech of one party alone is
 * also what pitch and rate are measured on, and those stay as they were. */
static void test_other_thresholds(void **state)
{
    struct cq_config config = CQ_CONFIG_INIT, other = CQ_CONFIG_INIT;
    size_t n_differ = 0;
    (void)state;
    other.talk.dead_air_s = 2;
    other.talk.interruption_min_s = 0.4;
    other.talk.terminal_s = 0.1;
    other.talk.early_cut_in_s = 2;
    other.talk.restart_s = 2;
    other.talk.long_response_s = 1;
    other.talk.monologue_s = 8;
    other.talk.utterance_pause_s = 0.8;
    for (size_t i = 0; i < N_CALLS; i++) {
        struct cq_analysis stored, fresh, made;
        analyse(calls[i], &config, &stored);
        analyse(calls[i], &other, &fresh);
        assert_int_equal(cq_rederive(&stored, &other, NULL, &made), 0);
        same_talk(&fresh.talk, &made.talk);
        same_metrics(&fresh.metrics, &made.metrics);
        n_differ += made.talk.events.n != stored.talk.events.n;
        cq_analysis_done(&stored);
        cq_analysis_done(&fresh);
        cq_analysis_done(&made);
    }
    assert_true(n_differ >= 3);
}

static void test_limits(void **state)
{
    struct cq_config config = CQ_CONFIG_INIT, other = CQ_CONFIG_INIT;
    struct cq_error err = {0};
    struct cq_analysis a, b;
    (void)state;
    analyse(calls[0], &config, &a);
    other.talk.min_pause_s = 0.1;
    assert_int_equal(cq_rederive(&a, &other, &err, &b), -ENOTSUP);
    assert_non_null(strstr(err.what, "talk.min_pause_s below 0.2"));
    other.talk.min_pause_s = 0.4; /* joins what is stored */
    assert_int_equal(cq_rederive(&a, &other, &err, &b), 0);
    assert_true(b.talk.segments.n < a.talk.segments.n);
    cq_analysis_done(&b);
    other.judge.min_speech_s = 600;
    assert_int_equal(cq_rederive(&a, &other, &err, &b), 0);
    assert_true(b.unscorable && strstr(b.reason, "600.0 s are needed"));
    assert_int_equal(b.metrics.call[CQ_M_DEAD_AIR].reason, CQ_NULL_UNSCORABLE);
    cq_analysis_done(&b);
    free(a.config_json);
    a.config_json = cq_str_dup("{\"talk\": {\"min_pause_s\": 0.5}}"); /* of an older version: little is told */
    assert_int_equal(cq_rederive_config(&a, &other), 0);
    assert_true(other.talk.min_pause_s == 0.5 && other.talk.dead_air_s == config.talk.dead_air_s);
    a.config_json[0] = 'x';
    assert_int_not_equal(cq_rederive_config(&a, &other), 0);
    cq_analysis_done(&a);
    assert_true(cq_rederive_can(cq_config_find("talk.dead_air_s")));
    assert_true(cq_rederive_can(cq_config_find("judge.min_speech_s")));
    assert_false(cq_rederive_can(cq_config_find("prosody.raised_db")));
    assert_false(cq_rederive_can(cq_config_find("activity.hold_min_s")));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_settings),
        cmocka_unit_test(test_other_thresholds),
        cmocka_unit_test(test_limits),
    };
    samples = argc > 1 ? argv[1] : "data/samples";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
