/* Unit tests of src/pipeline/judge.c: what can't be judged, and why. */
#include "pipeline/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *what;
    int n_channels;
    bool silent[2];
    bool swapped_layout; /* the agent is on channel 1 */
    bool fake_stereo;
    double identical_ratio;
    double speech_s;
    const char *reason; /* part of it; NULL: can be judged */
};

static const struct row rows[] = {
    {"a usual call", 2, {false, false}, false, false, 0.01, 60, NULL},
    {"exactly enough speech", 2, {false, false}, false, false, 0, 5, NULL},
    {"a mixed call", 1, {false, false}, false, false, 0, 60, NULL},
    {"customer missing", 2, {false, true}, false, false, 0, 60, "channel 1 (customer) is silent"},
    {"agent missing", 2, {true, false}, false, false, 0, 60, "channel 0 (agent) is silent"},
    {"agent missing, agent right", 2, {false, true}, true, false, 0, 60, "channel 1 (agent) is silent"},
    {"nothing recorded", 2, {true, true}, false, false, 0, 0, "both channels are silent"},
    {"mixed and silent", 1, {true, false}, false, false, 0, 0, "the recording is silent"},
    {"the same twice", 2, {false, false}, false, true, 0, 60, "both channels carry the same sound"},
    {"nearly the same twice", 2, {false, false}, false, false, 0.97, 60, "both channels carry the same sound"},
    {"noise only", 2, {false, false}, false, false, 0, 0, "no speech was found"},
    {"too short", 2, {false, false}, false, false, 0, 4.9, "only 4.9 s of speech"},
};

static void each_case_is_told(void **state)
{
    (void)state;
    const struct cq_judge_opts opts = CQ_JUDGE_OPTS_INIT;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        struct cq_recording rec = {.channels = r->n_channels,
                                   .channel_of = {r->swapped_layout, !r->swapped_layout}};
        rec.health.channel[0].silent = r->silent[0];
        rec.health.channel[1].silent = r->silent[1];
        rec.health.fake_stereo = r->fake_stereo;
        rec.health.identical_ratio = r->identical_ratio;
        struct cq_segment seg[] = {{CQ_AGENT, {0, r->speech_s / 2}},
                                   {CQ_CUSTOMER, {r->speech_s / 2, r->speech_s}}};
        struct cq_talk talk = {.segments = {.v = seg, .n = r->speech_s > 0 ? 2 : 0}};
        char *reason = NULL;
        assert_int_equal(cq_judge(&opts, &rec, &talk, r->n_channels, &reason), 0);
        if (!r->reason && reason)
            fail_msg("%s: judged away: %s", r->what, reason);
        if (r->reason && (!reason || !strstr(reason, r->reason)))
            fail_msg("%s: expected \"%s\", got \"%s\"", r->what, r->reason, reason ? reason : "(none)");
        free(reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_case_is_told)};
    return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
