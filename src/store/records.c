#include "store/records.h"

#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "store/audit.h"
#include "store/db.h"
#include "store/record_row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CQ_X_INFO(id, column, name, type, lo, hi, help) {column, name, CQ_RECORD_IS_##type, lo, hi, help},
static const struct cq_record_info fields[] = {CQ_RECORD_FIELDS(CQ_X_INFO)};
#undef CQ_X_INFO

const struct cq_record_info *cq_record_info(enum cq_record_field field)
{
    return &fields[field];
}

int cq_record_find(const char *name, enum cq_record_field *ret_field)
{
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        if (!strcmp(fields[i].name, name)) {
            *ret_field = (enum cq_record_field)i;
            return 0;
        }
    }
    return -ENOENT;
}

const char *cq_priority_name(enum cq_priority priority)
{
    static const char *const names[CQ_N_PRIORITIES] = {"urgent", "routine", "simple", "complex"};
    return (unsigned)priority < CQ_N_PRIORITIES ? names[priority] : "routine";
}

void cq_record_done(struct cq_record *record)
{
    for (size_t i = 0; record && i < CQ_N_RECORD_FIELDS; i++) {
        free(record->v[i].text);
        record->v[i] = (struct cq_record_value){0};
    }
}

/* ", column" of each field */
#define CQ_X_COLUMN(id, column, name, type, lo, hi, help) ", " column
#define CQ_X_SET(id, column, name, type, lo, hi, help) ", " column " = excluded." column
#define CQ_X_MARK(id, column, name, type, lo, hi, help) ", ?"

static void bind(struct cq_db_st *q, int field, const struct cq_record_value *v)
{
    if (!v->has) {
        cq_db_null(q);
        return;
    }
    switch (fields[field].type) {
    case CQ_RECORD_IS_TEXT:
        cq_db_text(q, v->text);
        return;
    case CQ_RECORD_IS_TIME:
    case CQ_RECORD_IS_PRIORITY:
        cq_db_int(q, (int64_t)v->number);
        return;
    case CQ_RECORD_IS_NUMBER:
        cq_db_real(q, v->number);
        return;
    }
}

void cq_record_row_done(struct cq_record_row *row)
{
    cq_record_done(&row->record);
    free(row->sidecar_fields);
    free(row->source);
    *row = (struct cq_record_row){0};
}

/* The row that the statement gives first, or -ENOENT. */
static int take_row(struct cq_db_st *q, struct cq_error *err, struct cq_record_row *ret)
{
    enum { HEAD = 5 };
    int r = cq_db_step(q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    ret->id = cq_db_get_int(q, 0);
    ret->call = cq_db_is_null(q, 1) ? 0 : cq_db_get_int(q, 1);
    ret->imported = cq_db_get_int(q, 2);
    r = cq_db_get_text(q, 3, &ret->sidecar_fields);
    if (!r)
        r = cq_db_get_text(q, 4, &ret->source);
    for (int i = 0; !r && i < CQ_N_RECORD_FIELDS; i++) {
        struct cq_record_value *v = &ret->record.v[i];
        v->has = !cq_db_is_null(q, HEAD + i);
        if (v->has && fields[i].type == CQ_RECORD_IS_TEXT)
            r = cq_db_get_text(q, HEAD + i, &v->text);
        else if (v->has)
            v->number = cq_db_get_real(q, HEAD + i);
    }
    cq_db_reset(q);
    if (r)
        cq_record_row_done(ret);
    return r;
}

#define SELECT_ROW "SELECT id, call_id, imported, sidecar_fields, source" CQ_RECORD_FIELDS(CQ_X_COLUMN)

int cq_record_row_by_key(struct cq_store *s, const char *external_id, struct cq_error *err,
                         struct cq_record_row *ret)
{
    struct cq_db_st q = cq_db_st(s, SELECT_ROW " FROM records WHERE external_id = ?");
    cq_db_text(&q, external_id);
    return take_row(&q, err, ret);
}

int cq_record_row_of_call(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_record_row *ret)
{
    struct cq_db_st q = cq_db_st(s, SELECT_ROW " FROM records WHERE id ="
                                               " (SELECT " CQ_RECORD_OF_CALL " FROM calls c WHERE c.id = ?)");
    cq_db_int(&q, call);
    return take_row(&q, err, ret);
}

int cq_record_row_write(struct cq_store *s, const struct cq_record_row *row, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        s, "INSERT INTO records(id, call_id, imported, sidecar_fields, source, "
           "imported_s" CQ_RECORD_FIELDS(
               CQ_X_COLUMN) ")"
                            " VALUES(?, ?, ?, ?, ?, ?" CQ_RECORD_FIELDS(
                                CQ_X_MARK) ") ON CONFLICT(id) DO UPDATE SET"
                                           " call_id = excluded.call_id, imported = excluded.imported, "
                                           "sidecar_fields = excluded.sidecar_fields,"
                                           " source = excluded.source, imported_s = "
                                           "excluded.imported_s" CQ_RECORD_FIELDS(CQ_X_SET));
    if (row->id)
        cq_db_int(&q, row->id);
    else
        cq_db_null(&q);
    if (row->call)
        cq_db_int(&q, row->call);
    else
        cq_db_null(&q);
    cq_db_int(&q, row->imported);
    cq_db_text(&q, row->sidecar_fields);
    cq_db_text(&q, row->source);
    cq_db_int(&q, cq_time_now_s());
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++)
        bind(&q, i, &row->record.v[i]);
    return cq_db_run(&q, err);
}

