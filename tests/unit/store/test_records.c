/* Records of contacts: what an import and what side-cars say of the same one, and which call it belongs to. */
#include "base/hash.h"
#include "base/str.h"
#include "random_analysis.h"
#include "store/facts.h"
#include "store/records.h"
#include "store/schema.h"
#include "temp_db.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static const struct cq_record_source import = {"tester", "tickets.csv"}, sidecar = {"watch", "/in/a.json"};

static void set_text(struct cq_record *r, enum cq_record_field field, const char *text)
{
    r->v[field].has = text != NULL;
    assert_int_equal(cq_str_set(&r->v[field].text, text), 0);
}

static void set_number(struct cq_record *r, enum cq_record_field field, double v)
{
    r->v[field] = (struct cq_record_value){.has = true, .number = v};
}

static int64_t add_call(struct cq_store *s, unsigned seed, const char *path, const char *external_id)
{
    struct cq_analysis a;
    struct cq_error err = {0};
    enum cq_saved saved;
    int64_t call = 0;
    random_analysis(seed, &a);
    assert_int_equal(cq_str_set(&a.recording.path, path), 0);
    assert_int_equal(cq_str_set(&a.info.external_id, external_id), 0);
    assert_int_equal(cq_store_save(s, &a, false, &err, &call, &saved), 0);
    cq_analysis_done(&a);
    return call;
}

static enum cq_saved tell(struct cq_store *s, int64_t call, const struct cq_record *r)
{
    struct cq_error err = {0};
    enum cq_saved saved = CQ_SAVED_SAME;
    int bad = cq_records_tell(s, call, r, &sidecar, &err, &saved);
    if (bad)
        fail_msg("%d %s", bad, err.what);
    return saved;
}

static void put(struct cq_store *s, const struct cq_record *r)
{
    struct cq_error err = {0};
    enum cq_saved saved = CQ_SAVED_SAME;
    assert_int_equal(cq_records_put(s, r, &import, &err, &saved), 0);
}

/* "ticket/reason/csat", or "none". */
static void check(struct cq_store *s, int64_t call, const char *key, const char *want, const char *want_source)
{
    struct cq_record r = {0};
    struct cq_str got = {0};
    char *source = NULL;
    int bad = cq_records_of_call(s, call, NULL, &r, &source);
    if (bad == -ENOENT) {
        assert_string_equal(want, "none");
        return;
    }
    assert_int_equal(bad, 0);
    const char *ticket = r.v[CQ_RECORD_TICKET].text, *reason = r.v[CQ_RECORD_REASON].text;
    cq_str_printf(&got, "%s/%s/%g", ticket ? ticket : "-", reason ? reason : "-",
                  r.v[CQ_RECORD_CSAT].has ? r.v[CQ_RECORD_CSAT].number : 0);
    assert_string_equal(got.s, want);
    assert_string_equal(r.v[CQ_RECORD_EXTERNAL_ID].text, key);
    assert_string_equal(source, want_source);
    cq_str_done(&got);
    cq_record_done(&r);
    free(source);
}

