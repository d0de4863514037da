/*
 * HTTP by libmicrohttpd, a thread a connection: a request may wait for the database or for a recording to be
 * decoded, and must hold up nobody else meanwhile.
 *
 * What a client may take is limited: connections in all and of one address, bytes of a request's headers and of
 * its body, and time. libmicrohttpd itself ends connections on which nothing moves; one that sends a byte now
 * and then is ended by the watchman here, who gives each part of a request a time by which it must be done.
 */
#include "web/web.h"

#include "base/error.h"
#include "base/log.h"
#include "base/time.h"
#include "web/app.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_HEADER_BYTES (32u << 10)
#define MAX_OF_ADDRESS 128 /* connections, where clients come by themselves and not through a proxy */
#define STALL_S 30         /* nothing moves */
#define HEADERS_S 30       /* from the connection or the last answer to the end of a request's headers */
#define BODY_S 60          /* from there to the end of its body */
#define ANSWER_S 3600      /* to send the answer */
#define WATCH_MS 500
#define THREAD_STACK_BYTES (1u << 20)
#define STREAM_BLOCK_BYTES (64u << 10)

/* An open connection: in a list for the watchman, who holds the mutex while he uses `fd`. */
struct connection {
    int fd;
    double deadline_s;
    struct connection *prev, *next;
};

struct cq_web {
    struct cq_web_app app;
    struct MHD_Daemon *daemon;
    int port;
    bool has_app;
    pthread_mutex_t mutex;
    pthread_cond_t stop_cond;
    pthread_t watchman;
    bool watching;
    bool stop;
    struct connection *connections;
};

/* One request being received and answered. */
struct exchange {
    struct cq_str body;
    bool too_large;
    char peer[INET6_ADDRSTRLEN];
};

static void set_deadline(struct cq_web *web, struct connection *c, double in_s)
{
    if (!c)
        return;
    pthread_mutex_lock(&web->mutex);
    c->deadline_s = cq_time_monotonic_s() + in_s;
    pthread_mutex_unlock(&web->mutex);
}

static struct connection *context_of(struct MHD_Connection *con)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(con, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void on_connection(void *cls, struct MHD_Connection *con, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct cq_web *web = cls;
    struct connection *c = *context;
    switch (what) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        c = calloc(1, sizeof *c);
        if (!c)
            return; /* goes unwatched, but for the library's own time-out */
        c->fd = MHD_get_connection_info(con, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        c->deadline_s = cq_time_monotonic_s() + HEADERS_S;
        pthread_mutex_lock(&web->mutex);
        c->next = web->connections;
        if (c->next)
            c->next->prev = c;
        web->connections = c;
        pthread_mutex_unlock(&web->mutex);
        *context = c;
        break;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        if (!c)
            return;
        pthread_mutex_lock(&web->mutex);
        if (c->prev)
            c->prev->next = c->next;
        else
            web->connections = c->next;
        if (c->next)
            c->next->prev = c->prev;
        pthread_mutex_unlock(&web->mutex);
        free(c);
        *context = NULL;
        break;
    }
}

static void *watch(void *arg)
{
    struct cq_web *web = arg;
    pthread_mutex_lock(&web->mutex);
    while (!web->stop) {
        struct timespec until;
        double now_s = cq_time_monotonic_s();
        for (struct connection *c = web->connections; c; c = c->next) {
            if (now_s > c->deadline_s)
                shutdown(c->fd, SHUT_RDWR); /* its thread sees the end and closes it */
        }
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += WATCH_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&web->stop_cond, &web->mutex, &until);
    }
    pthread_mutex_unlock(&web->mutex);
    return NULL;
}

static void name_peer(struct MHD_Connection *con, char *buf, size_t size)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(con, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *sa = info ? info->client_addr : NULL;
    snprintf(buf, size, "?");
    if (sa && sa->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, buf, (socklen_t)size);
    else if (sa && sa->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, buf, (socklen_t)size);
}

static enum MHD_Result take_arg(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct cq_web_request *req = cls;
    (void)kind;
    if (req->n_args == CQ_WEB_MAX_ARGS)
        return MHD_NO;
    req->args[req->n_args++] = (struct cq_web_arg){.name = name, .value = value ? value : ""};
    return MHD_YES;
}

static int64_t read_size(const char *header)
{
    char *end;
    if (!header)
        return 0;
    errno = 0;
    long long v = strtoll(header, &end, 10);
    return errno || v < 0 ? INT64_MAX : v;
}

