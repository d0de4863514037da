/*
 * What records say of an agent and a period. Contacts of one customer on one matter form a chain as long as
 * each follows the one before within the window; its first contact answers for all of it.
 */
#include "store/records.h"

#include "store/db.h"

#include <errno.h>
#include <math.h>

#define DAY_S 86400.0

/* The newest moment in the data: windows that reach beyond it are not over. */
static int data_end(struct cq_store *s, struct cq_error *err, int64_t *ret_end_s)
{
    struct cq_db_st q = cq_db_st(s, "SELECT coalesce(max(max(coalesce(started_s, 0), coalesce(responded_s, 0),"
                                    " coalesce(resolved_s, 0))), 0) FROM records");
    return cq_db_one_int(&q, err, ret_end_s);
}

#define CHAINS                                                                                                 \
    "WITH c AS (SELECT id, agent, customer, matter, started_s, lag(started_s) OVER w AS before_s FROM records" \
    " WHERE customer IS NOT NULL AND matter IS NOT NULL AND started_s IS NOT NULL"                             \
    " WINDOW w AS (PARTITION BY customer, matter ORDER BY started_s, id)),"                                    \
    " g AS (SELECT *, before_s IS NULL OR started_s - before_s > ?1 AS is_first FROM c),"                      \
    " h AS (SELECT *, sum(is_first) OVER (PARTITION BY customer, matter ORDER BY started_s, id) AS chain"      \
    " FROM g), f AS (SELECT count(*) - 1 AS repeats, min(started_s) AS started_s, max(started_s) AS last_s,"   \
    " max(CASE WHEN is_first THEN agent END) AS agent FROM h GROUP BY customer, matter, chain)"

static int measure_fcr(struct cq_store *s, const struct cq_records_opts *o, int64_t end_s, struct cq_error *err,
                       struct cq_records_measures *m)
{
    struct cq_db_st q =
        cq_db_st(s, CHAINS " SELECT coalesce(sum(repeats = 0 AND last_s + ?1 <= ?2), 0),"
                           " coalesce(sum(repeats > 0 OR last_s + ?1 <= ?2), 0),"
                           " coalesce(sum(repeats = 0 AND last_s + ?1 > ?2), 0), coalesce(sum(repeats), 0)"
                           " FROM f WHERE (?3 IS NULL OR agent = ?3) AND started_s BETWEEN ?4 AND ?5");
    cq_db_int(&q, (int64_t)(o->window_days * DAY_S));
    cq_db_int(&q, end_s);
    cq_db_text(&q, o->agent);
    cq_db_int(&q, o->since_s);
    cq_db_int(&q, o->until_s);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r;
    m->fcr = (struct cq_rate){cq_db_get_int(&q, 0), cq_db_get_int(&q, 1)};
    m->pending = cq_db_get_int(&q, 2);
    m->repeats = cq_db_get_int(&q, 3);
    cq_db_reset(&q);
    return 0;
}

/* Rates are pairs of columns: met, decided. What is neither done nor overdue is not decided. */
static const char rates[] =
    "SELECT count(*),"
    " sum(ticket IS NOT NULL AND resolved_s IS NOT NULL AND (promised_s IS NULL OR resolved_s <= promised_s)),"
    " sum(ticket IS NOT NULL AND (resolved_s IS NOT NULL OR promised_s < ?1)),"
    " sum(wait_s <= ?2), sum(wait_s IS NOT NULL),"
    " sum(priority = 0 AND responded_s - started_s <= ?3),"
    " sum(priority = 0 AND started_s IS NOT NULL AND (responded_s IS NOT NULL OR started_s + ?3 < ?1)),"
    " sum(priority = 1 AND responded_s - started_s <= ?4),"
    " sum(priority = 1 AND started_s IS NOT NULL AND (responded_s IS NOT NULL OR started_s + ?4 < ?1)),"
    " sum(priority = 2 AND date(resolved_s, 'unixepoch', 'localtime') = date(started_s, 'unixepoch',"
    " 'localtime')),"
    " sum(priority = 2 AND started_s IS NOT NULL AND (resolved_s IS NOT NULL OR"
    " date(started_s, 'unixepoch', 'localtime') < date(?1, 'unixepoch', 'localtime'))),"
    " sum(priority = 3 AND min(coalesce(progressed_s, resolved_s), coalesce(resolved_s, progressed_s))"
    " - started_s <= ?5),"
    " sum(priority = 3 AND started_s IS NOT NULL AND (progressed_s IS NOT NULL OR resolved_s IS NOT NULL OR"
    " started_s + ?5 < ?1)),"
    " count(csat), avg(csat), sum(csat * csat), sum(nps >= 9), sum(nps <= 6), count(nps)"
    " FROM records WHERE (?6 IS NULL OR agent = ?6) AND started_s BETWEEN ?7 AND ?8";

