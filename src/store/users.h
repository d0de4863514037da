/* store/users.h - who may open the review page, and their sessions. */
#ifndef CQ_STORE_USERS_H
#define CQ_STORE_USERS_H

#include "base/secret.h"
#include "store/store.h"

/* What somebody may do; kept as numbers, so append only. */
enum cq_role { CQ_ROLE_ADMIN, CQ_ROLE_LEAD, CQ_ROLE_REVIEWER, CQ_ROLE_TRAINER, CQ_ROLE_AGENT, CQ_N_ROLES };

/* "admin", "lead", "reviewer", "trainer", "agent". */
const char *cq_role_name(enum cq_role role);
int cq_role_from_name(const char *name, enum cq_role *ret_role); /* -ENOENT */

#define CQ_USER_NAME_MAX 65   /* bytes with the terminator */
#define CQ_USER_TITLE_MAX 129 /* likewise */

struct cq_user {
    int64_t id;
    char name[CQ_USER_NAME_MAX];   /* to log in with; unique, whatever the case of its ASCII letters */
    char title[CQ_USER_TITLE_MAX]; /* as people call them; may be empty */
    char agent[CQ_USER_NAME_MAX];  /* of role agent: whose calls these are; else may be empty */
    enum cq_role role;
    bool disabled;
    int64_t created_s;
};

/* Is it a name to log in with: 1 to 64 bytes of UTF-8, no control characters, no space at either end? */
bool cq_user_name_ok(const char *name);

/* Add one; user->id and created_s are given. -EEXIST the name is taken, -EINVAL no name. */
int cq_users_add(struct cq_store *s, const struct cq_user *user, const char *hash, struct cq_error *err,
                 int64_t *ret_id);
/* By name; ret_hash may be NULL. -ENOENT. */
int cq_users_find(struct cq_store *s, const char *name, struct cq_error *err, struct cq_user *ret_user,
                  char ret_hash[CQ_SECRET_HASH_MAX]);
/* Each user by name; a non-zero return ends it and is returned. */
int cq_users_each(struct cq_store *s, int (*found)(void *user, const struct cq_user *u), void *user,
                  struct cq_error *err);
/* Both end the user's sessions. -ENOENT. */
int cq_users_set_hash(struct cq_store *s, int64_t id, const char *hash, struct cq_error *err);
int cq_users_set_disabled(struct cq_store *s, int64_t id, bool disabled, struct cq_error *err);
int cq_users_set_role(struct cq_store *s, int64_t id, enum cq_role role, struct cq_error *err);

/* Somebody who is logged in. */
struct cq_session {
    int64_t id;
    struct cq_user user;
    char csrf[CQ_SECRET_TOKEN_HEX];
    int64_t started_s;
    int64_t seen_s;
};

/* When sessions end by themselves. */
struct cq_session_limits {
    int64_t idle_s;     /* since the last request */
    int64_t absolute_s; /* since the login */
};

/*
 * A new session of a user. The database keeps the token's SHA-256 only. Sessions of one user beyond the newest
 * sixteen, and those that have ended, are deleted.
 */
int cq_session_start(struct cq_store *s, int64_t user, const struct cq_session_limits *limits, int64_t now_s,
                     struct cq_error *err, char ret_token[CQ_SECRET_TOKEN_HEX]);
/* -ENOENT: unknown, over, or the user is disabled. */
int cq_session_find(struct cq_store *s, const char *token, const struct cq_session_limits *limits,
                    int64_t now_s, struct cq_error *err, struct cq_session *ret_session);
int cq_session_touch(struct cq_store *s, int64_t id, int64_t now_s, struct cq_error *err);
int cq_session_end(struct cq_store *s, int64_t id, struct cq_error *err);

#endif
