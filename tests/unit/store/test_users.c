/* Users, passwords and sessions. */
#include "store/users.h"

#include "temp_db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NOW 1800000000

static const struct cq_session_limits limits = {.idle_s = 3600, .absolute_s = 43200};

struct fixture {
    struct temp_db db;
    struct cq_store *s;
    int64_t id;
};

static int set_up(void **state)
{
    static struct fixture f;
    const struct cq_user u = {.name = "chen", .title = "陈静", .role = CQ_ROLE_REVIEWER};
    f = (struct fixture){0};
    temp_db_init(&f.db);
    if (cq_secret_init() || cq_store_open(f.db.path, CQ_STORE_WRITE, NULL, &f.s) ||
        cq_users_add(f.s, &u, "no hash", NULL, &f.id))
        return -1;
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    cq_store_close(f->s);
    temp_db_done(&f->db);
    return 0;
}

static void test_names(void **state)
{
    char longest[CQ_USER_NAME_MAX + 1];
    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[CQ_USER_NAME_MAX] = '\0';
    assert_false(cq_user_name_ok(longest));
    longest[CQ_USER_NAME_MAX - 1] = '\0';
    assert_true(cq_user_name_ok(longest));
    assert_true(cq_user_name_ok("王 芳"));
    assert_false(cq_user_name_ok(""));
    assert_false(cq_user_name_ok(" a"));
    assert_false(cq_user_name_ok("a "));
    assert_false(cq_user_name_ok("a\nb"));
    assert_false(cq_user_name_ok("a\x7f"));
    assert_false(cq_user_name_ok("a\xff"));
}

static void test_users(void **state)
{
    struct fixture *f = *state;
    struct cq_error err = {0};
    struct cq_user u;
    char hash[CQ_SECRET_HASH_MAX];
    int64_t id = 0;
    assert_int_equal(cq_users_find(f->s, "CHEN", &err, &u, hash), 0);
    assert_int_equal(u.id, f->id);
    assert_string_equal(u.title, "陈静");
    assert_int_equal(u.role, CQ_ROLE_REVIEWER);
    assert_string_equal(hash, "no hash");
    assert_int_equal(cq_users_add(f->s, &(struct cq_user){.name = "Chen"}, "x", &err, &id), -EEXIST);
    assert_int_equal(cq_users_add(f->s, &(struct cq_user){.name = "a\nb"}, "x", &err, &id), -EINVAL);
    assert_int_equal(cq_users_find(f->s, "nobody", &err, &u, hash), -ENOENT);
    assert_int_equal(cq_users_set_role(f->s, f->id, CQ_ROLE_LEAD, &err), 0);
    assert_int_equal(cq_users_set_role(f->s, 999, CQ_ROLE_LEAD, &err), -ENOENT);
    assert_int_equal(cq_users_set_hash(f->s, 999, "x", &err), -ENOENT);
    assert_int_equal(cq_users_set_disabled(f->s, 999, true, &err), -ENOENT);
    assert_int_equal(cq_users_find(f->s, "chen", &err, &u, NULL), 0);
    assert_int_equal(u.role, CQ_ROLE_LEAD);
}

static void start(struct fixture *f, int64_t now_s, char token[CQ_SECRET_TOKEN_HEX])
{
    assert_int_equal(cq_session_start(f->s, f->id, &limits, now_s, NULL, token), 0);
}

static bool lives(struct fixture *f, const char *token, int64_t now_s)
{
    struct cq_session s;
    return cq_session_find(f->s, token, &limits, now_s, NULL, &s) == 0;
}

static void test_sessions_end(void **state)
{
    struct fixture *f = *state;
    char a[CQ_SECRET_TOKEN_HEX], b[CQ_SECRET_TOKEN_HEX];
    struct cq_session s;
    start(f, NOW, a);
    start(f, NOW, b);
    assert_string_not_equal(a, b);
    assert_true(lives(f, a, NOW + 3599));
    assert_false(lives(f, a, NOW + 3600));
    for (int64_t at = NOW; at < NOW + 43200; at += 3000) { /* busy, but not for ever */
        assert_int_equal(cq_session_find(f->s, a, &limits, at, NULL, &s), 0);
        assert_string_equal(s.user.name, "chen");
        assert_int_equal(cq_session_touch(f->s, s.id, at, NULL), 0);
    }
    assert_false(lives(f, a, NOW + 43200));
    start(f, NOW, a);
    assert_int_equal(cq_session_find(f->s, a, &limits, NOW, NULL, &s), 0);
    assert_int_equal(cq_session_end(f->s, s.id, NULL), 0);
    assert_false(lives(f, a, NOW));
    assert_false(lives(f, "", NOW));
    assert_false(lives(f, "0123", NOW));
}

static void test_what_ends_all_sessions(void **state)
{
    struct fixture *f = *state;
    char a[CQ_SECRET_TOKEN_HEX];
    start(f, NOW, a);
    assert_int_equal(cq_users_set_hash(f->s, f->id, "another", NULL), 0);
    assert_false(lives(f, a, NOW));
    start(f, NOW, a);
    assert_int_equal(cq_users_set_disabled(f->s, f->id, true, NULL), 0);
    assert_false(lives(f, a, NOW));
    assert_int_equal(cq_users_set_disabled(f->s, f->id, false, NULL), 0);
    assert_false(lives(f, a, NOW));
}

static void test_only_the_newest_are_kept(void **state)
{
    struct fixture *f = *state;
    char first[CQ_SECRET_TOKEN_HEX], last[CQ_SECRET_TOKEN_HEX], other[CQ_SECRET_TOKEN_HEX];
    start(f, NOW, first);
    for (int i = 0; i < 15; i++)
        start(f, NOW, other);
    assert_true(lives(f, first, NOW));
    start(f, NOW, last);
    assert_false(lives(f, first, NOW));
    assert_true(lives(f, last, NOW));
}

static void test_passwords(void **state)
{
    char hash[CQ_SECRET_HASH_MAX], again[CQ_SECRET_HASH_MAX], huge[CQ_SECRET_MAX_PASSWORD + 2];
    (void)state;
    assert_int_equal(cq_secret_hash("correct horse", hash), 0);
    assert_int_equal(cq_secret_hash("correct horse", again), 0);
    assert_string_not_equal(hash, again);
    assert_memory_equal(hash, "$argon2id$", 10);
    assert_true(cq_secret_check(hash, "correct horse"));
    assert_false(cq_secret_check(hash, "correct horsf"));
    assert_false(cq_secret_check(hash, ""));
    assert_false(cq_secret_check("no hash", "correct horse"));
    assert_false(cq_secret_check(NULL, "correct horse"));
    memset(huge, 'a', sizeof huge);
    huge[sizeof huge - 1] = '\0';
    assert_int_equal(cq_secret_hash(huge, hash), -E2BIG);
    assert_false(cq_secret_check(hash, huge));
    assert_true(cq_secret_equal("ab", "ab"));
    assert_false(cq_secret_equal("ab", "ac"));
    assert_false(cq_secret_equal("ab", "abc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test_setup_teardown(test_users, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sessions_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_ends_all_sessions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_only_the_newest_are_kept, set_up, tear_down),
        cmocka_unit_test(test_passwords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
