#include "web/reads.h"

#include <pthread.h>
#include <stdlib.h>

#define AGAIN_S 3600
#define N_PLACES 4096 /* a power of two */

struct place {
    int64_t session;
    int64_t subject;
    int64_t at_s;
};

struct cq_web_reads {
    pthread_mutex_t mutex;
    struct place places[N_PLACES];
};

struct cq_web_reads *cq_web_reads_new(void)
{
    struct cq_web_reads *r = calloc(1, sizeof *r);
    if (r)
        pthread_mutex_init(&r->mutex, NULL);
    return r;
}

struct cq_web_reads *cq_web_reads_free(struct cq_web_reads *r)
{
    if (r)
        pthread_mutex_destroy(&r->mutex);
    free(r);
    return NULL;
}

bool cq_web_reads_first(struct cq_web_reads *r, int64_t session, int64_t subject, int64_t now_s)
{
    uint64_t h = ((uint64_t)session * 0x9e3779b97f4a7c15u) ^ ((uint64_t)subject * 0xbf58476d1ce4e5b9u);
    struct place *p = &r->places[(h >> 40) & (N_PLACES - 1)];
    pthread_mutex_lock(&r->mutex);
    bool known = p->session == session && p->subject == subject && p->at_s && now_s - p->at_s < AGAIN_S;
    if (!known)
        *p = (struct place){session, subject, now_s};
    pthread_mutex_unlock(&r->mutex);
    return !known;
}
