/* web/request.h - private: one request as handlers see it and what they answer, without a word of the HTTP
 * library. */
#ifndef CQ_WEB_REQUEST_H
#define CQ_WEB_REQUEST_H

#include "base/json.h"
#include "base/str.h"
#include "callqa/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CQ_WEB_MAX_ARGS 64           /* of a query string */
#define CQ_WEB_MAX_BODY (256u << 10) /* bytes: a form with remarks has some ten thousand */
#define CQ_WEB_MAX_HEADERS 16        /* of an answer */

enum cq_web_method { CQ_WEB_GET, CQ_WEB_POST, CQ_WEB_PUT, CQ_WEB_DELETE, CQ_WEB_N_METHODS };

/* "GET" and so on; HEAD counts as GET. -ENOENT. */
int cq_web_method_from_name(const char *name, enum cq_web_method *ret_method);
const char *cq_web_method_name(enum cq_web_method method);

struct cq_web_arg {
    const char *name;
    const char *value;
};

/* All texts are borrowed; headers that did not come are NULL. */
struct cq_web_request {
    enum cq_web_method method;
    const char *path; /* decoded, begins with '/' */
    struct cq_web_arg args[CQ_WEB_MAX_ARGS];
    size_t n_args;
    const char *peer; /* the client's address */
    const char *cookie;
    const char *csrf;
    const char *range;
    const char *if_none_match;
    const char *host;
    const char *origin;
    const char *content_type;
    const char *accept_language;
    const char *forwarded_proto; /* X-Forwarded-Proto: what a proxy in front was asked with */
    const char *body;
    size_t n_body;
};

/* Value of an argument of the query string, or NULL. */
const char *cq_web_arg(const struct cq_web_request *req, const char *name);

/* A whole number; `fallback` where it is not given, -EINVAL (err told) where it is none or out of range. */
int cq_web_arg_int(const struct cq_web_request *req, const char *name, int64_t fallback, int64_t min,
                   int64_t max, struct cq_error *err, int64_t *ret_v);

/* Copy a cookie's value; -ENOENT, -E2BIG. */
int cq_web_cookie(const struct cq_web_request *req, const char *name, char *buf, size_t size);

/* The Origin header, where there is one, names this very host. */
bool cq_web_same_origin(const struct cq_web_request *req);

/*
 * "bytes=from-to" against a size: true with the first and the last byte's place where one range is asked for
 * and can be given. *ret_bad is set where it lies outside. Several ranges, other units and nonsense count as
 * not asked for, as RFC 9110 wants it.
 */
bool cq_web_range(const char *range, int64_t size, int64_t *ret_from, int64_t *ret_to, bool *ret_bad);

/* A body that is made while it is sent. */
struct cq_web_stream {
    /* Bytes at [at, at + max) of the whole; 0 at the end, negative errno breaks the connection off. */
    int64_t (*read)(void *user, int64_t at, char *buf, size_t max);
    void (*free)(void *user);
    void *user;
    int64_t size; /* -1: not known before the end, and read in order */
};

struct cq_web_header {
    const char *name;
    char value[400];
};

struct cq_web_response {
    int status;
    const char *type; /* of the content */
    struct cq_str body;
    const void *fixed; /* or bytes that live as long as the program */
    size_t n_fixed;
    struct cq_web_stream stream; /* or these, from `from` on, n bytes (-1: to the end) */
    int64_t from;
    int64_t n_stream;
    struct cq_web_header headers[CQ_WEB_MAX_HEADERS];
    size_t n_headers;
};

void cq_web_response_done(struct cq_web_response *res);
void cq_web_header(struct cq_web_response *res, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* {"error": {"code": ..., "message": ...}} instead of whatever was there. */
void cq_web_error(struct cq_web_response *res, int status, const char *code, const char *message);

/* A stream as the whole or the range that is asked for; takes it over. */
void cq_web_answer_stream(const struct cq_web_request *req, struct cq_web_response *res, const char *type,
                          const struct cq_web_stream *stream);

#endif
