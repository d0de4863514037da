#include "store/facts.h"

#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "store/db.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *cq_facts_get(const struct cq_facts *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++) {
        if (!strcmp(f->v[i].name, name))
            return f->v[i].value;
    }
    return NULL;
}

int cq_facts_set(struct cq_facts *f, const char *name, const char *value)
{
    for (size_t i = 0; i < f->n; i++) {
        if (!strcmp(f->v[i].name, name))
            return cq_str_set(&f->v[i].value, value);
    }
    if (f->n == CQ_FACTS_MAX)
        return -ENOSPC;
    struct cq_fact one = {cq_str_dup(name), cq_str_dup(value)};
    if (!one.name || !one.value) {
        free(one.name);
        free(one.value);
        return -ENOMEM;
    }
    f->v[f->n++] = one;
    return 0;
}

void cq_facts_done(struct cq_facts *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n; i++) {
        free(f->v[i].name);
        free(f->v[i].value);
    }
    f->n = 0;
    free(f->source);
    f->source = NULL;
}

int cq_call_path_moved(struct cq_store *s, int64_t call, const char *from, const char *to, struct cq_error *err)
{
    if (!to) {
        struct cq_db_st q = cq_db_st(s, "UPDATE call_paths SET removed_s = ? WHERE call_id = ? AND path = ?");
        cq_db_int(&q, cq_time_now_s());
        cq_db_int(&q, call);
        cq_db_text(&q, from);
        return cq_db_run(&q, err);
    }
    struct cq_db_st q = cq_db_st(
        s,
        "UPDATE OR REPLACE call_paths SET path = ?, name = ?, removed_s = NULL WHERE call_id = ? AND path = ?");
    cq_db_text(&q, to);
    cq_db_text(&q, cq_path_base(to));
    cq_db_int(&q, call);
    cq_db_text(&q, from);
    return cq_db_run(&q, err);
}

int cq_store_delete_call(struct cq_store *s, int64_t call, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "DELETE FROM calls WHERE id = ?");
    cq_db_int(&q, call);
    int r = cq_db_run(&q, err);
    return r ? r : sqlite3_changes(s->db) ? 0 : -ENOENT;
}

int cq_call_path_add(struct cq_store *s, int64_t call, const char *path, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "INSERT INTO call_paths(call_id, path, name, seen_s, analysed)"
                                    " VALUES(?, ?, ?, ?, 0) ON CONFLICT(call_id, path) DO NOTHING");
    cq_db_int(&q, call);
    cq_db_text(&q, path);
    cq_db_text(&q, cq_path_base(path));
    cq_db_int(&q, cq_time_now_s());
    return cq_db_run(&q, err);
}

int cq_call_delete_alone(struct cq_store *s, int64_t call, const char *path, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "DELETE FROM calls WHERE id = ?1 AND NOT EXISTS"
                                    " (SELECT 1 FROM call_paths WHERE call_id = ?1 AND path <> ?2)");
    cq_db_int(&q, call);
    cq_db_text(&q, path);
    return cq_db_run(&q, err);
}
