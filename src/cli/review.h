/* cli/review.h - private to cmd_review.c and review_print.c: how reviews are shown. */
#ifndef CQ_CLI_REVIEW_H
#define CQ_CLI_REVIEW_H

#include "callqa/review.h"
#include "cli/term.h"
#include "rubric/rubric.h"

#include <stdbool.h>

/* One review with its items for people; `rubric` (may be NULL) gives labels. */
void cq_review_print(const struct cq_review *review, bool hidden, const struct cq_rubric *rubric);

/* The same as one JSON object, a line. 0 or -ENOMEM. */
int cq_review_print_json(const struct cq_review *review, bool hidden);

/* A line of the list; `user` is not used. */
int cq_review_print_row(void *user, const struct cq_review *review, bool hidden);

#endif
