#include "rubric/measure.h"

#include "base/number.h"
#include "base/suggest.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_BYTES 64
#define CLOSING "closing_by_agent"
#define COVERAGE "coverage"
#define AUTO_COVERAGE "auto_coverage"
#define SCORE "score."

/* A cursor over the text; `why` gets the complaint. */
struct cursor {
    const char *at;
    char *why;
    bool with_card;
};

__attribute__((format(printf, 2, 3))) static int complain(struct cursor *c, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(c->why, CQ_MEASURE_ERROR_MAX, fmt, ap);
    va_end(ap);
    return -EINVAL;
}

static void skip_spaces(struct cursor *c)
{
    c->at += strspn(c->at, " ");
}

/* Offer one name; the nearest so far is kept in `best`, as names of parties' measures are put together here. */
static void offer(struct cq_suggest *near, char best[NAME_MAX_BYTES], const char *word, const char *party,
                  const char *name)
{
    char full[NAME_MAX_BYTES];
    snprintf(full, sizeof full, "%s%s", party, name);
    struct cq_suggest one = {0};
    cq_suggest_offer(&one, word, full);
    if (one.best && (!near->best || one.distance < near->distance)) {
        memcpy(best, full, sizeof full);
        *near = (struct cq_suggest){best, one.distance};
    }
}

static int unknown_name(struct cursor *c, const char *word)
{
    struct cq_suggest near = {0};
    char best[NAME_MAX_BYTES];
    for (int i = 0; i < CQ_N_CALL_METRICS; i++)
        offer(&near, best, word, "", cq_call_metric_info((enum cq_call_metric)i)->name);
    for (int i = 0; i < CQ_N_PARTY_METRICS; i++) {
        const char *known = cq_party_metric_info((enum cq_party_metric)i)->name;
        if (!strcmp(known, word))
            return complain(c, "\"%s\" is measured for each party; write agent.%s or customer.%s", word, word,
                            word);
        offer(&near, best, word, "agent.", known);
        offer(&near, best, word, "customer.", known);
    }
    offer(&near, best, word, "", CLOSING);
    if (near.best)
        return complain(c, "there is no measure \"%s\"; did you mean %s?", word, near.best);
    return complain(c, "there is no measure \"%s\"; docs/measures.md lists them", word);
}