static void test_precedence(void **state)
{
    (void)state;
    struct temp_db t;
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    struct cq_record told = {0}, given = {0};
    temp_db_init(&t);
    assert_int_equal(cq_store_open(t.path, CQ_STORE_WRITE, &err, &s), 0);
    int64_t call = add_call(s, 1, "/in/a.wav", NULL);

    assert_int_equal(tell(s, call, &told), CQ_SAVED_SAME); /* nothing to say: no record */
    check(s, call, "", "none", "");
    set_text(&told, CQ_RECORD_TICKET, "T1");
    set_text(&told, CQ_RECORD_REASON, "billing");
    assert_int_equal(tell(s, call, &told), CQ_SAVED_NEW);
    assert_int_equal(tell(s, call, &told), CQ_SAVED_SAME);
    check(s, call, "a.wav", "T1/billing/0", "/in/a.json");

    /* an import over a side-car, and it stays so when the side-car is read again */
    set_text(&given, CQ_RECORD_EXTERNAL_ID, "a.wav");
    set_text(&given, CQ_RECORD_TICKET, "T2");
    set_number(&given, CQ_RECORD_CSAT, 3);
    put(s, &given);
    check(s, call, "a.wav", "T2/billing/3", "tickets.csv");
    set_number(&told, CQ_RECORD_CSAT, 5);
    assert_int_equal(tell(s, call, &told), CQ_SAVED_SAME);
    check(s, call, "a.wav", "T2/billing/3", "tickets.csv");

    /* what only side-cars said, they change and take back */
    set_text(&told, CQ_RECORD_REASON, "moving");
    assert_int_equal(tell(s, call, &told), CQ_SAVED_REPLACED);
    check(s, call, "a.wav", "T2/moving/3", "/in/a.json");
    set_text(&told, CQ_RECORD_REASON, NULL);
    assert_int_equal(tell(s, call, &told), CQ_SAVED_REPLACED);
    check(s, call, "a.wav", "T2/-/3", "/in/a.json");

    /* the same value from an import is the import's from then on */
    set_text(&told, CQ_RECORD_REASON, "again");
    tell(s, call, &told);
    set_text(&given, CQ_RECORD_REASON, "again");
    put(s, &given);
    set_text(&told, CQ_RECORD_REASON, "other");
    tell(s, call, &told);
    check(s, call, "a.wav", "T2/again/3", "/in/a.json");

    /* an imported record outlives its call */
    assert_int_equal(cq_store_delete_call(s, call, &err), 0);
    int64_t other = add_call(s, 2, "/in/a.wav", NULL);
    check(s, other, "a.wav", "T2/again/3", "/in/a.json");
    cq_record_done(&told);
    cq_record_done(&given);
    cq_store_close(s);
    temp_db_done(&t);
}

static void test_keys(void **state)
{
    (void)state;
    struct temp_db t;
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    struct cq_record told = {0};
    temp_db_init(&t);
    assert_int_equal(cq_store_open(t.path, CQ_STORE_WRITE, &err, &s), 0);
    int64_t first = add_call(s, 1, "/in/1/x.wav", NULL), second = add_call(s, 2, "/in/2/x.wav", NULL);
    int64_t third = add_call(s, 3, "/in/3/y.wav", "id-3"), fourth = add_call(s, 4, "/in/4/z.wav", NULL);

    /* two recordings of one name: each has its own record */
    set_text(&told, CQ_RECORD_TICKET, "first");
    tell(s, first, &told);
    set_text(&told, CQ_RECORD_TICKET, "second");
    tell(s, second, &told);
    check(s, first, "/in/1/x.wav", "first/-/0", "/in/a.json");
    check(s, second, "/in/2/x.wav", "second/-/0", "/in/a.json");
    /* a call without one does not get another's */
    int64_t fifth = add_call(s, 5, "/in/5/x.wav", NULL);
    check(s, fifth, "", "none", "");
    /* moved: still its own */
    assert_int_equal(cq_call_path_moved(s, first, "/in/1/x.wav", "/done/x.wav", &err), 0);
    check(s, first, "/in/1/x.wav", "first/-/0", "/in/a.json");

    set_text(&told, CQ_RECORD_TICKET, "third");
    set_text(&told, CQ_RECORD_EXTERNAL_ID, "id-3");
    tell(s, third, &told);
    check(s, third, "id-3", "third/-/0", "/in/a.json");

    /* the id becomes known later: the same record under another key */
    set_text(&told, CQ_RECORD_TICKET, "fourth");
    set_text(&told, CQ_RECORD_EXTERNAL_ID, NULL);
    tell(s, fourth, &told);
    check(s, fourth, "z.wav", "fourth/-/0", "/in/a.json");
    set_text(&told, CQ_RECORD_EXTERNAL_ID, "id-4");
    assert_int_equal(tell(s, fourth, &told), CQ_SAVED_REPLACED);
    check(s, fourth, "id-4", "fourth/-/0", "/in/a.json");

    /* what only side-cars made goes with its call, and with the last thing they say */
    set_text(&told, CQ_RECORD_TICKET, NULL);
    tell(s, fourth, &told);
    check(s, fourth, "", "none", "");
    assert_int_equal(cq_store_delete_call(s, third, &err), 0);
    int64_t again = add_call(s, 6, "/in/6/y.wav", "id-3");
    check(s, again, "", "none", "");
    cq_record_done(&told);
    cq_store_close(s);
    temp_db_done(&t);
}

