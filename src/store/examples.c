#include "store/examples.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "store/audit.h"
#include "store/db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cq_example_done(struct cq_example *e)
{
    if (!e)
        return;
    free(e->audio);
    free(e->item);
    free(e->title);
    free(e->why);
    free(e->agent);
    *e = (struct cq_example){0};
}

void cq_example_uid(const char *sha256, const struct cq_example *e, char ret_uid[65])
{
    char text[512];
    int n = snprintf(text, sizeof text, "%.64s %lld %lld %.256s %d", sha256, (long long)cq_db_ms_of(e->start_s),
                     (long long)cq_db_ms_of(e->end_s), e->item, e->good);
    cq_hash_bytes(text, (size_t)n, ret_uid);
}

static int check(const struct cq_example *e, struct cq_error *err)
{
    if (!e->item || !*e->item || !e->title || !*e->title)
        return cq_error_set(err, -EINVAL, NULL, 0, "an example needs an item and a title");
    if (strlen(e->title) > CQ_EXAMPLE_MAX_TEXT || (e->why && strlen(e->why) > CQ_EXAMPLE_MAX_TEXT))
        return cq_error_set(err, -EINVAL, NULL, 0, "a title or reason is longer than %d bytes",
                            CQ_EXAMPLE_MAX_TEXT);
    if (!(e->start_s >= 0) || !(e->end_s > e->start_s))
        return cq_error_set(err, -EINVAL, NULL, 0, "an example's end must lie behind its beginning");
    return 0;
}

/* An example as the audit keeps it. */
static int audit(struct cq_store *s, const struct cq_example *e, int64_t id, const char *action, bool removed,
                 const char *who, struct cq_error *err)
{
    struct cq_str json = {0};
    struct cq_json_writer w;
    char subject[64];
    snprintf(subject, sizeof subject, "example:%lld", (long long)id);
    cq_json_writer_init(&w, &json, 0);
    cq_json_open_object(&w);
    cq_json_put_int(&w, "call", e->call);
    cq_json_put_number(&w, "start_s", e->start_s, 3);
    cq_json_put_number(&w, "end_s", e->end_s, 3);
    cq_json_put_string(&w, "item", e->item);
    cq_json_put_bool(&w, "good", e->good);
    cq_json_put_string(&w, "title", e->title);
    cq_json_put_bool(&w, "keep", e->keep);
    cq_json_close_object(&w);
    struct cq_audit_entry entry = {who, action, subject, removed ? json.s : NULL, removed ? NULL : json.s};
    int r = json.failed ? -ENOMEM : cq_audit_append(s, &entry, err);
    cq_str_done(&json);
    return r;
}

