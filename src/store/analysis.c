#include "store/save.h"

#include "base/error.h"
#include "base/time.h"
#include "store/peaks.h"

#include <errno.h>
#include <string.h>

#define MAX_TEXT 4096 /* of what comes from outside: paths, ids, reasons */

static int check_text(const char *what, const char *v, struct cq_error *err)
{
    if (v && strlen(v) > MAX_TEXT)
        return cq_error_set(err, -EFBIG, NULL, 0, "the call's %s is longer than %d bytes", what, MAX_TEXT);
    return 0;
}

static int check_input(const struct cq_analysis *a, struct cq_error *err)
{
    const struct {
        const char *what, *v;
    } texts[] = {
        {"path", a->recording.path},
        {"agent", a->info.agent},
        {"customer", a->info.customer},
        {"queue", a->info.queue},
        {"department", a->info.department},
        {"direction", a->info.direction},
        {"external id", a->info.external_id},
        {"start time", a->info.started_at},
        {"reason", a->reason},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int r = check_text(texts[i].what, texts[i].v, err);
        if (r)
            return r;
    }
    return 0;
}

/* Everything that one analysis found, except scorecards: those of other rubrics stay. */
static int forget_details(struct cq_store *s, int64_t call, struct cq_error *err)
{
    static const char *const deletes[] = {
        "DELETE FROM recordings WHERE call_id = ?",    "DELETE FROM channel_health WHERE call_id = ?",
        "DELETE FROM faults WHERE call_id = ?",        "DELETE FROM segments WHERE call_id = ?",
        "DELETE FROM turns WHERE call_id = ?",         "DELETE FROM transitions WHERE call_id = ?",
        "DELETE FROM events WHERE call_id = ?",        "DELETE FROM talk_overs WHERE call_id = ?",
        "DELETE FROM holds WHERE call_id = ?",         "DELETE FROM measures WHERE call_id = ?",
        "DELETE FROM measure_nulls WHERE call_id = ?", "DELETE FROM peaks WHERE call_id = ?",
    };
    for (size_t i = 0; i < sizeof deletes / sizeof *deletes; i++) {
        struct cq_db_st q = cq_db_st(s, deletes[i]);
        cq_db_int(&q, call);
        int r = cq_db_run(&q, err);
        if (r)
            return r;
    }
    struct cq_db_st q =
        cq_db_st(s, "UPDATE analyses SET replaced_s = ? WHERE call_id = ? AND replaced_s IS NULL");
    cq_db_int(&q, cq_time_now_s());
    cq_db_int(&q, call);
    return cq_db_run(&q, err);
}

static int set_analysis(struct cq_store *s, int64_t call, int64_t analysis, struct cq_error *err)
{
    struct cq_db_st q = cq_db_st(s, "UPDATE calls SET analysis_id = ? WHERE id = ?");
    cq_db_int(&q, analysis);
    cq_db_int(&q, call);
    return cq_db_run(&q, err);
}

static int save_details(struct cq_store *s, int64_t call, const struct cq_analysis *a, struct cq_error *err)
{
    int64_t analysis = 0;
    int r = cq_stamp_save(s, call, a, err, &analysis);
    if (!r)
        r = set_analysis(s, call, analysis, err);
    if (!r)
        r = cq_calls_add_path(s, call, a->recording.path, true, err);
    if (!r)
        r = cq_recording_save(s, call, &a->recording, err);
    if (!r)
        r = cq_talk_save(s, call, &a->talk, err);
    if (!r)
        r = cq_measures_save(s, call, &a->metrics, err);
    if (!r && a->peaks.n)
        r = cq_peaks_save(s, call, &a->peaks, err);
    if (!r)
        r = cq_scorecard_save(s, call, analysis, &a->scorecard, true, err);
    return r;
}

