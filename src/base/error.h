/* base/error.h - fill a struct cq_error, name an errno. */
#ifndef CQ_BASE_ERROR_H
#define CQ_BASE_ERROR_H

#include "callqa/error.h"

/*
 * Write file (NULL for none), line (0 for none) and a printf-formatted sentence into `err` (NULL: nothing
 * happens). The sentence is looked up among the translations.
 * Control characters in it and in the name become '?', so that it stays one line. Returns `code`
 * unchanged, so that a function can end with `return cq_error_set(err, -EINVAL, ...)`.
 */
int cq_error_set(struct cq_error *err, int code, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/*
 * What translates messages in the calling thread from now on, one text to another that lives as long as the
 * program; NULL: the program's language (gettext), as at the start.
 */
void cq_error_translate_with(const char *(*translate)(const char *text));

/* A message in the language of the thread, or as it is. */
const char *cq_error_translate(const char *text) __attribute__((format_arg(1)));

/* "FILE:LINE: WHAT", "FILE: WHAT" or "WHAT" into buf; always terminated. Returns buf. */
char *cq_error_format(const struct cq_error *err, char *buf, unsigned long size);

/* A plain phrase, translated, for a negative errno as this project uses it ("not a supported format"). Never
 * NULL.
 */
const char *cq_error_name(int code);

#endif
