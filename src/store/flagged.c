/* The table `flagged`: rows of `flags` that are current, with the measures of their calls. */
#include "store/save.h"
#include "store/schema.h"

#include <errno.h>

/* Append "INSERT INTO flagged ... SELECT ... FROM flags": every current flag, for a condition to follow. */
static void add_insert(struct cq_str *out)
{
    char column[CQ_MEASURE_COLUMN_MAX];
    enum cq_party party;
    int index;
    cq_str_add(out, "INSERT INTO flagged(flag, started_key, call_id, closing_party");
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        cq_schema_measure(i, &party, &index);
        cq_schema_measure_column(party, index, column);
        cq_str_printf(out, ", %s", column);
    }
    cq_str_add(out, ") SELECT f.flag, ifnull(f.started_s, " CQ_STARTED_UNKNOWN "), f.call_id, m.closing_party");
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        cq_schema_measure(i, &party, &index);
        cq_schema_measure_column(party, index, column);
        cq_str_printf(out, ", m.%s", column);
    }
    cq_str_add(out, " FROM flags f JOIN measures m ON m.call_id = f.call_id WHERE f.current = 1");
}

/* A database from before this table gets its rows once; in key order, so that its pages are filled one by one.
 */
void cq_flagged_fill(struct cq_str *out)
{
    add_insert(out);
    cq_str_add(out, " AND NOT EXISTS (SELECT 1 FROM flagged) ORDER BY 1, 2, 3;");
}

/* Rows that are missing, rows too many, and rows that say something else than the call's measures. */
void cq_flagged_check(struct cq_str *out)
{
    cq_str_add(
        out, "SELECT (SELECT count(*) FROM flags f WHERE f.current = 1 AND NOT EXISTS (SELECT 1"
             " FROM flagged x WHERE x.flag = f.flag AND x.call_id = f.call_id AND x.started_key ="
             " ifnull(f.started_s, " CQ_STARTED_UNKNOWN "))) + (SELECT count(*) FROM flagged x LEFT JOIN"
             " measures m ON m.call_id = x.call_id WHERE NOT EXISTS (SELECT 1 FROM flags f WHERE f.flag ="
             " x.flag AND f.call_id = x.call_id AND f.current = 1) OR m.closing_party IS NOT x.closing_party");
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        char column[CQ_MEASURE_COLUMN_MAX];
        enum cq_party party;
        int index;
        cq_schema_measure(i, &party, &index);
        cq_schema_measure_column(party, index, column);
        cq_str_printf(out, " OR m.%s IS NOT x.%s", column, column);
    }
    cq_str_add(out, ")");
}

int cq_flagged_save(struct cq_store *s, int64_t call, struct cq_error *err)
{
    if (!s->flagged_insert) {
        struct cq_str sql = {0};
        add_insert(&sql);
        cq_str_add(&sql, " AND f.scorecard_id = (SELECT scorecard_id FROM calls WHERE id = ?)");
        s->flagged_insert = cq_str_take(&sql);
    }
    if (!s->flagged_insert)
        return -ENOMEM;
    struct cq_db_st old = cq_db_st(s, "DELETE FROM flagged WHERE call_id = ?");
    cq_db_int(&old, call);
    int r = cq_db_run(&old, err);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(s, s->flagged_insert);
    cq_db_int(&q, call);
    return cq_db_run(&q, err);
}
