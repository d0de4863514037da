#include "store/save.h"

#include "base/array.h"

#include <errno.h>

/* Of one kind in one call, 6 h in steps of 10 ms: a damaged file must not fill memory. */
#define MAX_ROWS 2000000

/* Two tables of the same shape: `sql` is the INSERT of one of them. */
static int save_segments(struct cq_store *s, const char *sql, int64_t call, const struct cq_segments *list,
                         struct cq_error *err)
{
    int r = 0;
    for (size_t i = 0; !r && i < list->n; i++) {
        struct cq_db_st q = cq_db_st(s, sql);
        cq_db_int(&q, call);
        cq_db_int(&q, (int64_t)i);
        cq_db_int(&q, list->v[i].party);
        cq_db_ms(&q, list->v[i].at.start_s);
        cq_db_ms(&q, list->v[i].at.end_s);
        r = cq_db_run(&q, err);
    }
    return r;
}

static int save_spans(struct cq_store *s, const char *sql, int64_t call, const struct cq_spans *list,
                      struct cq_error *err)
{
    int r = 0;
    for (size_t i = 0; !r && i < list->n; i++) {
        struct cq_db_st q = cq_db_st(s, sql);
        cq_db_int(&q, call);
        cq_db_int(&q, (int64_t)i);
        cq_db_ms(&q, list->v[i].start_s);
        cq_db_ms(&q, list->v[i].end_s);
        r = cq_db_run(&q, err);
    }
    return r;
}

static int save_transitions(struct cq_store *s, int64_t call, const struct cq_transitions *list,
                            struct cq_error *err)
{
    int r = 0;
    for (size_t i = 0; !r && i < list->n; i++) {
        const struct cq_transition *t = &list->v[i];
        struct cq_db_st q =
            cq_db_st(s, "INSERT INTO transitions(call_id, seq, from_party, to_party, at_ms, fto_ms, with_hold)"
                        " VALUES(?, ?, ?, ?, ?, ?, ?)");
        cq_db_int(&q, call);
        cq_db_int(&q, (int64_t)i);
        cq_db_int(&q, t->from);
        cq_db_int(&q, t->to);
        cq_db_ms(&q, t->at_s);
        cq_db_ms(&q, t->fto_s);
        cq_db_int(&q, t->with_hold);
        r = cq_db_run(&q, err);
    }
    return r;
}

