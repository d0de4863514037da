/*
 * Rows are copied table by table with INSERT ... SELECT, which is several times quicker than saving. What has
 * to differ is told by the name of the column; everything else is taken over, so that new columns need no
 * change here.
 */
#include "copy_calls.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define BATCH 5000 /* calls a transaction */

/* Parents before children; `by` is the column that holds the call's or its scorecard's number: both count alike
 * in a database where each call was scored once. */
static const struct {
    const char *name, *by;
} tables[] = {
    {"calls", "id"},
    {"call_paths", "call_id"},
    {"analyses", "id"},
    {"recordings", "call_id"},
    {"channel_health", "call_id"},
    {"faults", "call_id"},
    {"segments", "call_id"},
    {"turns", "call_id"},
    {"transitions", "call_id"},
    {"events", "call_id"},
    {"talk_overs", "call_id"},
    {"holds", "call_id"},
    {"measures", "call_id"},
    {"measure_nulls", "call_id"},
    {"scorecards", "id"},
    {"item_scores", "scorecard_id"},
    {"indicator_scores", "scorecard_id"},
    {"section_scores", "scorecard_id"},
    {"flags", "scorecard_id"},
    {"evidence", "scorecard_id"},
};

#define N_TABLES (sizeof tables / sizeof *tables)

/* ?1: what is added to numbers; ?2: what is taken from times. */
static const char *replaced(const char *column)
{
    static const char *const columns[][2] = {
        {"id", "id + ?1"},
        {"call_id", "call_id + ?1"},
        {"scorecard_id", "scorecard_id + ?1"},
        {"analysis_id", "analysis_id + ?1"},
        {"sha256", "randomblob(32)"},
        {"started_s", "started_s - ?2"},
        {"started_at", "strftime('%Y-%m-%dT%H:%M:%SZ', started_s - ?2, 'unixepoch')"},
        {"external_id", "external_id || '.' || ?1"},
        {"path", "replace(path, '.wav', '-' || ?1 || '.wav')"},
        {"name", "replace(name, '.wav', '-' || ?1 || '.wav')"},
    };
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        if (!strcmp(columns[i][0], column))
            return columns[i][1];
    }
    return column;
}

static int fail(sqlite3 *db, const char *what)
{
    fprintf(stderr, "make-calls: copying %s: %s\n", what, sqlite3_errmsg(db));
    return -EIO;
}

/* ?3, ?4: the numbers of the calls. */
static int prepare_copy(sqlite3 *db, size_t table, sqlite3_stmt **ret_st)
{
    sqlite3_str *into = sqlite3_str_new(db), *from = sqlite3_str_new(db);
    sqlite3_stmt *columns = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT name FROM pragma_table_info(?)", -1, &columns, NULL);
    sqlite3_bind_text(columns, 1, tables[table].name, -1, SQLITE_STATIC);
    for (int n = 0; rc == SQLITE_OK && sqlite3_step(columns) == SQLITE_ROW; n++) {
        const char *column = (const char *)sqlite3_column_text(columns, 0);
        sqlite3_str_appendf(into, "%s%s", n ? ", " : "", column);
        sqlite3_str_appendf(from, "%s%s", n ? ", " : "", replaced(column));
    }
    sqlite3_finalize(columns);
    char *a = sqlite3_str_finish(into), *b = sqlite3_str_finish(from);
    char *sql = sqlite3_mprintf("INSERT INTO %s(%s) SELECT %s FROM %s WHERE %s BETWEEN ?3 AND ?4",
                                tables[table].name, a, b, tables[table].name, tables[table].by);
    rc = sql ? sqlite3_prepare_v2(db, sql, -1, ret_st, NULL) : SQLITE_NOMEM;
    sqlite3_free(a);
    sqlite3_free(b);
    sqlite3_free(sql);
    return rc == SQLITE_OK ? 0 : fail(db, tables[table].name);
}

static int copy_batch(sqlite3 *db, sqlite3_stmt **st, int64_t add, int64_t shift_s, int64_t from, int64_t to)
{
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (size_t i = 0; i < N_TABLES; i++) {
        sqlite3_bind_int64(st[i], 1, add);
        if (sqlite3_bind_parameter_count(st[i]) >= 2)
            sqlite3_bind_int64(st[i], 2, shift_s);
        sqlite3_bind_int64(st[i], 3, from);
        sqlite3_bind_int64(st[i], 4, to);
        rc = sqlite3_step(st[i]);
        sqlite3_reset(st[i]);
        if (rc != SQLITE_DONE)
            return fail(db, tables[i].name);
    }
    rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : fail(db, "a part");
}

int copy_calls(const char *path, int64_t copies, int64_t shift_s)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st[N_TABLES] = {0}, *count = NULL;
    int64_t n = 0;
    int r = 0;
    /* made-up calls need no fsync; made from checked rows, they need no second check either */
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -400000",
                     NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT max(id) FROM calls", -1, &count, NULL) != SQLITE_OK)
        r = fail(db, path);
    if (!r && sqlite3_step(count) == SQLITE_ROW)
        n = sqlite3_column_int64(count, 0);
    sqlite3_finalize(count);
    for (size_t i = 0; !r && i < N_TABLES; i++)
        r = prepare_copy(db, i, &st[i]);
    for (int64_t k = 1; !r && k < copies; k++) {
        for (int64_t from = 1; !r && from <= n; from += BATCH)
            r = copy_batch(db, st, k * n, k * shift_s, from, from + BATCH <= n ? from + BATCH - 1 : n);
        fprintf(stderr, "%lld calls\n", (long long)((k + 1) * n));
    }
    for (size_t i = 0; i < N_TABLES; i++)
        sqlite3_finalize(st[i]);
    sqlite3_close(db);
    return r;
}
