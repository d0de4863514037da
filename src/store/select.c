#include "store/compile.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_NAMES_LISTED 400 /* bytes of names in an error */
#define MAX_COUNTED 5000     /* index entries: a millisecond or two */

struct cq_cursor {
    struct cq_store *store;
    const struct cq_select *sel;
    sqlite3_stmt *st;
    bool ended;
};

struct cq_cond *cq_cond_new(enum cq_cond_type type)
{
    struct cq_cond *cond = calloc(1, sizeof *cond);
    if (cond)
        cond->type = type;
    return cond;
}

struct cq_cond *cq_cond_free(struct cq_cond *cond)
{
    if (!cond)
        return NULL;
    cq_cond_free(cond->left);
    cq_cond_free(cond->right);
    free(cond->text);
    free(cond);
    return NULL;
}

/* An item or section that no stored form has is a slip of the fingers: say so rather than find nothing. */
static int check_name(struct cq_store *s, const struct cq_field *field, struct cq_error *err)
{
    bool item = field->kind == CQ_FIELD_ITEM;
    if (!item && field->kind != CQ_FIELD_SECTION)
        return 0;
    struct cq_db_st q = item ? cq_db_st(s, "SELECT 1 FROM form_items WHERE item = ? LIMIT 1")
                             : cq_db_st(s, "SELECT 1 FROM form_sections WHERE section = ? LIMIT 1");
    int64_t one;
    cq_db_text(&q, strchr(field->name, '.') + 1);
    int r = cq_db_one_int(&q, err, &one);
    if (r != -ENOENT)
        return r;
    struct cq_db_st all = item ? cq_db_st(s, "SELECT DISTINCT item FROM form_items ORDER BY 1")
                               : cq_db_st(s, "SELECT DISTINCT section FROM form_sections ORDER BY 1");
    struct cq_str names = {0};
    while (cq_db_step(&all, err) > 0 && names.n < MAX_NAMES_LISTED)
        cq_str_printf(&names, "%s%s", names.n ? ", " : "", cq_db_peek_text(&all, 0));
    cq_db_reset(&all);
    r = cq_error_set(err, -ENOENT, NULL, 0, "no stored form has '%s'; there are: %s", field->name,
                     names.n ? names.s : "none");
    cq_str_done(&names);
    return r;
}

static int check_names(struct cq_store *s, const struct cq_cond *cond, int depth, struct cq_error *err)
{
    if (!cond || depth > CQ_COND_MAX_DEPTH)
        return 0;
    int r = 0;
    if (cond->type == CQ_COND_COMPARE || cond->type == CQ_COND_NULL)
        r = check_name(s, &cond->field, err);
    if (!r && cond->to_field)
        r = check_name(s, &cond->other, err);
    if (!r)
        r = check_names(s, cond->left, depth + 1, err);
    return r ? r : check_names(s, cond->right, depth + 1, err);
}

static int bind_all(sqlite3_stmt *st, const struct cq_params *params)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; rc == SQLITE_OK && i < params->n; i++) {
        const struct cq_param *p = &params->v[i];
        switch (p->type) {
        case CQ_PARAM_INT:
            rc = sqlite3_bind_int64(st, (int)i + 1, p->i);
            break;
        case CQ_PARAM_REAL:
            rc = sqlite3_bind_double(st, (int)i + 1, p->real);
            break;
        case CQ_PARAM_TEXT:
            rc = sqlite3_bind_text(st, (int)i + 1, p->text, -1, SQLITE_STATIC);
            break;
        }
    }
    return rc;
}

/* The rarest of the flags that a condition asks for leads to the fewest calls. Counted no further than pays. */
static int pick_driver(struct cq_store *s, const struct cq_select *sel, struct cq_error *err,
                       const struct cq_cond **ret_driver)
{
    const struct cq_cond *flags[CQ_SELECT_MAX_FLAGS];
    size_t n = sel->n_flags ? 0 : cq_compile_required(sel->where, flags, CQ_SELECT_MAX_FLAGS);
    int64_t fewest = INT64_MAX;
    const struct cq_cond *driver = n ? flags[0] : NULL;
    for (size_t i = 0; n > 1 && i < n; i++) {
        struct cq_db_st q = cq_db_st(s, "SELECT count(*) FROM (SELECT 1 FROM flags WHERE flag = ?"
                                        " AND current = 1 LIMIT ?)");
        int64_t count = 0;
        cq_db_text(&q, flags[i]->text);
        cq_db_int(&q, fewest < MAX_COUNTED ? fewest : MAX_COUNTED);
        int r = cq_db_one_int(&q, err, &count);
        if (r)
            return r;
        if (count < fewest) {
            fewest = count;
            driver = flags[i];
        }
    }
    *ret_driver = driver;
    return 0;
}

