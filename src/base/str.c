#include "base/str.h"

#include "base/array.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cq_str_add_n(struct cq_str *b, const char *bytes, size_t n)
{
    if (b->failed)
        return;
    if (n >= (size_t)-1 - b->n || cq_array_reserve((void **)(void *)&b->s, &b->cap, b->n + n + 1, 1)) {
        b->failed = true;
        return;
    }
    if (n)
        memcpy(b->s + b->n, bytes, n);
    b->n += n;
    b->s[b->n] = '\0';
}

void cq_str_add(struct cq_str *b, const char *text)
{
    cq_str_add_n(b, text, strlen(text));
}

void cq_str_add_char(struct cq_str *b, char c)
{
    cq_str_add_n(b, &c, 1);
}

__attribute__((format(printf, 1, 0))) static char *format_v(const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    char *s = n < 0 ? NULL : malloc((size_t)n + 1);
    if (s)
        vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}

void cq_str_printf(struct cq_str *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *s = format_v(fmt, ap);
    va_end(ap);
    if (!s) {
        b->failed = true;
        return;
    }
    cq_str_add(b, s);
    free(s);
}

void cq_str_clear(struct cq_str *b)
{
    b->n = 0;
    b->failed = false;
    if (b->s)
        b->s[0] = '\0';
}

char *cq_str_take(struct cq_str *b)
{
    if (!b->failed && !b->s)
        cq_str_add_n(b, "", 0);
    char *s = b->s;
    if (b->failed) {
        free(s);
        s = NULL;
    }
    *b = (struct cq_str){0};
    return s;
}

void cq_str_done(struct cq_str *b)
{
    if (!b)
        return;
    free(b->s);
    *b = (struct cq_str){0};
}

char *cq_str_format(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *s = format_v(fmt, ap);
    va_end(ap);
    return s;
}

char *cq_str_dup(const char *s)
{
    return s ? strdup(s) : NULL;
}

int cq_str_set(char **dst, const char *src)
{
    char *copy = NULL;
    if (src) {
        copy = strdup(src);
        if (!copy)
            return -ENOMEM;
    }
    free(*dst);
    *dst = copy;
    return 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool cq_str_ieq(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

/* Length of the UTF-8 sequence at s, 0 where it is malformed, overlong, a surrogate or beyond U+10FFFF. */
static size_t utf8_sequence(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
        (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

size_t cq_str_utf8_prefix(const char *s)
{
    size_t at = 0;
    while (s[at]) {
        size_t n = utf8_sequence((const unsigned char *)s + at);
        if (!n)
            break;
        at += n;
    }
    return at;
}
