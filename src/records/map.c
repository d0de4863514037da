#include "records/map.h"

#include "base/error.h"
#include "base/number.h"
#include "base/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct cq_records_map {
    struct cq_json_doc *doc; /* NULL: no configuration */
    const struct cq_json *columns;
    const struct cq_json *priorities;
};

struct cq_records_map *cq_records_map_free(struct cq_records_map *map)
{
    if (map)
        cq_json_free(map->doc);
    free(map);
    return NULL;
}

static int check_columns(const char *name, const struct cq_json *columns, struct cq_error *err)
{
    for (const struct cq_json *c = columns ? columns->first : NULL; c; c = c->next) {
        enum cq_record_field field;
        if (cq_record_find(c->key, &field))
            return cq_error_set(err, -EBADMSG, name, c->line,
                                "records have no field \"%s\" (callqa records fields)", c->key);
        bool list = c->type == CQ_JSON_ARRAY && c->n <= CQ_RECORDS_MAX_ALIASES;
        for (const struct cq_json *v = list ? c->first : NULL; v; v = v->next)
            list = list && v->type == CQ_JSON_STRING;
        if (c->type != CQ_JSON_STRING && !list)
            return cq_error_set(err, -EBADMSG, name, c->line,
                                "write the name of the column, or a list of names");
    }
    return 0;
}

static int priority_of(const char *word, double *ret_code)
{
    for (int i = 0; i < CQ_N_PRIORITIES; i++) {
        if (cq_str_ieq(word, cq_priority_name((enum cq_priority)i))) {
            *ret_code = i;
            return 0;
        }
    }
    return -ENOENT;
}

static int check_priorities(const char *name, const struct cq_json *priorities, struct cq_error *err)
{
    double code;
    for (const struct cq_json *p = priorities ? priorities->first : NULL; p; p = p->next) {
        if (p->type != CQ_JSON_STRING || priority_of(p->string, &code))
            return cq_error_set(err, -EBADMSG, name, p->line,
                                "a priority is urgent, routine, simple or complex");
    }
    return 0;
}

static int check(const char *name, struct cq_records_map *map, const struct cq_json *section,
                 struct cq_error *err)
{
    for (const struct cq_json *k = section ? section->first : NULL; k; k = k->next) {
        bool columns = !strcmp(k->key, "columns"), priorities = !strcmp(k->key, "priorities");
        if ((!columns && !priorities) || k->type != CQ_JSON_OBJECT)
            return cq_error_set(err, -EBADMSG, name, k->line,
                                "\"records\" holds the objects \"columns\" and \"priorities\"");
        if (columns)
            map->columns = k;
        else
            map->priorities = k;
    }
    int r = check_columns(name, map->columns, err);
    return r ? r : check_priorities(name, map->priorities, err);
}

int cq_records_map_parse(const char *name, const char *text, size_t n, struct cq_error *err,
                         struct cq_records_map **ret_map)
{
    struct cq_records_map *map = calloc(1, sizeof *map);
    int r = map ? 0 : -ENOMEM;
    if (!r && text)
        r = cq_json_parse(name, text, n, err, &map->doc);
    if (!r && map->doc)
        r = check(name, map, cq_json_get(cq_json_root(map->doc), "records"), err);
    if (r) {
        cq_records_map_free(map);
        return r;
    }
    *ret_map = map;
    return 0;
}

static bool names(const struct cq_json *v, const char *column)
{
    if (v->type == CQ_JSON_STRING)
        return cq_str_ieq(v->string, column);
    for (const struct cq_json *one = v->first; one; one = one->next) {
        if (cq_str_ieq(one->string, column))
            return true;
    }
    return false;
}

int cq_records_map_field(const struct cq_records_map *map, const char *column, enum cq_record_field *ret_field)
{
    for (const struct cq_json *c = map->columns ? map->columns->first : NULL; c; c = c->next) {
        if (names(c, column))
            return cq_record_find(c->key, ret_field);
    }
    int r = cq_record_find(column, ret_field);
    /* a field that was given another name is not read from its own */
    return !r && map->columns && cq_json_get(map->columns, column) ? -ENOENT : r;
}

static int number_value(const struct cq_record_info *info, const char *text, const char *name, int line,
                        struct cq_error *err, double *ret_v)
{
    double v;
    if (cq_number_parse(text, strlen(text), &v))
        return cq_error_set(err, -EBADMSG, name, line, "%s is a number, not \"%.60s\"", info->name, text);
    if (v < info->lowest || v > info->highest)
        return cq_error_set(err, -EBADMSG, name, line, "%s lies between %g and %g, not at %.60s", info->name,
                            info->lowest, info->highest, text);
    *ret_v = v;
    return 0;
}

static int priority_value(const struct cq_records_map *map, const char *text, const char *name, int line,
                          struct cq_error *err, double *ret_v)
{
    const struct cq_json *word = map->priorities ? cq_json_get(map->priorities, text) : NULL;
    if (priority_of(word ? word->string : text, ret_v))
        return cq_error_set(err, -EBADMSG, name, line,
                            "\"%.60s\" is no priority; name it under \"priorities\" in the configuration",
                            text);
    return 0;
}

int cq_records_map_value(const struct cq_records_map *map, enum cq_record_field field, const char *text,
                         const char *name, int line, struct cq_error *err, struct cq_record_value *ret_value)
{
    const struct cq_record_info *info = cq_record_info(field);
    struct cq_record_value v = {.has = true};
    int64_t time_s = 0;
    int r = 0;
    if (!text || !text[strspn(text, " \t")]) {
        *ret_value = (struct cq_record_value){0};
        return 0;
    }
    switch (info->type) {
    case CQ_RECORD_IS_TEXT:
        if (strlen(text) > CQ_RECORDS_MAX_TEXT || cq_str_utf8_prefix(text) != strlen(text))
            return cq_error_set(err, -EBADMSG, name, line, "%s is too long, or not UTF-8", info->name);
        r = cq_str_set(&v.text, text);
        break;
    case CQ_RECORD_IS_TIME:
        if (cq_time_parse_iso(text, &time_s))
            return cq_error_set(err, -EBADMSG, name, line, "%s is a date like 2026-11-24 14:30, not \"%.60s\"",
                                info->name, text);
        v.number = (double)time_s;
        break;
    case CQ_RECORD_IS_NUMBER:
        r = number_value(info, text, name, line, err, &v.number);
        break;
    case CQ_RECORD_IS_PRIORITY:
        r = priority_value(map, text, name, line, err, &v.number);
        break;
    }
    if (!r)
        *ret_value = v;
    return r;
}
