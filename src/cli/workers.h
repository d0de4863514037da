/* cli/workers.h - do many things on several threads, and take the results on one, in order. */
#ifndef CQ_CLI_WORKERS_H
#define CQ_CLI_WORKERS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define CQ_WORKERS_MAX 256

/*
 * n_items pieces of work. work() runs on the workers and fills a zeroed result; take() runs on the caller's
 * thread, in the order of the items, one at a time. A worker starts no item that lies `window` or more before
 * the next one to be taken, so that never more than `window` results exist, however many items there are.
 */
struct cq_workers_job {
    size_t n_items;
    int n_workers;      /* 1..CQ_WORKERS_MAX */
    size_t result_size; /* bytes of one result */
    void (*work)(void *user, size_t i, void *ret_result);
    int (*take)(void *user, size_t i, void *result); /* owns what the result holds; non-zero ends the run */
    void (*drop)(void *user, void *result);          /* frees a result that take() will not see */
    void (*tick)(void *user);                        /* caller's thread, some times a second; may be NULL */
    void *user;
    atomic_bool *stop; /* set from outside (or by a failing take): no further item is begun; never NULL */
};

/*
 * Run it. After `stop`, items already begun are finished and taken. Returns 0, -ENOMEM, -EAGAIN where no thread
 * could be started, or what take() returned.
 */
int cq_workers_run(const struct cq_workers_job *job);

/* Processors of this machine that this process may use, at least 1. */
int cq_workers_cores(void);

#endif
