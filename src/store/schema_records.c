/* The steps of the schema that brought records and side-cars together; schema.c lists all of them. */
#include "store/schema.h"

/*
 * What side-cars say of a contact is kept with the records. `sidecar_fields` names the fields that a side-car
 * set: only those does a side-car change again. `call_id` is the call whose side-car made the record.
 * `imported` is 0 where nothing but side-cars made it: it goes when its call goes.
 */
const char cq_schema_record_sources[] =
    "ALTER TABLE records ADD COLUMN promise TEXT;"
    "ALTER TABLE records ADD COLUMN resolution TEXT;"
    "ALTER TABLE records ADD COLUMN source TEXT;"
    "ALTER TABLE records ADD COLUMN sidecar_fields TEXT;"
    "ALTER TABLE records ADD COLUMN imported INTEGER NOT NULL DEFAULT 1 CHECK(imported IN (0, 1));"
    "ALTER TABLE records ADD COLUMN call_id INTEGER REFERENCES calls ON DELETE SET NULL;"
    "CREATE UNIQUE INDEX records_call ON records(call_id) WHERE call_id IS NOT NULL;"
    "CREATE TRIGGER calls_records BEFORE DELETE ON calls BEGIN"
    " DELETE FROM records WHERE call_id = old.id AND imported = 0; END;"
    /* one row a call with facts; a word that is no priority, and a number that is no rating, stay with the
     * side-car alone */
    "CREATE TEMP TABLE moved AS SELECT c.id AS call_id, coalesce(nullif(c.external_id, ''),"
    " (SELECT CASE WHEN (SELECT count(DISTINCT q.call_id) FROM call_paths q WHERE q.name = p.name) = 1"
    " THEN p.name ELSE p.path END FROM call_paths p WHERE p.call_id = c.id ORDER BY p.analysed DESC, p.path"
    " LIMIT 1)) AS key, c.agent, c.customer, c.started_s,"
    " max(CASE f.name WHEN 'reason' THEN f.value END) AS reason,"
    " max(CASE f.name WHEN 'ticket' THEN f.value END) AS ticket,"
    " max(CASE WHEN f.name = 'priority' THEN CASE lower(f.value) WHEN 'urgent' THEN 0 WHEN 'routine' THEN 1"
    " WHEN 'simple' THEN 2 WHEN 'complex' THEN 3 END END) AS priority,"
    " max(CASE f.name WHEN 'promise' THEN f.value END) AS promise,"
    " max(CASE f.name WHEN 'resolution' THEN f.value END) AS resolution,"
    " max(CASE WHEN f.name = 'csat' AND CAST(f.value AS REAL) BETWEEN 1 AND 5 THEN CAST(f.value AS REAL) END)"
    " AS csat FROM calls c JOIN call_facts f ON f.call_id = c.id"
    " WHERE f.name IN ('reason', 'ticket', 'priority', 'promise', 'resolution', 'csat') GROUP BY c.id;"
    "INSERT INTO records(external_id, agent, customer, started_s, reason, ticket, priority, promise, "
    "resolution,"
    " csat, source, call_id, imported, imported_s) SELECT key, agent, customer, started_s, reason, ticket, "
    "priority,"
    " promise, resolution, csat, 'side-car', call_id, 0, strftime('%s', 'now') FROM moved WHERE key IS NOT NULL"
    " ON CONFLICT(external_id) DO UPDATE SET reason = coalesce(records.reason, excluded.reason),"
    " ticket = coalesce(records.ticket, excluded.ticket),"
    " priority = coalesce(records.priority, excluded.priority),"
    " promise = coalesce(records.promise, excluded.promise),"
    " resolution = coalesce(records.resolution, excluded.resolution),"
    " csat = coalesce(records.csat, excluded.csat);"
    "UPDATE records SET sidecar_fields = rtrim('agent,customer,started_at,'"
    " || iif(reason IS NULL, '', 'reason,') || iif(ticket IS NULL, '', 'ticket,')"
    " || iif(priority IS NULL, '', 'priority,') || iif(promise IS NULL, '', 'promise,')"
    " || iif(resolution IS NULL, '', 'resolution,') || iif(csat IS NULL, '', 'csat,'), ',') WHERE imported = 0;"
    "DROP TABLE temp.moved;"
    "DROP TABLE call_facts;";

/*
 * A row for all that a side-car says of one recording, so that a table of a million calls is a million rows.
 * `reading` counts how often the file was read: rows of an older reading are no longer in it.
 */
const char cq_schema_sidecars[] =
    "CREATE TABLE sidecars(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, dir TEXT NOT NULL,"
    " rank INTEGER NOT NULL, reading INTEGER NOT NULL) STRICT;"
    "CREATE TABLE sidecar_calls(stem TEXT NOT NULL, sidecar_id INTEGER NOT NULL REFERENCES sidecars"
    " ON DELETE CASCADE, reading INTEGER NOT NULL, facts TEXT NOT NULL, PRIMARY KEY(stem, sidecar_id)) STRICT,"
    " WITHOUT ROWID;"
    "CREATE INDEX sidecar_calls_reading ON sidecar_calls(sidecar_id, reading);"
    "INSERT INTO sidecars(path, dir, rank, reading) SELECT sidecar, min(dir), min(rank), 1 FROM sidecar_facts"
    " GROUP BY sidecar;"
    "INSERT INTO sidecar_calls(stem, sidecar_id, reading, facts) SELECT f.stem, s.id, 1,"
    " json_group_object(f.name, f.value) FROM sidecar_facts f JOIN sidecars s ON s.path = f.sidecar"
    " GROUP BY f.stem, s.id;"
    "DROP TABLE sidecar_facts;";
