/* A person's scorecard: everything that is decided is decided in review/. */
#include "web/app.h"

#include "base/error.h"
#include "base/time.h"
#include "review/review.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LISTED 500
#define MAX_FINALS 64

static void put_time(struct cq_json_writer *w, const char *key, int64_t at_s)
{
    char iso[CQ_TIME_ISO_MAX];
    cq_json_put_string(w, key, at_s ? cq_time_format_utc(at_s, iso) : NULL);
}

static void put_item(struct cq_json_writer *w, const struct cq_review_item *item)
{
    cq_json_open_object(w);
    cq_json_put_string(w, "id", item->id);
    cq_json_put_string(w, "judged", cq_judged_name(item->judged));
    cq_json_put_string(w, "machine_state", cq_item_state_name(item->machine_state));
    cq_json_put_number(w, "machine_score", item->machine_score, 3);
    cq_json_put_string(w, "mark", cq_mark_name(item->mark));
    cq_json_put_number(w, "score", item->score, 3);
    cq_json_put_string(w, "remark", item->remark);
    cq_json_put_string(w, "reason", item->reason);
    if (item->has_clip) {
        cq_json_key(w, "clip");
        cq_json_open_array(w);
        cq_json_number(w, item->clip.start_s, 3);
        cq_json_number(w, item->clip.end_s, 3);
        cq_json_close_array(w);
    }
    cq_json_put_string(w, "final_mark", cq_mark_name(item->final_mark));
    cq_json_put_number(w, "final_score", item->final_score, 3);
    cq_json_close_object(w);
}

static void put_review(struct cq_json_writer *w, const struct cq_review *rv, bool hidden)
{
    cq_json_open_object(w);
    cq_json_put_int(w, "id", rv->id);
    cq_json_put_int(w, "call", rv->call);
    cq_json_put_string(w, "agent", rv->agent);
    cq_json_put_string(w, "rubric", rv->rubric);
    cq_json_put_string(w, "version", rv->version);
    cq_json_put_string(w, "reviewer", rv->reviewer);
    cq_json_put_string(w, "state", cq_review_state_name(rv->state));
    cq_json_put_bool(w, "hidden", hidden);
    put_time(w, "started_at", rv->started_s);
    put_time(w, "submitted_at", rv->submitted_s);
    cq_json_put_string(w, "remark", rv->remark);
    cq_json_put_bool(w, "partial", rv->partial);
    cq_json_put_number(w, "total", rv->has_total ? rv->total : (double)NAN, 3);
    cq_json_put_number(w, "coverage", rv->has_total ? rv->coverage : (double)NAN, 3);
    cq_json_put_string(w, "critical", rv->critical);
    cq_json_put_string(w, "disputed_by", rv->disputed_by);
    cq_json_put_string(w, "dispute", rv->dispute);
    cq_json_put_string(w, "resolved_by", rv->resolved_by);
    cq_json_put_string(w, "resolution", rv->resolution);
    cq_json_key(w, "items");
    cq_json_open_array(w);
    for (size_t i = 0; i < rv->n_items; i++)
        put_item(w, &rv->items[i]);
    cq_json_close_array(w);
    cq_json_close_object(w);
}

/* An agent sees what was submitted of their own calls. */
static bool agent_may(const struct cq_web_turn *t, const struct cq_review *rv)
{
    const struct cq_user *u = &t->session.user;
    return u->role != CQ_ROLE_AGENT ||
           (rv->state != CQ_REVIEW_DRAFT && rv->agent && u->agent[0] && !strcmp(rv->agent, u->agent));
}

/* The review as it is now, for whoever may see it. `db` has seen the change, if there was one. */
static int answer_review(struct cq_web_turn *t, struct cq_store *db, int64_t id)
{
    struct cq_review rv;
    bool hidden = false;
    int r = cq_review_view(db, id, t->session.user.name, &t->err, &rv, &hidden);
    if (r)
        return r;
    if (agent_may(t, &rv)) {
        r = hidden ? 0 : cq_review_so_far(db, &rv, &t->err); /* the total grows with every score */
        cq_web_json(t);
        put_review(&t->json, &rv, hidden);
    } else {
        r = cq_error_set(&t->err, -EACCES, NULL, 0, "this is a call of somebody else");
    }
    cq_review_done(&rv);
    return r;
}

