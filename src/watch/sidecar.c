#include "watch/sidecar.h"

#include "base/error.h"
#include "base/json.h"
#include "base/number.h"
#include "base/path.h"
#include "base/time.h"
#include "watch/sidecar_member.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS 200000 /* of a list in JSON, which is read whole */

struct reader {
    const struct cq_sidecar_rules *rules;
    cq_sidecar_tell tell;
    void *user;
    struct cq_error *err;
    size_t n_rows;
};

static int hand_out(struct reader *r, const char *stem, struct cq_facts *facts, int line)
{
    if (++r->n_rows > MAX_ROWS)
        return cq_error_set(r->err, -EFBIG, r->rules->file, line,
                            "has more than %d calls; split it, or write calls.csv", MAX_ROWS);
    return facts->n ? r->tell(r->user, stem, facts) : 0;
}

static int take_json_member(struct reader *r, const struct cq_json *v, struct cq_facts *facts)
{
    char number[CQ_NUMBER_MAX];
    struct cq_sidecar_member member = cq_sidecar_member_of(r->rules, v->key);
    const char *text = NULL;
    if (!member.name) {
        cq_sidecar_note_unknown(r->rules, v->key);
        return 0;
    }
    switch (v->type) {
    case CQ_JSON_STRING:
        text = v->string;
        break;
    case CQ_JSON_NUMBER:
        cq_number_format(number, v->number, 6);
        text = number;
        break;
    case CQ_JSON_BOOL:
        text = v->boolean ? "true" : "false";
        break;
    case CQ_JSON_NULL:
        return 0;
    case CQ_JSON_ARRAY:
    case CQ_JSON_OBJECT:
        return cq_error_set(r->err, -EBADMSG, r->rules->file, v->line,
                            "\"%.40s\" must be a text or a number, not a %s", v->key,
                            cq_json_type_name(v->type));
    }
    return cq_sidecar_take(r->rules, facts, member, text, v->line, r->err);
}

static int take_json_call(struct reader *r, const struct cq_json *call, bool of_many)
{
    struct cq_facts facts = {0};
    char *stem = NULL;
    int bad = 0;
    if (call->type != CQ_JSON_OBJECT)
        return cq_error_set(r->err, -EBADMSG, r->rules->file, call->line, "a call is an object {...}, not a %s",
                            cq_json_type_name(call->type));
    for (const struct cq_json *v = call->first; v && !bad; v = v->next) {
        if (strcmp(v->key, "file")) {
            bad = take_json_member(r, v, &facts);
        } else if (v->type == CQ_JSON_STRING && *v->string) {
            free(stem);
            stem = cq_sidecar_stem_of(v->string);
            bad = stem ? 0 : -ENOMEM;
        } else {
            bad = cq_error_set(r->err, -EBADMSG, r->rules->file, v->line,
                               "\"file\" must be the recording's name");
        }
    }
    if (!bad && of_many && !stem)
        bad = cq_error_set(r->err, -EBADMSG, r->rules->file, call->line, "a call in a list needs \"file\"");
    if (!bad)
        bad = hand_out(r, of_many ? stem : NULL, &facts, call->line);
    cq_facts_done(&facts);
    free(stem);
    return bad;
}

static int parse_json(struct reader *r, const char *text, size_t n)
{
    struct cq_json_doc *doc = NULL;
    int bad = cq_json_parse(r->rules->file, text, n, r->err, &doc);
    if (bad)
        return bad;
    const struct cq_json *root = cq_json_root(doc), *calls = cq_json_get(root, "calls");
    const struct cq_json *list = root->type == CQ_JSON_ARRAY             ? root
                                 : calls && calls->type == CQ_JSON_ARRAY ? calls
                                                                         : NULL;
    if (!list)
        bad = take_json_call(r, root, false);
    for (const struct cq_json *c = list ? list->first : NULL; c && !bad; c = c->next)
        bad = take_json_call(r, c, true);
    cq_json_free(doc);
    return bad;
}

