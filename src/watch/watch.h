/*
 * watch/watch.h - the service: folders in, stored calls out.
 *
 * Everything that must survive is in the database's table of jobs; the process itself keeps a few open folders
 * and the calls that are being analysed. docs/watch.md tells which state follows which.
 */
#ifndef CQ_WATCH_WATCH_H
#define CQ_WATCH_WATCH_H

#include "base/log.h"
#include "store/jobs.h"
#include "watch/settings.h"

#include <stdatomic.h>

struct cq_watch;

/* What the service tells its program. All are called on the thread of cq_watch_run(). */
struct cq_watch_host {
    void *user;
    /* One thing that happened. source, path and state may be NULL, call 0. */
    void (*say)(void *user, enum cq_log_level level, const char *text, const char *path, const char *source,
                const char *state, int64_t call);
    /* The descriptor `fd` is readable (-1: none): read it, then ask for a stop or a reload. */
    void (*signalled)(void *user, struct cq_watch *w);
    /* Some times a second while there is work, else at least every few seconds: watchdog, progress. */
    void (*alive)(void *user, struct cq_watch *w);
    int signal_fd;
};

/*
 * store is open for writing and borrowed; db_path is where it lies. settings become the service's, also on
 * failure. One service a database: -EBUSY where another runs.
 */
int cq_watch_new(struct cq_store *store, const char *db_path, struct cq_watch_settings *settings,
                 const struct cq_watch_host *host, struct cq_error *err, struct cq_watch **ret_watch);

/*
 * Run until asked to stop, or with `once` until every file that lay in the folders is done, failed or
 * quarantined. Returns 0, or the negative errno that ended it.
 */
int cq_watch_run(struct cq_watch *w, bool once, struct cq_error *err);
struct cq_watch *cq_watch_free(struct cq_watch *w);

/* From the callbacks above. A stop lets running calls finish for opts.stop_s, a second one does not. */
void cq_watch_stop(struct cq_watch *w);
/* Take new settings (owned from here on); calls that are running finish under the old ones. */
int cq_watch_reload(struct cq_watch *w, struct cq_watch_settings *settings);

struct cq_watch_status {
    int64_t done, failed, quarantined; /* since the start of this process */
    double audio_s;                    /* analysed since then */
    int running;
    bool scanning; /* the first look at the folders is not finished */
    struct cq_jobs_counts jobs;
};
void cq_watch_get_status(struct cq_watch *w, struct cq_watch_status *ret_status);

#endif
