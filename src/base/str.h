/* base/str.h - growable strings. */
#ifndef CQ_BASE_STR_H
#define CQ_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

/* Always terminated once anything was appended; zero-initialised is empty. A failed append sets `failed` and
 * makes all later ones no-ops, so that a chain of appends is checked once at its end. */
struct cq_str {
    char *s;
    size_t n;
    size_t cap;
    bool failed;
};

void cq_str_add(struct cq_str *b, const char *text);
void cq_str_add_n(struct cq_str *b, const char *bytes, size_t n);
void cq_str_add_char(struct cq_str *b, char c);
void cq_str_printf(struct cq_str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cq_str_clear(struct cq_str *b); /* empty, keep the memory */

/* Give the text away (free() it); the builder is empty again. NULL where an append failed. */
char *cq_str_take(struct cq_str *b);
void cq_str_done(struct cq_str *b);

/* A malloc'd printf; NULL when out of memory. */
char *cq_str_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* strdup that maps NULL to NULL. */
char *cq_str_dup(const char *s);

/* Replace *dst (freed) by a copy of src (may be NULL). Returns 0 or -ENOMEM, *dst untouched then. */
int cq_str_set(char **dst, const char *src);

/* Equal without regard to ASCII case. */
bool cq_str_ieq(const char *a, const char *b);

/* Length of the longest prefix of s that is valid UTF-8; equals strlen(s) for clean text. */
size_t cq_str_utf8_prefix(const char *s);

#endif
