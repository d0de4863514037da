/* cli/sample_list.h - what of drawn calls waits for whom. */
#ifndef CQ_CLI_SAMPLE_LIST_H
#define CQ_CLI_SAMPLE_LIST_H

#include "store/samples.h"

#include <stdbool.h>

/* Calls that wait, of one reviewer (NULL: of all), or only those past their date; a line a call, or with `json`
 * an object a line. */
int cq_sample_list(struct cq_store *store, const char *reviewer, bool overdue, bool json, struct cq_error *err);

/* A line or an object a reviewer: what they were handed out, and what came of it. */
int cq_sample_workload(struct cq_store *store, bool json, struct cq_error *err);

#endif
