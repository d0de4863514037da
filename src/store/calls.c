#include "store/save.h"

#include "base/path.h"
#include "base/str.h"
#include "base/time.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void bind_info(struct cq_db_st *q, const struct cq_call_info *info)
{
    int64_t started_s;
    cq_db_text(q, info->agent);
    cq_db_text(q, info->customer);
    cq_db_text(q, info->queue);
    cq_db_text(q, info->department);
    cq_db_text(q, info->direction);
    cq_db_text(q, info->external_id);
    cq_db_text(q, info->started_at);
    /* kept as it was given; what is no date has no moment, never "now" */
    if (info->started_at && !cq_time_parse_iso(info->started_at, &started_s))
        cq_db_int(q, started_s);
    else
        cq_db_null(q);
}

static void bind_result(struct cq_db_st *q, const struct cq_analysis *a)
{
    cq_db_ms(q, a->recording.duration_s);
    cq_db_int(q, a->unscorable);
    cq_db_text(q, a->reason);
    cq_db_int(q, a->diarized);
}

int cq_calls_insert(struct cq_store *s, const struct cq_analysis *a, const unsigned char hash[32],
                    struct cq_error *err, int64_t *ret_call)
{
    struct cq_db_st q = cq_db_st(
        s,
        "INSERT INTO calls(agent, customer, queue, department, direction, external_id, started_at, started_s,"
        " duration_ms, status, reason, diarized, sha256, created_s)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    bind_info(&q, &a->info);
    bind_result(&q, a);
    cq_db_blob(&q, hash, 32);
    cq_db_int(&q, cq_time_now_s());
    int r = cq_db_run(&q, err);
    if (!r)
        *ret_call = sqlite3_last_insert_rowid(s->db);
    return r;
}

int cq_calls_update(struct cq_store *s, int64_t call, const struct cq_analysis *a, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        s,
        "UPDATE calls SET agent = ?, customer = ?, queue = ?, department = ?, direction = ?, external_id = ?,"
        " started_at = ?, started_s = ?, duration_ms = ?, status = ?, reason = ?, diarized = ?,"
        " analysis_id = NULL WHERE id = ?");
    bind_info(&q, &a->info);
    bind_result(&q, a);
    cq_db_int(&q, call);
    return cq_db_run(&q, err);
}

int cq_store_set_info(struct cq_store *s, int64_t call, const struct cq_call_info *info, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        s,
        "UPDATE calls SET agent = ?, customer = ?, queue = ?, department = ?, direction = ?, external_id = ?,"
        " started_at = ?, started_s = ? WHERE id = ?");
    bind_info(&q, info);
    cq_db_int(&q, call);
    int r = cq_db_run(&q, err);
    return r ? r : sqlite3_changes(s->db) ? 0 : -ENOENT;
}

/*
 * Paths once were stored as they were given. Where the same recording comes again by a whole path that ends
 * with a relative one, it is the same file, and the whole path takes its place.
 */
static int replace_relative(struct cq_store *s, int64_t call, const char *path, struct cq_error *err,
                            bool *analysed)
{
    if (path[0] != '/')
        return 0;
    struct cq_db_st q =
        cq_db_st(s, "DELETE FROM call_paths WHERE call_id = ?1 AND name = ?2 AND substr(path, 1, 1) <> '/'"
                    " AND substr(?3, -1 - length(path)) = '/' || path RETURNING analysed");
    cq_db_int(&q, call);
    cq_db_text(&q, cq_path_base(path));
    cq_db_text(&q, path);
    int r;
    while ((r = cq_db_step(&q, err)) > 0)
        *analysed |= cq_db_get_int(&q, 0) != 0;
    return r;
}

int cq_calls_add_path(struct cq_store *s, int64_t call, const char *path, bool analysed, struct cq_error *err)
{
    if (!path)
        return 0;
    if (analysed) {
        struct cq_db_st old =
            cq_db_st(s, "UPDATE call_paths SET analysed = 0 WHERE call_id = ? AND analysed = 1");
        cq_db_int(&old, call);
        int r = cq_db_run(&old, err);
        if (r)
            return r;
    }
    int r = replace_relative(s, call, path, err, &analysed);
    if (r)
        return r;
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO call_paths(call_id, path, name, seen_s, analysed) VALUES(?, ?, ?, ?, ?)"
                    " ON CONFLICT(call_id, path) DO UPDATE SET analysed = max(analysed, excluded.analysed)");
    cq_db_int(&q, call);
    cq_db_text(&q, path);
    cq_db_text(&q, cq_path_base(path));
    cq_db_int(&q, cq_time_now_s());
    cq_db_int(&q, analysed);
    return cq_db_run(&q, err);
}

int cq_calls_find(struct cq_store *s, const unsigned char hash[32], int64_t *ret_call)
{
    struct cq_db_st q = cq_db_st(s, "SELECT id FROM calls WHERE sha256 = ?");
    cq_db_blob(&q, hash, 32);
    return cq_db_one_int(&q, NULL, ret_call);
}

int cq_store_find_hash(struct cq_store *store, const char *sha256, int64_t *ret_call)
{
    unsigned char hash[32];
    int r = cq_db_hash_bytes(sha256, hash);
    return r ? r : cq_calls_find(store, hash, ret_call);
}

static int load_info(const struct cq_db_st *q, struct cq_analysis *a)
{
    char **const fields[] = {&a->info.agent,     &a->info.customer,    &a->info.queue,     &a->info.department,
                             &a->info.direction, &a->info.external_id, &a->info.started_at};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        int r = cq_db_get_text(q, (int)i, fields[i]);
        if (r)
            return r;
    }
    a->recording.duration_s = cq_db_get_ms(q, 7);
    a->unscorable = cq_db_get_int(q, 8);
    a->diarized = cq_db_get_int(q, 10);
    if (sqlite3_column_bytes(q->st, 11) == 32)
        cq_db_hash_hex(sqlite3_column_blob(q->st, 11), a->recording.sha256);
    return cq_db_get_text(q, 9, &a->reason);
}

int cq_calls_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_analysis *a)
{
    struct cq_db_st q = cq_db_st(
        s, "SELECT agent, customer, queue, department, direction, external_id, started_at, duration_ms, status,"
           " reason, diarized, sha256 FROM calls WHERE id = ?");
    cq_db_int(&q, call);
    int r = cq_db_step(&q, err);
    if (r == 0)
        return -ENOENT;
    if (r > 0) {
        r = load_info(&q, a);
        cq_db_reset(&q);
    }
    if (r)
        return r;

    struct cq_db_st p =
        cq_db_st(s, "SELECT path FROM call_paths WHERE call_id = ? ORDER BY analysed DESC, path LIMIT 1");
    cq_db_int(&p, call);
    r = cq_db_step(&p, err);
    if (r > 0) {
        r = cq_db_get_text(&p, 0, &a->recording.path);
        cq_db_reset(&p);
    }
    return r;
}
