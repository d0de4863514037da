#include "base/path.h"
#include "base/str.h"
#include "rubric/model.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * Random measures, sane and mad ones, through every form that is shipped: scores stay on the scale, totals
 * between the smallest and the largest subtotal, coverage is what the weights say, and a better measure never
 * makes a score worse.
 */
#define ROUNDS 2000

static const char *const forms[] = {"skills-form", "professional-skills", "training-standard",
                                    "service-quality", "script-standard"};
#define N_FORMS (sizeof forms / sizeof *forms)

static uint64_t seed = 20240607;

static double random01(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

static struct cq_rubric *load(const char *id)
{
    char *path = cq_str_format("%s/rubrics/%s.json", CQ_MODELS, id), *text = NULL;
    size_t n = 0;
    struct cq_rubric *r = NULL;
    assert_non_null(path);
    assert_int_equal(cq_path_read(path, CQ_JSON_MAX_BYTES, &text, &n), 0);
    assert_int_equal(cq_rubric_parse(path, text, n, NULL, &r), 0);
    free(text);
    free(path);
    return r;
}

static struct cq_value random_value(void)
{
    if (random01() < 0.15)
        return (struct cq_value){0, CQ_NULL_TOO_LITTLE};
    double v = pow(10, random01() * 5 - 2.5);
    if (random01() < 0.1)
        v = 0;
    if (random01() < 0.1)
        v = -v;
    if (random01() < 0.01)
        v = 1e308;
    return (struct cq_value){v, CQ_HAS_VALUE};
}

static void random_metrics(struct cq_metrics *m)
{
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        m->call[i] = random_value();
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            m->party[p][i] = random_value();
    }
    m->closing_by = (enum cq_party)(random01() * 3);
}

static void random_events(struct cq_talk *talk)
{
    talk->answer_s = random01() < 0.5 ? NAN : random01() * 20;
    int n = (int)(random01() * 120);
    for (int i = 0; i < n; i++) {
        double start = random01() * 300;
        struct cq_event e = {.type = (enum cq_event_type)(random01() * CQ_N_EVENT_TYPES),
                             .by = (enum cq_party)(random01() * 3),
                             .at = {start, start + random01() * 10},
                             .early_cut_in = random01() < 0.5,
                             .restart = random01() < 0.5};
        assert_int_equal(cq_talk_add_event(talk, &e), 0);
    }
    cq_talk_sort_events(talk);
}

static void check_item(const struct cq_rubric *r, const struct cq_item_score *item)
{
    if (item->state == CQ_ITEM_SCORED || item->state == CQ_ITEM_PROPOSED)
        assert_true(item->score >= r->scale_min - 1e-9 && item->score <= r->scale_max + 1e-9);
    assert_true((item->state == CQ_ITEM_SCORED) <= (item->judged == CQ_JUDGED_AUTO));
    assert_true((item->state == CQ_ITEM_PROPOSED) <= (item->judged == CQ_JUDGED_ASSIST));
    assert_true(item->n_evidence <= CQ_RUBRIC_MAX_EVIDENCE);
    for (size_t i = 0; i < item->n_indicators; i++) {
        assert_true(item->indicators[i].applies == !item->indicators[i].note);
        if (item->indicators[i].applies)
            assert_true(item->indicators[i].points >= r->scale_min &&
                        item->indicators[i].points <= r->scale_max);
    }
    for (size_t i = 1; i < item->n_evidence; i++)
        assert_true(item->evidence[i - 1].at.start_s <= item->evidence[i].at.start_s);
}

static void check_card(const struct cq_rubric *r, const struct cq_scorecard *card)
{
    double low = INFINITY, high = -INFINITY, covered = 0;
    for (size_t i = 0; i < card->n_items; i++) {
        check_item(r, &card->items[i]);
        if (card->items[i].state == CQ_ITEM_SCORED)
            covered += card->items[i].weight * r->sections[r->items[i].section].weight;
    }
    for (size_t i = 0; i < card->n_sections; i++) {
        if (!card->sections[i].has_score)
            continue;
        low = fmin(low, card->sections[i].score);
        high = fmax(high, card->sections[i].score);
    }
    assert_true(card->has_total == isfinite(low));
    if (card->has_total)
        assert_true(card->total >= low - 1e-9 && card->total <= high + 1e-9);
    assert_float_equal(card->coverage, covered, 1e-9);
    for (size_t i = 0; i < card->n_flags; i++)
        assert_true(isfinite(card->flags[i].value));
}

static void test_any_call(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_FORMS; k++) {
        struct cq_rubric *r = load(forms[k]);
        for (int i = 0; i < ROUNDS; i++) {
            struct cq_metrics m;
            struct cq_talk talk = {0};
            struct cq_scorecard card = {0};
            random_metrics(&m);
            random_events(&talk);
            assert_int_equal(cq_rubric_score(r, &m, &talk, random01() < 0.3, &card), 0);
            check_card(r, &card);
            cq_scorecard_done(&card);
            cq_talk_done(&talk);
        }
        cq_rubric_free(r);
    }
}

/* Points of every shipped indicator at 1000 values: never off the scale, and in the direction `best` names. */
static void test_shipped_curves(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_FORMS; k++) {
        struct cq_rubric *r = load(forms[k]);
        for (size_t i = 0; i < r->n_items; i++) {
            for (size_t j = 0; j < r->items[i].n_indicators; j++) {
                const struct cq_indicator *ind = &r->items[i].indicators[j];
                double lo = ind->curve.v[0].x, hi = ind->curve.v[ind->curve.n - 1].x, before = NAN;
                for (int s = -10; s <= 1010; s++) {
                    double p = cq_curve_points(&ind->curve, lo + (hi - lo) * s / 1000);
                    assert_true(p >= r->scale_min && p <= r->scale_max);
                    if (ind->best == CQ_BEST_LOW)
                        assert_false(p > before + 1e-12);
                    if (ind->best == CQ_BEST_HIGH)
                        assert_false(p < before - 1e-12);
                    before = p;
                }
            }
        }
        cq_rubric_free(r);
    }
}

/* The same measures give the same card, bit for bit. */
static void test_scoring_is_repeatable(void **state)
{
    (void)state;
    struct cq_rubric *r = load("skills-form");
    struct cq_metrics m;
    struct cq_talk talk = {0};
    struct cq_scorecard a = {0}, b = {0};
    random_metrics(&m);
    random_events(&talk);
    assert_int_equal(cq_rubric_score(r, &m, &talk, false, &a), 0);
    assert_int_equal(cq_rubric_score(r, &m, &talk, false, &b), 0);
    assert_memory_equal(&a.total, &b.total, sizeof a.total);
    assert_int_equal(a.n_flags, b.n_flags);
    for (size_t i = 0; i < a.n_items; i++) {
        assert_memory_equal(&a.items[i].score, &b.items[i].score, sizeof a.items[i].score);
        assert_int_equal(a.items[i].n_evidence, b.items[i].n_evidence);
    }
    cq_scorecard_done(&a);
    cq_scorecard_done(&b);
    cq_talk_done(&talk);
    cq_rubric_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_call),
        cmocka_unit_test(test_shipped_curves),
        cmocka_unit_test(test_scoring_is_repeatable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