static int insert(struct cq_store *s, const struct cq_example *e, const char *who, struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO examples(uid, call_id, audio, start_ms, end_ms, item, good, title,"
                    " why, keep, score, who, created_s)"
                    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    cq_db_text(&q, e->uid);
    if (e->call)
        cq_db_int(&q, e->call);
    else
        cq_db_null(&q);
    cq_db_text(&q, e->audio);
    cq_db_ms(&q, e->start_s);
    cq_db_ms(&q, e->end_s);
    cq_db_text(&q, e->item);
    cq_db_int(&q, e->good);
    cq_db_text(&q, e->title);
    cq_db_text(&q, e->why);
    cq_db_int(&q, e->keep);
    cq_db_real(&q, e->score);
    cq_db_text(&q, who);
    cq_db_int(&q, cq_time_now_s());
    return cq_db_run(&q, err);
}

int cq_example_add(struct cq_store *s, const struct cq_example *e, const char *who, struct cq_error *err,
                   int64_t *ret_id)
{
    int64_t id = 0;
    int r = check(e, err);
    if (r)
        return r;
    r = cq_db_begin(s, err);
    if (r)
        return r;
    struct cq_db_st known = cq_db_st(s, "SELECT id FROM examples WHERE uid = ?");
    cq_db_text(&known, e->uid);
    r = cq_db_one_int(&known, err, &id);
    if (!r)
        r = cq_error_set(err, -EEXIST, NULL, 0, "this moment is example %lld already", (long long)id);
    else if (r == -ENOENT)
        r = insert(s, e, who, err);
    if (!r) {
        id = sqlite3_last_insert_rowid(s->db);
        r = audit(s, e, id, "example.add", false, who, err);
    }
    r = cq_db_end(s, r, err);
    if (!r)
        *ret_id = id;
    return r;
}

static int read_row(const struct cq_db_st *q, struct cq_example *e)
{
    e->id = cq_db_get_int(q, 0);
    cq_db_get_chars(q, 1, e->uid, sizeof e->uid);
    e->call = cq_db_is_null(q, 2) ? 0 : cq_db_get_int(q, 2);
    e->start_s = cq_db_get_ms(q, 4);
    e->end_s = cq_db_get_ms(q, 5);
    e->good = cq_db_get_int(q, 7) != 0;
    e->keep = cq_db_get_int(q, 10) != 0;
    e->score = cq_db_get_real(q, 11);
    e->created_s = cq_db_get_int(q, 12);
    const struct {
        int col;
        char **to;
    } texts[] = {{3, &e->audio}, {6, &e->item}, {8, &e->title}, {9, &e->why}, {13, &e->agent}};
    int r = 0;
    for (size_t i = 0; !r && i < sizeof texts / sizeof *texts; i++)
        r = cq_db_get_text(q, texts[i].col, texts[i].to);
    return r;
}

int cq_example_load(struct cq_store *s, int64_t id, struct cq_error *err, struct cq_example *ret_e)
{
    struct cq_example e = {0};
    struct cq_db_st q = cq_db_st(
        s, "SELECT e.id, e.uid, e.call_id, e.audio, e.start_ms, e.end_ms, e.item, e.good, e.title, e.why,"
           " e.keep, e.score, e.created_s, c.agent FROM examples e LEFT JOIN calls c ON c.id = e.call_id"
           " WHERE e.id = ?");
    cq_db_int(&q, id);
    int r = cq_db_step(&q, err);
    if (r == 0)
        return cq_error_set(err, -ENOENT, NULL, 0,
                            "there is no example %lld; 'callqa examples list' shows them", (long long)id);
    if (r < 0)
        return r;
    r = read_row(&q, &e);
    cq_db_reset(&q);
    if (r)
        cq_example_done(&e);
    else
        *ret_e = e;
    return r;
}

int cq_example_remove(struct cq_store *s, int64_t id, const char *who, struct cq_error *err)
{
    struct cq_example e = {0};
    int r = cq_db_begin(s, err);
    if (r)
        return r;
    r = cq_example_load(s, id, err, &e);
    if (!r) {
        struct cq_db_st q = cq_db_st(s, "DELETE FROM examples WHERE id = ?");
        cq_db_int(&q, id);
        r = cq_db_run(&q, err);
    }
    if (!r)
        r = audit(s, &e, id, "example.remove", true, who, err);
    cq_example_done(&e);
    return cq_db_end(s, r, err);
}

struct ids {
    int64_t *v;
    size_t n, cap;
};

static int collect(struct cq_db_st *q, struct cq_error *err, int64_t **ret_ids, size_t *ret_n)
{
    struct ids ids = {0};
    int r;
    while ((r = cq_db_step(q, err)) > 0) {
        r = CQ_ARRAY_PUSH(&ids, cq_db_get_int(q, 0));
        if (r)
            break;
    }
    cq_db_reset(q);
    if (r) {
        free(ids.v);
        return r;
    }
    *ret_ids = ids.v;
    *ret_n = ids.n;
    return 0;
}

int cq_example_list(struct cq_store *s, const char *item, int good, struct cq_error *err, int64_t **ret_ids,
                    size_t *ret_n)
{
    struct cq_db_st q = cq_db_st(s, "SELECT id FROM examples WHERE (?1 IS NULL OR item = ?1)"
                                    " AND (?2 < 0 OR good = ?2) ORDER BY id");
    cq_db_text(&q, item);
    cq_db_int(&q, good);
    return collect(&q, err, ret_ids, ret_n);
}

static int find_playlist(struct cq_store *s, const char *name, struct cq_error *err, int64_t *ret_id)
{
    struct cq_db_st q = cq_db_st(s, "SELECT id FROM playlists WHERE name = ?");
    cq_db_text(&q, name);
    int r = cq_db_one_int(&q, err, ret_id);
    if (r == -ENOENT)
        return cq_error_set(err, r, NULL, 0, "there is no playlist \"%s\"; 'callqa playlist new' makes one",
                            name);
    return r;
}

int cq_playlist_new(struct cq_store *s, const char *name, struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO playlists(name, created_s) VALUES(?, ?) ON CONFLICT(name) DO NOTHING");
    cq_db_text(&q, name);
    cq_db_int(&q, cq_time_now_s());
    int r = cq_db_run(&q, err);
    if (!r && !sqlite3_changes(s->db))
        r = cq_error_set(err, -EEXIST, NULL, 0, "there is a playlist \"%s\" already", name);
    return r;
}

int cq_playlist_add(struct cq_store *s, const char *name, int64_t example, struct cq_error *err)
{
    struct cq_example e = {0};
    int64_t id;
    int r = cq_db_begin(s, err);
    if (r)
        return r;
    r = find_playlist(s, name, err, &id);
    if (!r)
        r = cq_example_load(s, example, err, &e);
    cq_example_done(&e);
    if (!r) {
        struct cq_db_st q =
            cq_db_st(s, "INSERT INTO playlist_clips(playlist_id, seq, example_id) SELECT ?1,"
                        " coalesce(max(seq), 0) + 1, ?2 FROM playlist_clips WHERE playlist_id = ?1");
        cq_db_int(&q, id);
        cq_db_int(&q, example);
        r = cq_db_run(&q, err);
    }
    return cq_db_end(s, r, err);
}

int cq_playlist_clips(struct cq_store *s, const char *name, struct cq_error *err, int64_t **ret_ids,
                      size_t *ret_n)
{
    int64_t id;
    int r = find_playlist(s, name, err, &id);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(s, "SELECT example_id FROM playlist_clips WHERE playlist_id = ? ORDER BY seq");
    cq_db_int(&q, id);
    return collect(&q, err, ret_ids, ret_n);
}

static int replace_clips(struct cq_store *s, const char *name, const int64_t *ids, size_t n,
                         struct cq_error *err)
{
    int64_t id = 0;
    struct cq_db_st make =
        cq_db_st(s, "INSERT INTO playlists(name, created_s) VALUES(?, ?) ON CONFLICT(name) DO NOTHING");
    cq_db_text(&make, name);
    cq_db_int(&make, cq_time_now_s());
    int r = cq_db_run(&make, err);
    if (!r)
        r = find_playlist(s, name, err, &id);
    if (r)
        return r;
    struct cq_db_st empty = cq_db_st(s, "DELETE FROM playlist_clips WHERE playlist_id = ?");
    cq_db_int(&empty, id);
    r = cq_db_run(&empty, err);
    for (size_t i = 0; !r && i < n; i++)
        r = cq_playlist_add(s, name, ids[i], err);
    return r;
}

static int delete_playlist(struct cq_store *s, const char *name, struct cq_error *err)
{
    int64_t id = 0;
    int r = find_playlist(s, name, err, &id);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(s, "DELETE FROM playlists WHERE id = ?");
    cq_db_int(&q, id);
    return cq_db_run(&q, err);
}

int cq_playlist_set(struct cq_store *s, const char *name, const int64_t *ids, size_t n, const char *who,
                    struct cq_error *err)
{
    struct cq_str json = {0}, subject = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &json, 0);
    cq_json_open_array(&w);
    for (size_t i = 0; i < n; i++)
        cq_json_int(&w, ids[i]);
    cq_json_close_array(&w);
    cq_str_printf(&subject, "playlist:%s", name);
    int r = json.failed || subject.failed ? -ENOMEM : cq_db_begin(s, err);
    if (!r) {
        struct cq_audit_entry entry = {who, n ? "playlist.set" : "playlist.remove", subject.s, NULL,
                                       n ? json.s : NULL};
        r = n ? replace_clips(s, name, ids, n, err) : delete_playlist(s, name, err);
        if (!r)
            r = cq_audit_append(s, &entry, err);
        r = cq_db_end(s, r, err);
    }
    cq_str_done(&json);
    cq_str_done(&subject);
    return r;
}

