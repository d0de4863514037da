#include "config/value.h"

#include "base/error.h"
#include "base/number.h"
#include "base/suggest.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Index of a word in a list that ends in NULL, or -1. */
static int find_word(const char *const *words, const char *text)
{
    for (int i = 0; words[i]; i++) {
        if (!strcmp(words[i], text))
            return i;
    }
    return -1;
}

static int bool_from_text(const char *text, double *ret_v)
{
    static const char *const yes[] = {"true", "yes", "on", "1", NULL};
    static const char *const no[] = {"false", "no", "off", "0", NULL};
    if (find_word(yes, text) >= 0)
        *ret_v = 1;
    else if (find_word(no, text) >= 0)
        *ret_v = 0;
    else
        return -EINVAL;
    return 0;
}

static int word_from_text(const struct cq_option *o, const char *text, double *ret_v)
{
    int i = find_word(o->words, text);
    if (i < 0)
        return -EINVAL;
    *ret_v = i;
    return 0;
}

int cq_value_from_text(const struct cq_option *o, const char *text, struct value *ret_v)
{
    switch (o->type) {
    case CQ_OPTION_DOUBLE:
    case CQ_OPTION_INT:
    case CQ_OPTION_SIZE:
        return cq_number_parse(text, strlen(text), &ret_v->number);
    case CQ_OPTION_BOOL:
        return bool_from_text(text, &ret_v->number);
    case CQ_OPTION_STRING:
        ret_v->text = *text ? text : NULL;
        return 0;
    case CQ_OPTION_ENUM:
        return word_from_text(o, text, &ret_v->number);
    }
    return -EINVAL;
}

int cq_value_from_json(const struct cq_option *o, const struct cq_json *json, struct value *ret_v)
{
    switch (o->type) {
    case CQ_OPTION_DOUBLE:
    case CQ_OPTION_INT:
    case CQ_OPTION_SIZE:
        ret_v->number = json->number;
        return json->type == CQ_JSON_NUMBER ? 0 : -EINVAL;
    case CQ_OPTION_BOOL:
        ret_v->number = json->boolean;
        return json->type == CQ_JSON_BOOL ? 0 : -EINVAL;
    case CQ_OPTION_STRING:
        ret_v->text = json->type == CQ_JSON_STRING && *json->string ? json->string : NULL;
        return json->type == CQ_JSON_STRING || json->type == CQ_JSON_NULL ? 0 : -EINVAL;
    case CQ_OPTION_ENUM:
        return json->type == CQ_JSON_STRING ? word_from_text(o, json->string, &ret_v->number) : -EINVAL;
    }
    return -EINVAL;
}

int cq_value_check(const struct cq_option *o, const struct value *v)
{
    switch (o->type) {
    case CQ_OPTION_INT:
    case CQ_OPTION_SIZE:
        if (v->number != floor(v->number))
            return -ERANGE;
        return v->number >= o->min && v->number <= o->max ? 0 : -ERANGE;
    case CQ_OPTION_DOUBLE:
        return v->number >= o->min && v->number <= o->max ? 0 : -ERANGE;
    case CQ_OPTION_STRING:
        if (!v->text)
            return 0;
        if (o->words)
            return find_word(o->words, v->text) >= 0 ? 0 : -ERANGE;
        return strlen(v->text) <= CQ_CONFIG_MAX_TEXT ? 0 : -ERANGE;
    case CQ_OPTION_BOOL:
    case CQ_OPTION_ENUM:
        return 0;
    }
    return -ERANGE;
}

int cq_value_complain(const struct cq_option *o, const char *got, const char *file, int line, int code,
                      struct cq_error *err)
{
    struct cq_str range = {0};
    cq_config_add_range(&range, o);
    struct cq_suggest near = {0};
    for (size_t i = 0; o->words && o->words[i]; i++)
        cq_suggest_offer(&near, got, o->words[i]);
    const char *whole = o->type == CQ_OPTION_INT || o->type == CQ_OPTION_SIZE ? "a whole number from " : "";
    cq_error_set(err, code, file, line, "%s is %s%s, not \"%.64s\"%s%s%s", o->name, whole,
                 range.s ? range.s : "", got, near.best ? "; did you mean " : "", near.best ? near.best : "",
                 near.best ? "?" : "");
    cq_str_done(&range);
    return code;
}

void cq_value_add_json(struct cq_str *out, const struct cq_json *json)
{
    char buf[CQ_NUMBER_MAX];
    switch (json->type) {
    case CQ_JSON_NULL:
        cq_str_add(out, "null");
        return;
    case CQ_JSON_BOOL:
        cq_str_add(out, json->boolean ? "true" : "false");
        return;
    case CQ_JSON_NUMBER:
        cq_number_format(buf, json->number, 9);
        cq_str_add(out, buf);
        return;
    case CQ_JSON_STRING:
        cq_str_add(out, json->string);
        return;
    case CQ_JSON_ARRAY:
        cq_str_add(out, "[...]");
        return;
    case CQ_JSON_OBJECT:
        cq_str_add(out, "{...}");
        return;
    }
}
