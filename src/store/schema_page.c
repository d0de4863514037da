/* What the review page keeps for its users: the queries that they saved. */
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