static int save_in_transaction(struct cq_store *s, const struct cq_analysis *a, const unsigned char hash[32],
                               bool force, struct cq_error *err, int64_t *ret_call, enum cq_saved *ret_saved)
{
    int64_t call = 0;
    enum cq_saved saved = CQ_SAVED_NEW;
    int r = cq_calls_find(s, hash, &call);
    if (r == 0)
        saved = force ? CQ_SAVED_REPLACED : CQ_SAVED_SAME;
    else if (r != -ENOENT)
        return r;
    switch (saved) {
    case CQ_SAVED_NEW:
        r = cq_calls_insert(s, a, hash, err, &call);
        break;
    case CQ_SAVED_SAME:
        r = cq_calls_add_path(s, call, a->recording.path, false, err);
        break;
    case CQ_SAVED_REPLACED:
        r = cq_calls_update(s, call, a, err);
        if (!r)
            r = forget_details(s, call, err);
        break;
    }
    if (!r && saved != CQ_SAVED_SAME)
        r = save_details(s, call, a, err);
    if (!r) {
        *ret_call = call;
        *ret_saved = saved;
    }
    return r;
}

int cq_store_save(struct cq_store *store, const struct cq_analysis *a, bool force, struct cq_error *err,
                  int64_t *ret_call, enum cq_saved *ret_saved)
{
    unsigned char hash[32];
    int64_t call = 0;
    enum cq_saved saved = CQ_SAVED_NEW;
    int r = cq_db_hash_bytes(a->recording.sha256, hash);
    if (r)
        return cq_error_set(err, r, a->recording.path, 0, "has no content hash, so it cannot be stored");
    r = check_input(a, err);
    if (!r)
        r = cq_db_begin(store, err);
    if (r)
        return r;
    r = cq_db_end(store, save_in_transaction(store, a, hash, force, err, &call, &saved), err);
    if (!r) {
        *ret_call = call;
        *ret_saved = saved;
    }
    return r;
}

static int save_scorecard(struct cq_store *store, int64_t call, const struct cq_scorecard *card, bool current,
                          struct cq_error *err)
{
    int64_t analysis = 0;
    int r = cq_db_begin(store, err);
    if (r)
        return r;
    struct cq_db_st q =
        cq_db_st(store, "SELECT analysis_id FROM calls WHERE id = ? AND analysis_id IS NOT NULL");
    cq_db_int(&q, call);
    r = cq_db_one_int(&q, err, &analysis);
    if (!r)
        r = cq_scorecard_save(store, call, analysis, card, current, err);
    return cq_db_end(store, r, err);
}

int cq_store_save_scorecard(struct cq_store *store, int64_t call, const struct cq_scorecard *card,
                            struct cq_error *err)
{
    return save_scorecard(store, call, card, true, err);
}

int cq_store_save_scorecard_beside(struct cq_store *store, int64_t call, const struct cq_scorecard *card,
                                   struct cq_error *err)
{
    return save_scorecard(store, call, card, false, err);
}

static int load_all(struct cq_store *s, int64_t call, struct cq_error *err, struct cq_analysis *a)
{
    int64_t card = 0;
    int r = cq_calls_load(s, call, err, a);
    if (!r)
        r = cq_recording_load(s, call, err, &a->recording);
    if (!r)
        r = cq_stamp_load(s, call, err, a);
    if (!r)
        r = cq_talk_load(s, call, err, &a->talk);
    if (!r)
        r = cq_measures_load(s, call, err, &a->metrics);
    if (r)
        return r;
    struct cq_db_st q = cq_db_st(s, "SELECT scorecard_id FROM calls WHERE id = ? AND scorecard_id IS NOT NULL");
    cq_db_int(&q, call);
    r = cq_db_one_int(&q, err, &card);
    return r == -ENOENT ? 0 : r ? r : cq_scorecard_load(s, card, err, &a->scorecard);
}

int cq_store_load(struct cq_store *store, int64_t call, struct cq_error *err, struct cq_analysis *ret_a)
{
    struct cq_analysis a = {0};
    /* one snapshot: a writer may replace the analysis while it is being read */
    bool own = store->depth == 0;
    int r = own ? cq_db_exec(store, "BEGIN", err) : 0;
    if (r)
        return r;
    r = load_all(store, call, err, &a);
    if (own)
        (void)cq_db_exec(store, "COMMIT", NULL);
    if (r == -ENOENT)
        cq_error_set(err, r, store->path, 0, "has no call %lld", (long long)call);
    else if (r == -EBADMSG)
        cq_error_set(err, r, store->path, 0, "call %lld is damaged; run 'callqa db check'", (long long)call);
    if (r) {
        cq_analysis_done(&a);
        return r;
    }
    *ret_a = a;
    return 0;
}
