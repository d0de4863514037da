/* Queries over random calls, against the same question asked of each call by plain C. */
#include "query/where.h"

#include "random_analysis.h"
#include "temp_db.h"

#include "base/time.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_CALLS 300

static struct temp_db db;
static struct cq_store *store;
static struct cq_analysis calls[N_CALLS]; /* call i has the number i + 1 */

static int setup(void **state)
{
    (void)state;
    struct cq_error err = {0};
    temp_db_init(&db);
    if (cq_store_open(db.path, CQ_STORE_WRITE, &err, &store) || cq_store_begin(store, &err))
        return -1;
    for (int i = 0; i < N_CALLS; i++) {
        int64_t call = 0;
        enum cq_saved saved;
        random_analysis((uint64_t)i, &calls[i]);
        if (cq_store_save(store, &calls[i], false, &err, &call, &saved) || call != i + 1)
            return -1;
    }
    return cq_store_commit(store, &err);
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < N_CALLS; i++)
        cq_analysis_done(&calls[i]);
    cq_store_close(store);
    temp_db_done(&db);
    return 0;
}

static bool has_flag(const struct cq_analysis *a, const char *flag)
{
    for (size_t i = 0; i < a->scorecard.n_flags; i++) {
        if (!strcmp(a->scorecard.flags[i].id, flag))
            return true;
    }
    return false;
}

/* A measure, NAN where it has no value: comparisons with it are false, as they must be. */
static double measure(const struct cq_analysis *a, const char *name)
{
    enum cq_party party;
    int index;
    assert_int_equal(cq_metric_find(name, &party, &index), 0);
    const struct cq_value *v = cq_metric_get(&a->metrics, party, index);
    return v->reason == CQ_HAS_VALUE ? v->v : (double)NAN;
}

static double item(const struct cq_analysis *a, const char *name)
{
    for (size_t i = 0; i < a->scorecard.n_items; i++) {
        const struct cq_item_score *it = &a->scorecard.items[i];
        if (!strcmp(it->id, name) && (it->state == CQ_ITEM_SCORED || it->state == CQ_ITEM_PROPOSED))
            return it->score;
    }
    return NAN;
}

static bool is(const char *text, const char *word)
{
    return text && !strcmp(text, word);
}

static int64_t started(const struct cq_analysis *a)
{
    int64_t s;
    return a->info.started_at && !cq_time_parse_iso(a->info.started_at, &s) ? s : INT64_MIN;
}

static int severity(const struct cq_analysis *a)
{
    int worst = -1;
    for (size_t i = 0; i < a->scorecard.n_flags; i++) {
        if ((int)a->scorecard.flags[i].severity > worst)
            worst = (int)a->scorecard.flags[i].severity;
    }
    return worst;
}