int cq_playlist_list(struct cq_store *s, int (*found)(void *user, const char *name, int64_t n_clips),
                     void *user, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "SELECT p.name, count(k.seq) FROM playlists p LEFT JOIN playlist_clips k"
                                    " ON k.playlist_id = p.id GROUP BY p.id ORDER BY p.name");
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        r = found(user, cq_db_peek_text(&q, 0), cq_db_get_int(&q, 1));
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_quiz_save(struct cq_store *s, int64_t example, const char *trainee, int score, double form_score,
                 struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        s, "INSERT INTO quiz_answers(example_id, trainee, score, form_score, at_s) VALUES(?, ?, ?, ?, ?)");
    cq_db_int(&q, example);
    cq_db_text(&q, trainee);
    cq_db_int(&q, score);
    cq_db_real(&q, form_score);
    cq_db_int(&q, cq_time_now_s());
    return cq_db_run(&q, err);
}

int cq_quiz_results(struct cq_store *s, int (*found)(void *user, const struct cq_quiz_result *r), void *user,
                    struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "SELECT trainee, count(*), count(form_score), avg(abs(score - form_score)),"
                    " avg(score - form_score), avg(abs(score - form_score) <= 1) FROM quiz_answers"
                    " GROUP BY trainee ORDER BY avg(abs(score - form_score)) NULLS LAST, trainee");
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_quiz_result row = {
            .trainee = cq_db_peek_text(&q, 0),
            .n = cq_db_get_int(&q, 1),
            .n_compared = cq_db_get_int(&q, 2),
            .distance = cq_db_get_real(&q, 3),
            .bias = cq_db_get_real(&q, 4),
            .within_one = cq_db_get_real(&q, 5),
        };
        r = found(user, &row);
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}
