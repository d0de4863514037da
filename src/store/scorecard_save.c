#include "store/save.h"

#include "base/time.h"

#include <errno.h>
#include <math.h>

enum { OWNER_ITEM, OWNER_FLAG };

static int save_evidence(struct cq_store *s, int64_t card, int owner, size_t owner_seq,
                         const struct cq_evidence *v, size_t n, struct cq_error *err)
{
    int r = 0;
    for (size_t i = 0; !r && i < n; i++) {
        struct cq_db_st q = cq_db_st(
            s, "INSERT INTO evidence(scorecard_id, owner, owner_seq, seq, start_ms, end_ms, event, party)"
               " VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
        cq_db_int(&q, card);
        cq_db_int(&q, owner);
        cq_db_int(&q, (int64_t)owner_seq);
        cq_db_int(&q, (int64_t)i);
        cq_db_ms(&q, v[i].at.start_s);
        cq_db_ms(&q, v[i].at.end_s);
        cq_db_int(&q, v[i].event);
        cq_db_int(&q, v[i].by);
        r = cq_db_run(&q, err);
    }
    return r;
}

static int save_indicator(struct cq_store *s, int64_t card, int64_t form, size_t item_seq, size_t seq,
                          const struct cq_indicator_score *ind, struct cq_error *err)
{
    int64_t id;
    int r = cq_forms_indicator(s, form, ind, err, &id);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(
        s, "INSERT INTO indicator_scores(scorecard_id, item_seq, seq, indicator_id, value, reason, points,"
           " applies, note) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)");
    cq_db_int(&q, card);
    cq_db_int(&q, (int64_t)item_seq);
    cq_db_int(&q, (int64_t)seq);
    cq_db_int(&q, id);
    cq_db_real(&q, ind->value.reason == CQ_HAS_VALUE ? ind->value.v : (double)NAN);
    cq_db_int(&q, ind->value.reason);
    cq_db_real(&q, ind->applies ? ind->points : (double)NAN);
    cq_db_int(&q, ind->applies);
    cq_db_text(&q, ind->note);
    return cq_db_run(&q, err);
}

static int save_item(struct cq_store *s, int64_t card, int64_t form, size_t seq,
                     const struct cq_item_score *item, struct cq_error *err)
{
    bool has_score = item->state == CQ_ITEM_SCORED || item->state == CQ_ITEM_PROPOSED;
    int64_t id;
    int r = cq_forms_item(s, form, item, err, &id);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(s, "INSERT INTO item_scores(scorecard_id, seq, item_id, state, score, note)"
                                    " VALUES(?, ?, ?, ?, ?, ?)");
    cq_db_int(&q, card);
    cq_db_int(&q, (int64_t)seq);
    cq_db_int(&q, id);
    cq_db_int(&q, item->state);
    cq_db_real(&q, has_score ? item->score : (double)NAN);
    cq_db_text(&q, item->note);
    r = cq_db_run(&q, err);
    for (size_t i = 0; !r && i < item->n_indicators; i++)
        r = save_indicator(s, card, form, seq, i, &item->indicators[i], err);
    return r ? r : save_evidence(s, card, OWNER_ITEM, seq, item->evidence, item->n_evidence, err);
}

static int save_section(struct cq_store *s, int64_t card, int64_t form, size_t seq,
                        const struct cq_section_score *section, struct cq_error *err)
{
    int64_t id;
    int r = cq_forms_section(s, form, section, err, &id);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(
        s, "INSERT INTO section_scores(scorecard_id, seq, section_id, score, coverage) VALUES(?, ?, ?, ?, ?)");
    cq_db_int(&q, card);
    cq_db_int(&q, (int64_t)seq);
    cq_db_int(&q, id);
    cq_db_real(&q, section->has_score ? section->score : (double)NAN);
    cq_db_real(&q, section->coverage);
    return cq_db_run(&q, err);
}

static int save_flag(struct cq_store *s, int64_t card, int64_t call, size_t seq, const struct cq_flag *flag,
                     bool current, struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO flags(scorecard_id, seq, call_id, flag, severity, measure, value, limit_value,"
                    " current, started_s, agent)"
                    " SELECT ?, ?, id, ?, ?, ?, ?, ?, ?, started_s, agent FROM calls WHERE id = ?");
    cq_db_int(&q, card);
    cq_db_int(&q, (int64_t)seq);
    cq_db_text(&q, flag->id);
    cq_db_int(&q, flag->severity);
    cq_db_text(&q, flag->measure);
    cq_db_real(&q, flag->value);
    cq_db_real(&q, flag->limit);
    cq_db_int(&q, current);
    cq_db_int(&q, call);
    int r = cq_db_run(&q, err);
    return r ? r : save_evidence(s, card, OWNER_FLAG, seq, flag->evidence, flag->n_evidence, err);
}

/* The call's former result with this form goes; results with other forms stay, where the new one takes their
 * place no longer the current ones. */
static int make_room(struct cq_store *s, int64_t call, int64_t form, bool current, struct cq_error *err)
{
    struct cq_db_st gone = cq_db_st(s, "DELETE FROM scorecards WHERE call_id = ? AND form_id = ?");
    cq_db_int(&gone, call);
    cq_db_int(&gone, form);
    int r = cq_db_run(&gone, err);
    if (r || !current)
        return r;
    struct cq_db_st old = cq_db_st(s, "UPDATE flags SET current = 0 WHERE current = 1 AND scorecard_id IN"
                                      " (SELECT id FROM scorecards WHERE call_id = ?)");
    cq_db_int(&old, call);
    return cq_db_run(&old, err);
}

static int save_head(struct cq_store *s, int64_t call, int64_t form, int64_t analysis,
                     const struct cq_scorecard *card, struct cq_error *err, int64_t *ret_id)
{
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO scorecards(call_id, form_id, analysis_id, scored_s, partial, total, coverage)"
                    " VALUES(?, ?, ?, ?, ?, ?, ?)");
    cq_db_int(&q, call);
    cq_db_int(&q, form);
    cq_db_int(&q, analysis);
    cq_db_int(&q, cq_time_now_s());
    cq_db_int(&q, card->partial);
    cq_db_real(&q, card->has_total ? card->total : (double)NAN);
    cq_db_real(&q, card->coverage);
    int r = cq_db_run(&q, err);
    if (!r)
        *ret_id = sqlite3_last_insert_rowid(s->db);
    return r;
}