static bool q_flag(const struct cq_analysis *a)
{
    return has_flag(a, "flag_1");
}
static bool q_flag_and_measure(const struct cq_analysis *a)
{
    return has_flag(a, "flag_0") && measure(a, "agent.talk_ratio") > 100;
}
static bool q_two_flags(const struct cq_analysis *a)
{
    return has_flag(a, "flag_0") && has_flag(a, "flag_1");
}
static bool q_flag_or(const struct cq_analysis *a)
{
    return has_flag(a, "flag_5") || measure(a, "talk_over_s") < 0;
}
static bool q_not_flag(const struct cq_analysis *a)
{
    return !has_flag(a, "flag_0") && a->diarized;
}
static bool q_measures(const struct cq_analysis *a)
{
    return measure(a, "agent.turns") > 20 && measure(a, "customer.snr_db") <= 500;
}
static bool q_measure_null(const struct cq_analysis *a)
{
    return isnan(measure(a, "customer.pitch_median_hz"));
}
static bool q_not_greater(const struct cq_analysis *a)
{
    return measure(a, "customer.turns") <= 20;
}
static bool q_two_measures(const struct cq_analysis *a)
{
    return measure(a, "agent.speech_s") > measure(a, "customer.speech_s");
}
static bool q_item(const struct cq_analysis *a)
{
    return item(a, "item_1") >= 3;
}
static bool q_queue(const struct cq_analysis *a)
{
    return is(a->info.queue, "queue 7") || is(a->info.queue, "张伟 7") || is(a->info.queue, "queue 8");
}
static bool q_quote(const struct cq_analysis *a)
{
    return a->info.agent && !strncmp(a->info.agent, "O'Brien\"; DROP TABLE calls;-- 5", 31) &&
           strlen(a->info.agent) == 31;
}
static bool q_unscorable(const struct cq_analysis *a)
{
    return a->unscorable && !a->info.agent;
}
static bool q_severity(const struct cq_analysis *a)
{
    return severity(a) >= CQ_SEVERITY_WARNING && a->recording.duration_s < 3600;
}
static bool q_score(const struct cq_analysis *a)
{
    return a->scorecard.rubric && a->scorecard.has_total && a->scorecard.total >= 2 && a->scorecard.total <= 3;
}
static bool q_closing(const struct cq_analysis *a)
{
    return a->metrics.closing_by == CQ_CUSTOMER && a->recording.truncated;
}
static bool q_started(const struct cq_analysis *a)
{
    int64_t from, to;
    (void)cq_time_parse_iso("2026-03-01", &from);
    (void)cq_time_parse_until("2026-06-30", &to);
    return started(a) != INT64_MIN && started(a) >= from && started(a) <= to;
}
static bool q_not_started(const struct cq_analysis *a)
{
    return started(a) == INT64_MIN && has_flag(a, "flag_0");
}

static const struct {
    const char *where;
    bool (*fits)(const struct cq_analysis *a);
} questions[] = {
    {"flag(flag_1)", q_flag},
    {"flag(flag_0) and agent.talk_ratio > 100", q_flag_and_measure},
    {"flag(flag_0) and flag(flag_1)", q_two_flags},
    {"flag(flag_5) or talk_over_s < 0", q_flag_or},
    {"not flag(flag_0) and diarized", q_not_flag},
    {"agent.turns > 20 and customer.snr_db <= 500", q_measures},
    {"customer.pitch_median_hz is null", q_measure_null},
    {"not customer.turns > 20", q_not_greater},
    {"agent.speech_s > customer.speech_s", q_two_measures},
    {"item.item_1 >= 3", q_item},
    {"queue in ('queue 7', '张伟 7', 'queue 8')", q_queue},
    {"agent = 'O''Brien\"; DROP TABLE calls;-- 5'", q_quote},
    {"status = unscorable and agent is null", q_unscorable},
    {"severity >= warning and duration_s < 3600", q_severity},
    {"score between 2 and 3", q_score},
    {"closing_by = customer and truncated", q_closing},
    {"started_at >= 2026-03-01 and started_at <= 2026-06-30", q_started},
    {"started_at is null and flag(flag_0)", q_not_started},
};

/* All numbers that a select gives, in its order. */
static int run(const struct cq_select *sel, int64_t *ids)
{
    struct cq_error err = {0};
    struct cq_cursor *cur = NULL;
    struct cq_row row;
    int n = 0, r = cq_select_open(store, sel, &err, &cur);
    if (r)
        fprintf(stderr, "%s\n", err.what);
    assert_int_equal(r, 0);
    while ((r = cq_select_next(cur, &err, &row)) > 0) {
        assert_true(n < N_CALLS);
        ids[n++] = row.id;
    }
    assert_int_equal(r, 0);
    cq_select_close(cur);
    return n;
}

