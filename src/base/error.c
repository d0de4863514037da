#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int cq_error_set(struct cq_error *err, int code, const char *file, int line, const char *fmt, ...)
{
    if (!err)
        return code;

    snprintf(err->file, sizeof err->file, "%s", file ? file : "");
    err->line = line;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->what, sizeof err->what, fmt, ap);
    va_end(ap);
    for (char *p = err->what; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    }
    return code;
}

char *cq_error_format(const struct cq_error *err, char *buf, unsigned long size)
{
    if (err->file[0] && err->line)
        snprintf(buf, size, "%s:%d: %s", err->file, err->line, err->what);
    else if (err->file[0])
        snprintf(buf, size, "%s: %s", err->file, err->what);
    else
        snprintf(buf, size, "%s", err->what);
    return buf;
}

const char *cq_error_name(int code)
{
    switch (-code) {
    case 0:
        return "no error";
    case ENOMEM:
        return "out of memory";
    case ENOENT:
        return "no such file or entry";
    case EACCES:
        return "permission denied";
    case EBADMSG:
        return "damaged or not what it claims to be";
    case ENOTSUP:
        return "format not supported";
    case EFBIG:
        return "larger than the limit";
    case ENODATA:
        return "no data";
    case EINVAL:
        return "invalid value";
    case EIO:
        return "read or write error";
    case ENOSPC:
        return "disk full";
    case EBUSY:
        return "in use";
    case ECANCELED:
        return "stopped";
    case EEXIST:
        return "already there";
    case EISDIR:
        return "is a folder";
    case EMFILE:
    case ENFILE:
        return "too many open files";
    }
    return "unexpected error";
}
