#include "watch/notify.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/vfs.h>

/* Numbers of linux/magic.h and of the file systems' own sources: those that are shared between machines. */
static const long blind[] = {
    0x6969,           /* NFS */
    0x517b,           /* SMB */
    (long)0xff534d42, /* CIFS */
    (long)0xfe534d42, /* SMB2 */
    0x65735546,       /* FUSE: sshfs, s3fs, ... */
    0x01021997,       /* 9P */
    0x00c36400,       /* Ceph */
    0x5346414f,       /* AFS */
    0x0bd00bd0,       /* Lustre */
    0x7461636f,       /* OCFS2 */
    0x47504653,       /* GPFS */
    (long)0x786f4256, /* VirtualBox shared folders */
};

bool cq_notify_is_blind(const char *folder)
{
    struct statfs fs;
    if (statfs(folder, &fs))
        return false;
    for (size_t i = 0; i < sizeof blind / sizeof *blind; i++) {
        if (((unsigned long)fs.f_type & 0xffffffffUL) == ((unsigned long)blind[i] & 0xffffffffUL))
            return true;
    }
    return false;
}

static int poll_add(struct cq_notifier *n, const char *folder)
{
    (void)n;
    (void)folder;
    return 0;
}

static int poll_read(struct cq_notifier *n, void (*tell)(void *, enum cq_notice, const char *), void *user)
{
    (void)n;
    (void)tell;
    (void)user;
    return 0;
}

static struct cq_notifier *poll_free(struct cq_notifier *n)
{
    free(n);
    return NULL;
}

const struct cq_notifier_ops cq_notifier_poll = {"poll", poll_add, poll_read, poll_free};

static int poll_new(struct cq_notifier **ret_n)
{
    struct cq_notifier *n = malloc(sizeof *n);
    if (!n)
        return -ENOMEM;
    *n = (struct cq_notifier){&cq_notifier_poll, -1};
    *ret_n = n;
    return 0;
}

int cq_notifier_new(enum cq_notify_kind kind, const char *folder, struct cq_notifier **ret_n)
{
    switch (kind) {
    case CQ_NOTIFY_AUTO:
        if (!cq_notify_is_blind(folder) && !cq_notifier_inotify_new(ret_n))
            return 0;
        return poll_new(ret_n);
    case CQ_NOTIFY_INOTIFY:
        return cq_notifier_inotify_new(ret_n);
    case CQ_NOTIFY_POLL:
        return poll_new(ret_n);
    }
    return -EINVAL;
}

struct cq_notifier *cq_notifier_free(struct cq_notifier *n)
{
    return n ? n->ops->free(n) : NULL;
}