static void test_questions(void **state)
{
    (void)state;
    for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
        struct cq_error err = {0};
        struct cq_cond *cond = NULL;
        int64_t ids[N_CALLS], n = 0;
        bool found[N_CALLS] = {0};
        assert_int_equal(cq_where_parse(questions[q].where, &err, &cond), 0);
        struct cq_select sel = CQ_SELECT_INIT;
        sel.where = cond;
        int n_found = run(&sel, ids), n_expected = 0;
        for (int i = 0; i < n_found; i++) {
            assert_false(found[ids[i] - 1]);
            found[ids[i] - 1] = true;
        }
        for (int i = 0; i < N_CALLS; i++) {
            bool fits = questions[q].fits(&calls[i]);
            if (fits != found[i])
                fprintf(stderr, "%s: call %d: expected %d\n", questions[q].where, i + 1, fits);
            assert_int_equal(fits, found[i]);
            n_expected += fits;
        }
        if (n_expected == 0 && questions[q].fits != q_quote)
            fprintf(stderr, "%s: finds nothing, so it tests nothing\n", questions[q].where);
        assert_true(n_expected > 0 || questions[q].fits == q_quote);
        assert_int_equal(cq_select_count(store, &sel, 1000, &err, &n), 0);
        assert_int_equal(n, n_expected);
        assert_int_equal(cq_select_count(store, &sel, 1, &err, &n), 0);
        assert_int_equal(n, n_expected ? 1 : 0);
        cq_cond_free(cond);
    }
}

/* The same calls whole and in pages of seven, by offset and by key. */
static void paged(struct cq_select sel, const char *order, bool ascending)
{
    int64_t whole[N_CALLS], page[N_CALLS];
    sel.limit = -1;
    sel.ascending = ascending;
    assert_int_equal(cq_field_find(order, &sel.order), 0);
    int n = run(&sel, whole);
    assert_true(n > 10);
    sel.limit = 7;
    for (int at = 0; at < n; at += 7) {
        sel.offset = at;
        int k = run(&sel, page);
        assert_int_equal(k, n - at < 7 ? n - at : 7);
        assert_memory_equal(page, whole + at, sizeof *page * (size_t)k);
    }
    sel.offset = 0;
    struct cq_key key = {0};
    char text[64];
    for (int at = 0; at < n;) {
        struct cq_error err = {0};
        struct cq_cursor *cur = NULL;
        struct cq_row row;
        int r;
        assert_int_equal(cq_select_open(store, &sel, &err, &cur), 0);
        while ((r = cq_select_next(cur, &err, &row)) > 0) {
            assert_int_equal(row.id, whole[at++]);
            key = row.key;
            if (key.text) {
                snprintf(text, sizeof text, "%s", key.text);
                key.text = text;
            }
        }
        assert_int_equal(r, 0);
        cq_select_close(cur);
        sel.after = &key;
    }
    int64_t none[N_CALLS];
    assert_int_equal(run(&sel, none), 0);
}

static void test_pages(void **state)
{
    (void)state;
    static const char *const orders[] = {"started_at", "id",       "score",          "agent",
                                         "duration_s", "severity", "agent.speech_s", "file"};
    const char *const flags[] = {"flag_0", "flag_1", "flag_2"};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        for (int ascending = 0; ascending < 2; ascending++) {
            struct cq_select sel = CQ_SELECT_INIT;
            paged(sel, orders[i], ascending);
            sel.flags = flags;
            sel.n_flags = 1;
            paged(sel, orders[i], ascending);
            sel.n_flags = 3;
            paged(sel, orders[i], ascending);
        }
    }
}

static void test_order(void **state)
{
    (void)state;
    int64_t ids[N_CALLS];
    struct cq_select sel = CQ_SELECT_INIT;
    int n = run(&sel, ids);
    assert_int_equal(n, N_CALLS);
    for (int i = 1; i < n; i++) { /* newest first, those without a start last, the later stored one first */
        int64_t a = started(&calls[ids[i - 1] - 1]), b = started(&calls[ids[i] - 1]);
        assert_true(a > b || (a == b && ids[i - 1] > ids[i]));
    }
    sel.ascending = true;
    n = run(&sel, ids);
    for (int i = 1; i < n; i++) {
        int64_t a = started(&calls[ids[i - 1] - 1]), b = started(&calls[ids[i] - 1]);
        if (b == INT64_MIN)
            continue;
        assert_true(a != INT64_MIN && (a < b || (a == b && ids[i - 1] < ids[i])));
    }
}

