/* Agent and customer of a call exchanged, and everything that was said of them by the machine said anew. */
#include "review/review.h"

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "store/audit.h"
#include "store/peaks.h"
#include "store/scorecards.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void describe(const struct cq_analysis *a, size_t dropped, struct cq_str *out)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    cq_json_put_int(&w, "agent_channel", a->recording.channel_of[CQ_AGENT]);
    cq_json_put_int(&w, "customer_channel", a->recording.channel_of[CQ_CUSTOMER]);
    cq_json_put_number(&w, "score", a->scorecard.has_total ? a->scorecard.total : (double)NAN, 6);
    if (dropped)
        cq_json_put_int(&w, "scorecards_dropped", (int64_t)dropped);
    cq_json_close_object(&w);
}

static int record(struct cq_store *store, int64_t call, const char *who, const struct cq_str *before,
                  const struct cq_str *after, struct cq_error *err)
{
    char subject[48];
    snprintf(subject, sizeof subject, "call:%lld", (long long)call);
    struct cq_audit_entry e = {who, "call.swap", subject, before->s, after->s};
    return before->failed || after->failed ? -ENOMEM : cq_audit_append(store, &e, err);
}

/* By each form that the call is scored by, the current one last. */
static int score(struct cq_store *store, int64_t call, const struct cq_form_names *forms, struct cq_analysis *a,
                 struct cq_error *err, size_t *ret_dropped)
{
    int r = 0;
    for (size_t i = 0; !r && i < forms->n; i++) {
        struct cq_rubric *rubric = NULL;
        char *settings =
            NULL; /* a score under other thresholds is of the parties as they were; rescore makes it anew */
        r = cq_form_settings_load(store, forms->v[i].rubric, forms->v[i].version, err, &settings);
        bool other = !r;
        free(settings);
        r = other          ? -ENOENT
            : r == -ENOENT ? cq_review_form(store, forms->v[i].rubric, forms->v[i].version, err, &rubric)
                           : r;
        if (r == -ENOENT && i + 1 < forms->n) { /* better no score than that of somebody else */
            r = cq_scorecards_remove(store, call, &forms->v[i], err);
            (*ret_dropped)++;
            continue;
        }
        cq_scorecard_done(&a->scorecard);
        if (!r)
            r = cq_rubric_score(rubric, &a->metrics, &a->talk, a->diarized, &a->scorecard);
        if (!r)
            r = cq_store_save_scorecard(store, call, &a->scorecard, err);
        cq_rubric_free(rubric);
    }
    return r;
}

static int swap(struct cq_store *store, int64_t call, const char *who, struct cq_error *err)
{
    struct cq_analysis a = {0};
    struct cq_form_names forms = {0};
    struct cq_str before = {0}, after = {0};
    enum cq_saved saved;
    int64_t same = 0;
    size_t dropped = 0;
    int r = cq_store_load(store, call, err, &a);
    if (r)
        return r;
    describe(&a, 0, &before);
    r = cq_scorecards_list(store, call, err, &forms);
    if (!r)
        r = cq_peaks_load(store, call, err, &a.peaks);
    if (r == -ENOENT) /* never opened: they are measured then, with the parties as they will be */
        r = 0;
    if (!r)
        r = cq_analysis_swap_parties(&a);
    if (!r)
        r = cq_store_save(store, &a, true, err, &same, &saved);
    if (!r)
        r = score(store, call, &forms, &a, err, &dropped);
    if (!r)
        r = cq_reviews_follow_machine(store, call, err);
    describe(&a, dropped, &after);
    if (!r)
        r = record(store, call, who, &before, &after, err);
    cq_str_done(&before);
    cq_str_done(&after);
    cq_form_names_done(&forms);
    cq_analysis_done(&a);
    return r;
}

int cq_review_swap_parties(struct cq_store *store, int64_t call, const char *who, struct cq_error *err)
{
    int r = cq_store_begin(store, err);
    if (r)
        return r;
    r = swap(store, call, who, err);
    if (!r)
        return cq_store_commit(store, err);
    cq_store_rollback(store);
    return r;
}
