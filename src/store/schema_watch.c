/* The step of the schema that came with the watch folder; schema.c lists all of them. */
#include "store/schema.h"

/* The watch folder: what happened to every file, what side-cars say, what goes with a call beside its columns.
 */
const char cq_schema_watch[] =
    "CREATE TABLE jobs(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, dir TEXT NOT NULL,"
    " stem TEXT NOT NULL, source TEXT NOT NULL, kind INTEGER NOT NULL CHECK(kind IN (0, 1)),"
    " state INTEGER NOT NULL, reason TEXT, size_bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,"
    " inode INTEGER NOT NULL, seen_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL,"
    " grown_ms INTEGER NOT NULL, due_ms INTEGER, order_s INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " crashes INTEGER NOT NULL, call_id INTEGER REFERENCES calls ON DELETE SET NULL,"
    " alone INTEGER NOT NULL, again INTEGER NOT NULL, layout TEXT,"
    " partner_id INTEGER REFERENCES jobs ON DELETE SET NULL, todo INTEGER NOT NULL,"
    " todo_ms INTEGER NOT NULL, todo_tries INTEGER NOT NULL, after_path TEXT) STRICT;"
    "CREATE INDEX jobs_due ON jobs(due_ms) WHERE due_ms IS NOT NULL;"
    "CREATE INDEX jobs_todo ON jobs(todo_ms) WHERE todo <> 0;"
    "CREATE INDEX jobs_state ON jobs(state, order_s);"
    "CREATE INDEX jobs_dir ON jobs(dir, stem);"
    "CREATE INDEX jobs_changed ON jobs(changed_ms);"
    "CREATE INDEX jobs_call ON jobs(call_id) WHERE call_id IS NOT NULL;"
    "CREATE INDEX jobs_partner ON jobs(partner_id) WHERE partner_id IS NOT NULL;"
    "CREATE TABLE job_events(id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,"
    " at_ms INTEGER NOT NULL, state INTEGER NOT NULL, text TEXT NOT NULL) STRICT;"
    "CREATE INDEX job_events_job ON job_events(job_id);"
    "CREATE TABLE sidecar_facts(dir TEXT NOT NULL, stem TEXT NOT NULL, rank INTEGER NOT NULL,"
    " sidecar TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY(dir, stem, rank, sidecar, name)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX sidecar_facts_sidecar ON sidecar_facts(sidecar);"
    "CREATE TABLE call_facts(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,"
    " name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY(call_id, name)) STRICT, WITHOUT ROWID;"
    "ALTER TABLE call_paths ADD COLUMN removed_s INTEGER;";
