/* The audit table: added to in the caller's transaction, never changed, and changes behind its back are found.
 */
#include "store/audit.h"

#include "base/str.h"
#include "temp_db.h"

#include <errno.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct temp_db db;
    struct cq_store *s;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    temp_db_init(&f->db);
    *state = f;
    return cq_store_open(f->db.path, CQ_STORE_WRITE, NULL, &f->s);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    cq_store_close(f->s);
    temp_db_done(&f->db);
    free(f);
    return 0;
}

/* SQL from another program; the result code. */
static int sql(const struct fixture *f, const char *text)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(f->db.path, &db), SQLITE_OK);
    int rc = sqlite3_exec(db, text, NULL, NULL, NULL);
    sqlite3_close(db);
    return rc;
}

static void append(struct fixture *f, const char *who, const char *action)
{
    struct cq_audit_entry e = {who, action, "call:1", NULL, "{\"score\":4}"};
    assert_int_equal(cq_audit_append(f->s, &e, NULL), 0);
}

static struct cq_audit_state verify(struct fixture *f)
{
    struct cq_audit_state st = {0};
    assert_int_equal(cq_audit_verify(f->s, NULL, NULL, &st), 0);
    return st;
}

static int collect(void *user, const struct cq_audit_row *row)
{
    cq_str_printf(user, "%lld %s %s %s %s %s\n", (long long)row->id, row->entry.who, row->entry.action,
                  row->entry.subject, row->entry.before ? row->entry.before : "-",
                  row->entry.after ? row->entry.after : "-");
    return 0;
}

static void assert_list(struct fixture *f, const struct cq_audit_filter *filter, const char *expected)
{
    struct cq_str out = {0};
    assert_int_equal(cq_audit_list(f->s, filter, collect, &out, NULL), 0);
    assert_string_equal(out.s ? out.s : "", expected);
    cq_str_done(&out);
}

static void test_list(void **state)
{
    struct fixture *f = *state;
    struct cq_audit_filter filter = CQ_AUDIT_FILTER_INIT;
    assert_list(f, &filter, "");
    append(f, "li", "review.start");
    append(f, "wang", "review.submit");
    append(f, "li", "reviewer.add");
    assert_list(f, &filter,
                "3 li reviewer.add call:1 - {\"score\":4}\n2 wang review.submit call:1 - {\"score\":4}\n"
                "1 li review.start call:1 - {\"score\":4}\n");
    filter.action = "review"; /* a whole word, not a beginning */
    filter.who = "li";
    assert_list(f, &filter, "1 li review.start call:1 - {\"score\":4}\n");
    filter.since_s = INT64_MAX;
    assert_list(f, &filter, "");
    assert_int_equal(verify(f).n, 3);
}

static void test_refused(void **state)
{
    struct fixture *f = *state;
    static char big[CQ_AUDIT_MAX_NAME + 2];
    memset(big, 'x', sizeof big - 1);
    const struct cq_audit_entry bad[] = {
        {"", "a", "s", NULL, NULL},   {NULL, "a", "s", NULL, NULL}, {"w", "", "s", NULL, NULL},
        {"w", "a", NULL, NULL, NULL}, {"w", "a", "s", "{", NULL},   {"w", "a", "s", NULL, "no json"},
        {big, "a", "s", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cq_error err = {0};
        assert_true(cq_audit_append(f->s, &bad[i], &err) < 0);
        assert_true(err.what[0]);
    }
    assert_int_equal(verify(f).n, 0);
}

/* What the caller's transaction takes back, the audit never had; numbers have no gap. */
static void test_inside_a_transaction(void **state)
{
    struct fixture *f = *state;
    append(f, "li", "one");
    assert_int_equal(cq_store_begin(f->s, NULL), 0);
    append(f, "li", "two");
    append(f, "li", "three");
    cq_store_rollback(f->s);
    assert_int_equal(verify(f).n, 1);
    assert_int_equal(cq_store_begin(f->s, NULL), 0);
    append(f, "li", "four");
    assert_int_equal(cq_store_commit(f->s, NULL), 0);
    struct cq_audit_state st = verify(f);
    assert_int_equal(st.n, 2);
    assert_int_equal(st.bad, 0);
    assert_false(st.cut);
}

static void test_only_added(void **state)
{
    struct fixture *f = *state;
    append(f, "li", "one");
    append(f, "li", "two");
    assert_int_equal(sql(f, "UPDATE audit SET who = 'wang'"), SQLITE_CONSTRAINT);
    assert_int_equal(sql(f, "DELETE FROM audit"), SQLITE_CONSTRAINT);
    assert_int_equal(sql(f, "INSERT OR REPLACE INTO audit(id, at_s, who, action, subject, sha256)"
                            " VALUES(1, 0, 'wang', 'a', 's', zeroblob(32))"),
                     SQLITE_CONSTRAINT);
    assert_int_equal(sql(f, "INSERT INTO audit(at_s, who, action, subject, sha256)"
                            " VALUES(0, 'wang', 'a', 's', zeroblob(32))"),
                     SQLITE_CONSTRAINT);
    assert_int_equal(verify(f).n, 2);
    assert_int_equal(verify(f).bad, 0);
}

static void test_tampering_is_found(void **state)
{
    static const char *const changes[] = {
        "UPDATE audit SET who = 'wang' WHERE id = 2",
        "UPDATE audit SET before_json = '1' WHERE id = 2",
        "UPDATE audit SET after_json = NULL WHERE id = 2",
        "UPDATE audit SET at_s = at_s + 1 WHERE id = 2",
        "UPDATE audit SET action = 'tw', subject = 'o' || subject WHERE id = 2",
    };
    struct fixture *f = *state;
    append(f, "li", "one");
    append(f, "li", "two");
    append(f, "li", "three");
    assert_int_equal(sql(f, "DROP TRIGGER audit_update; DROP TRIGGER audit_delete;"
                            "CREATE TABLE good AS SELECT * FROM audit"),
                     SQLITE_OK);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        assert_int_equal(sql(f, changes[i]), SQLITE_OK);
        assert_int_equal(verify(f).bad, 2);
        assert_int_equal(sql(f,
                             "UPDATE audit SET (at_s, who, action, subject, before_json, after_json) = (SELECT"
                             " at_s, who, action, subject, before_json, after_json FROM good"
                             " WHERE good.id = audit.id)"),
                         SQLITE_OK);
        assert_int_equal(verify(f).bad, 0);
    }
    struct cq_audit_state whole = verify(f), st;
    assert_int_equal(sql(f, "DELETE FROM audit WHERE id = 2"), SQLITE_OK);
    assert_int_equal(verify(f).bad, 3); /* the first that is not right any more */
    assert_int_equal(sql(f, "DELETE FROM audit WHERE id = 3"), SQLITE_OK);
    assert_int_equal(verify(f).bad, 0);
    assert_true(verify(f).cut);
    assert_int_equal(cq_audit_verify(f->s, whole.head, NULL, &st), -ENOENT);
    assert_true(st.cut);
}

static void test_head(void **state)
{
    struct fixture *f = *state;
    append(f, "li", "one");
    struct cq_audit_state then = verify(f), st;
    append(f, "li", "two");
    assert_int_equal(cq_audit_verify(f->s, then.head, NULL, &st), 0);
    assert_string_not_equal(st.head, then.head);
    then.head[0] = then.head[0] == 'a' ? 'b' : 'a';
    assert_int_equal(cq_audit_verify(f->s, then.head, NULL, &st), -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_list, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_inside_a_transaction, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_added, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tampering_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_head, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
