/* web/web.h - the review page: an HTTP server over the database, with threads of its own. */
#ifndef CQ_WEB_WEB_H
#define CQ_WEB_WEB_H

#include "callqa/error.h"

#include <stdbool.h>
#include <stddef.h>

struct cq_web_opts {
    const char *db;       /* path of the database; made and brought up to date where it must be */
    const char *address;  /* number of an interface: "127.0.0.1", "::1", "0.0.0.0" */
    int port;             /* 0: any that is free */
    const char *tls_cert; /* PEM text of the certificate chain; NULL: plain HTTP */
    const char *tls_key;  /* PEM text of its key */
    double idle_s;        /* a session ends this long after its last request */
    double absolute_s;    /* and this long after its login */
    int max_connections;
};

#define CQ_WEB_OPTS_INIT                                                                                       \
    {                                                                                                          \
        .address = "127.0.0.1", .port = 8740, .idle_s = 3600.0, .absolute_s = 12 * 3600.0,                     \
        .max_connections = 512                                                                                 \
    }

struct cq_web;

/* Does this address belong to the machine itself alone (127.0.0.0/8, ::1)? */
bool cq_web_is_loopback(const char *address);

/*
 * Open the database and answer requests from now on. -EINVAL no address, or TLS files that cannot be used;
 * -EADDRINUSE, -EACCES; those of cq_store_open(). err says what to do.
 */
int cq_web_start(const struct cq_web_opts *opts, struct cq_error *err, struct cq_web **ret_web);

/* The port in use. */
int cq_web_port(const struct cq_web *web);

/* Take no more requests, finish those under way, close the database. Accepts NULL. */
struct cq_web *cq_web_stop(struct cq_web *web);

#endif