bool cq_record_same_value(int field, const struct cq_record_value *a, const struct cq_record_value *b)
{
    if (a->has != b->has || !a->has)
        return a->has == b->has;
    return fields[field].type == CQ_RECORD_IS_TEXT ? !strcmp(a->text, b->text) : a->number == b->number;
}

void cq_record_write_json(const struct cq_record *record, struct cq_json_writer *w)
{
    char when[CQ_TIME_ISO_MAX];
    cq_json_open_object(w);
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        const struct cq_record_value *v = &record->v[i];
        if (!v->has)
            continue;
        switch (fields[i].type) {
        case CQ_RECORD_IS_TEXT:
            cq_json_put_string(w, fields[i].name, v->text);
            break;
        case CQ_RECORD_IS_TIME:
            cq_json_put_string(w, fields[i].name, cq_time_format_utc((int64_t)v->number, when));
            break;
        case CQ_RECORD_IS_NUMBER:
            cq_json_put_number(w, fields[i].name, v->number, 3);
            break;
        case CQ_RECORD_IS_PRIORITY:
            cq_json_put_string(w, fields[i].name, cq_priority_name((enum cq_priority)v->number));
            break;
        }
    }
    cq_json_close_object(w);
}

static void to_json(const struct cq_record *record, struct cq_str *out)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    cq_record_write_json(record, &w);
}

int cq_record_audit(struct cq_store *s, const struct cq_record_source *from, const char *action,
                    const struct cq_record *old, const struct cq_record *now, struct cq_error *err)
{
    const struct cq_record *named = now ? now : old;
    struct cq_str before = {0}, after = {0};
    char *subject = cq_str_format("record:%.200s", named->v[CQ_RECORD_EXTERNAL_ID].text);
    if (old)
        to_json(old, &before);
    if (now)
        to_json(now, &after);
    struct cq_audit_entry e = {from->who, action, subject, before.s, after.s};
    int r = subject && !before.failed && !after.failed ? cq_audit_append(s, &e, err) : -ENOMEM;
    free(subject);
    cq_str_done(&before);
    cq_str_done(&after);
    return r;
}

/* Take over what the old record has and the new one lacks; true where anything else differs. */
static bool merge(struct cq_record *now, const struct cq_record *old, const struct cq_record *given)
{
    bool changed = false;
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        now->v[i] = given->v[i].has ? given->v[i] : old->v[i]; /* texts are borrowed */
        changed = changed || !cq_record_same_value(i, &now->v[i], &old->v[i]);
    }
    return changed;
}

/* What an import says is no longer a side-car's to change, also where both say the same. */
static int take_over(const struct cq_record_row *old, const struct cq_record *given, char **ret_fields)
{
    struct cq_str left = {0};
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        if (!given->v[i].has && cq_record_is_named(old->sidecar_fields, fields[i].name))
            cq_str_printf(&left, "%s%s", left.n ? "," : "", fields[i].name);
    }
    if (left.failed)
        return -ENOMEM;
    *ret_fields = left.n ? cq_str_take(&left) : NULL;
    cq_str_done(&left);
    return 0;
}

bool cq_record_is_named(const char *list, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = list; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        if (!strncmp(at, name, n) && (at[n] == ',' || !at[n]))
            return true;
    }
    return false;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

int cq_records_put(struct cq_store *store, const struct cq_record *record, const struct cq_record_source *from,
                   struct cq_error *err, enum cq_saved *ret_saved)
{
    struct cq_record_row old = {0}, now = {.imported = true};
    const struct cq_record_value *key = &record->v[CQ_RECORD_EXTERNAL_ID];
    if (!key->has || !*key->text)
        return -EINVAL;
    int r = cq_record_row_by_key(store, key->text, err, &old);
    if (r && r != -ENOENT)
        return r;
    bool known = !r;
    now.id = old.id;
    now.call = old.call;
    r = take_over(&old, record, &now.sidecar_fields);
    if (r)
        goto out;
    bool changed = merge(&now.record, &old.record, record);
    *ret_saved = !known ? CQ_SAVED_NEW : changed ? CQ_SAVED_REPLACED : CQ_SAVED_SAME;
    now.source = !known || changed ? (char *)(uintptr_t)from->name : old.source; /* borrowed */
    if (known && changed)
        r = cq_record_audit(store, from, "records.change", &old.record, &now.record, err);
    if (!r && (!known || changed || !old.imported || !same_text(now.sidecar_fields, old.sidecar_fields)))
        r = cq_record_row_write(store, &now, err);
out:
    free(now.sidecar_fields);
    cq_record_row_done(&old);
    return r;
}
