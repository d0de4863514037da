/* cli/rescore.h - score stored calls by another form, and tell what changes. */
#ifndef CQ_CLI_RESCORE_H
#define CQ_CLI_RESCORE_H

#include "callqa/scorecard.h"
#include "cli/pick.h"
#include "cli/rescore_settings.h"

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

/* How calls are scored again. */
struct cq_rescore_how {
    const struct cq_rubric *rubric;
    const struct cq_rescore_settings
        *settings; /* with a form: other thresholds; the rubric is that form then */
    bool store;
};

/*
 * Score one stored call from its measures and events, or under other thresholds from its talkspurts; no audio
 * is touched. Stored beside the results of other forms and versions: as the call's current scorecard, but not
 * under other thresholds, because the call's measures and events stay those of its analysis. Appends what
 * changed against the former current one to *result, where not NULL. -ENOTSUP a threshold needs the audio.
 */
int cq_rescore_call(struct cq_store *store, int64_t call, const struct cq_rescore_how *how,
                    struct cq_error *err, struct cq_rescore *result);

/* Who moved: a line an agent, then the calls that moved most, with the reasons. */
void cq_rescore_print(const struct cq_rescore *result, size_t max_calls);

#endif
