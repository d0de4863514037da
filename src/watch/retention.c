/*
 * A call belongs to the source of the job that made it. Age counts from its start, or where that is unknown
 * from the day it was stored. A file is deleted before its row says so: ended in between, the next run finds it
 * gone.
 */
#include "watch/retention.h"

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "store/audit.h"
#include "store/facts.h"
#include "store/retention.h"
#include "watch/private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY_S 86400.0
#define BATCH 200
#define MAX_PATHS 1000 /* of one call in one run */

static int record(struct cq_store *s, const struct cq_retention *r, const char *action, int64_t call,
                  const char *source, const char *path, struct cq_error *err)
{
    char subject[40];
    struct cq_str json = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &json, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "source", source);
    if (path)
        cq_json_put_string(&w, "path", path);
    cq_json_close_object(&w);
    snprintf(subject, sizeof subject, "call:%lld", (long long)call);
    struct cq_audit_entry e = {.who = r->who, .action = action, .subject = subject, .before = json.s};
    int bad = json.failed ? -ENOMEM : cq_audit_append(s, &e, err);
    cq_str_done(&json);
    return bad;
}

static int end(struct cq_store *s, int bad, struct cq_error *err)
{
    if (!bad)
        return cq_store_commit(s, err);
    cq_store_rollback(s);
    return bad;
}

static int drop_file(struct cq_store *s, const struct cq_watch_source *src, int64_t call, const char *path,
                     struct cq_retention *r, struct cq_error *err)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    if (there && r->tell)
        r->tell(r->user, call, path, src->name);
    if (there && !r->dry_run && unlink(path) && errno != ENOENT) {
        r->n_failed++;
        return 0;
    }
    r->n_audio += there;
    r->audio_bytes += there ? (int64_t)st.st_size : 0;
    if (r->dry_run)
        return 0;
    int bad = cq_store_begin(s, err);
    if (bad)
        return bad;
    bad = cq_call_path_moved(s, call, path, NULL, err);
    if (!bad && there)
        bad = record(s, r, "purge.audio", call, src->name, path, err);
    return end(s, bad, err);
}

static int drop_audio(struct cq_store *s, const struct cq_watch_source *src, int64_t call,
                      struct cq_retention *r, struct cq_error *err)
{
    char *paths[MAX_PATHS];
    size_t n = 0;
    int bad = cq_retention_paths(s, call, MAX_PATHS, err, paths, &n);
    for (size_t i = 0; i < n; i++) {
        if (!bad)
            bad = drop_file(s, src, call, paths[i], r, err);
        free(paths[i]);
    }
    return bad;
}

static int drop_rows(struct cq_store *s, const struct cq_watch_source *src, int64_t call,
                     struct cq_retention *r, struct cq_error *err)
{
    if (r->tell)
        r->tell(r->user, call, NULL, src->name);
    r->n_rows++;
    if (r->dry_run)
        return 0;
    int bad = cq_store_begin(s, err);
    if (bad)
        return bad;
    bad = record(s, r, "purge.rows", call, src->name, NULL, err);
    if (!bad)
        bad = cq_store_delete_call(s, call, err);
    return end(s, bad, err);
}

typedef int (*drop_fn)(struct cq_store *s, const struct cq_watch_source *src, int64_t call,
                       struct cq_retention *r, struct cq_error *err);

static int drop_old(struct cq_store *s, const struct cq_watch_source *src, double days, drop_fn drop,
                    struct cq_retention *r, struct cq_error *err)
{
    struct cq_old_query q = {.source = src->name,
                             .keep_flagged = src->keep_flagged,
                             .with_audio = drop == drop_audio,
                             .before_s = r->now_s - (int64_t)(days * DAY_S)};
    size_t n = 0;
    int bad = 0;
    if (days <= 0)
        return 0;
    do {
        int64_t calls[BATCH];
        bad = cq_retention_calls(s, &q, BATCH, err, calls, &n);
        for (size_t i = 0; i < n && !bad; i++) {
            bad = drop(s, src, calls[i], r, err);
            q.after = calls[i];
        }
    } while (!bad && n == BATCH);
    return bad;
}

/* Files first: rows that are gone no longer know their files. */
static int apply(struct cq_store *s, const struct cq_watch_source *src, struct cq_retention *r,
                 struct cq_error *err)
{
    double rows = src->keep_rows_days, audio = src->keep_audio_days;
    if (rows > 0 && (audio <= 0 || rows < audio))
        audio = rows;
    int bad = drop_old(s, src, audio, drop_audio, r, err);
    return bad ? bad : drop_old(s, src, rows, drop_rows, r, err);
}

int cq_retention_apply(struct cq_store *store, const struct cq_watch_settings *settings, struct cq_retention *r,
                       struct cq_error *err)
{
    int bad = 0;
    for (size_t i = 0; i < settings->n_sources && !bad; i++)
        bad = apply(store, &settings->sources[i], r, err);
    return bad;
}

int cq_retention_run(struct cq_watch *w, struct cq_error *err)
{
    char text[128];
    struct cq_retention r = {.who = "callqa watch", .now_s = cq_time_now_s()};
    pthread_mutex_lock(&w->lock);
    int bad = cq_retention_apply(w->store, w->settings->s, &r, err);
    pthread_mutex_unlock(&w->lock);
    if (r.n_audio || r.n_rows || r.n_failed) {
        snprintf(text, sizeof text,
                 "retention: %lld recordings deleted, %lld results, %lld could not be deleted",
                 (long long)r.n_audio, (long long)r.n_rows, (long long)r.n_failed);
        cq_watch_say(w, r.n_failed ? CQ_LOG_WARNING : CQ_LOG_INFO, NULL, text);
    }
    return bad;
}
