/* web/pool.h - private: connections to the database, one thread each at a time. */
#ifndef CQ_WEB_POOL_H
#define CQ_WEB_POOL_H

#include "store/store.h"

struct cq_web_pool;

/* Opens the writer (which brings the database up to date). Errors of cq_store_open(). */
int cq_web_pool_new(const char *db, struct cq_error *err, struct cq_web_pool **ret_pool);
struct cq_web_pool *cq_web_pool_free(struct cq_web_pool *pool);

/* A connection for reading; waits while all are in use, -EBUSY after ten seconds. Give it back. */
int cq_web_pool_reader(struct cq_web_pool *pool, struct cq_error *err, struct cq_store **ret_store);
void cq_web_pool_give_back(struct cq_web_pool *pool, struct cq_store *store);

/* The one connection for writing, until it is released. */
struct cq_store *cq_web_pool_writer(struct cq_web_pool *pool);
void cq_web_pool_release(struct cq_web_pool *pool);

#endif
