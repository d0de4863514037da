/* store/field.h - private: what a field is in SQL. */
#ifndef CQ_STORE_FIELD_H
#define CQ_STORE_FIELD_H

#include "base/str.h"
#include "store/filter.h"

/* Which names stand for the tables in the statement being made. */
struct cq_field_scope {
    bool by_flag;    /* rows come from flags `f`, which has copies of the call's agent and start */
    bool by_flagged; /* rows come from flagged `m`, which has the call's measures and a key of its start */
};

/* Append the field's expression; true where it holds a '?' for the name of an item or section (field->name
 * after the dot, see cq_field_bound()). */
bool cq_field_sql(const struct cq_field *field, const struct cq_field_scope *scope, struct cq_str *out);
const char *cq_field_bound(const struct cq_field *field);

/* Does the expression need the row of `measures` as m? */
bool cq_field_needs_measures(const struct cq_field *field);

/* And the row of `calls` as c, where rows come from flags or flagged? */
bool cq_field_needs_call(const struct cq_field *field, const struct cq_field_scope *scope);

bool cq_field_is_start(const struct cq_field *field);

#endif