static int read_name(struct cursor *c, struct cq_quantity *ret_q)
{
    skip_spaces(c);
    size_t n = strspn(c->at, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    char name[NAME_MAX_BYTES];
    if (n == 0)
        return complain(c, "a measure is expected before \"%.40s\"", c->at);
    if (n >= sizeof name)
        return complain(c, "\"%.40s...\" is too long for a measure", c->at);
    memcpy(name, c->at, n);
    name[n] = '\0';
    c->at += n;

    struct cq_quantity q = {.kind = CQ_QUANTITY_METRIC, .party = CQ_NOBODY};
    bool card = true;
    if (!strcmp(name, COVERAGE)) {
        q.kind = CQ_QUANTITY_COVERAGE;
    } else if (!strcmp(name, AUTO_COVERAGE)) {
        q.kind = CQ_QUANTITY_AUTO_COVERAGE;
    } else if (!strncmp(name, SCORE, strlen(SCORE))) {
        q.kind = CQ_QUANTITY_SCORE;
        if (n - strlen(SCORE) >= sizeof q.item)
            return complain(c, "\"%s\" is too long for an item", name);
        memcpy(q.item, name + strlen(SCORE), n - strlen(SCORE) + 1);
    } else {
        card = false;
        if (!strcmp(name, CLOSING))
            q.kind = CQ_QUANTITY_CLOSING_BY_AGENT;
        else if (cq_metric_find(name, &q.party, &q.index))
            return unknown_name(c, name);
    }
    if (card && !c->with_card)
        return complain(c, "\"%s\" is known only after scoring, so it can stand in flags alone", name);
    *ret_q = q;
    return 0;
}

static int read_number(struct cursor *c, double *ret_v)
{
    skip_spaces(c);
    size_t n = strspn(c->at, "+-0123456789.eE");
    if (cq_number_parse(c->at, n, ret_v))
        return complain(c, "a number is expected before \"%.40s\"", c->at);
    c->at += n;
    return 0;
}

static int read_measure(struct cursor *c, struct cq_measure *ret_m)
{
    struct cq_measure m = {.factor = 1.0};
    skip_spaces(c);
    const char *begin = c->at;
    int r = read_name(c, &m.of);
    if (r)
        return r;
    const char *end = c->at;
    skip_spaces(c);
    if (*c->at == '/') {
        c->at++;
        m.is_ratio = true;
        r = read_name(c, &m.over);
        if (r)
            return r;
        end = c->at;
        skip_spaces(c);
    }
    if (*c->at == '*') {
        c->at++;
        r = read_number(c, &m.factor);
        if (r)
            return r;
        end = c->at;
    }
    size_t n = (size_t)(end - begin);
    if (n >= sizeof m.text)
        return complain(c, "longer than %d bytes", CQ_MEASURE_TEXT_MAX - 1);
    memcpy(m.text, begin, n);
    m.text[n] = '\0';
    *ret_m = m;
    return 0;
}

int cq_measure_parse(const char *text, bool with_card, char why[CQ_MEASURE_ERROR_MAX],
                     struct cq_measure *ret_measure)
{
    struct cursor c = {text, why, with_card};
    struct cq_measure m;
    int r = read_measure(&c, &m);
    if (r)
        return r;
    skip_spaces(&c);
    if (*c.at)
        return complain(&c, "\"%.40s\" does not belong here; write NAME, NAME / NAME or NAME / NAME * NUMBER",
                        c.at);
    *ret_measure = m;
    return 0;
}

static const char *const op_names[] = {">", ">=", "<", "<=", "==", "!="};
static_assert(sizeof op_names / sizeof *op_names == CQ_OP_NE + 1, "one sign an operator");

const char *cq_op_name(enum cq_op op)
{
    return op_names[op];
}

static int read_op(struct cursor *c, enum cq_op *ret_op)
{
    skip_spaces(c);
    size_t n = strspn(c->at, "<>=!");
    for (size_t i = 0; i < sizeof op_names / sizeof *op_names; i++) {
        if (strlen(op_names[i]) == n && !strncmp(op_names[i], c->at, n)) {
            c->at += n;
            *ret_op = (enum cq_op)i;
            return 0;
        }
    }
    return complain(c, "one of > >= < <= == != is expected before \"%.40s\"", c->at);
}

int cq_condition_parse(const char *text, bool with_card, char why[CQ_MEASURE_ERROR_MAX],
                       struct cq_condition *ret_condition)
{
    struct cursor c = {text, why, with_card};
    struct cq_condition cond = {.text = text};
    for (;;) {
        if (cond.n == CQ_CONDITION_MAX_TERMS)
            return complain(&c, "at most %d terms", CQ_CONDITION_MAX_TERMS);
        int r = read_measure(&c, &cond.term[cond.n].measure);
        if (!r)
            r = read_op(&c, &cond.term[cond.n].op);
        if (!r)
            r = read_number(&c, &cond.term[cond.n].limit);
        if (r)
            return r;
        cond.n++;
        skip_spaces(&c);
        if (!*c.at)
            break;
        if (strncmp(c.at, "and ", 4))
            return complain(&c, "\"%.40s\" does not belong here; terms are joined by \"and\"", c.at);
        c.at += 4;
    }
    *ret_condition = cond;
    return 0;
}

static struct cq_value plain(double v)
{
    if (!isfinite(v))
        return (struct cq_value){0, CQ_NULL_TOO_LITTLE};
    return (struct cq_value){v, CQ_HAS_VALUE};
}

static struct cq_value quantity_value(const struct cq_quantity *q, const struct cq_measure_source *from)
{
    switch (q->kind) {
    case CQ_QUANTITY_METRIC:
        return *cq_metric_get(from->metrics, q->party, q->index);
    case CQ_QUANTITY_CLOSING_BY_AGENT:
        if (from->metrics->closing_by == CQ_NOBODY)
            return (struct cq_value){0, CQ_NULL_NO_SPEECH};
        return plain(from->metrics->closing_by == CQ_AGENT);
    case CQ_QUANTITY_COVERAGE:
        return plain(from->coverage);
    case CQ_QUANTITY_AUTO_COVERAGE:
        return plain(from->auto_coverage);
    case CQ_QUANTITY_SCORE:
        return plain(from->scores ? from->scores[q->index] : NAN);
    }
    return (struct cq_value){0, CQ_NULL_NOT_MEASURED};
}

struct cq_value cq_measure_value(const struct cq_measure *m, const struct cq_measure_source *from)
{
    struct cq_value v = quantity_value(&m->of, from);
    if (v.reason)
        return v;
    if (m->is_ratio) {
        struct cq_value over = quantity_value(&m->over, from);
        if (over.reason)
            return over;
        if (over.v == 0)
            return (struct cq_value){0, CQ_NULL_TOO_LITTLE};
        v.v /= over.v;
    }
    return plain(v.v * m->factor);
}

static bool compare(double v, enum cq_op op, double limit)
{
    switch (op) {
    case CQ_OP_GT:
        return v > limit;
    case CQ_OP_GE:
        return v >= limit;
    case CQ_OP_LT:
        return v < limit;
    case CQ_OP_LE:
        return v <= limit;
    case CQ_OP_EQ:
        return v == limit;
    case CQ_OP_NE:
        return v != limit;
    }
    return false;
}

bool cq_condition_holds(const struct cq_condition *c, const struct cq_measure_source *from, double *first)
{
    for (size_t i = 0; i < c->n; i++) {
        struct cq_value v = cq_measure_value(&c->term[i].measure, from);
        if (v.reason || !compare(v.v, c->term[i].op, c->term[i].limit))
            return false;
        if (i == 0 && first)
            *first = v.v;
    }
    return true;
}
