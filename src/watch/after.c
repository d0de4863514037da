/*
 * What is left to do once a result is stored. Every step can be taken again after the program was ended in the
 * middle of it: where a file is to go is written down before it goes, and whoever finds it gone looks there.
 */
#include "watch/private.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "watch/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_NAMES 1000 /* NAME.2.wav, NAME.3.wav ... in the folder of finished files */

/* Write the row with what is still to do; text may be NULL. */
static int put(struct cq_watch *w, struct cq_job *j, const char *text, struct cq_error *err)
{
    pthread_mutex_lock(&w->lock);
    int r = cq_jobs_put(w->store, j, text, cq_watch_now_ms(), err);
    pthread_mutex_unlock(&w->lock);
    return r;
}

static int try_later(struct cq_watch *w, struct cq_job *j, const char *what, int why, struct cq_error *err)
{
    char text[256];
    snprintf(text, sizeof text, "%s: %s; tried again later", what, cq_error_name(why));
    j->todo_tries++;
    j->todo_ms = cq_watch_now_ms() + cq_states_pause_ms(&w->settings->s->opts, j->todo_tries);
    bool news = !j->reason || strcmp(j->reason, text);
    int r = cq_str_set(&j->reason, text);
    if (!r)
        r = put(w, j, news ? text : NULL, err);
    if (!r && news)
        cq_watch_say(w, CQ_LOG_WARNING, j, text);
    return r;
}

/* The first name in the folder of finished files that is free. */
static int choose_target(const struct cq_watch_source *src, struct cq_job *j)
{
    const char *below = cq_intake_below(src, j->path), *ext = cq_path_ext(below);
    size_t n_stem = strlen(below) - (*ext ? strlen(ext) + 1 : 0);
    for (int i = 1; i < MAX_NAMES; i++) {
        char number[16] = "";
        struct stat st;
        struct cq_str s = {0};
        if (i > 1)
            snprintf(number, sizeof number, ".%d", i);
        cq_str_printf(&s, "%s/", src->done_folder);
        cq_str_add_n(&s, below, n_stem);
        cq_str_printf(&s, "%s%s%s", number, *ext ? "." : "", ext);
        char *path = cq_str_take(&s);
        if (!path)
            return -ENOMEM;
        if (lstat(path, &st) && errno == ENOENT) {
            free(j->after_path);
            j->after_path = path;
            return 0;
        }
        free(path);
    }
    return -EEXIST;
}

static int write_all(int fd, const char *v, size_t n)
{
    while (n) {
        ssize_t put_n = write(fd, v, n);
        if (put_n < 0 && errno == EINTR)
            continue;
        if (put_n < 0)
            return -errno;
        v += put_n;
        n -= (size_t)put_n;
    }
    return 0;
}

/* To another file system: a copy under a temporary name that is on the disk before the original goes. */
static int copy_over(const char *from, const char *to)
{
    char block[65536];
    ssize_t n = 0;
    int r = 0, in = -1, out = -1;
    char *temp = cq_str_format("%s.part", to);
    if (!temp)
        return -ENOMEM;
    in = open(from, O_RDONLY | O_CLOEXEC);
    out = in < 0 ? -1 : open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out < 0)
        r = -errno;
    while (!r && (n = read(in, block, sizeof block)) > 0)
        r = write_all(out, block, (size_t)n);
    if (!r && n < 0)
        r = -errno;
    if (!r && fsync(out))
        r = -errno;
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) && !r)
        r = -errno;
    if (!r && link(temp, to)) /* never over a file that came meanwhile */
        r = errno == EEXIST || rename(temp, to) ? -errno : 0;
    unlink(temp);
    free(temp);
    return r ? r : unlink(from) && errno != ENOENT ? -errno : 0;
}

/* link() fails where the name is taken, which rename() does not; file systems without links are asked first. */
static int move_file(const char *from, const char *to)
{
    struct stat a, b;
    if (link(from, to) == 0)
        return unlink(from) && errno != ENOENT ? -errno : 0;
    if (errno == EEXIST) {
        if (stat(from, &a) || stat(to, &b))
            return -errno;
        if (a.st_dev == b.st_dev && a.st_ino == b.st_ino) /* ended between link and unlink */
            return unlink(from) ? -errno : 0;
        return -EEXIST;
    }
    if (errno == EXDEV)
        return copy_over(from, to);
    if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EMLINK)
        return -errno;
    return rename(from, to) ? -errno : 0;
}

static int moved(struct cq_watch *w, struct cq_job *j, const char *to, const char *text, struct cq_error *err)
{
    pthread_mutex_lock(&w->lock);
    int r = cq_store_begin(w->store, err);
    if (!r) {
        j->todo &= ~CQ_TODO_AFTER;
        j->todo_tries = 0;
        if (j->call)
            r = cq_call_path_moved(w->store, j->call, j->path, to, err);
        if (!r)
            r = cq_jobs_put(w->store, j, text, cq_watch_now_ms(), err);
        if (r)
            cq_store_rollback(w->store);
        else
            r = cq_store_commit(w->store, err);
    }
    pthread_mutex_unlock(&w->lock);
    return r;
}

static bool is_same_content(const struct cq_job *j)
{
    struct stat st;
    struct cq_file_id now;
    if (stat(j->path, &st))
        return true; /* told of below */
    cq_states_file(&st, &now);
    return cq_states_same_file(&now, &j->file);
}

