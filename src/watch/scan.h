/* watch/scan.h - a folder read bit by bit, however much is in it. */
#ifndef CQ_WATCH_SCAN_H
#define CQ_WATCH_SCAN_H

#include <stdbool.h>
#include <sys/stat.h>

struct cq_scan;

#define CQ_SCAN_MAX_DEPTH 32 /* folders inside folders; deeper ones are not looked into */

/*
 * Begin at `folder`. enter() is asked before a folder is read (the first one too): false leaves it out.
 * Negative errno where the first folder cannot be read.
 */
int cq_scan_new(const char *folder, bool recursive, bool (*enter)(void *user, const char *path), void *user,
                struct cq_scan **ret_scan);
struct cq_scan *cq_scan_free(struct cq_scan *scan);

/* The next regular file: 1 with *ret_path (valid until the next call) and *ret_st; 0 at the end; -ENOMEM.
 * Links to files are followed, links to folders are not. */
int cq_scan_next(struct cq_scan *scan, const char **ret_path, struct stat *ret_st);

#endif
