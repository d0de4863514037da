#include "watch/feed.h"

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "watch/intake.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define NAMES_A_STEP 500 /* of one source, in one transaction: tens of milliseconds */
#define MISSING_S 5.0    /* a folder that is not there is asked for again this often */

void cq_feeds_close(struct cq_watch *w)
{
    for (size_t i = 0; i < w->n_feeds; i++) {
        cq_scan_free(w->feed[i].scan);
        cq_notifier_free(w->feed[i].notifier);
    }
    w->n_feeds = 0;
}

int cq_feeds_open(struct cq_watch *w, struct cq_error *err)
{
    const struct cq_watch_settings *s = w->settings->s;
    cq_feeds_close(w);
    for (size_t i = 0; i < s->n_sources; i++) {
        struct cq_feed *f = &w->feed[i];
        *f = (struct cq_feed){.source = &s->sources[i], .watch = w};
        int r = cq_notifier_new((enum cq_notify_kind)s->opts.notify, f->source->folder, &f->notifier);
        if (r)
            return cq_error_set(err, r, f->source->folder, 0,
                                "its changes cannot be noticed (%s); set \"notify\" to \"poll\"",
                                cq_error_name(r));
        w->n_feeds = i + 1;
    }
    return 0;
}

bool cq_feeds_first_done(const struct cq_watch *w)
{
    for (size_t i = 0; i < w->n_feeds; i++) {
        if (!w->feed[i].first_done && !w->feed[i].missing)
            return false;
    }
    return true;
}

double cq_feeds_next_s(const struct cq_watch *w)
{
    double next = 1e18;
    for (size_t i = 0; i < w->n_feeds; i++) {
        double at = w->feed[i].scan ? 0 : w->feed[i].next_scan_s;
        next = at < next ? at : next;
    }
    return next;
}

static void say_source(struct cq_feed *f, enum cq_log_level level, const char *text)
{
    struct cq_watch *w = f->watch;
    if (w->host.say)
        w->host.say(w->host.user, level, text, f->source->folder, f->source->name, NULL, 0);
}

/* Before a folder is read it is watched, so that nothing falls between the two. */
static bool enter(void *user, const char *path)
{
    struct cq_feed *f = user;
    if (strcmp(path, f->source->folder) && cq_intake_skips_folder(f->source, path))
        return false;
    int r = f->notifier->ops->add(f->notifier, path);
    if (r == -ENOSPC && !f->blind_told) {
        f->blind_told = true;
        say_source(
            f, CQ_LOG_WARNING,
            CQ_REASON("more folders than inotify may watch: the rest is read every poll_s seconds; raise "
                      "fs.inotify.max_user_watches"));
    }
    return true;
}

static double period_s(const struct cq_feed *f)
{
    const struct cq_watch_opts *o = &f->watch->settings->s->opts;
    return f->notifier->fd < 0 || f->blind_told ? o->poll_s : o->rescan_s;
}

static void begin_scan(struct cq_feed *f, const char *folder)
{
    bool whole = !folder;
    if (f->scan) { /* one is under way: all of it again afterwards, rather than a list that could grow */
        f->next_scan_s = 0;
        return;
    }
    int r = cq_scan_new(whole ? f->source->folder : folder, f->source->recursive, enter, f, &f->scan);
    f->in_part = !whole;
    if (!whole)
        return;
    if (r) {
        char text[160];
        snprintf(text, sizeof text, "the folder cannot be read: %s; it is asked for again", cq_error_name(r));
        if (!f->missing)
            say_source(f, CQ_LOG_WARNING, text);
        f->missing = true;
        f->next_scan_s = cq_time_monotonic_s() + (period_s(f) < MISSING_S ? period_s(f) : MISSING_S);
        return;
    }
    if (f->missing)
        say_source(f, CQ_LOG_INFO, CQ_REASON("the folder is there again"));
    f->missing = false;
    f->next_scan_s = cq_time_monotonic_s() + period_s(f);
}

/* Names told by inotify, in the transaction of one read. */
struct telling {
    struct cq_feed *f;
    int err;
    struct cq_error *why;
};

static void told(void *user, enum cq_notice what, const char *path)
{
    struct telling *t = user;
    struct stat st;
    switch (what) {
    case CQ_NOTICE_FILE:
        if (!t->err && stat(path, &st) == 0 && S_ISREG(st.st_mode))
            t->err = cq_states_note(t->f->watch, t->f->source, path, &st, t->why);
        break;
    case CQ_NOTICE_FOLDER:
        if (t->f->source->recursive && !cq_intake_skips_folder(t->f->source, path))
            begin_scan(t->f, path);
        break;
    case CQ_NOTICE_LOST:
        t->f->next_scan_s = 0;
        break;
    }
}

/* A piece of the scan; its end is remembered only once what it found is stored. */
static int scan_some(struct cq_feed *f, struct cq_error *err)
{
    for (int i = 0; i < NAMES_A_STEP; i++) {
        const char *path = NULL;
        struct stat st;
        int r = cq_scan_next(f->scan, &path, &st);
        if (r < 0)
            return r;
        if (r == 0) {
            f->scan = cq_scan_free(f->scan);
            return 0;
        }
        r = cq_states_note(f->watch, f->source, path, &st, err);
        if (r)
            return r;
    }
    return 0;
}

static int step(struct cq_feed *f, struct cq_error *err)
{
    struct telling t = {.f = f, .why = err};
    int r = f->notifier->ops->read(f->notifier, told, &t);
    if (!r)
        r = t.err;
    if (!f->scan && cq_time_monotonic_s() >= f->next_scan_s)
        begin_scan(f, NULL);
    if (!r && f->scan)
        r = scan_some(f, err);
    return r;
}

int cq_feeds_step(struct cq_watch *w, bool *ret_more, struct cq_error *err)
{
    for (size_t i = 0; i < w->n_feeds; i++) {
        struct cq_feed *f = &w->feed[i];
        bool was_whole = false;
        pthread_mutex_lock(&w->lock);
        int r = cq_store_begin(w->store, err);
        if (!r) {
            r = step(f, err);
            was_whole = !f->scan && !f->in_part && !f->missing && !f->first_done && f->next_scan_s > 0;
            if (r)
                cq_store_rollback(w->store);
            else
                r = cq_store_commit(w->store, err);
        }
        pthread_mutex_unlock(&w->lock);
        if (r) { /* what was told or read is lost with the transaction: all of it once more */
            f->scan = cq_scan_free(f->scan);
            f->next_scan_s = 0;
            return r;
        }
        f->first_done = f->first_done || was_whole;
        *ret_more = *ret_more || f->scan || f->next_scan_s == 0;
    }
    return 0;
}
