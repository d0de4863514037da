/*
 * How a query is laid out, and why it is quick over a million calls.
 *
 * The inner part finds numbers of calls in order, and no more of them than asked for; the outer part fetches
 * what is shown of them. The inner part is made of arms: one a flag, since an index entry of flags_time or
 * flags_agent leads from a flag straight to its calls, newest first; and two where paging goes on from a row,
 * one for calls with an order value and one for those without (both are ranges of the index, their OR is not).
 * UNION puts the arms together, and a call with two of the flags comes once.
 *
 * Where measures are asked for besides, the arm runs over `flagged`, a flag's calls with their measures in that
 * same order.
 *
 * The joins are CROSS JOINs: SQLite then keeps their order, whatever it believes of the tables' sizes.
 */
#include "store/compile.h"

#include "store/field.h"
#include "store/schema.h"

#include "base/array.h"
#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One arm being made. Its rows come from calls, from flags, or where a flag and measures are asked for from
 * flagged, which has both. */
struct arm {
    struct cq_compiled *c;
    const struct cq_select *sel;
    struct cq_field_scope scope;
    const char *flag;              /* the flag whose index entries are followed; NULL: all calls */
    const struct cq_cond *hoisted; /* the condition that `flag` stands for */
    const char *id;                /* the column with the call's number */
    int conds;                     /* conditions so far, joined by AND */
};

static void bind(struct cq_compiled *c, struct cq_param p)
{
    if (CQ_ARRAY_PUSH(&c->params, p))
        c->failed = true;
}

static void bind_int(struct cq_compiled *c, int64_t v)
{
    bind(c, (struct cq_param){.type = CQ_PARAM_INT, .i = v});
}

static void bind_real(struct cq_compiled *c, double v)
{
    bind(c, (struct cq_param){.type = CQ_PARAM_REAL, .real = v});
}

static void bind_text(struct cq_compiled *c, const char *v)
{
    bind(c, (struct cq_param){.type = CQ_PARAM_TEXT, .text = v});
}

void cq_compile_bind_text(struct cq_compiled *c, const char *v)
{
    bind_text(c, v);
}

static void add_field(struct cq_compiled *c, const struct cq_field *field, const struct cq_field_scope *scope)
{
    if (cq_field_sql(field, scope, &c->sql))
        bind_text(c, cq_field_bound(field));
}

static const char *operator_of(enum cq_compare op)
{
    switch (op) {
    case CQ_LT:
        return " < ";
    case CQ_LE:
        return " <= ";
    case CQ_GT:
        return " > ";
    case CQ_GE:
        return " >= ";
    case CQ_EQ:
        return " = ";
    case CQ_NE:
        return " <> ";
    }
    return " = ";
}

static void add_compare(struct arm *a, const struct cq_cond *cond)
{
    struct cq_compiled *c = a->c;
    add_field(c, &cond->field, &a->scope);
    cq_str_add(&c->sql, operator_of(cond->compare));
    if (cond->to_field) {
        add_field(c, &cond->other, &a->scope);
        return;
    }
    cq_str_add(&c->sql, "?");
    switch (cond->field.type) {
    case CQ_FIELD_NUMBER:
        bind_real(c, cond->number);
        break;
    case CQ_FIELD_TEXT:
        bind_text(c, cond->text);
        break;
    case CQ_FIELD_TIME:
    case CQ_FIELD_WORD:
    case CQ_FIELD_BOOL:
        bind_int(c, cond->code);
        break;
    }
}

/*
 * Another flag of the call. The arm's rows come by time, and so do the entries of flags_time for that flag: one
 * looks for its partners page after page of the index, where the flags by scorecard lie all over the file. IS,
 * for a call may have no start.
 */
static void add_flag(struct arm *a, const char *flag)
{
    struct cq_str *sql = &a->c->sql;
    if (a->scope.by_flagged)
        cq_str_add(sql, "EXISTS (SELECT 1 FROM flags g WHERE g.flag = ? AND g.current = 1 AND g.started_s IS"
                        " nullif(m.started_key, " CQ_STARTED_UNKNOWN ") AND g.call_id = m.call_id)");
    else if (a->scope.by_flag)
        cq_str_add(sql, "EXISTS (SELECT 1 FROM flags g WHERE g.flag = ? AND g.current = 1"
                        " AND g.started_s IS f.started_s AND g.call_id = f.call_id)");
    else
        cq_str_add(sql, "EXISTS (SELECT 1 FROM flags g WHERE g.scorecard_id = c.scorecard_id AND g.flag = ?)");
    bind_text(a->c, flag);
}

