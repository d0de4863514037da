/* web/limiter.h - private: how often somebody may fail to log in. Safe from any thread. */
#ifndef CQ_WEB_LIMITER_H
#define CQ_WEB_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

struct cq_web_limiter;

struct cq_web_limiter *cq_web_limiter_new(void); /* NULL: out of memory */
struct cq_web_limiter *cq_web_limiter_free(struct cq_web_limiter *l);

/*
 * May this client try this name now? Otherwise *ret_wait_s is how long to wait. Counted are failures of a name
 * from one address, of a name from anywhere, and of an address with any name (not of the machine itself, where
 * a proxy speaks for everybody).
 */
bool cq_web_limiter_may(struct cq_web_limiter *l, const char *peer, const char *name, int64_t now_s,
                        int64_t *ret_wait_s);
void cq_web_limiter_failed(struct cq_web_limiter *l, const char *peer, const char *name, int64_t now_s);
/* A login went well: forget the failures of this name from this address. */
void cq_web_limiter_clear(struct cq_web_limiter *l, const char *peer, const char *name);

#endif
