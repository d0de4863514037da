/* query/lex.h - private: the tokens of --where. */
#ifndef CQ_QUERY_LEX_H
#define CQ_QUERY_LEX_H

#include "callqa/error.h"
#include "store/filter.h"

#include <stdbool.h>
#include <stddef.h>

enum cq_token_type {
    CQ_TOKEN_END,
    CQ_TOKEN_WORD,   /* names, keywords, numbers, dates: what they are depends on where they stand */
    CQ_TOKEN_STRING, /* quoted */
    CQ_TOKEN_COMPARE,
    CQ_TOKEN_OPEN,
    CQ_TOKEN_CLOSE,
    CQ_TOKEN_COMMA
};

#define CQ_TOKEN_MAX 256 /* bytes of a word or text */

struct cq_token {
    enum cq_token_type type;
    enum cq_compare compare;
    int column;              /* in characters, from 1 */
    char text[CQ_TOKEN_MAX]; /* WORD, STRING: without the quotes */
};

struct cq_lexer {
    const char *at;
    int column;
};

/* The next token. -EINVAL a character that belongs to nothing or a text without end, -E2BIG too long a word. */
int cq_lex_next(struct cq_lexer *lex, struct cq_error *err, struct cq_token *ret_token);

/* Is it this word of the language, in whatever case? */
bool cq_token_is(const struct cq_token *t, const char *keyword);

#endif
