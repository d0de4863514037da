#include "appraise/rows.h"

#include "appraise/words.h"
#include "base/number.h"
#include "base/time.h"
#include "rubric/model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SCORE_DECIMALS 2
#define NUMBER_BUF 64

static const char *word(const struct cq_rows *rows, enum cq_word w)
{
    return cq_appraise_word(rows->lang, w);
}

static void put(struct cq_rows *rows, enum cq_row_kind kind, size_t n, ...)
{
    const char *cells[CQ_ROW_MAX_CELLS];
    va_list ap;
    va_start(ap, n);
    for (size_t i = 0; i < n && i < CQ_ROW_MAX_CELLS; i++)
        cells[i] = va_arg(ap, const char *);
    va_end(ap);
    rows->put(rows, kind, cells, n);
}

static const char *score(char buf[NUMBER_BUF], bool has, double v)
{
    snprintf(buf, NUMBER_BUF, has ? "%.*f" : "-", SCORE_DECIMALS, v);
    return buf;
}

static const char *count(char buf[NUMBER_BUF], int64_t n)
{
    snprintf(buf, NUMBER_BUF, "%lld", (long long)n);
    return buf;
}

/* A mean cannot lie off the scale, whatever the interval's formula says of few calls. */
static const char *interval(char buf[NUMBER_BUF], const struct cq_rubric *rubric, const struct cq_tally *t)
{
    double low, high;
    if (cq_tally_interval(t, &low, &high))
        snprintf(buf, NUMBER_BUF, "%.2f - %.2f", fmax(low, rubric->scale_min), fmin(high, rubric->scale_max));
    else
        snprintf(buf, NUMBER_BUF, "-");
    return buf;
}

static const char *day(char buf[NUMBER_BUF], int64_t time_s)
{
    char iso[CQ_TIME_ISO_MAX];
    snprintf(buf, NUMBER_BUF, "%.10s", cq_time_format_utc(time_s, iso));
    return buf;
}

static const char *rate(char buf[NUMBER_BUF], struct cq_rate r)
{
    if (r.of)
        snprintf(buf, NUMBER_BUF, "%.1f %% (%lld/%lld)", 100.0 * (double)r.n / (double)r.of, (long long)r.n,
                 (long long)r.of);
    else
        snprintf(buf, NUMBER_BUF, "-");
    return buf;
}

static void put_header(const struct cq_appraisal *a, struct cq_rows *rows)
{
    const struct cq_appraise_opts *o = a->opts;
    char period[NUMBER_BUF];
    snprintf(period, sizeof period, "%s - %s", o->from ? o->from : "", o->to ? o->to : "");
    const struct {
        const char *id, *value;
    } fields[] = {
        {"appraisee", o->filter.agent},
        {"department", o->department},
        {"position", o->position},
        {"period", period},
        {"date", o->date},
        {"appraiser", o->appraiser},
        {"type", o->type ? cq_rubric_label(o->rubric, o->type, rows->lang) : NULL},
    };
    put(rows, CQ_ROW_TITLE, 1, cq_rubric_label(o->rubric, NULL, rows->lang));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        bool known = o->rubric->n_header == 0;
        for (size_t k = 0; k < o->rubric->n_header; k++)
            known = known || !strcmp(o->rubric->header[k].id, fields[i].id);
        if (known)
            put(rows, CQ_ROW_FIELD, 2, cq_rubric_label(o->rubric, fields[i].id, rows->lang),
                fields[i].value ? fields[i].value : "");
    }
}

static void put_item(const struct cq_appraisal *a, struct cq_rows *rows, size_t i)
{
    const struct cq_appraise_item *item = &a->items[i];
    char s[NUMBER_BUF], range[NUMBER_BUF], n[NUMBER_BUF], reviewed[NUMBER_BUF];
    struct cq_str remarks = {0};
    for (size_t k = 0; k < item->n_remarks; k++)
        cq_str_printf(&remarks, "%s%s (%s %lld, %s)", k ? "; " : "", item->remarks[k].text,
                      word(rows, CQ_WORD_CALL), (long long)item->remarks[k].call, item->remarks[k].reviewer);
    bool has = item->scores.n > 0;
    const char *none = word(rows, a->card.items[i].state == CQ_ITEM_NOT_APPLICABLE ? CQ_WORD_NOT_APPLICABLE
                                                                                   : CQ_WORD_NOT_SCORED);
    put(rows, CQ_ROW_BODY, 6, cq_rubric_label(a->opts->rubric, a->opts->rubric->items[i].id, rows->lang),
        has ? score(s, true, item->scores.mean) : none,
        has ? interval(range, a->opts->rubric, &item->scores) : "", count(n, item->scores.n),
        count(reviewed, item->n_reviewed), remarks.n && !remarks.failed ? remarks.s : "");
    cq_str_done(&remarks);
}