static int add_cond(struct arm *a, const struct cq_cond *cond, int depth)
{
    struct cq_str *sql = &a->c->sql;
    int r = 0;
    if (depth > CQ_COND_MAX_DEPTH)
        return -E2BIG;
    if (cond == a->hoisted) { /* the arm's flag says it already */
        cq_str_add(sql, "1");
        return 0;
    }
    switch (cond->type) {
    case CQ_COND_AND:
    case CQ_COND_OR:
        cq_str_add(sql, "(");
        r = add_cond(a, cond->left, depth + 1);
        cq_str_add(sql, cond->type == CQ_COND_AND ? " AND " : " OR ");
        if (!r)
            r = add_cond(a, cond->right, depth + 1);
        cq_str_add(sql, ")");
        return r;
    case CQ_COND_NOT:
        cq_str_add(sql, "NOT (");
        r = add_cond(a, cond->left, depth + 1);
        cq_str_add(sql, ")");
        return r;
    case CQ_COND_COMPARE:
        add_compare(a, cond);
        return 0;
    case CQ_COND_NULL:
        add_field(a->c, &cond->field, &a->scope);
        cq_str_add(sql, " IS NULL");
        return 0;
    case CQ_COND_FLAG:
        add_flag(a, cond->text);
        return 0;
    }
    return -EINVAL;
}

static bool cond_needs_measures(const struct cq_cond *cond)
{
    if (!cond)
        return false;
    return ((cond->type == CQ_COND_COMPARE || cond->type == CQ_COND_NULL) &&
            (cq_field_needs_measures(&cond->field) ||
             (cond->to_field && cq_field_needs_measures(&cond->other)))) ||
           cond_needs_measures(cond->left) || cond_needs_measures(cond->right);
}

/* Is a field of the call itself in it, or a subquery that starts from the call? Its flags and measures have
 * what they and other flags need without its row. */
static bool cond_needs_call(const struct arm *a, const struct cq_cond *cond)
{
    if (!cond || cond == a->hoisted)
        return false;
    return ((cond->type == CQ_COND_COMPARE || cond->type == CQ_COND_NULL) &&
            (cq_field_needs_call(&cond->field, &a->scope) ||
             (cond->to_field && cq_field_needs_call(&cond->other, &a->scope)))) ||
           cond_needs_call(a, cond->left) || cond_needs_call(a, cond->right);
}

/* The flags that every call found must have: those reached through ANDs only. At most `max`. */
size_t cq_compile_required(const struct cq_cond *cond, const struct cq_cond **ret_flags, size_t max)
{
    if (!cond || !max)
        return 0;
    if (cond->type == CQ_COND_FLAG) {
        *ret_flags = cond;
        return 1;
    }
    if (cond->type != CQ_COND_AND)
        return 0;
    size_t n = cq_compile_required(cond->left, ret_flags, max);
    return n + cq_compile_required(cond->right, ret_flags + n, max - n);
}

/* The next condition begins: "WHERE" or "AND". */
static struct cq_str *next(struct arm *a)
{
    cq_str_add(&a->c->sql, a->conds++ ? " AND " : " WHERE ");
    return &a->c->sql;
}

static void begin_next(void *user)
{
    (void)next(user);
}

/* Between since and until. A call without a start is in neither. */
static void add_times(struct arm *a)
{
    const struct cq_select *sel = a->sel;
    const char *column = a->scope.by_flagged ? "m.started_key" : a->flag ? "f.started_s" : "c.started_s";
    if (sel->since_s != INT64_MIN) {
        cq_str_printf(next(a), "%s >= ?", column);
        bind_int(a->c, sel->since_s);
    } else if (sel->until_s != INT64_MAX && a->scope.by_flagged) {
        cq_str_add(next(a), "m.started_key > " CQ_STARTED_UNKNOWN);
    }
    if (sel->until_s != INT64_MAX) {
        cq_str_printf(next(a), "%s <= ?", column);
        bind_int(a->c, sel->until_s);
    }
}

static void add_options(struct arm *a)
{
    const struct cq_select *sel = a->sel;
    if (a->flag) {
        cq_str_add(next(a), a->scope.by_flagged ? "m.flag = ?" : "f.flag = ? AND f.current = 1");
        bind_text(a->c, a->flag);
    }
    if (sel->agent) {
        cq_str_printf(next(a), "%s.agent = ?", a->flag ? "f" : "c");
        bind_text(a->c, sel->agent);
    }
    add_times(a);
    if (sel->queue) {
        cq_str_add(next(a), "c.queue = ?");
        bind_text(a->c, sel->queue);
    }
    cq_compile_reviews(a->c, sel, a->id, begin_next, a);
    if (sel->min_severity >= 0) /* in figures: the partial indexes are found by them */
        cq_str_printf(next(a), "c.severity >= %d", sel->min_severity);
}

