#include "store/figures.h"

#include "store/db.h"

#include <errno.h>

#define DAY_S 86400

static const char *const fields[CQ_N_FIGURES] = {
    "score",           "agent.interruptions_per_min",
    "talk_over_ratio", "agent.response_latency_median_s",
    "dead_air_s",      "handling_s",
};

const char *cq_figure_field(enum cq_figure figure)
{
    return fields[figure];
}

/* The figures of the rows that are grouped, after the column that names the group. */
#define SUMS                                                                                                   \
    "sum(calls), sum(flagged), sum(critical), sum(score_n), total(score_sum), total(score_square),"            \
    " sum(interruptions_n), total(interruptions_sum), total(interruptions_square), sum(talk_over_n),"          \
    " total(talk_over_sum), total(talk_over_square), sum(latency_n), total(latency_sum),"                      \
    " total(latency_square), sum(dead_air_n), total(dead_air_sum), total(dead_air_square),"                    \
    " sum(handling_n), total(handling_sum), total(handling_square), sum(late_0), sum(late_1),"                 \
    " sum(late_2), sum(late_3), sum(late_4), sum(late_5), sum(late_6)"

#define WHERE                                                                                                  \
    " FROM day_figures WHERE span = ?6 AND day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR agent = ?3)"               \
    " AND (?4 IS NULL OR queue = ?4) AND (?5 IS NULL OR department = ?5)"

static void bind_filter(struct cq_db_st *q, const struct cq_figures_filter *f)
{
    cq_db_int(q, f->from_day);
    cq_db_int(q, f->to_day);
    cq_db_text(q, f->agent);
    cq_db_text(q, f->queue);
    cq_db_text(q, f->department);
    cq_db_int(q, f->bucket);
}

static void take(const struct cq_db_st *q, struct cq_figures *v)
{
    int at = 1;
    v->calls = cq_db_get_int(q, at++);
    v->flagged = cq_db_get_int(q, at++);
    v->critical = cq_db_get_int(q, at++);
    for (int i = 0; i < CQ_N_FIGURES; i++) {
        v->v[i].n = cq_db_get_int(q, at++);
        v->v[i].sum = cq_db_get_real(q, at++);
        v->v[i].square = cq_db_get_real(q, at++);
    }
    for (int i = 0; i < CQ_N_LATENCY_BINS; i++)
        v->latency[i] = cq_db_get_int(q, at++);
}

static int each(struct cq_db_st *q, bool points, int (*row)(void *user, const struct cq_figures *v), void *user,
                struct cq_error *err)
{
    int r, ended = 0;
    while (!(ended) && (r = cq_db_step(q, err)) > 0) {
        struct cq_figures v = {0};
        if (points)
            v.day = cq_db_get_int(q, 0);
        else
            v.name = cq_db_peek_text(q, 0);
        take(q, &v);
        ended = row(user, &v);
    }
    cq_db_reset(q);
    return ended ? ended : r;
}

int cq_figures_points(struct cq_store *s, const struct cq_figures_filter *f,
                      int (*row)(void *user, const struct cq_figures *v), void *user, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "SELECT day, " SUMS WHERE " GROUP BY day ORDER BY day");
    bind_filter(&q, f);
    return each(&q, true, row, user, err);
}

int cq_figures_groups(struct cq_store *s, const struct cq_figures_filter *f, enum cq_figures_by by,
                      int64_t limit, int (*row)(void *user, const struct cq_figures *v), void *user,
                      struct cq_error *err)
{
    struct cq_db_st q = by == CQ_FIGURES_BY_AGENT
                            ? cq_db_st(s, "SELECT agent, " SUMS WHERE
                                          " GROUP BY agent ORDER BY sum(calls) DESC, agent LIMIT ?7")
                        : by == CQ_FIGURES_BY_QUEUE
                            ? cq_db_st(s, "SELECT queue, " SUMS WHERE
                                          " GROUP BY queue ORDER BY sum(calls) DESC, queue LIMIT ?7")
                            : cq_db_st(s, "SELECT department, " SUMS WHERE
                                          " GROUP BY department ORDER BY sum(calls) DESC, department LIMIT ?7");
    bind_filter(&q, f);
    cq_db_int(&q, limit);
    return each(&q, false, row, user, err);
}

int cq_figures_span(struct cq_store *s, struct cq_error *err, int64_t *ret_first, int64_t *ret_last)
{
    struct cq_db_st first = cq_db_st(s, "SELECT started_s FROM calls WHERE started_s IS NOT NULL"
                                        " ORDER BY started_s LIMIT 1");
    struct cq_db_st last = cq_db_st(s, "SELECT started_s FROM calls WHERE started_s IS NOT NULL"
                                       " ORDER BY started_s DESC LIMIT 1");
    int64_t a = 0, b = 0;
    int r = cq_db_one_int(&first, err, &a);
    if (!r)
        r = cq_db_one_int(&last, err, &b);
    if (r)
        return r;
    *ret_first = a / DAY_S;
    *ret_last = b / DAY_S;
    return 0;
}

int cq_figures_stale(struct cq_store *s, int64_t from_day, int64_t to_day, struct cq_error *err, int64_t *ret_n)
{
    struct cq_db_st q = cq_db_st(s, "SELECT count(*) FROM stale_days WHERE day BETWEEN ? AND ?");
    cq_db_int(&q, from_day);
    cq_db_int(&q, to_day);
    return cq_db_one_int(&q, err, ret_n);
}

