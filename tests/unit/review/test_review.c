/* Reviews: every rule of review/review.h, on a stored call with a scorecard of the shipped default form. */
#include "review/review.h"

#include "base/path.h"
#include "base/str.h"
#include "callqa/json.h"
#include "store/audit.h"
#include "store/peaks.h"
#include "store/ranges.h"

#include "random_analysis.h"
#include "temp_db.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LISTENING 3.1

struct fixture {
    struct temp_db db;
    struct cq_store *s;
    struct cq_rubric *rubric;
    int64_t call;
    struct cq_error err;
};

static int teardown(void **state)
{
    struct fixture *f = *state;
    cq_store_close(f->s);
    cq_rubric_free(f->rubric);
    temp_db_done(&f->db);
    free(f);
    return 0;
}

/* A card of the form in which the machine scored listening and proposed emotional_control. */
static void make_card(const struct cq_rubric *rubric, struct cq_scorecard *card)
{
    struct cq_metrics metrics = {0};
    struct cq_talk talk = {0};
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        metrics.call[i].reason = CQ_NULL_TOO_LITTLE;
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            metrics.party[p][i].reason = CQ_NULL_TOO_LITTLE;
    }
    assert_int_equal(cq_rubric_score(rubric, &metrics, &talk, false, card), 0);
    for (size_t i = 0; i < card->n_items; i++) {
        struct cq_item_score *item = &card->items[i];
        if (!strcmp(item->id, "listening")) {
            item->state = CQ_ITEM_SCORED;
            item->score = LISTENING;
        } else if (!strcmp(item->id, "emotional_control")) {
            item->state = CQ_ITEM_PROPOSED;
            item->score = 2;
        }
    }
    cq_rubric_total(rubric, card);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct cq_analysis a;
    enum cq_saved saved;
    char *text = NULL;
    size_t n = 0;
    if (!f)
        return -1;
    *state = f;
    temp_db_init(&f->db);
    assert_int_equal(cq_path_read(RUBRICS "/skills-form.json", 1 << 20, &text, &n), 0);
    assert_int_equal(cq_rubric_parse("skills-form", text, n, NULL, &f->rubric), 0);
    free(text);
    assert_int_equal(cq_store_open(f->db.path, CQ_STORE_WRITE, NULL, &f->s), 0);
    random_analysis(7, &a);
    cq_scorecard_done(&a.scorecard);
    make_card(f->rubric, &a.scorecard);
    a.recording.duration_s = 100;
    assert_int_equal(cq_store_save(f->s, &a, false, NULL, &f->call, &saved), 0);
    cq_analysis_done(&a);
    return 0;
}

static int64_t start(struct fixture *f, const char *who, bool blind)
{
    struct cq_review_start how = {.call = f->call, .reviewer = who, .blind = blind, .rubric = f->rubric};
    int64_t id = 0;
    assert_int_equal(cq_review_start(f->s, &how, &f->err, &id), 0);
    assert_true(id > 0);
    return id;
}

static int set(struct fixture *f, int64_t id, const char *who, const char *item, double score,
               const char *reason)
{
    struct cq_review_mark mark = {.item = item, .mark = CQ_MARK_SCORE, .score = score, .reason = reason};
    memset(&f->err, 0, sizeof f->err);
    return cq_review_set(f->s, id, who, &mark, &f->err);
}

static struct cq_review load(struct fixture *f, int64_t id)
{
    struct cq_review v;
    assert_int_equal(cq_reviews_load(f->s, id, NULL, &v), 0);
    return v;
}

static int64_t audit_entries(struct fixture *f)
{
    struct cq_audit_state st;
    assert_int_equal(cq_audit_verify(f->s, NULL, NULL, &st), 0);
    assert_int_equal(st.bad, 0);
    return st.n;
}

