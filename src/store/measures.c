/* One wide row a call, its columns made from the table of metrics.h; reasons of nulls in rows of their own. */
#include "store/save.h"
#include "store/schema.h"

#include "base/str.h"

#include <errno.h>
#include <math.h>

static char *columns_sql(const char *head, const char *tail, bool marks)
{
    struct cq_str sql = {0};
    cq_str_add(&sql, head);
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        enum cq_party party;
        int index;
        char column[CQ_MEASURE_COLUMN_MAX];
        cq_schema_measure(i, &party, &index);
        cq_schema_measure_column(party, index, column);
        cq_str_printf(&sql, ", %s", column);
    }
    cq_str_add(&sql, tail);
    for (int i = 0; marks && i < CQ_N_MEASURES; i++)
        cq_str_add(&sql, ", ?");
    if (marks)
        cq_str_add(&sql, ")");
    return cq_str_take(&sql);
}

static struct cq_value *value_of(struct cq_metrics *m, enum cq_party party, int index)
{
    return party == CQ_NOBODY ? &m->call[index] : &m->party[party][index];
}

static int save_reason(struct cq_store *s, int64_t call, int id, enum cq_null_reason reason,
                       struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "INSERT INTO measure_nulls(call_id, measure_id, reason) VALUES(?, ?, ?)");
    cq_db_int(&q, call);
    cq_db_int(&q, id);
    cq_db_int(&q, reason);
    return cq_db_run(&q, err);
}

int cq_measures_save(struct cq_store *s, int64_t call, const struct cq_metrics *m, struct cq_error *err)
{
    if (!s->measures_insert)
        s->measures_insert = columns_sql("INSERT INTO measures(call_id, closing_party", ") VALUES(?, ?", true);
    if (!s->measures_insert)
        return -ENOMEM;
    struct cq_db_st q = cq_db_st(s, s->measures_insert);
    cq_db_int(&q, call);
    cq_db_int(&q, m->closing_by);
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        enum cq_party party;
        int index;
        cq_schema_measure(i, &party, &index);
        const struct cq_value *v = cq_metric_get(m, party, index);
        if (v->reason == CQ_HAS_VALUE && isfinite(v->v))
            cq_db_real(&q, v->v);
        else
            cq_db_null(&q);
    }
    int r = cq_db_run(&q, err);
    for (int i = 0; !r && i < CQ_N_MEASURES; i++) {
        enum cq_party party;
        int index;
        cq_schema_measure(i, &party, &index);
        const struct cq_value *v = cq_metric_get(m, party, index);
        if (v->reason != CQ_HAS_VALUE)
            r = save_reason(s, call, cq_schema_measure_id(party, index), v->reason, err);
    }
    return r;
}

/* Measures that were added after this analysis have no value and no stored reason: they were not measured. */
static int load_reasons(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_metrics *m)
{
    struct cq_db_st q = cq_db_st(s, "SELECT measure_id, reason FROM measure_nulls WHERE call_id = ?");
    cq_db_int(&q, call);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        enum cq_party party;
        int index;
        int64_t reason = cq_db_get_int(&q, 1);
        if (cq_schema_measure_of_id(cq_db_get_int(&q, 0), &party, &index))
            continue;
        if (reason > CQ_HAS_VALUE && reason <= CQ_NULL_NOT_MEASURED)
            *value_of(m, party, index) = (struct cq_value){.reason = (enum cq_null_reason)reason};
    }
    return r;
}

int cq_measures_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_metrics *m)
{
    if (!s->measures_select)
        s->measures_select = columns_sql("SELECT closing_party", " FROM measures WHERE call_id = ?", false);
    if (!s->measures_select)
        return -ENOMEM;
    struct cq_db_st q = cq_db_st(s, s->measures_select);
    cq_db_int(&q, call);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    m->closing_by = cq_db_get_party(&q, 0);
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        enum cq_party party;
        int index;
        cq_schema_measure(i, &party, &index);
        if (cq_db_is_null(&q, i + 1))
            *value_of(m, party, index) = (struct cq_value){.reason = CQ_NULL_NOT_MEASURED};
        else
            *value_of(m, party, index) = (struct cq_value){.v = cq_db_get_real(&q, i + 1)};
    }
    cq_db_reset(&q);
    return load_reasons(s, call, err, m);
}
