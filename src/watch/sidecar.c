#include "watch/sidecar.h"

#include "audio/extension.h"
#include "base/error.h"
#include "base/json.h"
#include "base/number.h"
#include "base/path.h"
#include "base/time.h"
#include "watch/sidecar_csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of the schema, and what others call the same thing. */
static const struct {
    const char *alias, *name;
} members[] = {
    {"agent", "agent"},
    {"agent_id", "agent"},
    {"department", "department"},
    {"queue", "queue"},
    {"customer", "customer"},
    {"customer_id", "customer"},
    {"direction", "direction"},
    {"start", "start"},
    {"started_at", "start"},
    {"start_time", "start"},
    {"external_id", "external_id"},
    {"call_id", "external_id"},
    {"uniqueid", "external_id"},
    {"ticket", "ticket"},
    {"priority", "priority"},
    {"promise", "promise"},
    {"resolution", "resolution"},
    {"csat", "csat"},
    {"reason", "reason"},
};

static const char *name_of(const char *alias)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (cq_str_ieq(members[i].alias, alias))
            return members[i].name;
    }
    return NULL;
}

struct reader {
    const char *file;
    const struct cq_zone *zone;
    cq_sidecar_tell tell;
    void *user;
    struct cq_str *unknown;
    struct cq_error *err;
    size_t n_rows;
};

static void note_unknown(struct reader *r, const char *name)
{
    struct cq_str *u = r->unknown;
    if (u->n > 200 || (u->s && strstr(u->s, name)))
        return;
    cq_str_printf(u, "%s%.40s", u->n ? ", " : "", name);
}

