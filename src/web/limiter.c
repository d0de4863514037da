/*
 * Failures are counted in a table of fixed size, by a hash of what they are counted for: an attacker can push
 * others out of it, or share a place with them, but not make it grow. A window ends WINDOW_S after its first
 * failure.
 */
#include "web/limiter.h"

#include "web/web.h"

#include <pthread.h>
#include <stdlib.h>

#define WINDOW_S 300
#define MAX_OF_PAIR 5     /* a name from one address */
#define MAX_OF_NAME 50    /* a name from anywhere */
#define MAX_OF_ADDRESS 50 /* any names from one address */
#define N_PLACES 4096     /* a power of two */

struct place {
    uint64_t key;
    int64_t since_s;
    int n;
};

struct cq_web_limiter {
    pthread_mutex_t mutex;
    struct place places[N_PLACES];
};

struct cq_web_limiter *cq_web_limiter_new(void)
{
    struct cq_web_limiter *l = calloc(1, sizeof *l);
    if (l)
        pthread_mutex_init(&l->mutex, NULL);
    return l;
}

struct cq_web_limiter *cq_web_limiter_free(struct cq_web_limiter *l)
{
    if (l)
        pthread_mutex_destroy(&l->mutex);
    free(l);
    return NULL;
}

/* FNV-1a over both texts, ASCII letters without their case, as names of users are compared. */
static uint64_t key_of(const char *peer, const char *name)
{
    const char *const parts[] = {peer ? peer : "*", name ? name : "*"};
    uint64_t h = 14695981039346656037u;
    for (int i = 0; i < 2; i++) {
        for (const char *c = parts[i];; c++) {
            unsigned char b = (unsigned char)*c;
            h = (h ^ (b >= 'A' && b <= 'Z' ? b + 32u : b)) * 1099511628211u;
            if (!b)
                break;
        }
    }
    return h;
}

static struct place *find(struct cq_web_limiter *l, uint64_t key, int64_t now_s)
{
    struct place *p = &l->places[(key ^ key >> 32) & (N_PLACES - 1)];
    if (p->key != key || now_s - p->since_s >= WINDOW_S || now_s < p->since_s)
        *p = (struct place){.key = key, .since_s = now_s};
    return p;
}

static int64_t wait_of(struct cq_web_limiter *l, uint64_t key, int max, int64_t now_s)
{
    const struct place *p = &l->places[(key ^ key >> 32) & (N_PLACES - 1)];
    if (p->key != key || p->n < max || now_s < p->since_s || now_s - p->since_s >= WINDOW_S)
        return 0;
    return p->since_s + WINDOW_S - now_s;
}

bool cq_web_limiter_may(struct cq_web_limiter *l, const char *peer, const char *name, int64_t now_s,
                        int64_t *ret_wait_s)
{
    pthread_mutex_lock(&l->mutex);
    int64_t wait_s = wait_of(l, key_of(peer, name), MAX_OF_PAIR, now_s);
    int64_t more_s = wait_of(l, key_of(NULL, name), MAX_OF_NAME, now_s);
    wait_s = more_s > wait_s ? more_s : wait_s;
    if (!cq_web_is_loopback(peer)) {
        more_s = wait_of(l, key_of(peer, NULL), MAX_OF_ADDRESS, now_s);
        wait_s = more_s > wait_s ? more_s : wait_s;
    }
    pthread_mutex_unlock(&l->mutex);
    *ret_wait_s = wait_s;
    return wait_s == 0;
}

void cq_web_limiter_failed(struct cq_web_limiter *l, const char *peer, const char *name, int64_t now_s)
{
    pthread_mutex_lock(&l->mutex);
    find(l, key_of(peer, name), now_s)->n++;
    find(l, key_of(NULL, name), now_s)->n++;
    find(l, key_of(peer, NULL), now_s)->n++;
    pthread_mutex_unlock(&l->mutex);
}

void cq_web_limiter_clear(struct cq_web_limiter *l, const char *peer, const char *name)
{
    pthread_mutex_lock(&l->mutex);
    find(l, key_of(peer, name), 0)->n = 0;
    pthread_mutex_unlock(&l->mutex);
}
