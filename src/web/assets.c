#include "web/assets.h"

#include <string.h>

#define PAGE "index.html"
#define NONCE_MARK "{{nonce}}"

const struct cq_web_asset *cq_web_asset_find(const char *name)
{
    for (const struct cq_web_asset *a = cq_web_assets; a->name; a++) {
        if (!strcmp(a->name, name))
            return a;
    }
    return NULL;
}

/* Views of the page: "/", "/calls", "/call/12" ... everything without a dot, and short. */
static bool is_view(const char *path)
{
    return strlen(path) < 80 && !strchr(path, '.') && strcmp(path, "/assets") != 0;
}

static void answer_page(struct cq_web_response *res, const char *nonce)
{
    const struct cq_web_asset *a = cq_web_asset_find(PAGE);
    const char *at = a ? (const char *)a->bytes : "", *mark;
    const char *end = at + (a ? a->n : 0);
    while ((mark = strstr(at, NONCE_MARK))) { /* assets end in a NUL byte */
        cq_str_add_n(&res->body, at, (size_t)(mark - at));
        cq_str_add(&res->body, nonce);
        at = mark + sizeof NONCE_MARK - 1;
    }
    cq_str_add_n(&res->body, at, (size_t)(end - at));
    res->status = 200;
    res->type = "text/html; charset=utf-8";
    cq_web_header(res, "Cache-Control", "no-store");
}

void cq_web_asset(const struct cq_web_request *req, struct cq_web_response *res, const char *nonce)
{
    const struct cq_web_asset *a = NULL;
    if (req->method != CQ_WEB_GET) {
        cq_web_error(res, 405, "method", "this is not done with this method");
        return;
    }
    if (!strncmp(req->path, "/assets/", 8))
        a = cq_web_asset_find(req->path + 8);
    else if (!strcmp(req->path, "/favicon.ico"))
        a = cq_web_asset_find("favicon.svg");
    else if (is_view(req->path)) {
        answer_page(res, nonce);
        return;
    }
    if (!a) {
        cq_web_error(res, 404, "not_found", "there is nothing here");
        return;
    }
    /* checked again each time: a page of yesterday's program must not meet today's server */
    cq_web_header(res, "Cache-Control", "no-cache");
    cq_web_header(res, "ETag", "%s", a->etag);
    res->type = a->type;
    if (req->if_none_match && !strcmp(req->if_none_match, a->etag)) {
        res->status = 304;
        return;
    }
    res->status = 200;
    res->fixed = a->bytes;
    res->n_fixed = a->n;
}
