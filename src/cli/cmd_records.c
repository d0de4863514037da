/* callqa records: business data of contacts, and what they say. */
#include "base/error.h"
#include "base/log.h"
#include "base/path.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/records_print.h"
#include "cli/term.h"
#include "cli/user.h"
#include "records/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CONFIG (1u << 20)

struct records_opts {
    const char *db;
    const char *as;
    const char *config;
    const char *agent;
    const char *since;
    const char *until;
    double window_days;
    double target_s;
    bool dry_run;
    bool json;
};

#define AT(field) offsetof(struct records_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    CQ_OPT_AS(AT(as)),
    {CQ_OPT("config", 'c', CQ_OPT_FILE, AT(config), "FILE",
            N_("import: configuration whose section \"records\" names columns and priorities"))},
    {CQ_OPT("dry-run", 0, CQ_OPT_FLAG, AT(dry_run), NULL, N_("import: check the file, store nothing"))},
    {CQ_OPT("agent", 'a', CQ_OPT_STRING, AT(agent), "ID", N_("show: only this agent's contacts"))},
    {CQ_OPT("since", 0, CQ_OPT_STRING, AT(since), "DATE", N_("show: contacts from this moment on"))},
    {CQ_OPT("until", 0, CQ_OPT_STRING, AT(until), "DATE",
            N_("show: contacts up to this moment; a day counts whole"))},
    {CQ_OPT("window", 0, CQ_OPT_NUMBER, AT(window_days), "DAYS",
            N_("show: a contact on the same matter within this is a repeat (default: 7)")),
     .min = 0.01, .max = 365},
    {CQ_OPT("target", 0, CQ_OPT_NUMBER, AT(target_s), "SECONDS",
            N_("show: target of the handling time (default: 360)")),
     .min = 1, .max = 86400},
    {CQ_OPT("json", 0, CQ_OPT_FLAG, AT(json), NULL, N_("show: print a JSON object"))},
};

static int load_map(const struct records_opts *o, struct cq_error *err, struct cq_records_map **ret_map)
{
    char *text = NULL;
    size_t n = 0;
    int r = o->config ? cq_path_read(o->config, MAX_CONFIG, &text, &n) : 0;
    if (r)
        return cq_error_set(err, r, o->config, 0, "cannot be read (%s)", cq_error_name(r));
    r = cq_records_map_parse(o->config ? o->config : "records", text, n, err, ret_map);
    free(text);
    return r;
}

static int import_one(struct cq_store *s, const struct records_opts *o, const struct cq_records_map *map,
                      const char *path, struct cq_error *err)
{
    char user[CQ_USER_MAX];
    struct cq_records_import how = {cq_cli_user(o->as, user), !strcmp(cq_path_ext(path), "json"), o->dry_run};
    struct cq_records_result res;
    char *text = NULL;
    size_t n = 0;
    int r = cq_path_read(path, CQ_RECORDS_MAX_BYTES, &text, &n);
    if (r)
        return cq_error_set(err, r, path, 0, "cannot be read (%s)", cq_error_name(r));
    r = cq_records_import(s, map, &how, path, text, n, err, &res);
    if (!r)
        printf(o->dry_run ? _("%s: %lld rows; %lld would be new, %lld changed, %lld the same\n")
                          : _("%s: %lld rows; %lld are new, %lld changed, %lld the same\n"),
               path, (long long)res.rows, (long long)res.added, (long long)res.changed, (long long)res.same);
    free(text);
    return r;
}

static int import(const struct records_opts *o, const struct cq_args *args)
{
    struct cq_error err = {0};
    struct cq_records_map *map = NULL;
    struct cq_store *s = NULL;
    int status = CQ_EXIT_OK;
    int r = load_map(o, &err, &map);
    if (r)
        return cq_cli_tell(&err, r, CQ_EXIT_SETUP);
    r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_WRITE, &err, &s);
    if (r)
        status = cq_cli_tell(&err, r, CQ_EXIT_DATABASE);
    for (size_t i = 1; !r && i < args->n; i++) {
        struct cq_error why = {0};
        int one = import_one(s, o, map, args->v[i], &why);
        if (one)
            status = cq_cli_tell(&why, one, one == -EBUSY || one == -ENOSPC ? CQ_EXIT_DATABASE : CQ_EXIT_SOME);
    }
    cq_store_close(s);
    cq_records_map_free(map);
    return status;
}

static int show(const struct records_opts *o)
{
    struct cq_records_opts how = CQ_RECORDS_OPTS_INIT;
    struct cq_records_measures m;
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    how.agent = o->agent;
    how.window_days = o->window_days;
    how.handling_target_s = o->target_s;
    if ((o->since && cq_time_parse_iso(o->since, &how.since_s)) ||
        (o->until && cq_time_parse_until(o->until, &how.until_s))) {
        cq_log(CQ_LOG_ERROR, "%s", _("write dates like 2026-11-24 or 2026-11-24T14:30"));
        return CQ_EXIT_USAGE;
    }
    int r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_READ, &err, &s);
    if (!r)
        r = cq_records_measure(s, &how, &err, &m);
    if (!r)
        r = o->json ? cq_records_print_json(&m) : cq_records_print(&m);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_DATABASE) : CQ_EXIT_OK;
}

static int fields(void)
{
    for (int i = 0; i < CQ_N_RECORD_FIELDS; i++) {
        const struct cq_record_info *info = cq_record_info((enum cq_record_field)i);
        printf("%-14s %s\n", info->name, _(info->help));
    }
    return CQ_EXIT_OK;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct records_opts *o = opts;
    const char *what = args->n ? args->v[0] : "show";
    if (!strcmp(what, "import") && args->n > 1)
        return import(o, args);
    if (!strcmp(what, "show") && args->n <= 1)
        return show(o);
    if (!strcmp(what, "fields") && args->n == 1)
        return fields();
    cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), _("write import FILE..., show or fields"), "records");
    return CQ_EXIT_USAGE;
}

static const char *const words[] = {"import", "show", "fields", NULL};
static const struct records_opts defaults = {.window_days = 7, .target_s = 360};

extern const struct cq_command cq_command_records;
const struct cq_command cq_command_records = {
    .name = "records",
    .synopsis = "[import FILE... | show | fields]",
    .summary = N_("import tickets, promises and ratings of contacts, and show what they say"),
    .details =
        N_("import reads CSV files with a heading, or JSON files with a list of objects; a file is taken whole "
           "or not "
           "at all. Columns with the names that fields prints need no configuration. A contact that is known "
           "changes "
           "where the file says something new, and every change stands in the audit. show tells first-contact "
           "resolution, repeat contacts, closed tickets, answers in time, satisfaction and handling time of an "
           "agent "
           "and a period. docs/records.md defines each with an example."),
    .examples = "  callqa records import tickets.csv --config callqa.json --dry-run\n"
                "  callqa records show --agent A001 --since 2026-11-01 --until 2026-11-30",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .words = words,
    .defaults = &defaults,
    .opts_size = sizeof(struct records_opts),
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
