#define _XOPEN_SOURCE 700 /* realpath() is of the X/Open part of POSIX */

#include "base/path.h"

#include "base/array.h"
#include "base/str.h"
#include "cq-config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WALK_MAX_DEPTH 32

const char *cq_path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *cq_path_ext(const char *path)
{
    const char *base = cq_path_base(path);
    const char *dot = strrchr(base, '.');
    return dot && dot != base ? dot + 1 : "";
}

char *cq_path_join(const char *dir, const char *name)
{
    size_t n = strlen(dir);
    return cq_str_format("%s%s%s", dir, n == 0 || dir[n - 1] == '/' ? "" : "/", name);
}

int cq_path_absolute(const char *path, char **ret_path)
{
    const char *base = cq_path_base(path);
    char *folder = cq_str_format("%.*s", base == path ? 1 : (int)(base - path), base == path ? "." : path);
    if (!folder)
        return -ENOMEM;
    char *real = realpath(folder, NULL);
    int err = real ? 0 : -errno;
    char *whole = real ? cq_path_join(real, base) : NULL;
    free(real);
    free(folder);
    if (err)
        return err;
    if (!whole)
        return -ENOMEM;
    *ret_path = whole;
    return 0;
}

bool cq_path_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int cq_path_mkdirs(const char *path)
{
    char *p = strdup(path);
    if (!p)
        return -ENOMEM;
    int err = 0;
    for (char *s = p + 1; !err && *p; s++) {
        if (*s != '/' && *s != '\0')
            continue;
        char c = *s;
        *s = '\0';
        if (mkdir(p, 0777) && errno != EEXIST)
            err = -errno;
        *s = c;
        if (!c)
            break;
    }
    if (!err && !cq_path_is_dir(path))
        err = -ENOTDIR;
    free(p);
    return err;
}

int cq_path_read(const char *path, size_t limit, char **ret_text, size_t *ret_n)
{
    char *text = NULL;
    size_t n = 0, cap = 0;
    int err = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;

    for (;;) {
        err = cq_array_reserve((void **)(void *)&text, &cap, n + 4096, 1);
        if (err)
            goto out;
        ssize_t got = read(fd, text + n, cap - n - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            err = -errno;
            goto out;
        }
        if (got == 0)
            break;
        n += (size_t)got;
        if (n > limit) {
            err = -EFBIG;
            goto out;
        }
    }
    text[n] = '\0';
    *ret_text = text;
    text = NULL;
    if (ret_n)
        *ret_n = n;
out:
    free(text);
    close(fd);
    return err;
}

static int write_all(int fd, const char *text, size_t n)
{
    while (n) {
        ssize_t put = write(fd, text, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        text += put;
        n -= (size_t)put;
    }
    return fsync(fd) ? -errno : 0;
}

int cq_path_write(const char *path, const char *text, size_t n)
{
    char *tmp = cq_str_format("%s.XXXXXX", path);
    if (!tmp)
        return -ENOMEM;
    int err = 0;
    int fd = mkstemp(tmp);
    if (fd < 0) {
        err = -errno;
        goto out;
    }
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(fd, 0666 & ~mask))
        err = -errno;
    if (!err)
        err = write_all(fd, text, n);
    if (close(fd) && !err)
        err = -errno;
    if (!err && rename(tmp, path))
        err = -errno;
    if (err)
        unlink(tmp);
out:
    free(tmp);
    return err;
}

struct names {
    char **v;
    size_t n;
    size_t cap;
};

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_names(const char *dir, struct names *names)
{
    DIR *d = opendir(dir);
    if (!d)
        return -errno;
    int err = 0;
    for (struct dirent *e; !err && (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        char *name = strdup(e->d_name);
        err = name ? CQ_ARRAY_PUSH(names, name) : -ENOMEM;
        if (err)
            free(name);
    }
    closedir(d);
    if (!err && names->n)
        qsort(names->v, names->n, sizeof *names->v, by_bytes);
    return err;
}

static int walk(const char *dir, bool recursive, int depth, int (*found)(void *, const char *), void *user)
{
    struct names names = {0};
    int err = list_names(dir, &names);
    for (size_t i = 0; !err && i < names.n; i++) {
        char *path = cq_path_join(dir, names.v[i]);
        struct stat st;
        if (!path)
            err = -ENOMEM;
        else if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
            if (recursive && depth < WALK_MAX_DEPTH) {
                err = walk(path, true, depth + 1, found, user);
                if (err == -EACCES || err == -ENOENT)
                    err = 0;
            }
        } else if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
            err = found(user, path);
        }
        free(path);
    }
    for (size_t i = 0; i < names.n; i++)
        free(names.v[i]);
    free(names.v);
    return err;
}

int cq_path_walk(const char *dir, bool recursive, int (*found)(void *user, const char *path), void *user)
{
    return walk(dir, recursive, 0, found, user);
}

int cq_path_find_data(const char *name, char **ret_path)
{
    const char *own = getenv("CALLQA_DATADIR");
    const char *const dirs[] = {own && *own ? own : CQ_DATADIR, own && *own ? NULL : CQ_SOURCE_MODELS};
    if (name[0] == '/' || strstr(name, ".."))
        return -EINVAL;

    for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
        if (!dirs[i])
            continue;
        char *path = cq_path_join(dirs[i], name);
        if (!path)
            return -ENOMEM;
        if (access(path, R_OK) == 0) {
            *ret_path = path;
            return 0;
        }
        free(path);
    }
    return -ENOENT;
}
