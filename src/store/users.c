#include "store/users.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"
#include "base/time.h"
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const role_names[] = {"admin", "lead", "reviewer", "trainer", "agent"};
static_assert(sizeof role_names / sizeof *role_names == CQ_N_ROLES, "a name a role");

const char *cq_role_name(enum cq_role role)
{
    return role_names[role];
}

int cq_role_from_name(const char *name, enum cq_role *ret_role)
{
    for (int i = 0; i < CQ_N_ROLES; i++) {
        if (!strcmp(name, role_names[i])) {
            *ret_role = (enum cq_role)i;
            return 0;
        }
    }
    return -ENOENT;
}

bool cq_user_name_ok(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n >= CQ_USER_NAME_MAX || cq_str_utf8_prefix(name) != n || name[0] == ' ' ||
        name[n - 1] == ' ')
        return false;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f)
            return false;
    }
    return true;
}

int cq_users_add(struct cq_store *s, const struct cq_user *user, const char *hash, struct cq_error *err,
                 int64_t *ret_id)
{
    if (!cq_user_name_ok(user->name))
        return cq_error_set(err, -EINVAL, NULL, 0,
                            "a user's name has 1 to 64 characters, none of them a control character");
    int r = cq_users_find(s, user->name, err, &(struct cq_user){0}, NULL);
    if (r != -ENOENT)
        return r ? r : cq_error_set(err, -EEXIST, NULL, 0, "there is a user \"%s\" already", user->name);
    struct cq_db_st q = cq_db_st(s, "INSERT INTO users(name, title, role, agent, hash, created_s)"
                                    " VALUES(?, ?, ?, ?, ?, ?)");
    cq_db_text(&q, user->name);
    cq_db_text(&q, user->title);
    cq_db_int(&q, user->role);
    cq_db_text(&q, user->agent);
    cq_db_text(&q, hash);
    cq_db_int(&q, cq_time_now_s());
    r = cq_db_run(&q, err);
    if (!r)
        *ret_id = sqlite3_last_insert_rowid(s->db);
    return r;
}

/* Columns of users from `col` on: id, name, title, role, agent, disabled, created_s. */
static void read_user(const struct cq_db_st *q, int col, struct cq_user *u)
{
    int64_t role = cq_db_get_int(q, col + 3);
    *u = (struct cq_user){.id = cq_db_get_int(q, col)};
    cq_db_get_chars(q, col + 1, u->name, sizeof u->name);
    cq_db_get_chars(q, col + 2, u->title, sizeof u->title);
    /* a number that is none of ours may do the least */
    u->role = role >= 0 && role < CQ_N_ROLES ? (enum cq_role)role : CQ_ROLE_AGENT;
    cq_db_get_chars(q, col + 4, u->agent, sizeof u->agent);
    u->disabled = cq_db_get_int(q, col + 5) != 0;
    u->created_s = cq_db_get_int(q, col + 6);
}

int cq_users_find(struct cq_store *s, const char *name, struct cq_error *err, struct cq_user *ret_user,
                  char ret_hash[CQ_SECRET_HASH_MAX])
{
    struct cq_db_st q =
        cq_db_st(s, "SELECT id, name, title, role, agent, disabled, created_s, hash FROM users WHERE name = ?");
    cq_db_text(&q, name);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    read_user(&q, 0, ret_user);
    if (ret_hash)
        cq_db_get_chars(&q, 7, ret_hash, CQ_SECRET_HASH_MAX);
    cq_db_reset(&q);
    return 0;
}

int cq_users_each(struct cq_store *s, int (*found)(void *user, const struct cq_user *u), void *user,
                  struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "SELECT id, name, title, role, agent, disabled, created_s FROM users ORDER BY name");
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_user u;
        read_user(&q, 0, &u);
        r = found(user, &u);
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

/* After an UPDATE of one user. */
static int changed(struct cq_store *s, int r)
{
    return r ? r : sqlite3_changes(s->db) ? 0 : -ENOENT;
}

static int end_sessions(struct cq_store *s, int64_t id, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "DELETE FROM sessions WHERE user_id = ?");
    cq_db_int(&q, id);
    return cq_db_run(&q, err);
}

int cq_users_set_hash(struct cq_store *s, int64_t id, const char *hash, struct cq_error *err)
{
    int r = cq_db_begin(s, err);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(s, "UPDATE users SET hash = ? WHERE id = ?");
    cq_db_text(&q, hash);
    cq_db_int(&q, id);
    r = changed(s, cq_db_run(&q, err));
    if (!r)
        r = end_sessions(s, id, err);
    return cq_db_end(s, r, err);
}

