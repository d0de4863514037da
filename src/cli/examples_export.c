#include "cli/examples.h"

#include "base/error.h"
#include "base/json.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/i18n.h"
#include "store/audit.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST "manifest.json"
#define MANIFEST_VERSION 1

int cq_example_open(struct cq_store *store, const struct cq_example *e, const char *recording,
                    struct cq_error *err, struct cq_replay_call *ret_c, struct cq_span *ret_part)
{
    struct cq_replay_call c = {.loaded = true};
    if (e->call) {
        *ret_part = (struct cq_span){e->start_s, e->end_s};
        return cq_replay_call_open(store, e->call, recording, err, ret_c);
    }
    /* a clip knows nothing of its call but who is on which side */
    c.a.recording.path = cq_str_dup(e->audio);
    c.a.recording.channels = 2;
    c.a.recording.channel_of[CQ_CUSTOMER] = 1;
    int r = c.a.recording.path ? cq_replay_recording_open(&c.a, NULL, err, &c.recording) : -ENOMEM;
    if (r) {
        cq_replay_call_done(&c);
        return r;
    }
    c.source = cq_replay_recording_source(c.recording);
    c.a.recording.duration_s = (double)c.source.n_samples / CQ_ANALYSIS_RATE_HZ;
    c.a.talk.duration_s = c.a.recording.duration_s;
    snprintf(c.heading, sizeof c.heading, "%s", e->title);
    *ret_part = (struct cq_span){0, c.a.recording.duration_s};
    *ret_c = c;
    return 0;
}

/* A copy of `text` in which every name that is known of the call is "***". */
static int strip_names(const char *text, const struct cq_call_info *info, char **ret_text)
{
    const char *const names[] = {info->agent, info->customer, info->external_id};
    struct cq_str out = {0};
    cq_str_add(&out, "");
    for (const char *p = text; p && *p;) {
        size_t hit = 0;
        for (size_t i = 0; i < 3; i++) {
            size_t n = names[i] ? strlen(names[i]) : 0;
            if (n > hit && !strncmp(p, names[i], n))
                hit = n;
        }
        cq_str_add_n(&out, hit ? "***" : p, hit ? 3 : 1);
        p += hit ? hit : 1;
    }
    *ret_text = cq_str_take(&out);
    return *ret_text ? 0 : -ENOMEM;
}

static void add_html(struct cq_str *out, const char *text)
{
    for (; text && *text; text++) {
        if (*text == '<')
            cq_str_add(out, "&lt;");
        else if (*text == '>')
            cq_str_add(out, "&gt;");
        else if (*text == '&')
            cq_str_add(out, "&amp;");
        else if (*text == '"')
            cq_str_add(out, "&quot;");
        else
            cq_str_add_char(out, *text);
    }
}

struct exporter {
    struct cq_store *store;
    const struct cq_sound_opts *sound;
    const struct cq_export_opts *o;
    struct cq_str html, json;
    struct cq_json_writer w;
};

static void tell_json(struct exporter *x, const struct cq_example *e, const char *file, const char *title,
                      const char *why, double length_s)
{
    struct cq_json_writer *w = &x->w;
    cq_json_open_object(w);
    cq_json_put_string(w, "uid", e->uid);
    cq_json_put_string(w, "file", file);
    cq_json_put_number(w, "length_s", length_s, 3);
    cq_json_put_string(w, "item", e->item);
    cq_json_put_bool(w, "good", e->good);
    cq_json_put_string(w, "title", title);
    cq_json_put_string(w, "why", why && *why ? why : NULL);
    cq_json_put_number(w, "score", e->score, 2);
    if (!x->o->anonymous) {
        cq_json_put_string(w, "agent", e->agent);
        cq_json_put_number(w, "start_s", e->start_s, 3);
    }
    cq_json_close_object(w);
}

static void tell_html(struct exporter *x, const struct cq_example *e, const char *file, const char *title,
                      const char *why, const char *label)
{
    struct cq_str *h = &x->html;
    cq_str_printf(h, "<article class=\"%s\"><h2>", e->good ? "good" : "bad");
    add_html(h, title);
    cq_str_add(h, "</h2><p class=\"item\">");
    add_html(h, e->good ? _("good example") : _("bad example"));
    cq_str_add(h, ": ");
    add_html(h, label);
    if (isfinite(e->score)) {
        char score[64];
        snprintf(score, sizeof score, _("the form: %.1f"), e->score);
        cq_str_add(h, ", ");
        add_html(h, score);
    }
    if (!x->o->anonymous && e->agent) {
        cq_str_add(h, ", ");
        add_html(h, e->agent);
    }
    cq_str_printf(h, "</p><audio controls preload=\"none\" src=\"%s\"></audio><p>", file);
    add_html(h, why);
    cq_str_add(h, "</p></article>\n");
}

