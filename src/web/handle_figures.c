/*
 * The dashboard's figures: means of the calls of a day, a week or a group with their 95 % intervals, so that
 * what lies inside them is not taken for a trend.
 *
 * Days whose calls changed are summed up first, as many as there is time for; the answer says how many are left
 * ("pending"), and whoever asks again gets further.
 */
#include "web/app.h"

#include "base/error.h"
#include "base/time.h"
#include "store/figures.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DAY_S 86400
#define DEFAULT_DAYS 90
#define MAX_DAYS 1100       /* three years */
#define MAX_DAY_POINTS 100  /* callqa default: more points than that are noise, and weeks read quicker */
#define REFRESH_S 0.15      /* callqa default: a page that opens in 300 ms */
#define FEW 5               /* fewer calls than this tell nothing: no interval, no point; callqa default */
#define GROUPS 200          /* callqa default: more than a table shows at a glance */
#define NORMAL_975 1.959964 /* quantile of the normal distribution */

int cq_web_arg_day(struct cq_web_turn *t, const char *name, int64_t *day)
{
    const char *text = cq_web_arg(t->req, name);
    char iso[48];
    int64_t at_s = 0;
    if (!text || !*text)
        return 0;
    snprintf(iso, sizeof iso, "%.20sT00:00:00Z", text);
    if (strlen(text) != 10 || cq_time_parse_iso(iso, &at_s) || at_s < 0)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "%s is a day such as 2026-11-24", name);
    *day = at_s / DAY_S;
    return 0;
}

const char *cq_web_day(int64_t day, char buf[CQ_WEB_DAY_MAX])
{
    cq_time_format_utc(day * DAY_S, buf);
    buf[10] = '\0';
    return buf;
}

/* The span that is asked for: up to the newest call, unless said otherwise. */
static int read_filter(struct cq_web_turn *t, struct cq_figures_filter *f)
{
    int64_t first = 0, last = cq_time_now_s() / DAY_S;
    int r = cq_figures_span(t->db, &t->err, &first, &last);
    if (r && r != -ENOENT)
        return r;
    const char *word = cq_web_arg(t->req, "bucket");
    if (word && strcmp(word, "day") != 0 && strcmp(word, "week") != 0)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "bucket is day or week");
    *f = (struct cq_figures_filter){
        .bucket = word && !strcmp(word, "day") ? CQ_FIGURES_DAY : CQ_FIGURES_WEEK,
        .to_day = last,
        .agent = cq_web_arg(t->req, "agent"),
        .queue = cq_web_arg(t->req, "queue"),
        .department = cq_web_arg(t->req, "department"),
    };
    r = cq_web_arg_day(t, "until", &f->to_day);
    f->from_day = f->to_day - DEFAULT_DAYS + 1;
    if (!r)
        r = cq_web_arg_day(t, "since", &f->from_day);
    if (!r && (f->from_day > f->to_day || f->to_day - f->from_day >= MAX_DAYS))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "since and until are at most %d days apart", MAX_DAYS);
    if (!r && f->bucket == CQ_FIGURES_DAY && f->to_day - f->from_day >= MAX_DAY_POINTS)
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "days are shown for at most %d days; take weeks",
                         MAX_DAY_POINTS);
    if (!r && f->bucket == CQ_FIGURES_WEEK) { /* whole weeks */
        f->from_day = cq_figures_monday(f->from_day);
        f->to_day = cq_figures_monday(f->to_day) + 6;
    }
    return r;
}

/* Sum up what has changed; *ret_left days are for the next time. */
static int refresh(struct cq_web_turn *t, const struct cq_figures_filter *f, int64_t *ret_left)
{
    int r = cq_figures_stale(t->db, f->from_day, f->to_day, &t->err, ret_left);
    if (r || !*ret_left)
        return r;
    double begun_s = cq_time_monotonic_s();
    int more = 1;
    while (more > 0 && cq_time_monotonic_s() - begun_s < REFRESH_S) {
        struct cq_store *w = cq_web_pool_writer(t->app->pool); /* between two days others may write */
        more = cq_figures_refresh(w, f->from_day, f->to_day, &t->err);
        cq_web_pool_release(t->app->pool);
    }
    return more < 0 ? more : cq_figures_stale(t->db, f->from_day, f->to_day, &t->err, ret_left);
}

/* Quantile 0.975 of Student's t (Cornish & Fisher 1937; within 1 % from 4 degrees of freedom on). */
static double student(double df)
{
    double z = NORMAL_975, z3 = z * z * z, z5 = z3 * z * z;
    return z + (z3 + z) / (4 * df) + (5 * z5 + 16 * z3 + 3 * z) / (96 * df * df);
}

static void put_sum(struct cq_json_writer *w, const char *name, const struct cq_figure_sum *s)
{
    double n = (double)s->n, mean = n > 0 ? s->sum / n : NAN, half = NAN;
    if (s->n >= FEW) {
        double variance = (s->square - s->sum * mean) / (n - 1);
        half = student(n - 1) * sqrt((variance > 0 ? variance : 0) / n);
    }
    cq_json_key(w, name);
    cq_json_open_object(w);
    cq_json_put_int(w, "n", s->n);
    cq_json_put_number(w, "mean", mean, 4);
    cq_json_put_number(w, "low", mean - half, 4);
    cq_json_put_number(w, "high", mean + half, 4);
    cq_json_close_object(w);
}

