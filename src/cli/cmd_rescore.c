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
    const char *config;
    struct cq_args set;
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
    {CQ_OPT("rubric", 'r', CQ_OPT_FILE, AT(rubric), "ID|FILE",
            N_("the form to score by (with other thresholds default: skills-form)"))},
    {CQ_OPT("config", 0, CQ_OPT_FILE, AT(config), "FILE",
            N_("score under the thresholds of this file, as far as they can be followed without the audio"))},
    {CQ_OPT("set", 0, CQ_OPT_LIST, AT(set), "NAME=VALUE",
            N_("score under another threshold: talk.dead_air_s=4; again for another"))},
    CQ_OPT_PICK(AT(pick)),
    {CQ_OPT("swap", 0, CQ_OPT_FLAG, AT(swap), NULL,
            N_("exchange agent and customer of the calls named, then score them by the forms they have"))},
    {CQ_OPT("compare", 'c', CQ_OPT_FLAG, AT(compare), NULL, N_("show who moved, and why"))},
    {CQ_OPT("dry-run", 0, CQ_OPT_FLAG, AT(dry_run), NULL, N_("store nothing"))},
    {CQ_OPT("limit", 'n', CQ_OPT_INT, AT(limit), "N",
            N_("compare: tell the reasons of the N calls that moved most (default: 20)")),
     .min = 0, .max = 1000000},
};

/* One run. */
struct run {
    const struct rescore_opts *o;
    struct cq_store *store;
    const char *who;
    struct cq_rescore_settings settings;
    struct cq_rescore_how how;
    struct cq_call_ids ids;
    struct cq_rescore result;
    struct cq_error *err;
};

static int record(const struct run *k)
{
    struct cq_str json = {0}, subject = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &json, 0);
    cq_json_open_object(&w);
    cq_json_put_int(&w, "calls", (int64_t)k->ids.n);
    if (k->settings.json)
        cq_json_put_string(&w, "settings", k->settings.json);
    cq_json_close_object(&w);
    cq_str_printf(&subject, "form:%s/%s", cq_rubric_id(k->how.rubric), cq_rubric_version(k->how.rubric));
    struct cq_audit_entry e = {k->who, "rescore", subject.s, NULL, json.s};
    int r = json.failed || subject.failed ? -ENOMEM : cq_audit_append(k->store, &e, k->err);
    cq_str_done(&json);
    cq_str_done(&subject);
    return r;
}

/* A version that stands for other thresholds is kept with its text, so that it can be read and reviewed by. */
static int keep_form(struct run *k)
{
    const struct cq_rubric *form = k->settings.form;
    int r = form ? cq_review_form_keep(k->store, form, k->err) : 0;
    return r || !form ? r
                      : cq_form_settings_keep(k->store, cq_rubric_id(form), cq_rubric_version(form),
                                              k->settings.json, k->err);
}

static int score_batch(struct run *k, const int64_t *ids, size_t n)
{
    int r = k->how.store ? cq_store_begin(k->store, k->err) : 0;
    if (r)
        return r;
    r = k->how.store ? keep_form(k) : 0;
    for (size_t i = 0; !r && i < n; i++)
        r = cq_rescore_call(k->store, ids[i], &k->how, k->err, k->o->compare ? &k->result : NULL);
    if (!k->how.store)
        return r;
    if (!r)
        return cq_store_commit(k->store, k->err);
    cq_store_rollback(k->store);
    return r;
}

static int score_all(struct run *k)
{
    int r = 0;
    for (size_t i = 0; !r && i < k->ids.n; i += BATCH)
        r = score_batch(k, k->ids.v + i, k->ids.n - i < BATCH ? k->ids.n - i : BATCH);
    if (!r && k->how.store && k->ids.n)
        r = record(k);
    return r;
}

static int rescore(struct run *k, const struct cq_rubric *rubric)
{
    const struct rescore_opts *o = k->o;
    int r = cq_review_form_same(k->store, rubric, k->err);
    if (!r)
        r = cq_rescore_settings_load(o->config, &o->set, rubric, k->err, &k->settings);
    if (r)
        return r;
    k->how = (struct cq_rescore_how){k->settings.form ? k->settings.form : rubric, &k->settings, !o->dry_run};
    r = cq_pick_calls(k->store, &o->pick, k->err, &k->ids);
    if (!r)
        r = score_all(k);
    if (!r && o->compare)
        cq_rescore_print(&k->result, (size_t)o->limit);
    if (!r && !o->compare)
        printf(P_("%zu call scored by %s %s\n", "%zu calls scored by %s %s\n", k->ids.n), k->ids.n,
               cq_rubric_id(k->how.rubric), cq_rubric_version(k->how.rubric));
    if (!r && k->settings.form && k->how.store)
        cq_log(
            CQ_LOG_INFO,
            _("the calls keep their scores; these are kept beside them as %s@%s (callqa show --rubric, callqa "
              "appraise --rubric)"),
            cq_rubric_id(k->how.rubric), cq_rubric_version(k->how.rubric));
    return r;
}

