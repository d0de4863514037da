/* What people add to calls: reviews, the texts of the forms they are made with, records of contacts. */
#include "store/schema.h"

/* A version's text never changes once it is kept: what a signed form says must be readable years later. */
const char cq_schema_form_texts[] =
    "CREATE TABLE form_texts(form_id INTEGER PRIMARY KEY REFERENCES forms, json TEXT NOT NULL,"
    " kept_s INTEGER NOT NULL, published_s INTEGER, published_by TEXT) STRICT;"
    "CREATE TRIGGER form_texts_text BEFORE UPDATE OF form_id, json, kept_s ON form_texts BEGIN"
    " SELECT raise(ABORT, 'a version of a form never changes; make a new one'); END;"
    "CREATE TRIGGER form_texts_published BEFORE UPDATE ON form_texts WHEN old.published_s IS NOT NULL BEGIN"
    " SELECT raise(ABORT, 'a published form never changes; make a new version'); END;"
    "CREATE TRIGGER form_texts_delete BEFORE DELETE ON form_texts BEGIN"
    " SELECT raise(ABORT, 'the text of a form is never deleted'); END;";

/* A version that scores calls under other thresholds than they were analysed with: which ones. */
const char cq_schema_form_settings[] =
    "CREATE TABLE form_settings(form_id INTEGER PRIMARY KEY REFERENCES forms, json TEXT NOT NULL,"
    " kept_s INTEGER NOT NULL) STRICT;"
    "CREATE TRIGGER form_settings_update BEFORE UPDATE ON form_settings BEGIN"
    " SELECT raise(ABORT, 'the settings of a version never change'); END;"
    "CREATE TRIGGER form_settings_delete BEFORE DELETE ON form_settings BEGIN"
    " SELECT raise(ABORT, 'the settings of a version are never deleted'); END;";

/* machine_… is the machine's score as it was when the review was started: a later analysis doesn't change what
 * the reviewer saw. final_… is what a resolved dispute made of the item. */
const char cq_schema_reviews[] =
    "CREATE TABLE reviews(id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,"
    " form_id INTEGER NOT NULL REFERENCES forms, reviewer TEXT NOT NULL CHECK(reviewer <> ''),"
    " expert INTEGER NOT NULL, blind INTEGER NOT NULL,"
    " state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3), started_s INTEGER NOT NULL, submitted_s INTEGER,"
    " remark TEXT, total REAL, coverage REAL, partial INTEGER,"
    " disputed_s INTEGER, disputed_by TEXT, dispute TEXT,"
    " resolved_s INTEGER, resolved_by TEXT, resolution TEXT, UNIQUE(call_id, form_id, reviewer)) STRICT;"
    "CREATE INDEX reviews_reviewer ON reviews(reviewer, state);"
    "CREATE TABLE review_items(review_id INTEGER NOT NULL REFERENCES reviews ON DELETE CASCADE,"
    " seq INTEGER NOT NULL, item TEXT NOT NULL, judged INTEGER NOT NULL, machine_state INTEGER NOT NULL,"
    " machine_score REAL, mark INTEGER NOT NULL CHECK(mark BETWEEN 0 AND 2), score REAL,"
    " remark TEXT, reason TEXT, clip_start_ms INTEGER, clip_end_ms INTEGER,"
    " final_mark INTEGER NOT NULL DEFAULT 0 CHECK(final_mark BETWEEN 0 AND 2), final_score REAL,"
    " PRIMARY KEY(review_id, seq), UNIQUE(review_id, item),"
    " CHECK((mark = 1) = (score IS NOT NULL)), CHECK((final_mark = 1) = (final_score IS NOT NULL))"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER review_items_kept BEFORE UPDATE OF item, judged, machine_state, machine_score, mark, score,"
    " remark, reason, clip_start_ms, clip_end_ms ON review_items"
    " WHEN (SELECT state FROM reviews WHERE id = old.review_id) <> 0 BEGIN"
    " SELECT raise(ABORT, 'a review that was submitted keeps its scores'); END;"
    "CREATE TRIGGER review_back_to_draft BEFORE UPDATE OF state ON reviews"
    " WHEN old.state <> 0 AND new.state <= old.state AND new.state <> old.state BEGIN"
    " SELECT raise(ABORT, 'a review never goes back'); END;";

/* Critical items that a review failed, ids with commas. */
const char cq_schema_review_critical[] = "ALTER TABLE reviews ADD COLUMN critical TEXT;";

/* A contact of a customer. Its recording is the call with the same external_id, where there is one. */
const char cq_schema_records[] =
    "CREATE TABLE records(id INTEGER PRIMARY KEY, external_id TEXT NOT NULL UNIQUE CHECK(external_id <> ''),"
    " agent TEXT, customer TEXT, matter TEXT, reason TEXT, ticket TEXT, order_number TEXT,"
    " priority INTEGER CHECK(priority BETWEEN 0 AND 3), started_s INTEGER, responded_s INTEGER,"
    " progressed_s INTEGER, promised_s INTEGER, resolved_s INTEGER, wait_s REAL, after_call_s REAL,"
    " csat REAL, nps REAL, imported_s INTEGER NOT NULL) STRICT;"
    "CREATE INDEX records_agent ON records(agent, started_s);"
    "CREATE INDEX records_matter ON records(customer, matter, started_s);";

/* A draw of calls to review: who drew it, how (method, seed, quotas, what was drawn from), and who reviews
 * what. */
const char cq_schema_samples[] =
    "CREATE TABLE samples(id INTEGER PRIMARY KEY AUTOINCREMENT, drawn_s INTEGER NOT NULL, drawn_by TEXT NOT "
    "NULL,"
    " json TEXT NOT NULL) STRICT;"
    "CREATE TABLE assignments(sample_id INTEGER NOT NULL REFERENCES samples ON DELETE CASCADE,"
    " call_id INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE, reviewer TEXT, due_s INTEGER,"
    " PRIMARY KEY(sample_id, call_id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX assignments_reviewer ON assignments(reviewer);"
    "CREATE INDEX assignments_call ON assignments(call_id);";
