#include "cli/command.h"

#include "base/error.h"
#include "base/log.h"
#include "cli/help.h"
#include "cli/i18n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One line a command here, one in the list below. */
extern const struct cq_command cq_command_agreement;
extern const struct cq_command cq_command_analyze;
extern const struct cq_command cq_command_appraise;
extern const struct cq_command cq_command_audit;
extern const struct cq_command cq_command_calibrate;
extern const struct cq_command cq_command_config;
extern const struct cq_command cq_command_db;
extern const struct cq_command cq_command_evaluate;
extern const struct cq_command cq_command_help;
extern const struct cq_command cq_command_jobs;
extern const struct cq_command cq_command_list;
extern const struct cq_command cq_command_purge;
extern const struct cq_command cq_command_query;
extern const struct cq_command cq_command_records;
extern const struct cq_command cq_command_examples;
extern const struct cq_command cq_command_playlist;
extern const struct cq_command cq_command_replay;
extern const struct cq_command cq_command_rescore;
extern const struct cq_command cq_command_review;
extern const struct cq_command cq_command_rubric;
extern const struct cq_command cq_command_serve;
extern const struct cq_command cq_command_sample;
extern const struct cq_command cq_command_show;
extern const struct cq_command cq_command_user;
extern const struct cq_command cq_command_watch;

/* In the order of --help. */
/* clang-format off */
const struct cq_command *const cq_commands[] = {
    &cq_command_analyze,
    &cq_command_watch,
    &cq_command_jobs,
    &cq_command_list,
    &cq_command_show,
    &cq_command_query,
    &cq_command_replay,
    &cq_command_examples,
    &cq_command_playlist,
    &cq_command_rescore,
    &cq_command_records,
    &cq_command_appraise,
    &cq_command_sample,
    &cq_command_review,
    &cq_command_agreement,
    &cq_command_calibrate,
    &cq_command_rubric,
    &cq_command_serve,
    &cq_command_user,
    &cq_command_config,
    &cq_command_evaluate,
    &cq_command_audit,
    &cq_command_db,
    &cq_command_purge,
    &cq_command_help,
    NULL,
};
/* clang-format on */

static const struct {
    int code;
    const char *help;
} exits[] = {
    {CQ_EXIT_OK, N_("everything was done")},
    {CQ_EXIT_SOME, N_("some files failed, or what was asked for was not found; the rest was done")},
    {CQ_EXIT_USAGE, N_("the command line could not be understood")},
    {CQ_EXIT_DATABASE, N_("the database could not be opened, read or written")},
    {CQ_EXIT_SETUP, N_("configuration, rubric or detector could not be used, or memory ran out")},
    {CQ_EXIT_INTERRUPTED, N_("stopped by Ctrl-C or a signal; what was finished is stored")},
};

bool cq_cli_exit_help(size_t i, int *ret_code, const char **ret_help)
{
    if (i >= sizeof exits / sizeof *exits)
        return false;
    *ret_code = exits[i].code;
    *ret_help = exits[i].help;
    return true;
}

const struct cq_command *cq_command_find(const char *name)
{
    for (size_t i = 0; cq_commands[i]; i++) {
        if (strcmp(cq_commands[i]->name, name) == 0)
            return cq_commands[i];
    }
    return NULL;
}

static int usage_error(const struct cq_command *cmd, const char *what)
{
    cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), what, cmd->name);
    return CQ_EXIT_USAGE;
}

int cq_command_run(const struct cq_command *cmd, int argc, char **argv)
{
    struct cq_args args = {0};
    struct cq_error err = {0};
    bool help = false;
    int status = CQ_EXIT_SETUP;
    void *opts = calloc(1, cmd->opts_size ? cmd->opts_size : 1);
    if (!opts)
        goto out;
    if (cmd->defaults)
        memcpy(opts, cmd->defaults, cmd->opts_size);

    int bad = cq_options_parse(cmd->options, cmd->n_options, argc, argv, opts, &err, &args, &help);
    if (bad == -ENOMEM)
        goto out;
    if (bad) {
        status = usage_error(cmd, err.what);
    } else if (help) {
        cq_help_command(stdout, cmd);
        status = CQ_EXIT_OK;
    } else if (args.n < cmd->min_args) {
        status = usage_error(cmd, _("an argument is missing"));
    } else if (args.n > cmd->max_args) {
        status = usage_error(cmd, _("there are too many arguments"));
    } else {
        status = cmd->run(opts, &args);
    }
out:
    if (!opts || bad == -ENOMEM)
        cq_log(CQ_LOG_ERROR, "%s", _("out of memory"));
    cq_options_done(cmd->options, cmd->n_options, opts);
    cq_args_done(&args);
    free(opts);
    return status;
}