static int prepare(struct cq_store *s, const struct cq_select *sel, enum cq_compile_for what, int64_t max,
                   const char *prefix, struct cq_error *err, sqlite3_stmt **ret_st)
{
    const struct cq_cond *driver = NULL;
    struct cq_compiled c = {0};
    struct cq_str sql = {0};
    sqlite3_stmt *st = NULL;
    int r = check_names(s, sel->where, 0, err);
    if (!r)
        r = check_name(s, &sel->order, err);
    for (size_t i = 0; !r && i < sel->n_columns && i < CQ_SELECT_MAX_COLUMNS; i++)
        r = check_name(s, &sel->columns[i], err);
    if (!r)
        r = pick_driver(s, sel, err, &driver);
    if (!r)
        r = cq_compile(sel, what, max, driver, err, &c);
    if (r)
        goto out;
    cq_str_add(&sql, prefix);
    cq_str_add(&sql, c.sql.s);
    if (sql.failed) {
        r = -ENOMEM;
        goto out;
    }
    int rc = sqlite3_prepare_v2(s->db, sql.s, (int)sql.n, &st, NULL);
    if (rc == SQLITE_OK)
        rc = bind_all(st, &c.params);
    if (rc != SQLITE_OK) {
        r = cq_db_fail(s, rc, err);
        sqlite3_finalize(st);
        goto out;
    }
    *ret_st = st;
out:
    cq_str_done(&sql);
    cq_compiled_done(&c);
    return r;
}

/* What a select leaves open. */
static struct cq_select completed(const struct cq_select *sel)
{
    struct cq_select full = *sel;
    if (!full.order.name[0])
        (void)cq_field_find("started_at", &full.order);
    if (full.offset < 0)
        full.offset = 0;
    if (full.limit > INT32_MAX || full.offset > INT32_MAX) /* their sum must fit */
        full.limit = full.limit < 0 ? full.limit : INT32_MAX;
    return full;
}

int cq_select_open(struct cq_store *store, const struct cq_select *sel, struct cq_error *err,
                   struct cq_cursor **ret_cursor)
{
    struct cq_select full = completed(sel);
    struct cq_cursor *cur = calloc(1, sizeof *cur);
    if (!cur)
        return -ENOMEM;
    cur->store = store;
    cur->sel = sel;
    int r = prepare(store, &full, CQ_COMPILE_ROWS, 0, "", err, &cur->st);
    if (r) {
        free(cur);
        return r;
    }
    *ret_cursor = cur;
    return 0;
}

struct cq_cursor *cq_select_close(struct cq_cursor *cursor)
{
    if (cursor) {
        sqlite3_finalize(cursor->st);
        free(cursor);
    }
    return NULL;
}

static const char *text_at(sqlite3_stmt *st, int col)
{
    return (const char *)sqlite3_column_text(st, col);
}

static struct cq_cell read_cell(sqlite3_stmt *st, int col, const struct cq_field *field)
{
    struct cq_cell cell = {.type = field->type, .is_null = sqlite3_column_type(st, col) == SQLITE_NULL};
    int64_t code;
    if (cell.is_null)
        return cell;
    switch (field->type) {
    case CQ_FIELD_NUMBER:
        cell.number = sqlite3_column_double(st, col);
        break;
    case CQ_FIELD_TEXT:
        cell.text = text_at(st, col);
        break;
    case CQ_FIELD_TIME:
        cell.time_s = sqlite3_column_int64(st, col);
        break;
    case CQ_FIELD_WORD:
        code = sqlite3_column_int64(st, col);
        cell.text = code >= 0 ? cq_field_word(field, (size_t)code) : NULL;
        cell.is_null = !cell.text;
        break;
    case CQ_FIELD_BOOL:
        cell.number = sqlite3_column_int(st, col) != 0;
        break;
    }
    return cell;
}

static struct cq_key read_key(sqlite3_stmt *st)
{
    struct cq_key key = {.id = sqlite3_column_int64(st, CQ_ROW_ID)};
    int type = sqlite3_column_type(st, CQ_ROW_KEY);
    key.is_null = type == SQLITE_NULL;
    if (type == SQLITE_TEXT)
        key.text = text_at(st, CQ_ROW_KEY);
    else
        key.number = sqlite3_column_double(st, CQ_ROW_KEY);
    return key;
}

