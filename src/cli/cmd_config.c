/* callqa config: what is in force, where it comes from, and what each setting means. */
#include "base/error.h"
#include "base/log.h"
#include "base/path.h"
#include "cli/command.h"
#include "cli/i18n.h"
#include "config/config.h"
#include "watch/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config_opts {
    const char *config;
    struct cq_args set;
    bool json;
};

#define AT(field) offsetof(struct config_opts, field)

static const struct cq_opt options[] = {
    {CQ_OPT("config", 'c', CQ_OPT_FILE, AT(config), "FILE", N_("read settings from a JSON file"))},
    {CQ_OPT("set", 's', CQ_OPT_LIST, AT(set), "NAME=VALUE", N_("change one setting"))},
    {CQ_OPT("json", 0, CQ_OPT_FLAG, AT(json), NULL,
            N_("print a complete configuration file, to be changed and given to --config"))},
};

static int tell(const struct cq_error *err, int code)
{
    char text[sizeof err->file + sizeof err->what + 32];
    cq_log(CQ_LOG_ERROR, "%s", err->what[0] ? cq_error_format(err, text, sizeof text) : cq_error_name(code));
    return CQ_EXIT_SETUP;
}

static int configure(const struct config_opts *o, struct cq_settings *s)
{
    struct cq_error err = {0};
    int ret = o->config ? cq_config_load(s, o->config, &err) : 0;
    for (size_t i = 0; !ret && i < o->set.n; i++)
        ret = cq_config_set_pair(s, o->set.v[i], "--set", &err);
    if (!ret)
        ret = cq_config_check(s, &err);
    return ret ? tell(&err, ret) : CQ_EXIT_OK;
}

/* Print text that may be NULL for want of memory, and free it. */
static int print(char *text, const char *end)
{
    if (!text)
        return tell(&(struct cq_error){0}, -ENOMEM);
    printf("%s%s", text, end);
    free(text);
    return CQ_EXIT_OK;
}

static int print_json(const struct cq_settings *s)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 2);
    cq_config_write_json(&w, &s->config);
    return print(cq_str_take(&out), "\n");
}

/* One option at length. */
static void add_option(struct cq_str *out, const struct cq_settings *s, const struct cq_option *o)
{
    const struct cq_config_origin *at = &s->origin[o - cq_config_option(0)];
    cq_str_printf(out, "%s = ", o->name);
    cq_config_add_value(out, &s->config, o);
    cq_str_printf(out, "%s%s\n    %s\n", *o->unit ? " " : "", o->unit, o->help);
    cq_str_printf(out, "    %s: ", _("allowed"));
    cq_config_add_range(out, o);
    cq_str_printf(out, "\n    %s: %s\n", _("source of the default"), o->source);
    if (at->line)
        cq_str_printf(out, "    %s: %s:%d\n", _("set by"), at->file, at->line);
    else if (at->file)
        cq_str_printf(out, "    %s: %s\n", _("set by"), at->file);
}

/* The options that are named, or all of a section ("talk"). */
static int explain(const struct cq_settings *s, const struct cq_args *names)
{
    struct cq_str out = {0};
    int status = CQ_EXIT_OK;
    for (size_t i = 0; i < names->n; i++) {
        size_t before = out.n;
        for (size_t k = 0; k < cq_config_n_options(); k++) {
            if (cq_config_is_named(cq_config_option(k), names->v[i]))
                add_option(&out, s, cq_config_option(k));
        }
        if (out.n == before) {
            cq_log(CQ_LOG_ERROR, _("there is no setting or section \"%s\"; `callqa config` lists them all"),
                   names->v[i]);
            status = CQ_EXIT_SOME;
        }
    }
    if (out.n == 0 && !out.failed)
        return status;
    int printed = print(cq_str_take(&out), "");
    return printed ? printed : status;
}

/* Is this file right, with all of its sections, and what does it watch? */
static int check(const struct config_opts *o, const struct cq_args *args)
{
    struct cq_error err = {0};
    struct cq_watch_settings *s = NULL;
    const char *path = args->n > 1 ? args->v[1] : o->config;
    if (!path) {
        cq_log(CQ_LOG_ERROR, _("name the configuration file to check"));
        return CQ_EXIT_USAGE;
    }
    int ret = cq_watch_settings_load(path, &err, &s);
    if (ret)
        return tell(&err, ret);
    printf(P_("%s is right; it has %zu source\n", "%s is right; it has %zu sources\n", s->n_sources), path,
           s->n_sources);
    for (size_t i = 0; i < s->n_sources; i++)
        printf("  %s: %s%s\n", s->sources[i].name, s->sources[i].folder,
               cq_path_is_dir(s->sources[i].folder) ? "" : _(" (is not there)"));
    cq_watch_settings_free(s);
    return CQ_EXIT_OK;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct config_opts *o = opts;
    if (args->n && !strcmp(args->v[0], "check"))
        return check(o, args);
    struct cq_settings s;
    cq_settings_init(&s);
    int status = configure(o, &s);
    if (!status)
        status = o->json ? print_json(&s) : args->n ? explain(&s, args) : print(cq_config_to_text(&s), "");
    cq_settings_done(&s);
    return status;
}

extern const struct cq_command cq_command_config;
const struct cq_command cq_command_config = {
    .name = "config",
    .synopsis = "[OPTION]... [NAME|SECTION... | check FILE]",
    .summary = N_("show every setting, its value and where it comes from"),
    .details = N_("Prints the thresholds and settings of an analysis as they would be in force with the same "
                  "--config and --set; those changed from the default are marked. With names, or names of "
                  "sections such as talk, tells what each means, what it may be and where its default comes "
                  "from. docs/config.md has the same as a table. check reads a whole configuration file, the "
                  "watch folder's sources too, and reports the first mistake by line."),
    .examples = "callqa config\n"
                "callqa config talk.dead_air_s\n"
                "callqa config check /etc/callqa/callqa.json\n"
                "callqa config --set talk.dead_air_s=4 --json > callqa.json",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .opts_size = sizeof(struct config_opts),
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