static int audit(struct exporter *x, const struct cq_example *e, struct cq_error *err)
{
    char subject[64], after[160];
    snprintf(subject, sizeof subject, "example:%lld", (long long)e->id);
    snprintf(after, sizeof after, "{\"anonymous\":%s,\"disguised\":%s,\"muted\":%zu}",
             x->o->anonymous ? "true" : "false", x->sound->disguise ? "true" : "false", x->sound->mutes.n);
    struct cq_audit_entry entry = {x->o->who, "example.export", subject, NULL, after};
    return cq_audit_append(x->store, &entry, err);
}

static int export_one(struct exporter *x, int64_t id, const atomic_bool *stop, struct cq_error *err)
{
    struct cq_example e = {0};
    struct cq_replay_call c = {0};
    struct cq_span part;
    char file[64], *path = NULL, *title = NULL, *why = NULL;
    double length_s = 0;
    snprintf(file, sizeof file, "example-%lld.wav", (long long)id);
    int r = cq_example_load(x->store, id, err, &e);
    if (!r)
        r = cq_example_open(x->store, &e, x->o->recording, err, &c, &part);
    if (r)
        goto out;
    path = cq_path_join(x->o->dir, file);
    r = path ? 0 : -ENOMEM;
    if (!r)
        r = strip_names(e.title, x->o->anonymous ? &c.a.info : &(struct cq_call_info){0}, &title);
    if (!r)
        r = strip_names(e.why, x->o->anonymous ? &c.a.info : &(struct cq_call_info){0}, &why);
    if (!r)
        r = cq_replay_call_render(&c, x->sound, part.start_s, part.end_s, path, stop, err, &length_s);
    if (!r)
        r = audit(x, &e, err);
    if (!r) {
        tell_json(x, &e, file, title, why, length_s);
        tell_html(x, &e, file, title, why, cq_replay_call_label(&c, e.item));
    }
out:
    cq_replay_call_done(&c);
    cq_example_done(&e);
    free(path);
    free(title);
    free(why);
    return r;
}

static const char page_head[] =
    "<!doctype html>\n<html><head><meta charset=\"utf-8\">"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>callqa</title>\n<style>"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 "
    "1rem;color:#222;background:#fff}"
    "article{border-left:.4rem solid #b33;padding:.2rem 1rem;margin:1.5rem 0}article.good{border-color:#283}"
    "h2{font-size:1.1rem;margin:.2rem 0}.item{color:#555;margin:.2rem 0}audio{width:100%}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}.item{color:#aaa}}</style></"
    "head><body>\n";

static int make_empty_dir(const char *dir, struct cq_error *err)
{
    int r = cq_path_mkdirs(dir);
    if (r)
        return cq_error_set(err, r, dir, 0, "cannot be made (%s)", strerror(-r));
    DIR *d = opendir(dir);
    if (!d)
        return cq_error_set(err, -errno, dir, 0, "cannot be read (%s)", strerror(errno));
    int n = 0;
    while (readdir(d))
        n++;
    closedir(d);
    if (n > 2) /* . and .. */
        return cq_error_set(err, -EEXIST, dir, 0, "is not empty; name a new folder");
    return 0;
}

static int write_file(const char *dir, const char *name, const struct cq_str *text, struct cq_error *err)
{
    char *path = cq_path_join(dir, name);
    int r = path && !text->failed ? cq_path_write(path, text->s, text->n) : -ENOMEM;
    if (r && r != -ENOMEM)
        cq_error_set(err, r, path, 0, "cannot be written (%s); check the folder and the room on its disk",
                     strerror(-r));
    free(path);
    return r;
}

