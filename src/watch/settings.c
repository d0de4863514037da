#include "watch/settings.h"

#include "base/error.h"
#include "base/json.h"
#include "base/path.h"
#include "base/suggest.h"
#include "pipeline/pipeline.h"
#include "watch/settings_table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_RUBRIC "skills-form"
#define DEFAULT_DONE "done"
#define MAX_TEXT 4096

static void words_done(struct cq_words *w)
{
    for (size_t i = 0; i < w->n; i++)
        free(w->v[i]);
    w->n = 0;
}

static void members_done(void *base, const struct cq_member *members, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *at = (char *)base + members[i].offset;
        if (members[i].type == CQ_MEMBER_TEXT)
            free(*(char **)(void *)at);
        else if (members[i].type == CQ_MEMBER_WORDS)
            words_done((struct cq_words *)(void *)at);
    }
}

struct cq_watch_settings *cq_watch_settings_free(struct cq_watch_settings *s)
{
    if (!s)
        return NULL;
    for (size_t i = 0; i < s->n_sources; i++) {
        struct cq_watch_source *src = &s->sources[i];
        members_done(src, cq_source_members, cq_n_source_members);
        cq_zone_free(src->zone);
        cq_names_free(src->names);
        cq_rubric_free(src->form);
    }
    members_done(&s->opts, cq_watch_members, cq_n_watch_members);
    cq_settings_done(&s->analysis);
    cq_records_map_free(s->records);
    free(s);
    return NULL;
}

static void set_initial(void *base, const struct cq_member *members, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *at = (char *)base + members[i].offset;
        switch (members[i].type) {
        case CQ_MEMBER_NUMBER:
            memcpy(at, &members[i].initial, sizeof(double));
            break;
        case CQ_MEMBER_INT:
        case CQ_MEMBER_WORD:
            memcpy(at, &(int){(int)members[i].initial}, sizeof(int));
            break;
        case CQ_MEMBER_BOOL:
            memcpy(at, &(bool){members[i].initial != 0}, sizeof(bool));
            break;
        case CQ_MEMBER_TEXT:
        case CQ_MEMBER_WORDS:
            break;
        }
    }
}

static int wrong(const struct cq_member *m, const struct cq_json *v, const char *file, const char *need,
                 struct cq_error *err)
{
    return cq_error_set(err, -EBADMSG, file, v->line, "\"%s\" must be %s, not a %s", m->name, need,
                        cq_json_type_name(v->type));
}

static int take_number(const struct cq_member *m, const struct cq_json *v, const char *file, char *at,
                       struct cq_error *err)
{
    if (v->type != CQ_JSON_NUMBER)
        return wrong(m, v, file, "a number", err);
    if (v->number < m->min || v->number > m->max)
        return cq_error_set(err, -EBADMSG, file, v->line, "\"%s\" must lie between %g and %g, not %g", m->name,
                            m->min, m->max, v->number);
    if (m->type == CQ_MEMBER_NUMBER)
        memcpy(at, &v->number, sizeof(double));
    else if (v->number != floor(v->number))
        return cq_error_set(err, -EBADMSG, file, v->line, "\"%s\" must be a whole number", m->name);
    else
        memcpy(at, &(int){(int)v->number}, sizeof(int));
    return 0;
}

static int take_word(const struct cq_member *m, const struct cq_json *v, const char *file, char *at,
                     struct cq_error *err)
{
    struct cq_str all = {0};
    if (v->type != CQ_JSON_STRING)
        return wrong(m, v, file, "a word", err);
    for (int i = 0; m->words[i]; i++) {
        if (!strcmp(m->words[i], v->string)) {
            cq_str_done(&all);
            memcpy(at, &i, sizeof i);
            return 0;
        }
        cq_str_printf(&all, "%s%s", i ? ", " : "", m->words[i]);
    }
    cq_error_set(err, -EBADMSG, file, v->line, "\"%s\" cannot be \"%.64s\"; it is one of %s", m->name,
                 v->string, all.failed ? "" : all.s);
    cq_str_done(&all);
    return -EBADMSG;
}

static int take_words(const struct cq_member *m, const struct cq_json *v, const char *file, struct cq_words *w,
                      struct cq_error *err)
{
    words_done(w);
    for (const struct cq_json *c = v->type == CQ_JSON_ARRAY ? v->first : v; c;
         c = v->type == CQ_JSON_ARRAY ? c->next : NULL) {
        if (c->type != CQ_JSON_STRING || !*c->string)
            return wrong(m, c, file, "a text or a list of texts", err);
        if (w->n == CQ_WATCH_MAX_WORDS)
            return cq_error_set(err, -EBADMSG, file, c->line, "\"%s\" has more than %d entries", m->name,
                                CQ_WATCH_MAX_WORDS);
        w->v[w->n] = cq_str_dup(c->string);
        if (!w->v[w->n])
            return -ENOMEM;
        w->n++;
    }
    return 0;
}