static int list_one(void *user, const struct cq_review *rv, bool hidden)
{
    struct cq_web_turn *t = user;
    if (agent_may(t, rv))
        put_review(&t->json, rv, hidden);
    return 0;
}

static int list(struct cq_web_turn *t, const struct cq_reviews_filter *filter)
{
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_key(&t->json, "reviews");
    cq_json_open_array(&t->json);
    int r = cq_review_list(t->db, filter, t->session.user.name, list_one, t, &t->err);
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    return r;
}

int cq_web_get_call_reviews(struct cq_web_turn *t)
{
    struct cq_reviews_filter filter = CQ_REVIEWS_FILTER_INIT;
    struct cq_analysis a;
    int r = cq_web_load_call(t, &a);
    if (r)
        return r;
    cq_analysis_done(&a);
    filter.call = t->id;
    filter.limit = MAX_LISTED;
    return list(t, &filter);
}

/* state=, mine=1 */
int cq_web_get_reviews(struct cq_web_turn *t)
{
    struct cq_reviews_filter filter = CQ_REVIEWS_FILTER_INIT;
    const char *state = cq_web_arg(t->req, "state"), *mine = cq_web_arg(t->req, "mine");
    for (int i = CQ_REVIEW_DRAFT; state && *state && i <= CQ_REVIEW_RESOLVED; i++) {
        if (!strcmp(state, cq_review_state_name((enum cq_review_state)i)))
            filter.state = i;
    }
    if (state && *state && filter.state < 0)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "state is one of draft, submitted, disputed, resolved");
    filter.reviewer = mine && *mine ? t->session.user.name : NULL;
    filter.agent = t->session.user.role == CQ_ROLE_AGENT ? t->session.user.agent : NULL;
    filter.limit = MAX_LISTED;
    return list(t, &filter);
}

int cq_web_get_review(struct cq_web_turn *t)
{
    int r = answer_review(t, t->db, t->id);
    return r ? r : cq_web_audit_once(t, "review.open", "review", t->id);
}

int cq_web_start_review(struct cq_web_turn *t)
{
    const struct cq_review_start how = {.call = t->id, .reviewer = t->session.user.name};
    int64_t id = 0;
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    int r = cq_review_start(w, &how, &t->err, &id);
    if (!r)
        r = answer_review(t, w, id);
    cq_web_pool_release(t->app->pool);
    return r;
}

static int read_mark_word(struct cq_web_turn *t, const struct cq_json *body, enum cq_mark *ret_mark)
{
    const char *word = NULL;
    int r = cq_web_text(t, body, "mark", 16, &word);
    for (int i = CQ_MARK_NONE; !r && word && i <= CQ_MARK_NOT_APPLICABLE; i++) {
        if (!strcmp(word, cq_mark_name((enum cq_mark)i))) {
            *ret_mark = (enum cq_mark)i;
            return 0;
        }
    }
    return r ? r : cq_error_set(&t->err, -EINVAL, NULL, 0, "mark is one of none, score, not_applicable");
}

/* score, and clip: [from, to] */
static int read_numbers(struct cq_web_turn *t, const struct cq_json *body, struct cq_review_mark *mark)
{
    const struct cq_json *score = cq_json_get(body, "score"), *clip = cq_json_get(body, "clip");
    mark->score = NAN;
    if (score && score->type == CQ_JSON_NUMBER)
        mark->score = score->number;
    else if (mark->mark == CQ_MARK_SCORE)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "score must be a number");
    if (!clip || clip->type == CQ_JSON_NULL)
        return 0;
    if (clip->type != CQ_JSON_ARRAY || clip->n != 2 || clip->first->type != CQ_JSON_NUMBER ||
        clip->first->next->type != CQ_JSON_NUMBER)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "clip is two numbers, from and to in seconds");
    mark->has_clip = true;
    mark->clip = (struct cq_span){clip->first->number, clip->first->next->number};
    return 0;
}

static int read_mark(struct cq_web_turn *t, const struct cq_json *body, struct cq_review_mark *mark)
{
    int r = cq_web_text(t, body, "item", CQ_REVIEW_MAX_NAME, &mark->item);
    if (!r && !mark->item)
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "item is missing");
    if (!r)
        r = read_mark_word(t, body, &mark->mark);
    if (!r)
        r = read_numbers(t, body, mark);
    if (!r)
        r = cq_web_text(t, body, "remark", CQ_REVIEW_MAX_TEXT, &mark->remark);
    if (!r)
        r = cq_web_text(t, body, "reason", CQ_REVIEW_MAX_TEXT, &mark->reason);
    return r;
}

