/* review/calibrate_private.h - private: the parts of review/calibrate.h. */
#ifndef CQ_REVIEW_CALIBRATE_PRIVATE_H
#define CQ_REVIEW_CALIBRATE_PRIVATE_H

#include "review/calibrate.h"

/* An item's calls, ready for fitting. */
struct cq_calibrate_problem {
    const struct cq_calibrate_opts *opts;
    const struct cq_calibrate_indicator *ind;
    size_t n_ind;
    const struct cq_calibrate_call *calls;
    size_t n;
};

/* What the curves give a call. */
double cq_calibrate_score(const struct cq_calibrate_problem *p, const struct cq_curve *curves,
                          const struct cq_calibrate_call *call);

/* Fit curves[n_ind] to the calls with use[i]. 0 or -ENOMEM. */
int cq_calibrate_fit(const struct cq_calibrate_problem *p, const bool *use, struct cq_curve *curves);

#endif
