/* callqa db: look after the database. */
#include "base/log.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/term.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

struct db_opts {
    const char *db;
};

static const struct cq_opt options[] = {CQ_OPT_DB(offsetof(struct db_opts, db))};

static void tell_problem(void *user, const char *problem)
{
    (void)user;
    printf("%s\n", problem);
}

static int check(struct cq_store *s, const char *path, struct cq_error *err, int *ret_status)
{
    struct cq_store_stats st;
    int64_t problems = 0;
    int r = cq_store_check(s, tell_problem, NULL, err, &problems);
    if (!r && problems) {
        cq_log(CQ_LOG_ERROR,
               P_("%s has %lld problem; keep a copy and restore a backup",
                  "%s has %lld problems; keep a copy and restore a backup", problems),
               path, (long long)problems);
        *ret_status = CQ_EXIT_DATABASE;
        return 0;
    }
    if (!r)
        r = cq_store_stats(s, err, &st);
    if (!r)
        printf(_("%s is sound: %lld calls (%lld flagged, %lld unscorable), schema %lld, %.1f MB\n"), path,
               (long long)st.calls, (long long)st.flagged, (long long)st.unscorable, (long long)st.schema,
               (double)st.bytes / 1e6);
    return r;
}

static int backup(struct cq_store *s, const char *path, const char *to, struct cq_error *err)
{
    int r = cq_store_backup(s, to, err);
    if (!r)
        printf(_("%s is copied to %s\n"), path, to);
    return r;
}

static int vacuum(struct cq_store *s, const char *path, struct cq_error *err)
{
    struct cq_store_stats before, after;
    int r = cq_store_stats(s, err, &before);
    if (!r)
        r = cq_store_vacuum(s, err);
    if (!r)
        r = cq_store_stats(s, err, &after);
    if (!r)
        printf(_("%s: %.1f MB before, %.1f MB now\n"), path, (double)before.bytes / 1e6,
               (double)after.bytes / 1e6);
    return r;
}

static int bad_usage(const char *what)
{
    cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), what, "db");
    return CQ_EXIT_USAGE;
}

/* Opening for writing brings it up to date; a database is never made here. */
static int open_db(const char *path, const char *what, struct cq_error *err, struct cq_store **ret_store)
{
    bool write = !strcmp(what, "vacuum") || !strcmp(what, "upgrade");
    if (write) {
        FILE *f = fopen(path, "r");
        if (!f)
            return cq_store_open(path, CQ_STORE_READ, err, ret_store); /* says that there is none */
        fclose(f);
    }
    return cq_store_open(path, write ? CQ_STORE_WRITE : CQ_STORE_READ, err, ret_store);
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct db_opts *o = opts;
    const char *what = args->v[0], *path = cq_cli_db_path(o->db);
    bool copy = !strcmp(what, "backup");
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    int status = CQ_EXIT_OK;
    if (strcmp(what, "check") && strcmp(what, "vacuum") && strcmp(what, "upgrade") && !copy)
        return bad_usage(_("write check, backup, vacuum or upgrade"));
    if (copy && args->n < 2)
        return bad_usage(_("name the file to copy to"));
    if (!copy && args->n > 1)
        return bad_usage(_("there are too many arguments"));

    int r = open_db(path, what, &err, &s);
    if (!r && copy)
        r = backup(s, path, args->v[1], &err);
    else if (!r && !strcmp(what, "check"))
        r = check(s, path, &err, &status);
    else if (!r && !strcmp(what, "vacuum"))
        r = vacuum(s, path, &err);
    else if (!r)
        printf(_("%s is up to date\n"), path);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_DATABASE) : status;
}

static const char *const words[] = {"check", "backup", "vacuum", "upgrade", NULL};

extern const struct cq_command cq_command_db;
const struct cq_command cq_command_db = {
    .name = "db",
    .synopsis = "check | backup FILE | vacuum | upgrade",
    .summary = N_("check, copy, shrink or upgrade the database"),
    .details =
        N_("check reads all of it: damage, rows that point nowhere, results that do not agree. backup makes "
           "a copy that stands alone, also while calls are being stored, and never writes over a file. "
           "vacuum gives the space of deleted calls back; it needs as much free disk again. upgrade "
           "brings a database of an older callqa up to date, which storing calls does by itself."),
    .examples = "  callqa db check\n"
                "  callqa db backup /backup/calls-2026-11-24.db --db calls.db",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .words = words,
    .opts_size = sizeof(struct db_opts),
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
