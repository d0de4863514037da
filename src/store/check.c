/* What `callqa db check` looks at: the file, the references, and what SQLite cannot know. */
#include "store/audit.h"
#include "store/schema.h"

#include "base/error.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROBLEMS 100 /* told one by one; a file with more is not worth reading on */

struct checker {
    struct cq_store *s;
    void (*tell)(void *user, const char *problem);
    void *user;
    int64_t n;
};

static void problem(struct checker *c, const char *text)
{
    if (c->n++ < MAX_PROBLEMS && c->tell)
        c->tell(c->user, text);
}

/* PRAGMA integrity_check says one row "ok", or a row a problem. */
static int check_integrity(struct checker *c, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(c->s, "PRAGMA integrity_check(100)");
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        const char *row = cq_db_peek_text(&q, 0);
        if (row && strcmp(row, "ok"))
            problem(c, row);
    }
    return r;
}

static int check_references(struct checker *c, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(c->s, "SELECT \"table\", parent, count(*) FROM pragma_foreign_key_check"
                                       " GROUP BY 1, 2");
    int r;
    while ((r = cq_db_step(&q, err)) > 0) {
        char *text = cq_str_format("%lld rows of %s point to no row of %s", (long long)cq_db_get_int(&q, 2),
                                   cq_db_peek_text(&q, 0), cq_db_peek_text(&q, 1));
        problem(c, text ? text : "rows that point nowhere");
        free(text);
    }
    return r;
}

/* Each counts rows that must not exist. */
static const struct {
    const char *what, *sql;
} rules[] = {
    {"calls without a current analysis",
     "SELECT count(*) FROM calls c WHERE NOT EXISTS (SELECT 1 FROM analyses a WHERE a.id = c.analysis_id"
     " AND a.call_id = c.id AND a.replaced_s IS NULL)"},
    {"calls with more than one current analysis", "SELECT count(*) FROM (SELECT 1 FROM analyses WHERE "
                                                  "replaced_s IS NULL GROUP BY call_id HAVING count(*) > 1)"},
    {"calls without measures",
     "SELECT count(*) FROM calls c WHERE NOT EXISTS (SELECT 1 FROM measures m WHERE m.call_id = c.id)"},
    {"calls without a recording",
     "SELECT count(*) FROM calls c WHERE NOT EXISTS (SELECT 1 FROM recordings r WHERE r.call_id = c.id)"},
    {"calls whose current scorecard is another call's or missing",
     "SELECT count(*) FROM calls c WHERE c.scorecard_id IS NOT NULL AND NOT EXISTS"
     " (SELECT 1 FROM scorecards s WHERE s.id = c.scorecard_id AND s.call_id = c.id)"},
    {"calls whose score differs from their current scorecard's",
     "SELECT count(*) FROM calls c JOIN scorecards s ON s.id = c.scorecard_id"
     " WHERE c.score IS NOT s.total OR c.coverage IS NOT s.coverage OR c.partial IS NOT s.partial"},
    {"calls whose number of flags is wrong",
     "SELECT count(*) FROM calls c WHERE c.n_flags <> (SELECT count(*) FROM flags f"
     " WHERE f.scorecard_id = c.scorecard_id)"},
    {"calls whose severity is wrong",
     "SELECT count(*) FROM calls c WHERE c.severity IS NOT (SELECT max(severity) FROM flags f"
     " WHERE f.scorecard_id = c.scorecard_id)"},
    {"flags whose copy of the call is out of date",
     "SELECT count(*) FROM flags f JOIN calls c ON c.id = f.call_id"
     " WHERE f.agent IS NOT c.agent OR f.started_s IS NOT c.started_s"
     " OR f.current <> (f.scorecard_id IS c.scorecard_id)"},
    {"flags of another call's scorecard",
     "SELECT count(*) FROM flags f LEFT JOIN scorecards s ON s.id = f.scorecard_id"
     " WHERE s.call_id IS NOT f.call_id"},
    {"talkspurts, turns or events that end before they start",
     "SELECT (SELECT count(*) FROM segments WHERE end_ms < start_ms)"
     " + (SELECT count(*) FROM turns WHERE end_ms < start_ms)"
     " + (SELECT count(*) FROM events WHERE end_ms < start_ms)"},
    {"events of a kind that this callqa does not know",
     "SELECT count(*) FROM events e WHERE NOT EXISTS"
     " (SELECT 1 FROM words w WHERE w.kind = 'event' AND w.code = e.type)"},
};

