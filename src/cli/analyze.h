/* cli/analyze.h - the run behind `callqa analyze`: files in, results printed or stored. */
#ifndef CQ_CLI_ANALYZE_H
#define CQ_CLI_ANALYZE_H

#include "callqa/analysis.h"
#include "callqa/error.h"
#include "callqa/options.h"
#include "cli/inputs.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "rubric/rubric.h"
#include "store/store.h"

#include <pthread.h>
#include <stdio.h>

enum cq_analyze_format {
    CQ_ANALYZE_TEXT, /* one line a call for people */
    CQ_ANALYZE_JSON,
    CQ_ANALYZE_RTTM,
    CQ_ANALYZE_LABELS,
    CQ_ANALYZE_TEXTGRID
};

/* Everything that workers and writer share. Fields above `lock` are set before the run and only read in it. */
struct cq_analyze {
    const struct cq_inputs *inputs;
    const struct cq_config *config;
    const struct cq_rubric *rubric;
    const struct cq_call_info *info;
    const char *db_path;   /* for messages; NULL where nothing is stored */
    const char *db_option; /* --db as given; NULL by default */
    enum cq_analyze_format format;
    bool force;
    bool quiet;
    int n_workers;
    FILE *out;
    struct cq_signals *signals;

    pthread_mutex_t lock;   /* guards `store`: one connection, used by workers to look up and by the writer */
    struct cq_store *store; /* NULL where nothing is stored; borrowed */

    struct cq_progress progress; /* the rest is the writer's */
    bool header_printed;
    size_t n_new, n_known, n_replaced, n_failed, n_unscorable;
    int64_t last_call;
    int status; /* enum cq_exit of the run */
};

/* Embedded; zero all fields, set those above `lock` and `store`, then init, run, done. */
void cq_analyze_init(struct cq_analyze *z);
void cq_analyze_done(struct cq_analyze *z);

/* Run over all inputs. Errors of single files are printed and counted. Returns the exit code. */
int cq_analyze_run(struct cq_analyze *z);

/* How a call is printed; `call` is 0 where it is not stored. Returns 0 or -ENOMEM. */
int cq_analyze_print(struct cq_analyze *z, const struct cq_analysis *a, int64_t call);

/* The line of a call that was in the database before. */
void cq_analyze_print_known(struct cq_analyze *z, const char *path, int64_t call);

/* What the run came to, and what to do next. */
void cq_analyze_print_summary(struct cq_analyze *z);

#endif
