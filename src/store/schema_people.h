/* store/schema_people.h - private: the tables of the review page's people. */
#ifndef CQ_STORE_SCHEMA_PEOPLE_H
#define CQ_STORE_SCHEMA_PEOPLE_H

/* `agent` names whose calls a user of role agent sees. A session's token is kept as its SHA-256 only: who
 * reads the database or a backup of it can't take a session over. */
#define CQ_SCHEMA_PEOPLE                                                                                       \
    "CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE,"                     \
    " title TEXT NOT NULL, role INTEGER NOT NULL, agent TEXT NOT NULL, hash TEXT NOT NULL,"                    \
    " disabled INTEGER NOT NULL DEFAULT 0 CHECK(disabled IN (0, 1)), created_s INTEGER NOT NULL) STRICT;"      \
    "CREATE TABLE sessions(id INTEGER PRIMARY KEY,"                                                            \
    " token_sha256 BLOB NOT NULL UNIQUE CHECK(length(token_sha256) = 32),"                                     \
    " user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE, csrf TEXT NOT NULL,"                        \
    " started_s INTEGER NOT NULL, seen_s INTEGER NOT NULL) STRICT;"                                            \
    "CREATE INDEX sessions_user ON sessions(user_id);"

/* The shape of a recording's sound, so that opening a call decodes nothing: see store/peaks.h. */
#define CQ_SCHEMA_PEAKS                                                                                        \
    "CREATE TABLE peaks(call_id INTEGER PRIMARY KEY REFERENCES calls ON DELETE CASCADE,"                       \
    " channels INTEGER NOT NULL CHECK(channels IN (1, 2)), n INTEGER NOT NULL CHECK(n >= 0),"                  \
    " levels BLOB NOT NULL CHECK(length(levels) = channels * n)) STRICT;"

#endif
