/* Rubric files: anything is read or refused, and a form that was read can be shown and scored with. */
#include "rubric/describe.h"
#include "rubric/edit.h"
#include "rubric/model.h"
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>

/* Measures of every size, the same for the same form. */
static void fill(struct cq_metrics *m, size_t seed)
{
    static const double values[] = {0, 1, 0.1, 3, 60, 1e9, -5};
    for (size_t i = 0; i < CQ_N_CALL_METRICS; i++)
        m->call[i] =
            (struct cq_value){values[(i + seed) % 7], (i + seed) % 11 ? CQ_HAS_VALUE : CQ_NULL_TOO_LITTLE};
    for (size_t p = 0; p < CQ_N_PARTIES; p++) {
        for (size_t i = 0; i < CQ_N_PARTY_METRICS; i++)
            m->party[p][i] = (struct cq_value){values[(i + p + seed) % 7], CQ_HAS_VALUE};
    }
    m->closing_by = CQ_AGENT;
}

static void score(const struct cq_rubric *r, size_t seed)
{
    struct cq_metrics m;
    struct cq_segment greeting = {CQ_AGENT, {2, 3}};
    struct cq_event events[] = {
        {.type = CQ_EVENT_INTERRUPTION, .by = CQ_AGENT, .at = {5, 7}, .early_cut_in = true, .restart = true},
        {.type = CQ_EVENT_DEAD_AIR, .by = CQ_NOBODY, .at = {10, 16}},
    };
    struct cq_talk talk = {.answer_s = NAN, .segments = {&greeting, 1, 1}, .events = {events, 2, 2}};
    struct cq_scorecard card = {0};
    fill(&m, seed);
    if (cq_rubric_score(r, &m, &talk, seed % 2, &card) == 0) {
        for (size_t i = 0; i < card.n_items; i++) {
            double s = card.items[i].score;
            if (card.items[i].state == CQ_ITEM_SCORED &&
                !(s >= r->scale_min - 1e-6 && s <= r->scale_max + 1e-6))
                abort();
        }
    }
    cq_scorecard_done(&card);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cq_rubric *r = NULL;
    struct cq_error err = {0};
    if (cq_rubric_parse("fuzz", (const char *)data, size, &err, &r))
        return 0;
    struct cq_str text = {0};
    cq_rubric_describe(r, "zh-TW", &text);
    cq_rubric_write(r, "other", "2", &text);
    cq_rubric_diff(r, r, &text);
    cq_str_done(&text);
    for (size_t seed = 0; seed < 8; seed++)
        score(r, seed);
    cq_rubric_free(r);
    return 0;
}
