/* The file itself: made, refused, upgraded, damaged, copied. */
#include "store/store.h"

#include "random_analysis.h"
#include "temp_db.h"

#include <errno.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static int setup(void **state)
{
    struct temp_db *t = calloc(1, sizeof *t);
    if (!t)
        return -1;
    temp_db_init(t);
    *state = t;
    return 0;
}

static int teardown(void **state)
{
    temp_db_done(*state);
    free(*state);
    return 0;
}

static void sql(const char *path, const char *text)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    char *why = NULL;
    if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
        fprintf(stderr, "%s\n", why);
    assert_null(why);
    sqlite3_close(db);
}

static int64_t number(const char *path, const char *text)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t v = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return v;
}

static void make(const char *path, int n)
{
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    assert_int_equal(cq_store_open(path, CQ_STORE_WRITE, &err, &s), 0);
    for (int i = 0; i < n; i++) {
        struct cq_analysis a;
        int64_t call;
        enum cq_saved saved;
        random_analysis((uint64_t)i, &a);
        assert_int_equal(cq_store_save(s, &a, false, &err, &call, &saved), 0);
        cq_analysis_done(&a);
    }
    cq_store_close(s);
}

static void refused(const char *path, enum cq_store_mode mode, int code, const char *word)
{
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    int r = cq_store_open(path, mode, &err, &s);
    if (r != code || !strstr(err.what, word))
        fprintf(stderr, "got %d: %s\n", r, err.what);
    assert_int_equal(r, code);
    assert_non_null(strstr(err.what, word));
    assert_null(s);
}