enum part { PART_ALL, PART_VALUES, PART_NULLS };

/* Only rows after the key. */
static void add_after(struct arm *a, enum part part)
{
    const struct cq_select *sel = a->sel;
    const struct cq_key *key = sel->after;
    const char *op = sel->ascending ? ">" : "<";
    bool by_key = a->scope.by_flagged && cq_field_is_start(&sel->order);
    if (part == PART_NULLS) {
        next(a);
        if (by_key) {
            cq_str_add(&a->c->sql, "m.started_key = " CQ_STARTED_UNKNOWN);
        } else {
            add_field(a->c, &sel->order, &a->scope);
            cq_str_add(&a->c->sql, " IS NULL");
        }
        if (key->is_null) {
            cq_str_printf(next(a), "%s %s ?", a->id, op);
            bind_int(a->c, key->id);
        }
        return;
    }
    cq_str_add(next(a), "(");
    if (by_key) /* ascending too: with values in hand, the one for "unknown" lies before all of them */
        cq_str_add(&a->c->sql, "m.started_key");
    else
        add_field(a->c, &sel->order, &a->scope);
    cq_str_printf(&a->c->sql, ", %s) %s (?, ?)", a->id, op);
    if (key->text)
        bind_text(a->c, key->text);
    else
        bind_real(a->c, key->number);
    bind_int(a->c, key->id);
    if (by_key && !sel->ascending)
        cq_str_add(next(a), "m.started_key > " CQ_STARTED_UNKNOWN);
}

/* The table that the arm's rows come from, and those that conditions and order need besides. */
static void add_tables(struct arm *a, bool measures, bool ordered)
{
    const struct cq_select *sel = a->sel;
    struct cq_str *sql = &a->c->sql;
    bool call = sel->queue || sel->min_severity >= 0 || cond_needs_call(a, sel->where) ||
                (ordered && cq_field_needs_call(&sel->order, &a->scope));
    if (a->scope.by_flagged) {
        cq_str_add(sql, " FROM flagged m");
    } else {
        cq_str_add(sql, a->flag ? " FROM flags f" : " FROM calls c");
        if (measures)
            cq_str_printf(sql, " CROSS JOIN measures m ON m.call_id = %s", a->id);
    }
    if (a->flag && call)
        cq_str_printf(sql, " CROSS JOIN calls c ON c.id = %s", a->id);
}

static void add_order(struct arm *a)
{
    bool ascending = a->sel->ascending;
    if (a->scope.by_flagged && cq_field_is_start(&a->sel->order) && !ascending)
        cq_str_add(&a->c->sql, " ORDER BY m.started_key DESC, m.call_id DESC"); /* as the rows stand */
    else
        cq_str_printf(&a->c->sql, " ORDER BY 2 %s, %s %s", ascending ? "ASC NULLS LAST" : "DESC", a->id,
                      ascending ? "ASC" : "DESC");
}

static int add_arm(struct cq_compiled *c, const struct cq_select *sel, const char *flag,
                   const struct cq_cond *hoisted, enum part part, bool ordered, int64_t n, int64_t offset)
{
    bool measures = cond_needs_measures(sel->where) || (ordered && cq_field_needs_measures(&sel->order));
    /* an agent's flagged calls are few, and flags_agent leads to them */
    bool by_flagged = flag && measures && !sel->agent;
    struct arm a = {
        .c = c,
        .sel = sel,
        .scope = {.by_flag = flag && !by_flagged, .by_flagged = by_flagged},
        .flag = flag,
        .hoisted = hoisted,
        .id = by_flagged ? "m.call_id"
              : flag     ? "f.call_id"
                         : "c.id",
    };
    int r = 0;
    cq_str_printf(&c->sql, "SELECT %s AS id", a.id);
    if (ordered) {
        cq_str_add(&c->sql, ", ");
        add_field(c, &sel->order, &a.scope);
        cq_str_add(&c->sql, " AS k");
    }
    add_tables(&a, measures, ordered);
    add_options(&a);
    if (part != PART_ALL)
        add_after(&a, part);
    if (sel->where) {
        next(&a);
        r = add_cond(&a, sel->where, 0);
    }
    if (ordered)
        add_order(&a);
    if (n >= 0 || offset > 0) {
        cq_str_add(&c->sql, " LIMIT ? OFFSET ?");
        bind_int(c, n);
        bind_int(c, offset);
    }
    return r;
}

