#include "query/where.h"

#include "base/error.h"
#include "base/number.h"
#include "base/suggest.h"
#include "base/time.h"
#include "query/lex.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct parser {
    struct cq_lexer lex;
    struct cq_token t; /* the token in hand */
    struct cq_error *err;
    int depth;
    int n_conds;
};

static int parse_or(struct parser *p, struct cq_cond **ret_cond);

static int advance(struct parser *p)
{
    return cq_lex_next(&p->lex, p->err, &p->t);
}

static const char *shown(const struct cq_token *t)
{
    switch (t->type) {
    case CQ_TOKEN_END:
        return "the end";
    case CQ_TOKEN_WORD:
    case CQ_TOKEN_STRING:
        return t->text;
    case CQ_TOKEN_COMPARE:
        return "a comparison";
    case CQ_TOKEN_OPEN:
        return "(";
    case CQ_TOKEN_CLOSE:
        return ")";
    case CQ_TOKEN_COMMA:
        return ",";
    }
    return "";
}

static int expected(struct parser *p, const char *what)
{
    return cq_error_set(p->err, -EINVAL, NULL, 0, "column %d: expected %s, found %s", p->t.column, what,
                        shown(&p->t));
}

static int take(struct parser *p, enum cq_token_type type, const char *what)
{
    return p->t.type == type ? advance(p) : expected(p, what);
}

static int new_cond(struct parser *p, enum cq_cond_type type, struct cq_cond **ret_cond)
{
    if (++p->n_conds > CQ_WHERE_MAX_CONDITIONS) {
        cq_error_set(p->err, -E2BIG, NULL, 0, "column %d: more than %d conditions", p->t.column,
                     CQ_WHERE_MAX_CONDITIONS);
        return -E2BIG;
    }
    struct cq_cond *cond = cq_cond_new(type);
    if (!cond)
        return -ENOMEM;
    *ret_cond = cond;
    return 0;
}

/* left AND/OR right, or NOT left; takes both over, also when it fails. */
static int join(struct parser *p, enum cq_cond_type type, struct cq_cond *left, struct cq_cond *right,
                struct cq_cond **ret_cond)
{
    struct cq_cond *cond = NULL;
    int r = new_cond(p, type, &cond);
    if (r) {
        cq_cond_free(left);
        cq_cond_free(right);
        return r;
    }
    cond->left = left;
    cond->right = right;
    *ret_cond = cond;
    return 0;
}

static int unknown_name(const char *name, int column, struct cq_error *err)
{
    struct cq_suggest s = {0};
    char where[24] = "";
    const char *known;
    for (size_t i = 0; (known = cq_field_list(i, NULL, NULL)); i++)
        cq_suggest_offer(&s, name, known);
    if (column)
        snprintf(where, sizeof where, "column %d: ", column);
    if (s.best)
        return cq_error_set(err, -ENOENT, NULL, 0, "%sno name '%s'; did you mean '%s'?", where, name, s.best);
    return cq_error_set(err, -ENOENT, NULL, 0, "%sno name '%s'", where, name);
}

int cq_where_field(const char *name, struct cq_error *err, struct cq_field *ret_field)
{
    int r = cq_field_find(name, ret_field);
    return r ? unknown_name(name, 0, err) : 0;
}

void cq_where_names(struct cq_str *out)
{
    const char *name, *unit, *help;
    for (size_t i = 0; (name = cq_field_list(i, &unit, &help)); i++)
        cq_str_printf(out, "  %-38s %-6s %s\n", name, unit, help);
    cq_str_printf(out, "  %-38s %-6s %s\n", "item.NAME", "", "score of an item of the form: item.listening");
    cq_str_printf(out, "  %-38s %-6s %s\n", "section.NAME", "", "subtotal of a section: section.communication");
    cq_str_printf(out, "  %-38s %-6s %s\n", "flag(NAME)", "", "the call has this flag: flag(talk_over_high)");
}

