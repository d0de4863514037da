/*
 * Requests: anything is answered, with a status that belongs to HTTP, and nobody gets in. The input is lines:
 * method, path, query string, cookie, CSRF token, range, origin, content type, and the rest is the body.
 */
#include "tests/fuzz/fuzz.h"
#include "web/app.h"
#include "web/web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_LINES 8
#define MAX_INPUT 65536
#define MAX_STREAM 200000

static struct cq_web_app a;
static char folder[] = "/tmp/callqa-fuzz-XXXXXX", path[64];

static void clean(void)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    char name[80];
    cq_web_app_done(&a);
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, tails[i]);
        unlink(name);
    }
    rmdir(folder);
}

static struct cq_web_app *app(void)
{
    static int ready;
    if (!ready) {
        struct cq_web_opts opts = CQ_WEB_OPTS_INIT;
        if (!mkdtemp(folder))
            abort();
        snprintf(path, sizeof path, "%s/x.db", folder);
        opts.db = path;
        if (cq_web_app_init(&a, &opts, NULL))
            abort();
        atexit(clean);
        ready = 1;
    }
    return &a;
}

/* "a=1&b=2" in place. */
static void split_query(char *query, struct cq_web_request *req)
{
    for (char *at = strtok(query, "&"); at && req->n_args < CQ_WEB_MAX_ARGS; at = strtok(NULL, "&")) {
        char *value = strchr(at, '=');
        if (value)
            *value++ = '\0';
        req->args[req->n_args++] = (struct cq_web_arg){.name = at, .value = value ? value : ""};
    }
}

static void read_stream(struct cq_web_response *res)
{
    char buf[4096];
    int64_t at = res->from, n;
    while (res->stream.read && at < MAX_STREAM &&
           (n = res->stream.read(res->stream.user, at, buf, sizeof buf)) > 0)
        at += n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text, *at, *line[N_LINES];
    struct cq_web_response res = {0};
    struct cq_web_request req = {.peer = "127.0.0.1", .host = "localhost"};
    if (size > MAX_INPUT)
        return 0;
    text = at = calloc(1, size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    for (int i = 0; i < N_LINES; i++) {
        line[i] = at;
        at += strcspn(at, "\n");
        if (*at)
            *at++ = '\0';
    }
    if (cq_web_method_from_name(line[0], &req.method))
        req.method = CQ_WEB_GET;
    req.path = line[1][0] == '/' ? line[1] : "/";
    split_query(line[2], &req);
    req.cookie = line[3][0] ? line[3] : NULL;
    req.csrf = line[4][0] ? line[4] : NULL;
    req.range = line[5][0] ? line[5] : NULL;
    req.origin = line[6][0] ? line[6] : NULL;
    req.content_type = line[7][0] ? line[7] : NULL;
    req.body = at;
    req.n_body = size - (size_t)(at - text);
    /* a login would hash a password for a tenth of a second */
    if (strcmp(req.path, "/api/login") != 0 || !strstr(at, "password"))
        cq_web_dispatch(app(), &req, &res);
    else
        cq_web_error(&res, 400, "skipped", "");
    if (res.status < 200 || res.status > 599 || res.status == 500)
        abort();
    if (!strncmp(req.path, "/api/calls", 10) && res.status == 200)
        abort(); /* there is no user, so nobody can be logged in */
    read_stream(&res);
    cq_web_response_done(&res);
    free(text);
    return 0;
}
