/* watch/retention.h - recordings and results that have been kept long enough. */
#ifndef CQ_WATCH_RETENTION_H
#define CQ_WATCH_RETENTION_H

#include "store/store.h"
#include "watch/settings.h"

#include <stdbool.h>

/* What a run did, or with dry_run would do. */
struct cq_retention {
    bool dry_run;
    const char *who; /* for the record of changes */
    int64_t now_s;
    /* Each call that is touched: path NULL where its rows go. May be NULL. */
    void (*tell)(void *user, int64_t call, const char *path, const char *source);
    void *user;
    int64_t n_audio, n_rows, n_failed; /* results */
    int64_t audio_bytes;
};

/* Apply what the sources say. Each call is one transaction; a file that cannot be deleted stays recorded. */
int cq_retention_apply(struct cq_store *store, const struct cq_watch_settings *settings, struct cq_retention *r,
                       struct cq_error *err);

#endif
