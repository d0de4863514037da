/* What the review page keeps: queries that users saved, and sums a day for its dashboard. */
#include "store/schema.h"

/* `query` is the part of the page's address that makes the view. reviews_state leads from a state to its calls.
 */
const char cq_schema_queries[] =
    "CREATE TABLE saved_queries(id INTEGER PRIMARY KEY,"
    " user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, name TEXT NOT NULL CHECK(name <> ''),"
    " query TEXT NOT NULL, shared INTEGER NOT NULL CHECK(shared IN (0, 1)), saved_s INTEGER NOT NULL,"
    " UNIQUE(user_id, name)) STRICT;"
    "CREATE INDEX saved_queries_shared ON saved_queries(name) WHERE shared = 1;"
    "CREATE INDEX reviews_state ON reviews(state, call_id);";

/*
 * day_figures has what the calls of a day come to: of each figure the number of calls that have it, their sum
 * and the sum of their squares, and how many calls lie in each bin of the response latency (store/figures.h).
 * Unknown agents, queues and departments are ''. stale_days names the days whose calls have changed since; a
 * save touches the row of `calls` last, when the analysis is written. Rows of span 1 are weeks, from their
 * Monday: the sums of their days, for views of a year.
 */
const char cq_schema_days[] =
    "CREATE TABLE day_figures(span INTEGER NOT NULL, day INTEGER NOT NULL, agent TEXT NOT NULL, queue TEXT NOT "
    "NULL, department"
    " TEXT NOT NULL, calls INTEGER NOT NULL, flagged INTEGER NOT NULL, critical INTEGER NOT NULL, score_n"
    " INTEGER NOT NULL, score_sum REAL NOT NULL, score_square REAL NOT NULL, interruptions_n INTEGER NOT"
    " NULL, interruptions_sum REAL NOT NULL, interruptions_square REAL NOT NULL, talk_over_n INTEGER NOT"
    " NULL, talk_over_sum REAL NOT NULL, talk_over_square REAL NOT NULL, latency_n INTEGER NOT NULL,"
    " latency_sum REAL NOT NULL, latency_square REAL NOT NULL, dead_air_n INTEGER NOT NULL, dead_air_sum"
    " REAL NOT NULL, dead_air_square REAL NOT NULL, handling_n INTEGER NOT NULL, handling_sum REAL NOT"
    " NULL, handling_square REAL NOT NULL, late_0 INTEGER NOT NULL, late_1 INTEGER NOT NULL, late_2"
    " INTEGER NOT NULL, late_3 INTEGER NOT NULL, late_4 INTEGER NOT NULL, late_5 INTEGER NOT NULL, late_6"
    " INTEGER NOT NULL, PRIMARY KEY(span, day, agent, queue, department)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE stale_days(day INTEGER PRIMARY KEY) STRICT;"
    "CREATE TRIGGER calls_day_insert AFTER INSERT ON calls WHEN new.started_s IS NOT NULL BEGIN INSERT OR"
    " IGNORE INTO stale_days(day) VALUES(new.started_s / 86400); END;"
    "CREATE TRIGGER calls_day_delete AFTER DELETE ON calls WHEN old.started_s IS NOT NULL BEGIN INSERT OR"
    " IGNORE INTO stale_days(day) VALUES(old.started_s / 86400); END;"
    "CREATE TRIGGER calls_day_old AFTER UPDATE OF agent, queue, department, started_s, score, severity,"
    " analysis_id ON calls WHEN old.started_s IS NOT NULL BEGIN INSERT OR IGNORE INTO stale_days(day)"
    " VALUES(old.started_s / 86400); END;"
    "CREATE TRIGGER calls_day_new AFTER UPDATE OF agent, queue, department, started_s, score, severity,"
    " analysis_id ON calls WHEN new.started_s IS NOT NULL BEGIN INSERT OR IGNORE INTO stale_days(day)"
    " VALUES(new.started_s / 86400); END;"
    "CREATE INDEX reviews_submitted ON reviews(submitted_s, reviewer) WHERE submitted_s IS NOT NULL;"
    "INSERT INTO stale_days(day) SELECT DISTINCT started_s / 86400 FROM calls WHERE started_s IS NOT"
    " NULL;";