static void test_options(void **state)
{
    (void)state;
    const char *const flags[] = {"flag_0", "flag_5"};
    int64_t ids[N_CALLS], from;
    assert_int_equal(cq_time_parse_iso("2026-02-01", &from), 0);
    struct cq_select sel = CQ_SELECT_INIT;
    sel.flags = flags;
    sel.n_flags = 2;
    sel.since_s = from;
    sel.min_severity = CQ_SEVERITY_WARNING;
    int n = run(&sel, ids), expected = 0;
    for (int i = 0; i < N_CALLS; i++) {
        const struct cq_analysis *a = &calls[i];
        expected += (has_flag(a, "flag_0") || has_flag(a, "flag_5")) && started(a) >= from && severity(a) >= 1;
    }
    assert_true(expected > 5);
    assert_int_equal(n, expected);

    sel = (struct cq_select)CQ_SELECT_INIT;
    sel.agent = calls[ids[0] - 1].info.agent ? calls[ids[0] - 1].info.agent : "A1";
    n = run(&sel, ids);
    expected = 0;
    for (int i = 0; i < N_CALLS; i++)
        expected += is(calls[i].info.agent, sel.agent);
    assert_int_equal(n, expected);
}

static void test_row(void **state)
{
    (void)state;
    struct cq_error err = {0};
    struct cq_field columns[4];
    struct cq_cond *cond = NULL;
    struct cq_cursor *cur = NULL;
    struct cq_row row;
    assert_int_equal(cq_field_find("agent.turns", &columns[0]), 0);
    assert_int_equal(cq_field_find("item.item_1", &columns[1]), 0);
    assert_int_equal(cq_field_find("closing_by", &columns[2]), 0);
    assert_int_equal(cq_field_find("diarized", &columns[3]), 0);
    struct cq_select sel = CQ_SELECT_INIT;
    sel.columns = columns;
    sel.n_columns = 4;
    assert_int_equal(cq_select_open(store, &sel, &err, &cur), 0);
    int r, n = 0;
    while ((r = cq_select_next(cur, &err, &row)) > 0) {
        const struct cq_analysis *a = &calls[row.id - 1];
        double turns = measure(a, "agent.turns"), it = item(a, "item_1");
        n++;
        assert_int_equal(row.n_cells, 4);
        assert_int_equal(row.cells[0].is_null, isnan(turns));
        assert_true(isnan(turns) || row.cells[0].number == turns);
        assert_int_equal(row.cells[1].is_null, isnan(it));
        assert_true(isnan(it) || row.cells[1].number == it);
        assert_string_equal(row.cells[2].text, cq_party_name(a->metrics.closing_by));
        assert_true(row.cells[3].number == (a->diarized ? 1 : 0));
        assert_int_equal(row.severity, severity(a));
        assert_int_equal(row.unscorable, a->unscorable);
        assert_int_equal(row.has_score, a->scorecard.rubric && a->scorecard.has_total);
        for (size_t i = 0; i < a->scorecard.n_flags; i++)
            assert_non_null(strstr(row.flags, a->scorecard.flags[i].id));
    }
    assert_int_equal(r, 0);
    assert_int_equal(n, N_CALLS);
    cq_select_close(cur);

    assert_int_equal(cq_where_parse("item.itm_1 > 2", &err, &cond), 0);
    sel.where = cond;
    assert_int_equal(cq_select_open(store, &sel, &err, &cur), -ENOENT);
    assert_non_null(strstr(err.what, "item_1, item_10"));
    cq_cond_free(cond);
}

static int count_flag(void *user, const char *flag, int64_t n_calls)
{
    int expected = 0;
    for (int i = 0; i < N_CALLS; i++)
        expected += has_flag(&calls[i], flag);
    assert_int_equal(n_calls, expected);
    (*(int *)user)++;
    return 0;
}