static void put_sections(const struct cq_appraisal *a, struct cq_rows *rows)
{
    const struct cq_rubric *r = a->opts->rubric;
    char s[NUMBER_BUF], weight[NUMBER_BUF], share[NUMBER_BUF];
    put(rows, CQ_ROW_HEAD, 6, word(rows, CQ_WORD_ITEM), word(rows, CQ_WORD_SCORE), word(rows, CQ_WORD_INTERVAL),
        word(rows, CQ_WORD_CALLS), word(rows, CQ_WORD_REVIEWED), word(rows, CQ_WORD_REMARK));
    for (size_t i = 0; i < r->n_sections; i++) {
        const struct cq_section_score *section = &a->card.sections[i];
        snprintf(weight, sizeof weight, "%.0f %%", r->sections[i].weight * 100);
        put(rows, CQ_ROW_SECTION, 2, cq_rubric_label(r, r->sections[i].id, rows->lang), weight);
        for (size_t k = 0; k < r->sections[i].n_items; k++)
            put_item(a, rows, r->sections[i].first_item + k);
        put(rows, CQ_ROW_SUM, 2, word(rows, CQ_WORD_SUBTOTAL), score(s, section->has_score, section->score));
    }
    put(rows, CQ_ROW_SUM, 2, word(rows, CQ_WORD_TOTAL), score(s, a->card.has_total, a->card.total));
    snprintf(share, sizeof share, "%.1f %%", a->card.coverage * 100);
    put(rows, CQ_ROW_SUM, 2, word(rows, CQ_WORD_COVERAGE), share);
    if (a->card.partial)
        put(rows, CQ_ROW_NOTE, 1, word(rows, CQ_WORD_PARTIAL));
}

static void put_basis(const struct cq_appraisal *a, struct cq_rows *rows)
{
    char v[NUMBER_BUF], range[NUMBER_BUF];
    const struct {
        enum cq_word word;
        int64_t n;
    } counts[] = {
        {CQ_WORD_N_CALLS, (int64_t)a->n_calls},  {CQ_WORD_N_UNSCORABLE, a->facts.unscorable},
        {CQ_WORD_N_REVIEWED, a->n_reviewed},     {CQ_WORD_N_REVIEWS, a->n_reviews},
        {CQ_WORD_N_DISPUTED, a->facts.disputed}, {CQ_WORD_N_DRAFTS, a->facts.drafts},
    };
    put(rows, CQ_ROW_HEADING, 1, word(rows, CQ_WORD_BASIS));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        put(rows, CQ_ROW_BODY, 2, word(rows, counts[i].word), count(v, counts[i].n));
    put(rows, CQ_ROW_BODY, 3, word(rows, CQ_WORD_MEAN_OF_CALLS), score(v, a->totals.n > 0, a->totals.mean),
        interval(range, a->opts->rubric, &a->totals));
    put(rows, CQ_ROW_NOTE, 1, word(rows, CQ_WORD_COUNTS));
    if (a->totals.n < CQ_APPRAISE_FEW)
        put(rows, CQ_ROW_NOTE, 1, word(rows, CQ_WORD_FEW));
    put(rows, CQ_ROW_HEADING, 1, word(rows, CQ_WORD_CUTTING_IN));
    put(rows, CQ_ROW_BODY, 2, word(rows, CQ_WORD_EARLY), count(v, (int64_t)a->facts.early_cut_ins));
    put(rows, CQ_ROW_BODY, 2, word(rows, CQ_WORD_RESTARTS), count(v, (int64_t)a->facts.restarts));
    snprintf(v, sizeof v, "%.1f", a->facts.cut_in_cost_s);
    put(rows, CQ_ROW_BODY, 2, word(rows, CQ_WORD_COST), v);
}

static void put_trend(const struct cq_appraisal *a, struct cq_rows *rows)
{
    char from[NUMBER_BUF], v[NUMBER_BUF], range[NUMBER_BUF], n[NUMBER_BUF];
    if (!a->n_weeks)
        return;
    put(rows, CQ_ROW_HEADING, 1, word(rows, CQ_WORD_TREND));
    put(rows, CQ_ROW_HEAD, 4, word(rows, CQ_WORD_WEEK), word(rows, CQ_WORD_SCORE), word(rows, CQ_WORD_INTERVAL),
        word(rows, CQ_WORD_CALLS));
    for (size_t i = 0; i < a->n_weeks; i++)
        put(rows, CQ_ROW_BODY, 4, day(from, a->weeks[i].start_s), score(v, true, a->weeks[i].totals.mean),
            interval(range, a->opts->rubric, &a->weeks[i].totals), count(n, a->weeks[i].totals.n));
}

