/* watch/private.h - private: the service's inside, shared by its files. */
#ifndef CQ_WATCH_PRIVATE_H
#define CQ_WATCH_PRIVATE_H

#include "callqa/analysis.h"
#include "store/facts.h"
#include "watch/intake.h"
#include "watch/notify.h"
#include "watch/scan.h"
#include "watch/watch.h"

#include <pthread.h>
#include <sys/stat.h>

#define CQ_TASKS_MAX 257 /* workers and the one that runs hooks */

/* Settings with the number of those who read them; counted on the service's thread alone. */
struct cq_shared_settings {
    struct cq_watch_settings *s;
    int n_users;
};

enum cq_task_kind { CQ_TASK_ANALYSE, CQ_TASK_HOOK };

enum cq_task_state {
    CQ_TASK_FREE,
    CQ_TASK_GIVEN, /* the worker's from here ... */
    CQ_TASK_BUSY,
    CQ_TASK_READY /* ... to here: the result is to be stored */
};

/* One piece of work and its result. Whose it is at the moment, the pool knows. */
struct cq_task {
    enum cq_task_kind kind;
    int64_t job;
    char *path;    /* of the recording, or of the agent's leg */
    char *partner; /* the customer's leg; NULL */
    char *joined;  /* where the two are joined */
    struct cq_file_id file, partner_file;
    struct cq_shared_settings *settings; /* keeps `source` alive */
    const struct cq_watch_source *source;
    struct cq_config config;
    struct cq_call_info info;
    struct cq_facts facts;
    const char *layout; /* its word */
    bool again;         /* analyse although the content is known */
    atomic_bool *stop;  /* the service's */

    int err; /* of the work */
    struct cq_error why;
    bool changed; /* the file was written to meanwhile */
    bool known;   /* the content is `call` already: nothing was analysed */
    bool has_analysis;
    struct cq_analysis a;
    int64_t call;
    char sha256[CQ_SHA256_HEX];
    char *json; /* CQ_TASK_HOOK */
};

void cq_task_clear(struct cq_task *t); /* with its use of the settings */

/* One reader less; the last one frees them. Accepts NULL. */
void cq_settings_unshare(struct cq_shared_settings *shared);

struct cq_pool; /* pool.c */

/* What a source is doing. */
struct cq_feed {
    const struct cq_watch_source *source;
    struct cq_notifier *notifier;
    struct cq_scan *scan;
    bool in_part;    /* the scan is of one folder below */
    bool first_done; /* all of it has been looked at once */
    bool missing;    /* told that the folder is not there */
    bool blind_told;
    double next_scan_s; /* monotonic */
    struct cq_watch *watch;
};

struct cq_watch {
    struct cq_store *store;
    pthread_mutex_t lock; /* guards `store`: the service's thread, and workers that look a hash up */
    char *db_path;
    char *joined_folder;
    int lock_fd;
    struct cq_watch_host host;
    struct cq_shared_settings *settings;
    struct cq_feed feed[CQ_WATCH_MAX_SOURCES];
    size_t n_feeds;
    struct cq_pool *pool;
    struct cq_taking *taking; /* a long table of calls that is being read; NULL */
    atomic_bool stop;         /* running calls are to end */
    bool stopping;
    double stop_at_s;     /* monotonic: when they have to */
    double db_pause_s;    /* monotonic: the database is left alone until then */
    double db_pause_next; /* length of the next pause */
    unsigned n_taken;     /* calls begun: every so many is the oldest */
    int64_t last_ms;      /* wall clock of the last round, to see it jump */
    double last_mono_s;
    double next_purge_s;
    struct cq_watch_status status;
    void *exporter; /* metrics.c */
    double next_export_s;
};

int64_t cq_watch_now_ms(void);
void cq_watch_say(struct cq_watch *w, enum cq_log_level level, const struct cq_job *job, const char *text);

/* states.c: one step of one job. Each is called inside a transaction. */
int cq_states_note(struct cq_watch *w, const struct cq_watch_source *src, const char *path,
                   const struct stat *st, struct cq_error *err);