static void put_figures(struct cq_json_writer *w, const struct cq_figures *v)
{
    cq_json_put_int(w, "calls", v->calls);
    cq_json_put_int(w, "flagged", v->flagged);
    cq_json_put_int(w, "critical", v->critical);
    cq_json_key(w, "values");
    cq_json_open_object(w);
    for (int i = 0; i < CQ_N_FIGURES; i++)
        put_sum(w, cq_figure_field((enum cq_figure)i), &v->v[i]);
    cq_json_close_object(w);
}

/* Points being written, and what they come to. */
struct points {
    struct cq_json_writer *w;
    struct cq_figures all;
    const struct cq_figures_filter *f;
    int64_t days; /* a bucket */
};

static int put_point(void *user, const struct cq_figures *v)
{
    struct points *p = user;
    char day[CQ_WEB_DAY_MAX];
    int64_t from = v->day < p->f->from_day ? p->f->from_day : v->day;
    int64_t end = v->day + p->days - 1 > p->f->to_day ? p->f->to_day : v->day + p->days - 1;
    cq_json_open_object(p->w);
    cq_json_put_string(p->w, "from", cq_web_day(from, day));
    cq_json_put_string(p->w, "to", cq_web_day(end, day));
    put_figures(p->w, v);
    cq_json_close_object(p->w);
    p->all.calls += v->calls;
    p->all.flagged += v->flagged;
    p->all.critical += v->critical;
    for (int i = 0; i < CQ_N_FIGURES; i++) {
        p->all.v[i].n += v->v[i].n;
        p->all.v[i].sum += v->v[i].sum;
        p->all.v[i].square += v->v[i].square;
    }
    for (int i = 0; i < CQ_N_LATENCY_BINS; i++)
        p->all.latency[i] += v->latency[i];
    return 0;
}

static void put_latency(struct cq_json_writer *w, const struct cq_figures *all)
{
    static const double edges[CQ_N_LATENCY_BINS] = CQ_FIGURE_LATENCY_EDGES;
    cq_json_key(w, "latency");
    cq_json_open_array(w);
    for (int i = 0; i < CQ_N_LATENCY_BINS; i++) {
        cq_json_open_object(w);
        cq_json_put_number(w, "from", edges[i], 2);
        cq_json_put_number(w, "to", i + 1 < CQ_N_LATENCY_BINS ? edges[i + 1] : (double)NAN, 2);
        cq_json_put_int(w, "calls", all->latency[i]);
        cq_json_close_object(w);
    }
    cq_json_close_array(w);
}

static void put_span(struct cq_json_writer *w, const struct cq_figures_filter *f, int64_t pending)
{
    char day[CQ_WEB_DAY_MAX];
    cq_json_put_string(w, "since", cq_web_day(f->from_day, day));
    cq_json_put_string(w, "until", cq_web_day(f->to_day, day));
    cq_json_put_int(w, "pending", pending);
}

/* since, until, bucket=day|week, agent, queue, department */
int cq_web_get_figures(struct cq_web_turn *t)
{
    struct cq_figures_filter f = {0};
    int64_t pending = 0;
    int r = read_filter(t, &f);
    if (!r)
        r = refresh(t, &f, &pending);
    if (r)
        return r;
    cq_web_json(t);
    struct points p = {.w = &t->json, .f = &f, .days = f.bucket == CQ_FIGURES_WEEK ? 7 : 1};
    cq_json_open_object(&t->json);
    put_span(&t->json, &f, pending);
    cq_json_put_string(&t->json, "bucket", f.bucket == CQ_FIGURES_WEEK ? "week" : "day");
    cq_json_key(&t->json, "points");
    cq_json_open_array(&t->json);
    r = cq_figures_points(t->db, &f, put_point, &p, &t->err);
    cq_json_close_array(&t->json);
    cq_json_key(&t->json, "all");
    cq_json_open_object(&t->json);
    put_figures(&t->json, &p.all);
    cq_json_close_object(&t->json);
    put_latency(&t->json, &p.all);
    cq_json_close_object(&t->json);
    return r;
}

static int put_group(void *user, const struct cq_figures *v)
{
    struct cq_json_writer *w = user;
    cq_json_open_object(w);
    cq_json_put_string(w, "name", v->name);
    put_figures(w, v);
    cq_json_close_object(w);
    return 0;
}

/* by=agent|queue|department, and the same */
int cq_web_get_figure_groups(struct cq_web_turn *t)
{
    static const char *const words[] = {"agent", "queue", "department"};
    struct cq_figures_filter f = {0};
    const char *word = cq_web_arg(t->req, "by");
    int64_t pending = 0;
    int by = -1;
    for (int i = 0; i < 3; i++) {
        if (!strcmp(word ? word : "agent", words[i]))
            by = i;
    }
    if (by < 0)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "by is agent, queue or department");
    int r = read_filter(t, &f);
    if (!r)
        r = refresh(t, &f, &pending);
    if (r)
        return r;
    cq_web_json(t);
    cq_json_open_object(&t->json);
    put_span(&t->json, &f, pending);
    cq_json_put_string(&t->json, "by", words[by]);
    cq_json_key(&t->json, "groups");
    cq_json_open_array(&t->json);
    r = cq_figures_groups(t->db, &f, (enum cq_figures_by)by, GROUPS, put_group, &t->json, &t->err);
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    return r;
}