/* What lists and filters need of the current scorecard stands in the call's own row. */
static int set_current(struct cq_store *s, int64_t call, int64_t id, const struct cq_scorecard *card,
                       struct cq_error *err)
{
    int severity = -1;
    for (size_t i = 0; i < card->n_flags; i++) {
        if ((int)card->flags[i].severity > severity)
            severity = (int)card->flags[i].severity;
    }
    struct cq_db_st q = cq_db_st(s, "UPDATE calls SET scorecard_id = ?, score = ?, coverage = ?, partial = ?,"
                                    " severity = ?, n_flags = ? WHERE id = ?");
    if (id)
        cq_db_int(&q, id);
    else
        cq_db_null(&q);
    cq_db_real(&q, id && card->has_total ? card->total : (double)NAN);
    cq_db_real(&q, id ? card->coverage : (double)NAN);
    if (id)
        cq_db_int(&q, card->partial);
    else
        cq_db_null(&q);
    if (severity >= 0)
        cq_db_int(&q, severity);
    else
        cq_db_null(&q);
    cq_db_int(&q, (int64_t)card->n_flags);
    cq_db_int(&q, call);
    int r = cq_db_run(&q, err);
    return r ? r : cq_flagged_save(s, call, err);
}

/* Is the call's current result by this form? */
static int is_current(struct cq_store *s, int64_t call, int64_t form, struct cq_error *err, bool *ret_is)
{
    struct cq_db_st q = cq_db_st(s, "SELECT count(*) FROM calls c JOIN scorecards k ON k.id = c.scorecard_id"
                                    " WHERE c.id = ? AND k.form_id = ?");
    int64_t n = 0;
    cq_db_int(&q, call);
    cq_db_int(&q, form);
    int r = cq_db_one_int(&q, err, &n);
    *ret_is = *ret_is || n;
    return r;
}

int cq_scorecard_save(struct cq_store *s, int64_t call, int64_t analysis, const struct cq_scorecard *card,
                      bool current, struct cq_error *err)
{
    int64_t form = 0, id = 0;
    if (!card->rubric && !card->n_items && !card->n_flags && !card->n_sections)
        return set_current(s, call, 0, card, err);
    int r = cq_forms_form(s, card->rubric, card->version, err, &form);
    if (!r && !current)
        r = is_current(s, call, form, err, &current);
    if (!r)
        r = make_room(s, call, form, current, err);
    if (!r)
        r = save_head(s, call, form, analysis, card, err, &id);
    for (size_t i = 0; !r && i < card->n_items; i++)
        r = save_item(s, id, form, i, &card->items[i], err);
    for (size_t i = 0; !r && i < card->n_sections; i++)
        r = save_section(s, id, form, i, &card->sections[i], err);
    for (size_t i = 0; !r && i < card->n_flags; i++)
        r = save_flag(s, id, call, i, &card->flags[i], current, err);
    return r || !current ? r : set_current(s, call, id, card, err);
}
