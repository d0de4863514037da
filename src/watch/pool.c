/*
 * Worker threads, a slot each. The service's thread fills a free slot (given), a worker takes it (busy), works
 * and says so by a byte in a pipe (ready); the service stores the result and frees the slot. The last slot is
 * for hooks, which wait for other machines and must not keep calls waiting.
 */
#include "watch/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cq_pool {
    struct cq_watch *w;
    pthread_mutex_t lock;
    pthread_cond_t given;
    bool ending;
    int pipe[2];
    int n_tasks; /* workers and one for hooks */
    int n_threads;
    struct cq_task *task;
    enum cq_task_state *state; /* of each task; guarded by `lock` */
    pthread_t *thread;
    struct worker {
        struct cq_pool *pool;
        int i;
    } * worker;
};

static void *work(void *arg)
{
    const struct worker *me = arg;
    struct cq_pool *p = me->pool;
    struct cq_task *t = &p->task[me->i];
    enum cq_task_state *state = &p->state[me->i];
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->ending && *state != CQ_TASK_GIVEN)
            pthread_cond_wait(&p->given, &p->lock);
        if (*state != CQ_TASK_GIVEN)
            break;
        *state = CQ_TASK_BUSY;
        pthread_mutex_unlock(&p->lock);
        switch (t->kind) {
        case CQ_TASK_ANALYSE:
            cq_tasks_work(p->w, t);
            break;
        case CQ_TASK_HOOK:
            cq_hook_work(t);
            break;
        }
        pthread_mutex_lock(&p->lock);
        *state = CQ_TASK_READY;
        ssize_t told = write(p->pipe[1], "", 1); /* a full pipe has been told already */
        (void)told;
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

int cq_pool_new(struct cq_watch *w, int n_workers, struct cq_pool **ret_pool)
{
    struct cq_pool *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    p->w = w;
    p->n_tasks = n_workers + 1;
    p->pipe[0] = p->pipe[1] = -1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->given, NULL);
    p->task = calloc((size_t)p->n_tasks, sizeof *p->task);
    p->state = calloc((size_t)p->n_tasks, sizeof *p->state);
    p->thread = calloc((size_t)p->n_tasks, sizeof *p->thread);
    p->worker = calloc((size_t)p->n_tasks, sizeof *p->worker);
    int r = p->task && p->state && p->thread && p->worker ? 0 : -ENOMEM;
    if (!r && pipe(p->pipe))
        r = -errno;
    for (int i = 0; i < 2 && !r; i++) {
        if (fcntl(p->pipe[i], F_SETFL, O_NONBLOCK) || fcntl(p->pipe[i], F_SETFD, FD_CLOEXEC))
            r = -errno;
    }
    for (int i = 0; i < p->n_tasks && !r; i++) {
        p->worker[i] = (struct worker){p, i};
        r = -pthread_create(&p->thread[i], NULL, work, &p->worker[i]);
        p->n_threads += r == 0;
    }
    if (r) {
        cq_pool_free(p);
        return r;
    }
    *ret_pool = p;
    return 0;
}

struct cq_pool *cq_pool_free(struct cq_pool *p)
{
    if (!p)
        return NULL;
    pthread_mutex_lock(&p->lock);
    p->ending = true;
    pthread_cond_broadcast(&p->given);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->n_threads; i++)
        pthread_join(p->thread[i], NULL);
    for (int i = 0; p->task && i < p->n_tasks; i++)
        cq_task_clear(&p->task[i]);
    for (int i = 0; i < 2; i++) {
        if (p->pipe[i] >= 0)
            close(p->pipe[i]);
    }
    pthread_cond_destroy(&p->given);
    pthread_mutex_destroy(&p->lock);
    free(p->task);
    free(p->state);
    free(p->thread);
    free(p->worker);
    free(p);
    return NULL;
}

int cq_pool_fd(const struct cq_pool *p)
{
    return p->pipe[0];
}

void cq_pool_drain_fd(struct cq_pool *p)
{
    char bytes[64];
    while (read(p->pipe[0], bytes, sizeof bytes) > 0)
        ;
}

static enum cq_task_state state_of(struct cq_pool *p, int i)
{
    pthread_mutex_lock(&p->lock);
    enum cq_task_state state = p->state[i];
    pthread_mutex_unlock(&p->lock);
    return state;
}

struct cq_task *cq_pool_free_task(struct cq_pool *p, enum cq_task_kind kind)
{
    int first = kind == CQ_TASK_HOOK ? p->n_tasks - 1 : 0;
    int end = kind == CQ_TASK_HOOK ? p->n_tasks : p->n_tasks - 1;
    for (int i = first; i < end; i++) {
        if (state_of(p, i) == CQ_TASK_FREE)
            return &p->task[i];
    }
    return NULL;
}

void cq_pool_give(struct cq_pool *p, struct cq_task *t)
{
    pthread_mutex_lock(&p->lock);
    p->state[t - p->task] = CQ_TASK_GIVEN;
    pthread_cond_broadcast(&p->given);
    pthread_mutex_unlock(&p->lock);
}

struct cq_task *cq_pool_ready_task(struct cq_pool *p, size_t *at)
{
    for (; *at < (size_t)p->n_tasks; (*at)++) {
        if (state_of(p, (int)*at) == CQ_TASK_READY)
            return &p->task[(*at)++];
    }
    return NULL;
}

void cq_pool_release(struct cq_pool *p, struct cq_task *t)
{
    cq_task_clear(t);
    pthread_mutex_lock(&p->lock);
    p->state[t - p->task] = CQ_TASK_FREE;
    pthread_mutex_unlock(&p->lock);
}

int cq_pool_n_busy(struct cq_pool *p)
{
    int n = 0;
    for (int i = 0; i + 1 < p->n_tasks; i++)
        n += state_of(p, i) != CQ_TASK_FREE;
    return n;
}
