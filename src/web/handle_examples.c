/* The trainers' library: moments of calls that show how it should be done, or not; and playlists of them. */
#include "web/app.h"

#include "base/error.h"
#include "base/time.h"
#include "replay/recording.h"
#include "review/review.h"
#include "rubric/model.h"
#include "store/examples.h"
#include "store/scorecards.h"
#include "web/clips.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LISTED 500
#define MAX_CLIPS 200 /* of a playlist */

/* Labels of items, form after form: examples of one form come together mostly. */
struct labels {
    struct cq_rubric *form;
};

static cq_rubric_text label_of(struct cq_web_turn *t, struct labels *l, const struct cq_example *e)
{
    struct cq_form_names names = {0};
    if (e->call && !cq_scorecards_list(t->db, e->call, NULL, &names) && names.n) {
        const struct cq_form_name *f = &names.v[names.n - 1];
        if (!l->form || strcmp(l->form->id, f->rubric) != 0 || strcmp(l->form->version, f->version) != 0) {
            cq_rubric_free(l->form);
            l->form = NULL;
            (void)cq_review_form(t->db, f->rubric, f->version, NULL, &l->form); /* else the id stands for it */
        }
    }
    cq_form_names_done(&names);
    for (size_t i = 0; l->form && i < l->form->n_items; i++) {
        if (!strcmp(l->form->items[i].id, e->item))
            return l->form->items[i].label;
    }
    return NULL;
}

static void put_example(struct cq_web_turn *t, struct labels *l, const struct cq_example *e)
{
    struct cq_json_writer *w = &t->json;
    char iso[CQ_TIME_ISO_MAX];
    cq_json_open_object(w);
    cq_json_put_int(w, "id", e->id);
    if (e->call)
        cq_json_put_int(w, "call", e->call);
    cq_json_put_string(w, "agent", e->agent);
    cq_json_put_number(w, "start", e->call ? e->start_s : 0, 3);
    cq_json_put_number(w, "end", e->call ? e->end_s : e->end_s - e->start_s, 3);
    cq_json_put_string(w, "item", e->item);
    cq_rubric_text label = label_of(t, l, e);
    if (label) {
        cq_json_key(w, "label");
        cq_json_open_object(w);
        for (const struct cq_json *one = label->first; one; one = one->next) {
            if (one->type == CQ_JSON_STRING)
                cq_json_put_string(w, one->key, one->string);
        }
        cq_json_close_object(w);
    }
    cq_json_put_bool(w, "good", e->good);
    cq_json_put_string(w, "title", e->title);
    cq_json_put_string(w, "why", e->why);
    cq_json_put_bool(w, "keep", e->keep);
    cq_json_put_number(w, "score", e->score, 2);
    cq_json_put_string(w, "created_at", cq_time_format_utc(e->created_s, iso));
    cq_json_close_object(w);
}

/* item=, good=1 or 0 */
int cq_web_get_examples(struct cq_web_turn *t)
{
    const char *item = cq_web_arg(t->req, "item"), *good = cq_web_arg(t->req, "good");
    struct labels labels = {0};
    int64_t *ids = NULL;
    size_t n = 0;
    int r = cq_example_list(t->db, item && *item ? item : NULL, good && *good ? *good == '1' : -1, &t->err,
                            &ids, &n);
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_key(&t->json, "examples");
    cq_json_open_array(&t->json);
    for (size_t i = n; !r && i > 0 && n - i < MAX_LISTED; i--) { /* the newest first */
        struct cq_example e = {0};
        r = cq_example_load(t->db, ids[i - 1], &t->err, &e);
        if (!r)
            put_example(t, &labels, &e);
        r = r == -ENOENT ? 0 : r; /* it went in between */
        cq_example_done(&e);
    }
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    cq_rubric_free(labels.form);
    free(ids);
    return r;
}

static int number(struct cq_web_turn *t, const struct cq_json *body, const char *key, double *ret_v)
{
    const struct cq_json *v = cq_json_get(body, key);
    if (!v || v->type != CQ_JSON_NUMBER)
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "%s must be a number", key);
    *ret_v = v->number;
    return 0;
}

static bool truth(const struct cq_json *body, const char *key)
{
    const struct cq_json *v = cq_json_get(body, key);
    return v && v->type == CQ_JSON_BOOL && v->boolean;
}

