/* Agent and customer exchanged in an analysis: whoever recorded them had them the other way round. */
#include "base/str.h"
#include "callqa/analysis.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SWAP(type, a, b)                                                                                       \
    do {                                                                                                       \
        type swapped_ = (a);                                                                                   \
        (a) = (b);                                                                                             \
        (b) = swapped_;                                                                                        \
    } while (0)

static enum cq_party other(enum cq_party p)
{
    return p == CQ_NOBODY ? CQ_NOBODY : cq_party_other(p);
}

static int by_start(const void *a, const void *b)
{
    const struct cq_segment *x = a, *y = b;
    if (x->at.start_s != y->at.start_s)
        return x->at.start_s < y->at.start_s ? -1 : 1;
    return (x->party > y->party) - (x->party < y->party);
}

static void swap_talk(struct cq_talk *t)
{
    for (size_t i = 0; i < t->segments.n; i++)
        t->segments.v[i].party = other(t->segments.v[i].party);
    if (t->segments.n) /* of two that begin at once, the agent's comes first */
        qsort(t->segments.v, t->segments.n, sizeof *t->segments.v, by_start);
    for (size_t i = 0; i < t->turns.n; i++) /* in the order of the floor, not of the clock */
        t->turns.v[i].party = other(t->turns.v[i].party);
    for (size_t i = 0; i < t->transitions.n; i++)
        SWAP(enum cq_party, t->transitions.v[i].from, t->transitions.v[i].to);
    for (size_t i = 0; i < t->events.n; i++)
        t->events.v[i].by = other(t->events.v[i].by);
    cq_talk_sort_events(t);
}

static void swap_activity(struct cq_activity *a)
{
    for (size_t i = 0; i < a->n; i++)
        a->v[i].party = other(a->v[i].party);
    cq_activity_sort(a);
    SWAP(double, a->crosstalk_db[CQ_AGENT], a->crosstalk_db[CQ_CUSTOMER]);
    SWAP(double, a->leak_delay_ms[CQ_AGENT], a->leak_delay_ms[CQ_CUSTOMER]);
}

static void swap_peaks(struct cq_peaks *p)
{
    if (p->channels != 2)
        return;
    for (int i = 0; i < p->n; i++)
        SWAP(unsigned char, p->levels[i], p->levels[p->n + i]);
}

/* "channel 1 (agent) is silent": the channel stays, whose it is does not. */
static int swap_reason(char **reason)
{
    for (enum cq_party p = CQ_AGENT; *reason && p < CQ_N_PARTIES; p++) {
        const char *name = cq_party_name(p), *at = strstr(*reason, name);
        if (!at || at == *reason || at[-1] != '(' || at[strlen(name)] != ')')
            continue;
        char *text = cq_str_format("%.*s%s%s", (int)(at - *reason), *reason, cq_party_name(cq_party_other(p)),
                                   at + strlen(name));
        if (!text)
            return -ENOMEM;
        free(*reason);
        *reason = text;
        return 0;
    }
    return 0;
}

int cq_analysis_swap_parties(struct cq_analysis *a)
{
    struct cq_metrics *m = &a->metrics;
    int r = swap_reason(&a->reason);
    if (r)
        return r;
    SWAP(uint8_t, a->recording.channel_of[CQ_AGENT], a->recording.channel_of[CQ_CUSTOMER]);
    SWAP(double, a->recording.health.leak_db[CQ_AGENT], a->recording.health.leak_db[CQ_CUSTOMER]);
    SWAP(double, a->recording.health.leak_delay_ms[CQ_AGENT], a->recording.health.leak_delay_ms[CQ_CUSTOMER]);
    a->recording.health.swapped_suspect = false; /* somebody has looked */
    swap_activity(&a->activity);
    swap_talk(&a->talk);
    for (int i = 0; i < CQ_N_PARTY_METRICS; i++)
        SWAP(struct cq_value, m->party[CQ_AGENT][i], m->party[CQ_CUSTOMER][i]);
    m->closing_by = other(m->closing_by);
    swap_peaks(&a->peaks);
    cq_scorecard_done(&a->scorecard);
    return 0;
}
