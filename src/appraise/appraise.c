#include "appraise/appraise.h"

#include "base/array.h"
#include "base/error.h"
#include "rubric/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WEEK_S (7 * 86400)
#define MONDAY_S (4 * 86400) /* 1970-01-01 was a Thursday: the first Monday */

/* While rows come in: the call in hand, as a card of its own for its total. */
struct gather {
    struct cq_appraisal *a;
    const struct cq_rubric *rubric;
    struct cq_scorecard call; /* items of the call in hand */
    int64_t id;               /* 0: none */
};

static int card_init(const struct cq_rubric *rubric, struct cq_scorecard *card)
{
    card->items = calloc(rubric->n_items ? rubric->n_items : 1, sizeof *card->items);
    card->sections = calloc(rubric->n_sections ? rubric->n_sections : 1, sizeof *card->sections);
    card->n_items = card->items ? rubric->n_items : 0;
    card->n_sections = card->sections ? rubric->n_sections : 0;
    return card->items && card->sections ? 0 : -ENOMEM;
}

static void card_clear(struct cq_scorecard *card)
{
    for (size_t i = 0; i < card->n_items; i++)
        card->items[i].state = CQ_ITEM_NOT_APPLICABLE;
}

static int find_agent(struct cq_appraisal *a, const char *agent, size_t *ret_index)
{
    const char *name = agent ? agent : "";
    if (!a->n_agents || strcmp(a->agents[a->n_agents - 1].agent, name)) { /* rows come by agent */
        int r =
            cq_array_reserve((void **)(void *)&a->agents, &a->cap_agents, a->n_agents + 1, sizeof *a->agents);
        if (r)
            return r;
        a->agents[a->n_agents] = (struct cq_appraise_agent){.agent = cq_str_dup(name)};
        if (!a->agents[a->n_agents].agent)
            return -ENOMEM;
        a->n_agents++;
    }
    *ret_index = a->n_agents - 1;
    return 0;
}

static int add_week(struct cq_appraisal *a, int64_t started_s, double total)
{
    int64_t since = started_s - MONDAY_S;
    int64_t start_s = started_s - (since % WEEK_S + WEEK_S) % WEEK_S;
    size_t i = 0;
    while (i < a->n_weeks && a->weeks[i].start_s != start_s)
        i++;
    if (i == a->n_weeks) {
        int r = cq_array_reserve((void **)(void *)&a->weeks, &a->cap_weeks, a->n_weeks + 1, sizeof *a->weeks);
        if (r)
            return r;
        a->weeks[a->n_weeks++] = (struct cq_appraise_week){.start_s = start_s};
    }
    cq_tally_add(&a->weeks[i].totals, total);
    return 0;
}

/* The call in hand is whole: its total by the form. */
static int close_call(struct gather *g)
{
    struct cq_appraisal *a = g->a;
    if (!g->id)
        return 0;
    struct cq_appraise_call *c = &a->calls[a->n_calls - 1];
    cq_rubric_total(g->rubric, &g->call);
    c->has_total = g->call.has_total;
    c->total = g->call.total;
    c->coverage = g->call.coverage;
    g->id = 0;
    a->n_reviewed += c->n_reviews > 0;
    a->n_reviews += c->n_reviews;
    a->agents[c->agent].n_reviewed += c->n_reviews > 0;
    if (!c->has_total)
        return 0;
    cq_tally_add(&a->totals, c->total);
    cq_tally_add(&a->agents[c->agent].totals, c->total);
    return add_week(a, c->started_s, c->total);
}

static int open_call(struct gather *g, const struct cq_appraise_row *row)
{
    struct cq_appraisal *a = g->a;
    size_t agent = 0;
    if (a->n_calls == CQ_APPRAISE_MAX_CALLS)
        return -E2BIG;
    int r = cq_array_reserve((void **)(void *)&a->calls, &a->cap_calls, a->n_calls + 1, sizeof *a->calls);
    if (!r)
        r = find_agent(a, row->agent, &agent);
    if (r)
        return r;
    a->calls[a->n_calls++] = (struct cq_appraise_call){
        .call = row->call, .started_s = row->started_s, .agent = agent, .n_reviews = row->n_reviews};
    g->id = row->call;
    card_clear(&g->call);
    return 0;
}

static int take_row(void *user, const struct cq_appraise_row *row)
{
    struct gather *g = user;
    int r = 0;
    if (row->call != g->id) {
        r = close_call(g);
        if (!r)
            r = open_call(g, row);
    }
    if (r || isnan(row->score))
        return r;
    for (size_t i = 0; i < g->rubric->n_items; i++) {
        if (strcmp(g->rubric->items[i].id, row->item))
            continue;
        g->call.items[i].state = CQ_ITEM_SCORED;
        g->call.items[i].score = row->score;
        cq_tally_add(&g->a->items[i].scores, row->score);
        g->a->items[i].n_reviewed += row->n_reviews > 0;
    }
    return 0;
}