/* The texts are borrowed from the body, and never changed. */
static int read_example(struct cq_web_turn *t, const struct cq_json *body, struct cq_example *e)
{
    const char *item = NULL, *title = NULL, *why = NULL;
    const struct cq_json *good = cq_json_get(body, "good");
    double call = 0;
    int r = number(t, body, "call", &call);
    if (!r)
        r = number(t, body, "from", &e->start_s);
    if (!r)
        r = number(t, body, "to", &e->end_s);
    if (!r)
        r = cq_web_text(t, body, "item", CQ_REVIEW_MAX_NAME, &item);
    if (!r)
        r = cq_web_text(t, body, "title", CQ_EXAMPLE_MAX_TEXT, &title);
    if (!r)
        r = cq_web_text(t, body, "why", CQ_EXAMPLE_MAX_TEXT, &why);
    if (!r && (!good || good->type != CQ_JSON_BOOL))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "good must be true or false");
    if (r)
        return r;
    if (!(call >= 1 && call < 9e15))
        return cq_error_set(&t->err, -EINVAL, NULL, 0, "call must be the number of a call");
    e->call = (int64_t)call;
    e->good = good->boolean;
    e->keep = truth(body, "keep");
    e->item = (char *)(uintptr_t)item;
    e->title = (char *)(uintptr_t)title;
    e->why = (char *)(uintptr_t)(why && *why ? why : NULL);
    return 0;
}

/* The form's answer to the item, NAN where it gives none. -EINVAL where the form has no such item. */
static int find_score(struct cq_web_turn *t, const struct cq_scorecard *card, struct cq_example *e)
{
    for (size_t i = 0; e->item && i < card->n_items; i++) {
        const struct cq_item_score *s = &card->items[i];
        if (strcmp(s->id, e->item) != 0)
            continue;
        e->score = s->state == CQ_ITEM_SCORED || s->state == CQ_ITEM_PROPOSED ? s->score : (double)NAN;
        return 0;
    }
    return cq_error_set(&t->err, -EINVAL, NULL, 0, "this call's form has no such item");
}

int cq_web_add_example(struct cq_web_turn *t)
{
    struct cq_json_doc *doc = NULL;
    struct cq_example e = {0};
    struct cq_analysis a = {0};
    int64_t id = 0;
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    r = read_example(t, cq_json_root(doc), &e);
    t->id = e.call;
    if (!r)
        r = cq_web_load_call(t, &a);
    if (!r)
        r = find_score(t, &a.scorecard, &e);
    if (!r && (e.end_s > a.recording.duration_s + 0.01 || e.end_s - e.start_s > CQ_WEB_CLIP_MAX_S))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "a clip is a part of the call of at most %.0f s",
                         CQ_WEB_CLIP_MAX_S);
    if (!r) {
        cq_example_uid(a.recording.sha256, &e, e.uid);
        struct cq_store *w = cq_web_pool_writer(t->app->pool);
        r = cq_example_add(w, &e, t->session.user.name, &t->err, &id);
        cq_web_pool_release(t->app->pool);
    }
    cq_analysis_done(&a);
    cq_json_free(doc);
    return r ? r : cq_web_answer_id(t, id);
}

int cq_web_remove_example(struct cq_web_turn *t)
{
    struct cq_store *w = cq_web_pool_writer(t->app->pool);
    int r = cq_example_remove(w, t->id, t->session.user.name, &t->err);
    cq_web_pool_release(t->app->pool);
    return r ? r : cq_web_answer_id(t, t->id);
}

/* Rendered with the connection given back: it takes a while. */
static int answer_clip(struct cq_web_turn *t, const struct cq_replay_source *source, const struct cq_talk *talk,
                       const struct cq_web_clip *clip, const char *what)
{
    struct cq_web_stream stream;
    const char *save = cq_web_arg(t->req, "download");
    int r = cq_web_clip_render(source, talk, clip, &t->err, &stream);
    if (r)
        return r;
    if (save && *save == '1')
        cq_web_header(t->res, "Content-Disposition", "attachment; filename=\"callqa-%s-%lld.wav\"", what,
                      (long long)t->id);
    cq_web_answer_stream(t->req, t->res, "audio/wav", &stream);
    return 0;
}

static int audit_clip(struct cq_web_turn *t, const char *subject, const struct cq_web_clip *clip)
{
    char after[160];
    snprintf(after, sizeof after, "{\"start_s\":%.3f,\"end_s\":%.3f,\"disguised\":%s,\"muted\":%zu}",
             clip->from_s, clip->to_s, clip->disguise ? "true" : "false", clip->n_mutes);
    return cq_web_audit_read(t, "clip.export", subject, t->id, after);
}

static bool is_export(const struct cq_web_turn *t)
{
    const char *save = cq_web_arg(t->req, "download");
    return save && *save == '1';
}

static int clip_of_call(struct cq_web_turn *t, int64_t call, const struct cq_web_clip *clip, const char *what)
{
    struct cq_replay_source source = {0};
    struct cq_analysis a;
    int64_t id = t->id;
    t->id = call;
    int r = cq_web_load_call(t, &a);
    t->id = id;
    if (r)
        return r;
    if (is_export(t))
        r = audit_clip(t, what[0] == 'e' ? "example" : "call", clip);
    cq_web_pool_give_back(t->app->pool, t->db);
    t->db = NULL;
    if (!r)
        r = cq_web_recordings_source(t->app->recordings, call, &a, &t->err, &source);
    if (!r) {
        r = answer_clip(t, &source, &a.talk, clip, what);
        cq_web_recordings_source_done(&source);
    }
    cq_analysis_done(&a);
    return r;
}

