#include "web/pool.h"

#include "base/error.h"
#include "base/str.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define N_READERS 6 /* each has a page cache of its own; queries are short */
#define WAIT_S 10

struct cq_web_pool {
    char *db;
    pthread_mutex_t mutex;
    pthread_cond_t back;
    struct cq_store *idle[N_READERS];
    size_t n_idle;
    size_t n_open; /* idle or in use */
    pthread_mutex_t writing;
    struct cq_store *writer;
};

int cq_web_pool_new(const char *db, struct cq_error *err, struct cq_web_pool **ret_pool)
{
    struct cq_web_pool *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    pthread_mutex_init(&p->mutex, NULL);
    pthread_mutex_init(&p->writing, NULL);
    pthread_cond_init(&p->back, NULL);
    p->db = cq_str_dup(db);
    int r = p->db ? cq_store_open(db, CQ_STORE_WRITE, err, &p->writer) : -ENOMEM;
    if (r) {
        cq_web_pool_free(p);
        return r;
    }
    *ret_pool = p;
    return 0;
}

struct cq_web_pool *cq_web_pool_free(struct cq_web_pool *pool)
{
    if (!pool)
        return NULL;
    for (size_t i = 0; i < pool->n_idle; i++)
        cq_store_close(pool->idle[i]);
    cq_store_close(pool->writer);
    pthread_cond_destroy(&pool->back);
    pthread_mutex_destroy(&pool->writing);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->db);
    free(pool);
    return NULL;
}

/* One that is idle, or leave to open another; -EBUSY. The mutex is held. */
static int wait_for_reader(struct cq_web_pool *pool)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    while (!pool->n_idle && pool->n_open == N_READERS) {
        if (pthread_cond_timedwait(&pool->back, &pool->mutex, &until))
            return -EBUSY;
    }
    return 0;
}

int cq_web_pool_reader(struct cq_web_pool *pool, struct cq_error *err, struct cq_store **ret_store)
{
    struct cq_store *s = NULL;
    pthread_mutex_lock(&pool->mutex);
    int r = wait_for_reader(pool);
    if (!r && pool->n_idle)
        s = pool->idle[--pool->n_idle];
    else if (!r)
        pool->n_open++;
    pthread_mutex_unlock(&pool->mutex);
    if (r)
        return cq_error_set(err, r, NULL, 0, "the server is busy; try again in a moment");
    if (!s) {
        r = cq_store_open(pool->db, CQ_STORE_READ, err, &s);
        if (r) {
            pthread_mutex_lock(&pool->mutex);
            pool->n_open--;
            pthread_cond_signal(&pool->back);
            pthread_mutex_unlock(&pool->mutex);
            return r;
        }
    }
    *ret_store = s;
    return 0;
}

void cq_web_pool_give_back(struct cq_web_pool *pool, struct cq_store *store)
{
    if (!store)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->idle[pool->n_idle++] = store;
    pthread_cond_signal(&pool->back);
    pthread_mutex_unlock(&pool->mutex);
}

struct cq_store *cq_web_pool_writer(struct cq_web_pool *pool)
{
    pthread_mutex_lock(&pool->writing);
    return pool->writer;
}

void cq_web_pool_release(struct cq_web_pool *pool)
{
    pthread_mutex_unlock(&pool->writing);
}
