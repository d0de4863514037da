/* cli/rescore.h - score stored calls by another form, and tell what changes. */
#ifndef CQ_CLI_RESCORE_H
#define CQ_CLI_RESCORE_H

#include "callqa/scorecard.h"
#include "cli/pick.h"

#include <stdbool.h>

struct cq_rescore_call {
    int64_t call;
    char *agent;   /* may be NULL */
    bool had, has; /* a total before, and now */
    double before, after;
    char *why; /* items and indicators that moved, a line each; NULL: none */
};

struct cq_rescore {
    struct cq_rescore_call *v;
    size_t n;
    size_t cap;
};

void cq_rescore_done(struct cq_rescore *result);

/*
 * Score one stored call by `rubric` from its measures and events; no audio is touched. Stored, where
 * `store_it`, as its current scorecard beside those of other forms and versions. Appends what changed against
 * the former current one to *result, where not NULL.
 */
int cq_rescore_call(struct cq_store *store, int64_t call, const struct cq_rubric *rubric, bool store_it,
                    struct cq_error *err, struct cq_rescore *result);

/* Who moved: a line an agent, then the calls that moved most, with the reasons. */
void cq_rescore_print(const struct cq_rescore *result, size_t max_calls);

#endif
