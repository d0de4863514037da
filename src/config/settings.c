#include "base/error.h"
#include "base/path.h"
#include "base/suggest.h"
#include "config/config.h"
#include "config/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void cq_settings_init(struct cq_settings *s)
{
    *s = (struct cq_settings){.config = CQ_CONFIG_INIT};
}

void cq_settings_done(struct cq_settings *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < CQ_CONFIG_MAX_OPTIONS; i++) {
        free(s->text[i]);
        free(s->origin[i].file);
    }
    cq_settings_init(s); /* nothing points to freed text any more */
}

/* Put a value that was found valid into its member. */
static int store(struct cq_settings *s, size_t row, const struct value *v, const char *origin, int line)
{
    const struct cq_option *o = cq_config_option(row);
    char *text = NULL, *file = cq_str_dup(origin);
    if (!file)
        return -ENOMEM;
    if (o->type == CQ_OPTION_STRING && v->text && !(text = cq_str_dup(v->text))) {
        free(file);
        return -ENOMEM;
    }

    char *member = (char *)&s->config + o->offset;
    switch (o->type) {
    case CQ_OPTION_DOUBLE:
        memcpy(member, &v->number, sizeof v->number);
        break;
    case CQ_OPTION_INT:
    case CQ_OPTION_ENUM:
        memcpy(member, &(int){(int)v->number}, sizeof(int));
        break;
    case CQ_OPTION_SIZE:
        memcpy(member, &(size_t){(size_t)v->number}, sizeof(size_t));
        break;
    case CQ_OPTION_BOOL:
        memcpy(member, &(bool){v->number != 0}, sizeof(bool));
        break;
    case CQ_OPTION_STRING:
        memcpy(member, &(const char *){text}, sizeof(const char *));
        break;
    }
    free(s->text[row]);
    free(s->origin[row].file);
    s->text[row] = text;
    s->origin[row] = (struct cq_config_origin){file, line};
    return 0;
}

static int unknown_name(const char *name, const char *file, int line, int code, struct cq_error *err)
{
    struct cq_suggest near = {0};
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const char *known = cq_config_option(i)->name;
        cq_suggest_offer(&near, name, known);
        /* the member alone, without its section, is the commonest slip */
        if (!strcmp(strchr(known, '.') + 1, name))
            near = (struct cq_suggest){known, 0};
    }
    if (near.best)
        return cq_error_set(err, code, file, line, "there is no option \"%.64s\"; did you mean %s?", name,
                            near.best);
    return cq_error_set(err, code, file, line, "there is no option \"%.64s\"; `callqa config` lists them all",
                        name);
}

int cq_config_set(struct cq_settings *s, const char *name, const char *text, const char *origin,
                  struct cq_error *err)
{
    const struct cq_option *o = cq_config_find(name);
    if (!o)
        return unknown_name(name, origin, 0, -EINVAL, err);
    struct value v = {0};
    int r = cq_value_from_text(o, text, &v);
    if (!r)
        r = cq_value_check(o, &v);
    if (r)
        return cq_value_complain(o, text, origin, 0, -EINVAL, err);
    return store(s, (size_t)(o - cq_config_option(0)), &v, origin, 0);
}

int cq_config_set_pair(struct cq_settings *s, const char *pair, const char *origin, struct cq_error *err)
{
    const char *eq = strchr(pair, '=');
    if (!eq)
        return cq_error_set(err, -EINVAL, origin, 0, "\"%.64s\" sets nothing; write NAME=VALUE", pair);
    struct cq_str name = {0};
    cq_str_add_n(&name, pair, (size_t)(eq - pair));
    int r = name.failed ? -ENOMEM : cq_config_set(s, name.s ? name.s : "", eq + 1, origin, err);
    cq_str_done(&name);
    return r;
}

static bool is_section(const char *key)
{
    size_t n = strlen(key);
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const char *name = cq_config_option(i)->name;
        if (!strncmp(name, key, n) && name[n] == '.')
            return true;
    }
    return false;
}