static int do_move(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *j,
                   struct cq_error *err)
{
    struct stat st;
    struct cq_str dir = {0};
    bool here = stat(j->path, &st) == 0;
    int r = 0;
    if (!here && j->after_path && stat(j->after_path, &st) == 0)
        return moved(w, j, j->after_path, CQ_REASON("moved to the folder of finished recordings"), err);
    if (!here)
        return cq_states_stat(src, j->path, &st) == -ENODEV
                   ? try_later(w, j, CQ_REASON("could not be moved"), -ENODEV, err)
                   : moved(w, j, NULL, CQ_REASON("was removed before it could be moved"), err);
    if (!j->after_path) {
        r = choose_target(src, j);
        if (!r)
            r = put(w, j, NULL, err);
        if (r)
            return r == -EEXIST ? try_later(w, j, CQ_REASON("could not be moved"), r, err) : r;
    }
    cq_str_add_n(&dir, j->after_path, (size_t)(cq_path_base(j->after_path) - j->after_path));
    r = dir.failed ? -ENOMEM : cq_path_mkdirs(dir.s);
    cq_str_done(&dir);
    if (!r)
        r = move_file(j->path, j->after_path);
    if (r == -EEXIST) { /* taken meanwhile: another name next time */
        free(j->after_path);
        j->after_path = NULL;
    }
    return r ? try_later(w, j, CQ_REASON("could not be moved"), r, err)
             : moved(w, j, j->after_path, CQ_REASON("moved to the folder of finished recordings"), err);
}

static int do_delete(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *j,
                     struct cq_error *err)
{
    struct stat st;
    int there = cq_states_stat(src, j->path, &st);
    if (there == -ENODEV || (there == 0 && unlink(j->path) && errno != ENOENT))
        return try_later(w, j, CQ_REASON("could not be deleted"), there ? there : -errno, err);
    return moved(w, j, NULL, CQ_REASON("deleted, as its source says"), err);
}

static int do_after(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *j,
                    struct cq_error *err)
{
    if (!is_same_content(j)) { /* another file has taken the name; it will have a result of its own */
        j->todo &= ~CQ_TODO_AFTER;
        return put(w, j, CQ_REASON("not moved or deleted: it was written to after its analysis"), err);
    }
    switch ((enum cq_watch_after)src->after) {
    case CQ_AFTER_LEAVE:
        break;
    case CQ_AFTER_MOVE:
        return do_move(w, src, j, err);
    case CQ_AFTER_DELETE:
        return do_delete(w, src, j, err);
    }
    j->todo &= ~CQ_TODO_AFTER;
    return put(w, j, NULL, err);
}

/* In a transaction. */
static int join_info(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *j,
                     struct cq_error *err)
{
    struct cq_about about = {0};
    const char *layout = NULL;
    int r = cq_about_find(w, src, j, err, &about);
    if (r)
        return r;
    (void)cq_about_layout(src, &about, j->partner != 0, &layout);
    j->todo &= ~CQ_TODO_INFO;
    r = cq_store_set_info(w->store, j->call, &about.info, err);
    if (!r)
        r = cq_about_keep_record(w, j->call, &about.facts, &about.info, err);
    struct stat st;
    bool there = stat(j->path, &st) == 0 || (j->after_path && stat(j->after_path, &st) == 0);
    bool other_layout = there && j->layout && strcmp(j->layout, layout) != 0;
    if (!r && other_layout) {
        j->again = true;
        j->state = CQ_JOB_QUEUED;
    }
    if (!r)
        r = cq_jobs_put(w->store, j,
                        other_layout ? CQ_REASON("a side-car tells another direction: to be analysed again")
                                     : CQ_REASON("joined with what its side-car says"),
                        cq_watch_now_ms(), err);
    cq_about_done(&about);
    return r == -ENOENT ? 0 : r; /* the call was purged */
}

static int do_info(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *j,
                   struct cq_error *err)
{
    pthread_mutex_lock(&w->lock);
    int r = cq_store_begin(w->store, err);
    if (!r) {
        r = join_info(w, src, j, err);
        if (r)
            cq_store_rollback(w->store);
        else
            r = cq_store_commit(w->store, err);
    }
    pthread_mutex_unlock(&w->lock);
    return r;
}

/* The file is moved or deleted last: a side-car that changes the layout needs it once more. */
static int do_next(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *j,
                   struct cq_error *err)
{
    int r = 0;
    if (j->state != CQ_JOB_DONE) { /* running again: once more when that is done */
        j->todo_ms = cq_watch_now_ms() + 1000;
        return put(w, j, NULL, err);
    }
    if (!src || !j->call) {
        j->todo = 0;
        return put(w, j, NULL, err);
    }
    if (j->todo & CQ_TODO_INFO)
        return do_info(w, src, j, err);
    if (j->todo & CQ_TODO_HOOK && j->todo_tries < w->settings->s->opts.hook_tries) {
        bool given = false;
        struct cq_task *t = cq_pool_free_task(w->pool, CQ_TASK_HOOK);
        if (t)
            r = cq_hook_begin(w, j, t, &given, err);
        if (given || r)
            return r;
    }
    if (j->todo & CQ_TODO_AFTER)
        r = do_after(w, src, j, err);
    else if (j->todo & CQ_TODO_HOOK) { /* the hook's worker is busy, or its tries are used up */
        bool over = j->todo_tries >= w->settings->s->opts.hook_tries;
        if (over)
            j->todo &= ~CQ_TODO_HOOK;
        else
            j->todo_ms = cq_watch_now_ms() + 200;
        r = put(w, j, over ? CQ_REASON("the hook failed too often: given up") : NULL, err);
    }
    return r;
}

int cq_after_do(struct cq_watch *w, int64_t id, struct cq_error *err)
{
    struct cq_job j = {0};
    pthread_mutex_lock(&w->lock);
    int r = cq_jobs_load(w->store, id, err, &j);
    pthread_mutex_unlock(&w->lock);
    if (r)
        return r == -ENOENT ? 0 : r;
    r = do_next(w, cq_watch_find_source(w->settings->s, j.source), &j, err);
    cq_job_done(&j);
    return r;
}
