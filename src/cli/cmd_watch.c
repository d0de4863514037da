/* callqa watch: the service. The work is src/watch's; here are its command line, signals, log and progress. */
#include "base/error.h"
#include "base/log.h"
#include "base/path.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/service.h"
#include "cli/term.h"
#include "cli/watch_status.h"
#include "watch/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define PROGRESS_EVERY_S 0.5

struct watch_opts {
    const char *db;
    const char *config;
    bool once;
    bool status;
    bool json;
};

#define AT(field) offsetof(struct watch_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("config", 'c', CQ_OPT_FILE, AT(config), "FILE",
            N_("the configuration with \"sources\" (default: /etc/callqa/callqa.json)"))},
    {CQ_OPT("once", 0, CQ_OPT_FLAG, AT(once), NULL,
            N_("end when every file that lies in the folders is done or has failed"))},
    {CQ_OPT("status", 0, CQ_OPT_FLAG, AT(status), NULL,
            N_("tell what the service has done and has before it, and end"))},
    {CQ_OPT("json", 0, CQ_OPT_FLAG, AT(json), NULL, N_("with --status: as JSON"))},
};

struct service {
    const char *config;
    struct cq_journal journal;
    struct cq_term term;
    double next_progress_s;
    bool drawn;
    bool ready_told;
    bool interrupted;
};

static void clear_progress(struct service *s)
{
    if (s->drawn)
        fputs("\r\033[K", stderr);
    s->drawn = false;
}

static void say(void *user, enum cq_log_level level, const char *text, const char *path, const char *source,
                const char *state, int64_t call)
{
    struct service *s = user;
    clear_progress(s);
    cq_journal_say(&s->journal, level, text, path, source, state, call);
}

static void reload(struct service *s, struct cq_watch *w)
{
    struct cq_error err = {0};
    struct cq_watch_settings *settings = NULL;
    cq_service_notify("RELOADING=1");
    int r = cq_watch_settings_load(s->config, &err, &settings);
    if (!r)
        r = cq_watch_reload(w, settings);
    if (r) {
        char text[sizeof err.file + sizeof err.what + 32];
        cq_error_format(&err, text, sizeof text);
        say(s, CQ_LOG_ERROR, text, NULL, NULL, NULL, 0);
        say(s, CQ_LOG_ERROR, _("the configuration was not taken; the one before stays in force"), NULL, NULL,
            NULL, 0);
    } else {
        say(s, CQ_LOG_INFO, _("the configuration was read again"), NULL, NULL, NULL, 0);
    }
    cq_service_notify("READY=1");
}

static void alive(void *user, struct cq_watch *w)
{
    struct service *s = user;
    struct cq_watch_status st;
    double now_s = cq_time_monotonic_s();
    cq_service_watchdog();
    if (!s->ready_told)
        cq_service_notify("READY=1");
    s->ready_told = true;
    if (!s->term.tty || now_s < s->next_progress_s)
        return;
    s->next_progress_s = now_s + PROGRESS_EVERY_S;
    cq_watch_get_status(w, &st);
    long long waiting = st.jobs.n[CQ_JOB_SEEN];
    waiting += st.jobs.n[CQ_JOB_SETTLING];
    waiting += st.jobs.n[CQ_JOB_PAIRED];
    fputs("\r\033[K", stderr);
    fprintf(stderr,
            _("%lld done, %lld queued, %d running, %lld waiting, %lld to be tried again, %lld cannot "
              "be read"),
            (long long)st.jobs.n[CQ_JOB_DONE], (long long)st.jobs.n[CQ_JOB_QUEUED], st.running, waiting,
            (long long)st.jobs.n[CQ_JOB_FAILED], (long long)st.jobs.n[CQ_JOB_QUARANTINED]);
    fflush(stderr);
    s->drawn = true;
}

struct host {
    struct service service;
    int signal_fd;
};

static void signalled(void *user, struct cq_watch *w)
{
    struct host *h = user;
    struct signalfd_siginfo info;
    while (read(h->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            reload(&h->service, w);
            continue;
        }
        cq_service_notify("STOPPING=1");
        if (!h->service.interrupted)
            say(&h->service, CQ_LOG_INFO, _("stopping; calls being analysed may finish"), NULL, NULL, NULL, 0);
        h->service.interrupted = true;
        cq_watch_stop(w);
    }
}

