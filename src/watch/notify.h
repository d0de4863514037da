/* watch/notify.h - how changes of a folder are noticed: inotify and polling behind one vtable. */
#ifndef CQ_WATCH_NOTIFY_H
#define CQ_WATCH_NOTIFY_H

#include "watch/settings.h"

/* What happened; path is absolute and valid during the call only. */
enum cq_notice {
    CQ_NOTICE_FILE,   /* written and closed, moved here, its times or rights changed */
    CQ_NOTICE_FOLDER, /* a new folder: read it */
    CQ_NOTICE_LOST    /* something was missed: read all of it */
};

struct cq_notifier;

struct cq_notifier_ops {
    const char *name; /* "inotify", "poll" */
    /* Watch this folder from now on; call it before reading the folder. -ENOSPC: no more can be watched. */
    int (*add)(struct cq_notifier *n, const char *folder);
    /* Hand out what has happened. */
    int (*read)(struct cq_notifier *n, void (*tell)(void *user, enum cq_notice what, const char *path),
                void *user);
    struct cq_notifier *(*free)(struct cq_notifier *n);
};

/* First member of every instance. */
struct cq_notifier {
    const struct cq_notifier_ops *ops;
    int fd; /* readable when there is something to read; -1: none, the folder is to be read from time to time */
};

extern const struct cq_notifier_ops cq_notifier_inotify;
extern const struct cq_notifier_ops cq_notifier_poll;

/* True where the file system reports changes made on this machine only (NFS, CIFS, FUSE, ...). */
bool cq_notify_is_blind(const char *folder);

/* The one factory: auto takes polling where inotify sees nothing or cannot be had. */
int cq_notifier_new(enum cq_notify_kind kind, const char *folder, struct cq_notifier **ret_n);
struct cq_notifier *cq_notifier_free(struct cq_notifier *n); /* accepts NULL */

int cq_notifier_inotify_new(struct cq_notifier **ret_n);

#endif
