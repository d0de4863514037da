/* store/schema_examples.h - private: the tables of the trainers' examples. */
#ifndef CQ_STORE_SCHEMA_EXAMPLES_H
#define CQ_STORE_SCHEMA_EXAMPLES_H

/* An example goes with its call unless `keep` says that retention leaves the call alone. An imported one has no
 * call but a clip of its own. */
#define CQ_SCHEMA_EXAMPLES                                                                                     \
    "CREATE TABLE examples(id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,"                                  \
    " call_id INTEGER REFERENCES calls ON DELETE CASCADE, audio TEXT,"                                         \
    " start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL CHECK(end_ms > start_ms),"                            \
    " item TEXT NOT NULL, good INTEGER NOT NULL CHECK(good IN (0, 1)), title TEXT NOT NULL, why TEXT,"         \
    " keep INTEGER NOT NULL DEFAULT 0 CHECK(keep IN (0, 1)), score REAL, who TEXT NOT NULL,"                   \
    " created_s INTEGER NOT NULL, CHECK((call_id IS NULL) <> (audio IS NULL))) STRICT;"                        \
    "CREATE INDEX examples_item ON examples(item, good);"                                                      \
    "CREATE INDEX examples_call ON examples(call_id) WHERE call_id IS NOT NULL;"                               \
    "CREATE TABLE playlists(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"                                \
    " created_s INTEGER NOT NULL) STRICT;"                                                                     \
    "CREATE TABLE playlist_clips(playlist_id INTEGER NOT NULL REFERENCES playlists ON DELETE CASCADE,"         \
    " seq INTEGER NOT NULL, example_id INTEGER NOT NULL REFERENCES examples ON DELETE CASCADE,"                \
    " PRIMARY KEY(playlist_id, seq)) STRICT, WITHOUT ROWID;"                                                   \
    "CREATE INDEX playlist_clips_example ON playlist_clips(example_id);"                                       \
    "CREATE TABLE quiz_answers(id INTEGER PRIMARY KEY,"                                                        \
    " example_id INTEGER NOT NULL REFERENCES examples ON DELETE CASCADE, trainee TEXT NOT NULL,"               \
    " score INTEGER NOT NULL CHECK(score BETWEEN 1 AND 5), form_score REAL, at_s INTEGER NOT NULL) STRICT;"    \
    "CREATE INDEX quiz_answers_trainee ON quiz_answers(trainee);"                                              \
    "CREATE INDEX quiz_answers_example ON quiz_answers(example_id);"

#endif