static ssize_t read_stream(void *cls, uint64_t at, char *buf, size_t max)
{
    struct cq_web_response *res = cls;
    int64_t n = res->stream.read(res->stream.user, res->from + (int64_t)at, buf, max);
    if (n == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    return n < 0 ? MHD_CONTENT_READER_END_WITH_ERROR : (ssize_t)n;
}

static void free_stream(void *cls)
{
    struct cq_web_response *res = cls;
    cq_web_response_done(res);
    free(res);
}

/* The library's form of an answer; what `res` owned is taken over. NULL: out of memory. */
static struct MHD_Response *response_of(struct cq_web_response *res)
{
    struct MHD_Response *r;
    if (res->stream.read) {
        struct cq_web_response *kept = malloc(sizeof *kept);
        if (!kept)
            return NULL;
        *kept = *res;
        r = MHD_create_response_from_callback(res->n_stream < 0 ? MHD_SIZE_UNKNOWN : (uint64_t)res->n_stream,
                                              STREAM_BLOCK_BYTES, read_stream, kept, free_stream);
        if (r)
            res->stream = (struct cq_web_stream){0};
        else
            free(kept);
        return r;
    }
    if (res->fixed) /* never written to: the library's parameter lacks the const */
        return MHD_create_response_from_buffer(res->n_fixed, (void *)(uintptr_t)res->fixed,
                                               MHD_RESPMEM_PERSISTENT);
    return MHD_create_response_from_buffer(res->body.n, res->body.s, MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result send_response(struct MHD_Connection *con, struct cq_web_response *res)
{
    static const char head_of_type[] = "Content-Type";
    char type[96];
    struct cq_web_header headers[CQ_WEB_MAX_HEADERS];
    size_t n_headers = res->n_headers;
    int status = res->status;
    snprintf(type, sizeof type, "%s", res->type ? res->type : "application/octet-stream");
    memcpy(headers, res->headers, sizeof headers);
    struct MHD_Response *r = response_of(res);
    cq_web_response_done(res);
    if (!r)
        return MHD_NO;
    if (status != 304)
        MHD_add_response_header(r, head_of_type, type);
    for (size_t i = 0; i < n_headers; i++)
        MHD_add_response_header(r, headers[i].name, headers[i].value);
    enum MHD_Result ok = MHD_queue_response(con, (unsigned)status, r);
    MHD_destroy_response(r);
    return ok;
}

static enum MHD_Result refuse(struct MHD_Connection *con, int status, const char *code, const char *message)
{
    struct cq_web_response res = {0};
    cq_web_error(&res, status, code, message);
    cq_web_header(&res, "X-Content-Type-Options", "nosniff");
    return send_response(con, &res);
}

static const char *header(struct MHD_Connection *con, const char *name)
{
    return MHD_lookup_connection_value(con, MHD_HEADER_KIND, name);
}

static enum MHD_Result answer(struct cq_web *web, struct MHD_Connection *con, const char *url,
                              const char *method, struct exchange *x)
{
    struct cq_web_request req = {
        .path = url,
        .peer = x->peer,
        .cookie = header(con, "Cookie"),
        .csrf = header(con, "X-CSRF-Token"),
        .range = header(con, "Range"),
        .if_none_match = header(con, "If-None-Match"),
        .host = header(con, "Host"),
        .origin = header(con, "Origin"),
        .content_type = header(con, "Content-Type"),
        .accept_language = header(con, "Accept-Language"),
        .forwarded_proto = header(con, "X-Forwarded-Proto"),
        .body = x->body.s,
        .n_body = x->body.n,
    };
    struct cq_web_response res = {0};
    if (cq_web_method_from_name(method, &req.method))
        return refuse(con, 405, "method", "this is not done with this method");
    if (x->body.failed)
        return refuse(con, 503, "busy", "out of memory");
    MHD_get_connection_values(con, MHD_GET_ARGUMENT_KIND, take_arg, &req);
    cq_web_dispatch(&web->app, &req, &res);
    return send_response(con, &res);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *con, const char *url, const char *method,
                                  const char *version, const char *data, size_t *n_data, void **context)
{
    struct cq_web *web = cls;
    struct exchange *x = *context;
    (void)version;
    if (!x) { /* headers are there, the body is not */
        x = calloc(1, sizeof *x);
        if (!x)
            return MHD_NO;
        *context = x;
        name_peer(con, x->peer, sizeof x->peer);
        set_deadline(web, context_of(con), BODY_S);
        if (read_size(header(con, "Content-Length")) > (int64_t)CQ_WEB_MAX_BODY)
            return refuse(con, 413, "too_large", "the request is too large");
        return MHD_YES;
    }
    if (*n_data) {
        if (x->body.n + *n_data > CQ_WEB_MAX_BODY)
            x->too_large = true; /* of a body in chunks: the rest is read and thrown away, until its deadline */
        else
            cq_str_add_n(&x->body, data, *n_data);
        *n_data = 0;
        return MHD_YES;
    }
    set_deadline(web, context_of(con), ANSWER_S);
    if (x->too_large)
        return refuse(con, 413, "too_large", "the request is too large");
    return answer(web, con, url, method, x);
}

static void on_completed(void *cls, struct MHD_Connection *con, void **context,
                         enum MHD_RequestTerminationCode why)
{
    struct exchange *x = *context;
    (void)why;
    if (x)
        cq_str_done(&x->body);
    free(x);
    *context = NULL;
    set_deadline(cls, context_of(con), HEADERS_S);
}

bool cq_web_is_loopback(const char *address)
{
    return !strncmp(address, "127.", 4) || !strcmp(address, "::1") || !strncmp(address, "::ffff:127.", 11);
}

/* A listening socket of our own, because the library does not say why it could not make one. */
static int listen_at(const struct cq_web_opts *o, struct cq_error *err, int *ret_fd, int *ret_port)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *ai = NULL;
    struct sockaddr_storage at;
    socklen_t n_at = sizeof at;
    char port[16];
    int on = 1, r = 0;
    snprintf(port, sizeof port, "%d", o->port);
    if (getaddrinfo(o->address, port, &hints, &ai))
        return cq_error_set(err, -EINVAL, NULL, 0,
                            "%s is no address of an interface; write it in numbers, such as 127.0.0.1",
                            o->address);
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, ai->ai_addr, ai->ai_addrlen) || listen(fd, SOMAXCONN) ||
        getsockname(fd, (struct sockaddr *)&at, &n_at)) {
        r = cq_error_set(err, -errno, NULL, 0, "cannot listen on %s port %d (%s); give another with --port",
                         o->address, o->port, strerror(errno));
        if (fd >= 0)
            close(fd);
        goto out;
    }
    *ret_port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&at)->sin6_port
                                               : ((struct sockaddr_in *)(void *)&at)->sin_port);
    *ret_fd = fd;
