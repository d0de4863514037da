#include "cli/rescore.h"

#include "base/array.h"
#include "base/number.h"
#include "base/str.h"
#include "base/error.h"
#include "callqa/analysis.h"
#include "cli/i18n.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOVED 0.005 /* points; less is lost in what is printed */

void cq_rescore_done(struct cq_rescore *result)
{
    for (size_t i = 0; i < result->n; i++) {
        free(result->v[i].agent);
        free(result->v[i].why);
    }
    free(result->v);
    *result = (struct cq_rescore){0};
}

static const struct cq_item_score *item_of(const struct cq_scorecard *card, const char *id)
{
    for (size_t i = 0; i < card->n_items; i++) {
        if (card->items[i].id && !strcmp(card->items[i].id, id))
            return &card->items[i];
    }
    return NULL;
}

static bool has_score(const struct cq_item_score *item)
{
    return item && (item->state == CQ_ITEM_SCORED || item->state == CQ_ITEM_PROPOSED);
}

static void add_score(struct cq_str *out, bool has, double v)
{
    char buf[CQ_NUMBER_MAX] = "-";
    if (has)
        cq_number_format(buf, v, 2);
    cq_str_add(out, buf);
}

static void add_measure(struct cq_str *out, bool has, double v)
{
    char buf[CQ_NUMBER_MAX] = "-";
    if (has)
        cq_number_format(buf, v, 3);
    cq_str_add(out, buf);
}

static const struct cq_indicator_score *indicator_of(const struct cq_item_score *item, const char *id)
{
    for (size_t i = 0; item && i < item->n_indicators; i++) {
        if (!strcmp(item->indicators[i].id, id))
            return &item->indicators[i];
    }
    return NULL;
}

/* "agent.restarts 1 -> 3": what was measured, where that is why. */
static void explain_measure(struct cq_str *out, const struct cq_indicator_score *old,
                            const struct cq_indicator_score *now)
{
    bool had = old && old->value.reason == CQ_HAS_VALUE, has = now->value.reason == CQ_HAS_VALUE;
    if (old && had == has && (!has || fabs(old->value.v - now->value.v) < 1e-9) &&
        !strcmp(old->measure, now->measure))
        return;
    cq_str_printf(out, ", %s ", now->measure);
    add_measure(out, had, had ? old->value.v : 0);
    cq_str_add(out, " -> ");
    add_measure(out, has, has ? now->value.v : 0);
}

/* Which indicators of the item give other points or weigh otherwise, and why. */
static void explain_indicators(struct cq_str *out, const struct cq_item_score *old,
                               const struct cq_item_score *now)
{
    for (size_t i = 0; now && i < now->n_indicators; i++) {
        const struct cq_indicator_score *b = &now->indicators[i], *a = indicator_of(old, b->id);
        bool had = a && a->applies, has = b->applies;
        if (had == has && (!has || (fabs(a->points - b->points) < MOVED && a->weight == b->weight)))
            continue;
        cq_str_printf(out, "        %s: ", b->id);
        add_score(out, had, had ? a->points : 0);
        cq_str_add(out, " -> ");
        add_score(out, has, has ? b->points : 0);
        if (had && has && a->weight != b->weight) {
            cq_str_add(out, ", weight ");
            add_score(out, true, a->weight * 100);
            cq_str_add(out, " -> ");
            add_score(out, true, b->weight * 100);
        }
        explain_measure(out, a, b);
        cq_str_add(out, "\n");
    }
}

static bool has_flag(const struct cq_scorecard *card, const char *id)
{
    for (size_t i = 0; i < card->n_flags; i++) {
        if (!strcmp(card->flags[i].id, id))
            return true;
    }
    return false;
}

static void explain_flags(struct cq_str *out, const struct cq_scorecard *old, const struct cq_scorecard *now)
{
    for (size_t i = 0; i < now->n_flags; i++) {
        if (!has_flag(old, now->flags[i].id))
            cq_str_printf(out, _("    flag %s: raised\n"), now->flags[i].id);
    }
    for (size_t i = 0; i < old->n_flags; i++) {
        if (!has_flag(now, old->flags[i].id))
            cq_str_printf(out, _("    flag %s: gone\n"), old->flags[i].id);
    }
}

static void explain(struct cq_str *out, const struct cq_scorecard *old, const struct cq_scorecard *now)
{
    for (size_t i = 0; i < now->n_items; i++) {
        const struct cq_item_score *b = &now->items[i], *a = item_of(old, b->id);
        bool had = has_score(a), has = has_score(b);
        if (had == has && (!has || fabs(a->score - b->score) < MOVED))
            continue;
        cq_str_printf(out, "    %s: ", b->id);
        add_score(out, had, had ? a->score : 0);
        cq_str_add(out, " -> ");
        add_score(out, has, has ? b->score : 0);
        if (b->note)
            cq_str_printf(out, " (%s)", b->note);
        cq_str_add(out, "\n");
        explain_indicators(out, a, b);
    }
    explain_flags(out, old, now);
}