static void test_flags(void **state)
{
    (void)state;
    struct cq_error err = {0};
    int n = 0;
    assert_int_equal(cq_store_flags(store, count_flag, &n, &err), 0);
    assert_true(n > 3);
}

/* The plans that a million calls rely on. */
static void test_plans(void **state)
{
    (void)state;
    const char *const flags[] = {"flag_0"};
    const struct {
        const char *const *flags;
        const char *agent;
        int severity;
        const char *where;
        const char *index;
    } wanted[] = {
        {flags, NULL, -1, NULL, "USING COVERING INDEX flags_time"},
        {flags, "A1", -1, NULL, "USING COVERING INDEX flags_agent"},
        {NULL, NULL, -1, "flag(flag_0) and flag(flag_1)",
         "SEARCH g USING COVERING INDEX flags_time (flag=? AND started_s=? AND call_id=? AND current=?)"},
        {NULL, NULL, -1, "flag(flag_0) and flag(flag_1)", "SEARCH f USING COVERING INDEX flags_time (flag=?)"},
        {NULL, NULL, -1, "flag(flag_0) and flag(flag_1) and agent.turns > 3",
         "SEARCH g USING COVERING INDEX flags_time (flag=? AND started_s=? AND call_id=? AND current=?)"},
        {flags, NULL, -1, "item.item_1 < 3", "SEARCH f USING COVERING INDEX flags_time (flag=?)"},
        {flags, NULL, -1, "item.item_1 < 3", "SEARCH x USING PRIMARY KEY (scorecard_id=?)"},
        {NULL, "A1", 0, NULL, "calls_agent_info (agent=?)"},
        {NULL, "A1", 1, NULL, "calls_agent_warning (agent=?)"},
        {NULL, "A1", 2, NULL, "calls_agent_critical (agent=?)"},
        {flags, "A1", -1, "agent.turns > 3", "flags_agent"},
        {flags, NULL, -1, "agent.turns > 3 and score < 4", "SEARCH m USING PRIMARY KEY (flag=?)"},
        {NULL, NULL, -1, "flag(flag_0) and agent.turns > 3", "SEARCH m USING PRIMARY KEY (flag=?)"},
        {NULL, "A1", -1, NULL, "calls_agent"},
        {NULL, NULL, -1, NULL, "calls_started"},
        {NULL, NULL, 0, NULL, "calls_info"},
        {NULL, NULL, 1, NULL, "calls_warning"},
        {NULL, NULL, 2, NULL, "calls_critical"},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct cq_error err = {0};
        char *plan = NULL;
        struct cq_select sel = CQ_SELECT_INIT;
        sel.flags = wanted[i].flags;
        sel.n_flags = wanted[i].flags ? 1 : 0;
        sel.agent = wanted[i].agent;
        sel.min_severity = wanted[i].severity;
        sel.limit = 50;
        struct cq_cond *where = NULL;
        if (wanted[i].where)
            assert_int_equal(cq_where_parse(wanted[i].where, &err, &where), 0);
        sel.where = where;
        assert_int_equal(cq_select_explain(store, &sel, &err, &plan), 0);
        /* up to here the page is found; what follows fetches and sorts its fifty rows */
        char *end = strstr(plan, "SCAN a\n");
        assert_non_null(end);
        *end = '\0';
        bool ok = strstr(plan, wanted[i].index) && !strstr(plan, "TEMP B-TREE");
        if (!ok)
            fprintf(stderr, "plan %zu:\n%s", i, plan);
        assert_true(ok);
        free(plan);
        cq_cond_free(where);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions), cmocka_unit_test(test_pages), cmocka_unit_test(test_order),
        cmocka_unit_test(test_options),   cmocka_unit_test(test_row),   cmocka_unit_test(test_flags),
        cmocka_unit_test(test_plans),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
