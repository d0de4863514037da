/* cli/help.h - --help from the command table. */
#ifndef CQ_CLI_HELP_H
#define CQ_CLI_HELP_H

#include "cli/command.h"

#include <stdio.h>

/* `callqa --help`: what there is. */
void cq_help_overview(FILE *f);

/* `callqa CMD --help`: synopsis, options, details, examples. */
void cq_help_command(FILE *f, const struct cq_command *cmd);

/* "-j, --jobs N" of one option into buf; returns buf. */
#define CQ_HELP_OPTION_MAX 96
char *cq_help_option(const struct cq_opt *o, char *buf, size_t size);

#endif
