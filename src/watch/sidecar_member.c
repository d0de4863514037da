#include "watch/sidecar_member.h"

#include "audio/extension.h"
#include "base/error.h"
#include "base/path.h"
#include "base/time.h"
#include "records/map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TIME = 40 }; /* characters of a time as written */

/* Names of what is the call's own, and what others call the same thing. All else is a field of records. */
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
};

struct cq_sidecar_member cq_sidecar_member_of(const struct cq_sidecar_rules *rules, const char *name)
{
    enum cq_record_field field;
    struct cq_str lower = {0};
    struct cq_sidecar_member m = {NULL, -1};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (cq_str_ieq(members[i].alias, name))
            return (struct cq_sidecar_member){members[i].name, -1};
    }
    for (const char *c = name; *c; c++)
        cq_str_add_char(&lower, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c);
    if (!cq_records_map_field(rules->map, name, &field) ||
        (lower.s && !lower.failed && !cq_records_map_field(rules->map, lower.s, &field))) {
        m = (struct cq_sidecar_member){cq_record_info(field)->name, (int)field};
        /* under another name they are the call's all the same */
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            if (!strcmp(members[i].alias, m.name))
                m = (struct cq_sidecar_member){members[i].name, -1};
        }
    }
    cq_str_done(&lower);
    return m;
}

void cq_sidecar_note_unknown(const struct cq_sidecar_rules *rules, const char *name)
{
    struct cq_str *u = rules->unknown;
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
static int time_of(const struct cq_sidecar_rules *rules, const char *name, const char *text, char *buf,
                   size_t size, int line, struct cq_error *err)
{
    char utc[64];
    int64_t s = 0;
    const char *clock = strpbrk(text, "T ");
    bool has_zone = clock && (strpbrk(clock + 1, "Zz+-") != NULL);
    size_t n = strnlen(text, sizeof utc);
    const char *rest = has_zone ? "" : clock ? "Z" : "T00:00:00Z";
    if (n <= MAX_TIME) {
        memcpy(utc, text, n);
        memcpy(utc + n, rest, strlen(rest) + 1);
    }
    if (n > MAX_TIME || cq_time_parse_iso(utc, &s))
        return cq_error_set(err, -EBADMSG, rules->file, line,
                            "\"%s\" is no time: \"%.40s\"; write 2026-11-24T14:02:03+08:00", name, text);
    if (has_zone || !clock) {
        snprintf(buf, size, "%s", text);
        return 0;
    }
    int offset_s = (int)(s - cq_zone_to_utc(rules->zone, s)), minutes = abs(offset_s) / 60;
    snprintf(buf, size, "%.40s%c%02d:%02d", text, offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return 0;
}

/* As records are checked; the word for a priority becomes the one of records. */
static int check_record(const struct cq_sidecar_rules *rules, enum cq_record_field field, const char *text,
                        int line, struct cq_error *err, const char **ret_word)
{
    struct cq_record_value v = {0};
    int r = cq_records_map_value(rules->map, field, text, rules->file, line, err, &v);
    if (!r && v.has && cq_record_info(field)->type == CQ_RECORD_IS_PRIORITY)
        *ret_word = cq_priority_name((enum cq_priority)v.number);
    free(v.text);
    return r;
}

int cq_sidecar_take(const struct cq_sidecar_rules *rules, struct cq_facts *facts,
                    struct cq_sidecar_member member, const char *text, int line, struct cq_error *err)
{
    char when[64];
    int r = 0;
    while (*text == ' ')
        text++;
    if (!*text)
        return 0;
    if (strlen(text) > CQ_SIDECAR_MAX_VALUE)
        return cq_error_set(err, -EBADMSG, rules->file, line, "\"%s\" is longer than %d bytes", member.name,
                            CQ_SIDECAR_MAX_VALUE);
    bool is_time =
        !strcmp(member.name, "start") ||
        (member.record >= 0 && cq_record_info((enum cq_record_field)member.record)->type == CQ_RECORD_IS_TIME);
    if (!strcmp(member.name, "direction")) {
        const char *way = direction_of(text);
        if (!way)
            return cq_error_set(err, -EBADMSG, rules->file, line,
                                "\"direction\" is inbound, outbound or internal, not \"%.40s\"", text);
        text = way;
    } else if (is_time) {
        r = time_of(rules, member.name, text, when, sizeof when, line, err);
        text = when;
    }
    if (!r && member.record >= 0)
        r = check_record(rules, (enum cq_record_field)member.record, text, line, err, &text);
    return r ? r : cq_facts_set(facts, member.name, text);
}

char *cq_sidecar_stem_of(const char *file)
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
        stem = cq_sidecar_stem_of(text);
    free(text);
    return stem;
}

int cq_sidecar_csv_begin(struct cq_sidecar_csv *t, struct cq_error *err)
{
    t->n_names = 0;
    t->file_at = CQ_CSV_MAX_FIELDS;
    free(t->member);
    t->member = calloc(CQ_CSV_MAX_FIELDS, sizeof *t->member);
    int row = t->member ? cq_csv_next(&t->csv, err) : -ENOMEM;
    for (size_t i = 0; row > 0 && i < t->csv.n_fields; i++) {
        const char *name = cq_csv_field(&t->csv, i);
        t->n_names = i + 1;
        if (cq_str_ieq(name, "file"))
            t->file_at = i;
        else
            t->member[i] = cq_sidecar_member_of(t->rules, name);
        if (i != t->file_at && !t->member[i].name && *name)
            cq_sidecar_note_unknown(t->rules, name);
    }
    return row < 0 ? row : 0;
}

/* The first row names the columns; `file` tells which recording a row is of. Rows of none are left out. */
int cq_sidecar_csv_next(struct cq_sidecar_csv *t, struct cq_error *err, char **ret_stem,
                        struct cq_facts *ret_facts)
{
    bool of_one = t->file_at == CQ_CSV_MAX_FIELDS;
    int row;
    while ((row = cq_csv_next(&t->csv, err)) > 0) {
        struct cq_facts facts = {0};
        char *stem = of_one ? NULL : cq_sidecar_stem_of(cq_csv_field(&t->csv, t->file_at));
        int bad = of_one || stem ? 0 : -ENOMEM;
        if (!bad && t->csv.n_fields > t->n_names)
            bad = cq_error_set(err, -EBADMSG, t->rules->file, t->csv.line,
                               "the row has %zu fields, the heading %zu", t->csv.n_fields, t->n_names);
        for (size_t i = 0; !bad && i < t->csv.n_fields; i++) {
            if (t->member[i].name)
                bad =
                    cq_sidecar_take(t->rules, &facts, t->member[i], cq_csv_field(&t->csv, i), t->csv.line, err);
        }
        if (!bad && (of_one || *stem) && facts.n) {
            *ret_stem = stem;
            *ret_facts = facts;
            return 1;
        }
        cq_facts_done(&facts);
        free(stem);
        if (bad)
            return bad;
    }
    return row;
}

void cq_sidecar_csv_done(struct cq_sidecar_csv *t)
{
    cq_csv_done(&t->csv);
    free(t->member);
    t->member = NULL;
}
