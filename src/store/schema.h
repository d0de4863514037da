/* store/schema.h - private: the tables as an append-only list of migrations, and what follows the program. */
#ifndef CQ_STORE_SCHEMA_H
#define CQ_STORE_SCHEMA_H

#include "base/str.h"
#include "store/db.h"

#define CQ_STORE_APPLICATION_ID 0x63714442 /* "cqDB" in the file's header */

/* One step of the schema. Never changed once released: a change is a new step at the end. */
struct cq_migration {
    const char *name;
    const char *sql;
};

extern const struct cq_migration cq_migrations[];
extern const int cq_n_migrations; /* equals the newest PRAGMA user_version */

/* Texts of steps that stand in files of their own. */
extern const char cq_schema_form_texts[];
extern const char cq_schema_form_settings[];
extern const char cq_schema_review_critical[];
extern const char cq_schema_queries[];
extern const char cq_schema_days[];
extern const char cq_schema_reviews[];
extern const char cq_schema_records[];
extern const char cq_schema_samples[];
extern const char cq_schema_watch[];
extern const char cq_schema_record_sources[];
extern const char cq_schema_sidecars[];

/* Bring an empty or older database up to date; each step is one transaction. Refuses what cq_schema_check()
 * refuses. */
int cq_schema_migrate(struct cq_store *s, struct cq_error *err);

/* Is this a callqa database of this program's version? -EBADMSG foreign or tampered with, -ENOTSUP newer (or
 * older, which only a writer brings up to date). *ret_version: the steps that it has. */
int cq_schema_check(struct cq_store *s, bool allow_older, struct cq_error *err, int *ret_version);

/*
 * What follows the program's own tables rather than a migration: a column a measure in `measures` and `flagged`
 * (added as measures are added, never dropped), the rows of `words` and `measure_names`, and the views. One
 * transaction, and nothing at all where the database has been brought up to date by this program already.
 */
int cq_schema_sync(struct cq_store *s, struct cq_error *err);

/* The key of a call without a start in `flagged`, as SQL: before all others. */
#define CQ_STARTED_UNKNOWN "-9223372036854775808"

/* Statements about `flagged` (flagged.c): fill it where it is empty; count the rows that are wrong. */
void cq_flagged_fill(struct cq_str *out);
void cq_flagged_check(struct cq_str *out);

/* Append the statements that drop and make every view. */
void cq_schema_views(struct cq_str *out);

/* Name of a measure's column: "duration_s", "agent_interruptions". */
#define CQ_MEASURE_COLUMN_MAX 80
void cq_schema_measure_column(enum cq_party party, int index, char buf[CQ_MEASURE_COLUMN_MAX]);

/* Number of measures in all, and the i-th as (party, index); CQ_NOBODY for call measures, which come first. */
#define CQ_N_MEASURES (CQ_N_CALL_METRICS + CQ_N_PARTIES * CQ_N_PARTY_METRICS)
void cq_schema_measure(int i, enum cq_party *ret_party, int *ret_index);

/* A measure's number in `measure_names` and `measure_nulls`; stable because the tables of metrics.h are append
 * only. The reverse gives -ENOENT for a number that this program does not know. */
int cq_schema_measure_id(enum cq_party party, int index);
int cq_schema_measure_of_id(int64_t id, enum cq_party *ret_party, int *ret_index);

#endif
