/* Saving, loading, doing it twice, replacing, finding. */
#include "store/store.h"

#include "callqa/json.h"
#include "random_analysis.h"
#include "temp_db.h"

#include "base/str.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N_RANDOM 60

struct fixture {
    struct temp_db db;
    struct cq_store *s;
    struct cq_error err;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    temp_db_init(&f->db);
    if (cq_store_open(f->db.path, CQ_STORE_WRITE, &f->err, &f->s)) {
        fprintf(stderr, "%s\n", f->err.what);
        return -1;
    }
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    cq_store_close(f->s);
    temp_db_done(&f->db);
    free(f);
    return 0;
}

static int64_t save(struct fixture *f, const struct cq_analysis *a, bool force, enum cq_saved expected)
{
    int64_t call = -1;
    enum cq_saved saved;
    int r = cq_store_save(f->s, a, force, &f->err, &call, &saved);
    if (r)
        fprintf(stderr, "%s\n", f->err.what);
    assert_int_equal(r, 0);
    assert_int_equal(saved, expected);
    return call;
}

static void assert_stored(struct fixture *f, int64_t call, const struct cq_analysis *a)
{
    struct cq_analysis b;
    int r = cq_store_load(f->s, call, &f->err, &b);
    if (r)
        fprintf(stderr, "%s\n", f->err.what);
    assert_int_equal(r, 0);
    char *before = cq_analysis_to_json(a), *after = cq_analysis_to_json(&b);
    assert_non_null(before);
    assert_string_equal(before, after);
    free(before);
    free(after);
    /* what the JSON does not show */
    assert_string_equal(a->config_json, b.config_json);
    assert_int_equal(a->talk.talk_over.n, b.talk.talk_over.n);
    assert_int_equal(a->talk.holds.n, b.talk.holds.n);
    for (size_t i = 0; i < a->talk.holds.n; i++)
        assert_true(fabs(a->talk.holds.v[i].end_s - b.talk.holds.v[i].end_s) <= 0.0005001);
    for (size_t i = 0; i < a->talk.transitions.n; i++)
        assert_int_equal(a->talk.transitions.v[i].with_hold, b.talk.transitions.v[i].with_hold);
    assert_int_equal(a->recording.health.n_faults, b.recording.health.n_faults);
    for (int c = 0; c < CQ_MAX_CHANNELS; c++)
        assert_true(a->recording.health.channel[c].peak_dbov == b.recording.health.channel[c].peak_dbov);
    for (int p = 0; p < CQ_N_PARTIES; p++) {
        for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
            assert_true(a->metrics.party[p][i].v == b.metrics.party[p][i].v); /* to the last bit */
    }
    cq_analysis_done(&b);
}

static void test_round_trip(void **state)
{
    struct fixture *f = *state;
    int64_t ids[N_RANDOM];
    for (int i = 0; i < N_RANDOM; i++) {
        struct cq_analysis a;
        random_analysis((uint64_t)i, &a);
        ids[i] = save(f, &a, false, CQ_SAVED_NEW);
        cq_analysis_done(&a);
    }
    for (int i = 0; i < N_RANDOM; i++) {
        struct cq_analysis a;
        random_analysis((uint64_t)i, &a);
        assert_stored(f, ids[i], &a);
        int64_t found = -1;
        assert_int_equal(cq_store_find_hash(f->s, a.recording.sha256, &found), 0);
        assert_int_equal(found, ids[i]);
        cq_analysis_done(&a);
    }
    struct cq_store_stats st;
    assert_int_equal(cq_store_stats(f->s, &f->err, &st), 0);
    assert_int_equal(st.calls, N_RANDOM);
}

static void test_same_content_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct cq_analysis a, b;
    random_analysis(1, &a);
    int64_t call = save(f, &a, false, CQ_SAVED_NEW);
    assert_int_equal(save(f, &a, false, CQ_SAVED_SAME), call);

    /* same bytes under another name and with another result */
    random_analysis(2, &b);
    memcpy(b.recording.sha256, a.recording.sha256, sizeof b.recording.sha256);
    assert_int_equal(cq_str_set(&b.recording.path, "/elsewhere/copy.wav"), 0);
    assert_int_equal(save(f, &b, false, CQ_SAVED_SAME), call);
    assert_stored(f, call, &a);
    int64_t found = -1;
    assert_int_equal(cq_store_find_call(f->s, "/elsewhere/copy.wav", &f->err, &found), 0);
    assert_int_equal(found, call);
    cq_analysis_done(&a);
    cq_analysis_done(&b);
}

static void test_force_replaces(void **state)
{
    struct fixture *f = *state;
    struct cq_analysis a, b;
    random_analysis(3, &a);
    random_analysis(4, &b);
    memcpy(b.recording.sha256, a.recording.sha256, sizeof b.recording.sha256);
    int64_t call = save(f, &a, false, CQ_SAVED_NEW);
    assert_int_equal(save(f, &b, true, CQ_SAVED_REPLACED), call);
    assert_stored(f, call, &b);
    assert_int_equal(save(f, &a, true, CQ_SAVED_REPLACED), call);
    assert_stored(f, call, &a);
    int64_t problems = -1;
    assert_int_equal(cq_store_check(f->s, NULL, NULL, &f->err, &problems), 0);
    assert_int_equal(problems, 0);
    cq_analysis_done(&a);
    cq_analysis_done(&b);
}

