/*
 * Calls by what their reviewers have done. Reviews and assignments are few beside the calls, so a status that
 * needs one is found from them; only "new" is asked of each call in turn, and most calls are.
 */
#include "store/compile.h"

#include <errno.h>
#include <string.h>

#define SUBMITTED "(1, 3)" /* enum cq_review_state: submitted, resolved */
#define DISPUTED "2"

static const char *const status_names[] = {"new", "mine", "done", "disputed"};

const char *cq_review_status_name(enum cq_review_status status)
{
    return status_names[status];
}

int cq_review_status_from_name(const char *name, enum cq_review_status *ret_status)
{
    for (int i = 0; i <= CQ_CALL_DISPUTED; i++) {
        if (!strcmp(name, status_names[i])) {
            *ret_status = (enum cq_review_status)i;
            return 0;
        }
    }
    return -ENOENT;
}

/* An assignment `n` whose review has not been submitted. */
#define OPEN                                                                                                   \
    "NOT EXISTS (SELECT 1 FROM reviews o WHERE o.call_id = n.call_id AND o.reviewer = n.reviewer"              \
    " AND o.state <> 0)"

static const char waits_for[] = "(SELECT call_id FROM reviews WHERE reviewer = ? AND state = 0"
                                " UNION SELECT n.call_id FROM assignments n WHERE n.reviewer = ? AND " OPEN ")";

/* `id` is, or is not, among those that wait for somebody. */
static void add_waiting(struct cq_compiled *c, const char *id, bool is, const char *who)
{
    cq_str_printf(&c->sql, "%s %sIN %s", id, is ? "" : "NOT ", waits_for);
    cq_compile_bind_text(c, who);
    cq_compile_bind_text(c, who);
}

static void add_status(struct cq_compiled *c, const struct cq_select *sel, const char *id)
{
    static const char disputed[] = "(SELECT call_id FROM reviews WHERE state = " DISPUTED ")";
    const char *viewer = sel->viewer ? sel->viewer : "";
    switch ((enum cq_review_status)sel->review) {
    case CQ_CALL_NEW:
        cq_str_printf(&c->sql,
                      "NOT EXISTS (SELECT 1 FROM reviews o WHERE o.call_id = %s AND o.state <> 0) AND ", id);
        add_waiting(c, id, false, viewer);
        break;
    case CQ_CALL_MINE:
        cq_str_printf(&c->sql, "%s NOT IN %s AND ", id, disputed);
        add_waiting(c, id, true, viewer);
        break;
    case CQ_CALL_DONE:
        cq_str_printf(&c->sql,
                      "%s IN (SELECT call_id FROM reviews WHERE state IN " SUBMITTED ") AND %s NOT IN %s AND ",
                      id, id, disputed);
        add_waiting(c, id, false, viewer);
        break;
    case CQ_CALL_DISPUTED:
        cq_str_printf(&c->sql, "%s IN %s", id, disputed);
        break;
    }
}

void cq_compile_reviews(struct cq_compiled *c, const struct cq_select *sel, const char *id,
                        void (*next)(void *user), void *user)
{
    if (sel->review >= 0) {
        next(user);
        add_status(c, sel, id);
    }
    if (sel->assigned) {
        next(user);
        cq_str_printf(&c->sql, "%s IN (SELECT n.call_id FROM assignments n WHERE n.reviewer = ? AND " OPEN ")",
                      id);
        cq_compile_bind_text(c, sel->assigned);
    }
    if (sel->reviewed) {
        next(user);
        cq_str_printf(&c->sql, "%s IN (SELECT call_id FROM reviews WHERE reviewer = ? AND state <> 0)", id);
        cq_compile_bind_text(c, sel->reviewed);
    }
    if (sel->untouched) {
        next(user);
        cq_str_printf(&c->sql,
                      "NOT EXISTS (SELECT 1 FROM assignments n WHERE n.call_id = %s AND n.reviewer IS NOT NULL)"
                      " AND NOT EXISTS (SELECT 1 FROM reviews o WHERE o.call_id = %s)",
                      id, id);
    }
}

void cq_compile_review_columns(struct cq_compiled *c, const struct cq_select *sel)
{
    const char *whose = sel->all_assigned ? "" : " AND n.reviewer = ?";
    cq_str_add(&c->sql,
               ", CASE WHEN EXISTS (SELECT 1 FROM reviews o WHERE o.call_id = c.id AND o.state = " DISPUTED
               ") THEN 3 WHEN EXISTS (SELECT 1 FROM reviews o WHERE o.call_id = c.id AND o.reviewer = ?"
               " AND o.state = 0) OR EXISTS (SELECT 1 FROM assignments n WHERE n.call_id = c.id"
               " AND n.reviewer = ? AND " OPEN ") THEN 1 WHEN EXISTS (SELECT 1 FROM reviews o"
               " WHERE o.call_id = c.id AND o.state IN " SUBMITTED ") THEN 2 ELSE 0 END");
    cq_compile_bind_text(c, sel->viewer);
    cq_compile_bind_text(c, sel->viewer);
    cq_str_printf(&c->sql,
                  ", (SELECT group_concat(reviewer, ', ') FROM (SELECT DISTINCT n.reviewer FROM assignments n"
                  " WHERE n.call_id = c.id AND n.reviewer IS NOT NULL AND " OPEN "%s ORDER BY 1))",
                  whose);
    if (!sel->all_assigned)
        cq_compile_bind_text(c, sel->viewer);
    cq_str_printf(&c->sql,
                  ", (SELECT min(n.due_s) FROM assignments n WHERE n.call_id = c.id AND n.reviewer IS NOT NULL"
                  " AND " OPEN "%s)",
                  whose);
    if (!sel->all_assigned)
        cq_compile_bind_text(c, sel->viewer);
}
