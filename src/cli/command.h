/* cli/command.h - what a command is: a name, an option table, a function. */
#ifndef CQ_CLI_COMMAND_H
#define CQ_CLI_COMMAND_H

#include "cli/options.h"

/* Exit codes of every command; the texts of --help and callqa(1) come from cq_cli_exit_help(). */
enum cq_exit {
    CQ_EXIT_OK = 0,
    CQ_EXIT_SOME = 1,     /* some of what was asked for failed or was not found; the rest is done */
    CQ_EXIT_USAGE = 2,    /* the command line cannot be understood */
    CQ_EXIT_DATABASE = 3, /* the database cannot be opened, read or written */
    CQ_EXIT_SETUP = 4,    /* configuration, rubric or model cannot be used, or no memory: nothing was done */
    CQ_EXIT_INTERRUPTED = 130
};

/*
 * One command. `opts_size` bytes of `defaults` (NULL: zeroes) are copied, the options of the table are written
 * over them by their offsets, and run() gets the result. run() returns one of enum cq_exit and prints its own
 * errors; everything in `opts` and `args` is borrowed from the command line.
 */
struct cq_command {
    const char *name;
    const char *synopsis; /* "[OPTION]... FILE|DIR..." */
    const char *summary;  /* one line, N_() */
    const char *details;  /* paragraphs for --help and the manual, N_(); may be NULL */
    const char *examples; /* command lines, one a line, not translated; may be NULL */
    const struct cq_opt *options;
    size_t n_options;
    const char *const *words; /* what the first argument may be ("check", "backup"), NULL-terminated; or NULL */
    const void *defaults;
    size_t opts_size;
    size_t min_args;
    size_t max_args; /* CQ_ARGS_ANY: no limit */
    int (*run)(const void *opts, const struct cq_args *args);
};

#define CQ_ARGS_ANY ((size_t)-1)

/* The table of commands, in the order of `callqa --help`; ends with NULL. To add one: write cmd_NAME.c, declare
 * its struct in command.c and put it in the list there. */
extern const struct cq_command *const cq_commands[];

/* A command by name, or NULL. */
const struct cq_command *cq_command_find(const char *name);

/* Parse a command's own command line (argv[0] is its name) and run it. Returns the exit code. */
int cq_command_run(const struct cq_command *cmd, int argc, char **argv);

/* The i-th exit code and what it means (N_()); false past the last. */
bool cq_cli_exit_help(size_t i, int *ret_code, const char **ret_help);

#endif