/* Before any thread is started, so that all of them leave the signals to the descriptor. */
static int open_signals(struct host *h)
{
    sigset_t set;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaction(SIGPIPE, &ignore, NULL); /* a hook that does not read */
    int r = -sigprocmask(SIG_BLOCK, &set, NULL);
    h->signal_fd = r ? -1 : signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return r ? r : h->signal_fd < 0 ? -errno : 0;
}

static int serve(const struct watch_opts *o, struct host *h, const char *db_path)
{
    struct cq_error err = {0};
    struct cq_watch_settings *settings = NULL;
    struct cq_store *store = NULL;
    struct cq_watch *w = NULL;
    int status = CQ_EXIT_SETUP;
    int r = cq_watch_settings_load(h->service.config, &err, &settings);
    if (!r && settings->n_sources == 0)
        r = cq_error_set(&err, -EINVAL, h->service.config, 0,
                         _("has no \"sources\"; data/callqa.example.json shows how they are written"));
    if (r) {
        cq_watch_settings_free(settings);
        return cq_cli_tell(&err, r, CQ_EXIT_SETUP);
    }
    r = cq_store_open(db_path, CQ_STORE_WRITE, &err, &store);
    if (r) {
        cq_watch_settings_free(settings);
        return cq_cli_tell(&err, r, CQ_EXIT_DATABASE);
    }
    const struct cq_watch_host host = {h, say, signalled, alive, h->signal_fd};
    r = cq_watch_new(store, db_path, settings, &host, &err, &w);
    if (!r) {
        r = cq_watch_run(w, o->once, &err);
        clear_progress(&h->service);
        status = h->service.interrupted ? CQ_EXIT_OK : CQ_EXIT_DATABASE;
    }
    if (!r && o->once) {
        struct cq_watch_status st;
        cq_watch_get_status(w, &st);
        cq_watch_status_print(&st.jobs);
        status = st.jobs.n[CQ_JOB_FAILED] || st.jobs.n[CQ_JOB_QUARANTINED] ? CQ_EXIT_SOME : CQ_EXIT_OK;
    }
    cq_watch_free(w);
    cq_store_close(store);
    return r ? cq_cli_tell(&err, r, status) : status;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct watch_opts *o = opts;
    struct host h = {.signal_fd = -1};
    const char *db = cq_cli_db_path(o->db);
    (void)args;
    if (o->status)
        return cq_watch_status_run(db, o->json);
    h.service.config = o->config ? o->config : "/etc/callqa/callqa.json";
    h.service.term = cq_term_of(stderr);
    cq_journal_init(&h.service.journal);
    if (h.service.journal.on)
        h.service.term.tty = false;
    int r = open_signals(&h);
    int status = r ? cq_cli_tell(&(struct cq_error){0}, r, CQ_EXIT_SETUP) : serve(o, &h, db);
    if (h.signal_fd >= 0)
        close(h.signal_fd);
    return status;
}

extern const struct cq_command cq_command_watch;
const struct cq_command cq_command_watch = {
    .name = "watch",
    .synopsis = "[OPTION]...",
    .summary = N_("analyse recordings as they are dropped into folders"),
    .details =
        N_("Runs until it is stopped. Each file of the configured sources is noticed, waited for until it is "
           "whole, analysed once and stored; what happened to it is in the database, and `callqa jobs` shows "
           "it. It may be ended at any moment, also by a power cut: nothing is lost and nothing is done "
           "twice. SIGTERM lets running calls finish; SIGHUP reads the configuration again. docs/watch.md "
           "explains sources, file names, side-cars, pairs of legs, hooks, figures and retention."),
    .examples = "  callqa watch --config /etc/callqa/callqa.json --db /var/lib/callqa/calls.db\n"
                "  callqa watch --once --config callqa.json\n"
                "  callqa watch --status",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .opts_size = sizeof(struct watch_opts),
    .run = run,
};
