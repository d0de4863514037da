#include "cli/user.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *cq_cli_user(const char *option, char buf[CQ_USER_MAX])
{
    const char *name = option ? option : getenv("CALLQA_USER");
    if (!name || !*name) {
        const struct passwd *pw = getpwuid(getuid());
        name = pw ? pw->pw_name : "";
    }
    snprintf(buf, CQ_USER_MAX, "%s", name);
    return buf;
}
