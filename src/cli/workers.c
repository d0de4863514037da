/*
 * A ring of `window` slots between the workers and the one taker. Item i uses slot i % window; `begun` counts
 * items that a worker has picked up, `taken` those that the caller's thread has consumed, and
 * taken <= begun <= taken + window always holds. Because items are begun in order, a slot is free as soon as
 * the item `window` before it is taken, and no second queue is needed to put results back into order.
 */
#include "cli/workers.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WINDOW_PER_WORKER 4
#define TICK_NS 200000000L

struct pool {
    const struct cq_workers_job *job;
    pthread_mutex_t lock;
    pthread_cond_t room;   /* for workers: something was taken */
    pthread_cond_t result; /* for the taker: something is ready, or a worker left */
    size_t window;
    size_t begun;
    size_t taken;
    int running; /* workers that have not left */
    bool *ready; /* by slot */
    char *results;
};

static void *slot(struct pool *p, size_t i)
{
    return p->results + (i % p->window) * p->job->result_size;
}

static void *worker(void *arg)
{
    struct pool *p = arg;
    const struct cq_workers_job *job = p->job;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!atomic_load(job->stop) && p->begun < job->n_items && p->begun >= p->taken + p->window)
            pthread_cond_wait(&p->room, &p->lock);
        if (atomic_load(job->stop) || p->begun >= job->n_items)
            break;
        size_t i = p->begun++;
        pthread_mutex_unlock(&p->lock);
        memset(slot(p, i), 0, job->result_size);
        job->work(job->user, i, slot(p, i));
        pthread_mutex_lock(&p->lock);
        p->ready[i % p->window] = true;
        pthread_cond_signal(&p->result);
    }
    p->running--;
    pthread_cond_signal(&p->result);
    /* one that waits for room must see that the run has stopped */
    pthread_cond_broadcast(&p->room);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Wait for a result or a fifth of a second. The lock is held before and after. */
static void wait_a_little(struct pool *p)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += TICK_NS;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_cond_timedwait(&p->result, &p->lock, &until);
}

/* The caller's thread: take results in order until everything begun is taken and every worker has left. */
static int take_all(struct pool *p)
{
    const struct cq_workers_job *job = p->job;
    int ret = 0;
    pthread_mutex_lock(&p->lock);
    while (p->running > 0 || p->taken < p->begun) {
        size_t i = p->taken;
        if (i < p->begun && p->ready[i % p->window]) {
            pthread_mutex_unlock(&p->lock);
            if (ret)
                job->drop(job->user, slot(p, i));
            else
                ret = job->take(job->user, i, slot(p, i));
            if (ret)
                atomic_store(job->stop, true);
            pthread_mutex_lock(&p->lock);
            p->ready[i % p->window] = false;
            p->taken++;
            pthread_cond_broadcast(&p->room);
            continue;
        }
        if (atomic_load(job->stop))
            pthread_cond_broadcast(&p->room);
        wait_a_little(p);
        if (job->tick) {
            pthread_mutex_unlock(&p->lock);
            job->tick(job->user);
            pthread_mutex_lock(&p->lock);
        }
    }
    pthread_mutex_unlock(&p->lock);
    return ret;
}

static int start(struct pool *p, pthread_t *threads, int n, int *ret_started)
{
    int err = 0;
    pthread_mutex_lock(&p->lock);
    for (int k = 0; k < n && !err; k++) {
        err = pthread_create(&threads[k], NULL, worker, p);
        if (!err) {
            p->running++;
            *ret_started = k + 1;
        }
    }
    pthread_mutex_unlock(&p->lock);
    /* fewer threads than wanted still do the work */
    return *ret_started ? 0 : -err;
}

int cq_workers_run(const struct cq_workers_job *job)
{
    int n = job->n_workers < 1 ? 1 : job->n_workers > CQ_WORKERS_MAX ? CQ_WORKERS_MAX : job->n_workers;
    struct pool p = {.job = job, .window = (size_t)n * WINDOW_PER_WORKER};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&p.lock, NULL);
    pthread_cond_init(&p.room, &attr);
    pthread_cond_init(&p.result, &attr);
    pthread_condattr_destroy(&attr);

    int started = 0, ret = -ENOMEM;
    pthread_t *threads = calloc((size_t)n, sizeof *threads);
    p.ready = calloc(p.window, sizeof *p.ready);
    p.results = calloc(p.window, job->result_size);
    if (!threads || !p.ready || !p.results)
        goto out;
    ret = start(&p, threads, n, &started);
    if (!ret)
        ret = take_all(&p);
    for (int k = 0; k < started; k++)
        pthread_join(threads[k], NULL);
out:
    free(threads);
    free(p.ready);
    free(p.results);
    pthread_cond_destroy(&p.room);
    pthread_cond_destroy(&p.result);
    pthread_mutex_destroy(&p.lock);
    return ret;
}

int cq_workers_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > CQ_WORKERS_MAX ? CQ_WORKERS_MAX : (int)n;
}