int cq_web_mark_item(struct cq_web_turn *t)
{
    struct cq_json_doc *doc = NULL;
    struct cq_review_mark mark = {0};
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    r = read_mark(t, cq_json_root(doc), &mark);
    if (!r) {
        struct cq_store *w = cq_web_pool_writer(t->app->pool);
        r = cq_review_set(w, t->id, t->session.user.name, &mark, &t->err);
        if (!r)
            r = answer_review(t, w, t->id);
        cq_web_pool_release(t->app->pool);
    }
    cq_json_free(doc);
    return r;
}

/* The one text of the body, and the change that it belongs to. */
static int with_text(struct cq_web_turn *t, const char *key,
                     int (*change)(struct cq_store *s, int64_t id, const char *who, const char *text,
                                   struct cq_error *err))
{
    struct cq_json_doc *doc = NULL;
    const char *text = NULL;
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    r = cq_web_text(t, cq_json_root(doc), key, CQ_REVIEW_MAX_TEXT, &text);
    if (!r) {
        struct cq_store *w = cq_web_pool_writer(t->app->pool);
        r = change(w, t->id, t->session.user.name, text, &t->err);
        if (!r)
            r = answer_review(t, w, t->id);
        cq_web_pool_release(t->app->pool);
    }
    cq_json_free(doc);
    return r;
}

int cq_web_remark_review(struct cq_web_turn *t)
{
    return with_text(t, "remark", cq_review_set_remark);
}

int cq_web_dispute_review(struct cq_web_turn *t)
{
    struct cq_review rv;
    bool hidden = false;
    int r = cq_review_view(t->db, t->id, t->session.user.name, &t->err, &rv, &hidden);
    if (r)
        return r;
    bool may = agent_may(t, &rv);
    cq_review_done(&rv);
    return may ? with_text(t, "reason", cq_review_dispute)
               : cq_error_set(&t->err, -EACCES, NULL, 0, "this is a call of somebody else");
}

int cq_web_submit_review(struct cq_web_turn *t)
{
    struct cq_json_doc *doc = NULL;
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    const struct cq_json *open_na = cq_json_get(cq_json_root(doc), "open_na");
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    r = cq_review_submit(w, t->id, t->session.user.name,
                         open_na && open_na->type == CQ_JSON_BOOL && open_na->boolean, &t->err);
    if (!r)
        r = answer_review(t, w, t->id);
    cq_web_pool_release(t->app->pool);
    cq_json_free(doc);
    return r;
}

/* finals: [{"item": ..., "mark": ..., "score": ...}] */
static int read_finals(struct cq_web_turn *t, const struct cq_json *list_of, struct cq_review_final *v,
                       size_t *ret_n)
{
    size_t n = 0;
    if (list_of && list_of->type != CQ_JSON_ARRAY)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "finals is a list");
    for (const struct cq_json *one = list_of ? list_of->first : NULL; one; one = one->next) {
        struct cq_review_mark mark = {0};
        if (n == MAX_FINALS || one->type != CQ_JSON_OBJECT)
            return cq_error_set(&t->err, -EINVAL, NULL, 0, "finals is a list of at most %d items", MAX_FINALS);
        int r = read_mark(t, one, &mark);
        if (r)
            return r;
        v[n++] = (struct cq_review_final){.item = mark.item, .mark = mark.mark, .score = mark.score};
    }
    *ret_n = n;
    return 0;
}

int cq_web_resolve_review(struct cq_web_turn *t)
{
    struct cq_json_doc *doc = NULL;
    struct cq_review_final finals[MAX_FINALS];
    const char *resolution = NULL;
    size_t n = 0;
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    r = cq_web_text(t, cq_json_root(doc), "resolution", CQ_REVIEW_MAX_TEXT, &resolution);
    if (!r)
        r = read_finals(t, cq_json_get(cq_json_root(doc), "finals"), finals, &n);
    if (!r) {
        struct cq_store *w = cq_web_pool_writer(t->app->pool);
        r = cq_review_resolve(w, t->id, t->session.user.name, resolution, finals, n, &t->err);
        if (!r)
            r = answer_review(t, w, t->id);
        cq_web_pool_release(t->app->pool);
    }
    cq_json_free(doc);
    return r;
}
