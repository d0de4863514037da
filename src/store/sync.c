#include "store/records.h"
#include "store/schema.h"

#include "base/hash.h"
#include "callqa/review.h"
#include "cq-config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Measures of the call are numbered from 0, of the agent from 1000, of the customer from 2000. */
#define PARTY_ID_STEP 1000

void cq_schema_measure_column(enum cq_party party, int index, char buf[CQ_MEASURE_COLUMN_MAX])
{
    if (party == CQ_NOBODY)
        snprintf(buf, CQ_MEASURE_COLUMN_MAX, "%s", cq_call_metric_info((enum cq_call_metric)index)->name);
    else
        snprintf(buf, CQ_MEASURE_COLUMN_MAX, "%s_%s", cq_party_name(party),
                 cq_party_metric_info((enum cq_party_metric)index)->name);
}

void cq_schema_measure(int i, enum cq_party *ret_party, int *ret_index)
{
    if (i < CQ_N_CALL_METRICS) {
        *ret_party = CQ_NOBODY;
        *ret_index = i;
        return;
    }
    i -= CQ_N_CALL_METRICS;
    *ret_party = (enum cq_party)(i / CQ_N_PARTY_METRICS);
    *ret_index = i % CQ_N_PARTY_METRICS;
}

int cq_schema_measure_id(enum cq_party party, int index)
{
    return party == CQ_NOBODY ? index : ((int)party + 1) * PARTY_ID_STEP + index;
}

int cq_schema_measure_of_id(int64_t id, enum cq_party *ret_party, int *ret_index)
{
    int64_t group = id / PARTY_ID_STEP, index = id % PARTY_ID_STEP;
    if (id < 0 || group > CQ_N_PARTIES)
        return -ENOENT;
    if (index >= (group ? (int64_t)CQ_N_PARTY_METRICS : (int64_t)CQ_N_CALL_METRICS))
        return -ENOENT;
    *ret_party = group ? (enum cq_party)(group - 1) : CQ_NOBODY;
    *ret_index = (int)index;
    return 0;
}

static const struct cq_metric_info *info_of(enum cq_party party, int index)
{
    return party == CQ_NOBODY ? cq_call_metric_info((enum cq_call_metric)index)
                              : cq_party_metric_info((enum cq_party_metric)index);
}

/* Words are kept as they stand in the JSON contract; all of it is known when this was compiled. */
static void add_word(struct cq_str *out, const char *kind, int code, const char *word)
{
    if (word)
        cq_str_printf(out, "INSERT OR REPLACE INTO words(kind, code, word) VALUES('%s', %d, '%s');", kind, code,
                      word);
}

static void add_words(struct cq_str *out)
{
    for (int i = CQ_AGENT; i <= CQ_NOBODY; i++)
        add_word(out, "party", i, cq_party_name((enum cq_party)i));
    for (int i = 0; i < CQ_N_EVENT_TYPES; i++)
        add_word(out, "event", i, cq_event_name((enum cq_event_type)i));
    for (int i = CQ_OUTCOME_NONE; i <= CQ_OUTCOME_FAILED; i++)
        add_word(out, "outcome", i, cq_outcome_name((enum cq_outcome)i));
    for (int i = CQ_TONE_NONE; i <= CQ_TONE_OTHER; i++)
        add_word(out, "tone", i, cq_tone_name((enum cq_tone)i));
    for (int i = CQ_JUDGED_AUTO; i <= CQ_JUDGED_SCRIPT; i++)
        add_word(out, "judged", i, cq_judged_name((enum cq_judged)i));
    for (int i = CQ_ITEM_SCORED; i <= CQ_ITEM_NOT_APPLICABLE; i++)
        add_word(out, "state", i, cq_item_state_name((enum cq_item_state)i));
    for (int i = CQ_SEVERITY_INFO; i <= CQ_SEVERITY_CRITICAL; i++)
        add_word(out, "severity", i, cq_severity_name((enum cq_severity)i));
    for (int i = CQ_NULL_NO_SPEECH; i <= CQ_NULL_NOT_MEASURED; i++)
        add_word(out, "null_reason", i, cq_null_reason_name((enum cq_null_reason)i));
    for (int i = CQ_REVIEW_DRAFT; i <= CQ_REVIEW_RESOLVED; i++)
        add_word(out, "review_state", i, cq_review_state_name((enum cq_review_state)i));
    for (int i = CQ_MARK_NONE; i <= CQ_MARK_NOT_APPLICABLE; i++)
        add_word(out, "mark", i, cq_mark_name((enum cq_mark)i));
    for (int i = 0; i < CQ_N_PRIORITIES; i++)
        add_word(out, "priority", i, cq_priority_name((enum cq_priority)i));
    add_word(out, "status", 0, "scored");
    add_word(out, "status", 1, "unscorable");
    add_word(out, "fault", CQ_FAULT_CLIPPING, "clipping");
    add_word(out, "fault", CQ_FAULT_DROPOUT, "dropout");
}