int cq_examples_export(struct cq_store *store, const int64_t *ids, size_t n, const struct cq_sound_opts *sound,
                       const struct cq_export_opts *opts, const atomic_bool *stop, struct cq_error *err)
{
    struct exporter x = {.store = store, .sound = sound, .o = opts};
    int r = make_empty_dir(opts->dir, err);
    cq_json_writer_init(&x.w, &x.json, 2);
    cq_json_open_object(&x.w);
    cq_json_put_int(&x.w, "callqa_examples", MANIFEST_VERSION);
    cq_json_key(&x.w, "examples");
    cq_json_open_array(&x.w);
    cq_str_add(&x.html, page_head);
    for (size_t i = 0; !r && i < n; i++)
        r = export_one(&x, ids[i], stop, err);
    cq_json_close_array(&x.w);
    cq_json_close_object(&x.w);
    cq_str_add(&x.html, "</body></html>\n");
    if (!r)
        r = write_file(opts->dir, "index.html", &x.html, err);
    if (!r)
        r = write_file(opts->dir, MANIFEST, &x.json, err); /* last: with it the folder is complete */
    cq_str_done(&x.html);
    cq_str_done(&x.json);
    return r;
}

/* ---- import */

static const char *text_of(const struct cq_json *v, const char *key)
{
    const struct cq_json *t = cq_json_get(v, key);
    return t && t->type == CQ_JSON_STRING ? t->string : NULL;
}

static double number_of(const struct cq_json *v, const char *key)
{
    const struct cq_json *t = cq_json_get(v, key);
    return t && t->type == CQ_JSON_NUMBER ? t->number : NAN;
}

static int import_one(struct cq_store *store, const char *dir, const struct cq_json *v, const char *who,
                      struct cq_error *err, bool *ret_new)
{
    const struct cq_json *good = cq_json_get(v, "good");
    const char *file = text_of(v, "file"), *uid = text_of(v, "uid");
    bool ok = file && *file && !strchr(file, '/') && file[0] != '.' && uid && strlen(uid) == 64 && good &&
              good->type == CQ_JSON_BOOL;
    struct cq_example e = {
        .score = number_of(v, "score"), .end_s = number_of(v, "length_s"), .good = ok && good->boolean};
    int64_t id;
    if (!ok || !(e.end_s > 0))
        return cq_error_set(err, -EBADMSG, MANIFEST, v->line,
                            "this is no example: uid, file, good or length_s is wrong");
    snprintf(e.uid, sizeof e.uid, "%s", uid);
    char *absolute = NULL;
    int r = cq_path_absolute(dir, &absolute);
    e.audio = r ? NULL : cq_path_join(absolute, file);
    e.item = cq_str_dup(text_of(v, "item"));
    e.title = cq_str_dup(text_of(v, "title"));
    e.why = cq_str_dup(text_of(v, "why"));
    r = e.audio ? cq_example_add(store, &e, who, err, &id) : -ENOMEM;
    *ret_new = !r;
    free(absolute);
    cq_example_done(&e);
    return r == -EEXIST ? 0 : r;
}

int cq_examples_import(struct cq_store *store, const char *dir, const char *who, struct cq_error *err,
                       int *ret_new, int *ret_known)
{
    char *path = cq_path_join(dir, MANIFEST), *text = NULL;
    struct cq_json_doc *doc = NULL;
    size_t n = 0;
    int n_new = 0, n_known = 0;
    int r = path ? cq_path_read(path, CQ_JSON_MAX_BYTES, &text, &n) : -ENOMEM;
    if (r && r != -ENOMEM)
        cq_error_set(err, r, path, 0, "cannot be read (%s)", strerror(-r));
    if (!r)
        r = cq_json_parse(MANIFEST, text, n, err, &doc);
    const struct cq_json *list = doc ? cq_json_get(cq_json_root(doc), "examples") : NULL;
    if (!r && (number_of(cq_json_root(doc), "callqa_examples") != MANIFEST_VERSION || !list ||
               list->type != CQ_JSON_ARRAY))
        r = cq_error_set(err, -EBADMSG, path, 0, "is no folder of examples that this callqa knows");
    if (!r)
        r = cq_store_begin(store, err); /* all or none */
    bool begun = !r;
    for (const struct cq_json *v = list && !r ? list->first : NULL; !r && v; v = v->next) {
        bool is_new = false;
        r = import_one(store, dir, v, who, err, &is_new);
        n_new += is_new;
        n_known += !is_new;
    }
    if (begun && r)
        cq_store_rollback(store);
    else if (begun)
        r = cq_store_commit(store, err);
    if (!r) {
        *ret_new = n_new;
        *ret_known = n_known;
    }
    cq_json_free(doc);
    free(text);
    free(path);
    return r;
}
