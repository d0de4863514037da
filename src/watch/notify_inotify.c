#include "watch/notify.h"

#include "base/array.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* IN_CREATE only matters for folders and hard links; files are told of when they are closed or moved here. */
#define EVENTS                                                                                                 \
    (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |       \
     IN_EXCL_UNLINK)
#define BUFFER_BYTES 16384

/* Folders by watch descriptor, which the kernel counts upwards from 1. */
struct folder {
    int wd;
    char *path;
};

struct inotify {
    struct cq_notifier base;
    struct folder *v;
    size_t n;
    size_t cap;
};

/* Watch descriptors only grow, so the list is in order unless one was replaced. */
static struct folder *find(struct inotify *in, int wd)
{
    size_t low = 0, high = in->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (in->v[mid].wd < wd)
            low = mid + 1;
        else
            high = mid;
    }
    return low < in->n && in->v[low].wd == wd ? &in->v[low] : NULL;
}

static void forget(struct inotify *in, int wd)
{
    struct folder *f = find(in, wd);
    if (!f)
        return;
    free(f->path);
    memmove(f, f + 1, (size_t)(in->v + in->n - (f + 1)) * sizeof *f);
    in->n--;
}

static int add(struct cq_notifier *base, const char *folder)
{
    struct inotify *in = (struct inotify *)base;
    int wd = inotify_add_watch(base->fd, folder, EVENTS);
    if (wd < 0)
        return -errno;
    struct folder *known = find(in, wd);
    if (known) /* the same folder, perhaps under a new name */
        return cq_str_set(&known->path, folder);
    struct folder f = {wd, cq_str_dup(folder)};
    int r = f.path ? CQ_ARRAY_PUSH(in, f) : -ENOMEM;
    if (r) {
        free(f.path);
        return r;
    }
    for (size_t i = in->n - 1; i > 0 && in->v[i - 1].wd > wd; i--) { /* after the counter wrapped */
        in->v[i] = in->v[i - 1];
        in->v[i - 1] = f;
    }
    return 0;
}

static int take(struct inotify *in, const struct inotify_event *e,
                void (*tell)(void *, enum cq_notice, const char *), void *user)
{
    if (e->mask & IN_Q_OVERFLOW) {
        tell(user, CQ_NOTICE_LOST, "");
        return 0;
    }
    struct folder *f = find(in, e->wd);
    if (e->mask & IN_IGNORED) {
        forget(in, e->wd);
        return 0;
    }
    if (!f)
        return 0;
    if (e->mask & IN_MOVE_SELF) /* its path is no longer true */
        (void)inotify_rm_watch(in->base.fd, e->wd);
    if (!e->len)
        return 0;
    char *path = cq_str_format("%s/%s", f->path, e->name);
    if (!path)
        return -ENOMEM;
    if (e->mask & IN_ISDIR) {
        if (e->mask & (IN_CREATE | IN_MOVED_TO | IN_ATTRIB))
            tell(user, CQ_NOTICE_FOLDER, path);
    } else {
        tell(user, CQ_NOTICE_FILE, path);
    }
    free(path);
    return 0;
}

static int read_events(struct cq_notifier *base, void (*tell)(void *, enum cq_notice, const char *), void *user)
{
    struct inotify *in = (struct inotify *)base;
    union {
        char bytes[BUFFER_BYTES];
        struct inotify_event align;
    } buf;
    ssize_t n = read(base->fd, buf.bytes, sizeof buf.bytes);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    for (ssize_t at = 0; at + (ssize_t)sizeof(struct inotify_event) <= n;) {
        const struct inotify_event *e = (const struct inotify_event *)(const void *)(buf.bytes + at);
        int r = take(in, e, tell, user);
        if (r)
            return r;
        at += (ssize_t)sizeof *e + (ssize_t)e->len;
    }
    return 0;
}

static struct cq_notifier *free_it(struct cq_notifier *base)
{
    struct inotify *in = (struct inotify *)base;
    for (size_t i = 0; i < in->n; i++)
        free(in->v[i].path);
    free(in->v);
    if (base->fd >= 0)
        close(base->fd);
    free(in);
    return NULL;
}

const struct cq_notifier_ops cq_notifier_inotify = {"inotify", add, read_events, free_it};

int cq_notifier_inotify_new(struct cq_notifier **ret_n)
{
    struct inotify *in = calloc(1, sizeof *in);
    if (!in)
        return -ENOMEM;
    in->base.ops = &cq_notifier_inotify;
    in->base.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (in->base.fd < 0) {
        int r = -errno;
        free(in);
        return r;
    }
    *ret_n = &in->base;
    return 0;
}