/* Each call is a transaction of its own: what was done before a mistake stays done. */
static int swap(const struct rescore_opts *o, const struct cq_args *args)
{
    char user[CQ_USER_MAX];
    const char *who = cq_cli_user(o->as, user);
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    int r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_EDIT, &err, &s);
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
            snprintf(score, sizeof score, "%.2f", a.scorecard.total);
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
    if (o->swap != (args->n > 0) ||
        (o->swap && (o->rubric || o->config || o->set.n || o->compare || o->dry_run || picks))) {
        cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"),
               _("--swap takes calls and no other choice; without it calls are chosen by options"), "rescore");
        return CQ_EXIT_USAGE;
    }
    if (o->swap)
        return swap(o, args);
    char user[CQ_USER_MAX];
    struct cq_error err = {0};
    struct run k = {.o = o, .who = cq_cli_user(o->as, user), .err = &err};
    struct cq_rubric *rubric = NULL;
    int status = CQ_EXIT_DATABASE;
    if (!o->rubric && !o->config && !o->set.n) {
        cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"),
               _("name the form with --rubric, or other thresholds with --set or --config"), "rescore");
        return CQ_EXIT_USAGE;
    }
    int r = cq_store_open(cq_cli_db_path(o->db), o->dry_run ? CQ_STORE_READ : CQ_STORE_EDIT, &err, &k.store);
    if (!r) {
        r = cq_cli_form(k.store, o->rubric ? o->rubric : "skills-form", &err, &rubric);
        status = CQ_EXIT_SETUP;
    }
    if (!r) {
        r = rescore(&k, rubric);
        status = r == -EINVAL || r == -ENOENT ? CQ_EXIT_USAGE
                 : r == -EEXIST               ? CQ_EXIT_SETUP
                 : r == -ENOTSUP              ? CQ_EXIT_SOME
                                              : CQ_EXIT_DATABASE;
    }
    cq_rescore_done(&k.result);
    free(k.ids.v);
    cq_rescore_settings_done(&k.settings);
    cq_rubric_free(rubric);
    cq_store_close(k.store);
    return r ? cq_cli_tell(&err, r, status) : CQ_EXIT_OK;
}

static const struct rescore_opts defaults = {.limit = 20};

extern const struct cq_command cq_command_rescore;
const struct cq_command cq_command_rescore = {
    .name = "rescore",
    .synopsis = "[--rubric ID|FILE] [--set NAME=VALUE]... [OPTION]... | --swap CALL...",
    .summary = N_("score stored calls by another form or other limits, without their audio"),
    .details = N_(
        "The measures and events of each call are kept, so that scoring again needs no recording. The new "
        "scorecard becomes the call's current one; those of other forms and versions stay. To change a curve, "
        "copy "
        "the form, give it a new version and score by it. What counts as dead air or an interruption at all is "
        "a "
        "threshold of the configuration: with --set or --config the turns, events and measures are made again "
        "from "
        "who spoke when, under any thresholds of the sections talk and judge. Those results are kept beside "
        "the "
        "current ones, under a version of the form of their own. Thresholds of audio, activity and prosody "
        "need the "
        "recording: analyze --force. --compare tells, against the current scorecards, how each agent's mean "
        "changes "
        "and which items, indicators and measures moved the calls that moved most; with --dry-run nothing is "
        "stored. --swap is for recordings whose channels are the wrong way round: agent and customer change "
        "places "
        "in everything that was found; it is in the audit."),
    .examples =
        "  callqa rescore --rubric our-form.json --compare --dry-run\n"
        "  callqa rescore --rubric skills-form --since 2026-11-01\n"
        "  callqa rescore --set talk.dead_air_s=4 --set talk.interruption_min_s=0.6 --compare --dry-run\n"
        "  callqa rescore --swap 12 13",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .defaults = &defaults,
    .opts_size = sizeof(struct rescore_opts),
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
