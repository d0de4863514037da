/* callqa rescore: another form, or changed limits, without touching audio. */
#include "base/json.h"
#include "base/log.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/rescore.h"
#include "cli/term.h"
#include "cli/user.h"
#include "review/review.h"
#include "store/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define BATCH 200 /* calls a transaction: they share a write to the disk, and readers don't wait long */

struct rescore_opts {
    const char *db;
    const char *as;
    const char *rubric;
    struct cq_pick pick;
    int limit;
    bool compare;
    bool dry_run;
    bool swap;
};

#define AT(field) offsetof(struct rescore_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    CQ_OPT_AS(AT(as)),
    {CQ_OPT("rubric", 'r', CQ_OPT_FILE, AT(rubric), "ID|FILE", N_("the form to score by"))},
    CQ_OPT_PICK(AT(pick)),
    {CQ_OPT("swap", 0, CQ_OPT_FLAG, AT(swap), NULL,
            N_("exchange agent and customer of the calls named, then score them by the forms they have"))},
    {CQ_OPT("compare", 'c', CQ_OPT_FLAG, AT(compare), NULL, N_("show who moved, and why"))},
    {CQ_OPT("dry-run", 0, CQ_OPT_FLAG, AT(dry_run), NULL, N_("store nothing"))},
    {CQ_OPT("limit", 'n', CQ_OPT_INT, AT(limit), "N",
            N_("compare: tell the reasons of the N calls that moved most (default: 20)")),
     .min = 0, .max = 1000000},
};

static int record(struct cq_store *s, const char *who, const struct cq_rubric *rubric, size_t n,
                  struct cq_error *err)
{
    struct cq_str json = {0}, subject = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &json, 0);
    cq_json_open_object(&w);
    cq_json_put_int(&w, "calls", (int64_t)n);
    cq_json_close_object(&w);
    cq_str_printf(&subject, "form:%s/%s", cq_rubric_id(rubric), cq_rubric_version(rubric));
    struct cq_audit_entry e = {who, "rescore", subject.s, NULL, json.s};
    int r = json.failed || subject.failed ? -ENOMEM : cq_audit_append(s, &e, err);
    cq_str_done(&json);
    cq_str_done(&subject);
    return r;
}

static int score_batch(struct cq_store *s, const struct rescore_opts *o, const struct cq_rubric *rubric,
                       const int64_t *ids, size_t n, struct cq_error *err, struct cq_rescore *result)
{
    int r = o->dry_run ? 0 : cq_store_begin(s, err);
    if (r)
        return r;
    for (size_t i = 0; !r && i < n; i++)
        r = cq_rescore_call(s, ids[i], rubric, !o->dry_run, err, o->compare ? result : NULL);
    if (o->dry_run)
        return r;
    if (!r)
        return cq_store_commit(s, err);
    cq_store_rollback(s);
    return r;
}

static int score_all(struct cq_store *s, const struct rescore_opts *o, const char *who,
                     const struct cq_rubric *rubric, const struct cq_call_ids *ids, struct cq_error *err,
                     struct cq_rescore *result)
{
    int r = 0;
    for (size_t i = 0; !r && i < ids->n; i += BATCH)
        r = score_batch(s, o, rubric, ids->v + i, ids->n - i < BATCH ? ids->n - i : BATCH, err, result);
    if (!r && !o->dry_run && ids->n)
        r = record(s, who, rubric, ids->n, err);
    return r;
}

static int rescore(struct cq_store *s, const struct rescore_opts *o, const struct cq_rubric *rubric,
                   struct cq_error *err)
{
    char user[CQ_USER_MAX];
    struct cq_call_ids ids = {0};
    struct cq_rescore result = {0};
    int r = cq_review_form_same(s, rubric, err);
    if (!r)
        r = cq_pick_calls(s, &o->pick, err, &ids);
    if (!r)
        r = score_all(s, o, cq_cli_user(o->as, user), rubric, &ids, err, &result);
    if (!r && o->compare)
        cq_rescore_print(&result, (size_t)o->limit);
    if (!r && !o->compare)
        printf(P_("%zu call scored by %s %s\n", "%zu calls scored by %s %s\n", ids.n), ids.n,
               cq_rubric_id(rubric), cq_rubric_version(rubric));
    cq_rescore_done(&result);
    free(ids.v);
    return r;
}

