/* What side-car files say, a row for each recording of each file. */
#include "store/facts.h"

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "store/db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SWEPT 256 /* names held at a time */

int cq_sidecar_begin(struct cq_store *s, const char *sidecar_path, const char *dir, int rank,
                     struct cq_error *err, struct cq_sidecar_reading *ret_reading)
{
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO sidecars(path, dir, rank, reading) VALUES(?, ?, ?, 1) ON CONFLICT(path)"
                    " DO UPDATE SET dir = excluded.dir, rank = excluded.rank, reading = reading + 1"
                    " RETURNING id, reading");
    cq_db_text(&q, sidecar_path);
    cq_db_text(&q, dir);
    cq_db_int(&q, rank);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -EIO;
    struct cq_sidecar_reading now = {cq_db_get_int(&q, 0), cq_db_get_int(&q, 1)};
    r = cq_db_run(&q, err); /* to its end: the row is written then */
    if (!r)
        *ret_reading = now;
    return r;
}

/* Later members over earlier ones of the same name. */
static int add_json(struct cq_facts *f, const char *json, struct cq_error *err)
{
    struct cq_json_doc *doc = NULL;
    int r = cq_json_parse("sidecar_calls", json, strlen(json), err, &doc);
    if (r)
        return r;
    for (const struct cq_json *v = cq_json_root(doc)->first; v && !r; v = v->next) {
        if (v->type == CQ_JSON_STRING)
            r = cq_facts_set(f, v->key, v->string);
        if (r == -ENOSPC) /* the bound of one call; what ranks lower came first */
            r = 0;
    }
    cq_json_free(doc);
    return r;
}

static int to_json(const struct cq_facts *f, struct cq_str *out)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    for (size_t i = 0; i < f->n; i++)
        cq_json_put_string(&w, f->v[i].name, f->v[i].value);
    cq_json_close_object(&w);
    return out->failed ? -ENOMEM : 0;
}

static int merge_again(const char *old, const struct cq_facts *facts, struct cq_error *err, struct cq_str *out)
{
    struct cq_facts all = {0};
    int r = add_json(&all, old, err);
    for (size_t i = 0; i < facts->n && !r; i++)
        r = cq_facts_set(&all, facts->v[i].name, facts->v[i].value);
    if (r == -ENOSPC)
        r = 0;
    if (!r) {
        cq_str_clear(out);
        r = to_json(&all, out);
    }
    cq_facts_done(&all);
    return r;
}

int cq_sidecar_put(struct cq_store *s, const struct cq_sidecar_reading *reading, const char *stem,
                   const struct cq_facts *facts, struct cq_error *err, bool *ret_changed)
{
    struct cq_str json = {0};
    struct cq_db_st old =
        cq_db_st(s, "SELECT facts, reading FROM sidecar_calls WHERE stem = ? AND sidecar_id = ?");
    cq_db_text(&old, stem);
    cq_db_int(&old, reading->id);
    int r = to_json(facts, &json);
    int row = r ? r : cq_db_step(&old, err);
    bool same = false;
    if (row > 0) {
        const char *was = cq_db_peek_text(&old, 0);
        if (cq_db_get_int(&old, 1) == reading->reading) /* a second row of the same recording */
            row = merge_again(was, facts, err, &json);
        same = row >= 0 && !strcmp(was, json.s);
        cq_db_reset(&old);
    }
    if (row < 0) {
        cq_str_done(&json);
        return row;
    }
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO sidecar_calls(stem, sidecar_id, reading, facts) VALUES(?, ?, ?, ?)"
                    " ON CONFLICT(stem, sidecar_id) DO UPDATE SET reading = excluded.reading,"
                    " facts = excluded.facts");
    cq_db_text(&q, stem);
    cq_db_int(&q, reading->id);
    cq_db_int(&q, reading->reading);
    cq_db_text(&q, json.s);
    r = cq_db_run(&q, err);
    cq_str_done(&json);
    if (!r)
        *ret_changed = !same;
    return r;
}

static int forget(struct cq_store *s, int64_t id, const char *stem, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "DELETE FROM sidecar_calls WHERE stem = ? AND sidecar_id = ?");
    cq_db_text(&q, stem);
    cq_db_int(&q, id);
    return cq_db_run(&q, err);
}

int cq_sidecar_sweep(struct cq_store *s, const struct cq_sidecar_reading *reading, size_t limit,
                     int (*gone)(void *user, const char *stem), void *user, struct cq_error *err, size_t *ret_n)
{
    char *stems[MAX_SWEPT];
    size_t n = 0;
    struct cq_db_st q =
        cq_db_st(s, "SELECT stem FROM sidecar_calls WHERE sidecar_id = ? AND reading < ? LIMIT ?");
    cq_db_int(&q, reading->id);
    cq_db_int(&q, reading->reading);
    cq_db_int(&q, (int64_t)(limit < MAX_SWEPT ? limit : MAX_SWEPT));
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        stems[n] = NULL;
        r = cq_db_get_text(&q, 0, &stems[n]);
        if (r)
            break;
        n++;
    }
    cq_db_reset(&q);
    for (size_t i = 0; i < n; i++) {
        if (!r)
            r = forget(s, reading->id, stems[i], err);
        if (!r)
            r = gone(user, stems[i]);
        free(stems[i]);
    }
    if (!r)
        *ret_n = n;
    return r;
}

int cq_sidecar_lookup(struct cq_store *s, const char *dir, const char *stem, struct cq_error *err,
                      struct cq_facts *ret_facts)
{
    struct cq_facts f = {0};
    struct cq_db_st q =
        cq_db_st(s, "SELECT c.facts, s.path FROM sidecar_calls c CROSS JOIN sidecars s ON s.id = c.sidecar_id"
                    " WHERE c.stem = ? AND s.dir = ? ORDER BY s.rank, s.path");
    cq_db_text(&q, stem);
    cq_db_text(&q, dir);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        r = add_json(&f, cq_db_peek_text(&q, 0), err);
        if (!r)
            r = cq_str_set(&f.source, cq_db_peek_text(&q, 1));
        if (r)
            break;
    }
    cq_db_reset(&q);
    if (r < 0) {
        cq_facts_done(&f);
        return r;
    }
    *ret_facts = f;
    return 0;
}
