/* cli/calibrate.h - what `callqa calibrate` found, printed. */
#ifndef CQ_CLI_CALIBRATE_H
#define CQ_CLI_CALIBRATE_H

#include "base/str.h"
#include "review/calibrate_load.h"

/* One item: its material and what came of it. */
struct cq_calibrated {
    const struct cq_calibrate_item *material;
    struct cq_calibration found;
    bool proposed;
};

struct cq_calibrate_report {
    const struct cq_rubric *rubric;
    const char *version; /* of the draft; NULL: nothing is proposed */
    const char *diff;    /* its lines; NULL: nothing is proposed */
    const struct cq_calibrated *v;
    size_t n;
};

/* As a table, with the reasons and the diff, labels in `lang`; as one JSON object. Both append. */
void cq_calibrate_text(const struct cq_calibrate_report *report, const char *lang, struct cq_str *out);
void cq_calibrate_json(const struct cq_calibrate_report *report, struct cq_str *out);

#endif