static void test_made(void **state)
{
    struct temp_db *t = *state;
    refused(t->path, CQ_STORE_READ, -ENOENT, "no such database");
    make(t->path, 2);
    assert_int_equal(number(t->path, "PRAGMA application_id"), 0x63714442);
    assert_int_equal(number(t->path, "PRAGMA user_version"),
                     number(t->path, "SELECT count(*) FROM migrations"));
    assert_int_equal(number(t->path, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
    assert_int_equal(number(t->path,
                            "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
                            " AND name NOT LIKE 'sqlite_%' AND name <> 'migrations' AND NOT strict"),
                     0);
    make(t->path, 2); /* opened again: nothing is done twice */
    assert_int_equal(number(t->path, "SELECT count(*) FROM calls"), 2);
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    assert_int_equal(cq_store_open(t->path, CQ_STORE_READ, &err, &s), 0);
    struct cq_analysis a;
    int64_t call = -1;
    enum cq_saved saved;
    random_analysis(99, &a); /* a reader cannot write */
    assert_int_equal(cq_store_save(s, &a, false, &err, &call, &saved), -EACCES);
    cq_analysis_done(&a);
    cq_store_close(s);
}

static void test_foreign(void **state)
{
    struct temp_db *t = *state;
    sql(t->path, "CREATE TABLE theirs(x); INSERT INTO theirs VALUES(1)");
    refused(t->path, CQ_STORE_WRITE, -EBADMSG, "another program");
    refused(t->path, CQ_STORE_READ, -EBADMSG, "another program");
    assert_int_equal(number(t->path, "SELECT count(*) FROM sqlite_master"), 1); /* untouched */
    assert_int_equal(number(t->path, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 0);
}

static void test_not_a_database(void **state)
{
    struct temp_db *t = *state;
    FILE *f = fopen(t->path, "w");
    assert_non_null(f);
    for (int i = 0; i < 200; i++)
        fputs("this is a text file, not a database\n", f);
    fclose(f);
    refused(t->path, CQ_STORE_WRITE, -EBADMSG, "not a callqa database");
    refused(t->dir, CQ_STORE_WRITE, -EISDIR, "folder");
    refused("/nonexistent-folder/x.db", CQ_STORE_WRITE, -EACCES, "folder");
    f = fopen(t->path, "w"); /* an empty file is as good as none for a writer, and no database for a reader */
    assert_non_null(f);
    fclose(f);
    refused(t->path, CQ_STORE_READ, -EBADMSG, "empty");
    make(t->path, 1);
}

static void test_newer_and_older(void **state)
{
    struct temp_db *t = *state;
    make(t->path, 1);
    int64_t version = number(t->path, "PRAGMA user_version");
    sql(t->path, "PRAGMA user_version = 1000");
    refused(t->path, CQ_STORE_WRITE, -ENOTSUP, "newer");
    refused(t->path, CQ_STORE_READ, -ENOTSUP, "newer");
    char text[64];
    snprintf(text, sizeof text, "PRAGMA user_version = %d", (int)version);
    sql(t->path, text);
    make(t->path, 2);

    sql(t->path, "UPDATE migrations SET sha256 = 'changed' WHERE id = 1");
    refused(t->path, CQ_STORE_WRITE, -EBADMSG, "step 1");
}

/* A database that lacks the last step and a measure, as one of an older program would. */
static void test_upgraded(void **state)
{
    struct temp_db *t = *state;
    make(t->path, 3);
    sql(t->path,
        "DROP VIEW v_calls; DROP VIEW v_measures; DROP VIEW v_agent_day;"
        " ALTER TABLE measures DROP COLUMN customer_pitch_trend_st;"
        " DELETE FROM measure_nulls WHERE measure_id = 2032; UPDATE meta SET value = '' WHERE key = 'sync'");
    refused(t->path, CQ_STORE_READ, -ENOTSUP, "upgrade");
    make(t->path, 4);
    assert_int_equal(number(t->path, "SELECT count(*) FROM v_calls"), 4);
    assert_int_equal(
        number(t->path, "SELECT count(*) FROM measures WHERE customer_pitch_trend_st IS NOT NULL") <= 1, 1);
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    assert_int_equal(cq_store_open(t->path, CQ_STORE_READ, &err, &s), 0);
    struct cq_analysis a; /* an old call says honestly that the new measure was not made */
    assert_int_equal(cq_store_load(s, 1, &err, &a), 0);
    assert_int_equal(a.metrics.party[CQ_CUSTOMER][CQ_PM_PITCH_TREND].reason, CQ_NULL_NOT_MEASURED);
    cq_analysis_done(&a);
    cq_store_close(s);
}

static void count_problem(void *user, const char *problem)
{
    int *n = user;
    assert_true(strlen(problem) > 5);
    (*n)++;
}

static int64_t problems(const char *path)
{
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    int64_t found = -1;
    int told = 0;
    assert_int_equal(cq_store_open(path, CQ_STORE_READ, &err, &s), 0);
    assert_int_equal(cq_store_check(s, count_problem, &told, &err, &found), 0);
    assert_int_equal(told, found);
    cq_store_close(s);
    return found;
}

static void test_check(void **state)
{
    struct temp_db *t = *state;
    static const char *const harm[] = {
        "UPDATE calls SET analysis_id = 12345 WHERE id = 1",
        "UPDATE calls SET score = coalesce(score, 0) + 1 WHERE scorecard_id IS NOT NULL",
        "DELETE FROM measures WHERE call_id = 2",
        "DELETE FROM recordings WHERE call_id = 2",
        "DELETE FROM flags WHERE call_id = (SELECT min(call_id) FROM flags)",
        "UPDATE flags SET agent = 'somebody else'",
        "DELETE FROM flagged WHERE call_id = (SELECT min(call_id) FROM flagged)",
        "UPDATE flagged SET agent_turns = ifnull(agent_turns, 0) + 1",
        "UPDATE segments SET end_ms = start_ms - 1",
        "UPDATE events SET type = 99",
        "UPDATE measures SET duration_s = 1; INSERT OR IGNORE INTO measure_nulls SELECT id, 0, 1 FROM calls",
        "PRAGMA foreign_keys = OFF; DELETE FROM calls WHERE id = 3",
    };
    for (size_t i = 0; i < sizeof harm / sizeof *harm; i++) {
        make(t->path, 12);
        assert_int_equal(problems(t->path), 0);
        sql(t->path, harm[i]);
        if (problems(t->path) == 0)
            fprintf(stderr, "not found: %s\n", harm[i]);
        assert_true(problems(t->path) > 0);
        temp_db_done(t);
        temp_db_init(t);
    }
}

/* A database from before `flagged`: it is filled when a writer opens it. */
static void test_flagged_is_filled(void **state)
{
    struct temp_db *t = *state;
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    make(t->path, 12);
    sql(t->path, "DELETE FROM flagged; DELETE FROM meta WHERE key = 'sync'");
    assert_true(problems(t->path) > 0);
    assert_int_equal(cq_store_open(t->path, CQ_STORE_WRITE, &err, &s), 0);
    cq_store_close(s);
    assert_int_equal(problems(t->path), 0);
    sql(t->path,
        "UPDATE calls SET started_s = 1234567 WHERE id % 2; UPDATE calls SET started_s = NULL WHERE id % 3");
    assert_int_equal(problems(t->path), 0);
}

static void test_damage(void **state)
{
    struct temp_db *t = *state;
    make(t->path, 40);
    sql(t->path, "PRAGMA wal_checkpoint(TRUNCATE)");
    long n_pages = (long)number(t->path, "PRAGMA page_count");
    FILE *f = fopen(t->path, "r+");
    assert_non_null(f);
    for (long page = n_pages - 20; page < n_pages; page++) {
        fseek(f, page * 4096 + 5, SEEK_SET);
        fputs("damaged damaged damaged damaged", f);
    }
    fclose(f);
    assert_true(problems(t->path) > 0);
}

static void test_backup(void **state)
{
    struct temp_db *t = *state;
    struct cq_store *s = NULL;
    struct cq_error err = {0};
    char copy[128];
    make(t->path, 5);
    snprintf(copy, sizeof copy, "%s.bak", t->path);
    assert_int_equal(cq_store_open(t->path, CQ_STORE_READ, &err, &s), 0);
    assert_int_equal(cq_store_backup(s, copy, &err), 0);
    assert_int_equal(cq_store_backup(s, copy, &err), -EEXIST);
    assert_int_equal(cq_store_backup(s, "/nonexistent-folder/x", &err), -ENOENT);
    cq_store_close(s);
    assert_int_equal(number(copy, "SELECT count(*) FROM calls"), 5);
    assert_int_equal(problems(copy), 0);
    make(copy, 6); /* as good as the original */

    assert_int_equal(cq_store_open(t->path, CQ_STORE_WRITE, &err, &s), 0);
    sql(t->path, "PRAGMA foreign_keys = ON; DELETE FROM calls WHERE id > 1");
    struct stat before, after;
    assert_int_equal(stat(t->path, &before), 0);
    assert_int_equal(cq_store_vacuum(s, &err), 0);
    assert_int_equal(stat(t->path, &after), 0);
    cq_store_close(s);
    assert_int_equal(problems(t->path), 0);
    assert_int_equal(
        number(t->path, "SELECT count(*) FROM evidence WHERE scorecard_id NOT IN (SELECT id FROM scorecards)"),
        0);
}

static void test_two_writers(void **state)
{
    struct temp_db *t = *state;
    struct cq_store *a = NULL, *b = NULL;
    struct cq_error err = {0};
    struct cq_analysis x;
    int64_t ia = -1, ib = -2;
    enum cq_saved saved;
    assert_int_equal(cq_store_open(t->path, CQ_STORE_WRITE, &err, &a), 0);
    assert_int_equal(cq_store_open(t->path, CQ_STORE_WRITE, &err, &b), 0);
    random_analysis(1, &x);
    assert_int_equal(cq_store_save(a, &x, false, &err, &ia, &saved), 0);
    assert_int_equal(saved, CQ_SAVED_NEW);
    assert_int_equal(cq_store_save(b, &x, false, &err, &ib, &saved), 0);
    assert_int_equal(saved, CQ_SAVED_SAME);
    assert_int_equal(ia, ib);
    cq_analysis_done(&x);
    cq_store_close(a);
    cq_store_close(b);
    cq_store_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_made, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
        cmocka_unit_test_setup_teardown(test_not_a_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_newer_and_older, setup, teardown),
        cmocka_unit_test_setup_teardown(test_upgraded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_check, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flagged_is_filled, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_backup, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_writers, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
