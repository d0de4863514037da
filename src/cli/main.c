/* callqa - finds the command that the first word names and runs it. */
#include "base/log.h"
#include "base/suggest.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/i18n.h"
#include "cq-config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int unknown_command(const char *word)
{
    struct cq_suggest near = {0};
    for (size_t i = 0; cq_commands[i]; i++)
        cq_suggest_offer(&near, word, cq_commands[i]->name);
    if (near.best)
        cq_log(CQ_LOG_ERROR, _("there is no command \"%s\"; did you mean \"%s\"? (see: callqa --help)"), word,
               near.best);
    else
        cq_log(CQ_LOG_ERROR, _("there is no command \"%s\" (see: callqa --help)"), word);
    return CQ_EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        cq_help_overview(stderr);
        return CQ_EXIT_USAGE;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        cq_help_overview(stdout);
        return CQ_EXIT_OK;
    }
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        printf("callqa %s\n", CQ_VERSION);
        return CQ_EXIT_OK;
    }
    if (word[0] == '-') {
        cq_log(CQ_LOG_ERROR, _("options follow the command, and \"%s\" stands before it (see: callqa --help)"),
               word);
        return CQ_EXIT_USAGE;
    }
    const struct cq_command *cmd = cq_command_find(word);
    return cmd ? cq_command_run(cmd, argc - 1, argv + 1) : unknown_command(word);
}

/* A full disk behind standard output must not look like success. */
static int flush_output(int status)
{
    errno = 0;
    if (!ferror(stdout) && fflush(stdout) == 0)
        return status;
    if (errno != EPIPE)
        cq_log(CQ_LOG_ERROR, _("standard output could not be written: %s"), strerror(errno ? errno : EIO));
    return status == CQ_EXIT_OK ? CQ_EXIT_SOME : status;
}

int main(int argc, char **argv)
{
    cq_cli_i18n_init();
    return flush_output(dispatch(argc, argv));
}