/* The words that a field may have, for an error: "info, warning, critical". */
static void list_words(const struct cq_field *field, char *buf, size_t size)
{
    const char *word;
    size_t n = 0;
    buf[0] = '\0';
    for (size_t i = 0; (word = cq_field_word(field, i)) && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", i ? ", " : "", word);
}

/* A number, or beside a number the name of another. */
static int number_value(struct parser *p, struct cq_cond *cond)
{
    if (p->t.type == CQ_TOKEN_WORD && !cq_number_parse(p->t.text, strlen(p->t.text), &cond->number))
        return advance(p);
    if (p->t.type != CQ_TOKEN_WORD)
        return expected(p, "a number");
    if (cq_field_find(p->t.text, &cond->other))
        return unknown_name(p->t.text, p->t.column, p->err);
    if (cond->other.type != CQ_FIELD_NUMBER)
        return cq_error_set(p->err, -EINVAL, NULL, 0,
                            "column %d: '%s' is no number, so it cannot be compared with '%s'", p->t.column,
                            p->t.text, cond->field.name);
    cond->to_field = true;
    return advance(p);
}

static int coded_value(struct parser *p, struct cq_cond *cond)
{
    char words[128];
    if (!cq_field_code(&cond->field, p->t.text, &cond->code))
        return advance(p);
    list_words(&cond->field, words, sizeof words);
    return cq_error_set(p->err, -EINVAL, NULL, 0, "column %d: '%s' is one of: %s; found %s", p->t.column,
                        cond->field.name, words, shown(&p->t));
}

/* Where a bare date stands for a whole day, its end is what > and <= mean. */
static int time_value(struct parser *p, struct cq_cond *cond)
{
    bool end = cond->compare == CQ_GT || cond->compare == CQ_LE;
    int r = end ? cq_time_parse_until(p->t.text, &cond->code) : cq_time_parse_iso(p->t.text, &cond->code);
    if (r)
        return expected(p, "a date like 2026-11-24 or 2026-11-24T14:30");
    return advance(p);
}

/* The value that the field of `cond` is compared with. */
static int parse_value(struct parser *p, struct cq_cond *cond)
{
    if (cond->field.type == CQ_FIELD_NUMBER)
        return number_value(p, cond);
    if (p->t.type != CQ_TOKEN_WORD && p->t.type != CQ_TOKEN_STRING)
        return expected(p, "a value");
    if (cond->field.type == CQ_FIELD_WORD || cond->field.type == CQ_FIELD_BOOL)
        return coded_value(p, cond);
    if (cond->field.type == CQ_FIELD_TIME)
        return time_value(p, cond);
    cond->text = cq_str_dup(p->t.text);
    return cond->text ? advance(p) : -ENOMEM;
}

/* field OP value, the value standing in hand. */
static int parse_compare(struct parser *p, const struct cq_field *field, enum cq_compare op,
                         struct cq_cond **ret_cond)
{
    struct cq_cond *cond = NULL;
    int r = new_cond(p, CQ_COND_COMPARE, &cond);
    if (r)
        return r;
    cond->field = *field;
    cond->compare = op;
    r = parse_value(p, cond);
    if (r) {
        cq_cond_free(cond);
        return r;
    }
    *ret_cond = cond;
    return 0;
}

/* "=" of a time: a day, or a second, is a stretch from its begin to its end. */
static int parse_equal(struct parser *p, const struct cq_field *field, struct cq_cond **ret_cond)
{
    if (field->type != CQ_FIELD_TIME)
        return parse_compare(p, field, CQ_EQ, ret_cond);
    struct parser again = *p; /* the same value is read twice, once for each end */
    struct cq_cond *from = NULL, *to = NULL;
    int r = parse_compare(&again, field, CQ_GE, &from);
    if (!r)
        r = parse_compare(p, field, CQ_LE, &to);
    if (r) {
        cq_cond_free(from);
        return r;
    }
    return join(p, CQ_COND_AND, from, to, ret_cond);
}

static int parse_between(struct parser *p, const struct cq_field *field, struct cq_cond **ret_cond)
{
    struct cq_cond *from = NULL, *to = NULL;
    int r = parse_compare(p, field, CQ_GE, &from);
    if (!r)
        r = cq_token_is(&p->t, "and") ? advance(p) : expected(p, "'and' and the upper end");
    if (!r)
        r = parse_compare(p, field, CQ_LE, &to);
    if (r) {
        cq_cond_free(from);
        return r;
    }
    return join(p, CQ_COND_AND, from, to, ret_cond);
}

static int parse_in(struct parser *p, const struct cq_field *field, struct cq_cond **ret_cond)
{
    struct cq_cond *all = NULL;
    int r = take(p, CQ_TOKEN_OPEN, "'(' and a list");
    while (!r) {
        struct cq_cond *one = NULL;
        r = parse_equal(p, field, &one);
        if (!r && all) {
            struct cq_cond *left = all;
            all = NULL;
            r = join(p, CQ_COND_OR, left, one, &all);
        } else if (!r) {
            all = one;
        }
        if (r || p->t.type != CQ_TOKEN_COMMA)
            break;
        r = advance(p);
    }
    if (!r)
        r = take(p, CQ_TOKEN_CLOSE, "',' or ')'");
    if (r) {
        cq_cond_free(all);
        return r;
    }
    *ret_cond = all;
    return 0;
}

static int parse_null(struct parser *p, const struct cq_field *field, struct cq_cond **ret_cond)
{
    bool negated = cq_token_is(&p->t, "not");
    struct cq_cond *cond = NULL;
    int r = negated ? advance(p) : 0;
    if (!r)
        r = cq_token_is(&p->t, "null") ? advance(p) : expected(p, "'null'");
    if (!r)
        r = new_cond(p, CQ_COND_NULL, &cond);
    if (r)
        return r;
    cond->field = *field;
    if (negated)
        return join(p, CQ_COND_NOT, cond, NULL, ret_cond);
    *ret_cond = cond;
    return 0;
}

/* A yes-or-no field alone: it is true. */
static int bare_bool(struct parser *p, const struct cq_field *field, struct cq_cond **ret_cond)
{
    struct cq_cond *cond = NULL;
    int r = new_cond(p, CQ_COND_COMPARE, &cond);
    if (r)
        return r;
    cond->field = *field;
    cond->compare = CQ_EQ;
    cond->code = 1;
    *ret_cond = cond;
    return 0;
}

static int parse_test(struct parser *p, const struct cq_field *field, struct cq_cond **ret_cond)
{
    struct cq_cond *cond = NULL;
    enum cq_compare op = p->t.compare;
    int r = 0;
    if (p->t.type == CQ_TOKEN_COMPARE) {
        r = advance(p);
        if (!r && op == CQ_NE) {
            r = parse_equal(p, field, &cond);
            return r ? r : join(p, CQ_COND_NOT, cond, NULL, ret_cond);
        }
        if (!r)
            r = op == CQ_EQ ? parse_equal(p, field, ret_cond) : parse_compare(p, field, op, ret_cond);
        return r;
    }
    if (cq_token_is(&p->t, "is")) {
        r = advance(p);
        return r ? r : parse_null(p, field, ret_cond);
    }
    bool negated = cq_token_is(&p->t, "not");
    if (negated)
        r = advance(p);
    if (r)
        return r;
    if (!cq_token_is(&p->t, "in") && !cq_token_is(&p->t, "between")) {
        if (field->type == CQ_FIELD_BOOL && !negated)
            return bare_bool(p, field, ret_cond);
        return expected(p, "a comparison (<, <=, >, >=, =, !=), 'between', 'in' or 'is null'");
    }
    bool list = cq_token_is(&p->t, "in");
    r = advance(p);
    if (!r)
        r = list ? parse_in(p, field, &cond) : parse_between(p, field, &cond);
    if (r)
        return r;
    if (negated)
        return join(p, CQ_COND_NOT, cond, NULL, ret_cond);
    *ret_cond = cond;
    return 0;
}

static int parse_flag(struct parser *p, struct cq_cond **ret_cond)
{
    struct cq_cond *cond = NULL;
    int r = advance(p);
    if (!r)
        r = take(p, CQ_TOKEN_OPEN, "'(' and the flag's name");
    if (!r && p->t.type != CQ_TOKEN_WORD && p->t.type != CQ_TOKEN_STRING)
        r = expected(p, "a flag's name");
    if (!r)
        r = new_cond(p, CQ_COND_FLAG, &cond);
    if (r)
        return r;
    cond->text = cq_str_dup(p->t.text);
    r = cond->text ? advance(p) : -ENOMEM;
    if (!r)
        r = take(p, CQ_TOKEN_CLOSE, "')'");
    if (r) {
        cq_cond_free(cond);
        return r;
    }
    *ret_cond = cond;
    return 0;
}

static int parse_primary(struct parser *p, struct cq_cond **ret_cond)
{
    struct cq_field field;
    if (p->t.type == CQ_TOKEN_OPEN) {
        struct cq_cond *cond = NULL;
        int r = advance(p);
        if (!r)
            r = parse_or(p, &cond);
        if (!r)
            r = take(p, CQ_TOKEN_CLOSE, "'and', 'or' or ')'");
        if (r) {
            cq_cond_free(cond);
            return r;
        }
        *ret_cond = cond;
        return 0;
    }
    if (p->t.type != CQ_TOKEN_WORD)
        return expected(p, "a name, 'flag(...)', 'not' or '('");
    if (cq_token_is(&p->t, "flag"))
        return parse_flag(p, ret_cond);
    if (cq_field_find(p->t.text, &field))
        return unknown_name(p->t.text, p->t.column, p->err);
    int r = advance(p);
    return r ? r : parse_test(p, &field, ret_cond);
}

static int parse_not(struct parser *p, struct cq_cond **ret_cond)
{
    struct cq_cond *cond = NULL;
    if (++p->depth > CQ_WHERE_MAX_DEPTH)
        return cq_error_set(p->err, -E2BIG, NULL, 0, "column %d: nested more than %d deep", p->t.column,
                            CQ_WHERE_MAX_DEPTH);
    int r;
    if (cq_token_is(&p->t, "not")) {
        r = advance(p);
        if (!r)
            r = parse_not(p, &cond);
        if (!r)
            r = join(p, CQ_COND_NOT, cond, NULL, ret_cond);
    } else {
        r = parse_primary(p, ret_cond);
    }
    p->depth--;
    return r;
}

/* A chain of one operator: `part` parses what stands between. */
static int parse_chain(struct parser *p, const char *word, enum cq_cond_type type,
                       int (*part)(struct parser *, struct cq_cond **), struct cq_cond **ret_cond)
{
    struct cq_cond *all = NULL;
    int r = part(p, &all);
    while (!r && cq_token_is(&p->t, word)) {
        struct cq_cond *one = NULL;
        r = advance(p);
        if (!r)
            r = part(p, &one);
        if (!r) {
            struct cq_cond *left = all;
            all = NULL;
            r = join(p, type, left, one, &all);
        }
    }
    if (r) {
        cq_cond_free(all);
        return r;
    }
    *ret_cond = all;
    return 0;
}

static int parse_and(struct parser *p, struct cq_cond **ret_cond)
{
    return parse_chain(p, "and", CQ_COND_AND, parse_not, ret_cond);
}

static int parse_or(struct parser *p, struct cq_cond **ret_cond)
{
    return parse_chain(p, "or", CQ_COND_OR, parse_and, ret_cond);
}

int cq_where_parse(const char *text, struct cq_error *err, struct cq_cond **ret_cond)
{
    struct parser p = {.lex = {.at = text, .column = 1}, .err = err};
    struct cq_cond *cond = NULL;
    if (strlen(text) > CQ_WHERE_MAX_BYTES)
        return cq_error_set(err, -E2BIG, NULL, 0, "the condition is longer than %d bytes", CQ_WHERE_MAX_BYTES);
    int r = advance(&p);
    if (!r)
        r = parse_or(&p, &cond);
    if (!r && p.t.type != CQ_TOKEN_END) {
        r = expected(&p, "'and', 'or' or the end");
        cond = cq_cond_free(cond);
    }
    if (r)
        return r;
    *ret_cond = cond;
    return 0;
}
