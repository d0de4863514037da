/* The record of one call: what side-cars say goes in, everything that is known comes out. */
#include "store/record_row.h"

#include "base/json.h"
#include "base/str.h"
#include "callqa/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The recording's name, or its path where another call has that name or a record that is not this call's. */
static int key_of(struct cq_store *s, int64_t call, struct cq_error *err, char **ret_key)
{
    struct cq_db_st q = cq_db_st(
        s, "SELECT CASE WHEN EXISTS (SELECT 1 FROM call_paths q WHERE q.name = p.name AND q.call_id <> ?1)"
           " OR EXISTS (SELECT 1 FROM records r WHERE r.external_id = p.name AND r.call_id <> ?1)"
           " THEN p.path ELSE p.name END FROM call_paths p WHERE p.call_id = ?1"
           " ORDER BY p.analysed DESC, p.path LIMIT 1");
    cq_db_int(&q, call);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    r = cq_db_get_text(&q, 0, ret_key);
    cq_db_reset(&q);
    return r;
}

/* A field that is not told from the call alone. */
static bool is_own(int field)
{
    return field != CQ_RECORD_EXTERNAL_ID && field != CQ_RECORD_AGENT && field != CQ_RECORD_CUSTOMER &&
           field != CQ_RECORD_STARTED;
}

static bool has_own(const struct cq_record *record)
{
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        if (is_own(i) && record->v[i].has)
            return true;
    }
    return false;
}

/* Fields that nobody else set are the side-cars': what they say now, or nothing. Texts are borrowed. */
static bool merge(const struct cq_record_row *old, const struct cq_record *told, struct cq_record_row *now,
                  struct cq_str *names)
{
    bool changed = false;
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        const struct cq_record_value *was = &old->record.v[i];
        const char *name = cq_record_info((enum cq_record_field)i)->name;
        bool ours = !was->has || cq_record_is_named(old->sidecar_fields, name);
        if (i == CQ_RECORD_EXTERNAL_ID)
            now->record.v[i] = old->imported ? *was : told->v[i];
        else
            now->record.v[i] = ours ? told->v[i] : *was;
        if (i != CQ_RECORD_EXTERNAL_ID && ours && told->v[i].has)
            cq_str_printf(names, "%s%s", names->n ? "," : "", name);
        changed = changed || !cq_record_same_value(i, &now->record.v[i], was);
    }
    return changed;
}

static int drop(struct cq_store *s, const struct cq_record_row *row, const struct cq_record_source *from,
                struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "DELETE FROM records WHERE id = ?");
    cq_db_int(&q, row->id);
    int r = cq_db_run(&q, err);
    return r ? r : cq_record_audit(s, from, "records.delete", &row->record, NULL, err);
}

/*
 * The row to write to. One that an import made stays known as the import knows it. One of side-cars alone keeps
 * its number where its key changes (an external_id that became known); where the new key has a row already, it
 * goes.
 */
static int find_row(struct cq_store *s, int64_t call, const char *key, const struct cq_record_source *from,
                    struct cq_error *err, struct cq_record_row *ret)
{
    struct cq_record_row own = {0};
    int r = cq_record_row_of_call(s, call, err, &own);
    if (r && r != -ENOENT)
        return r;
    if (!r && (own.imported || !strcmp(own.record.v[CQ_RECORD_EXTERNAL_ID].text, key))) {
        *ret = own;
        return 0;
    }
    bool movable = !r && own.call == call;
    r = cq_record_row_by_key(s, key, err, ret);
    if (r == -ENOENT && movable) {
        *ret = own;
        return 0;
    }
    if (r == 0 && movable)
        r = drop(s, &own, from, err);
    cq_record_row_done(&own);
    return r == -ENOENT ? 0 : r;
}

static int write_told(struct cq_store *s, int64_t call, const struct cq_record *told,
                      const struct cq_record_source *from, struct cq_error *err, enum cq_saved *ret_saved)
{
    struct cq_record_row old = {0}, now = {0};
    struct cq_str names = {0};
    int r = find_row(s, call, told->v[CQ_RECORD_EXTERNAL_ID].text, from, err, &old);
    if (r)
        return r;
    *ret_saved = CQ_SAVED_SAME;
    if (!old.id && !has_own(told))
        goto out;
    bool changed = merge(&old, told, &now, &names);
    r = names.failed ? -ENOMEM : 0;
    if (r || !changed)
        goto out;
    *ret_saved = old.id ? CQ_SAVED_REPLACED : CQ_SAVED_NEW;
    now.id = old.id;
    now.call = old.call ? old.call : call;
    now.imported = old.id && old.imported;
    now.sidecar_fields = names.s;
    now.source = (char *)(uintptr_t)from->name; /* borrowed */
    if (old.id && !now.imported && !has_own(&now.record))
        r = drop(s, &old, from, err);
    else
        r = cq_record_audit(s, from, "records.sidecar", old.id ? &old.record : NULL, &now.record, err);
    if (!r && (!old.id || now.imported || has_own(&now.record)))
        r = cq_record_row_write(s, &now, err);
out:
    cq_str_done(&names);
    cq_record_row_done(&old);
    return r;
}

int cq_records_tell(struct cq_store *store, int64_t call, const struct cq_record *record,
                    const struct cq_record_source *from, struct cq_error *err, enum cq_saved *ret_saved)
{
    struct cq_record told = *record; /* texts are borrowed */
    struct cq_record_value *key = &told.v[CQ_RECORD_EXTERNAL_ID];
    char *name = NULL;
    int r = cq_db_begin(store, err);
    if (r)
        return r;
    if (!key->has || !*key->text) {
        r = key_of(store, call, err, &name);
        *key = (struct cq_record_value){.has = true, .text = name};
    }
    if (!r)
        r = write_told(store, call, &told, from, err, ret_saved);
    free(name);
    return cq_db_end(store, r, err);
}

int cq_records_of_call(struct cq_store *store, int64_t call, struct cq_error *err, struct cq_record *ret_record,
                       char **ret_source)
{
    struct cq_record_row row = {0};
    int r = cq_record_row_of_call(store, call, err, &row);
    if (r)
        return r;
    *ret_record = row.record;
    *ret_source = row.source ? row.source : cq_str_dup("");
    free(row.sidecar_fields);
    if (*ret_source)
        return 0;
    cq_record_done(ret_record);
    return -ENOMEM;
}

char *cq_records_call_json(struct cq_store *store, int64_t call, const struct cq_analysis *a)
{
    struct cq_record record = {0};
    struct cq_str out = {0};
    struct cq_json_writer w;
    char *source = NULL, *json = cq_analysis_to_json(a);
    int r = json ? cq_records_of_call(store, call, NULL, &record, &source) : -ENOMEM;
    if (r == -ENOENT)
        return json;
    if (!r) { /* another member before the last brace */
        cq_str_add_n(&out, json, strlen(json) - 1);
        cq_str_add(&out, ",\"record\":");
        cq_json_writer_init(&w, &out, 0);
        cq_record_write_json(&record, &w);
        cq_str_add(&out, "}");
    }
    free(json);
    free(source);
    cq_record_done(&record);
    if (!r && !out.failed)
        return cq_str_take(&out);
    cq_str_done(&out);
    return NULL;
}