static int count_of(struct cq_store *s, const char *sql, struct cq_error *err, int64_t *ret_n)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    int r = cq_db_errno(rc) ? cq_db_fail(s, rc, err) : 0;
    if (!r)
        *ret_n = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0;
    sqlite3_finalize(st);
    return r;
}

/* A measure that was added to callqa after a call's analysis has neither: only both is wrong then. */
static char *both_sql(void)
{
    struct cq_str sql = {0};
    cq_str_add(&sql, "SELECT count(*) FROM measure_nulls n JOIN measures m ON m.call_id = n.call_id WHERE"
                     " CASE n.measure_id");
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        enum cq_party party;
        int index;
        char column[CQ_MEASURE_COLUMN_MAX];
        cq_schema_measure(i, &party, &index);
        cq_schema_measure_column(party, index, column);
        cq_str_printf(&sql, " WHEN %d THEN m.%s", cq_schema_measure_id(party, index), column);
    }
    cq_str_add(&sql, " END IS NOT NULL");
    return cq_str_take(&sql);
}

static char *flagged_sql(void)
{
    struct cq_str sql = {0};
    cq_flagged_check(&sql);
    return cq_str_take(&sql);
}

static int check_rule(struct checker *c, const char *what, const char *sql, struct cq_error *err)
{
    int64_t n = 0;
    int r = sql ? count_of(c->s, sql, err, &n) : -ENOMEM;
    if (!r && n) {
        char *text = cq_str_format("%s: %lld", what, (long long)n);
        problem(c, text ? text : what);
        free(text);
    }
    return r;
}

static int check_rules(struct checker *c, struct cq_error *err)
{
    char *both = both_sql(), *flagged = flagged_sql();
    int r = check_rule(c, "measures that have no value and no reason, or both", both, err);
    if (!r)
        r = check_rule(c, "flags without their row beside the measures, or with a wrong one", flagged, err);
    for (size_t i = 0; !r && i < sizeof rules / sizeof *rules; i++)
        r = check_rule(c, rules[i].what, rules[i].sql, err);
    free(both);
    free(flagged);
    return r;
}

static int check_audit(struct checker *c, struct cq_error *err)
{
    struct cq_audit_state st;
    int r = cq_audit_verify(c->s, NULL, err, &st);
    if (!r && st.bad) {
        char *text = cq_str_format("audit: entry %lld is not what was written", (long long)st.bad);
        problem(c, text ? text : "audit: an entry is not what was written");
        free(text);
    }
    if (!r && st.cut)
        problem(c, "audit: entries at the end are missing");
    return r;
}

int cq_store_check(struct cq_store *store, void (*tell)(void *user, const char *problem), void *user,
                   struct cq_error *err, int64_t *ret_problems)
{
    struct checker c = {.s = store, .tell = tell, .user = user};
    int r = check_integrity(&c, err);
    if (!r && c.n == 0) { /* in a damaged file the rest would only repeat it */
        r = check_references(&c, err);
        if (!r)
            r = check_rules(&c, err);
        if (!r)
            r = check_audit(&c, err);
    }
    if (r == -EBADMSG) { /* damage is what was looked for */
        problem(&c, err ? err->what : "damaged");
        r = 0;
    }
    if (!r)
        *ret_problems = c.n;
    return r;
}

int cq_store_stats(struct cq_store *store, struct cq_error *err, struct cq_store_stats *ret_stats)
{
    struct cq_store_stats st = {0};
    const struct {
        const char *sql;
        int64_t *v;
    } counts[] = {
        {"SELECT count(*) FROM calls", &st.calls},
        {"SELECT count(*) FROM calls WHERE status = 1", &st.unscorable},
        {"SELECT count(*) FROM calls WHERE severity >= 0", &st.flagged},
        {"PRAGMA user_version", &st.schema},
        {"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", &st.bytes},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int r = (int)count_of(store, counts[i].sql, err, counts[i].v);
        if (r)
            return r;
    }
    *ret_stats = st;
    return 0;
}
