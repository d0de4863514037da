#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int max_level = CQ_LOG_WARNING;

void cq_log_set_level(enum cq_log_level level)
{
    atomic_store(&max_level, (int)level);
}

enum cq_log_level cq_log_get_level(void)
{
    return (enum cq_log_level)atomic_load(&max_level);
}

void cq_log(enum cq_log_level level, const char *fmt, ...)
{
    static const char *const names[] = {"", "warning: ", "", "debug: "};
    if ((int)level > atomic_load(&max_level))
        return;
    char line[2048];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    fprintf(stderr, "callqa: %s%s\n", names[level], line);
}
