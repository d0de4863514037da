#include "review/record.h"

#include "base/json.h"
#include "store/audit.h"

#include <errno.h>
#include <stdio.h>

#define DECIMALS 6

static void put_text(struct cq_json_writer *w, const char *key, const char *text)
{
    if (text)
        cq_json_put_string(w, key, text);
}

void cq_record_head_json(const struct cq_review *v, struct cq_str *out)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    cq_json_put_int(&w, "call", v->call);
    cq_json_put_string(&w, "form", v->rubric);
    cq_json_put_string(&w, "version", v->version);
    cq_json_put_string(&w, "reviewer", v->reviewer);
    cq_json_put_string(&w, "state", cq_review_state_name(v->state));
    if (v->expert)
        cq_json_put_bool(&w, "expert", true);
    if (v->blind)
        cq_json_put_bool(&w, "blind", true);
    put_text(&w, "remark", v->remark);
    if (v->state != CQ_REVIEW_DRAFT && v->has_total) {
        cq_json_put_number(&w, "total", v->total, DECIMALS);
        cq_json_put_number(&w, "coverage", v->coverage, DECIMALS);
        put_text(&w, "critical", v->critical);
    }
    put_text(&w, "dispute", v->dispute);
    put_text(&w, "resolution", v->resolution);
    cq_json_close_object(&w);
}

static void put_mark(struct cq_json_writer *w, const char *key, enum cq_mark mark, double score)
{
    switch (mark) {
    case CQ_MARK_NONE:
        return;
    case CQ_MARK_SCORE:
        cq_json_put_number(w, key, score, DECIMALS);
        return;
    case CQ_MARK_NOT_APPLICABLE:
        cq_json_put_string(w, key, cq_mark_name(mark));
        return;
    }
}

void cq_record_item_json(const struct cq_review_item *item, struct cq_str *out)
{
    struct cq_json_writer w;
    if (!item)
        return;
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "item", item->id);
    if (item->machine_score == item->machine_score)
        cq_json_put_number(&w, "machine", item->machine_score, DECIMALS);
    put_mark(&w, "score", item->mark, item->score);
    put_text(&w, "remark", item->remark);
    put_text(&w, "reason", item->reason);
    if (item->has_clip) {
        cq_json_put_number(&w, "clip_start", item->clip.start_s, 3);
        cq_json_put_number(&w, "clip_end", item->clip.end_s, 3);
    }
    put_mark(&w, "final", item->final_mark, item->final_score);
    cq_json_close_object(&w);
}

static int append(struct cq_store *store, const char *who, const char *action, int64_t review,
                  const struct cq_str *before, const struct cq_str *after, struct cq_error *err)
{
    char subject[48];
    struct cq_audit_entry e = {who, action, subject, before && before->n ? before->s : NULL, after->s};
    if (after->failed || (before && before->failed))
        return -ENOMEM;
    snprintf(subject, sizeof subject, "review:%lld", (long long)review);
    return cq_audit_append(store, &e, err);
}

int cq_record_head(struct cq_store *store, const char *who, const char *action, const struct cq_str *before,
                   const struct cq_review *review, struct cq_error *err)
{
    struct cq_str after = {0};
    cq_record_head_json(review, &after);
    int r = append(store, who, action, review->id, before, &after, err);
    cq_str_done(&after);
    return r;
}

int cq_record_item(struct cq_store *store, const char *who, const char *action, int64_t review,
                   const struct cq_str *before, const struct cq_review_item *item, struct cq_error *err)
{
    struct cq_str after = {0};
    cq_record_item_json(item, &after);
    int r = append(store, who, action, review, before, &after, err);
    cq_str_done(&after);
    return r;
}