/* Side-cars: rows of readings, what is gone, ranks. */
static int note_gone(void *user, const char *stem)
{
    cq_str_printf(user, "%s ", stem);
    return 0;
}

static void test_sidecars(void **state)
{
    (void)state;
    struct temp_db t;
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    struct cq_sidecar_reading table, own;
    struct cq_facts f = {0}, found = {0};
    struct cq_str gone = {0};
    bool changed = false;
    size_t n = 9;
    temp_db_init(&t);
    assert_int_equal(cq_store_open(t.path, CQ_STORE_WRITE, &err, &s), 0);
    assert_int_equal(cq_sidecar_begin(s, "/in/calls.csv", "/in", 0, &err, &table), 0);
    assert_int_equal(cq_facts_set(&f, "agent", "A1"), 0);
    assert_int_equal(cq_sidecar_put(s, &table, "x", &f, &err, &changed), 0);
    assert_true(changed);
    assert_int_equal(cq_sidecar_put(s, &table, "y", &f, &err, &changed), 0);
    assert_int_equal(cq_facts_set(&f, "queue", "Q"), 0);
    assert_int_equal(cq_sidecar_put(s, &table, "x", &f, &err, &changed), 0); /* a second row of one recording */
    assert_true(changed);
    assert_int_equal(cq_sidecar_begin(s, "/in/x.json", "/in", 2, &err, &own), 0);
    assert_int_equal(cq_facts_set(&f, "agent", "own"), 0);
    f.n = 1;
    assert_int_equal(cq_sidecar_put(s, &own, "x", &f, &err, &changed), 0);
    assert_int_equal(cq_sidecar_lookup(s, "/in", "x", &err, &found), 0);
    assert_string_equal(cq_facts_get(&found, "agent"), "own");
    assert_string_equal(cq_facts_get(&found, "queue"), "Q");
    assert_string_equal(found.source, "/in/x.json");
    cq_facts_done(&found);
    assert_int_equal(cq_sidecar_lookup(s, "/elsewhere", "x", &err, &found), 0);
    assert_int_equal(found.n, 0);

    /* read again: y is no longer in it, x says the same */
    assert_int_equal(cq_sidecar_begin(s, "/in/calls.csv", "/in", 0, &err, &table), 0);
    f.n = 2;
    assert_int_equal(cq_facts_set(&f, "agent", "A1"), 0);
    assert_int_equal(cq_sidecar_put(s, &table, "x", &f, &err, &changed), 0);
    assert_false(changed);
    assert_int_equal(cq_sidecar_sweep(s, &table, 100, note_gone, &gone, &err, &n), 0);
    assert_int_equal(n, 1);
    assert_string_equal(gone.s, "y ");
    assert_int_equal(cq_sidecar_sweep(s, &table, 100, note_gone, &gone, &err, &n), 0);
    assert_int_equal(n, 0);
    cq_str_done(&gone);
    cq_facts_done(&f);
    cq_store_close(s);
    temp_db_done(&t);
}

static void run_sql(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", why, sql);
}

