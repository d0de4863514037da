#include "store/field.h"

#include "callqa/metrics.h"
#include "callqa/scorecard.h"
#include "store/record_row.h"
#include "store/schema.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ITEM_PREFIX "item."
#define SECTION_PREFIX "section."
#define RECORD_PREFIX "record."

/* c: the call, m: its measures. Only what stands here can become part of a statement. */
static const struct call_field {
    const char *name;
    enum cq_field_type type;
    const char *sql;
    const char *help;
} call_fields[] = {
    {"id", CQ_FIELD_NUMBER, "c.id", "number of the call"},
    {"file", CQ_FIELD_TEXT,
     "(SELECT p.name FROM call_paths p WHERE p.call_id = c.id ORDER BY p.analysed DESC, p.path LIMIT 1)",
     "file name of the recording"},
    {"started_at", CQ_FIELD_TIME, "c.started_s", "when the call began"},
    {"stored_at", CQ_FIELD_TIME, "c.created_s", "when it was first stored"},
    {"agent", CQ_FIELD_TEXT, "c.agent", "agent id"},
    {"customer", CQ_FIELD_TEXT, "c.customer", "customer id or number"},
    {"queue", CQ_FIELD_TEXT, "c.queue", "queue"},
    {"department", CQ_FIELD_TEXT, "c.department", "department"},
    {"direction", CQ_FIELD_TEXT, "c.direction", "inbound, outbound, internal"},
    {"external_id", CQ_FIELD_TEXT, "c.external_id", "the telephone system's id of the call"},
    {"status", CQ_FIELD_WORD, "c.status", "scored, unscorable"},
    {"reason", CQ_FIELD_TEXT, "c.reason", "why it is unscorable"},
    {"score", CQ_FIELD_NUMBER, "c.score", "total of the current scorecard"},
    {"coverage", CQ_FIELD_NUMBER, "c.coverage", "share of the form that the score rests on"},
    {"partial", CQ_FIELD_BOOL, "c.partial", "items of the form are still open"},
    {"severity", CQ_FIELD_WORD, "c.severity", "gravest flag: info, warning, critical"},
    {"flags", CQ_FIELD_NUMBER, "c.n_flags", "number of flags"},
    {"diarized", CQ_FIELD_BOOL, "c.diarized", "one-channel recording"},
    {"truncated", CQ_FIELD_BOOL, "(SELECT r.truncated FROM recordings r WHERE r.call_id = c.id)",
     "the file ends before its header says"},
    {"format", CQ_FIELD_TEXT, "(SELECT r.format FROM recordings r WHERE r.call_id = c.id)",
     "container and coding of the file"},
    {"detector", CQ_FIELD_TEXT, "(SELECT a.detector FROM analyses a WHERE a.id = c.analysis_id)",
     "what found the speech"},
    {"closing_by", CQ_FIELD_WORD, "m.closing_party", "who spoke last: agent, customer, none"},
    /* a measure, but known of every call */
    {"duration_s", CQ_FIELD_NUMBER, "(c.duration_ms / 1000.0)", "length of the recording"},
};

static_assert(CQ_M_DURATION == 0, "the measure that stands in both tables is the first");

#define N_CALL_FIELDS (sizeof call_fields / sizeof *call_fields)

/* The nth field of a call under this name, or -1. */
static int call_field(const char *name)
{
    for (size_t i = 0; i < N_CALL_FIELDS; i++) {
        if (!strcmp(call_fields[i].name, name))
            return (int)i;
    }
    return -1;
}

static int find_of_form(const char *name, const char *prefix, enum cq_field_kind kind, struct cq_field *f)
{
    size_t n = strlen(prefix);
    if (strncmp(name, prefix, n) || !name[n])
        return -ENOENT;
    f->kind = kind;
    f->type = CQ_FIELD_NUMBER;
    return 0;
}

