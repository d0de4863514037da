#include "base/error.h"

#include <errno.h>
#include <libintl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define N_(text) text /* marked for translation */

/* A server answers each request in its own language. */
static _Thread_local const char *(*translator)(const char *text);

void cq_error_translate_with(const char *(*translate)(const char *text))
{
    translator = translate;
}

const char *cq_error_translate(const char *text)
{
    /* in the language of the program, if it has bound the domain; else as it is written */
    return translator ? translator(text) : dgettext("callqa", text);
}

/* A sentence cut at the end of its buffer must not end in half a character. */
static void drop_half_character(char *text, size_t n)
{
    while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
        n--;
    if (n > 0 && (unsigned char)text[n - 1] >= 0xc0)
        text[n - 1] = '\0';
}

/* Names from outside must neither break the line nor speak to the terminal. */
static void drop_control_characters(char *text)
{
    for (char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    }
}

int cq_error_set(struct cq_error *err, int code, const char *file, int line, const char *fmt, ...)
{
    if (!err)
        return code;

    snprintf(err->file, sizeof err->file, "%s", file ? file : "");
    err->line = line;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(err->what, sizeof err->what, cq_error_translate(fmt), ap);
    va_end(ap);
    if (n >= (int)sizeof err->what)
        drop_half_character(err->what, sizeof err->what - 1);
    drop_control_characters(err->file);
    drop_control_characters(err->what);
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

static const char *plain_name(int code)
{
    switch (-code) {
    case 0:
        return N_("no error");
    case ENOMEM:
        return N_("out of memory");
    case ENOENT:
        return N_("no such file or entry");
    case EACCES:
        return N_("permission denied");
    case EBADMSG:
        return N_("damaged or not what it claims to be");
    case ENOTSUP:
        return N_("format not supported");
    case EFBIG:
        return N_("larger than the limit");
    case ENODATA:
        return N_("no data");
    case EINVAL:
        return N_("invalid value");
    case EIO:
        return N_("read or write error");
    case ENOSPC:
        return N_("disk full");
    case EBUSY:
        return N_("in use");
    case ECANCELED:
        return N_("stopped");
    case EEXIST:
        return N_("already there");
    case EISDIR:
        return N_("is a folder");
    case EMFILE:
    case ENFILE:
        return N_("too many open files");
    }
    return N_("unexpected error");
}

const char *cq_error_name(int code)
{
    return cq_error_translate(plain_name(code));
}
