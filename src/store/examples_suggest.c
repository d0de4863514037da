#include "store/examples.h"

#include "base/error.h"
#include "store/db.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAX_CANDIDATES 300
#define BEFORE_S 4.0      /* heard before what counts: who was speaking, and about what */
#define AFTER_S 3.0       /* and after it: how it goes on */
#define LENGTH_STEP_S 4.0 /* lengths within so much of each other are alike */
#define SAME_AGENT 1.5    /* points of score that another agent is worth */
#define SAME_LENGTH 0.5   /* and another length */

/* Of one call at most three moments: the longest ones. */
static int candidates(struct cq_store *s, const char *item, bool good, struct cq_error *err,
                      struct cq_suggestion *v, size_t *ret_n)
{
    /* a customer's turn of 6 s and more, and the agent's next turn, which begins behind its end */
    struct cq_db_st q =
        good
            ? cq_db_st(s,
                       "SELECT call_id, a, b, score, agent FROM (SELECT c.id AS call_id, t.start_ms AS a,"
                       " n.end_ms AS b, i.score AS score, c.agent AS agent, row_number() OVER"
                       " (PARTITION BY c.id ORDER BY t.end_ms - t.start_ms DESC) AS nth FROM form_items f"
                       " JOIN item_scores i ON i.item_id = f.id JOIN scorecards k ON k.id = i.scorecard_id"
                       " JOIN calls c ON c.scorecard_id = k.id JOIN turns t ON t.call_id = c.id AND t.party = 1"
                       " JOIN turns n ON n.call_id = c.id AND n.seq = t.seq + 1 AND n.party = 0"
                       " WHERE f.item = ?1 AND i.state IN (0, 1) AND i.score >= 4 AND n.start_ms >= t.end_ms"
                       " AND t.end_ms - t.start_ms >= 6000) WHERE nth <= 3 ORDER BY score DESC, b - a DESC"
                       " LIMIT ?2")
            : cq_db_st(s, "SELECT call_id, a, b, score, agent FROM (SELECT c.id AS call_id, e.start_ms AS a,"
                          " e.end_ms AS b, i.score AS score, c.agent AS agent, row_number() OVER"
                          " (PARTITION BY c.id ORDER BY e.end_ms - e.start_ms DESC) AS nth FROM form_items f"
                          " JOIN item_scores i ON i.item_id = f.id JOIN scorecards k ON k.id = i.scorecard_id"
                          " JOIN calls c ON c.scorecard_id = k.id JOIN evidence e ON e.scorecard_id = k.id"
                          " AND e.owner = 0 AND e.owner_seq = i.seq WHERE f.item = ?1 AND i.state IN (0, 1)"
                          " AND i.score < 4) WHERE nth <= 3 ORDER BY score, b - a DESC LIMIT ?2");
    size_t n = 0;
    int r;
    cq_db_text(&q, item);
    cq_db_int(&q, MAX_CANDIDATES);
    while (n < MAX_CANDIDATES && (r = cq_db_step(&q, err)) > 0) {
        v[n] = (struct cq_suggestion){.call = cq_db_get_int(&q, 0), .score = cq_db_get_real(&q, 3)};
        v[n].start_s = fmax(0, cq_db_get_ms(&q, 1) - (good ? 1.0 : BEFORE_S));
        v[n].end_s = cq_db_get_ms(&q, 2) + (good ? 0.5 : AFTER_S);
        cq_db_get_chars(&q, 4, v[n].agent, sizeof v[n].agent);
        n++;
    }
    r = n < MAX_CANDIDATES ? r : 0;
    cq_db_reset(&q);
    *ret_n = n;
    return r;
}

/* How much less a candidate is wanted after those that are taken. Points of score. */
static double cost(const struct cq_suggestion *c, bool good, const struct cq_suggestion *taken, size_t n)
{
    double sum = good ? 5 - c->score : c->score;
    for (size_t i = 0; i < n; i++) {
        if (c->call == taken[i].call || (c->agent[0] && !strcmp(c->agent, taken[i].agent)))
            sum += SAME_AGENT;
        double length = c->end_s - c->start_s, other = taken[i].end_s - taken[i].start_s;
        if (fabs(length - other) < LENGTH_STEP_S)
            sum += SAME_LENGTH;
    }
    return sum;
}

int cq_example_suggest(struct cq_store *s, const char *item, bool good, size_t max, struct cq_error *err,
                       struct cq_suggestion *ret_v, size_t *ret_n)
{
    struct cq_suggestion v[MAX_CANDIDATES];
    bool used[MAX_CANDIDATES] = {false};
    size_t n = 0, taken = 0;
    int64_t one;
    struct cq_db_st known = cq_db_st(s, "SELECT 1 FROM form_items WHERE item = ? LIMIT 1");
    cq_db_text(&known, item);
    int r = cq_db_one_int(&known, err, &one);
    if (r == -ENOENT)
        return cq_error_set(err, r, NULL, 0, "no stored form has an item \"%s\"; 'callqa show' lists them",
                            item);
    if (!r)
        r = candidates(s, item, good, err, v, &n);
    if (r)
        return r;
    while (taken < max && taken < n) {
        size_t best = MAX_CANDIDATES;
        for (size_t i = 0; i < n; i++) {
            if (!used[i] && (best == MAX_CANDIDATES ||
                             cost(&v[i], good, ret_v, taken) < cost(&v[best], good, ret_v, taken)))
                best = i;
        }
        used[best] = true;
        ret_v[taken++] = v[best];
    }
    *ret_n = taken;
    return 0;
}
