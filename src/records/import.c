#include "records/import.h"

#include "base/csv.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/number.h"
#include "records/map.h"
#include "store/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A pass over one file. */
struct import {
    struct cq_store *store;
    const struct cq_records_map *map;
    const struct cq_records_import *how;
    const char *name;
    struct cq_error *err;
    struct cq_records_result result;
};

static int put(struct import *m, struct cq_record *record, int line)
{
    enum cq_saved saved = CQ_SAVED_SAME;
    if (!record->v[CQ_RECORD_EXTERNAL_ID].has)
        return cq_error_set(m->err, -EBADMSG, m->name, line,
                            "the row has no external_id, the telephone system's id of the contact");
    const struct cq_record_source from = {m->how->who, m->name};
    int r = cq_records_put(m->store, record, &from, m->err, &saved);
    if (r)
        return r;
    m->result.rows++;
    m->result.added += saved == CQ_SAVED_NEW;
    m->result.changed += saved == CQ_SAVED_REPLACED;
    m->result.same += saved == CQ_SAVED_SAME;
    return 0;
}

/* Which field each column carries; -1: none. */
static int read_heading(struct import *m, const struct cq_csv *csv, int *fields)
{
    bool seen[CQ_N_RECORD_FIELDS] = {0};
    for (size_t i = 0; i < csv->n_fields; i++) {
        enum cq_record_field field;
        fields[i] = -1;
        if (cq_records_map_field(m->map, cq_csv_field(csv, i), &field))
            continue;
        if (seen[field])
            return cq_error_set(m->err, -EBADMSG, m->name, csv->line, "two columns are %s",
                                cq_record_info(field)->name);
        seen[field] = true;
        fields[i] = (int)field;
    }
    if (!seen[CQ_RECORD_EXTERNAL_ID])
        return cq_error_set(
            m->err, -EBADMSG, m->name, csv->line,
            "no column is external_id; name it under \"records\", \"columns\" in the configuration");
    return 0;
}

static int put_row(struct import *m, const struct cq_csv *csv, const int *fields, size_t n_columns)
{
    struct cq_record record = {0};
    int r = 0;
    if (csv->n_fields > n_columns)
        return cq_error_set(m->err, -EBADMSG, m->name, csv->line, "the row has %zu fields, the heading %zu",
                            csv->n_fields, n_columns);
    for (size_t i = 0; !r && i < csv->n_fields; i++) {
        if (fields[i] >= 0)
            r = cq_records_map_value(m->map, (enum cq_record_field)fields[i], cq_csv_field(csv, i), m->name,
                                     csv->line, m->err, &record.v[fields[i]]);
    }
    if (!r)
        r = put(m, &record, csv->line);
    cq_record_done(&record);
    return r;
}

static int read_csv(struct import *m, const char *text, size_t n)
{
    struct cq_csv csv;
    int fields[CQ_CSV_MAX_FIELDS] = {0};
    int r = cq_csv_of_text(&csv, m->name, text, n);
    if (!r)
        r = cq_csv_next(&csv, m->err);
    if (r == 0)
        r = cq_error_set(m->err, -EBADMSG, m->name, 0, "is empty");
    else if (r > 0)
        r = read_heading(m, &csv, fields);
    size_t n_columns = csv.n_fields;
    while (r >= 0 && (r = cq_csv_next(&csv, m->err)) > 0) {
        r = put_row(m, &csv, fields, n_columns);
        if (r)
            break;
    }
    cq_csv_done(&csv);
    return r;
}

static int put_object(struct import *m, const struct cq_json *object)
{
    struct cq_record record = {0};
    int r = object->type == CQ_JSON_OBJECT
                ? 0
                : cq_error_set(m->err, -EBADMSG, m->name, object->line, "a record is an object");
    for (const struct cq_json *v = object->first; !r && v; v = v->next) {
        char number[CQ_NUMBER_MAX];
        enum cq_record_field field;
        if (v->type == CQ_JSON_NULL || cq_records_map_field(m->map, v->key, &field))
            continue;
        if (v->type == CQ_JSON_NUMBER)
            cq_number_format(number, v->number, 6);
        else if (v->type != CQ_JSON_STRING)
            r = cq_error_set(m->err, -EBADMSG, m->name, v->line, "%s is a text or a number", v->key);
        if (!r && !record.v[field].has)
            r = cq_records_map_value(m->map, field, v->type == CQ_JSON_NUMBER ? number : v->string, m->name,
                                     v->line, m->err, &record.v[field]);
    }
    if (!r)
        r = put(m, &record, object->line);
    cq_record_done(&record);
    return r;
}

static int read_json(struct import *m, const char *text, size_t n)
{
    struct cq_json_doc *doc = NULL;
    int r = cq_json_parse(m->name, text, n, m->err, &doc);
    if (r)
        return r;
    const struct cq_json *list = cq_json_root(doc);
    if (list->type == CQ_JSON_OBJECT)
        list = cq_json_get(list, "records");
    if (!list || list->type != CQ_JSON_ARRAY)
        r = cq_error_set(m->err, -EBADMSG, m->name, 0, "holds no list of records");
    for (const struct cq_json *v = list && !r ? list->first : NULL; !r && v; v = v->next)
        r = put_object(m, v);
    cq_json_free(doc);
    return r;
}

static int audit_import(struct import *m, const char *text, size_t n)
{
    struct cq_str json = {0};
    struct cq_json_writer w;
    char sha256[CQ_HASH_HEX];
    cq_hash_bytes(text, n, sha256);
    cq_json_writer_init(&w, &json, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "file", m->name);
    cq_json_put_string(&w, "sha256", sha256);
    cq_json_put_int(&w, "new", m->result.added);
    cq_json_put_int(&w, "changed", m->result.changed);
    cq_json_put_int(&w, "same", m->result.same);
    cq_json_close_object(&w);
    struct cq_audit_entry e = {m->how->who, "records.import", "records", NULL, json.s};
    int r = json.failed ? -ENOMEM : cq_audit_append(m->store, &e, m->err);
    cq_str_done(&json);
    return r;
}

int cq_records_import(struct cq_store *store, const struct cq_records_map *map,
                      const struct cq_records_import *how, const char *name, const char *text, size_t n,
                      struct cq_error *err, struct cq_records_result *ret_result)
{
    struct import m = {.store = store, .map = map, .how = how, .name = name, .err = err};
    int r = cq_store_begin(store, err);
    if (r)
        return r;
    r = how->json ? read_json(&m, text, n) : read_csv(&m, text, n);
    if (!r && !how->dry_run)
        r = audit_import(&m, text, n);
    if (r || how->dry_run)
        cq_store_rollback(store);
    else
        r = cq_store_commit(store, err);
    if (!r)
        *ret_result = m.result;
    return r;
}