static struct cq_mean mean_of(int64_t n, double mean, double squares)
{
    struct cq_mean m = {n, n ? mean : (double)NAN, (double)NAN};
    if (n > 1)
        m.sd = sqrt(fmax(0, (squares - (double)n * mean * mean) / (double)(n - 1)));
    return m;
}

static int measure_rates(struct cq_store *s, const struct cq_records_opts *o, int64_t end_s,
                         struct cq_error *err, struct cq_records_measures *m)
{
    struct cq_db_st q = cq_db_st(s, rates);
    cq_db_int(&q, end_s);
    cq_db_real(&q, o->answer_s);
    cq_db_real(&q, o->urgent_s);
    cq_db_real(&q, o->routine_s);
    cq_db_real(&q, o->complex_s);
    cq_db_text(&q, o->agent);
    cq_db_int(&q, o->since_s);
    cq_db_int(&q, o->until_s);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r;
    m->contacts = cq_db_get_int(&q, 0);
    m->loop = (struct cq_rate){cq_db_get_int(&q, 1), cq_db_get_int(&q, 2)};
    for (int i = 0; i < CQ_N_ON_TIME; i++)
        m->on_time[i] = (struct cq_rate){cq_db_get_int(&q, 3 + 2 * i), cq_db_get_int(&q, 4 + 2 * i)};
    m->csat = mean_of(cq_db_get_int(&q, 13), cq_db_get_real(&q, 14), cq_db_get_real(&q, 15));
    m->promoters = (struct cq_rate){cq_db_get_int(&q, 16), cq_db_get_int(&q, 18)};
    m->detractors = (struct cq_rate){cq_db_get_int(&q, 17), cq_db_get_int(&q, 18)};
    cq_db_reset(&q);
    return 0;
}

/* Calls are those of the period, with or without a record; the work after the call is the record's. */
static int measure_handling(struct cq_store *s, const struct cq_records_opts *o, struct cq_error *err,
                            struct cq_records_measures *m)
{
    struct cq_db_st q = cq_db_st(
        s,
        "WITH h AS (SELECT m.handling_s + coalesce((SELECT r.after_call_s FROM records r WHERE r.external_id ="
        " c.external_id), 0) AS s FROM calls c JOIN measures m ON m.call_id = c.id WHERE m.handling_s IS NOT "
        "NULL"
        " AND (?1 IS NULL OR c.agent = ?1) AND (c.started_s BETWEEN ?2 AND ?3 OR (c.started_s IS NULL AND"
        " ?4)))"
        " SELECT count(*), avg(s), sum(s * s), sum(s <= ?5) FROM h");
    cq_db_text(&q, o->agent);
    cq_db_int(&q, o->since_s);
    cq_db_int(&q, o->until_s);
    cq_db_int(&q, o->since_s == INT64_MIN && o->until_s == INT64_MAX);
    cq_db_real(&q, o->handling_target_s);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r;
    m->handling = mean_of(cq_db_get_int(&q, 0), cq_db_get_real(&q, 1), cq_db_get_real(&q, 2));
    m->handling_in_target = (struct cq_rate){cq_db_get_int(&q, 3), cq_db_get_int(&q, 0)};
    cq_db_reset(&q);
    return 0;
}

int cq_records_measure(struct cq_store *store, const struct cq_records_opts *opts, struct cq_error *err,
                       struct cq_records_measures *ret_m)
{
    struct cq_records_measures m = {0};
    int64_t end_s = opts->end_s;
    int r = end_s == INT64_MIN ? data_end(store, err, &end_s) : 0;
    if (!r)
        r = measure_fcr(store, opts, end_s, err, &m);
    if (!r)
        r = measure_rates(store, opts, end_s, err, &m);
    if (!r)
        r = measure_handling(store, opts, err, &m);
    if (!r)
        *ret_m = m;
    return r;
}
