/* records/map.h - names of columns to fields, texts to values: of files to import and of side-cars. */
#ifndef CQ_RECORDS_MAP_H
#define CQ_RECORDS_MAP_H

#include "base/json.h"
#include "records/import.h"

/* The field that a column's name stands for; -ENOENT: none, the column is not read. */
int cq_records_map_field(const struct cq_records_map *map, const char *column, enum cq_record_field *ret_field);

/* A field's value from its text, empty: none. -EBADMSG, told with name and line. */
int cq_records_map_value(const struct cq_records_map *map, enum cq_record_field field, const char *text,
                         const char *name, int line, struct cq_error *err, struct cq_record_value *ret_value);

#endif