/* A database as the program before the step "sources of records" left it. */
static void make_old(const char *path)
{
    sqlite3 *db = NULL;
    int n = 0;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    run_sql(db, "CREATE TABLE migrations(id INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL,"
                " applied_s INTEGER NOT NULL, program TEXT NOT NULL) STRICT");
    for (; n < cq_n_migrations && strcmp(cq_migrations[n].name, "sources of records") != 0; n++) {
        char hex[CQ_HASH_HEX], row[256];
        run_sql(db, cq_migrations[n].sql);
        cq_hash_bytes(cq_migrations[n].sql, strlen(cq_migrations[n].sql), hex);
        snprintf(row, sizeof row, "INSERT INTO migrations VALUES(%d, '%s', '%s', 0, 'old')", n + 1,
                 cq_migrations[n].name, hex);
        run_sql(db, row);
    }
    assert_true(n < cq_n_migrations);
    struct cq_str pragma = {0};
    cq_str_printf(&pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d;", CQ_STORE_APPLICATION_ID, n);
    run_sql(db, pragma.s);
    cq_str_done(&pragma);
    run_sql(
        db,
        "INSERT INTO calls(id, sha256, agent, external_id, created_s, duration_ms, status, diarized) VALUES"
        " (1, zeroblob(32), 'A1', NULL, 0, 1, 0, 0), (2, randomblob(32), 'A2', 'known', 0, 1, 0, 0),"
        " (3, randomblob(32), 'A3', NULL, 0, 1, 0, 0), (4, randomblob(32), 'A4', '', 0, 1, 0, 0);"
        "INSERT INTO call_paths VALUES(1, '/in/a.wav', 'a.wav', 0, 1, NULL), (2, '/in/b.wav', 'b.wav', 0, 1, "
        "NULL),"
        " (3, '/in/3/c.wav', 'c.wav', 0, 1, NULL), (4, '/in/4/c.wav', 'c.wav', 0, 1, NULL);"
        "INSERT INTO records(external_id, ticket, imported_s) VALUES('known', 'imported', 0);"
        "INSERT INTO call_facts VALUES(1, 'ticket', 'T1'), (1, 'csat', '4'), (1, 'priority', 'Urgent'),"
        " (2, 'ticket', 'T2'), (2, 'reason', 'billing'), (3, 'csat', '77'), (3, 'promise', 'call back'),"
        " (4, 'priority', 'P1'), (4, 'reason', 'other');"
        "INSERT INTO sidecar_facts VALUES('/in', 'a', 0, '/in/calls.csv', 'ticket', 'T1'),"
        " ('/in', 'a', 0, '/in/calls.csv', 'csat', '4'), ('/in/4', 'c', 2, '/in/4/c.json', 'priority', 'P1');");
    sqlite3_close(db);
}

/* What earlier versions kept beside calls became records. */
static void test_migration(void **state)
{
    (void)state;
    struct temp_db t;
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    struct cq_facts f = {0};
    struct cq_record r = {0}, told = {0};
    char *source = NULL;
    temp_db_init(&t);
    make_old(t.path);
    if (cq_store_open(t.path, CQ_STORE_WRITE, &err, &s))
        fail_msg("%s", err.what);
    check(s, 1, "a.wav", "T1/-/4", "side-car");
    check(s, 2, "known", "imported/billing/0", "");
    check(s, 3, "/in/3/c.wav", "-/-/0", "side-car"); /* 77 is no rating; the promise is kept */
    check(s, 4, "/in/4/c.wav", "-/other/0", "side-car");
    assert_int_equal(cq_records_of_call(s, 1, &err, &r, &source), 0);
    assert_true(r.v[CQ_RECORD_PRIORITY].has && r.v[CQ_RECORD_PRIORITY].number == CQ_PRIORITY_URGENT);
    cq_record_done(&r);
    free(source);
    assert_int_equal(cq_records_of_call(s, 3, &err, &r, &source), 0);
    assert_string_equal(r.v[CQ_RECORD_PROMISE].text, "call back");
    cq_record_done(&r);
    free(source);
    /* side-cars go on where they were */
    assert_int_equal(cq_sidecar_lookup(s, "/in", "a", &err, &f), 0);
    assert_string_equal(cq_facts_get(&f, "ticket"), "T1");
    cq_facts_done(&f);
    set_text(&told, CQ_RECORD_TICKET, "T9");
    tell(s, 1, &told);
    check(s, 1, "a.wav", "T9/-/0", "/in/a.json");
    cq_record_done(&told);
    cq_store_close(s);
    temp_db_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_precedence), cmocka_unit_test(test_keys),
                                       cmocka_unit_test(test_sidecars), cmocka_unit_test(test_migration)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
