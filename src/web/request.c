#include "web/request.h"

#include "base/error.h"
#include "base/number.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define JSON_TYPE "application/json; charset=utf-8"

static const char *const method_names[] = {"GET", "POST", "PUT", "DELETE"};

const char *cq_web_method_name(enum cq_web_method method)
{
    return method_names[method];
}

int cq_web_method_from_name(const char *name, enum cq_web_method *ret_method)
{
    if (!strcmp(name, "HEAD"))
        name = "GET";
    for (int i = 0; i < CQ_WEB_N_METHODS; i++) {
        if (!strcmp(name, method_names[i])) {
            *ret_method = (enum cq_web_method)i;
            return 0;
        }
    }
    return -ENOENT;
}

const char *cq_web_arg(const struct cq_web_request *req, const char *name)
{
    for (size_t i = 0; i < req->n_args; i++) {
        if (!strcmp(req->args[i].name, name))
            return req->args[i].value;
    }
    return NULL;
}

int cq_web_arg_int(const struct cq_web_request *req, const char *name, int64_t fallback, int64_t min,
                   int64_t max, struct cq_error *err, int64_t *ret_v)
{
    const char *text = cq_web_arg(req, name);
    int64_t v = fallback;
    if (text && *text && (cq_number_parse_int(text, strlen(text), &v) || v < min || v > max))
        return cq_error_set(err, -EINVAL, NULL, 0, "%s is a whole number from %lld to %lld", name,
                            (long long)min, (long long)max);
    *ret_v = v;
    return 0;
}

int cq_web_cookie(const struct cq_web_request *req, const char *name, char *buf, size_t size)
{
    size_t n_name = strlen(name);
    const char *at = req->cookie;
    while (at && *at) {
        at += strspn(at, "; ");
        size_t n = strcspn(at, ";");
        if (n > n_name && !strncmp(at, name, n_name) && at[n_name] == '=') {
            size_t n_value = n - n_name - 1;
            if (n_value >= size)
                return -E2BIG;
            memcpy(buf, at + n_name + 1, n_value);
            buf[n_value] = '\0';
            return 0;
        }
        at += n;
    }
    return -ENOENT;
}

bool cq_web_same_origin(const struct cq_web_request *req)
{
    if (!req->origin)
        return true;
    const char *host = strstr(req->origin, "://");
    return host && req->host && !strcasecmp(host + 3, req->host);
}

bool cq_web_range(const char *range, int64_t size, int64_t *ret_from, int64_t *ret_to, bool *ret_bad)
{
    int64_t from = -1, to = -1;
    *ret_bad = false;
    if (!range || strncmp(range, "bytes=", 6) || strchr(range, ','))
        return false;
    range += 6;
    const char *dash = strchr(range, '-');
    if (!dash || (dash == range && !dash[1]))
        return false;
    size_t n_from = (size_t)(dash - range), n_to = strlen(dash + 1);
    if (n_from && (cq_number_parse_int(range, n_from, &from) || from < 0))
        return false;
    if (n_to && (cq_number_parse_int(dash + 1, n_to, &to) || to < 0))
        return false;
    if (n_from && n_to && to < from)
        return false;
    if (!n_from) { /* the last `to` bytes */
        *ret_bad = to == 0 || size == 0;
        from = to < size ? size - to : 0;
        to = size - 1;
    } else {
        *ret_bad = from >= size;
        if (!n_to || to >= size)
            to = size - 1;
    }
    *ret_from = from;
    *ret_to = to;
    return !*ret_bad;
}

void cq_web_response_done(struct cq_web_response *res)
{
    cq_str_done(&res->body);
    if (res->stream.free)
        res->stream.free(res->stream.user);
    *res = (struct cq_web_response){0};
}

void cq_web_header(struct cq_web_response *res, const char *name, const char *fmt, ...)
{
    va_list ap;
    if (res->n_headers == CQ_WEB_MAX_HEADERS)
        return;
    struct cq_web_header *h = &res->headers[res->n_headers++];
    h->name = name;
    va_start(ap, fmt);
    vsnprintf(h->value, sizeof h->value, fmt, ap);
    va_end(ap);
    for (char *c = h->value; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?'; /* no line can be added to the header */
    }
}

void cq_web_error(struct cq_web_response *res, int status, const char *code, const char *message)
{
    struct cq_json_writer w;
    if (res->stream.free)
        res->stream.free(res->stream.user);
    res->stream = (struct cq_web_stream){0};
    res->fixed = NULL;
    res->status = status;
    res->type = JSON_TYPE;
    cq_str_clear(&res->body);
    cq_json_writer_init(&w, &res->body, 0);
    cq_json_open_object(&w);
    cq_json_key(&w, "error");
    cq_json_open_object(&w);
    cq_json_put_string(&w, "code", code);
    cq_json_put_string(&w, "message", cq_error_translate(message));
    cq_json_close_object(&w);
    cq_json_close_object(&w);
}

void cq_web_answer_stream(const struct cq_web_request *req, struct cq_web_response *res, const char *type,
                          const struct cq_web_stream *stream)
{
    int64_t from, to;
    bool bad;
    res->stream = *stream;
    res->type = type;
    res->status = 200;
    res->from = 0;
    res->n_stream = stream->size;
    if (stream->size < 0)
        return;
    cq_web_header(res, "Accept-Ranges", "bytes");
    if (cq_web_range(req->range, stream->size, &from, &to, &bad)) {
        res->status = 206;
        res->from = from;
        res->n_stream = to - from + 1;
        cq_web_header(res, "Content-Range", "bytes %lld-%lld/%lld", (long long)from, (long long)to,
                      (long long)stream->size);
    } else if (bad) {
        cq_web_error(res, 416, "range", "the recording has no such bytes");
        cq_web_header(res, "Content-Range", "bytes */%lld", (long long)stream->size);
    }
}
