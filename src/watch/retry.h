/* watch/retry.h - a person decides about a file: try it again, or leave it. */
#ifndef CQ_WATCH_RETRY_H
#define CQ_WATCH_RETRY_H

#include "store/jobs.h"

#include <stdbool.h>

/*
 * Change the state of a job, with its entry in the audit; inside the caller's transaction, for the service may
 * be at the same job. `job` is as it was loaded there and is changed too. -EBUSY it is being analysed.
 */
int cq_watch_decide(struct cq_store *store, struct cq_job *job, bool retry, const char *who,
                    struct cq_error *err);

#endif
