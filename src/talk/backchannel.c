#include "talk/steps.h"

#include "base/array.h"

#include <stdlib.h>

/*
 * Split a party's talkspurts into groups with `alone` of own silence around them. A group that spans no more
 * than the longest backchannel is a candidate; the talkspurts of all other groups are the party's longer talk.
 */
static int split(const struct cq_talk_work *w, const struct cq_spans *spurts, struct cq_spans *ret_candidates,
                 struct cq_spans *ret_longer)
{
    int err = 0;
    for (size_t i = 0, end; i < spurts->n && !err; i = end) {
        end = i + 1;
        while (end < spurts->n &&
               spurts->v[end].start_s - spurts->v[end - 1].end_s < w->opts->backchannel_alone_s - CQ_TALK_EPS_S)
            end++;

        struct cq_span group = {spurts->v[i].start_s, spurts->v[end - 1].end_s};
        if (group.end_s - group.start_s <= w->opts->backchannel_max_s + CQ_TALK_EPS_S) {
            err = CQ_ARRAY_PUSH(ret_candidates, group);
            continue;
        }
        for (size_t k = i; k < end && !err; k++)
            err = CQ_ARRAY_PUSH(ret_longer, spurts->v[k]);
    }
    return err;
}

int cq_talk_find_backchannels(struct cq_talk_work *w)
{
    struct cq_spans candidates[CQ_N_PARTIES] = {{0}}, longer[CQ_N_PARTIES] = {{0}};
    const double near_s = w->opts->backchannel_near_s;
    int err = 0;

    for (int p = 0; p < CQ_N_PARTIES && !err; p++)
        err = split(w, &w->spurts[p], &candidates[p], &longer[p]);

    for (int p = 0; p < CQ_N_PARTIES && !err; p++) {
        const struct cq_spans *other = &longer[cq_party_other((enum cq_party)p)];
        for (size_t i = 0; i < candidates[p].n && !err; i++) {
            struct cq_span c = candidates[p].v[i];
            if (cq_spans_touch(other, c.start_s - near_s, c.start_s) &&
                cq_spans_touch(other, c.end_s, c.end_s + near_s))
                err = CQ_ARRAY_PUSH(&w->backchannels[p], c);
        }
    }

    for (int p = 0; p < CQ_N_PARTIES; p++) {
        free(candidates[p].v);
        free(longer[p].v);
    }
    return err;
}

/* Append a party's talkspurts outside its backchannels, joined over short pauses, to the utterances. */
static int join_party(struct cq_talk_work *w, enum cq_party party)
{
    const struct cq_spans *spurts = &w->spurts[party], *bc = &w->backchannels[party];
    struct cq_spans own = {0};
    int err = 0;

    for (size_t i = 0, k = 0; i < spurts->n && !err; i++) {
        while (k < bc->n && bc->v[k].end_s < spurts->v[i].end_s)
            k++;
        if (k == bc->n || spurts->v[i].start_s < bc->v[k].start_s)
            err = CQ_ARRAY_PUSH(&own, spurts->v[i]);
    }
    if (!err)
        cq_spans_join(&own, w->opts->utterance_pause_s);
    for (size_t i = 0; i < own.n && !err; i++) {
        struct cq_utterance u = {party, own.v[i]};
        err = CQ_ARRAY_PUSH(&w->utterances, u);
    }
    free(own.v);
    return err;
}

static int by_onset(const void *pa, const void *pb)
{
    const struct cq_utterance *a = pa, *b = pb;
    if (a->at.start_s != b->at.start_s)
        return a->at.start_s < b->at.start_s ? -1 : 1;
    double a_s = a->at.end_s - a->at.start_s, b_s = b->at.end_s - b->at.start_s;
    if (a_s != b_s)
        return a_s > b_s ? -1 : 1;
    return (int)a->party - (int)b->party;
}

int cq_talk_find_utterances(struct cq_talk_work *w)
{
    int err = join_party(w, CQ_AGENT);
    if (!err)
        err = join_party(w, CQ_CUSTOMER);
    if (!err && w->utterances.n)
        qsort(w->utterances.v, w->utterances.n, sizeof *w->utterances.v, by_onset);
    return err;
}
