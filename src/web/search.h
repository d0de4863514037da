/* web/search.h - private: which calls a request is about. */
#ifndef CQ_WEB_SEARCH_H
#define CQ_WEB_SEARCH_H

#include "store/filter.h"
#include "web/app.h"

/* A select and what it points to. Its texts are the request's. */
struct cq_web_search {
    struct cq_select sel;
    const char *flags[CQ_SELECT_MAX_FLAGS];
    struct cq_field columns[CQ_SELECT_MAX_COLUMNS];
    struct cq_cond *where;
    struct cq_key after;
};

/*
 * From the arguments where, flag, severity, agent, queue, since, until, review, assigned, reviewed_by, columns,
 * order and after. -EINVAL, -EACCES with t->err. cq_web_search_done() either way.
 */
int cq_web_search_read(struct cq_web_turn *t, struct cq_web_search *s);
void cq_web_search_done(struct cq_web_search *s);

#endif
