#include "base/log.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/i18n.h"

static int run(const void *opts, const struct cq_args *args)
{
    (void)opts;
    if (args->n == 0) {
        cq_help_overview(stdout);
        return CQ_EXIT_OK;
    }
    const struct cq_command *cmd = cq_command_find(args->v[0]);
    if (!cmd) {
        cq_log(CQ_LOG_ERROR, _("there is no command \"%s\" (see: callqa --help)"), args->v[0]);
        return CQ_EXIT_USAGE;
    }
    cq_help_command(stdout, cmd);
    return CQ_EXIT_OK;
}

extern const struct cq_command cq_command_help;
const struct cq_command cq_command_help = {
    .name = "help",
    .synopsis = "[COMMAND]",
    .summary = N_("show the commands, or what one of them does"),
    .max_args = 1,
    .run = run,
};
