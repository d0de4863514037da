#include "store/save.h"

#include "base/array.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* A rubric of more is refused where it is read; a damaged file must not fill memory. */
#define MAX_ITEMS 1000
#define MAX_EVIDENCE 100000

enum { OWNER_ITEM, OWNER_FLAG };

/* Append a zeroed record and hand it out, so that what is read into it is freed with the scorecard whatever
 * happens. NULL when out of memory. */
static void *grow(void **v, size_t *n, size_t size)
{
    char *more = realloc(*v, (*n + 1) * size);
    if (!more)
        return NULL;
    *v = more;
    char *item = more + *n * size;
    for (size_t i = 0; i < size; i++)
        item[i] = 0;
    (*n)++;
    return item;
}

static int load_head(struct cq_store *s, int64_t id, struct cq_error *err, struct cq_scorecard *card)
{
    struct cq_db_st q =
        cq_db_st(s, "SELECT nullif(m.rubric, ''), nullif(m.version, ''), s.partial, s.total, s.coverage"
                    " FROM scorecards s JOIN forms m ON m.id = s.form_id WHERE s.id = ?");
    cq_db_int(&q, id);
    int r = cq_db_step(&q, err);
    if (r <= 0)
        return r ? r : -ENOENT;
    card->partial = cq_db_get_int(&q, 2);
    card->has_total = !cq_db_is_null(&q, 3);
    card->total = card->has_total ? cq_db_get_real(&q, 3) : 0;
    card->coverage = cq_db_get_real(&q, 4);
    r = cq_db_get_text(&q, 0, &card->rubric);
    if (!r)
        r = cq_db_get_text(&q, 1, &card->version);
    cq_db_reset(&q);
    return r;
}

static int read_item(const struct cq_db_st *q, struct cq_item_score *item)
{
    item->judged = (enum cq_judged)cq_db_get_int(q, 2);
    item->state = (enum cq_item_state)cq_db_get_int(q, 3);
    item->score = cq_db_is_null(q, 4) ? 0 : cq_db_get_real(q, 4);
    item->weight = cq_db_get_real(q, 5);
    if ((unsigned)item->judged > CQ_JUDGED_SCRIPT || (unsigned)item->state > CQ_ITEM_NOT_APPLICABLE)
        return -EBADMSG;
    int r = cq_db_get_text(q, 0, &item->id);
    if (!r)
        r = cq_db_get_text(q, 1, &item->section);
    if (!r)
        r = cq_db_get_text(q, 6, &item->note);
    return r;
}