int cq_states_look(struct cq_watch *w, int64_t id, struct cq_error *err);
int cq_states_recover(struct cq_watch *w, struct cq_error *err);
int64_t cq_states_pause_ms(const struct cq_watch_opts *opts, int n_tries);
void cq_states_file(const struct stat *st, struct cq_file_id *ret_file);
bool cq_states_same_file(const struct cq_file_id *a, const struct cq_file_id *b);
/* Where the file of a job stands: 0, -ENOENT gone, -ENODEV its whole folder is gone, or what stat says. */
int cq_states_stat(const struct cq_watch_source *src, const char *path, struct stat *ret_st);

/* pairs.c */
enum cq_leg { CQ_LEG_NONE, CQ_LEG_AGENT, CQ_LEG_CUSTOMER };
enum cq_leg cq_pairs_leg_of(const struct cq_watch_source *src, const struct cq_job *job, char **ret_base,
                            char **ret_other_path);
/* A whole leg: queue it with its other leg, let it wait, or queue it alone. Writes the rows. */
int cq_pairs_settle(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *job, int64_t now_ms,
                    struct cq_error *err);

/* about.c: what is known of a job's call from outside */
struct cq_about {
    struct cq_call_info info;
    struct cq_facts facts;
    const char *pattern; /* that its name fits; NULL */
    int64_t started_s;
    bool agent_left;
};
int cq_about_find(struct cq_watch *w, const struct cq_watch_source *src, const struct cq_job *job,
                  struct cq_error *err, struct cq_about *ret_about);
void cq_about_done(struct cq_about *about);
enum cq_layout cq_about_layout(const struct cq_watch_source *src, const struct cq_about *about, bool joined,
                               const char **ret_word);
/* The call's record says what its side-cars say. */
int cq_about_keep_record(struct cq_watch *w, int64_t call, const struct cq_facts *facts,
                         const struct cq_call_info *info, struct cq_error *err);

/* taking.c: a side-car that is whole. Each but drop is called inside a transaction. */
struct cq_taking;
/* Keep what it says, and have the calls that it speaks of looked up again; a long table becomes w->taking. */
int cq_taking_begin(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *job,
                    struct cq_error *err);
/* Another piece of w->taking, which is NULL after the last one. */
int cq_taking_step(struct cq_watch *w, struct cq_error *err);
/* The service ends: it is read again after the next start. */
int cq_taking_abandon(struct cq_watch *w, struct cq_error *err);
void cq_taking_drop(struct cq_watch *w);

/* tasks.c: a job to a worker and back. Each is called inside a transaction. */
int cq_tasks_begin(struct cq_watch *w, int64_t id, struct cq_task *t, bool *ret_given, struct cq_error *err);
int cq_tasks_finish(struct cq_watch *w, struct cq_task *t, struct cq_error *err);
/* On a worker's thread. */
void cq_tasks_work(struct cq_watch *w, struct cq_task *t);

/* after.c: what is left to do once a call is stored. Not inside a transaction. */
int cq_after_do(struct cq_watch *w, int64_t id, struct cq_error *err);

/* hook.c: on a worker's thread */
void cq_hook_work(struct cq_task *t);
int cq_hook_begin(struct cq_watch *w, struct cq_job *job, struct cq_task *t, bool *ret_given,
                  struct cq_error *err);
int cq_hook_finish(struct cq_watch *w, struct cq_task *t, struct cq_error *err);

/* pool.c */
int cq_pool_new(struct cq_watch *w, int n_workers, struct cq_pool **ret_pool);
struct cq_pool *cq_pool_free(struct cq_pool *p); /* joins its threads: set w->stop before */
int cq_pool_fd(const struct cq_pool *p);         /* readable when a result is ready */
void cq_pool_drain_fd(struct cq_pool *p);
struct cq_task *cq_pool_free_task(struct cq_pool *p, enum cq_task_kind kind); /* NULL: all are busy */
void cq_pool_give(struct cq_pool *p, struct cq_task *t);
struct cq_task *cq_pool_ready_task(struct cq_pool *p, size_t *at); /* the next from *at on, or NULL */
void cq_pool_release(struct cq_pool *p, struct cq_task *t);
int cq_pool_n_busy(struct cq_pool *p); /* analyses given and not released */

/* metrics.c */
int cq_export_new(struct cq_watch *w, struct cq_error *err);
void cq_export_update(struct cq_watch *w);
void cq_export_free(struct cq_watch *w);

/* retention.c */
int cq_retention_run(struct cq_watch *w, struct cq_error *err);

#endif
