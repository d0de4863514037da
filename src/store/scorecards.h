/* store/scorecards.h - all scorecards that a call has, one a form and version; and what drafts know of them. */
#ifndef CQ_STORE_SCORECARDS_H
#define CQ_STORE_SCORECARDS_H

#include "store/store.h"

struct cq_form_name {
    char *rubric, *version; /* owned */
};

struct cq_form_names {
    struct cq_form_name *v;
    size_t n, cap;
};

void cq_form_names_done(struct cq_form_names *names);

/* The forms that the call is scored by, the current one last. *ret_names: cq_form_names_done(). */
int cq_scorecards_list(struct cq_store *store, int64_t call, struct cq_error *err,
                       struct cq_form_names *ret_names);

/* Forget a scorecard that is not the current one. */
int cq_scorecards_remove(struct cq_store *store, int64_t call, const struct cq_form_name *form,
                         struct cq_error *err);

/* Drafts of reviews of the call take the machine's scores from its scorecards as they are now; what their
 * reviewers said stays. */
int cq_reviews_follow_machine(struct cq_store *store, int64_t call, struct cq_error *err);

#endif
