/* watch/intake.h - what a file in a source's folder is, by its name: recording, side-car, or none of our
 * business. */
#ifndef CQ_WATCH_INTAKE_H
#define CQ_WATCH_INTAKE_H

#include "watch/settings.h"

/* A text that is kept in English and translated where it is shown: tools/update-po collects it. */
#define CQ_REASON(text) (text)

enum cq_intake {
    CQ_INTAKE_AUDIO,
    CQ_INTAKE_SIDECAR,
    CQ_INTAKE_TEMPORARY, /* being written under a name that says so: never touched, no row */
    CQ_INTAKE_OUTSIDE,   /* excluded, in the folder of finished files, hidden: no row */
    CQ_INTAKE_OTHER      /* no recording by its name: a row says so */
};

/*
 * `path` lies in src->folder. *ret_why (may be NULL) gets a sentence for everything but recordings and
 * side-cars; static text.
 */
enum cq_intake cq_intake_of(const struct cq_watch_source *src, const char *path, const char **ret_why);

/* A folder below the source's that is not looked into: hidden, or that of finished files. */
bool cq_intake_skips_folder(const struct cq_watch_source *src, const char *path);

/* The part of `path` below the source's folder. */
const char *cq_intake_below(const struct cq_watch_source *src, const char *path);

#endif
