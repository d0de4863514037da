/* store/compile.h - private: a select as one SQL statement and the values bound to it. */
#ifndef CQ_STORE_COMPILE_H
#define CQ_STORE_COMPILE_H

#include "base/str.h"
#include "store/db.h"
#include "store/filter.h"

/* A value for a '?', in the order in which they stand. Texts are borrowed from the select. */
struct cq_param {
    enum { CQ_PARAM_INT, CQ_PARAM_REAL, CQ_PARAM_TEXT } type;
    int64_t i;
    double real;
    const char *text;
};

struct cq_params {
    struct cq_param *v;
    size_t n;
    size_t cap;
};

struct cq_compiled {
    struct cq_str sql;
    struct cq_params params;
    bool failed; /* out of memory */
};

enum cq_compile_for { CQ_COMPILE_ROWS, CQ_COMPILE_COUNT };

/*
 * Columns of the rows, first to last: those of enum cq_row_column, then sel->columns. `max` is the most that
 * CQ_COMPILE_COUNT counts. `driver` is the flag of sel->where whose index is followed, one of
 * cq_compile_required(), or NULL; it must be NULL where sel->flags are given. Returns 0, -E2BIG, -ENOMEM;
 * *ret_compiled is the caller's either way, cq_compiled_done().
 */
int cq_compile(const struct cq_select *sel, enum cq_compile_for what, int64_t max, const struct cq_cond *driver,
               struct cq_error *err, struct cq_compiled *ret_compiled);
size_t cq_compile_required(const struct cq_cond *cond, const struct cq_cond **ret_flags, size_t max);
void cq_compiled_done(struct cq_compiled *c);

/* What is bound for a '?'. */
void cq_compile_bind_text(struct cq_compiled *c, const char *v);

/* compile_review.c: conditions on the reviews of the call whose number stands in the column `id`; `next` begins
 * each. And three columns: status, names, day. */
void cq_compile_reviews(struct cq_compiled *c, const struct cq_select *sel, const char *id,
                        void (*next)(void *user), void *user);
void cq_compile_review_columns(struct cq_compiled *c, const struct cq_select *sel);
enum cq_review_column { CQ_REVIEW_STATUS, CQ_REVIEW_ASSIGNED, CQ_REVIEW_DUE }; /* after those of the select */

enum cq_row_column {
    CQ_ROW_ID,
    CQ_ROW_KEY,
    CQ_ROW_FILE,
    CQ_ROW_STARTED,
    CQ_ROW_AGENT,
    CQ_ROW_QUEUE,
    CQ_ROW_DURATION_MS,
    CQ_ROW_STATUS,
    CQ_ROW_REASON,
    CQ_ROW_SCORE,
    CQ_ROW_COVERAGE,
    CQ_ROW_PARTIAL,
    CQ_ROW_SEVERITY,
    CQ_ROW_FLAGS,
    CQ_ROW_N_FIXED
};

#endif