static int load_items(struct cq_store *s, int64_t id, struct cq_error *err, struct cq_scorecard *card)
{
    struct cq_db_st q =
        cq_db_st(s, "SELECT i.item, i.section, i.judged, x.state, x.score, i.weight, x.note FROM item_scores x"
                    " JOIN form_items i ON i.id = x.item_id WHERE x.scorecard_id = ? ORDER BY x.seq LIMIT ?");
    cq_db_int(&q, id);
    cq_db_int(&q, MAX_ITEMS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_item_score *item = grow((void **)(void *)&card->items, &card->n_items, sizeof *item);
        r = item ? read_item(&q, item) : -ENOMEM;
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

static int read_indicator(const struct cq_db_st *q, struct cq_indicator_score *ind)
{
    int64_t reason = cq_db_get_int(q, 4);
    if (reason < CQ_HAS_VALUE || reason > CQ_NULL_NOT_MEASURED)
        return -EBADMSG;
    ind->value.reason = (enum cq_null_reason)reason;
    ind->value.v = cq_db_is_null(q, 3) ? 0 : cq_db_get_real(q, 3);
    ind->points = cq_db_is_null(q, 5) ? 0 : cq_db_get_real(q, 5);
    ind->weight = cq_db_get_real(q, 6);
    ind->applies = cq_db_get_int(q, 7);
    int r = cq_db_get_text(q, 1, &ind->id);
    if (!r)
        r = cq_db_get_text(q, 2, &ind->measure);
    if (!r)
        r = cq_db_get_text(q, 8, &ind->note);
    return r;
}

static int load_indicators(struct cq_store *s, int64_t id, struct cq_error *err, struct cq_scorecard *card)
{
    struct cq_db_st q = cq_db_st(
        s, "SELECT x.item_seq, d.indicator, d.measure, x.value, x.reason, x.points, d.weight, x.applies,"
           " x.note FROM indicator_scores x JOIN form_indicators d ON d.id = x.indicator_id"
           " WHERE x.scorecard_id = ? ORDER BY x.item_seq, x.seq LIMIT ?");
    cq_db_int(&q, id);
    cq_db_int(&q, MAX_ITEMS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        int64_t seq = cq_db_get_int(&q, 0);
        if (seq < 0 || (size_t)seq >= card->n_items) {
            r = -EBADMSG;
            break;
        }
        struct cq_item_score *item = &card->items[seq];
        struct cq_indicator_score *ind =
            grow((void **)(void *)&item->indicators, &item->n_indicators, sizeof *ind);
        r = ind ? read_indicator(&q, ind) : -ENOMEM;
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

static int load_sections(struct cq_store *s, int64_t id, struct cq_error *err, struct cq_scorecard *card)
{
    struct cq_db_st q = cq_db_st(
        s, "SELECT d.section, d.weight, x.score, x.coverage FROM section_scores x"
           " JOIN form_sections d ON d.id = x.section_id WHERE x.scorecard_id = ? ORDER BY x.seq LIMIT ?");
    cq_db_int(&q, id);
    cq_db_int(&q, MAX_ITEMS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_section_score *sec = grow((void **)(void *)&card->sections, &card->n_sections, sizeof *sec);
        if (!sec) {
            r = -ENOMEM;
            break;
        }
        sec->weight = cq_db_get_real(&q, 1);
        sec->has_score = !cq_db_is_null(&q, 2);
        sec->score = sec->has_score ? cq_db_get_real(&q, 2) : 0;
        sec->coverage = cq_db_get_real(&q, 3);
        r = cq_db_get_text(&q, 0, &sec->id);
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

static int read_flag(const struct cq_db_st *q, struct cq_flag *flag)
{
    int64_t severity = cq_db_get_int(q, 1);
    if (severity < CQ_SEVERITY_INFO || severity > CQ_SEVERITY_CRITICAL)
        return -EBADMSG;
    flag->severity = (enum cq_severity)severity;
    flag->value = cq_db_get_real(q, 3);
    flag->limit = cq_db_get_real(q, 4);
    int r = cq_db_get_text(q, 0, &flag->id);
    return r ? r : cq_db_get_text(q, 2, &flag->measure);
}

static int load_flags(struct cq_store *s, int64_t id, struct cq_error *err, struct cq_scorecard *card)
{
    struct cq_db_st q = cq_db_st(s, "SELECT flag, severity, measure, value, limit_value FROM flags"
                                    " WHERE scorecard_id = ? ORDER BY seq LIMIT ?");
    cq_db_int(&q, id);
    cq_db_int(&q, MAX_ITEMS);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        struct cq_flag *flag = grow((void **)(void *)&card->flags, &card->n_flags, sizeof *flag);
        r = flag ? read_flag(&q, flag) : -ENOMEM;
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

static int add_evidence(const struct cq_db_st *q, struct cq_scorecard *card)
{
    int64_t owner = cq_db_get_int(q, 0), seq = cq_db_get_int(q, 1), event = cq_db_get_int(q, 4);
    size_t n_owners = owner == OWNER_ITEM ? card->n_items : card->n_flags;
    if (owner < OWNER_ITEM || owner > OWNER_FLAG || seq < 0 || (size_t)seq >= n_owners || event < 0 ||
        event >= CQ_N_EVENT_TYPES)
        return -EBADMSG;
    struct cq_evidence **v = owner == OWNER_ITEM ? &card->items[seq].evidence : &card->flags[seq].evidence;
    size_t *n = owner == OWNER_ITEM ? &card->items[seq].n_evidence : &card->flags[seq].n_evidence;
    struct cq_evidence *e = grow((void **)(void *)v, n, sizeof *e);
    if (!e)
        return -ENOMEM;
    e->at = (struct cq_span){cq_db_get_ms(q, 2), cq_db_get_ms(q, 3)};
    e->event = (enum cq_event_type)event;
    e->by = cq_db_get_party(q, 5);
    return 0;
}

static int load_evidence(struct cq_store *s, int64_t id, struct cq_error *err, struct cq_scorecard *card)
{
    struct cq_db_st q = cq_db_st(s, "SELECT owner, owner_seq, start_ms, end_ms, event, party FROM evidence"
                                    " WHERE scorecard_id = ? ORDER BY owner, owner_seq, seq LIMIT ?");
    cq_db_int(&q, id);
    cq_db_int(&q, MAX_EVIDENCE);
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        r = add_evidence(&q, card);
        if (r)
            break;
    }
    cq_db_reset(&q);
    return r;
}

int cq_scorecard_load(struct cq_store *s, int64_t scorecard, struct cq_error *err, struct cq_scorecard *card)
{
    int r = load_head(s, scorecard, err, card);
    if (!r)
        r = load_items(s, scorecard, err, card);
    if (!r)
        r = load_indicators(s, scorecard, err, card);
    if (!r)
        r = load_sections(s, scorecard, err, card);
    if (!r)
        r = load_flags(s, scorecard, err, card);
    if (!r)
        r = load_evidence(s, scorecard, err, card);
    return r;
}