static void test_start(void **state)
{
    struct fixture *f = *state;
    struct cq_review_start how = {.call = f->call, .reviewer = "li"};
    int64_t id = start(f, "li", false), other = 0;
    assert_int_equal(cq_review_start(f->s, &how, &f->err, &other),
                     -EEXIST); /* the current card's form is this one */
    how.reviewer = " ";
    assert_int_equal(cq_review_start(f->s, &how, &f->err, &other), -EINVAL);
    how = (struct cq_review_start){.call = f->call + 1, .reviewer = "li"};
    assert_int_equal(cq_review_start(f->s, &how, &f->err, &other), -ENOENT);
    start(f, "wang", false);
    struct cq_review v = load(f, id);
    assert_int_equal(v.state, CQ_REVIEW_DRAFT);
    assert_string_equal(v.rubric, "skills-form");
    struct cq_review_item *item = cq_review_item_of(&v, "listening");
    assert_int_equal(item->machine_state, CQ_ITEM_SCORED);
    assert_float_equal(item->machine_score, LISTENING, 1e-9);
    assert_int_equal(item->mark, CQ_MARK_NONE);
    cq_review_done(&v);
    assert_int_equal(audit_entries(f), 2); /* refused starts leave nothing */
}

static void test_set(void **state)
{
    struct fixture *f = *state;
    int64_t id = start(f, "li", false);
    assert_int_equal(set(f, id, "li", "empathy", 4.5, NULL), 0);
    assert_int_equal(set(f, id, "wang", "empathy", 4, NULL), -EPERM);
    assert_int_equal(set(f, id, "li", "no_such", 4, NULL), -ENOENT);
    assert_int_equal(set(f, id, "li", "empathy", 5.5, NULL), -EINVAL);
    assert_int_equal(set(f, id, "li", "empathy", 0.5, NULL), -EINVAL);
    assert_int_equal(set(f, id, "li", "empathy", 3.7, NULL), -EINVAL);
    assert_int_equal(set(f, id, "li", "empathy", (double)NAN, NULL), -EINVAL);
    assert_int_equal(set(f, id + 9, "li", "empathy", 4, NULL), -ENOENT);
    struct cq_review_mark mark = {.item = "empathy",
                                  .mark = CQ_MARK_SCORE,
                                  .score = 3,
                                  .remark = "warm",
                                  .has_clip = true,
                                  .clip = {10, 20}};
    assert_int_equal(cq_review_set(f->s, id, "li", &mark, &f->err), 0);
    mark.clip = (struct cq_span){20, 20};
    assert_int_equal(cq_review_set(f->s, id, "li", &mark, &f->err), -EINVAL);
    mark.clip = (struct cq_span){90, 101};
    assert_int_equal(cq_review_set(f->s, id, "li", &mark, &f->err), -EINVAL);
    struct cq_review v = load(f, id);
    struct cq_review_item *item = cq_review_item_of(&v, "empathy");
    assert_float_equal(item->score, 3, 0);
    assert_string_equal(item->remark, "warm");
    assert_true(item->has_clip);
    assert_float_equal(item->clip.end_s, 20, 0);
    cq_review_done(&v);
    mark = (struct cq_review_mark){.item = "empathy", .mark = CQ_MARK_NONE};
    assert_int_equal(cq_review_set(f->s, id, "li", &mark, &f->err), 0);
    assert_int_equal(audit_entries(f), 4);
}

static void test_override_needs_a_reason(void **state)
{
    struct fixture *f = *state;
    int64_t id = start(f, "li", false), blind = start(f, "wang", true);
    struct cq_review_mark na = {.item = "listening", .mark = CQ_MARK_NOT_APPLICABLE};
    assert_int_equal(set(f, id, "li", "listening", 4, NULL), -EINVAL);
    assert_non_null(strstr(f->err.what, "reason"));
    assert_int_equal(set(f, id, "li", "listening", 4, "  "), -EINVAL);
    assert_int_equal(cq_review_set(f->s, id, "li", &na, &f->err), -EINVAL);
    assert_int_equal(set(f, id, "li", "listening", 4, "the cut-in was a greeting"), 0);
    assert_int_equal(set(f, id, "li", "listening", 3, NULL), 0);         /* 0.1 away: the same */
    assert_int_equal(set(f, id, "li", "emotional_control", 5, NULL), 0); /* proposed only */
    assert_int_equal(set(f, blind, "wang", "listening", 5, NULL), 0);
}

