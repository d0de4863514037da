/* callqa serve: the review page. */
#include "base/log.h"
#include "base/path.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/signals.h"
#include "cli/term.h"
#include "cq-config.h"
#if CQ_HAVE_WEB
#include "web/web.h"
#endif

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct serve_opts {
    const char *db;
    const char *listen;
    int port;
    const char *tls_cert;
    const char *tls_key;
    bool plain_http;
    double idle_min;
    double max_hours;
};

#define AT(field) offsetof(struct serve_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("listen", 'l', CQ_OPT_STRING, AT(listen), "ADDRESS",
            N_("the interface to listen on, in numbers (default: 127.0.0.1, this machine alone)"))},
    {CQ_OPT("port", 'p', CQ_OPT_INT, AT(port), "N", N_("the port (default: 8740; 0: any that is free)")),
     .min = 0, .max = 65535},
    {CQ_OPT("tls-cert", 0, CQ_OPT_FILE, AT(tls_cert), "FILE",
            N_("speak HTTPS with this certificate chain (PEM)"))},
    {CQ_OPT("tls-key", 0, CQ_OPT_FILE, AT(tls_key), "FILE", N_("and its private key (PEM)"))},
    {CQ_OPT("plain-http", 0, CQ_OPT_FLAG, AT(plain_http), NULL,
            N_("allow plain HTTP on an interface that others reach: passwords can be read on the way"))},
    {CQ_OPT("idle", 0, CQ_OPT_NUMBER, AT(idle_min), "MINUTES",
            N_("a session ends this long after its last request (default: 60)")),
     .min = 0.01, .max = 1440},
    {CQ_OPT("session", 0, CQ_OPT_NUMBER, AT(max_hours), "HOURS",
            N_("and this long after the login, whatever happens (default: 12)")),
     .min = 0.001, .max = 168},
};

static const struct serve_opts defaults = {
    .listen = "127.0.0.1", .port = 8740, .idle_min = 60.0, .max_hours = 12.0};

#if CQ_HAVE_WEB
#define PEM_MAX_BYTES (1u << 20)
#define POLL_MS 100

static int bad_usage(const char *what)
{
    cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), what, "serve");
    return CQ_EXIT_USAGE;
}

static int read_pem(const char *path, char **ret_text)
{
    int r = path ? cq_path_read(path, PEM_MAX_BYTES, ret_text, NULL) : 0;
    if (r)
        cq_log(CQ_LOG_ERROR, _("%s cannot be read: %s"), path, strerror(-r));
    return r;
}

static void wait_for_the_end(struct cq_signals *signals)
{
    const struct timespec step = {.tv_nsec = POLL_MS * 1000000L};
    while (!atomic_load(&signals->stop))
        nanosleep(&step, NULL);
}

static int serve(const struct serve_opts *o, const char *cert, const char *key)
{
    struct cq_web_opts w = CQ_WEB_OPTS_INIT;
    struct cq_error err = {0};
    struct cq_signals signals;
    struct cq_web *web = NULL;
    w.db = cq_cli_db_path(o->db);
    w.address = o->listen;
    w.port = o->port;
    w.tls_cert = cert;
    w.tls_key = key;
    w.idle_s = o->idle_min * 60.0;
    w.absolute_s = o->max_hours * 3600.0;
    int r = cq_signals_init(&signals); /* before the server starts its threads */
    if (r)
        return cq_cli_tell(&err, r, CQ_EXIT_SETUP);
    r = cq_web_start(&w, &err, &web);
    if (!r) {
        bool v6 = strchr(o->listen, ':') != NULL;
        printf(_("the review page is at %s://%s%s%s:%d/ (Ctrl-C ends it)\n"), cert ? "https" : "http",
               v6 ? "[" : "", o->listen, v6 ? "]" : "", cq_web_port(web));
        fflush(stdout);
        wait_for_the_end(&signals);
        cq_web_stop(web);
    }
    cq_signals_done(&signals);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_DATABASE) : CQ_EXIT_OK;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct serve_opts *o = opts;
    char *cert = NULL, *key = NULL;
    (void)args;
    if (!o->tls_cert != !o->tls_key)
        return bad_usage(_("--tls-cert and --tls-key go together"));
    if (!cq_web_is_loopback(o->listen) && !o->tls_cert && !o->plain_http)
        return bad_usage(
            _("others can reach that address: give --tls-cert and --tls-key, or listen on 127.0.0.1 "
              "behind a proxy that speaks HTTPS, or say --plain-http"));
    int status = CQ_EXIT_SETUP;
    if (!read_pem(o->tls_cert, &cert) && !read_pem(o->tls_key, &key))
        status = serve(o, cert, key);
    free(cert);
    free(key);
    return status;
}
#else
static int run(const void *opts, const struct cq_args *args)
{
    (void)opts;
    (void)args;
    cq_log(CQ_LOG_ERROR, "%s",
           _("this callqa was built without the review page; run tools/setup, and build it again"));
    return CQ_EXIT_SETUP;
}
#endif

extern const struct cq_command cq_command_serve;
const struct cq_command cq_command_serve = {
    .name = "serve",
    .synopsis = "[OPTION]...",
    .summary = N_("serve the review page, where people listen to calls in a browser"),
    .details =
        N_("The page needs a user to log in: make the first one with `callqa user add NAME --role admin`. "
           "Nobody but this machine reaches it unless --listen says so; then it needs a certificate, or a "
           "proxy in front of it that has one. Recordings are read from where they were analysed, "
           "relative names from this folder. SIGTERM and Ctrl-C end it after the requests under way."),
    .examples = "  callqa user add chen --role admin\n"
                "  callqa serve --db calls.db\n"
                "  callqa serve --listen 0.0.0.0 --tls-cert qa.crt --tls-key qa.key",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .defaults = &defaults,
    .opts_size = sizeof(struct serve_opts),
    .max_args = 0,
    .run = run,
};