static void read_row(const struct cq_cursor *cur, struct cq_row *row)
{
    sqlite3_stmt *st = cur->st;
    const char *flags = text_at(st, CQ_ROW_FLAGS);
    *row = (struct cq_row){
        .id = sqlite3_column_int64(st, CQ_ROW_ID),
        .file = text_at(st, CQ_ROW_FILE),
        .has_started = sqlite3_column_type(st, CQ_ROW_STARTED) != SQLITE_NULL,
        .started_s = sqlite3_column_int64(st, CQ_ROW_STARTED),
        .agent = text_at(st, CQ_ROW_AGENT),
        .queue = text_at(st, CQ_ROW_QUEUE),
        .duration_s = (double)sqlite3_column_int64(st, CQ_ROW_DURATION_MS) / 1000.0,
        .unscorable = sqlite3_column_int(st, CQ_ROW_STATUS) != 0,
        .reason = text_at(st, CQ_ROW_REASON),
        .has_score = sqlite3_column_type(st, CQ_ROW_SCORE) != SQLITE_NULL,
        .score = sqlite3_column_double(st, CQ_ROW_SCORE),
        .coverage = sqlite3_column_double(st, CQ_ROW_COVERAGE),
        .partial = sqlite3_column_int(st, CQ_ROW_PARTIAL) != 0,
        .severity = sqlite3_column_type(st, CQ_ROW_SEVERITY) == SQLITE_NULL
                        ? -1
                        : sqlite3_column_int(st, CQ_ROW_SEVERITY),
        .flags = flags ? flags : "",
        .key = read_key(st),
        .n_cells = cur->sel->n_columns,
    };
    if (cur->sel->viewer) {
        int at = CQ_ROW_N_FIXED + (int)row->n_cells;
        row->has_review = true;
        row->review = (enum cq_review_status)sqlite3_column_int(st, at + CQ_REVIEW_STATUS);
        row->assigned = text_at(st, at + CQ_REVIEW_ASSIGNED);
        row->due_s = sqlite3_column_int64(st, at + CQ_REVIEW_DUE);
    }
    for (size_t i = 0; i < row->n_cells; i++)
        row->cells[i] = read_cell(st, CQ_ROW_N_FIXED + (int)i, &cur->sel->columns[i]);
}

int cq_select_next(struct cq_cursor *cursor, struct cq_error *err, struct cq_row *ret_row)
{
    if (cursor->ended)
        return 0;
    int rc = sqlite3_step(cursor->st);
    if (rc == SQLITE_ROW) {
        read_row(cursor, ret_row);
        return 1;
    }
    cursor->ended = true;
    return rc == SQLITE_DONE ? 0 : cq_db_fail(cursor->store, rc, err);
}

int cq_select_count(struct cq_store *store, const struct cq_select *sel, int64_t max, struct cq_error *err,
                    int64_t *ret_n)
{
    struct cq_select full = completed(sel);
    sqlite3_stmt *st = NULL;
    int r = prepare(store, &full, CQ_COMPILE_COUNT, max, "", err, &st);
    if (r)
        return r;
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        *ret_n = sqlite3_column_int64(st, 0);
    else
        r = cq_db_fail(store, rc, err);
    sqlite3_finalize(st);
    return r;
}

int cq_select_explain(struct cq_store *store, const struct cq_select *sel, struct cq_error *err,
                      char **ret_plan)
{
    struct cq_select full = completed(sel);
    struct cq_str plan = {0};
    sqlite3_stmt *st = NULL;
    int r = prepare(store, &full, CQ_COMPILE_ROWS, 0, "EXPLAIN QUERY PLAN ", err, &st);
    if (r)
        return r;
    while (sqlite3_step(st) == SQLITE_ROW)
        cq_str_printf(&plan, "%s\n", text_at(st, 3));
    sqlite3_finalize(st);
    char *text = cq_str_take(&plan);
    if (!text)
        return -ENOMEM;
    *ret_plan = text;
    return 0;
}

int cq_store_flags(struct cq_store *store, int (*found)(void *user, const char *flag, int64_t n_calls),
                   void *user, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(store, "SELECT flag, count(*) FROM flags WHERE current = 1 GROUP BY flag");
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        r = found(user, cq_db_peek_text(&q, 0), cq_db_get_int(&q, 1));
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}
