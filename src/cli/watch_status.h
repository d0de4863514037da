/* cli/watch_status.h - the states of all files, counted: `callqa watch --status`, `callqa jobs counts`. */
#ifndef CQ_CLI_WATCH_STATUS_H
#define CQ_CLI_WATCH_STATUS_H

#include "store/jobs.h"

#include <stdbool.h>

/* One line a state that has files. */
void cq_watch_status_print(const struct cq_jobs_counts *counts);

/* Open the database, count, print. Returns an exit code. */
int cq_watch_status_run(const char *db_path, bool json);

/* A state's word for people, translated. */
const char *cq_watch_state_word(enum cq_job_state state);

#endif
