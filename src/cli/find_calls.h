/* cli/find_calls.h - what `callqa list` and `callqa query` share: options into a select, rows onto the screen.
 */
#ifndef CQ_CLI_FIND_CALLS_H
#define CQ_CLI_FIND_CALLS_H

#include "cli/command.h"

#include <stdbool.h>

/* Zero is nothing asked for, except limit: -1 not given, 0 all. */
struct cq_find_calls {
    const char *command; /* for "see --help" */
    const char *db;
    struct cq_args flags;
    int severity; /* enum cq_severity, -1 any */
    const char *agent;
    const char *queue;
    const char *since;
    const char *until;
    const char *where;
    const char *order;   /* "score", "score desc" */
    const char *columns; /* "agent.turns,customer.turns" */
    int format;          /* enum cq_write_format */
    int limit;
    int offset;
    int default_limit; /* of a table */
    bool count;        /* only the number of calls */
    bool plan;         /* only how the database goes about it */
};

/* Find, print, tell what is wrong. Returns an exit code. */
int cq_find_calls_run(const struct cq_find_calls *o);

/* Print an error of a library and return `status`, or CQ_EXIT_SETUP when memory ran out. */
int cq_cli_tell(const struct cq_error *err, int code, int status);

#endif
