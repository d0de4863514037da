#include "store/records.h"

#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "store/audit.h"
#include "store/db.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns of times end in _s, as everywhere in the database; files write dates, "started_at". */
#define CQ_X_INFO(id, name, type, lo, hi, help) {name, CQ_RECORD_IS_##type, lo, hi, help},
static const struct cq_record_info columns[] = {CQ_RECORD_FIELDS(CQ_X_INFO)};
#undef CQ_X_INFO

static const struct cq_record_info times[] = {
    [CQ_RECORD_STARTED] = {"started_at", CQ_RECORD_IS_TIME, 0, 0, NULL},
    [CQ_RECORD_RESPONDED] = {"responded_at", CQ_RECORD_IS_TIME, 0, 0, NULL},
    [CQ_RECORD_PROGRESSED] = {"progressed_at", CQ_RECORD_IS_TIME, 0, 0, NULL},
    [CQ_RECORD_PROMISED] = {"promised_at", CQ_RECORD_IS_TIME, 0, 0, NULL},
    [CQ_RECORD_RESOLVED] = {"resolved_at", CQ_RECORD_IS_TIME, 0, 0, NULL},
};

const struct cq_record_info *cq_record_info(enum cq_record_field field)
{
    return columns[field].type == CQ_RECORD_IS_TIME ? &times[field] : &columns[field];
}

const char *cq_record_help(enum cq_record_field field)
{
    return columns[field].help;
}

int cq_record_find(const char *name, enum cq_record_field *ret_field)
{
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        if (!strcmp(cq_record_info((enum cq_record_field)i)->name, name)) {
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

#define COLUMNS                                                                                                \
    "external_id, agent, customer, matter, reason, ticket, order_number, priority, started_s, responded_s,"    \
    " progressed_s, promised_s, resolved_s, wait_s, after_call_s, csat, nps"

static void bind(struct cq_db_st *q, int field, const struct cq_record_value *v)
{
    if (!v->has) {
        cq_db_null(q);
        return;
    }
    switch (columns[field].type) {
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

static int load(struct cq_store *s, const char *external_id, struct cq_error *err, struct cq_record *ret)
{
    struct cq_db_st q = cq_db_st(s, "SELECT " COLUMNS " FROM records WHERE external_id = ?");
    cq_db_text(&q, external_id);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    r = 0;
    for (int i = 0; !r && i < CQ_N_RECORD_FIELDS; i++) {
        ret->v[i].has = !cq_db_is_null(&q, i);
        if (ret->v[i].has && columns[i].type == CQ_RECORD_IS_TEXT)
            r = cq_db_get_text(&q, i, &ret->v[i].text);
        else if (ret->v[i].has)
            ret->v[i].number = cq_db_get_real(&q, i);
    }
    cq_db_reset(&q);
    return r;
}

static bool same_value(int field, const struct cq_record_value *a, const struct cq_record_value *b)
{
    if (a->has != b->has || !a->has)
        return a->has == b->has;
    return columns[field].type == CQ_RECORD_IS_TEXT ? !strcmp(a->text, b->text) : a->number == b->number;
}

/* Take over what the old record has and the new one lacks; true where anything else differs. */
static bool merge(struct cq_record *now, const struct cq_record *old, const struct cq_record *given)
{
    bool changed = false;
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        now->v[i] = given->v[i].has ? given->v[i] : old->v[i]; /* texts are borrowed */
        changed = changed || !same_value(i, &now->v[i], &old->v[i]);
    }
    return changed;
}

static void to_json(const struct cq_record *record, struct cq_str *out)
{
    struct cq_json_writer w;
    char when[CQ_TIME_ISO_MAX];
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        const struct cq_record_value *v = &record->v[i];
        const struct cq_record_info *info = cq_record_info((enum cq_record_field)i);
        if (!v->has)
            continue;
        switch (info->type) {
        case CQ_RECORD_IS_TEXT:
            cq_json_put_string(&w, info->name, v->text);
            break;
        case CQ_RECORD_IS_TIME:
            cq_json_put_string(&w, info->name, cq_time_format_utc((int64_t)v->number, when));
            break;
        case CQ_RECORD_IS_NUMBER:
            cq_json_put_number(&w, info->name, v->number, 3);
            break;
        case CQ_RECORD_IS_PRIORITY:
            cq_json_put_string(&w, info->name, cq_priority_name((enum cq_priority)v->number));
            break;
        }
    }
    cq_json_close_object(&w);
}

static int audit_change(struct cq_store *s, const char *who, const struct cq_record *old,
                        const struct cq_record *now, struct cq_error *err)
{
    struct cq_str before = {0}, after = {0};
    char *subject = cq_str_format("record:%.200s", now->v[CQ_RECORD_EXTERNAL_ID].text);
    to_json(old, &before);
    to_json(now, &after);
    struct cq_audit_entry e = {who, "records.change", subject, before.s, after.s};
    int r = subject && !before.failed && !after.failed ? cq_audit_append(s, &e, err) : -ENOMEM;
    free(subject);
    cq_str_done(&before);
    cq_str_done(&after);
    return r;
}

static int write_row(struct cq_store *s, const struct cq_record *record, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(
        s,
        "INSERT INTO records(" COLUMNS ", imported_s) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
        " ?12, ?13, ?14, ?15, ?16, ?17, ?18) ON CONFLICT(external_id) DO UPDATE SET agent = ?2, customer = ?3,"
        " matter = ?4, reason = ?5, ticket = ?6, order_number = ?7, priority = ?8, started_s = ?9,"
        " responded_s = ?10, progressed_s = ?11, promised_s = ?12, resolved_s = ?13, wait_s = ?14,"
        " after_call_s = ?15, csat = ?16, nps = ?17, imported_s = ?18");
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++)
        bind(&q, i, &record->v[i]);
    cq_db_int(&q, cq_time_now_s());
    return cq_db_run(&q, err);
}

int cq_records_put(struct cq_store *store, const struct cq_record *record, const char *who,
                   struct cq_error *err, enum cq_saved *ret_saved)
{
    struct cq_record old = {0}, now;
    const struct cq_record_value *key = &record->v[CQ_RECORD_EXTERNAL_ID];
    if (!key->has || !*key->text)
        return -EINVAL;
    int r = load(store, key->text, err, &old);
    if (r && r != -ENOENT)
        goto out;
    bool known = !r;
    bool changed = merge(&now, &old, record);
    *ret_saved = !known ? CQ_SAVED_NEW : changed ? CQ_SAVED_REPLACED : CQ_SAVED_SAME;
    r = known && changed ? audit_change(store, who, &old, &now, err) : 0;
    if (!r && (!known || changed))
        r = write_row(store, &now, err);
out:
    cq_record_done(&old);
    return r;
}
