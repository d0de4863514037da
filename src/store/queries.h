/* store/queries.h - the views of the table of calls that users of the page have saved under a name. */
#ifndef CQ_STORE_QUERIES_H
#define CQ_STORE_QUERIES_H

#include "store/store.h"

#define CQ_QUERY_MAX_NAME 120    /* bytes */
#define CQ_QUERY_MAX_TEXT 4000   /* bytes */
#define CQ_QUERY_MAX_OF_USER 200 /* callqa default: more than a list is read to the end */

/* Texts are borrowed until the callback returns. */
struct cq_saved_query {
    int64_t id;
    int64_t user;      /* its owner's number */
    const char *owner; /* and name */
    const char *name;
    const char *query; /* the page's address after the '?' */
    bool shared;
};

/* A user's own and those that others share, by name. A non-zero return of the callback ends it. */
int cq_queries_each(struct cq_store *s, int64_t user, int (*found)(void *user, const struct cq_saved_query *q),
                    void *user_data, struct cq_error *err);

/* Keep a new one (id is not looked at). -EEXIST the user has one of this name, -E2BIG too many, -EINVAL too
 * long or no name. */
int cq_queries_add(struct cq_store *s, const struct cq_saved_query *q, struct cq_error *err, int64_t *ret_id);

/* What is not NULL (shared: not negative) changes. Only the owner's: -ENOENT otherwise, and as above. */
int cq_queries_change(struct cq_store *s, int64_t id, int64_t user, const char *name, const char *query,
                      int shared, struct cq_error *err);
int cq_queries_remove(struct cq_store *s, int64_t id, int64_t user, struct cq_error *err);

#endif
