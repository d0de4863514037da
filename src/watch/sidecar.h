/* watch/sidecar.h - what stands beside recordings: NAME.json, NAME.csv, calls.csv (docs/watch.md has the
 * schema). */
#ifndef CQ_WATCH_SIDECAR_H
#define CQ_WATCH_SIDECAR_H

#include "base/str.h"
#include "callqa/analysis.h"
#include "callqa/error.h"
#include "store/facts.h"
#include "watch/zone.h"

#include <stddef.h>

#define CQ_SIDECAR_MAX_BYTES (8u << 20)
#define CQ_SIDECAR_MAX_ROWS 200000
#define CQ_SIDECAR_MAX_VALUE 1024 /* bytes of one value */

/* What is told of one recording; stem is NULL where the side-car is the recording's own. */
typedef int (*cq_sidecar_tell)(void *user, const char *stem, const struct cq_facts *facts);

/*
 * Parse a side-car; JSON or CSV by the extension of `name`. Every record is checked before it is handed out,
 * and times without an offset get that of `zone`. Names of members that mean nothing are appended to `unknown`,
 * once each. Errors: -EBADMSG with the line, -EFBIG, -ENOMEM, or what tell returned.
 */
int cq_sidecar_parse(const char *name, const char *text, size_t n, const struct cq_zone *zone,
                     cq_sidecar_tell tell, void *user, struct cq_str *unknown, struct cq_error *err);

/* Facts that are members of cq_call_info are written over what stands there. */
int cq_sidecar_apply(const struct cq_facts *facts, struct cq_call_info *info);

/* The name of the recording that a side-car of this name belongs to, without extension (malloc'd). Empty for a
 * table of the whole folder (calls.csv, calls.json). NULL when out of memory. */
char *cq_sidecar_stem(const char *path);

#endif