/* A field of the call's record: "record.csat". */
static int find_of_record(const char *name, struct cq_field *f)
{
    static const enum cq_field_type types[] = {
        [CQ_RECORD_IS_TEXT] = CQ_FIELD_TEXT,
        [CQ_RECORD_IS_TIME] = CQ_FIELD_TIME,
        [CQ_RECORD_IS_NUMBER] = CQ_FIELD_NUMBER,
        [CQ_RECORD_IS_PRIORITY] = CQ_FIELD_WORD,
    };
    enum cq_record_field field;
    size_t n = strlen(RECORD_PREFIX);
    if (strncmp(name, RECORD_PREFIX, n) || cq_record_find(name + n, &field))
        return -ENOENT;
    f->kind = CQ_FIELD_RECORD;
    f->type = types[cq_record_info(field)->type];
    f->index = (int)field;
    return 0;
}

int cq_field_find(const char *name, struct cq_field *ret_field)
{
    struct cq_field f = {.party = CQ_NOBODY};
    if (strlen(name) >= sizeof f.name)
        return -ENOENT;
    snprintf(f.name, sizeof f.name, "%s", name);
    f.index = call_field(name);
    if (f.index >= 0) {
        f.kind = CQ_FIELD_OF_CALL;
        f.type = call_fields[f.index].type;
    } else if (!cq_metric_find(name, &f.party, &f.index)) {
        f.kind = CQ_FIELD_MEASURE;
        f.type = CQ_FIELD_NUMBER;
    } else if (find_of_record(name, &f) && find_of_form(name, ITEM_PREFIX, CQ_FIELD_ITEM, &f) &&
               find_of_form(name, SECTION_PREFIX, CQ_FIELD_SECTION, &f)) {
        return -ENOENT;
    }
    *ret_field = f;
    return 0;
}

/* All names in a static table: measures have no "party.name" in one piece elsewhere. */
static const char *measure_name(int i)
{
#define X_CALL(id, name, unit, help) name,
#define X_AGENT(id, name, unit, help) "agent." name,
#define X_CUSTOMER(id, name, unit, help) "customer." name,
    static const char *const names[] = {CQ_CALL_METRICS(X_CALL) CQ_PARTY_METRICS(X_AGENT)
                                            CQ_PARTY_METRICS(X_CUSTOMER)};
#undef X_CALL
#undef X_AGENT
#undef X_CUSTOMER
    return names[i];
}

#define CQ_X_RECORD_NAME(id, column, name, type, lo, hi, help) RECORD_PREFIX name,
static const char *const record_names[] = {CQ_RECORD_FIELDS(CQ_X_RECORD_NAME)};
#undef CQ_X_RECORD_NAME

const char *cq_field_list(size_t i, const char **ret_unit, const char **ret_help)
{
    const char *name, *unit = "", *help;
    if (i < N_CALL_FIELDS) {
        name = call_fields[i].name;
        help = call_fields[i].help;
        if (!strcmp(name, "duration_s"))
            unit = "s";
    } else {
        i -= N_CALL_FIELDS;
        if (i >= CQ_N_MEASURES - 1) { /* less the duration, which stands above */
            i -= CQ_N_MEASURES - 1;
            if (i >= CQ_N_RECORD_FIELDS)
                return NULL;
            if (ret_unit)
                *ret_unit = "";
            if (ret_help)
                *ret_help = cq_record_info((enum cq_record_field)i)->help;
            return record_names[i];
        }
        enum cq_party party;
        int index, measure = (int)i + 1;
        cq_schema_measure(measure, &party, &index);
        const struct cq_metric_info *info = party == CQ_NOBODY
                                                ? cq_call_metric_info((enum cq_call_metric)index)
                                                : cq_party_metric_info((enum cq_party_metric)index);
        name = measure_name(measure);
        unit = info->unit;
        help = info->help;
    }
    if (ret_unit)
        *ret_unit = unit;
    if (ret_help)
        *ret_help = help;
    return name;
}

