#include "watch/scan.h"

#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

struct level {
    DIR *dir;
    size_t n_path; /* bytes of the path that name this folder */
};

struct cq_scan {
    struct level level[CQ_SCAN_MAX_DEPTH];
    int depth; /* of open folders */
    struct cq_str path;
    bool recursive;
    bool (*enter)(void *user, const char *path);
    void *user;
};

static int open_level(struct cq_scan *s)
{
    DIR *d = opendir(s->path.s);
    if (!d)
        return -errno;
    s->level[s->depth].dir = d;
    s->level[s->depth++].n_path = s->path.n;
    return 0;
}

int cq_scan_new(const char *folder, bool recursive, bool (*enter)(void *user, const char *path), void *user,
                struct cq_scan **ret_scan)
{
    struct cq_scan *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->recursive = recursive;
    s->enter = enter;
    s->user = user;
    cq_str_add(&s->path, folder);
    int r = s->path.failed ? -ENOMEM : 0;
    if (!r && enter(user, folder))
        r = open_level(s);
    if (r) {
        cq_scan_free(s);
        return r;
    }
    *ret_scan = s;
    return 0;
}

struct cq_scan *cq_scan_free(struct cq_scan *s)
{
    if (!s)
        return NULL;
    while (s->depth > 0)
        closedir(s->level[--s->depth].dir);
    cq_str_done(&s->path);
    free(s);
    return NULL;
}

static void cut_path(struct cq_scan *s, size_t n)
{
    s->path.n = n;
    s->path.s[n] = '\0';
}

/* One name of the innermost folder: 1 a file, 0 nothing of interest, -ENOMEM. */
static int visit(struct cq_scan *s, const char *name, struct stat *st)
{
    if (!strcmp(name, ".") || !strcmp(name, ".."))
        return 0;
    int fd = dirfd(s->level[s->depth - 1].dir);
    cut_path(s, s->level[s->depth - 1].n_path);
    cq_str_add_char(&s->path, '/');
    cq_str_add(&s->path, name);
    if (s->path.failed)
        return -ENOMEM;
    if (fstatat(fd, name, st, AT_SYMLINK_NOFOLLOW))
        return 0; /* removed meanwhile */
    if (S_ISLNK(st->st_mode) && (fstatat(fd, name, st, 0) || !S_ISREG(st->st_mode)))
        return 0;
    if (S_ISDIR(st->st_mode)) {
        if (s->recursive && s->depth < CQ_SCAN_MAX_DEPTH && s->enter(s->user, s->path.s))
            (void)open_level(s); /* one that cannot be read now is tried again by the next scan */
        return 0;
    }
    return S_ISREG(st->st_mode);
}

int cq_scan_next(struct cq_scan *s, const char **ret_path, struct stat *ret_st)
{
    while (s->depth > 0) {
        struct dirent *e = readdir(s->level[s->depth - 1].dir);
        if (!e) {
            closedir(s->level[--s->depth].dir);
            continue;
        }
        int r = visit(s, e->d_name, ret_st);
        if (r < 0)
            return r;
        if (r) {
            *ret_path = s->path.s;
            return 1;
        }
    }
    return 0;
}
