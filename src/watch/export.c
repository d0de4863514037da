/* Figures for Prometheus: on a port of this machine alone, and in a file for node_exporter. */
#include "watch/private.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define UPDATE_EVERY_S 15.0 /* Prometheus asks every 15 s to a minute */
#define MAX_CONNECTIONS 16
#define TIMEOUT_S 5

struct exporter {
    struct MHD_Daemon *daemon;
    pthread_mutex_t lock; /* guards text */
    char *text;
};

static enum MHD_Result answer(void *user, struct MHD_Connection *c, const char *url, const char *method,
                              const char *version, const char *data, size_t *n_data, void **state)
{
    struct exporter *e = user;
    (void)version;
    (void)data;
    (void)state;
    if (*n_data) { /* a body is of no interest */
        *n_data = 0;
        return MHD_YES;
    }
    bool fits = !strcmp(method, "GET") && !strcmp(url, "/metrics");
    pthread_mutex_lock(&e->lock);
    const char *text = fits && e->text ? e->text : "the figures are at /metrics\n";
    struct MHD_Response *r =
        MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    pthread_mutex_unlock(&e->lock);
    if (!r)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    enum MHD_Result queued = MHD_queue_response(c, fits ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND, r);
    MHD_destroy_response(r);
    return queued;
}

int cq_export_new(struct cq_watch *w, struct cq_error *err)
{
    struct exporter *e = calloc(1, sizeof *e);
    int port = w->settings->s->opts.metrics_port;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (!e)
        return -ENOMEM;
    pthread_mutex_init(&e->lock, NULL);
    w->exporter = e;
    if (!port)
        return 0;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    e->daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, (uint16_t)port, NULL, NULL, answer, e,
                         MHD_OPTION_SOCK_ADDR, &here, MHD_OPTION_CONNECTION_LIMIT, (unsigned)MAX_CONNECTIONS,
                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S, MHD_OPTION_END);
    if (!e->daemon)
        return cq_error_set(err, -EADDRINUSE, NULL, 0,
                            "port %d of 127.0.0.1 cannot be had; set \"metrics.port\" to another", port);
    return 0;
}

void cq_export_free(struct cq_watch *w)
{
    struct exporter *e = w->exporter;
    if (!e)
        return;
    if (e->daemon)
        MHD_stop_daemon(e->daemon);
    pthread_mutex_destroy(&e->lock);
    free(e->text);
    free(e);
    w->exporter = NULL;
}

static void add(struct cq_str *s, const char *name, const char *type, const char *help, double v)
{
    cq_str_printf(s, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, type, name, v);
}

static char *figures(struct cq_watch *w)
{
    struct cq_watch_status st;
    struct cq_str s = {0};
    cq_watch_get_status(w, &st);
    cq_str_add(&s, "# HELP callqa_jobs Files by state.\n# TYPE callqa_jobs gauge\n");
    for (int i = 0; i < CQ_N_JOB_STATES; i++)
        cq_str_printf(&s, "callqa_jobs{state=\"%s\"} %lld\n", cq_job_state_name((enum cq_job_state)i),
                      (long long)st.jobs.n[i]);
    double lag = st.jobs.oldest_due_s ? (double)(cq_time_now_s() - st.jobs.oldest_due_s) : 0;
    add(&s, "callqa_done_total", "counter", "Recordings done since the start.", (double)st.done);
    add(&s, "callqa_failed_total", "counter", "Attempts that failed and are tried again.", (double)st.failed);
    add(&s, "callqa_quarantined_total", "counter", "Files that cannot be read.", (double)st.quarantined);
    add(&s, "callqa_audio_seconds_total", "counter", "Seconds of audio analysed.", st.audio_s);
    add(&s, "callqa_running", "gauge", "Calls being analysed.", st.running);
    add(&s, "callqa_todo", "gauge", "Done calls with something left to do: move, hook, side-car.",
        (double)st.jobs.todo);
    add(&s, "callqa_lag_seconds", "gauge", "Age of the oldest queued recording.", lag > 0 ? lag : 0);
    add(&s, "callqa_scanning", "gauge", "1 until every folder has been read once.", st.scanning);
    return cq_str_take(&s);
}

void cq_export_update(struct cq_watch *w)
{
    struct exporter *e = w->exporter;
    const char *file = w->settings->s->opts.metrics_file;
    double now_s = cq_time_monotonic_s();
    if ((!e->daemon && !file) || now_s < w->next_export_s)
        return;
    char *text = figures(w);
    if (!text)
        return;
    w->next_export_s = now_s + (e->daemon ? 1.0 : UPDATE_EVERY_S);
    int r = file ? cq_path_write(file, text, strlen(text)) : 0;
    if (r) {
        if (w->host.say)
            w->host.say(w->host.user, CQ_LOG_WARNING, cq_error_name(r), file, NULL, NULL, 0);
        w->next_export_s = now_s + 60.0;
    }
    pthread_mutex_lock(&e->lock);
    free(e->text);
    e->text = text;
    pthread_mutex_unlock(&e->lock);
}