/* One arm alone leaves out the offset's rows itself; of several, only their union can. */
static int add_arms(struct cq_compiled *c, const struct cq_select *sel, const struct cq_cond *hoisted,
                    bool ordered, int64_t limit, int64_t offset)
{
    size_t n_flags = sel->n_flags ? sel->n_flags : 1;
    enum part first = !ordered || !sel->after ? PART_ALL : sel->after->is_null ? PART_NULLS : PART_VALUES;
    enum part last = first == PART_VALUES ? PART_NULLS : first;
    const char *first_flag = sel->n_flags ? sel->flags[0] : hoisted ? hoisted->text : NULL;
    int64_t n = limit < 0 ? -1 : limit + offset;
    int r = 0;
    if (n_flags == 1 && first == last)
        return add_arm(c, sel, first_flag, hoisted, first, ordered, limit, offset);
    cq_str_add(&c->sql, "SELECT * FROM (");
    for (size_t i = 0; !r && i < n_flags; i++) {
        const char *flag = i ? sel->flags[i] : first_flag;
        for (int part = (int)first; !r && part <= (int)last; part++) {
            cq_str_add(&c->sql, i || part != (int)first ? " UNION SELECT * FROM (" : "SELECT * FROM (");
            r = add_arm(c, sel, flag, hoisted, (enum part)part, ordered, n, 0);
            cq_str_add(&c->sql, ")");
        }
    }
    cq_str_add(&c->sql, ")");
    if (ordered && (limit >= 0 || offset > 0)) {
        cq_str_add(&c->sql, sel->ascending ? " ORDER BY 2 ASC NULLS LAST, 1 ASC" : " ORDER BY 2 DESC, 1 DESC");
        cq_str_add(&c->sql, " LIMIT ? OFFSET ?");
        bind_int(c, limit);
        bind_int(c, offset);
    }
    return r;
}

static const char row_columns[] =
    "SELECT c.id, a.k, (SELECT p.name FROM call_paths p WHERE p.call_id = c.id"
    " ORDER BY p.analysed DESC, p.path LIMIT 1), c.started_s, c.agent, c.queue, c.duration_ms, c.status,"
    " c.reason, c.score, c.coverage, c.partial, c.severity, (SELECT group_concat(flag, ' ') FROM (SELECT flag"
    " FROM flags g WHERE g.scorecard_id = c.scorecard_id ORDER BY severity DESC, seq))";

static int compile_rows(struct cq_compiled *c, const struct cq_select *sel, const struct cq_cond *driver)
{
    const struct cq_field_scope scope = {0};
    bool measures = false;
    cq_str_add(&c->sql, row_columns);
    for (size_t i = 0; i < sel->n_columns; i++) {
        cq_str_add(&c->sql, ", ");
        add_field(c, &sel->columns[i], &scope);
        measures |= cq_field_needs_measures(&sel->columns[i]);
    }
    if (sel->viewer)
        cq_compile_review_columns(c, sel);
    cq_str_add(&c->sql, " FROM (");
    int r = add_arms(c, sel, driver, true, sel->limit, sel->offset);
    cq_str_add(&c->sql, ") a CROSS JOIN calls c ON c.id = a.id");
    if (measures)
        cq_str_add(&c->sql, " CROSS JOIN measures m ON m.call_id = c.id");
    cq_str_add(&c->sql,
               sel->ascending ? " ORDER BY a.k ASC NULLS LAST, a.id ASC" : " ORDER BY a.k DESC, a.id DESC");
    return r;
}

int cq_compile(const struct cq_select *sel, enum cq_compile_for what, int64_t max, const struct cq_cond *driver,
               struct cq_error *err, struct cq_compiled *ret_compiled)
{
    struct cq_compiled *c = ret_compiled;
    int r;
    *c = (struct cq_compiled){0};
    if (sel->n_flags > CQ_SELECT_MAX_FLAGS)
        return cq_error_set(err, -E2BIG, NULL, 0, "more than %d flags in one query", CQ_SELECT_MAX_FLAGS);
    if (sel->n_columns > CQ_SELECT_MAX_COLUMNS)
        return cq_error_set(err, -E2BIG, NULL, 0, "more than %d columns in one query", CQ_SELECT_MAX_COLUMNS);
    if (what == CQ_COMPILE_ROWS) {
        r = compile_rows(c, sel, driver);
    } else {
        cq_str_add(&c->sql, "SELECT count(*) FROM (SELECT DISTINCT id FROM (");
        r = add_arms(c, sel, driver, false, -1, 0);
        cq_str_add(&c->sql, ") LIMIT ?)");
        bind_int(c, max);
    }
    if (r == -E2BIG)
        return cq_error_set(err, r, NULL, 0, "conditions are nested more than %d deep", CQ_COND_MAX_DEPTH);
    if (c->failed || c->sql.failed)
        return -ENOMEM;
    return r;
}

void cq_compiled_done(struct cq_compiled *c)
{
    cq_str_done(&c->sql);
    free(c->params.v);
    *c = (struct cq_compiled){0};
}