out:
    freeaddrinfo(ai);
    return r;
}

static int start_daemon(struct cq_web *web, const struct cq_web_opts *o, int fd, struct cq_error *err)
{
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
                     MHD_USE_ITC | (o->tls_cert ? MHD_USE_TLS : 0u);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)o->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)o->tls_key},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    unsigned of_address = cq_web_is_loopback(o->address) ? 0u : MAX_OF_ADDRESS; /* 0: no limit */
    web->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, web, MHD_OPTION_LISTEN_SOCKET, fd,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)o->max_connections,
                         MHD_OPTION_PER_IP_CONNECTION_LIMIT, of_address, MHD_OPTION_CONNECTION_TIMEOUT,
                         (unsigned)STALL_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MAX_HEADER_BYTES,
                         MHD_OPTION_THREAD_STACK_SIZE, (size_t)THREAD_STACK_BYTES, MHD_OPTION_STRICT_FOR_CLIENT,
                         1, MHD_OPTION_NOTIFY_COMPLETED, on_completed, web, MHD_OPTION_NOTIFY_CONNECTION,
                         on_connection, web, MHD_OPTION_ARRAY, o->tls_cert ? tls : none, MHD_OPTION_END);
    if (web->daemon)
        return 0;
    close(fd);
    return cq_error_set(err, -EINVAL, NULL, 0, "%s",
                        o->tls_cert ? "the server could not be started; check the certificate and its key"
                                    : "the server could not be started");
}

int cq_web_start(const struct cq_web_opts *opts, struct cq_error *err, struct cq_web **ret_web)
{
    struct cq_web *web = calloc(1, sizeof *web);
    int fd = -1;
    if (!web)
        return -ENOMEM;
    pthread_mutex_init(&web->mutex, NULL);
    pthread_cond_init(&web->stop_cond, NULL);
    int r = cq_web_app_init(&web->app, opts, err);
    web->has_app = !r;
    if (!r)
        r = listen_at(opts, err, &fd, &web->port);
    if (!r)
        r = start_daemon(web, opts, fd, err);
    if (!r) {
        r = -pthread_create(&web->watchman, NULL, watch, web);
        web->watching = !r;
    }
    if (r) {
        cq_web_stop(web);
        return r;
    }
    *ret_web = web;
    return 0;
}

int cq_web_port(const struct cq_web *web)
{
    return web->port;
}

struct cq_web *cq_web_stop(struct cq_web *web)
{
    if (!web)
        return NULL;
    pthread_mutex_lock(&web->mutex);
    web->stop = true;
    pthread_cond_signal(&web->stop_cond);
    pthread_mutex_unlock(&web->mutex);
    if (web->watching)
        pthread_join(web->watchman, NULL);
    if (web->daemon)
        MHD_stop_daemon(web->daemon); /* waits for the threads of connections, and closes the socket */
    if (web->has_app)
        cq_web_app_done(&web->app);
    pthread_cond_destroy(&web->stop_cond);
    pthread_mutex_destroy(&web->mutex);
    free(web);
    return NULL;
}
