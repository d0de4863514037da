#include "rubric/read.h"

#include "base/array.h"
#include "base/error.h"
#include "base/number.h"
#include "base/suggest.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far a sum of weights may be from 100 per cent: 33.33 three times is meant well. */
#define SUM_TOLERANCE 0.0002

void cq_read_bad(struct reader *r, const struct cq_json *at, const char *fmt, ...)
{
    if (r->status)
        return;
    char what[CQ_ERROR_WHAT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    r->status = cq_error_set(r->err, -EBADMSG, r->name, at->line, "%s", what);
}

void *cq_read_alloc(struct reader *r, size_t n, size_t size)
{
    if (r->status)
        return NULL;
    void *v = calloc(n ? n : 1, size);
    if (!v)
        r->status = -ENOMEM;
    return v;
}

static bool is_one_of(const char *const words[], const char *word)
{
    for (size_t i = 0; words[i]; i++) {
        if (!strcmp(words[i], word))
            return true;
    }
    return false;
}

void cq_read_object(struct reader *r, const struct cq_json *obj, const char *what, const char *const keys[])
{
    if (r->status)
        return;
    if (obj->type != CQ_JSON_OBJECT) {
        cq_read_bad(r, obj, "%s must be an object {...}, not a %s", what, cq_json_type_name(obj->type));
        return;
    }
    for (const struct cq_json *m = obj->first; m; m = m->next) {
        if (is_one_of(keys, m->key))
            continue;
        struct cq_suggest near = {0};
        for (size_t i = 0; keys[i]; i++)
            cq_suggest_offer(&near, m->key, keys[i]);
        if (near.best)
            cq_read_bad(r, m, "%s has no key \"%.64s\"; did you mean \"%s\"?", what, m->key, near.best);
        else
            cq_read_bad(r, m, "%s has no key \"%.64s\"; docs/rubrics.md lists the keys", what, m->key);
        return;
    }
}

const struct cq_json *cq_read_may(struct reader *r, const struct cq_json *obj, const char *key,
                                  enum cq_json_type type)
{
    if (r->status)
        return NULL;
    const struct cq_json *v = cq_json_get(obj, key);
    if (v && v->type != type) {
        cq_read_bad(r, v, "\"%s\" must be a %s, not a %s", key, cq_json_type_name(type),
                    cq_json_type_name(v->type));
        return NULL;
    }
    return v;
}

const struct cq_json *cq_read_need(struct reader *r, const struct cq_json *obj, const char *what,
                                   const char *key, enum cq_json_type type)
{
    const struct cq_json *v = cq_read_may(r, obj, key, type);
    if (!v)
        cq_read_bad(r, obj, "%s lacks \"%s\"", what, key);
    return v;
}

const struct cq_json *cq_read_list(struct reader *r, const struct cq_json *obj, const char *what,
                                   const char *key, bool needed, size_t max)
{
    const struct cq_json *v =
        needed ? cq_read_need(r, obj, what, key, CQ_JSON_ARRAY) : cq_read_may(r, obj, key, CQ_JSON_ARRAY);
    if (!v)
        return NULL;
    if (needed && v->n == 0)
        cq_read_bad(r, v, "\"%s\" is empty; %s needs at least one", key, what);
    if (v->n > max)
        cq_read_bad(r, v, "\"%s\" has %zu entries; at most %zu are allowed", key, v->n, max);
    return r->status ? NULL : v;
}

static bool check_line(struct reader *r, const struct cq_json *v, const char *what)
{
    size_t n = strlen(v->string);
    if (strspn(v->string, " \t") == n)
        cq_read_bad(r, v, "%s is empty", what);
    else if (n > CQ_RUBRIC_MAX_TEXT)
        cq_read_bad(r, v, "%s is longer than %d bytes", what, CQ_RUBRIC_MAX_TEXT);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)v->string[i] < 0x20)
            cq_read_bad(r, v, "%s must be one line without control characters", what);
    }
    return !r->status;
}

const char *cq_read_line(struct reader *r, const struct cq_json *obj, const char *what, const char *key)
{
    const struct cq_json *v = cq_read_need(r, obj, what, key, CQ_JSON_STRING);
    if (!v)
        return "";
    char named[96];
    snprintf(named, sizeof named, "\"%s\"", key);
    return check_line(r, v, named) ? v->string : "";
}

static bool is_id(const char *s, bool dash)
{
    size_t n = strlen(s);
    const char *rest =
        dash ? "abcdefghijklmnopqrstuvwxyz0123456789_-" : "abcdefghijklmnopqrstuvwxyz0123456789_";
    return n > 0 && n <= CQ_RUBRIC_MAX_ID && s[0] >= 'a' && s[0] <= 'z' && strspn(s, rest) == n;
}