static void test_other_rubric_stays(void **state)
{
    struct fixture *f = *state;
    struct cq_analysis a, b;
    random_analysis(5, &a);
    random_analysis(6, &b);
    assert_non_null(a.scorecard.rubric);
    assert_non_null(b.scorecard.rubric);
    assert_int_equal(cq_str_set(&b.scorecard.rubric, "another-form"), 0);
    int64_t call = save(f, &a, false, CQ_SAVED_NEW);
    assert_int_equal(cq_store_save_scorecard(f->s, call, &b.scorecard, &f->err), 0);
    struct cq_analysis c;
    assert_int_equal(cq_store_load(f->s, call, &f->err, &c), 0);
    assert_string_equal(c.scorecard.rubric, "another-form");
    assert_int_equal(c.scorecard.n_items, b.scorecard.n_items);
    cq_analysis_done(&c);
    /* back to the first: both are there, one is current */
    assert_int_equal(cq_store_save_scorecard(f->s, call, &a.scorecard, &f->err), 0);
    assert_stored(f, call, &a);
    int64_t problems = -1;
    assert_int_equal(cq_store_check(f->s, NULL, NULL, &f->err, &problems), 0);
    assert_int_equal(problems, 0);
    assert_int_equal(cq_store_save_scorecard(f->s, 999, &a.scorecard, &f->err), -ENOENT);
    cq_analysis_done(&a);
    cq_analysis_done(&b);
}

static void test_info_comes_late(void **state)
{
    struct fixture *f = *state;
    struct cq_analysis a;
    random_analysis(7, &a);
    int64_t call = save(f, &a, false, CQ_SAVED_NEW);
    assert_int_equal(cq_str_set(&a.info.agent, "A999"), 0);
    assert_int_equal(cq_str_set(&a.info.started_at, "2026-02-03T04:05:06Z"), 0);
    assert_int_equal(cq_store_set_info(f->s, call, &a.info, &f->err), 0);
    assert_stored(f, call, &a);
    int64_t problems = -1; /* the copies in flags have followed */
    assert_int_equal(cq_store_check(f->s, NULL, NULL, &f->err, &problems), 0);
    assert_int_equal(problems, 0);
    assert_int_equal(cq_store_set_info(f->s, 999, &a.info, &f->err), -ENOENT);
    cq_analysis_done(&a);
}

static void test_find_call(void **state)
{
    struct fixture *f = *state;
    struct cq_analysis a, b;
    random_analysis(8, &a);
    random_analysis(9, &b);
    assert_int_equal(cq_str_set(&a.recording.path, "/calls/monday/x.wav"), 0);
    assert_int_equal(cq_str_set(&b.recording.path, "/calls/tuesday/x.wav"), 0);
    int64_t ia = save(f, &a, false, CQ_SAVED_NEW), ib = save(f, &b, false, CQ_SAVED_NEW), found = -1;

    char number[24], prefix[9];
    snprintf(number, sizeof number, "%lld", (long long)ib);
    assert_int_equal(cq_store_find_call(f->s, number, &f->err, &found), 0);
    assert_int_equal(found, ib);
    snprintf(prefix, sizeof prefix, "%.8s", a.recording.sha256);
    assert_int_equal(cq_store_find_call(f->s, prefix, &f->err, &found), 0);
    assert_int_equal(found, ia);
    assert_int_equal(cq_store_find_call(f->s, "/calls/tuesday/x.wav", &f->err, &found), 0);
    assert_int_equal(found, ib);
    assert_int_equal(cq_store_find_call(f->s, "monday/x.wav", &f->err, &found), 0);
    assert_int_equal(found, ia);
    found = -1;
    assert_int_equal(cq_store_find_call(f->s, "x.wav", &f->err, &found), -EEXIST);
    assert_non_null(strstr(f->err.what, number));
    assert_int_equal(cq_store_find_call(f->s, "day/x.wav", &f->err, &found), -ENOENT);
    assert_int_equal(cq_store_find_call(f->s, "%", &f->err, &found), -ENOENT);
    assert_int_equal(cq_store_find_call(f->s, "", &f->err, &found), -ENOENT);
    assert_int_equal(cq_store_find_call(f->s, "99999999999999999999", &f->err, &found), -ENOENT);
    assert_int_equal(found, -1);
    cq_analysis_done(&a);
    cq_analysis_done(&b);
}