/* Each call is a transaction of its own: what was done before a mistake stays done. */
static int swap(const struct rescore_opts *o, const struct cq_args *args)
{
    char user[CQ_USER_MAX];
    const char *who = cq_cli_user(o->as, user);
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    int r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_WRITE, &err, &s);
    if (r)
        return cq_cli_tell(&err, r, CQ_EXIT_DATABASE);
    for (size_t i = 0; !r && i < args->n; i++) {
        int64_t call = 0;
        struct cq_analysis a = {0};
        char score[CQ_NUMBER_MAX] = "-";
        r = cq_store_find_call(s, args->v[i], &err, &call);
        if (!r)
            r = cq_review_swap_parties(s, call, *who ? who : "unknown", &err);
        if (!r)
            r = cq_store_load(s, call, &err, &a);
        if (!r && a.scorecard.has_total)
            cq_number_format(score, a.scorecard.total, 2);
        if (!r)
            printf(_("call %lld: agent and customer exchanged, score %s\n"), (long long)call, score);
        cq_analysis_done(&a);
    }
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, r == -ENOENT || r == -EEXIST ? CQ_EXIT_USAGE : CQ_EXIT_DATABASE)
             : CQ_EXIT_OK;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct rescore_opts *o = opts;
    bool picks = o->pick.agent || o->pick.queue || o->pick.since || o->pick.until || o->pick.where;
    if (o->swap != (args->n > 0) || (o->swap && (o->rubric || o->compare || o->dry_run || picks))) {
        cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"),
               _("--swap takes calls and no other choice; without it calls are chosen by options"), "rescore");
        return CQ_EXIT_USAGE;
    }
    if (o->swap)
        return swap(o, args);
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    struct cq_rubric *rubric = NULL;
    int status = CQ_EXIT_DATABASE;
    if (!o->rubric) {
        cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), _("name the form with --rubric"), "rescore");
        return CQ_EXIT_USAGE;
    }
    int r = cq_store_open(cq_cli_db_path(o->db), o->dry_run ? CQ_STORE_READ : CQ_STORE_WRITE, &err, &s);
    if (!r) {
        r = cq_cli_form(s, o->rubric, &err, &rubric);
        status = CQ_EXIT_SETUP;
    }
    if (!r) {
        r = rescore(s, o, rubric, &err);
        status = r == -EINVAL || r == -ENOENT ? CQ_EXIT_USAGE : r == -EEXIST ? CQ_EXIT_SETUP : CQ_EXIT_DATABASE;
    }
    cq_rubric_free(rubric);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, status) : CQ_EXIT_OK;
}

static const struct rescore_opts defaults = {.limit = 20};

extern const struct cq_command cq_command_rescore;
const struct cq_command cq_command_rescore = {
    .name = "rescore",
    .synopsis = "--rubric ID|FILE [OPTION]... | --swap CALL...",
    .summary = N_("score stored calls by another form or other limits, without their audio"),
    .details = N_(
        "The measures and events of each call are kept, so that scoring again needs no recording. The new "
        "scorecard becomes the call's current one; those of other forms and versions stay. To change a limit, "
        "copy "
        "the form, give it a new version and score by it. --compare tells, against the current scorecards, how "
        "each agent's mean changes and which items and indicators moved the calls that moved most; with "
        "--dry-run nothing is stored. --swap is for recordings whose channels are the wrong way round: agent "
        "and "
        "customer change places in everything that was found; it is in the audit."),
    .examples = "  callqa rescore --rubric our-form.json --compare --dry-run\n"
                "  callqa rescore --rubric skills-form --since 2026-11-01\n"
                "  callqa rescore --swap 12 13",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .defaults = &defaults,
    .opts_size = sizeof(struct rescore_opts),
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