const char *cq_read_id(struct reader *r, const struct cq_json *obj, const char *what, bool dash)
{
    const struct cq_json *v = cq_read_need(r, obj, what, "id", CQ_JSON_STRING);
    if (!v)
        return "";
    if (!is_id(v->string, dash)) {
        cq_read_bad(r, v, "\"%.64s\" is no id: write a-z, 0-9 and _%s, a letter first, at most %d", v->string,
                    dash ? " and -" : "", CQ_RUBRIC_MAX_ID);
        return "";
    }
    for (size_t i = 0; i < r->ids.n; i++) {
        if (!strcmp(r->ids.v[i], v->string)) {
            cq_read_bad(r, v, "the id \"%s\" stands twice in this file; ids must differ", v->string);
            return "";
        }
    }
    if (CQ_ARRAY_PUSH(&r->ids, v->string))
        r->status = -ENOMEM;
    return v->string;
}

void cq_read_check_text(struct reader *r, const struct cq_json *v, const char *what)
{
    if (r->status)
        return;
    if (v->type != CQ_JSON_OBJECT) {
        cq_read_bad(r, v, "%s must be an object with a text for each language, not a %s", what,
                    cq_json_type_name(v->type));
        return;
    }
    const struct cq_rubric *f = r->rubric;
    for (size_t i = 0; i < f->n_languages; i++) {
        if (!cq_json_get(v, f->languages[i]))
            cq_read_bad(r, v, "%s lacks its text in \"%s\"", what, f->languages[i]);
    }
    for (const struct cq_json *m = v->first; m && !r->status; m = m->next) {
        bool known = false;
        for (size_t i = 0; i < f->n_languages; i++)
            known = known || !strcmp(f->languages[i], m->key);
        if (!known)
            cq_read_bad(r, m, "%s: \"%.32s\" is not among the form's \"languages\"", what, m->key);
        else if (m->type != CQ_JSON_STRING)
            cq_read_bad(r, m, "%s must be a text in \"%s\", not a %s", what, m->key,
                        cq_json_type_name(m->type));
        else
            check_line(r, m, what);
    }
}

cq_rubric_text cq_read_text(struct reader *r, const struct cq_json *obj, const char *what, const char *key,
                            bool needed)
{
    if (r->status)
        return NULL;
    const struct cq_json *v = cq_json_get(obj, key);
    if (!v) {
        if (needed)
            cq_read_bad(r, obj, "%s lacks \"%s\"", what, key);
        return NULL;
    }
    char named[128];
    snprintf(named, sizeof named, "\"%s\" of %s", key, what);
    cq_read_check_text(r, v, named);
    return v;
}

static double check_number(struct reader *r, const struct cq_json *v, const char *key, double lo, double hi)
{
    if (v->number >= lo && v->number <= hi)
        return v->number;
    char a[CQ_NUMBER_MAX], b[CQ_NUMBER_MAX], got[CQ_NUMBER_MAX];
    cq_number_format(a, lo, 6);
    cq_number_format(b, hi, 6);
    cq_number_format(got, v->number, 6);
    cq_read_bad(r, v, "\"%s\" is %s to %s, not %.40s", key, a, b, got);
    return lo;
}

double cq_read_number(struct reader *r, const struct cq_json *obj, const char *what, const char *key, double lo,
                      double hi)
{
    const struct cq_json *v = cq_read_need(r, obj, what, key, CQ_JSON_NUMBER);
    return v ? check_number(r, v, key, lo, hi) : lo;
}

double cq_read_number_or(struct reader *r, const struct cq_json *obj, const char *key, double lo, double hi,
                         double otherwise)
{
    const struct cq_json *v = cq_read_may(r, obj, key, CQ_JSON_NUMBER);
    return v ? check_number(r, v, key, lo, hi) : otherwise;
}

double cq_read_weight(struct reader *r, const struct cq_json *obj, const char *what)
{
    return cq_read_number(r, obj, what, "weight", 0.01, 100) / 100;
}

bool cq_read_bool_or(struct reader *r, const struct cq_json *obj, const char *key, bool otherwise)
{
    const struct cq_json *v = cq_read_may(r, obj, key, CQ_JSON_BOOL);
    return v ? v->boolean : otherwise;
}

int cq_read_word(struct reader *r, const struct cq_json *obj, const char *what, const char *key,
                 const char *const words[], int otherwise)
{
    const struct cq_json *v = otherwise >= 0 ? cq_read_may(r, obj, key, CQ_JSON_STRING)
                                             : cq_read_need(r, obj, what, key, CQ_JSON_STRING);
    if (!v)
        return otherwise >= 0 ? otherwise : 0;
    struct cq_str all = {0};
    for (int i = 0; words[i]; i++) {
        if (!strcmp(words[i], v->string)) {
            cq_str_done(&all);
            return i;
        }
        cq_str_printf(&all, "%s%s", i ? ", " : "", words[i]);
    }
    cq_read_bad(r, v, "\"%s\" is one of %s, not \"%.64s\"", key, all.s ? all.s : "", v->string);
    cq_str_done(&all);
    return 0;
}

void cq_read_check_sum(struct reader *r, const struct cq_json *list, double sum, const char *what)
{
    if (fabs(sum - 1) <= SUM_TOLERANCE)
        return;
    char got[CQ_NUMBER_MAX];
    cq_number_format(got, sum * 100, 2);
    cq_read_bad(r, list, "the weights of %s add up to %s %%, not 100 %%", what, got);
}
