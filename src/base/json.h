/* base/json.h - JSON in: a tree whose nodes know their line (yajl); JSON out: a checked stream writer. */
#ifndef CQ_BASE_JSON_H
#define CQ_BASE_JSON_H

#include "base/str.h"
#include "callqa/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cq_json_type { CQ_JSON_NULL, CQ_JSON_BOOL, CQ_JSON_NUMBER, CQ_JSON_STRING, CQ_JSON_ARRAY, CQ_JSON_OBJECT };

/* One value. Children form a list: walk `first` and `next`. Owned by the document. */
struct cq_json {
    enum cq_json_type type;
    int line;        /* 1-based line of the source on which the value ends (opens, for arrays and objects) */
    const char *key; /* in an object; else NULL */
    bool boolean;
    double number;
    const char *string; /* terminated, valid UTF-8, no embedded NUL */
    struct cq_json *first;
    struct cq_json *next;
    size_t n; /* number of children */
};

struct cq_json_doc; /* opaque: owns every node and string */

#define CQ_JSON_MAX_BYTES (8u << 20) /* larger input is refused with -EFBIG */
#define CQ_JSON_MAX_DEPTH 64

/*
 * Parse text[0..n). `name` stands in error messages as the file. Comments are allowed (// and C style) so that
 * configuration files can explain themselves; duplicate keys are an error. Errors: -EBADMSG (err has the line),
 * -EFBIG, -ENOMEM.
 */
int cq_json_parse(const char *name, const char *text, size_t n, struct cq_error *err,
                  struct cq_json_doc **ret_doc);
const struct cq_json *cq_json_root(const struct cq_json_doc *doc);
struct cq_json_doc *cq_json_free(struct cq_json_doc *doc);

/* Member of an object by key, or NULL (also where v is NULL or no object). */
const struct cq_json *cq_json_get(const struct cq_json *v, const char *key);

/* "string", "number", ...: for error messages. */
const char *cq_json_type_name(enum cq_json_type type);

/*
 * Writer: appends to a cq_str, puts commas, escapes strings, replaces malformed UTF-8 by U+FFFD. Not indented,
 * or by `indent` spaces a level. The caller keeps open and close in balance.
 */
struct cq_json_writer {
    struct cq_str *out;
    int indent;
    int depth;
    bool need_comma;
    bool after_key;
};

void cq_json_writer_init(struct cq_json_writer *w, struct cq_str *out, int indent);
void cq_json_open_object(struct cq_json_writer *w);
void cq_json_close_object(struct cq_json_writer *w);
void cq_json_open_array(struct cq_json_writer *w);
void cq_json_close_array(struct cq_json_writer *w);
void cq_json_key(struct cq_json_writer *w, const char *key);
void cq_json_string(struct cq_json_writer *w, const char *s);          /* NULL writes null */
void cq_json_number(struct cq_json_writer *w, double v, int decimals); /* not finite writes null */
void cq_json_int(struct cq_json_writer *w, int64_t v);
void cq_json_bool(struct cq_json_writer *w, bool v);
void cq_json_null(struct cq_json_writer *w);

/* key and value in one call */
void cq_json_put_string(struct cq_json_writer *w, const char *key, const char *s);
void cq_json_put_number(struct cq_json_writer *w, const char *key, double v, int decimals);
void cq_json_put_int(struct cq_json_writer *w, const char *key, int64_t v);
void cq_json_put_bool(struct cq_json_writer *w, const char *key, bool v);

#endif