static int parse_csv(struct reader *r, const char *text, size_t n)
{
    struct cq_sidecar_csv t = {.rules = r->rules};
    int row = cq_csv_of_text(&t.csv, r->rules->file, text, n), bad = 0;
    if (!row)
        row = cq_sidecar_csv_begin(&t, r->err);
    while (row >= 0 && !bad) {
        struct cq_facts facts = {0};
        char *stem = NULL;
        row = cq_sidecar_csv_next(&t, r->err, &stem, &facts);
        if (row == 0)
            break;
        if (row > 0)
            bad = r->tell(r->user, stem, &facts);
        cq_facts_done(&facts);
        free(stem);
    }
    cq_sidecar_csv_done(&t);
    return bad ? bad : row;
}

int cq_sidecar_parse(const struct cq_sidecar_rules *rules, const char *text, size_t n, cq_sidecar_tell tell,
                     void *user, struct cq_error *err)
{
    struct reader r = {.rules = rules, .tell = tell, .user = user, .err = err};
    if (cq_str_ieq(cq_path_ext(rules->file), "csv"))
        return parse_csv(&r, text, n);
    if (n > CQ_SIDECAR_MAX_BYTES)
        return cq_error_set(err, -EFBIG, rules->file, 0, "is larger than %u MB; split it, or write calls.csv",
                            CQ_SIDECAR_MAX_BYTES >> 20);
    return parse_json(&r, text, n);
}

int cq_sidecar_apply(const struct cq_facts *facts, struct cq_call_info *info)
{
    const struct {
        const char *name;
        char **to;
    } fields[] = {{"agent", &info->agent},         {"department", &info->department},
                  {"queue", &info->queue},         {"customer", &info->customer},
                  {"direction", &info->direction}, {"external_id", &info->external_id},
                  {"start", &info->started_at}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *v = cq_facts_get(facts, fields[i].name);
        int r = v ? cq_str_set(fields[i].to, v) : 0;
        if (r)
            return r;
    }
    return 0;
}

/* What was checked when it was taken in. */
static int take_record_value(enum cq_record_field field, const char *text, struct cq_record_value *v)
{
    int64_t time_s = 0;
    switch (cq_record_info(field)->type) {
    case CQ_RECORD_IS_TEXT:
        v->has = true;
        return cq_str_set(&v->text, text);
    case CQ_RECORD_IS_TIME:
        v->has = cq_time_parse_iso(text, &time_s) == 0;
        v->number = (double)time_s;
        break;
    case CQ_RECORD_IS_NUMBER:
        v->has = cq_number_parse(text, strlen(text), &v->number) == 0;
        break;
    case CQ_RECORD_IS_PRIORITY:
        for (int i = 0; i < CQ_N_PRIORITIES && !v->has; i++) {
            v->has = cq_str_ieq(text, cq_priority_name((enum cq_priority)i));
            v->number = i;
        }
        break;
    }
    return 0;
}

int cq_sidecar_record(const struct cq_facts *facts, const struct cq_call_info *info,
                      struct cq_record *ret_record)
{
    struct cq_record record = {0};
    const struct {
        enum cq_record_field field;
        const char *text;
    } of_call[] = {{CQ_RECORD_EXTERNAL_ID, info->external_id},
                   {CQ_RECORD_AGENT, info->agent},
                   {CQ_RECORD_CUSTOMER, info->customer},
                   {CQ_RECORD_STARTED, info->started_at}};
    int r = 0;
    for (size_t i = 0; i < facts->n && !r; i++) {
        enum cq_record_field field;
        if (!cq_record_find(facts->v[i].name, &field))
            r = take_record_value(field, facts->v[i].value, &record.v[field]);
    }
    for (size_t i = 0; i < sizeof of_call / sizeof *of_call && !r; i++) {
        cq_str_set(&record.v[of_call[i].field].text, NULL);
        record.v[of_call[i].field] = (struct cq_record_value){0};
        if (of_call[i].text && *of_call[i].text)
            r = take_record_value(of_call[i].field, of_call[i].text, &record.v[of_call[i].field]);
    }
    if (r) {
        cq_record_done(&record);
        return r;
    }
    *ret_record = record;
    return 0;
}