static void put_examples(const struct cq_appraisal *a, struct cq_rows *rows, enum cq_word title,
                         const struct cq_appraise_example *v, size_t n)
{
    char call[NUMBER_BUF], when[NUMBER_BUF], total[NUMBER_BUF];
    if (!n)
        return;
    put(rows, CQ_ROW_HEADING, 1, word(rows, title));
    put(rows, CQ_ROW_HEAD, 4, word(rows, CQ_WORD_CALL), cq_rubric_label(a->opts->rubric, "date", rows->lang),
        word(rows, CQ_WORD_SCORE), word(rows, CQ_WORD_MOMENTS));
    for (size_t i = 0; i < n; i++) {
        struct cq_str moments = {0};
        char from[CQ_TIME_CLOCK_MAX], to[CQ_TIME_CLOCK_MAX];
        for (size_t k = 0; k < v[i].n_moments; k++)
            cq_str_printf(&moments, "%s%s %s - %s (%s)", k ? "; " : "",
                          cq_rubric_label(a->opts->rubric, v[i].moments[k].item, rows->lang),
                          cq_time_format_clock(v[i].moments[k].start_s, from),
                          cq_time_format_clock(v[i].moments[k].end_s, to), v[i].moments[k].event);
        put(rows, CQ_ROW_BODY, 4, count(call, v[i].call.call), day(when, v[i].call.started_s),
            score(total, true, v[i].call.total), moments.n && !moments.failed ? moments.s : "");
        cq_str_done(&moments);
    }
}

static void put_agents(const struct cq_appraisal *a, struct cq_rows *rows)
{
    static const enum cq_word standings[] = {CQ_WORD_NO_DIFFERENCE, CQ_WORD_ABOVE, CQ_WORD_BELOW};
    char v[NUMBER_BUF], range[NUMBER_BUF], n[NUMBER_BUF], reviewed[NUMBER_BUF];
    if (a->n_agents < 2)
        return;
    put(rows, CQ_ROW_HEADING, 1, word(rows, CQ_WORD_AGENTS));
    put(rows, CQ_ROW_HEAD, 6, word(rows, CQ_WORD_AGENT), word(rows, CQ_WORD_SCORE),
        word(rows, CQ_WORD_INTERVAL), word(rows, CQ_WORD_CALLS), word(rows, CQ_WORD_REVIEWED),
        word(rows, CQ_WORD_STANDING));
    for (size_t i = 0; i < a->n_agents; i++) {
        const struct cq_appraise_agent *g = &a->agents[i];
        put(rows, CQ_ROW_BODY, 6, *g->agent ? g->agent : "-", score(v, g->totals.n > 0, g->totals.mean),
            interval(range, a->opts->rubric, &g->totals), count(n, g->totals.n), count(reviewed, g->n_reviewed),
            word(rows, standings[g->standing]));
    }
}

static void put_flags(const struct cq_appraisal *a, struct cq_rows *rows)
{
    char n[NUMBER_BUF];
    if (!a->n_flags)
        return;
    put(rows, CQ_ROW_HEADING, 1, word(rows, CQ_WORD_FLAGS));
    for (size_t i = 0; i < a->n_flags; i++)
        put(rows, CQ_ROW_BODY, 2, cq_rubric_label(a->opts->rubric, a->flags[i].flag, rows->lang),
            count(n, a->flags[i].n_calls));
}

static void put_records(const struct cq_appraisal *a, struct cq_rows *rows)
{
    const struct cq_records_measures *m = &a->records;
    char v[NUMBER_BUF];
    put(rows, CQ_ROW_HEADING, 1, word(rows, CQ_WORD_RECORDS));
    put(rows, CQ_ROW_BODY, 2, word(rows, CQ_WORD_FCR), rate(v, m->fcr));
    put(rows, CQ_ROW_BODY, 2, word(rows, CQ_WORD_REPEATS), count(v, m->repeats));
    put(rows, CQ_ROW_BODY, 2, word(rows, CQ_WORD_LOOP), rate(v, m->loop));
    put(rows, CQ_ROW_BODY, 2, word(rows, CQ_WORD_CSAT), score(v, m->csat.n > 0, m->csat.mean));
    put(rows, CQ_ROW_BODY, 2, word(rows, CQ_WORD_HANDLING), score(v, m->handling.n > 0, m->handling.mean));
    put(rows, CQ_ROW_BODY, 2, word(rows, CQ_WORD_IN_TARGET), rate(v, m->handling_in_target));
}

void cq_appraisal_rows(const struct cq_appraisal *a, struct cq_rows *rows)
{
    struct cq_str form = {0};
    bool filtered = a->opts->filter.agent || (!a->opts->filter.department && !a->opts->filter.queue);
    put_header(a, rows);
    put_sections(a, rows);
    put_basis(a, rows);
    put_trend(a, rows);
    put_agents(a, rows);
    put_examples(a, rows, CQ_WORD_BEST, a->best, a->n_best);
    put_examples(a, rows, CQ_WORD_WORST, a->worst, a->n_worst);
    put_flags(a, rows);
    if (filtered) /* records know no department */
        put_records(a, rows);
    put(rows, CQ_ROW_HEADING, 1, word(rows, CQ_WORD_SIGNATURES));
    put(rows, CQ_ROW_SIGN, 1, word(rows, CQ_WORD_SIGN_APPRAISEE));
    put(rows, CQ_ROW_SIGN, 1, word(rows, CQ_WORD_SIGN_APPRAISER));
    cq_str_printf(&form, "%s %s %s", word(rows, CQ_WORD_FORM), cq_rubric_id(a->opts->rubric),
                  cq_rubric_version(a->opts->rubric));
    put(rows, CQ_ROW_NOTE, 1, form.failed ? "" : form.s);
    cq_str_done(&form);
}