/* A top-level key that is no section: an option written flat ("talk.dead_air_s"), or a slip. */
static int unknown_section(const struct cq_json *section, const char *file, struct cq_error *err)
{
    const struct cq_option *flat = cq_config_find(section->key);
    if (flat) {
        int n = (int)strcspn(flat->name, ".");
        return cq_error_set(err, -EBADMSG, file, section->line,
                            "options stand inside their section; write \"%.*s\": {\"%s\": ...}", n, flat->name,
                            flat->name + n + 1);
    }
    struct cq_str all = {0};
    const char *last = "";
    for (size_t i = 0; i < cq_config_n_options(); i++) {
        const char *name = cq_config_option(i)->name;
        size_t n = strcspn(name, ".");
        if (strncmp(name, last, n + 1)) {
            cq_str_add(&all, i ? ", " : "");
            cq_str_add_n(&all, name, n);
        }
        last = name;
    }
    cq_error_set(err, -EBADMSG, file, section->line, "there is no section \"%.64s\"; the sections are %s",
                 section->key, all.s ? all.s : "");
    cq_str_done(&all);
    return -EBADMSG;
}

static int take_member(struct cq_settings *s, const char *section, const struct cq_json *member,
                       const char *file, struct cq_error *err)
{
    char *name = cq_str_format("%s.%s", section, member->key);
    if (!name)
        return -ENOMEM;
    const struct cq_option *o = cq_config_find(name);
    int r;
    if (!o) {
        r = unknown_name(name, file, member->line, -EBADMSG, err);
        goto out;
    }
    struct value v = {0};
    r = cq_value_from_json(o, member, &v);
    if (!r)
        r = cq_value_check(o, &v);
    if (r) {
        struct cq_str got = {0};
        cq_value_add_json(&got, member);
        r = cq_value_complain(o, got.s ? got.s : "", file, member->line, -EBADMSG, err);
        cq_str_done(&got);
        goto out;
    }
    r = store(s, (size_t)(o - cq_config_option(0)), &v, file, member->line);
out:
    free(name);
    return r;
}

static int take_section(struct cq_settings *s, const struct cq_json *section, const char *file,
                        struct cq_error *err)
{
    if (cq_config_is_reserved(section->key))
        return 0;
    if (!is_section(section->key))
        return unknown_section(section, file, err);
    if (section->type != CQ_JSON_OBJECT)
        return cq_error_set(err, -EBADMSG, file, section->line, "\"%s\" must be an object of options, not a %s",
                            section->key, cq_json_type_name(section->type));
    for (const struct cq_json *m = section->first; m; m = m->next) {
        int r = take_member(s, section->key, m, file, err);
        if (r)
            return r;
    }
    return 0;
}

int cq_config_parse(struct cq_settings *s, const char *name, const char *text, size_t n, struct cq_error *err)
{
    struct cq_json_doc *doc = NULL;
    int r = cq_json_parse(name, text, n, err, &doc);
    if (r)
        return r;

    const struct cq_json *root = cq_json_root(doc);
    if (root->type != CQ_JSON_OBJECT)
        r = cq_error_set(err, -EBADMSG, name, root->line, "a configuration is an object {...}, not a %s",
                         cq_json_type_name(root->type));
    for (const struct cq_json *c = root->first; c && !r; c = c->next)
        r = take_section(s, c, name, err);
    cq_json_free(doc);
    return r;
}

int cq_config_load(struct cq_settings *s, const char *path, struct cq_error *err)
{
    char *text = NULL;
    size_t n = 0;
    int r = cq_path_read(path, CQ_JSON_MAX_BYTES, &text, &n);
    if (r)
        return cq_error_set(err, r, path, 0, "the configuration cannot be read: %s", cq_error_name(r));
    r = cq_config_parse(s, path, text, n, err);
    free(text);
    return r;
}
