/* callqa purge: what has been kept long enough goes, as the sources say. */
#include "base/log.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/term.h"
#include "cli/user.h"
#include "watch/retention.h"

#include <stdio.h>

struct purge_opts {
    const char *db;
    const char *config;
    bool dry_run;
    bool quiet;
};

#define AT(field) offsetof(struct purge_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("config", 'c', CQ_OPT_FILE, AT(config), "FILE",
            N_("the configuration with \"sources\" (default: /etc/callqa/callqa.json)"))},
    {CQ_OPT("dry-run", 'n', CQ_OPT_FLAG, AT(dry_run), NULL, N_("tell what would go, and delete nothing"))},
    {CQ_OPT("quiet", 0, CQ_OPT_FLAG, AT(quiet), NULL, N_("print the sum only"))},
};

static void tell(void *user, int64_t call, const char *path, const char *source)
{
    (void)user;
    if (path)
        printf(_("call %lld (%s): recording %s\n"), (long long)call, source, path);
    else
        printf(_("call %lld (%s): result\n"), (long long)call, source);
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct purge_opts *o = opts;
    struct cq_error err = {0};
    struct cq_watch_settings *settings = NULL;
    struct cq_store *store = NULL;
    char user[CQ_USER_MAX];
    struct cq_retention ret = {.dry_run = o->dry_run,
                               .who = cq_cli_user(NULL, user),
                               .now_s = cq_time_now_s(),
                               .tell = o->quiet ? NULL : tell};
    (void)args;
    if (!*ret.who)
        ret.who = "unknown";
    int r = cq_watch_settings_load(o->config ? o->config : "/etc/callqa/callqa.json", &err, &settings);
    if (r)
        return cq_cli_tell(&err, r, CQ_EXIT_SETUP);
    r = cq_store_open(cq_cli_db_path(o->db), o->dry_run ? CQ_STORE_READ : CQ_STORE_EDIT, &err, &store);
    if (!r)
        r = cq_retention_apply(store, settings, &ret, &err);
    if (!r)
        printf(o->dry_run ? _("would delete %lld recordings (%.1f MB) and %lld results\n")
                          : _("deleted %lld recordings (%.1f MB) and %lld results\n"),
               (long long)ret.n_audio, (double)ret.audio_bytes / 1e6, (long long)ret.n_rows);
    if (!r && ret.n_failed)
        cq_log(CQ_LOG_ERROR, _("%lld recordings could not be deleted; check the rights of their folders"),
               (long long)ret.n_failed);
    cq_store_close(store);
    cq_watch_settings_free(settings);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_DATABASE) : ret.n_failed ? CQ_EXIT_SOME : CQ_EXIT_OK;
}

extern const struct cq_command cq_command_purge;
const struct cq_command cq_command_purge = {
    .name = "purge",
    .synopsis = "[OPTION]...",
    .summary = N_("delete recordings and results that have been kept long enough"),
    .details =
        N_("Each source says in \"keep\" how many days its recordings and its results are kept; 0 is for ever. "
           "Flagged calls are exempt unless the source says otherwise, and results that a person has "
           "reviewed always are. What goes is recorded: see `callqa audit --action purge`."),
    .examples = "  callqa purge --dry-run --config /etc/callqa/callqa.json",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .opts_size = sizeof(struct purge_opts),
    .run = run,
};
