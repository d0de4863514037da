/* watch/sidecar.h - what stands beside recordings: NAME.json, NAME.csv, calls.csv (docs/watch.md has the
 * schema). What goes into records is checked as records are. */
#ifndef CQ_WATCH_SIDECAR_H
#define CQ_WATCH_SIDECAR_H

#include "base/csv.h"
#include "base/str.h"
#include "callqa/analysis.h"
#include "callqa/error.h"
#include "records/import.h"
#include "store/facts.h"
#include "watch/zone.h"

#include <stddef.h>

#define CQ_SIDECAR_MAX_BYTES (8u << 20) /* of JSON; CSV is read piece by piece, of any size */
#define CQ_SIDECAR_MAX_VALUE 1024       /* bytes of one value */

/* All borrowed. */
struct cq_sidecar_rules {
    const char *file;                 /* stands in errors; its extension tells JSON from CSV */
    const struct cq_zone *zone;       /* of times without an offset */
    const struct cq_records_map *map; /* names of columns, and words for priorities */
    struct cq_str *unknown;           /* names of members that mean nothing are appended, once each */
};

/* What is told of one recording; stem is NULL where the side-car is the recording's own. */
typedef int (*cq_sidecar_tell)(void *user, const char *stem, const struct cq_facts *facts);

/* Parse a side-car that is in memory. Every call is checked before it is handed out. Errors: -EBADMSG with the
 * line, -EFBIG, -ENOMEM, or what tell returned. */
int cq_sidecar_parse(const struct cq_sidecar_rules *rules, const char *text, size_t n, cq_sidecar_tell tell,
                     void *user, struct cq_error *err);

/* A table, row by row. */
struct cq_sidecar_csv {
    const struct cq_sidecar_rules *rules;
    struct cq_csv csv; /* opened by the caller, before begin */
    size_t n_names, file_at;
    struct cq_sidecar_member *member; /* one a column */
};
int cq_sidecar_csv_begin(struct cq_sidecar_csv *t, struct cq_error *err);
/* 1 with the next recording's facts (both the caller's; *ret_stem is NULL in a side-car of one recording), 0 at
 * the end, negative errno. */
int cq_sidecar_csv_next(struct cq_sidecar_csv *t, struct cq_error *err, char **ret_stem,
                        struct cq_facts *ret_facts);
void cq_sidecar_csv_done(struct cq_sidecar_csv *t); /* with its csv */

/* Facts that are members of cq_call_info are written over what stands there. */
int cq_sidecar_apply(const struct cq_facts *facts, struct cq_call_info *info);

/* The record that the facts are, with agent, customer, start and id of the call. */
int cq_sidecar_record(const struct cq_facts *facts, const struct cq_call_info *info,
                      struct cq_record *ret_record);

/* The name of the recording that a side-car of this name belongs to, without extension (malloc'd). Empty for a
 * table of the whole folder (calls.csv, calls.json). NULL when out of memory. */
char *cq_sidecar_stem(const char *path);

#endif
