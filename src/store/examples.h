/* store/examples.h - moments that trainers keep: examples, playlists of them, and what trainees heard in them.
 */
#ifndef CQ_STORE_EXAMPLES_H
#define CQ_STORE_EXAMPLES_H

#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CQ_EXAMPLE_MAX_TEXT 4000 /* bytes of a title or a reason */

/* Texts are owned by whoever filled the record in. */
struct cq_example {
    int64_t id;
    int64_t call; /* 0: imported, `audio` has its clip */
    char *audio;  /* absolute path; NULL where there is a call */
    double start_s, end_s;
    char *item; /* of a form */
    bool good;
    char *title;
    char *why;    /* NULL: nothing said */
    bool keep;    /* retention leaves the call alone */
    double score; /* the form's answer when it was added; NAN: none */
    char *agent;  /* of the call, filled in by loading; NULL unknown */
    char uid[65]; /* the same moment is the same example, in every database: cq_example_uid() */
    int64_t created_s;
};

void cq_example_done(struct cq_example *e);

/* From the recording's content and the moment. */
void cq_example_uid(const char *sha256, const struct cq_example *e, char ret_uid[65]);

/* Keep one (uid filled in), with an entry in the audit in `who`'s name. -EEXIST the moment is an example
 * already, -EINVAL texts or times that cannot be. */
int cq_example_add(struct cq_store *store, const struct cq_example *e, const char *who, struct cq_error *err,
                   int64_t *ret_id);
int cq_example_load(struct cq_store *store, int64_t id, struct cq_error *err,
                    struct cq_example *ret_e);                                                    /* -ENOENT */
int cq_example_remove(struct cq_store *store, int64_t id, const char *who, struct cq_error *err); /* -ENOENT */

/* Ids in the order of their making; item NULL: any; good -1: both. *ret_ids is freed by the caller. */
int cq_example_list(struct cq_store *store, const char *item, int good, struct cq_error *err, int64_t **ret_ids,
                    size_t *ret_n);

/* Playlists. -EEXIST the name is taken, -ENOENT there is none. */
int cq_playlist_new(struct cq_store *store, const char *name, struct cq_error *err);
int cq_playlist_add(struct cq_store *store, const char *name, int64_t example, struct cq_error *err);
int cq_playlist_clips(struct cq_store *store, const char *name, struct cq_error *err, int64_t **ret_ids,
                      size_t *ret_n);
/* The whole playlist at once, made where there is none; without examples it is deleted (-ENOENT: there is
 * none). Each change is in the audit. -ENOENT: no such example. */
int cq_playlist_set(struct cq_store *store, const char *name, const int64_t *ids, size_t n, const char *who,
                    struct cq_error *err);
int cq_playlist_list(struct cq_store *store, int (*found)(void *user, const char *name, int64_t n_clips),
                     void *user, struct cq_error *err);

/* A trainee's answer, and per trainee how near they are: mean distance from the form, share within one point.
 */
int cq_quiz_save(struct cq_store *store, int64_t example, const char *trainee, int score, double form_score,
                 struct cq_error *err);
struct cq_quiz_result {
    const char *trainee; /* borrowed until the callback returns */
    int64_t n, n_compared;
    double distance, bias; /* mean |trainee - form|, mean (trainee - form); NAN without any to compare */
    double within_one;     /* share of those compared */
};
int cq_quiz_results(struct cq_store *store, int (*found)(void *user, const struct cq_quiz_result *r),
                    void *user, struct cq_error *err);

/* A moment that would make an example. */
struct cq_suggestion {
    int64_t call;
    double start_s, end_s;
    double score;
    char agent[128];
};

/*
 * The clearest moments for an item, by the current scorecards: bad ones are the evidence of its lowest scores;
 * good ones the customer's longest turns that the agent let end, in calls with its highest scores. Chosen one
 * by one so that agents and lengths differ as much as they can. At most max. -ENOENT no stored form has the
 * item.
 */
int cq_example_suggest(struct cq_store *store, const char *item, bool good, size_t max, struct cq_error *err,
                       struct cq_suggestion *ret_v, size_t *ret_n);

#endif