static int save_event(struct cq_store *s, int64_t call, size_t seq, const struct cq_event *e,
                      struct cq_error *err)
{
    struct cq_db_st q =
        cq_db_st(s, "INSERT INTO events(call_id, seq, type, party, start_ms, end_ms, overlap_ms, outcome,"
                    " early_cut_in, restart, cost_ms, tone, digit, value)"
                    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    cq_db_int(&q, call);
    cq_db_int(&q, (int64_t)seq);
    cq_db_int(&q, e->type);
    cq_db_int(&q, e->by);
    cq_db_ms(&q, e->at.start_s);
    cq_db_ms(&q, e->at.end_s);
    cq_db_ms(&q, e->overlap_s);
    cq_db_int(&q, e->outcome);
    cq_db_int(&q, e->early_cut_in);
    cq_db_int(&q, e->restart);
    cq_db_ms(&q, e->cost_s);
    cq_db_int(&q, e->tone);
    cq_db_text(&q, e->digit ? (const char[]){e->digit, '\0'} : NULL);
    cq_db_real(&q, e->value);
    return cq_db_run(&q, err);
}

int cq_talk_save(struct cq_store *s, int64_t call, const struct cq_talk *talk, struct cq_error *err)
{
    int r =
        save_segments(s, "INSERT INTO segments(call_id, seq, party, start_ms, end_ms) VALUES(?, ?, ?, ?, ?)",
                      call, &talk->segments, err);
    if (!r)
        r = save_segments(s, "INSERT INTO turns(call_id, seq, party, start_ms, end_ms) VALUES(?, ?, ?, ?, ?)",
                          call, &talk->turns, err);
    if (!r)
        r = save_transitions(s, call, &talk->transitions, err);
    for (size_t i = 0; !r && i < talk->events.n; i++)
        r = save_event(s, call, i, &talk->events.v[i], err);
    if (!r)
        r = save_spans(s, "INSERT INTO talk_overs(call_id, seq, start_ms, end_ms) VALUES(?, ?, ?, ?)", call,
                       &talk->talk_over, err);
    if (!r)
        r = save_spans(s, "INSERT INTO holds(call_id, seq, start_ms, end_ms) VALUES(?, ?, ?, ?)", call,
                       &talk->holds, err);
    return r;
}

static int load_segments(struct cq_store *s, const char *sql, int64_t call, struct cq_error *err,
                         struct cq_segments *list)
{
    struct cq_db_st q = cq_db_st(s, sql);
    cq_db_int(&q, call);
    cq_db_int(&q, MAX_ROWS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_segment seg = {.party = cq_db_get_party(&q, 0),
                                 .at = {cq_db_get_ms(&q, 1), cq_db_get_ms(&q, 2)}};
        r = CQ_ARRAY_PUSH(list, seg);
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

static int load_spans(struct cq_store *s, const char *sql, int64_t call, struct cq_error *err,
                      struct cq_spans *list)
{
    struct cq_db_st q = cq_db_st(s, sql);
    cq_db_int(&q, call);
    cq_db_int(&q, MAX_ROWS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_span span = {cq_db_get_ms(&q, 0), cq_db_get_ms(&q, 1)};
        r = CQ_ARRAY_PUSH(list, span);
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

static int load_transitions(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_transitions *list)
{
    struct cq_db_st q = cq_db_st(s, "SELECT from_party, to_party, at_ms, fto_ms, with_hold FROM transitions"
                                    " WHERE call_id = ? ORDER BY seq LIMIT ?");
    cq_db_int(&q, call);
    cq_db_int(&q, MAX_ROWS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_transition t = {
            .from = cq_db_get_party(&q, 0),
            .to = cq_db_get_party(&q, 1),
            .at_s = cq_db_get_ms(&q, 2),
            .fto_s = cq_db_get_ms(&q, 3),
            .with_hold = cq_db_get_int(&q, 4),
        };
        r = CQ_ARRAY_PUSH(list, t);
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

static struct cq_event event_of(const struct cq_db_st *q)
{
    char digit[2];
    cq_db_get_chars(q, 10, digit, sizeof digit);
    return (struct cq_event){
        .type = (enum cq_event_type)cq_db_get_int(q, 0),
        .by = cq_db_get_party(q, 1),
        .at = {cq_db_get_ms(q, 2), cq_db_get_ms(q, 3)},
        .overlap_s = cq_db_get_ms(q, 4),
        .outcome = (enum cq_outcome)cq_db_get_int(q, 5),
        .early_cut_in = cq_db_get_int(q, 6),
        .restart = cq_db_get_int(q, 7),
        .cost_s = cq_db_get_ms(q, 8),
        .tone = (enum cq_tone)cq_db_get_int(q, 9),
        .digit = digit[0],
        .value = cq_db_get_real(q, 11),
    };
}

/* Codes index tables of names: one that this program does not know is damage, not a new word. */
static bool known_event(const struct cq_event *e)
{
    return (unsigned)e->type < CQ_N_EVENT_TYPES && (unsigned)e->outcome <= CQ_OUTCOME_FAILED &&
           (unsigned)e->tone <= CQ_TONE_OTHER;
}

static int load_events(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_talk *talk)
{
    struct cq_db_st q =
        cq_db_st(s, "SELECT type, party, start_ms, end_ms, overlap_ms, outcome, early_cut_in, restart, cost_ms,"
                    " tone, digit, value FROM events WHERE call_id = ? ORDER BY seq LIMIT ?");
    cq_db_int(&q, call);
    cq_db_int(&q, MAX_ROWS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_event e = event_of(&q);
        r = known_event(&e) ? cq_talk_add_event(talk, &e) : -EBADMSG;
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_talk_load(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_talk *talk)
{
    int r =
        load_segments(s, "SELECT party, start_ms, end_ms FROM segments WHERE call_id = ? ORDER BY seq LIMIT ?",
                      call, err, &talk->segments);
    if (!r)
        r = load_segments(s, "SELECT party, start_ms, end_ms FROM turns WHERE call_id = ? ORDER BY seq LIMIT ?",
                          call, err, &talk->turns);
    if (!r)
        r = load_transitions(s, call, err, &talk->transitions);
    if (!r)
        r = load_events(s, call, err, talk);
    if (!r)
        r = load_spans(s, "SELECT start_ms, end_ms FROM talk_overs WHERE call_id = ? ORDER BY seq LIMIT ?",
                       call, err, &talk->talk_over);
    if (!r)
        r = load_spans(s, "SELECT start_ms, end_ms FROM holds WHERE call_id = ? ORDER BY seq LIMIT ?", call,
                       err, &talk->holds);
    return r;
}
