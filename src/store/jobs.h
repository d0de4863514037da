/*
 * store/jobs.h - what happened, and is to happen, to every file that a watched folder held.
 *
 * One row a path. The store keeps rows and their history; which state follows which is src/watch's affair.
 * Times are milliseconds since 1970 UTC (…_ms), 0 where there is none.
 */
#ifndef CQ_STORE_JOBS_H
#define CQ_STORE_JOBS_H

#include "store/store.h"

/* Words: cq_job_state_name(). Numbers are in the database: append only. */
enum cq_job_state {
    CQ_JOB_SEEN,        /* noticed, looked at once */
    CQ_JOB_SETTLING,    /* waited for: it grows, its header is unfinished, or its other leg is missing */
    CQ_JOB_QUEUED,      /* whole; waits for a worker */
    CQ_JOB_RUNNING,     /* a worker has it */
    CQ_JOB_DONE,        /* its result is stored */
    CQ_JOB_FAILED,      /* failed for a reason that may pass; tried again at due_ms */
    CQ_JOB_QUARANTINED, /* cannot be read as what it is; left where it lies, not tried again by itself */
    CQ_JOB_IGNORED,     /* not a recording, or a person said so */
    CQ_JOB_GONE,        /* removed before it was analysed */
    CQ_JOB_PAIRED,      /* one leg of a call: analysed with its partner, whose row leads */
    CQ_N_JOB_STATES
};

enum cq_job_kind { CQ_JOB_AUDIO, CQ_JOB_SIDECAR };

/* What is left to be done for a job besides its state; bits. */
enum cq_job_todo {
    CQ_TODO_INFO = 1,  /* a side-car came: look up what is known of the call again */
    CQ_TODO_AFTER = 2, /* move or delete the recording */
    CQ_TODO_HOOK = 4   /* tell others that the call is done */
};

/* Which content a path held when it was looked at. */
struct cq_file_id {
    int64_t size_bytes;
    int64_t mtime_ns;
    int64_t inode;
};

struct cq_job {
    int64_t id;
    char *path;   /* absolute */
    char *dir;    /* its folder, without a final slash */
    char *stem;   /* its name without extension */
    char *source; /* the source that found it */
    enum cq_job_kind kind;
    enum cq_job_state state;
    char *reason; /* why it is in this state, one line; NULL */
    struct cq_file_id file;
    int64_t seen_ms;    /* first noticed */
    int64_t changed_ms; /* last change of the row */
    int64_t grown_ms;   /* since when `file` has been the same */
    int64_t due_ms;     /* next look; 0: none */
    int64_t order_s;    /* what "newest first" goes by: the start of the call, else the file's time */
    int attempts;       /* analyses begun since it was queued last */
    int crashes;        /* of those, how many the program did not survive */
    int64_t call;       /* 0: none */
    bool alone;         /* one leg of a pair whose other leg did not come */
    bool again;         /* analyse although the content is known */
    char *layout;       /* channel layout that the analysis was made with; NULL */
    int64_t partner;    /* the other leg's job; 0 */
    int todo;           /* enum cq_job_todo */
    int64_t todo_ms;    /* when to try what is left to do */
    int todo_tries;
    char *after_path; /* where it is being, or was, moved to; NULL */
};

void cq_job_done(struct cq_job *job);

/* "queued" ...; the reverse gives -ENOENT. Not translated. */
const char *cq_job_state_name(enum cq_job_state state);
int cq_job_state_of(const char *name, enum cq_job_state *ret_state);

/* Load one; *ret_job is the caller's (cq_job_done). -ENOENT without touching err. */
int cq_jobs_find(struct cq_store *store, const char *path, struct cq_error *err, struct cq_job *ret_job);
int cq_jobs_load(struct cq_store *store, int64_t id, struct cq_error *err, struct cq_job *ret_job);

/* What has changed about a path, cheaply: its row's id, state, kind and file, no strings. -ENOENT. */
int cq_jobs_peek(struct cq_store *store, const char *path, struct cq_error *err, struct cq_job *ret_job);

/*
 * Write a row: a new one where job->id is 0 (which is then set), else all that may change of an old one.
 * `event` (may be NULL) goes into its history. dir and stem are made from the path of a new one.
 */
int cq_jobs_put(struct cq_store *store, struct cq_job *job, const char *event, int64_t now_ms,
                struct cq_error *err);

enum cq_jobs_which {
    CQ_JOBS_DUE,    /* seen, settling or failed, to be looked at by now_ms; the longest due first */
    CQ_JOBS_NEWEST, /* queued, newest call first */
    CQ_JOBS_OLDEST, /* queued, oldest call first */
    CQ_JOBS_TODO,   /* with something left to do by now_ms */
    CQ_JOBS_RUNNING /* running */
};

/* Up to `limit` ids into ret_ids; *ret_n of them. */
int cq_jobs_pick(struct cq_store *store, enum cq_jobs_which which, int64_t now_ms, size_t limit,
                 struct cq_error *err, int64_t *ret_ids, size_t *ret_n);

/* Audio jobs by folder and stem (NULL: all of the folder; bounded by limit), for a side-car to find its own. */
int cq_jobs_beside(struct cq_store *store, const char *dir, const char *stem, size_t limit,
                   struct cq_error *err, int64_t *ret_ids, size_t *ret_n);

/* The earliest due_ms or todo_ms, 0 where there is none. */
int cq_jobs_next_ms(struct cq_store *store, struct cq_error *err, int64_t *ret_ms);

/* Times that lie further ahead than `limit_ms`, as after a clock that was set back, become now. */
int cq_jobs_clamp(struct cq_store *store, int64_t now_ms, int64_t limit_ms, struct cq_error *err);

/* What `callqa jobs` shows: newest change first; state -1 any; source NULL any. tell's non-zero return ends it.
 */
struct cq_jobs_filter {
    int state;
    const char *source;
    int64_t limit; /* 0: all */
};
int cq_jobs_list(struct cq_store *store, const struct cq_jobs_filter *f,
                 int (*tell)(void *user, const struct cq_job *job), void *user, struct cq_error *err);

struct cq_jobs_counts {
    int64_t n[CQ_N_JOB_STATES];
    int64_t oldest_due_s; /* order of the oldest queued job: how far behind; 0 where none is queued */
    int64_t todo;         /* with something left to do */
};
int cq_jobs_count(struct cq_store *store, struct cq_error *err, struct cq_jobs_counts *ret_counts);

/* What has happened since a moment: files done, files that failed or were quarantined, and when the last one
 * was done (ever; 0: none). */
struct cq_jobs_recent {
    int64_t done;
    int64_t failed;
    int64_t last_done_ms;
};
int cq_jobs_recent(struct cq_store *store, int64_t since_ms, struct cq_error *err,
                   struct cq_jobs_recent *ret_recent);

/* The history of one job, oldest first; at most CQ_JOBS_MAX_EVENTS are kept. */
#define CQ_JOBS_MAX_EVENTS 50
int cq_jobs_events(struct cq_store *store, int64_t id,
                   int (*tell)(void *user, int64_t at_ms, enum cq_job_state state, const char *text),
                   void *user, struct cq_error *err);

#endif
