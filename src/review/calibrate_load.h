/* review/calibrate_load.h - what calibration rests on: measures of stored calls beside their reviewers' scores.
 */
#ifndef CQ_REVIEW_CALIBRATE_LOAD_H
#define CQ_REVIEW_CALIBRATE_LOAD_H

#include "review/calibrate.h"
#include "rubric/rubric.h"
#include "store/store.h"

/* The material of one item. */
struct cq_calibrate_item {
    size_t item;                 /* index in the form */
    struct cq_calibrate_call *v; /* reviewed calls */
    size_t n;
    size_t cap;
    size_t n_reviews;
    size_t n_blind;  /* of these */
    size_t n_capped; /* reviewed calls left out, because a cap bites: they say nothing of the curves */
};

struct cq_calibrate_material {
    struct cq_calibrate_item *v; /* one an item that has indicators, in the order of the form */
    size_t n;
};

/*
 * Load the material of a form's items. `wanted` says which calls take part (NULL: all). A call counts for an
 * item where the form's indicators apply to it, as for its score. *ret: cq_calibrate_material_done().
 */
int cq_calibrate_load(struct cq_store *store, const struct cq_rubric *rubric, bool blind_only,
                      bool (*wanted)(void *user, int64_t call), void *user, struct cq_error *err,
                      struct cq_calibrate_material *ret);
void cq_calibrate_material_done(struct cq_calibrate_material *m);

/* The indicators of an item as cq_calibrate() takes them. Returns how many. */
size_t cq_calibrate_indicators(const struct cq_rubric_item *item,
                               struct cq_calibrate_indicator ret[CQ_RUBRIC_MAX_INDICATORS]);

#endif