static const char *direction_of(const char *text)
{
    static const struct {
        const char *word, *means;
    } words[] = {{"inbound", "inbound"},   {"in", "inbound"},   {"incoming", "inbound"},
                 {"outbound", "outbound"}, {"out", "outbound"}, {"outgoing", "outbound"},
                 {"internal", "internal"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (cq_str_ieq(words[i].word, text))
            return words[i].means;
    }
    return NULL;
}

/* ISO 8601 as it was written; one without an offset gets the zone's. */
static int start_of(struct reader *r, const char *text, char *buf, size_t size, int line)
{
    char utc[64];
    int64_t s = 0;
    const char *clock = strpbrk(text, "T ");
    bool has_zone = clock && (strpbrk(clock + 1, "Zz+-") != NULL);
    snprintf(utc, sizeof utc, "%.40s%s", text, has_zone ? "" : clock ? "Z" : "T00:00:00Z");
    if (cq_time_parse_iso(utc, &s))
        return cq_error_set(r->err, -EBADMSG, r->file, line,
                            "\"start\" is no time: \"%.40s\"; write 2026-11-24T14:02:03+08:00", text);
    if (has_zone || !clock) {
        snprintf(buf, size, "%s", text);
        return 0;
    }
    int offset_s = (int)(s - cq_zone_to_utc(r->zone, s)), minutes = abs(offset_s) / 60;
    snprintf(buf, size, "%.40s%c%02d:%02d", text, offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return 0;
}

/* One member into the facts, checked. Empty values say nothing. */
static int take_value(struct reader *r, struct cq_facts *facts, const char *name, const char *text, int line)
{
    char start[64];
    double csat = 0;
    while (*text == ' ')
        text++;
    if (!*text)
        return 0;
    if (strlen(text) > CQ_SIDECAR_MAX_VALUE)
        return cq_error_set(r->err, -EBADMSG, r->file, line, "\"%s\" is longer than %d bytes", name,
                            CQ_SIDECAR_MAX_VALUE);
    if (!strcmp(name, "direction")) {
        const char *way = direction_of(text);
        if (!way)
            return cq_error_set(r->err, -EBADMSG, r->file, line,
                                "\"direction\" is inbound, outbound or internal, not \"%.40s\"", text);
        text = way;
    } else if (!strcmp(name, "start")) {
        int bad = start_of(r, text, start, sizeof start, line);
        if (bad)
            return bad;
        text = start;
    } else if (!strcmp(name, "csat") && cq_number_parse(text, strlen(text), &csat)) {
        return cq_error_set(r->err, -EBADMSG, r->file, line, "\"csat\" is a number, not \"%.40s\"", text);
    }
    return cq_facts_set(facts, name, text);
}

/* A recording's name without folder and extension, from what a person or a telephone system writes. */
static char *stem_of(const char *file)
{
    const char *slash = strrchr(file, '\\') ? strrchr(file, '\\') + 1 : file, *name = cq_path_base(slash);
    size_t n = strlen(name);
    if (cq_audio_is_recording_name(name))
        n -= strlen(cq_path_ext(name)) + 1;
    struct cq_str s = {0};
    cq_str_add_n(&s, name, n);
    return cq_str_take(&s);
}

char *cq_sidecar_stem(const char *path)
{
    struct cq_str name = {0};
    const char *base = cq_path_base(path);
    cq_str_add_n(&name, base, strlen(base) - strlen(cq_path_ext(base)) - 1);
    char *text = cq_str_take(&name), *stem = NULL;
    if (text && cq_str_ieq(text, "calls"))
        stem = cq_str_dup("");
    else if (text)
        stem = stem_of(text);
    free(text);
    return stem;
}

static int hand_out(struct reader *r, const char *stem, struct cq_facts *facts, int line)
{
    if (++r->n_rows > CQ_SIDECAR_MAX_ROWS)
        return cq_error_set(r->err, -EFBIG, r->file, line, "has more than %d rows; split it",
                            CQ_SIDECAR_MAX_ROWS);
    return facts->n ? r->tell(r->user, stem, facts) : 0;
}

static int take_json_member(struct reader *r, const struct cq_json *v, struct cq_facts *facts)
{
    char number[CQ_NUMBER_MAX];
    const char *name = name_of(v->key), *text = NULL;
    if (!name) {
        note_unknown(r, v->key);
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
        return cq_error_set(r->err, -EBADMSG, r->file, v->line,
                            "\"%.40s\" must be a text or a number, not a %s", v->key,
                            cq_json_type_name(v->type));
    }
    return take_value(r, facts, name, text, v->line);
}

static int take_json_call(struct reader *r, const struct cq_json *call, bool of_many)
{
    struct cq_facts facts = {0};
    char *stem = NULL;
    int bad = 0;
    if (call->type != CQ_JSON_OBJECT)
        return cq_error_set(r->err, -EBADMSG, r->file, call->line, "a call is an object {...}, not a %s",
                            cq_json_type_name(call->type));
    for (const struct cq_json *v = call->first; v && !bad; v = v->next) {
        if (strcmp(v->key, "file")) {
            bad = take_json_member(r, v, &facts);
        } else if (v->type == CQ_JSON_STRING && *v->string) {
            free(stem);
            stem = stem_of(v->string);
            bad = stem ? 0 : -ENOMEM;
        } else {
            bad = cq_error_set(r->err, -EBADMSG, r->file, v->line, "\"file\" must be the recording's name");
        }
    }
    if (!bad && of_many && !stem)
        bad = cq_error_set(r->err, -EBADMSG, r->file, call->line, "a call in a list needs \"file\"");
    if (!bad)
        bad = hand_out(r, of_many ? stem : NULL, &facts, call->line);
    cq_facts_done(&facts);
    free(stem);
    return bad;
}

static int parse_json(struct reader *r, const char *text, size_t n)
{
    struct cq_json_doc *doc = NULL;
    int bad = cq_json_parse(r->file, text, n, r->err, &doc);
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

/* The first row names the columns; `file` tells which recording a row is of. */
static int parse_csv(struct reader *r, const char *text, size_t n)
{
    struct cq_sidecar_csv csv;
    const char *names[CQ_CSV_MAX_FIELDS];
    size_t n_names = 0, file = CQ_CSV_MAX_FIELDS;
    int bad = cq_sidecar_csv_open(&csv, text, n, r->file, r->err);
    int row = bad ? bad : cq_sidecar_csv_next(&csv, r->err);
    for (size_t i = 0; row > 0 && i < csv.n_fields; i++) {
        names[i] = name_of(csv.field[i]);
        n_names = i + 1;
        if (cq_str_ieq(csv.field[i], "file"))
            file = i;
        else if (!names[i])
            note_unknown(r, csv.field[i]);
    }
    while (row > 0 && !bad && (row = cq_sidecar_csv_next(&csv, r->err)) > 0) {
        struct cq_facts facts = {0};
        char *stem = file < csv.n_fields ? stem_of(csv.field[file]) : NULL;
        for (size_t i = 0; !bad && i < csv.n_fields && i < n_names; i++)
            bad = names[i] && i != file ? take_value(r, &facts, names[i], csv.field[i], csv.line) : 0;
        if (!bad && (stem ? *stem != '\0' : file == CQ_CSV_MAX_FIELDS))
            bad = hand_out(r, stem, &facts, csv.line);
        cq_facts_done(&facts);
        free(stem);
    }
    cq_sidecar_csv_close(&csv);
    return bad ? bad : row;
}

int cq_sidecar_parse(const char *name, const char *text, size_t n, const struct cq_zone *zone,
                     cq_sidecar_tell tell, void *user, struct cq_str *unknown, struct cq_error *err)
{
    struct reader r = {.file = name, .zone = zone, .tell = tell, .user = user, .unknown = unknown, .err = err};
    if (n > CQ_SIDECAR_MAX_BYTES)
        return cq_error_set(err, -EFBIG, name, 0, "is larger than %u MB; split it", CQ_SIDECAR_MAX_BYTES >> 20);
    return cq_str_ieq(cq_path_ext(name), "csv") ? parse_csv(&r, text, n) : parse_json(&r, text, n);
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
