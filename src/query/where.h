/*
 * query/where.h - the language of --where:
 *
 *     agent.interruptions_per_min > 2 and duration_s > 60
 *     flag(talk_over_high) and not (queue in (sales, billing) or score is null)
 *     started_at between 2026-11-01 and 2026-11-30 and item.listening < 3
 *
 *     or      := and { "or" and }
 *     and     := not { "and" not }
 *     not     := "not" not | "(" or ")" | "flag" "(" word ")" | name test
 *     test    := ( "<" | "<=" | ">" | ">=" | "=" | "!=" ) value | [ "not" ] "in" "(" value { "," value } ")"
 *              | [ "not" ] "between" value "and" value | "is" [ "not" ] "null" | (nothing: a yes-or-no field)
 *     value   := number | word | "text" | 'text' | the name of a number (beside a number)
 *
 * Words of the language are the same in capitals. A date without a time means the whole day: "= 2026-11-01" and
 * "<= 2026-11-01" take it in, "> 2026-11-01" begins after it.
 */
#ifndef CQ_QUERY_WHERE_H
#define CQ_QUERY_WHERE_H

#include "base/str.h"
#include "callqa/error.h"
#include "store/filter.h"

#define CQ_WHERE_MAX_BYTES 8192
#define CQ_WHERE_MAX_CONDITIONS 200
#define CQ_WHERE_MAX_DEPTH 40 /* parentheses and nots */

/*
 * Parse. *ret_cond is the caller's, cq_cond_free(). Errors, with the column (in characters, from 1) and what
 * was expected in `err`: -EINVAL, -ENOENT a name that is not known (the nearest is told; cq_where_names() lists
 * all), -E2BIG, -ENOMEM.
 */
int cq_where_parse(const char *text, struct cq_error *err, struct cq_cond **ret_cond);

/* A field for --order and --columns: the same with the same suggestions. */
int cq_where_field(const char *name, struct cq_error *err, struct cq_field *ret_field);

/* Append every name with its unit and what it is, one a line. */
void cq_where_names(struct cq_str *out);

#endif