static int take_value(const struct cq_member *m, const struct cq_json *v, const char *file, char *base,
                      struct cq_error *err)
{
    char *at = base + m->offset;
    switch (m->type) {
    case CQ_MEMBER_NUMBER:
    case CQ_MEMBER_INT:
        return take_number(m, v, file, at, err);
    case CQ_MEMBER_BOOL:
        if (v->type != CQ_JSON_BOOL)
            return wrong(m, v, file, "true or false", err);
        memcpy(at, &v->boolean, sizeof(bool));
        return 0;
    case CQ_MEMBER_TEXT:
        if (v->type != CQ_JSON_STRING && v->type != CQ_JSON_NULL)
            return wrong(m, v, file, "a text", err);
        if (v->type == CQ_JSON_STRING && strlen(v->string) > MAX_TEXT)
            return cq_error_set(err, -EBADMSG, file, v->line, "\"%s\" is too long", m->name);
        return cq_str_set((char **)(void *)at, v->type == CQ_JSON_STRING && *v->string ? v->string : NULL);
    case CQ_MEMBER_WORD:
        return take_word(m, v, file, at, err);
    case CQ_MEMBER_WORDS:
        return take_words(m, v, file, (struct cq_words *)(void *)at, err);
    }
    return -EINVAL;
}

/* The members of one object; those of objects inside it by "outer.inner". */
static int take_object(const struct cq_json *object, const char *prefix, const struct cq_member *members,
                       size_t n_members, const char *file, void *base, struct cq_error *err)
{
    for (const struct cq_json *c = object->first; c; c = c->next) {
        char name[64];
        struct cq_suggest near = {0};
        const struct cq_member *m = NULL;
        bool group = false;
        snprintf(name, sizeof name, "%s%s%.24s", prefix, *prefix ? "." : "", c->key);
        for (size_t i = 0; i < n_members && !m; i++) {
            size_t n = strlen(name);
            cq_suggest_offer(&near, name, members[i].name);
            m = !strcmp(members[i].name, name) ? &members[i] : NULL;
            group = group || (!strncmp(members[i].name, name, n) && members[i].name[n] == '.');
        }
        int r;
        if (m)
            r = take_value(m, c, file, base, err);
        else if (group && c->type == CQ_JSON_OBJECT)
            r = take_object(c, name, members, n_members, file, base, err);
        else if (near.best)
            r = cq_error_set(err, -EBADMSG, file, c->line, "there is no \"%s\" here; did you mean \"%s\"?",
                             name, near.best);
        else
            r = cq_error_set(err, -EBADMSG, file, c->line,
                             "there is no \"%s\" here; docs/watch.md lists what is", name);
        if (r)
            return r;
    }
    return 0;
}

static int check_pair(const struct cq_watch_source *src, const char *file, int line, struct cq_error *err)
{
    if (!src->pair_agent != !src->pair_customer)
        return cq_error_set(err, -EBADMSG, file, line, "a pair needs both \"agent\" and \"customer\"");
    if (src->pair_agent && !strcmp(src->pair_agent, src->pair_customer))
        return cq_error_set(err, -EBADMSG, file, line, "the two legs of a pair must end differently");
    return 0;
}

/* Without final slashes, and never a relative path: a service runs in a folder of its own. */
static int check_folder(struct cq_watch_source *src, const char *file, int line, struct cq_error *err)
{
    if (!src->folder || src->folder[0] != '/')
        return cq_error_set(err, -EBADMSG, file, line, "\"folder\" must be an absolute path");
    for (size_t n = strlen(src->folder); n > 1 && src->folder[n - 1] == '/'; n--)
        src->folder[n - 1] = '\0';
    if (!src->folder[1])
        return cq_error_set(err, -EBADMSG, file, line, "the whole file system is no source; name a folder");
    return 0;
}

static int prepare_done(struct cq_watch_source *src)
{
    const char *done = src->done_folder ? src->done_folder : DEFAULT_DONE;
    char *path = done[0] == '/' ? cq_str_dup(done) : cq_path_join(src->folder, done);
    if (!path)
        return -ENOMEM;
    free(src->done_folder);
    src->done_folder = path;
    return 0;
}

static int prepare_source(struct cq_watch_source *src, const char *file, int line, struct cq_error *err)
{
    static const char *const all[] = {"auto"};
    struct cq_error why = {0};
    int r = check_folder(src, file, line, err);
    if (!r)
        r = check_pair(src, file, line, err);
    if (!r)
        r = prepare_done(src);
    if (!r && !src->name)
        r = cq_error_set(err, -EBADMSG, file, line, "a source needs a \"name\"");
    if (r)
        return r;
    r = cq_zone_new(src->time_zone, &src->zone);
    if (r == -ENOMEM)
        return r;
    if (r)
        return cq_error_set(err, -EBADMSG, file, line,
                            "there is no time zone \"%.64s\"; write one like Asia/Shanghai or +08:00",
                            src->time_zone ? src->time_zone : "");
    r = src->pattern.n ? cq_names_new((const char *const *)src->pattern.v, src->pattern.n, &why, &src->names)
                       : cq_names_new(all, 1, &why, &src->names);
    if (r)
        return r == -ENOMEM ? r : cq_error_set(err, -EBADMSG, file, line, "\"pattern\": %s", why.what);
    return cq_pipeline_load_rubric(src->rubric ? src->rubric : DEFAULT_RUBRIC, err, &src->form);
}