static int gather_calls(struct cq_store *store, struct cq_appraisal *a, struct cq_error *err)
{
    struct gather g = {.a = a, .rubric = a->opts->rubric};
    int r = card_init(g.rubric, &g.call);
    if (!r)
        r = cq_appraise_items(store, &a->opts->filter, take_row, &g, err);
    if (!r)
        r = close_call(&g);
    if (r == -E2BIG)
        cq_error_set(err, r, NULL, 0, "more than %d calls; choose a shorter period", CQ_APPRAISE_MAX_CALLS);
    free(g.call.items);
    free(g.call.sections);
    return r;
}

/* The form's own scores: means of the items, put together as those of one call. */
static void fill_card(struct cq_appraisal *a)
{
    const struct cq_rubric *rubric = a->opts->rubric;
    for (size_t i = 0; i < a->card.n_items; i++) {
        const struct cq_rubric_item *item = &rubric->items[i];
        bool has = a->items[i].scores.n > 0;
        a->card.items[i].state = has                   ? CQ_ITEM_SCORED
                                 : item->off_for_calls ? CQ_ITEM_NOT_APPLICABLE
                                                       : CQ_ITEM_OPEN;
        a->card.items[i].score = has ? a->items[i].scores.mean : 0;
    }
    cq_rubric_total(rubric, &a->card);
}

static int take_remark(void *user, const struct cq_appraise_remark *remark)
{
    struct cq_appraisal *a = user;
    for (size_t i = 0; i < a->card.n_items; i++) {
        struct cq_appraise_item *item = &a->items[i];
        if (strcmp(a->opts->rubric->items[i].id, remark->item) || item->n_remarks == CQ_APPRAISE_MAX_REMARKS)
            continue;
        struct cq_appraise_note *note = &item->remarks[item->n_remarks++];
        note->call = remark->call;
        note->text = cq_str_dup(remark->remark);
        note->reviewer = cq_str_dup(remark->reviewer);
        if (!note->text || !note->reviewer)
            return -ENOMEM;
    }
    return 0;
}

static int take_flag(void *user, const char *flag, int severity, int64_t n_calls)
{
    struct cq_appraisal *a = user;
    if (a->n_flags == CQ_APPRAISE_MAX_FLAGS)
        return 0;
    a->flags[a->n_flags] = (struct cq_appraise_flag){cq_str_dup(flag), severity, n_calls};
    return a->flags[a->n_flags++].flag ? 0 : -ENOMEM;
}

static int take_moment(void *user, const struct cq_appraise_moment *moment)
{
    struct cq_appraise_example *e = user;
    if (e->n_moments == CQ_APPRAISE_MAX_MOMENTS)
        return 0;
    size_t i = e->n_moments++;
    e->moments[i].item = cq_str_dup(moment->item);
    e->moments[i].event = cq_str_dup(moment->event ? moment->event : "");
    e->moments[i].start_s = moment->start_s;
    e->moments[i].end_s = moment->end_s;
    return e->moments[i].item && e->moments[i].event ? 0 : -ENOMEM;
}

static int by_total(const void *a, const void *b)
{
    const struct cq_appraise_call *x = *(const struct cq_appraise_call *const *)a;
    const struct cq_appraise_call *y = *(const struct cq_appraise_call *const *)b;
    if (x->total != y->total)
        return x->total > y->total ? -1 : 1;
    return (x->call > y->call) - (x->call < y->call);
}

/* Best and worst calls; a call is never both. */
static int pick_examples(struct cq_store *store, struct cq_appraisal *a, struct cq_error *err)
{
    const struct cq_appraise_call **v = calloc(a->n_calls ? a->n_calls : 1, sizeof(struct cq_appraise_call *));
    size_t n = 0;
    int r = 0;
    if (!v)
        return -ENOMEM;
    for (size_t i = 0; i < a->n_calls; i++) {
        if (a->calls[i].has_total)
            v[n++] = &a->calls[i];
    }
    qsort(v, n, sizeof(struct cq_appraise_call *), by_total);
    for (size_t i = 0; !r && i < CQ_APPRAISE_MAX_EXAMPLES && 2 * i + 1 < n; i++) {
        struct cq_appraise_example *best = &a->best[a->n_best++], *worst = &a->worst[a->n_worst++];
        best->call = *v[i];
        worst->call = *v[n - 1 - i];
        r = cq_appraise_moments(store, &a->opts->filter, best->call.call, CQ_APPRAISE_MAX_MOMENTS, take_moment,
                                best, err);
        if (!r)
            r = cq_appraise_moments(store, &a->opts->filter, worst->call.call, CQ_APPRAISE_MAX_MOMENTS,
                                    take_moment, worst, err);
    }
    free(v);
    return r;
}

/* All calls but this agent's. */
static struct cq_tally others(const struct cq_appraisal *a, size_t agent)
{
    struct cq_tally t = {0};
    for (size_t i = 0; i < a->n_calls; i++) {
        if (a->calls[i].agent != agent && a->calls[i].has_total)
            cq_tally_add(&t, a->calls[i].total);
    }
    return t;
}