/* The week of a day, out of its days. */
static int sum_week(struct cq_store *s, int64_t monday, struct cq_error *err)
{
    struct cq_db_st away = cq_db_st(s, "DELETE FROM day_figures WHERE span = 1 AND day = ?");
    struct cq_db_st add = cq_db_st(
        s, "INSERT INTO day_figures(span, day, agent, queue, department, calls, flagged, critical,"
           "score_n, score_sum, score_square, interruptions_n, interruptions_sum, interruptions_square,"
           " talk_over_n, talk_over_sum, talk_over_square, latency_n, latency_sum, latency_square, dead_air_n,"
           " dead_air_sum, dead_air_square, handling_n, handling_sum, handling_square, late_0, late_1, late_2,"
           " late_3, late_4, late_5, late_6)"
           " SELECT 1, ?1, agent, queue, department, " SUMS " FROM day_figures WHERE span = 0"
           " AND day BETWEEN ?1 AND ?1 + 6 GROUP BY agent, queue, department");
    cq_db_int(&away, monday);
    cq_db_int(&add, monday);
    int r = cq_db_run(&away, err);
    return r ? r : cq_db_run(&add, err);
}

/* 1970-01-01 was a Thursday: three days more, and weeks begin on Mondays. */
int64_t cq_figures_monday(int64_t day)
{
    return (day + 3) / 7 * 7 - 3;
}

static int sum_up(struct cq_store *s, int64_t day, struct cq_error *err)
{
    struct cq_db_st away = cq_db_st(s, "DELETE FROM day_figures WHERE span = 0 AND day = ?");
    struct cq_db_st add = cq_db_st(
        s, "INSERT INTO day_figures(span, day, agent, queue, department, calls, flagged, critical,"
           "score_n, score_sum, score_square, interruptions_n, interruptions_sum, interruptions_square,"
           " talk_over_n, talk_over_sum, talk_over_square, latency_n, latency_sum, latency_square, dead_air_n,"
           " dead_air_sum, dead_air_square, handling_n, handling_sum, handling_square, late_0, late_1, late_2,"
           " late_3, late_4, late_5, late_6)"
           " SELECT 0, ?1, coalesce(c.agent, ''), coalesce(c.queue, ''), coalesce(c.department, ''), count(*),"
           " count(c.severity), count(CASE WHEN c.severity >= 2 THEN 1 END),"
           "count(c.score), total(c.score), total(c.score * c.score), count(m.agent_interruptions_per_min),"
           " total(m.agent_interruptions_per_min), total(m.agent_interruptions_per_min *"
           " m.agent_interruptions_per_min), count(m.talk_over_ratio), total(m.talk_over_ratio),"
           " total(m.talk_over_ratio * m.talk_over_ratio), count(m.agent_response_latency_median_s),"
           " total(m.agent_response_latency_median_s), total(m.agent_response_latency_median_s *"
           " m.agent_response_latency_median_s), count(m.dead_air_s), total(m.dead_air_s), total(m.dead_air_s *"
           " m.dead_air_s), count(m.handling_s), total(m.handling_s), total(m.handling_s * m.handling_s),"
           " count(CASE WHEN m.agent_response_latency_median_s < 0.5 THEN 1 END), count(CASE WHEN"
           " m.agent_response_latency_median_s >= 0.5 AND m.agent_response_latency_median_s < 1 THEN 1 END),"
           " count(CASE WHEN m.agent_response_latency_median_s >= 1 AND m.agent_response_latency_median_s < 1.5"
           " THEN 1 END), count(CASE WHEN m.agent_response_latency_median_s >= 1.5 AND"
           " m.agent_response_latency_median_s < 2 THEN 1 END), count(CASE WHEN"
           " m.agent_response_latency_median_s >= 2 AND m.agent_response_latency_median_s < 3 THEN 1 END),"
           " count(CASE WHEN m.agent_response_latency_median_s >= 3 AND m.agent_response_latency_median_s < 5"
           " THEN 1 END), count(CASE WHEN m.agent_response_latency_median_s >= 5 THEN 1 END)"
           " FROM calls c CROSS JOIN measures m ON m.call_id = c.id WHERE c.started_s >= ?1 * 86400"
           " AND c.started_s < (?1 + 1) * 86400 GROUP BY 3, 4, 5");
    struct cq_db_st done = cq_db_st(s, "DELETE FROM stale_days WHERE day = ?");
    cq_db_int(&away, day);
    cq_db_int(&add, day);
    cq_db_int(&done, day);
    int r = cq_db_run(&away, err);
    if (!r)
        r = cq_db_run(&add, err);
    if (!r)
        r = sum_week(s, cq_figures_monday(day), err);
    return r ? r : cq_db_run(&done, err);
}

int cq_figures_refresh(struct cq_store *s, int64_t from_day, int64_t to_day, struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "SELECT day FROM stale_days WHERE day BETWEEN ? AND ? ORDER BY day DESC LIMIT 1");
    int64_t day = 0;
    int r = cq_db_begin(s, err);
    if (r)
        return r;
    cq_db_int(&q, from_day);
    cq_db_int(&q, to_day);
    r = cq_db_one_int(&q, err, &day);
    if (r == -ENOENT)
        return cq_db_end(s, 0, err);
    if (!r)
        r = sum_up(s, day, err);
    r = cq_db_end(s, r, err);
    return r ? r : 1;
}