static int has_column(struct cq_store *s, const char *table, const char *column, struct cq_error *err)
{
    static const char sql[] = "SELECT 1 FROM pragma_table_info(?) WHERE name = ?";
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
        sqlite3_bind_text(st, 2, column, -1, SQLITE_STATIC);
        rc = sqlite3_step(st);
    }
    int r = rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : cq_db_fail(s, rc, err);
    sqlite3_finalize(st);
    return r;
}

static int add_columns(struct cq_store *s, const char *table, struct cq_error *err)
{
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        enum cq_party party;
        int index;
        char column[CQ_MEASURE_COLUMN_MAX], sql[CQ_MEASURE_COLUMN_MAX + 64];
        cq_schema_measure(i, &party, &index);
        cq_schema_measure_column(party, index, column);
        int r = has_column(s, table, column, err);
        if (r == 0) {
            snprintf(sql, sizeof sql, "ALTER TABLE %s ADD COLUMN %s REAL", table, column);
            r = cq_db_exec(s, sql, err);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

/* Everything that sync writes but the columns, as one text; its hash tells whether there is anything to do. */
static char *sync_text(void)
{
    struct cq_str out = {0};
    add_words(&out);
    for (int i = 0; i < CQ_N_MEASURES; i++) {
        enum cq_party party;
        int index;
        char column[CQ_MEASURE_COLUMN_MAX];
        cq_schema_measure(i, &party, &index);
        cq_schema_measure_column(party, index, column);
        const struct cq_metric_info *info = info_of(party, index);
        char *sql = sqlite3_mprintf(
            "INSERT INTO measure_names(id, name, column_name, party, unit, help)"
            " VALUES(%d, '%q%s%q', '%q', %d, '%q', '%q') ON CONFLICT(id) DO UPDATE SET"
            " unit = excluded.unit, help = excluded.help;",
            cq_schema_measure_id(party, index), party == CQ_NOBODY ? "" : cq_party_name(party),
            party == CQ_NOBODY ? "" : ".", info->name, column, (int)party, info->unit, info->help);
        if (!sql)
            out.failed = true;
        else
            cq_str_add(&out, sql);
        sqlite3_free(sql);
    }
    cq_flagged_fill(&out);
    cq_schema_views(&out);
    return cq_str_take(&out);
}

static int is_synced(struct cq_store *s, const char *hex, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "SELECT 1 FROM meta WHERE key = 'sync' AND value = ?");
    int64_t one;
    cq_db_text(&q, hex);
    int r = cq_db_one_int(&q, err, &one);
    return r == -ENOENT ? 0 : r ? r : 1;
}

static int sync_now(struct cq_store *s, const char *text, const char *hex, struct cq_error *err)
{
    int r = cq_db_begin(s, err);
    if (r)
        return r;
    r = add_columns(s, "measures", err);
    if (!r)
        r = add_columns(s, "flagged", err);
    if (!r)
        r = cq_db_exec(s, text, err);
    if (!r) {
        struct cq_db_st q = cq_db_st(s, "INSERT OR REPLACE INTO meta(key, value) VALUES('sync', ?)");
        cq_db_text(&q, hex);
        r = cq_db_run(&q, err);
    }
    return cq_db_end(s, r, err);
}

int cq_schema_sync(struct cq_store *s, struct cq_error *err)
{
    char hex[CQ_HASH_HEX];
    char *text = sync_text();
    if (!text)
        return -ENOMEM;
    cq_hash_bytes(text, strlen(text), hex);
    int r = is_synced(s, hex, err);
    if (r == 0)
        r = sync_now(s, text, hex, err);
    free(text);
    return r < 0 ? r : 0;
}
