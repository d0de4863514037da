/*
 * review/review.h - a person scores a call by a form: what may be done with a review, when and by whom. The
 * command line and the web page call the same functions; each is one transaction with its entry in the audit.
 *
 *     draft ── submit ──> submitted ── dispute ──> disputed ── resolve ──> resolved
 *
 * - One review a person, call and form; any number of persons a call.
 * - A draft belongs to its reviewer: only they see its scores, change it and submit it.
 * - Double-blind: whoever has a draft of a call sees no other review of it by the same form, nor whose it is.
 * - The machine's score is copied when a review starts, and stays beside the person's. An item that the machine
 *   scored keeps that score unless the reviewer gives another; one that is more than CQ_REVIEW_SAME away, or
 * "not applicable", overrides it and needs a reason. Proposed scores (assist) bind nobody. In a blind review
 * the machine's scores are hidden until it is submitted, and need no reason.
 * - Submitting needs every auto, assist and human item to have a score or to be not applicable.
 * - Submitted scores never change. A dispute, with its reason, is decided by a third person, who upholds them
 * or gives final scores to some items beside them.
 *
 * Errors, with a sentence in `err`: -ENOENT no such review, item or call; -EPERM not this person's to do;
 * -EINVAL not in this state, a score off the scale, a missing text; -EEXIST, -ENODATA items are still open;
 * those of the store.
 */
#ifndef CQ_REVIEW_REVIEW_H
#define CQ_REVIEW_REVIEW_H

#include "callqa/review.h"
#include "rubric/rubric.h"
#include "store/reviews.h"

#include <stdbool.h>
#include <stdint.h>

/* Reviewers score in steps of a half; callqa default: finer than that two people don't agree. */
#define CQ_REVIEW_STEP 0.5
/* A score this close to the machine's is the same one: half a step. */
#define CQ_REVIEW_SAME 0.25
#define CQ_REVIEW_MAX_TEXT 2000 /* bytes of a remark, a reason, a dispute */
#define CQ_REVIEW_MAX_NAME 200  /* bytes of a person's name */

struct cq_review_start {
    int64_t call;
    const char *reviewer;
    bool expert;
    bool blind;
    const struct cq_rubric *rubric; /* NULL: the form of the call's current scorecard, cq_review_form() */
};

int cq_review_start(struct cq_store *store, const struct cq_review_start *how, struct cq_error *err,
                    int64_t *ret_id);

/* What a reviewer says of one item. Replaces all that was said of it before; NULL texts are none. */
struct cq_review_mark {
    const char *item;
    enum cq_mark mark; /* CQ_MARK_NONE takes a score back */
    double score;
    const char *remark;
    const char *reason;
    bool has_clip;
    struct cq_span clip;
};

int cq_review_set(struct cq_store *store, int64_t id, const char *who, const struct cq_review_mark *mark,
                  struct cq_error *err);
/* On the whole call; NULL takes it back. */
int cq_review_set_remark(struct cq_store *store, int64_t id, const char *who, const char *remark,
                         struct cq_error *err);

/* open_na: what is still open becomes not applicable first. */
int cq_review_submit(struct cq_store *store, int64_t id, const char *who, bool open_na, struct cq_error *err);

int cq_review_dispute(struct cq_store *store, int64_t id, const char *who, const char *reason,
                      struct cq_error *err);

struct cq_review_final {
    const char *item;
    enum cq_mark mark; /* CQ_MARK_SCORE, CQ_MARK_NOT_APPLICABLE */
    double score;
};

/* Without finals the scores are upheld. */
int cq_review_resolve(struct cq_store *store, int64_t id, const char *who, const char *resolution,
                      const struct cq_review_final *finals, size_t n_finals, struct cq_error *err);

/*
 * A review as this person may see it (NULL: somebody who reviews nothing). What they may not see yet is taken
 * out: *ret_hidden tells so, items are none then, and of a hidden review also the reviewer's name (unless it is
 * a draft that they don't compete with). *ret_review: cq_review_done().
 */
int cq_review_view(struct cq_store *store, int64_t id, const char *viewer, struct cq_error *err,
                   struct cq_review *ret_review, bool *ret_hidden);

/* Heads as this person may see them, the newest first. */
int cq_review_list(struct cq_store *store, const struct cq_reviews_filter *filter, const char *viewer,
                   int (*row)(void *user, const struct cq_review *review, bool hidden), void *user,
                   struct cq_error *err);

/* What a draft's total would be if it were submitted now: fills partial, has_total, total and coverage of a
 * review that cq_review_view() gave. Nothing is changed where it is no draft or its form is not to be had. */
int cq_review_so_far(struct cq_store *store, struct cq_review *review, struct cq_error *err);

/*
 * Agent and customer of a call change places: whoever recorded it had them the other way round. Done from what
 * is stored, without the sound (see cq_analysis_swap_parties()); every form that the call is scored by scores
 * it anew (a scorecard whose form is not to be had any more goes), drafts of reviews follow, submitted reviews
 * stay as they are. One transaction with its entry in the audit. -ENOENT: no such call, or its form is not
 * installed.
 */
int cq_review_swap_parties(struct cq_store *store, int64_t call, const char *who, struct cq_error *err);

/*
 * A form by id and version: the text kept in the database, else the installed file. -ENOENT where neither is
 * that version. `version` NULL: the one that was published last, else the installed one. *ret_rubric:
 * cq_rubric_free().
 */
int cq_review_form(struct cq_store *store, const char *rubric, const char *version, struct cq_error *err,
                   struct cq_rubric **ret_rubric);

/* Is this the text that the database keeps of the version, if it keeps one? 0, or -EEXIST another. */
int cq_review_form_same(struct cq_store *store, const struct cq_rubric *rubric, struct cq_error *err);
/* Keep the text of a version for good; -EEXIST where another is kept. */
int cq_review_form_keep(struct cq_store *store, const struct cq_rubric *rubric, struct cq_error *err);
/* Keep it and make it the one that its id stands for. -EALREADY where it is published. */
int cq_review_form_publish(struct cq_store *store, const struct cq_rubric *rubric, const char *who,
                           struct cq_error *err);

#endif