static int by_mean(const void *a, const void *b)
{
    const struct cq_appraise_agent *x = a, *y = b;
    double d = (y->totals.n ? y->totals.mean : -1) - (x->totals.n ? x->totals.mean : -1);
    return d > 0 ? 1 : d < 0 ? -1 : strcmp(x->agent, y->agent);
}

static void compare_agents(struct cq_appraisal *a)
{
    for (size_t i = 0; a->n_agents > 1 && i < a->n_agents; i++) {
        struct cq_tally rest = others(a, i);
        double low, high;
        if (a->agents[i].totals.n < CQ_APPRAISE_FEW ||
            !cq_tally_difference(&a->agents[i].totals, &rest, &low, &high))
            continue;
        a->agents[i].standing = low > 0    ? CQ_STANDING_ABOVE
                                : high < 0 ? CQ_STANDING_BELOW
                                           : CQ_STANDING_UNKNOWN;
    }
}

static int by_start(const void *a, const void *b)
{
    const struct cq_appraise_week *x = a, *y = b;
    return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static int measure_records(struct cq_store *store, struct cq_appraisal *a, struct cq_error *err)
{
    struct cq_records_opts how = CQ_RECORDS_OPTS_INIT;
    how.agent = a->opts->filter.agent;
    how.since_s = a->opts->filter.since_s;
    how.until_s = a->opts->filter.until_s;
    how.handling_target_s = a->opts->handling_target_s;
    return cq_records_measure(store, &how, err, &a->records);
}

int cq_appraise(struct cq_store *store, const struct cq_appraise_opts *opts, struct cq_error *err,
                struct cq_appraisal *ret)
{
    struct cq_appraisal a = {.opts = opts};
    int r = card_init(opts->rubric, &a.card);
    if (!r) {
        a.items = calloc(opts->rubric->n_items ? opts->rubric->n_items : 1, sizeof *a.items);
        r = a.items ? gather_calls(store, &a, err) : -ENOMEM;
    }
    if (!r && !a.n_calls)
        r = cq_error_set(err, -ENOENT, NULL, 0, "no call of the period has a score by form %s %s",
                         cq_rubric_id(opts->rubric), cq_rubric_version(opts->rubric));
    if (!r) {
        fill_card(&a);
        compare_agents(&a);
        r = cq_appraise_remarks(store, &opts->filter, take_remark, &a, err);
    }
    if (!r)
        r = cq_appraise_flags(store, &opts->filter, take_flag, &a, err);
    if (!r)
        r = cq_appraise_sums(store, &opts->filter, err, &a.facts);
    if (!r)
        r = pick_examples(store, &a, err);
    if (!r)
        r = measure_records(store, &a, err);
    if (r) {
        cq_appraisal_done(&a);
        return r;
    }
    qsort(a.weeks, a.n_weeks, sizeof *a.weeks, by_start);
    if (a.n_agents > 1) { /* calls point to agents by index no more */
        qsort(a.agents, a.n_agents, sizeof *a.agents, by_mean);
    }
    *ret = a;
    return 0;
}

static void example_done(struct cq_appraise_example *e)
{
    for (size_t i = 0; i < e->n_moments; i++) {
        free(e->moments[i].item);
        free(e->moments[i].event);
    }
}

void cq_appraisal_done(struct cq_appraisal *a)
{
    if (!a)
        return;
    for (size_t i = 0; a->items && i < a->card.n_items; i++) {
        for (size_t k = 0; k < a->items[i].n_remarks; k++) {
            free(a->items[i].remarks[k].text);
            free(a->items[i].remarks[k].reviewer);
        }
    }
    for (size_t i = 0; i < a->n_agents; i++)
        free(a->agents[i].agent);
    for (size_t i = 0; i < a->n_flags; i++)
        free(a->flags[i].flag);
    for (size_t i = 0; i < a->n_best; i++)
        example_done(&a->best[i]);
    for (size_t i = 0; i < a->n_worst; i++)
        example_done(&a->worst[i]);
    free(a->card.items);
    free(a->card.sections);
    free(a->items);
    free(a->calls);
    free(a->agents);
    free(a->weeks);
    *a = (struct cq_appraisal){0};
}

const char *cq_appraise_type(const struct cq_rubric *rubric, const char *word)
{
    for (size_t i = 0; i < rubric->n_header; i++) {
        const struct cq_json *choices = rubric->header[i].choices;
        if (strcmp(rubric->header[i].id, "type") || !choices)
            continue;
        for (const struct cq_json *c = choices->first; c; c = c->next) {
            const char *id = cq_json_get(c, "id")->string;
            bool is = cq_str_ieq(id, word);
            for (const struct cq_json *l = cq_json_get(c, "label")->first; l && !is; l = l->next)
                is = cq_str_ieq(l->string, word);
            if (is)
                return id;
        }
    }
    return NULL;
}
