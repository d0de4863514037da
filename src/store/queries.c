#include "store/queries.h"

#include "base/error.h"
#include "base/time.h"
#include "store/db.h"

#include <errno.h>
#include <string.h>

int cq_queries_each(struct cq_store *s, int64_t user, int (*found)(void *user, const struct cq_saved_query *q),
                    void *user_data, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "SELECT q.id, q.user_id, u.name, q.name, q.query, q.shared"
                                    " FROM saved_queries q JOIN users u ON u.id = q.user_id"
                                    " WHERE q.user_id = ? OR q.shared = 1 ORDER BY q.name, q.id");
    int r, ended = 0;
    cq_db_int(&q, user);
    while (!ended && (r = cq_db_step(&q, err)) > 0) {
        const struct cq_saved_query one = {
            .id = cq_db_get_int(&q, 0),
            .user = cq_db_get_int(&q, 1),
            .owner = cq_db_peek_text(&q, 2),
            .name = cq_db_peek_text(&q, 3),
            .query = cq_db_peek_text(&q, 4),
            .shared = cq_db_get_int(&q, 5) != 0,
        };
        ended = found(user_data, &one);
    }
    cq_db_reset(&q);
    return ended ? ended : r;
}

static int check(const char *name, const char *query, struct cq_error *err)
{
    if (name && (!*name || strlen(name) > CQ_QUERY_MAX_NAME))
        return cq_error_set(err, -EINVAL, NULL, 0, "a saved query's name has 1 to %d bytes", CQ_QUERY_MAX_NAME);
    if (query && strlen(query) > CQ_QUERY_MAX_TEXT)
        return cq_error_set(err, -EINVAL, NULL, 0, "a saved query has %d bytes at most", CQ_QUERY_MAX_TEXT);
    return 0;
}

/* Has the user another one of this name? */
static int check_free(struct cq_store *s, int64_t user, const char *name, int64_t but, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "SELECT 1 FROM saved_queries WHERE user_id = ? AND name = ? AND id <> ?");
    int64_t one;
    cq_db_int(&q, user);
    cq_db_text(&q, name);
    cq_db_int(&q, but);
    int r = cq_db_one_int(&q, err, &one);
    if (r == -ENOENT)
        return 0;
    return r ? r : cq_error_set(err, -EEXIST, NULL, 0, "there is a saved query \"%s\" already", name);
}

int cq_queries_add(struct cq_store *s, const struct cq_saved_query *query, struct cq_error *err,
                   int64_t *ret_id)
{
    struct cq_db_st count = cq_db_st(s, "SELECT count(*) FROM saved_queries WHERE user_id = ?");
    int64_t n = 0;
    int r = check(query->name, query->query, err);
    if (!r)
        r = check_free(s, query->user, query->name, 0, err);
    cq_db_int(&count, query->user);
    if (!r)
        r = cq_db_one_int(&count, err, &n);
    if (r)
        return r;
    if (n >= CQ_QUERY_MAX_OF_USER)
        return cq_error_set(err, -E2BIG, NULL, 0, "a user has %d saved queries at most; remove one first",
                            CQ_QUERY_MAX_OF_USER);
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO saved_queries(user_id, name, query, shared, saved_s) VALUES(?, ?, ?, ?, ?)");
    cq_db_int(&q, query->user);
    cq_db_text(&q, query->name);
    cq_db_text(&q, query->query);
    cq_db_int(&q, query->shared);
    cq_db_int(&q, cq_time_now_s());
    r = cq_db_run(&q, err);
    if (!r)
        *ret_id = sqlite3_last_insert_rowid(s->db);
    return r;
}

/* Did the last statement change a row? */
static int changed(struct cq_store *s, struct cq_error *err)
{
    return sqlite3_changes(s->db)
               ? 0
               : cq_error_set(err, -ENOENT, NULL, 0, "there is no such saved query of yours");
}

int cq_queries_change(struct cq_store *s, int64_t id, int64_t user, const char *name, const char *query,
                      int shared, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "UPDATE saved_queries SET name = coalesce(?, name),"
                                    " query = coalesce(?, query), shared = coalesce(?, shared), saved_s = ?"
                                    " WHERE id = ? AND user_id = ?");
    int r = check(name, query, err);
    if (!r && name)
        r = check_free(s, user, name, id, err);
    if (r)
        return r;
    cq_db_text(&q, name);
    cq_db_text(&q, query);
    if (shared < 0)
        cq_db_null(&q);
    else
        cq_db_int(&q, shared);
    cq_db_int(&q, cq_time_now_s());
    cq_db_int(&q, id);
    cq_db_int(&q, user);
    r = cq_db_run(&q, err);
    return r ? r : changed(s, err);
}

int cq_queries_remove(struct cq_store *s, int64_t id, int64_t user, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "DELETE FROM saved_queries WHERE id = ? AND user_id = ?");
    cq_db_int(&q, id);
    cq_db_int(&q, user);
    int r = cq_db_run(&q, err);
    return r ? r : changed(s, err);
}