static void test_submit(void **state)
{
    struct fixture *f = *state;
    int64_t id = start(f, "li", false);
    assert_int_equal(set(f, id, "li", "listening", 4, "better than that"), 0);
    assert_int_equal(set(f, id, "li", "empathy", 2, NULL), 0);
    assert_int_equal(cq_review_submit(f->s, id, "li", false, &f->err), -ENODATA);
    assert_non_null(strstr(f->err.what, "responsibility"));
    assert_int_equal(cq_review_submit(f->s, id, "wang", true, &f->err), -EPERM);
    assert_int_equal(cq_review_submit(f->s, id, "li", true, &f->err), 0);
    struct cq_review v = load(f, id);
    assert_int_equal(v.state, CQ_REVIEW_SUBMITTED);
    assert_true(v.has_total);
    /* both items weigh the same 18 of the section "communication", the only one with a score: (4 + 2) / 2 */
    assert_float_equal(v.total, 3, 1e-9);
    assert_float_equal(v.coverage, 0.30 * 0.36, 1e-9);
    assert_float_equal(cq_review_item_of(&v, "listening")->machine_score, LISTENING, 1e-9);
    cq_review_done(&v);
    assert_int_equal(set(f, id, "li", "empathy", 5, NULL), -EINVAL);
    assert_int_equal(cq_review_submit(f->s, id, "li", true, &f->err), -EINVAL);
    sqlite3 *db = NULL; /* nor behind the program's back */
    assert_int_equal(sqlite3_open(f->db.path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE review_items SET score = 5 WHERE mark = 1", NULL, NULL, NULL),
                     SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_exec(db, "UPDATE reviews SET state = 0", NULL, NULL, NULL), SQLITE_CONSTRAINT);
    assert_int_equal(sqlite3_exec(db, "UPDATE form_texts SET json = '{}'", NULL, NULL, NULL),
                     SQLITE_CONSTRAINT);
    sqlite3_close(db);
}

static void test_blind(void **state)
{
    struct fixture *f = *state;
    struct cq_review v;
    bool hidden;
    int64_t li = start(f, "li", false), wang = start(f, "wang", true);
    assert_int_equal(set(f, li, "li", "empathy", 2, NULL), 0);
    assert_int_equal(cq_review_view(f->s, li, "boss", NULL, &v, &hidden), 0); /* a draft: only its head */
    assert_true(hidden);
    assert_int_equal(v.n_items, 0);
    assert_string_equal(v.reviewer, "li");
    cq_review_done(&v);
    assert_int_equal(cq_review_submit(f->s, li, "li", true, NULL), 0);
    assert_int_equal(cq_review_view(f->s, li, "boss", NULL, &v, &hidden), 0);
    assert_false(hidden);
    cq_review_done(&v);
    assert_int_equal(cq_review_view(f->s, li, "wang", NULL, &v, &hidden), 0); /* wang's own is a draft */
    assert_true(hidden);
    assert_null(v.reviewer);
    assert_false(v.has_total);
    assert_int_equal(v.n_items, 0);
    cq_review_done(&v);
    assert_int_equal(cq_review_view(f->s, wang, "wang", NULL, &v, &hidden), 0); /* blind: no machine's score */
    assert_false(hidden);
    assert_true(isnan(cq_review_item_of(&v, "listening")->machine_score));
    assert_int_equal(cq_review_item_of(&v, "listening")->machine_state, CQ_ITEM_OPEN);
    cq_review_done(&v);
    assert_int_equal(cq_review_submit(f->s, wang, "wang", true, NULL), 0);
    assert_int_equal(cq_review_view(f->s, li, "wang", NULL, &v, &hidden), 0);
    assert_false(hidden);
    assert_true(v.has_total);
    cq_review_done(&v);
    assert_int_equal(cq_review_view(f->s, wang, "wang", NULL, &v, &hidden), 0);
    assert_float_equal(cq_review_item_of(&v, "listening")->machine_score, LISTENING, 1e-9);
    cq_review_done(&v);
}

static void test_dispute(void **state)
{
    struct fixture *f = *state;
    struct cq_review_final finals[] = {{"listening", CQ_MARK_SCORE, 5}, {"empathy", CQ_MARK_NOT_APPLICABLE, 0}};
    struct cq_review_final bad = {"listening", CQ_MARK_SCORE, 6};
    int64_t id = start(f, "li", false);
    assert_int_equal(cq_review_dispute(f->s, id, "A001", "wrong", &f->err), -EINVAL); /* a draft */
    assert_int_equal(set(f, id, "li", "empathy", 2, NULL), 0);
    assert_int_equal(cq_review_submit(f->s, id, "li", true, NULL), 0);
    assert_int_equal(cq_review_resolve(f->s, id, "boss", "no", NULL, 0, &f->err), -EINVAL); /* not disputed */
    assert_int_equal(cq_review_dispute(f->s, id, "A001", "", &f->err), -EINVAL);
    assert_int_equal(cq_review_dispute(f->s, id, "A001", "it was a greeting", &f->err), 0);
    assert_int_equal(cq_review_dispute(f->s, id, "A001", "again", &f->err), -EINVAL);
    assert_int_equal(cq_review_resolve(f->s, id, "li", "no", NULL, 0, &f->err), -EPERM);
    assert_int_equal(cq_review_resolve(f->s, id, "A001", "yes", NULL, 0, &f->err), -EPERM);
    assert_int_equal(cq_review_resolve(f->s, id, "boss", "yes", &bad, 1, &f->err), -EINVAL);
    assert_int_equal(cq_review_resolve(f->s, id, "boss", "it was", finals, 2, &f->err), 0);
    struct cq_review v = load(f, id);
    assert_int_equal(v.state, CQ_REVIEW_RESOLVED);
    assert_float_equal(v.total, 5, 1e-9);
    assert_float_equal(v.coverage, 0.30 * 0.18, 1e-9);
    assert_float_equal(cq_review_item_of(&v, "empathy")->score, 2, 0); /* stays beside the final one */
    assert_string_equal(v.resolved_by, "boss");
    cq_review_done(&v);
    assert_int_equal(cq_review_dispute(f->s, id, "A001", "again", &f->err), -EINVAL);
    /* start, set, submit, dispute, two finals and the resolution */
    assert_int_equal(audit_entries(f), 7);
}

static int count_row(void *user, const struct cq_review *review, bool hidden)
{
    int *n = user;
    (void)review;
    n[hidden]++;
    return 0;
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    struct cq_reviews_filter filter = CQ_REVIEWS_FILTER_INIT;
    int n[2] = {0};
    int64_t li = start(f, "li", false);
    start(f, "wang", false);
    assert_int_equal(cq_review_submit(f->s, li, "li", true, NULL), 0);
    assert_int_equal(cq_review_list(f->s, &filter, "boss", count_row, n, NULL), 0);
    assert_int_equal(n[0], 1);
    assert_int_equal(n[1], 1);
    filter.state = CQ_REVIEW_SUBMITTED;
    memset(n, 0, sizeof n);
    assert_int_equal(cq_review_list(f->s, &filter, "wang", count_row, n, NULL), 0);
    assert_int_equal(n[0], 0);
    assert_int_equal(n[1], 1);
}

/* A form that was reviewed with is another one under the same version no more. */
static void test_form_kept(void **state)
{
    struct fixture *f = *state;
    struct cq_rubric *kept = NULL;
    start(f, "li", false);
    assert_int_equal(cq_review_form(f->s, "skills-form", cq_rubric_version(f->rubric), NULL, &kept), 0);
    cq_rubric_free(kept);
    assert_int_equal(
        cq_form_texts_keep(f->s, "skills-form", cq_rubric_version(f->rubric), "{\"other\":1}", &f->err),
        -EEXIST);
    assert_int_equal(cq_review_form(f->s, "skills-form", "9.9", &f->err, &kept), -ENOENT);
}

/* Exchanged twice, all is as it was; once, what was the agent's is the customer's, and a draft follows. */
static void test_swap(void **state)
{
    struct fixture *f = *state;
    struct cq_analysis before, once, thrice;
    struct cq_peaks shape = {.channels = 2, .n = 2, .levels = (unsigned char[]){1, 2, 3, 4}}, kept;
    int64_t draft = start(f, "li", false), done = start(f, "wang", false), n = audit_entries(f);
    assert_int_equal(set(f, draft, "li", "listening", 3, NULL), 0);
    assert_int_equal(cq_review_submit(f->s, done, "wang", true, &f->err), 0);
    assert_int_equal(cq_peaks_save(f->s, f->call, &shape, NULL), 0);
    assert_int_equal(cq_store_load(f->s, f->call, NULL, &before), 0);
    assert_int_equal(cq_review_swap_parties(f->s, f->call, "chen", &f->err), 0);
    assert_int_equal(audit_entries(f), n + 3);
    assert_int_equal(cq_store_load(f->s, f->call, NULL, &once), 0);
    assert_int_equal(once.recording.channel_of[CQ_AGENT], before.recording.channel_of[CQ_CUSTOMER]);
    for (int i = 0; i < CQ_N_PARTY_METRICS; i++) {
        assert_int_equal(once.metrics.party[CQ_AGENT][i].reason, before.metrics.party[CQ_CUSTOMER][i].reason);
        assert_float_equal(once.metrics.party[CQ_AGENT][i].v, before.metrics.party[CQ_CUSTOMER][i].v, 1e-9);
    }
    assert_int_equal(once.talk.segments.n, before.talk.segments.n);
    for (size_t i = 0; i < once.talk.turns.n; i++)
        assert_int_equal(once.talk.turns.v[i].party, cq_party_other(before.talk.turns.v[i].party));
    assert_int_equal(cq_peaks_load(f->s, f->call, NULL, &kept), 0);
    assert_memory_equal(kept.levels, ((unsigned char[]){3, 4, 1, 2}), 4);
    cq_peaks_done(&kept);

    /* the machine's score is that of the new card; what the reviewer said stays, and so does what was submitted
     */
    struct cq_review v = load(f, draft);
    const struct cq_review_item *item = cq_review_item_of(&v, "listening");
    const struct cq_item_score *card = NULL;
    for (size_t i = 0; i < once.scorecard.n_items; i++) {
        if (!strcmp(once.scorecard.items[i].id, "listening"))
            card = &once.scorecard.items[i];
    }
    assert_non_null(card);
    assert_int_equal(item->machine_state, card->state);
    if (card->state == CQ_ITEM_SCORED)
        assert_float_equal(item->machine_score, card->score, 1e-9);
    assert_float_equal(item->score, 3, 0);
    cq_review_done(&v);
    v = load(f, done);
    assert_float_equal(cq_review_item_of(&v, "listening")->machine_score, LISTENING, 1e-9);
    cq_review_done(&v);

    /* there and back again (the fixture's own lists are in no order, so that it begins with the first exchange)
     */
    assert_int_equal(cq_review_swap_parties(f->s, f->call, "chen", &f->err), 0);
    assert_int_equal(cq_review_swap_parties(f->s, f->call, "chen", &f->err), 0);
    assert_int_equal(cq_store_load(f->s, f->call, NULL, &thrice), 0);
    char *one = cq_analysis_to_json(&once), *three = cq_analysis_to_json(&thrice);
    assert_string_equal(one, three);
    free(one);
    free(three);
    cq_analysis_done(&before);
    cq_analysis_done(&once);
    cq_analysis_done(&thrice);
    assert_int_equal(cq_review_swap_parties(f->s, f->call + 1, "chen", &f->err), -ENOENT);
}

/* What a draft would come to, before it is submitted; the same function gives the total then. */
static void test_so_far(void **state)
{
    struct fixture *f = *state;
    struct cq_review v;
    bool hidden;
    int64_t id = start(f, "li", false);
    assert_int_equal(set(f, id, "li", "emotional_control", 4.5, NULL), 0);
    assert_int_equal(cq_review_view(f->s, id, "li", NULL, &v, &hidden), 0);
    assert_false(v.has_total);
    assert_int_equal(cq_review_so_far(f->s, &v, NULL), 0);
    assert_true(v.has_total && v.partial);
    double total = v.total, coverage = v.coverage;
    assert_true(coverage > 0 && coverage < 1);
    cq_review_done(&v);
    assert_int_equal(cq_review_submit(f->s, id, "li", true, &f->err), 0); /* the rest does not apply */
    v = load(f, id);
    assert_float_equal(v.total, total, 1e-9);
    assert_int_equal(cq_review_so_far(f->s, &v, NULL), 0); /* no draft any more: left alone */
    cq_review_done(&v);
}

/* Quantiles over the newest calls of an agent, of a queue, of all; the call itself does not count. */
static void test_ranges(void **state)
{
    struct fixture *f = *state;
    struct cq_ranges *got = calloc(1, sizeof *got);
    int64_t ids[11];
    enum cq_saved saved;
    for (int i = 0; i < 11; i++) {
        struct cq_analysis a;
        random_analysis(1000 + (uint64_t)i, &a);
        a.unscorable = false;
        free(a.info.agent);
        free(a.info.queue);
        a.info.agent = cq_str_dup(i % 2 ? "A001" : "A002");
        a.info.queue = cq_str_dup("support");
        a.metrics.call[CQ_M_TALK_OVER_RATIO] = (struct cq_value){.v = i};
        a.metrics.party[CQ_AGENT][CQ_PM_TURNS] = (struct cq_value){.reason = CQ_NULL_NO_SPEECH};
        assert_int_equal(cq_store_save(f->s, &a, false, NULL, &ids[i], &saved), 0);
        cq_analysis_done(&a);
    }
    assert_int_equal(cq_ranges_load(f->s, NULL, "support", 0, NULL, got), 0);
    assert_int_equal(got->n, 11);
    assert_float_equal(got->call[CQ_M_TALK_OVER_RATIO].p10, 1, 1e-9);
    assert_float_equal(got->call[CQ_M_TALK_OVER_RATIO].p50, 5, 1e-9);
    assert_float_equal(got->call[CQ_M_TALK_OVER_RATIO].p90, 9, 1e-9);
    assert_int_equal(got->party[CQ_AGENT][CQ_PM_TURNS].n, 0);
    assert_int_equal(cq_ranges_load(f->s, "A001", NULL, ids[1], NULL, got), 0);
    assert_int_equal(got->n, 4); /* 3 5 7 9 */
    assert_float_equal(got->call[CQ_M_TALK_OVER_RATIO].p50, 6, 1e-9);
    assert_int_equal(cq_ranges_load(f->s, "nobody", NULL, 0, NULL, got), 0);
    assert_int_equal(got->n, 0);
    assert_int_equal(cq_ranges_load(f->s, NULL, NULL, 0, NULL, got), 0);
    assert_true(got->n >= 11);
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_start, setup, teardown),
        cmocka_unit_test_setup_teardown(test_set, setup, teardown),
        cmocka_unit_test_setup_teardown(test_override_needs_a_reason, setup, teardown),
        cmocka_unit_test_setup_teardown(test_submit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_blind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dispute, setup, teardown),
        cmocka_unit_test_setup_teardown(test_list, setup, teardown),
        cmocka_unit_test_setup_teardown(test_form_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(test_swap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_so_far, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ranges, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