static int take_source(struct cq_watch_settings *s, const struct cq_json *v, const char *file,
                       struct cq_error *err)
{
    if (v->type != CQ_JSON_OBJECT)
        return cq_error_set(err, -EBADMSG, file, v->line, "a source is an object {...}");
    if (s->n_sources == CQ_WATCH_MAX_SOURCES)
        return cq_error_set(err, -EBADMSG, file, v->line, "more than %d sources", CQ_WATCH_MAX_SOURCES);
    struct cq_watch_source *src = &s->sources[s->n_sources++];
    set_initial(src, cq_source_members, cq_n_source_members);
    int r = take_object(v, "", cq_source_members, cq_n_source_members, file, src, err);
    if (!r)
        r = prepare_source(src, file, v->line, err);
    for (size_t i = 0; !r && i + 1 < s->n_sources; i++) {
        if (!strcmp(s->sources[i].name, src->name))
            r = cq_error_set(err, -EBADMSG, file, v->line, "two sources are called \"%.64s\"", src->name);
        else if (!strcmp(s->sources[i].folder, src->folder))
            r = cq_error_set(err, -EBADMSG, file, v->line,
                             "sources \"%.64s\" and \"%.64s\" have the same folder", s->sources[i].name,
                             src->name);
    }
    return r;
}

static int take_root(struct cq_watch_settings *s, const struct cq_json *root, const char *file,
                     struct cq_error *err)
{
    const struct cq_json *watch = cq_json_get(root, "watch"), *sources = cq_json_get(root, "sources");
    int r = 0;
    if (watch && watch->type != CQ_JSON_OBJECT)
        return cq_error_set(err, -EBADMSG, file, watch->line, "\"watch\" must be an object {...}");
    if (sources && sources->type != CQ_JSON_ARRAY)
        return cq_error_set(err, -EBADMSG, file, sources->line, "\"sources\" must be a list [...]");
    if (watch)
        r = take_object(watch, "", cq_watch_members, cq_n_watch_members, file, &s->opts, err);
    int line = watch ? watch->line : 0;
    if (!r && s->opts.retry_min_s > s->opts.retry_max_s)
        r = cq_error_set(err, -EBADMSG, file, line, "\"retry_min_s\" must not exceed \"retry_max_s\"");
    if (!r && s->opts.hook_url && strncmp(s->opts.hook_url, "http://", 7) &&
        strncmp(s->opts.hook_url, "https://", 8))
        r = cq_error_set(err, -EBADMSG, file, line, "\"hook.url\" must begin with http:// or https://");
    for (const struct cq_json *c = sources ? sources->first : NULL; c && !r; c = c->next)
        r = take_source(s, c, file, err);
    return r;
}

static int load_text(struct cq_watch_settings *s, const char *path, const char *text, size_t n,
                     struct cq_error *err)
{
    struct cq_json_doc *doc = NULL;
    int r = cq_config_parse(&s->analysis, path, text, n, err);
    if (!r)
        r = cq_config_check(&s->analysis, err);
    if (!r)
        r = cq_json_parse(path, text, n, err, &doc);
    if (!r)
        r = cq_records_map_parse(path, text, n, err, &s->records);
    if (!r)
        r = take_root(s, cq_json_root(doc), path, err);
    cq_json_free(doc);
    return r;
}

int cq_watch_settings_load(const char *path, struct cq_error *err, struct cq_watch_settings **ret)
{
    char *text = NULL;
    size_t n = 0;
    struct cq_watch_settings *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    cq_settings_init(&s->analysis);
    set_initial(&s->opts, cq_watch_members, cq_n_watch_members);
    int r = cq_path_read(path, CQ_JSON_MAX_BYTES, &text, &n);
    if (r)
        cq_error_set(err, r, path, 0, "the configuration cannot be read: %s", cq_error_name(r));
    else
        r = load_text(s, path, text, n, err);
    free(text);
    if (r) {
        cq_watch_settings_free(s);
        return r;
    }
    *ret = s;
    return 0;
}

const struct cq_watch_source *cq_watch_find_source(const struct cq_watch_settings *s, const char *name)
{
    for (size_t i = 0; i < s->n_sources; i++) {
        if (!strcmp(s->sources[i].name, name))
            return &s->sources[i];
    }
    return NULL;
}

/* Of folders inside each other the inner one is meant. */
const struct cq_watch_source *cq_watch_source_of(const struct cq_watch_settings *s, const char *path)
{
    const struct cq_watch_source *best = NULL;
    for (size_t i = 0; i < s->n_sources; i++) {
        size_t n = strlen(s->sources[i].folder);
        if (!strncmp(path, s->sources[i].folder, n) && path[n] == '/' && (!best || n > strlen(best->folder)))
            best = &s->sources[i];
    }
    return best;
}