/* from=, to=, disguise=1, mute=FROM-TO, download=1 */
int cq_web_get_clip(struct cq_web_turn *t)
{
    struct cq_web_clip clip;
    int r = cq_web_clip_read(t->req, true, &t->err, &clip);
    return r ? r : clip_of_call(t, t->id, &clip, "call");
}

/* An imported example knows nothing of its call but who is on which side. */
static int clip_of_file(struct cq_web_turn *t, const struct cq_example *e, struct cq_web_clip *clip)
{
    struct cq_replay_recording *rec = NULL;
    struct cq_analysis a = {0};
    if (is_export(t)) {
        int r = audit_clip(t, "example", clip);
        if (r)
            return r;
    }
    a.recording.path = e->audio; /* borrowed */
    a.recording.channels = 2;
    a.recording.channel_of[CQ_CUSTOMER] = 1;
    int r = cq_replay_recording_open(&a, NULL, NULL, &rec);
    if (r) /* no path leaves the machine */
        return cq_error_set(&t->err, -ENOENT, NULL, 0, "the clip of this example cannot be read");
    struct cq_replay_source source = cq_replay_recording_source(rec);
    clip->from_s = 0;
    clip->to_s = (double)source.n_samples / CQ_ANALYSIS_RATE_HZ;
    r = answer_clip(t, &source, NULL, clip, "example");
    cq_replay_recording_free(rec);
    return r;
}

/* disguise=1, mute=FROM-TO in the call's time, download=1 */
int cq_web_get_example_audio(struct cq_web_turn *t)
{
    struct cq_web_clip clip;
    struct cq_example e = {0};
    int r = cq_web_clip_read(t->req, false, &t->err, &clip);
    if (!r)
        r = cq_example_load(t->db, t->id, &t->err, &e);
    if (r)
        return r;
    clip.from_s = e.start_s;
    clip.to_s = e.end_s;
    r = e.call ? clip_of_call(t, e.call, &clip, "example") : clip_of_file(t, &e, &clip);
    cq_example_done(&e);
    return r;
}

static int put_playlist(void *user, const char *name, int64_t n_clips)
{
    struct cq_web_turn *t = user;
    int64_t *ids = NULL;
    size_t n = 0;
    (void)n_clips;
    int r = cq_playlist_clips(t->db, name, &t->err, &ids, &n);
    if (r)
        return r == -ENOENT ? 0 : r;
    cq_json_open_object(&t->json);
    cq_json_put_string(&t->json, "name", name);
    cq_json_key(&t->json, "examples");
    cq_json_open_array(&t->json);
    for (size_t i = 0; i < n; i++)
        cq_json_int(&t->json, ids[i]);
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    free(ids);
    return 0;
}

int cq_web_get_playlists(struct cq_web_turn *t)
{
    cq_web_json(t);
    cq_json_open_object(&t->json);
    cq_json_key(&t->json, "playlists");
    cq_json_open_array(&t->json);
    int r = cq_playlist_list(t->db, put_playlist, t, &t->err);
    cq_json_close_array(&t->json);
    cq_json_close_object(&t->json);
    return r;
}

/* {"name": ..., "examples": [ids in their order]}: made, or made anew. Without examples it goes. */
int cq_web_set_playlist(struct cq_web_turn *t)
{
    struct cq_json_doc *doc = NULL;
    const char *name = NULL;
    int64_t ids[MAX_CLIPS];
    size_t n = 0;
    int r = cq_web_body(t, &doc);
    if (r)
        return r;
    const struct cq_json *list = cq_json_get(cq_json_root(doc), "examples");
    r = cq_web_text(t, cq_json_root(doc), "name", CQ_REVIEW_MAX_NAME, &name);
    if (!r && (!name || !*name || !list || list->type != CQ_JSON_ARRAY || list->n > MAX_CLIPS))
        r = cq_error_set(&t->err, -EINVAL, NULL, 0, "a playlist has a name and at most %d examples", MAX_CLIPS);
    for (const struct cq_json *one = r || !list ? NULL : list->first; one && !r; one = one->next) {
        if (one->type != CQ_JSON_NUMBER || !(one->number >= 1 && one->number < 9e15))
            r = cq_error_set(&t->err, -EINVAL, NULL, 0, "examples are numbers");
        else
            ids[n++] = (int64_t)one->number;
    }
    if (!r) {
        struct cq_store *w = cq_web_pool_writer(t->app->pool);
        r = cq_playlist_set(w, name, ids, n, t->session.user.name, &t->err);
        cq_web_pool_release(t->app->pool);
    }
    cq_json_free(doc);
    return r ? r : cq_web_get_playlists(t);
}