/* A database of the time when paths were stored as given: the recording is found, and its path made whole. */
static void test_find_recording(void **state)
{
    struct fixture *f = *state;
    struct cq_analysis a;
    char folder[sizeof f->db.path], whole[sizeof folder + 16], *found = NULL;
    snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(f->db.path, '/') - f->db.path), f->db.path);
    snprintf(whole, sizeof whole, "%s/rel.wav", folder);
    random_analysis(10, &a);
    assert_int_equal(cq_str_set(&a.recording.path, "rel.wav"), 0);
    int64_t call = save(f, &a, false, CQ_SAVED_NEW), got = -1;
    assert_int_equal(cq_store_find_recording(f->s, call, &f->err, &found), -ENOENT);
    assert_non_null(strstr(f->err.file, "rel.wav"));
    assert_null(found);

    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(cq_store_find_recording(f->s, call, &f->err, &found), 0); /* beside the database */
    assert_string_equal(found, whole);
    free(found);

    assert_int_equal(cq_str_set(&a.recording.path, whole), 0);
    (void)save(f, &a, false, CQ_SAVED_SAME);
    struct cq_analysis b;
    assert_int_equal(cq_store_load(f->s, call, &f->err, &b), 0);
    assert_string_equal(b.recording.path, whole);
    cq_analysis_done(&b);
    assert_int_equal(cq_store_find_call(f->s, whole, &f->err, &got), 0);
    assert_int_equal(got, call);
    assert_int_equal(cq_store_find_recording(f->s, call, &f->err, &found), 0);
    assert_string_equal(found, whole);
    free(found);
    assert_int_equal(remove(whole), 0);
    assert_int_equal(cq_store_find_recording(f->s, call + 1, &f->err, &found), -ENOENT);
    cq_analysis_done(&a);
}

static void test_refused(void **state)
{
    struct fixture *f = *state;
    struct cq_analysis a;
    int64_t call = -1;
    enum cq_saved saved;
    random_analysis(10, &a);
    a.recording.sha256[5] = 'x';
    assert_int_equal(cq_store_save(f->s, &a, false, &f->err, &call, &saved), -EINVAL);
    cq_analysis_done(&a);

    random_analysis(10, &a);
    free(a.info.agent);
    a.info.agent = calloc(1, 5001);
    assert_non_null(a.info.agent);
    memset(a.info.agent, 'a', 5000);
    assert_int_equal(cq_store_save(f->s, &a, false, &f->err, &call, &saved), -EFBIG);
    assert_non_null(strstr(f->err.what, "agent"));
    cq_analysis_done(&a);

    /* the same flag twice in one scorecard: nothing of the call may stay behind */
    random_analysis(5, &a);
    struct cq_flag *twice = calloc(2, sizeof *twice);
    assert_non_null(twice);
    twice[0] = (struct cq_flag){.id = cq_str_dup("f")};
    twice[1] = (struct cq_flag){.id = cq_str_dup("f")};
    for (size_t i = 0; i < a.scorecard.n_flags; i++) {
        free(a.scorecard.flags[i].id);
        free(a.scorecard.flags[i].measure);
        free(a.scorecard.flags[i].evidence);
    }
    free(a.scorecard.flags);
    a.scorecard.flags = twice;
    a.scorecard.n_flags = 2;
    assert_int_equal(cq_store_save(f->s, &a, false, &f->err, &call, &saved), -EINVAL);
    struct cq_store_stats st;
    assert_int_equal(cq_store_stats(f->s, &f->err, &st), 0);
    assert_int_equal(st.calls, 0);
    assert_int_equal(call, -1);
    cq_analysis_done(&a);

    struct cq_analysis none;
    assert_int_equal(cq_store_load(f->s, 12345, &f->err, &none), -ENOENT);
}

static void test_batch(void **state)
{
    struct fixture *f = *state;
    struct cq_store_stats st;
    struct cq_analysis a;
    assert_int_equal(cq_store_begin(f->s, &f->err), 0);
    for (uint64_t i = 0; i < 5; i++) {
        random_analysis(i, &a);
        save(f, &a, false, CQ_SAVED_NEW);
        cq_analysis_done(&a);
    }
    cq_store_rollback(f->s);
    assert_int_equal(cq_store_stats(f->s, &f->err, &st), 0);
    assert_int_equal(st.calls, 0);

    assert_int_equal(cq_store_begin(f->s, &f->err), 0);
    random_analysis(1, &a);
    save(f, &a, false, CQ_SAVED_NEW);
    cq_analysis_done(&a);
    random_analysis(2, &a);
    a.recording.sha256[0] = '?'; /* one that fails leaves the others */
    int64_t call;
    enum cq_saved saved;
    assert_int_equal(cq_store_save(f->s, &a, false, &f->err, &call, &saved), -EINVAL);
    cq_analysis_done(&a);
    assert_int_equal(cq_store_commit(f->s, &f->err), 0);
    assert_int_equal(cq_store_stats(f->s, &f->err, &st), 0);
    assert_int_equal(st.calls, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_content_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_force_replaces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_rubric_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(test_info_comes_late, setup, teardown),
        cmocka_unit_test_setup_teardown(test_find_call, setup, teardown),
        cmocka_unit_test_setup_teardown(test_find_recording, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_batch, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
