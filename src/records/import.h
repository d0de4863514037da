/* records/import.h - business data of contacts out of CSV and JSON files. */
#ifndef CQ_RECORDS_IMPORT_H
#define CQ_RECORDS_IMPORT_H

#include "store/records.h"

#include <stddef.h>

#define CQ_RECORDS_MAX_BYTES (64u << 20) /* of one file of records */
#define CQ_RECORDS_MAX_ALIASES 16        /* other names of one field */
#define CQ_RECORDS_MAX_TEXT 500          /* bytes of a value */

struct cq_records_map; /* which column is which field, and what the words for priorities are */

/*
 * From the configuration's section `records`:
 *
 *     {"columns": {"external_id": "通话编号", "started_at": ["来电时间", "Start"]},
 *      "priorities": {"紧急": "urgent", "一般": "routine"}}
 *
 * What it doesn't name is looked for under its own name. NULL text: only those. -EBADMSG with the line.
 */
int cq_records_map_parse(const char *name, const char *text, size_t n, struct cq_error *err,
                         struct cq_records_map **ret_map);
struct cq_records_map *cq_records_map_free(struct cq_records_map *map);

struct cq_records_import {
    const char *who;
    bool json; /* the file is a JSON array of objects, or {"records": [...]}; else CSV with a heading */
    bool dry_run;
};

struct cq_records_result {
    int64_t rows, added, changed, same;
};

/*
 * Read a file's text into the store, all of it or nothing; -EBADMSG with the first line that is wrong. A dry
 * run does the same and takes it back.
 */
int cq_records_import(struct cq_store *store, const struct cq_records_map *map,
                      const struct cq_records_import *how, const char *name, const char *text, size_t n,
                      struct cq_error *err, struct cq_records_result *ret_result);

#endif
