/* base/path.h - file names and small files. */
#ifndef CQ_BASE_PATH_H
#define CQ_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* Part of `path` after its last '/'; never NULL. */
const char *cq_path_base(const char *path);

/* Extension without the dot, "" where there is none (".bashrc" has none); case as written. */
const char *cq_path_ext(const char *path);

/* "dir/name" (malloc'd; dir may be "" or end in '/'), NULL when out of memory. */
char *cq_path_join(const char *dir, const char *name);

/*
 * The same file by a path that holds from any folder: the folder part without links, "." and "..", the file's
 * own name as it is (a link keeps the name people know it by). Returns 0 with a malloc'd path, or negative
 * errno where the folder does not exist.
 */
int cq_path_absolute(const char *path, char **ret_path);

bool cq_path_is_dir(const char *path);

/* mkdir -p with mode 0777 & ~umask. Returns 0 or negative errno. */
int cq_path_mkdirs(const char *path);

/*
 * Read a whole small file, terminated by an extra NUL byte. Returns 0, negative errno, or -EFBIG where it is
 * larger than `limit`. *ret_text is malloc'd; ret_n may be NULL.
 */
int cq_path_read(const char *path, size_t limit, char **ret_text, size_t *ret_n);

/* Write a whole file through a temporary name in the same folder, fsync and rename. Returns 0 or negative
 * errno. */
int cq_path_write(const char *path, const char *text, size_t n);

/*
 * Every regular file under `dir` in byte order of path, recursively where asked, hidden names ("." first) left
 * out, links to folders not followed. The callback's non-zero return ends the walk and is returned. Negative
 * errno where `dir` cannot be read; unreadable folders below it are skipped.
 */
int cq_path_walk(const char *dir, bool recursive, int (*found)(void *user, const char *path), void *user);

/*
 * Find a data file by its name below the data folder ("rubrics/skills-form.json", "activity-3.bin"): in
 * $CALLQA_DATADIR if that is set, else in the installed data folder, else in the source tree it was built from.
 * Returns 0 with a malloc'd path, -ENOENT, -ENOMEM, or -EINVAL for a name with ".." or a leading '/'.
 */
int cq_path_find_data(const char *name, char **ret_path);

#endif
