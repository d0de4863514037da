/* cli/user.h - who is at the command line. */
#ifndef CQ_CLI_USER_H
#define CQ_CLI_USER_H

#include <stddef.h>

#define CQ_USER_MAX 200

/* The name that stands in reviews and in the audit: `option` (--as), else $CALLQA_USER, else the login name.
 * Returns buf, "" where nobody can be named. */
const char *cq_cli_user(const char *option, char buf[CQ_USER_MAX]);

/* The option that goes with it. */
#define CQ_OPT_AS(at)                                                                                          \
    {                                                                                                          \
        CQ_OPT("as", 0, CQ_OPT_STRING, at, "NAME",                                                             \
               N_("in whose name (default: $CALLQA_USER, else the login name)"))                               \
    }

#endif