const char *cq_field_word(const struct cq_field *field, size_t i)
{
    if (field->type == CQ_FIELD_BOOL)
        return i == 0 ? "false" : i == 1 ? "true" : NULL;
    if (field->kind == CQ_FIELD_RECORD && field->type == CQ_FIELD_WORD)
        return i < CQ_N_PRIORITIES ? cq_priority_name((enum cq_priority)i) : NULL;
    if (!strcmp(field->name, "severity"))
        return i <= CQ_SEVERITY_CRITICAL ? cq_severity_name((enum cq_severity)i) : NULL;
    if (!strcmp(field->name, "status"))
        return i == 0 ? "scored" : i == 1 ? "unscorable" : NULL;
    if (!strcmp(field->name, "closing_by"))
        return i <= CQ_NOBODY ? cq_party_name((enum cq_party)i) : NULL;
    return NULL;
}

int cq_field_code(const struct cq_field *field, const char *word, int64_t *ret_code)
{
    for (size_t i = 0; cq_field_word(field, i); i++) {
        if (cq_str_ieq(cq_field_word(field, i), word)) {
            *ret_code = (int64_t)i;
            return 0;
        }
    }
    return -ENOENT;
}

static bool is_field(const struct cq_field *field, const char *name)
{
    return field->kind == CQ_FIELD_OF_CALL && !strcmp(call_fields[field->index].name, name);
}

bool cq_field_is_start(const struct cq_field *field)
{
    return is_field(field, "started_at");
}

bool cq_field_sql(const struct cq_field *field, const struct cq_field_scope *scope, struct cq_str *out)
{
    char column[CQ_MEASURE_COLUMN_MAX];
    switch (field->kind) {
    case CQ_FIELD_OF_CALL:
        if (scope->by_flagged && cq_field_is_start(field))
            cq_str_add(out, "nullif(m.started_key, " CQ_STARTED_UNKNOWN ")");
        else if (scope->by_flag && cq_field_is_start(field))
            cq_str_add(out, "f.started_s");
        else if (scope->by_flag && is_field(field, "agent"))
            cq_str_add(out, "f.agent");
        else
            cq_str_add(out, call_fields[field->index].sql);
        return false;
    case CQ_FIELD_MEASURE:
        cq_schema_measure_column(field->party, field->index, column);
        cq_str_printf(out, "m.%s", column);
        return false;
    case CQ_FIELD_ITEM:
        cq_str_printf(out,
                      "(SELECT x.score FROM item_scores x JOIN form_items i ON i.id = x.item_id"
                      " WHERE x.scorecard_id = %s.scorecard_id AND i.item = ?)",
                      scope->by_flag ? "f" : "c");
        return true;
    case CQ_FIELD_SECTION:
        cq_str_printf(out,
                      "(SELECT x.score FROM section_scores x JOIN form_sections d ON d.id = x.section_id"
                      " WHERE x.scorecard_id = %s.scorecard_id AND d.section = ?)",
                      scope->by_flag ? "f" : "c");
        return true;
    case CQ_FIELD_RECORD:
        cq_str_printf(out, "(SELECT o.%s FROM records o WHERE o.id = " CQ_RECORD_OF_CALL ")",
                      cq_record_info((enum cq_record_field)field->index)->column);
        return false;
    }
    return false;
}

const char *cq_field_bound(const struct cq_field *field)
{
    return strchr(field->name, '.') + 1;
}

bool cq_field_needs_measures(const struct cq_field *field)
{
    return field->kind == CQ_FIELD_MEASURE || is_field(field, "closing_by");
}

bool cq_field_needs_call(const struct cq_field *field, const struct cq_field_scope *scope)
{
    if (cq_field_needs_measures(field) || cq_field_is_start(field))
        return false;
    /* flags know the scorecard, from which items and sections are found, and the agent; flagged does not */
    return scope->by_flagged || field->kind == CQ_FIELD_RECORD ||
           !(field->kind != CQ_FIELD_OF_CALL || is_field(field, "agent"));
}
