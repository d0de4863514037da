#include "query/lex.h"

#include "base/error.h"
#include "base/str.h"

#include <errno.h>
#include <string.h>

/* One byte on; a character of UTF-8 counts as one column. */
static void step(struct cq_lexer *lex)
{
    if (((unsigned char)*lex->at & 0xc0) != 0x80)
        lex->column++;
    lex->at++;
}

/* What names, numbers, dates and agent ids are made of, in any script. */
static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || (c && strchr("_.:+-@", c));
}

static int add(struct cq_token *t, size_t *n, char c, struct cq_error *err)
{
    if (*n + 1 == sizeof t->text)
        return cq_error_set(err, -E2BIG, NULL, 0, "column %d: a word or text of more than %d bytes", t->column,
                            CQ_TOKEN_MAX - 1);
    t->text[(*n)++] = c;
    t->text[*n] = '\0';
    return 0;
}

/* A quote inside is written twice. */
static int lex_string(struct cq_lexer *lex, struct cq_error *err, struct cq_token *t)
{
    char quote = *lex->at;
    size_t n = 0;
    t->type = CQ_TOKEN_STRING;
    step(lex);
    for (;;) {
        if (!*lex->at)
            return cq_error_set(err, -EINVAL, NULL, 0, "column %d: the text that begins here has no closing %c",
                                t->column, quote);
        if (*lex->at == quote) {
            step(lex);
            if (*lex->at != quote)
                return 0;
        }
        int r = add(t, &n, *lex->at, err);
        if (r)
            return r;
        step(lex);
    }
}

static int lex_word(struct cq_lexer *lex, struct cq_error *err, struct cq_token *t)
{
    size_t n = 0;
    t->type = CQ_TOKEN_WORD;
    while (in_word(*lex->at)) {
        int r = add(t, &n, *lex->at, err);
        if (r)
            return r;
        step(lex);
    }
    return 0;
}

static int lex_compare(struct cq_lexer *lex, struct cq_error *err, struct cq_token *t)
{
    static const struct {
        const char *text;
        enum cq_compare compare;
    } table[] = {{"<=", CQ_LE}, {">=", CQ_GE}, {"!=", CQ_NE}, {"<>", CQ_NE},
                 {"==", CQ_EQ}, {"<", CQ_LT},  {">", CQ_GT},  {"=", CQ_EQ}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t n = strlen(table[i].text);
        if (strncmp(lex->at, table[i].text, n))
            continue;
        t->type = CQ_TOKEN_COMPARE;
        t->compare = table[i].compare;
        while (n--)
            step(lex);
        return 0;
    }
    return cq_error_set(err, -EINVAL, NULL, 0, "column %d: '%c' belongs to nothing here; texts go in quotes",
                        t->column, *lex->at);
}

int cq_lex_next(struct cq_lexer *lex, struct cq_error *err, struct cq_token *ret_token)
{
    while (*lex->at && strchr(" \t\r\n", *lex->at))
        step(lex);
    *ret_token = (struct cq_token){.type = CQ_TOKEN_END, .column = lex->column};
    switch (*lex->at) {
    case '\0':
        return 0;
    case '(':
        ret_token->type = CQ_TOKEN_OPEN;
        step(lex);
        return 0;
    case ')':
        ret_token->type = CQ_TOKEN_CLOSE;
        step(lex);
        return 0;
    case ',':
        ret_token->type = CQ_TOKEN_COMMA;
        step(lex);
        return 0;
    case '"':
    case '\'':
        return lex_string(lex, err, ret_token);
    }
    return in_word(*lex->at) ? lex_word(lex, err, ret_token) : lex_compare(lex, err, ret_token);
}

bool cq_token_is(const struct cq_token *t, const char *keyword)
{
    return t->type == CQ_TOKEN_WORD && cq_str_ieq(t->text, keyword);
}