int cq_users_set_disabled(struct cq_store *s, int64_t id, bool disabled, struct cq_error *err)
{
    int r = cq_db_begin(s, err);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(s, "UPDATE users SET disabled = ? WHERE id = ?");
    cq_db_int(&q, disabled);
    cq_db_int(&q, id);
    r = changed(s, cq_db_run(&q, err));
    if (!r)
        r = end_sessions(s, id, err);
    return cq_db_end(s, r, err);
}

int cq_users_set_role(struct cq_store *s, int64_t id, enum cq_role role, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "UPDATE users SET role = ? WHERE id = ?");
    cq_db_int(&q, role);
    cq_db_int(&q, id);
    return changed(s, cq_db_run(&q, err));
}

static void bind_token(struct cq_db_st *q, const char *token, unsigned char hash[32])
{
    char hex[CQ_HASH_HEX];
    cq_hash_bytes(token, strlen(token), hex);
    (void)cq_db_hash_bytes(hex, hash);
    cq_db_blob(q, hash, 32);
}

static int purge(struct cq_store *s, int64_t user, const struct cq_session_limits *limits, int64_t now_s,
                 struct cq_error *err)
{
    struct cq_db_st old = cq_db_st(s, "DELETE FROM sessions WHERE seen_s <= ? OR started_s <= ?");
    cq_db_int(&old, now_s - limits->idle_s);
    cq_db_int(&old, now_s - limits->absolute_s);
    int r = cq_db_run(&old, err);
    if (r)
        return r;
    struct cq_db_st many =
        cq_db_st(s, "DELETE FROM sessions WHERE user_id = ?1 AND id NOT IN"
                    " (SELECT id FROM sessions WHERE user_id = ?1 ORDER BY id DESC LIMIT 15)");
    cq_db_int(&many, user);
    return cq_db_run(&many, err);
}

int cq_session_start(struct cq_store *s, int64_t user, const struct cq_session_limits *limits, int64_t now_s,
                     struct cq_error *err, char ret_token[CQ_SECRET_TOKEN_HEX])
{
    unsigned char hash[32];
    char token[CQ_SECRET_TOKEN_HEX], csrf[CQ_SECRET_TOKEN_HEX];
    cq_secret_token(token);
    cq_secret_token(csrf);
    int r = cq_db_begin(s, err);
    if (r)
        return r;
    r = purge(s, user, limits, now_s, err);
    if (!r) {
        struct cq_db_st q = cq_db_st(s, "INSERT INTO sessions(token_sha256, user_id, csrf, started_s, seen_s)"
                                        " VALUES(?, ?, ?, ?, ?)");
        bind_token(&q, token, hash);
        cq_db_int(&q, user);
        cq_db_text(&q, csrf);
        cq_db_int(&q, now_s);
        cq_db_int(&q, now_s);
        r = cq_db_run(&q, err);
    }
    r = cq_db_end(s, r, err);
    if (!r)
        memcpy(ret_token, token, sizeof token);
    cq_secret_wipe(token, sizeof token);
    return r;
}

int cq_session_find(struct cq_store *s, const char *token, const struct cq_session_limits *limits,
                    int64_t now_s, struct cq_error *err, struct cq_session *ret_session)
{
    unsigned char hash[32];
    struct cq_db_st q =
        cq_db_st(s, "SELECT x.id, x.csrf, x.started_s, x.seen_s, u.id, u.name, u.title, u.role, u.agent,"
                    " u.disabled, u.created_s FROM sessions x JOIN users u ON u.id = x.user_id"
                    " WHERE x.token_sha256 = ? AND x.seen_s > ? AND x.started_s > ? AND u.disabled = 0");
    bind_token(&q, token, hash);
    cq_db_int(&q, now_s - limits->idle_s);
    cq_db_int(&q, now_s - limits->absolute_s);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    struct cq_session found = {
        .id = cq_db_get_int(&q, 0), .started_s = cq_db_get_int(&q, 2), .seen_s = cq_db_get_int(&q, 3)};
    cq_db_get_chars(&q, 1, found.csrf, sizeof found.csrf);
    read_user(&q, 4, &found.user);
    cq_db_reset(&q);
    *ret_session = found;
    return 0;
}

int cq_session_touch(struct cq_store *s, int64_t id, int64_t now_s, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "UPDATE sessions SET seen_s = max(seen_s, ?) WHERE id = ?");
    cq_db_int(&q, now_s);
    cq_db_int(&q, id);
    return cq_db_run(&q, err);
}

int cq_session_end(struct cq_store *s, int64_t id, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "DELETE FROM sessions WHERE id = ?");
    cq_db_int(&q, id);
    return cq_db_run(&q, err);
}
