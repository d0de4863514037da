/*
 * The tables. Times inside a recording are whole milliseconds (…_ms), moments are seconds since 1970 UTC (…_s),
 * levels and measures are REAL in the unit of their name, enumerations are numbers explained in `words`.
 * docs/schema.md tells what each table is for; it is checked against this file by tests/store.
 *
 * calls.analysis_id and calls.scorecard_id point to the current rows without a FOREIGN KEY: they would make a
 * circle, and each deletion below would search `calls`. check.c verifies them instead.
 *
 * flags.started_s and flags.agent are copies of the call's, kept by trigger, so that one index answers "this
 * flag, this agent, newest first" without visiting the other flagged calls.
 */
#include "store/schema.h"

#include "store/schema_examples.h"
#include "store/schema_people.h"

static const char first_light_calls[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE words(kind TEXT NOT NULL, code INTEGER NOT NULL, word TEXT NOT NULL,"
    " PRIMARY KEY(kind, code)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE measure_names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, column_name TEXT NOT NULL,"
    " party INTEGER NOT NULL, unit TEXT NOT NULL, help TEXT NOT NULL) STRICT;"
    "CREATE TABLE configs(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE CHECK(length(sha256) = 32),"
    " json TEXT NOT NULL) STRICT;"

    "CREATE TABLE calls(id INTEGER PRIMARY KEY,"
    " sha256 BLOB NOT NULL UNIQUE CHECK(length(sha256) = 32),"
    " agent TEXT, customer TEXT, queue TEXT, department TEXT, direction TEXT, external_id TEXT,"
    " started_at TEXT, started_s INTEGER, created_s INTEGER NOT NULL,"
    " duration_ms INTEGER NOT NULL CHECK(duration_ms >= 0),"
    " status INTEGER NOT NULL CHECK(status IN (0, 1)), reason TEXT,"
    " diarized INTEGER NOT NULL CHECK(diarized IN (0, 1)),"
    " analysis_id INTEGER, scorecard_id INTEGER,"
    " score REAL, coverage REAL, partial INTEGER, severity INTEGER,"
    " n_flags INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX calls_started ON calls(started_s);"
    "CREATE INDEX calls_agent ON calls(agent, started_s);"
    "CREATE INDEX calls_queue ON calls(queue, started_s);"
    "CREATE INDEX calls_score ON calls(score) WHERE score IS NOT NULL;"
    "CREATE INDEX calls_external ON calls(external_id) WHERE external_id IS NOT NULL;"
    "CREATE INDEX calls_info ON calls(started_s) WHERE severity >= 0;"
    "CREATE INDEX calls_warning ON calls(started_s) WHERE severity >= 1;"
    "CREATE INDEX calls_critical ON calls(started_s) WHERE severity >= 2;"

    "CREATE TABLE call_paths(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,"
    " path TEXT NOT NULL, name TEXT NOT NULL, seen_s INTEGER NOT NULL,"
    " analysed INTEGER NOT NULL CHECK(analysed IN (0, 1)),"
    " PRIMARY KEY(call_id, path)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX call_paths_name ON call_paths(name);";

static const char first_light_analysis[] =
    "CREATE TABLE analyses(id INTEGER PRIMARY KEY,"
    " call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,"
    " analysed_s INTEGER NOT NULL, replaced_s INTEGER,"
    " program_version TEXT, detector TEXT, config_id INTEGER REFERENCES configs,"
    " activity_detector TEXT NOT NULL, party_rule TEXT NOT NULL, party_confidence REAL,"
    " talk_ms INTEGER, activity_ms INTEGER, talk_answer_ms INTEGER, activity_answer_ms INTEGER,"
    " agent_crosstalk_db REAL, customer_crosstalk_db REAL, agent_leak_ms REAL, customer_leak_ms REAL) STRICT;"
    "CREATE INDEX analyses_call ON analyses(call_id);"

    "CREATE TABLE recordings(call_id INTEGER PRIMARY KEY REFERENCES calls ON DELETE CASCADE,"
    " format TEXT NOT NULL, decoder TEXT NOT NULL, size_bytes INTEGER NOT NULL,"
    " sample_rate_hz INTEGER NOT NULL, channels INTEGER NOT NULL, truncated INTEGER NOT NULL,"
    " agent_channel INTEGER NOT NULL, customer_channel INTEGER NOT NULL,"
    " identical_ratio REAL, identical_gain_db REAL,"
    " leak0_db REAL, leak1_db REAL, leak0_delay_ms REAL, leak1_delay_ms REAL,"
    " fake_stereo INTEGER NOT NULL, swapped_suspect INTEGER NOT NULL) STRICT;"
    "CREATE TABLE channel_health(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,"
    " channel INTEGER NOT NULL, peak_dbov REAL, rms_dbov REAL, dc REAL, clipping_ratio REAL,"
    " digital_zero_ratio REAL, noise_dbov REAL, hum_db REAL, bandwidth_hz REAL,"
    " dropouts INTEGER NOT NULL, silent INTEGER NOT NULL,"
    " PRIMARY KEY(call_id, channel)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE faults(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE, seq INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, channel INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,"
    " PRIMARY KEY(call_id, seq)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE segments(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE, seq INTEGER NOT NULL,"
    " party INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,"
    " PRIMARY KEY(call_id, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE turns(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE, seq INTEGER NOT NULL,"
    " party INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,"
    " PRIMARY KEY(call_id, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE transitions(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,"
    " seq INTEGER NOT NULL, from_party INTEGER NOT NULL, to_party INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, fto_ms INTEGER NOT NULL, with_hold INTEGER NOT NULL,"
    " PRIMARY KEY(call_id, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE events(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE, seq INTEGER NOT NULL,"
    " type INTEGER NOT NULL, party INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,"
    " overlap_ms INTEGER NOT NULL, outcome INTEGER NOT NULL, early_cut_in INTEGER NOT NULL,"
    " restart INTEGER NOT NULL, cost_ms INTEGER NOT NULL, tone INTEGER NOT NULL, digit TEXT,"
    " value REAL, PRIMARY KEY(call_id, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE talk_overs(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,"
    " seq INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,"
    " PRIMARY KEY(call_id, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE holds(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE, seq INTEGER NOT NULL,"
    " start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL,"
    " PRIMARY KEY(call_id, seq)) STRICT, WITHOUT ROWID;"

    /* a column a measure is added by sync.c */
    "CREATE TABLE measures(call_id INTEGER PRIMARY KEY REFERENCES calls ON DELETE CASCADE,"
    " closing_party INTEGER NOT NULL) STRICT;"
    "CREATE TABLE measure_nulls(call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,"
    " measure_id INTEGER NOT NULL REFERENCES measure_names, reason INTEGER NOT NULL,"
    " PRIMARY KEY(call_id, measure_id)) STRICT, WITHOUT ROWID;";

static const char first_light_scores[] =
    "CREATE TABLE forms(id INTEGER PRIMARY KEY, rubric TEXT NOT NULL, version TEXT NOT NULL,"
    " UNIQUE(rubric, version)) STRICT;"
    "CREATE TABLE form_items(id INTEGER PRIMARY KEY, form_id INTEGER NOT NULL REFERENCES forms,"
    " item TEXT NOT NULL, section TEXT NOT NULL, judged INTEGER NOT NULL, weight REAL NOT NULL,"
    " UNIQUE(form_id, item, section, judged, weight)) STRICT;"
    "CREATE INDEX form_items_item ON form_items(item);"
    "CREATE TABLE form_sections(id INTEGER PRIMARY KEY, form_id INTEGER NOT NULL REFERENCES forms,"
    " section TEXT NOT NULL, weight REAL NOT NULL, UNIQUE(form_id, section, weight)) STRICT;"
    "CREATE INDEX form_sections_section ON form_sections(section);"
    "CREATE TABLE form_indicators(id INTEGER PRIMARY KEY, form_id INTEGER NOT NULL REFERENCES forms,"
    " indicator TEXT NOT NULL, measure TEXT NOT NULL, weight REAL NOT NULL,"
    " UNIQUE(form_id, indicator, measure, weight)) STRICT;"

    "CREATE TABLE scorecards(id INTEGER PRIMARY KEY,"
    " call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,"
    " form_id INTEGER NOT NULL REFERENCES forms, analysis_id INTEGER NOT NULL,"
    " scored_s INTEGER NOT NULL, partial INTEGER NOT NULL, total REAL, coverage REAL,"
    " UNIQUE(call_id, form_id)) STRICT;"
    "CREATE TABLE item_scores(scorecard_id INTEGER NOT NULL REFERENCES scorecards ON DELETE CASCADE,"
    " seq INTEGER NOT NULL, item_id INTEGER NOT NULL REFERENCES form_items, state INTEGER NOT NULL,"
    " score REAL, note TEXT, PRIMARY KEY(scorecard_id, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE indicator_scores(scorecard_id INTEGER NOT NULL REFERENCES scorecards ON DELETE CASCADE,"
    " item_seq INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " indicator_id INTEGER NOT NULL REFERENCES form_indicators, value REAL, reason INTEGER NOT NULL,"
    " points REAL, applies INTEGER NOT NULL, note TEXT,"
    " PRIMARY KEY(scorecard_id, item_seq, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE section_scores(scorecard_id INTEGER NOT NULL REFERENCES scorecards ON DELETE CASCADE,"
    " seq INTEGER NOT NULL, section_id INTEGER NOT NULL REFERENCES form_sections, score REAL,"
    " coverage REAL, PRIMARY KEY(scorecard_id, seq)) STRICT, WITHOUT ROWID;"

    "CREATE TABLE flags(scorecard_id INTEGER NOT NULL REFERENCES scorecards ON DELETE CASCADE,"
    " seq INTEGER NOT NULL, call_id INTEGER NOT NULL, flag TEXT NOT NULL, severity INTEGER NOT NULL,"
    " measure TEXT, value REAL, limit_value REAL, current INTEGER NOT NULL DEFAULT 0,"
    " started_s INTEGER, agent TEXT, PRIMARY KEY(scorecard_id, seq)) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX flags_once ON flags(scorecard_id, flag);"
    "CREATE INDEX flags_time ON flags(flag, started_s, call_id) WHERE current = 1;"
    "CREATE INDEX flags_agent ON flags(flag, agent, started_s, call_id) WHERE current = 1;"
    "CREATE TABLE evidence(scorecard_id INTEGER NOT NULL REFERENCES scorecards ON DELETE CASCADE,"
    " owner INTEGER NOT NULL CHECK(owner IN (0, 1)), owner_seq INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, event INTEGER NOT NULL, party INTEGER NOT NULL,"
    " PRIMARY KEY(scorecard_id, owner, owner_seq, seq)) STRICT, WITHOUT ROWID;"

    "CREATE TRIGGER calls_flags AFTER UPDATE OF agent, started_s ON calls"
    " WHEN old.agent IS NOT new.agent OR old.started_s IS NOT new.started_s BEGIN"
    " UPDATE flags SET agent = new.agent, started_s = new.started_s"
    " WHERE scorecard_id IN (SELECT id FROM scorecards WHERE call_id = new.id);"
    " END;";

/* Best and worst calls first: an index that leaves nulls out is no use where they are asked to come last. */
static const char score_order[] = "DROP INDEX calls_score; CREATE INDEX calls_score ON calls(score);";

/* Only ever added to. The numbers are given by the program, one by one: a trigger can't see what SQLite would
 * choose, and OR REPLACE would delete without asking the one for deletes. */
static const char audit[] = "CREATE TABLE audit(id INTEGER PRIMARY KEY AUTOINCREMENT, at_s INTEGER NOT NULL,"
                            " who TEXT NOT NULL CHECK(who <> ''), action TEXT NOT NULL CHECK(action <> ''),"
                            " subject TEXT NOT NULL CHECK(subject <> ''), before_json TEXT, after_json TEXT,"
                            " sha256 BLOB NOT NULL CHECK(length(sha256) = 32)) STRICT;"
                            "CREATE INDEX audit_subject ON audit(subject);"
                            "CREATE TRIGGER audit_insert BEFORE INSERT ON audit"
                            " WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM audit) BEGIN"
                            " SELECT raise(ABORT, 'audit entries are numbered one by one'); END;"
                            "CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN"
                            " SELECT raise(ABORT, 'audit entries are never changed'); END;"
                            "CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN"
                            " SELECT raise(ABORT, 'audit entries are never deleted'); END;";

/*
 * Each flag of a call with all its measures beside it, in the order in which flagged calls are asked for. "This
 * flag, and a measure above that" would otherwise visit a row of `measures` for each flagged call, spread over
 * the whole file; here they stand one after another. A primary key has no NULLs, so that a call without a start
 * has the smallest number there is as its started_key. Columns of measures are added by sync.c, rows written by
 * flagged.c. There is one row a flag, and flagged calls are few: some percent of the database.
 */
static const char flagged[] =
    "CREATE TABLE flagged(flag TEXT NOT NULL, started_key INTEGER NOT NULL,"
    " call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE, closing_party INTEGER NOT NULL,"
    " PRIMARY KEY(flag, started_key, call_id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX flagged_call ON flagged(call_id);"
    "CREATE TRIGGER calls_flagged AFTER UPDATE OF started_s ON calls WHEN old.started_s IS NOT new.started_s"
    " BEGIN UPDATE flagged SET started_key = ifnull(new.started_s, " CQ_STARTED_UNKNOWN ")"
    " WHERE call_id = new.id; END;";

/*
 * With `current` in them the two indexes cover what is asked of flags; without, SQLite (3.40) looks each entry
 * up in the table to see again what the partial index says. And an agent's calls of some severity, of which a
 * busy agent has few among many.
 */
static const char flags_covered[] =
    "DROP INDEX flags_time; DROP INDEX flags_agent;"
    "CREATE INDEX flags_time ON flags(flag, started_s, call_id, current) WHERE current = 1;"
    "CREATE INDEX flags_agent ON flags(flag, agent, started_s, call_id, current) WHERE current = 1;"
    "CREATE INDEX calls_agent_info ON calls(agent, started_s) WHERE severity >= 0;"
    "CREATE INDEX calls_agent_warning ON calls(agent, started_s) WHERE severity >= 1;"
    "CREATE INDEX calls_agent_critical ON calls(agent, started_s) WHERE severity >= 2;";

/* Three steps at first rather than one only because C99 promises no longer string literals than 4095
 * characters. */
const struct cq_migration cq_migrations[] = {
    {"calls", first_light_calls},
    {"analyses", first_light_analysis},
    {"scores", first_light_scores},
    {"score order", score_order},
    {"audit", audit},
    {"form texts", cq_schema_form_texts},
    {"reviews", cq_schema_reviews},
    {"records", cq_schema_records},
    {"people", CQ_SCHEMA_PEOPLE},
    {"peaks", CQ_SCHEMA_PEAKS},
    {"watch jobs", cq_schema_watch},
    {"flagged", flagged},
    {"samples", cq_schema_samples},
    {"examples", CQ_SCHEMA_EXAMPLES},
    {"saved queries", cq_schema_queries},
    {"flags covered", flags_covered},
    {"sources of records", cq_schema_record_sources},
    {"side-cars", cq_schema_sidecars},
    {"day figures", cq_schema_days},
    {"form settings", cq_schema_form_settings},
    {"critical items of reviews", cq_schema_review_critical},
};
const int cq_n_migrations = (int)(sizeof cq_migrations / sizeof *cq_migrations);
