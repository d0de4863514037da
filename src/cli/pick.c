#include "cli/pick.h"

#include "base/array.h"
#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "pipeline/pipeline.h"
#include "query/where.h"
#include "review/review.h"
#include "store/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse_times(const struct cq_pick *p, struct cq_select *sel, struct cq_error *err)
{
    if ((p->since && cq_time_parse_iso(p->since, &sel->since_s)) ||
        (p->until && cq_time_parse_until(p->until, &sel->until_s)))
        return cq_error_set(err, -EINVAL, NULL, 0, "write dates like 2026-11-24 or 2026-11-24T14:30");
    return 0;
}

static int collect(struct cq_store *store, const struct cq_select *sel, struct cq_error *err,
                   struct cq_call_ids *ids)
{
    struct cq_cursor *cursor = NULL;
    struct cq_row row;
    int r = cq_select_open(store, sel, err, &cursor);
    while (!r && (r = cq_select_next(cursor, err, &row)) > 0)
        r = CQ_ARRAY_PUSH(ids, row.id);
    cq_select_close(cursor);
    return r;
}

int cq_pick_calls(struct cq_store *store, const struct cq_pick *pick, struct cq_error *err,
                  struct cq_call_ids *ret_ids)
{
    struct cq_select sel = CQ_SELECT_INIT;
    struct cq_cond *where = NULL;
    struct cq_call_ids ids = {0};
    sel.agent = pick->agent;
    sel.queue = pick->queue;
    int r = parse_times(pick, &sel, err);
    if (!r && pick->where)
        r = cq_where_parse(pick->where, err, &where);
    if (!r)
        r = cq_where_field("started_at", err, &sel.order);
    sel.where = where;
    sel.ascending = true;
    if (!r)
        r = collect(store, &sel, err, &ids);
    cq_cond_free(where);
    if (r) {
        free(ids.v);
        return r;
    }
    *ret_ids = ids;
    return 0;
}

int cq_cli_form(struct cq_store *store, const char *name, struct cq_error *err, struct cq_rubric **ret_rubric)
{
    if (strchr(name, '/') || !strcmp(cq_path_ext(name), "json"))
        return cq_pipeline_load_rubric(name, err, ret_rubric);
    const char *at = strchr(name, '@');
    char *id = at ? cq_str_format("%.*s", (int)(at - name), name) : NULL;
    if (at && !id)
        return -ENOMEM;
    int r = cq_review_form(store, at ? id : name, at ? at + 1 : NULL, err, ret_rubric);
    free(id);
    return r;
}