static int note(struct cq_rescore *result, int64_t call, const struct cq_analysis *a,
                const struct cq_scorecard *now)
{
    const struct cq_scorecard *old = &a->scorecard;
    struct cq_rescore_call one = {.call = call,
                                  .agent = cq_str_dup(a->info.agent),
                                  .had = old->has_total,
                                  .has = now->has_total,
                                  .before = old->total,
                                  .after = now->total};
    struct cq_str why = {0};
    explain(&why, old, now);
    bool lost = why.failed || (a->info.agent && !one.agent);
    one.why = why.n ? cq_str_take(&why) : NULL;
    int r = lost ? -ENOMEM : CQ_ARRAY_PUSH(result, one);
    cq_str_done(&why);
    if (r) {
        free(one.agent);
        free(one.why);
    }
    return r;
}

static int score(const struct cq_rescore_how *how, const struct cq_analysis *a, struct cq_error *err,
                 struct cq_scorecard *ret_card)
{
    struct cq_analysis other = {0};
    if (!how->settings || !how->settings->form)
        return cq_rubric_score(how->rubric, &a->metrics, &a->talk, a->diarized, ret_card);
    int r = cq_rescore_settings_apply(how->settings, a, err, &other);
    if (!r)
        r = cq_rubric_score(how->rubric, &other.metrics, &other.talk, other.diarized, ret_card);
    cq_analysis_done(&other);
    return r;
}

int cq_rescore_call(struct cq_store *store, int64_t call, const struct cq_rescore_how *how,
                    struct cq_error *err, struct cq_rescore *result)
{
    struct cq_analysis a = {0};
    struct cq_scorecard card = {0};
    bool beside = how->settings && how->settings->form;
    int r = cq_store_load(store, call, err, &a);
    if (!r)
        r = score(how, &a, err, &card);
    if (r == -ENOTSUP || r == -EBADMSG) { /* of which call */
        struct cq_error inner = *err;
        r = cq_error_set(err, r, NULL, 0, "call %lld: %s", (long long)call, inner.what);
    }
    if (!r && how->store)
        r = beside ? cq_store_save_scorecard_beside(store, call, &card, err)
                   : cq_store_save_scorecard(store, call, &card, err);
    if (!r && result)
        r = note(result, call, &a, &card);
    cq_scorecard_done(&card);
    cq_analysis_done(&a);
    return r;
}

static int by_agent(const void *a, const void *b)
{
    const struct cq_rescore_call *x = a, *y = b;
    int c = strcmp(x->agent ? x->agent : "", y->agent ? y->agent : "");
    return c ? c : (x->call > y->call) - (x->call < y->call);
}

static double change(const struct cq_rescore_call *c)
{
    return c->had && c->has ? fabs(c->after - c->before) : c->had != c->has ? (double)INFINITY : 0;
}

static int by_change(const void *a, const void *b)
{
    double x = change(a), y = change(b);
    return x < y ? 1 : x > y ? -1 : by_agent(a, b);
}

/* Only calls with a total both before and now can be compared. */
static void print_agents(const struct cq_rescore *z)
{
    printf("%s\n", _("AGENT            CALLS  BEFORE     NOW  CHANGE   MOVED"));
    for (size_t i = 0; i < z->n;) {
        size_t first = i, n = 0, moved = 0;
        double before = 0, after = 0;
        const char *agent = z->v[i].agent ? z->v[i].agent : "";
        for (; i < z->n && !strcmp(z->v[i].agent ? z->v[i].agent : "", agent); i++) {
            const struct cq_rescore_call *c = &z->v[i];
            moved += change(c) >= MOVED;
            if (!c->had || !c->has)
                continue;
            n++;
            before += c->before;
            after += c->after;
        }
        printf("%-14s  %6zu", *agent ? agent : "-", i - first);
        if (n)
            printf("  %6.2f  %6.2f  %+6.2f", before / (double)n, after / (double)n,
                   (after - before) / (double)n);
        else
            printf("  %6s  %6s  %6s", "-", "-", "-");
        printf("  %6zu\n", moved);
    }
}

void cq_rescore_print(const struct cq_rescore *result, size_t max_calls)
{
    struct cq_rescore z = *result; /* sorting moves rows, not what they own */
    qsort(z.v, z.n, sizeof *z.v, by_agent);
    print_agents(&z);
    qsort(z.v, z.n, sizeof *z.v, by_change);
    for (size_t i = 0; i < z.n && i < max_calls && (change(&z.v[i]) >= MOVED || z.v[i].why); i++) {
        struct cq_str line = {0};
        add_score(&line, z.v[i].had, z.v[i].before);
        cq_str_add(&line, " -> ");
        add_score(&line, z.v[i].has, z.v[i].after);
        printf(_("\ncall %lld, %s: %s\n"), (long long)z.v[i].call, z.v[i].agent ? z.v[i].agent : "-",
               line.failed ? "" : line.s);
        if (z.v[i].why)
            fputs(z.v[i].why, stdout);
        cq_str_done(&line);
    }
}
