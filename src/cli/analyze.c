#include "cli/analyze.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/path.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/i18n.h"
#include "cli/user.h"
#include "cli/workers.h"
#include "pipeline/pipeline.h"
#include "store/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a worker found out about one file. */
struct outcome {
    int err;           /* negative errno: `why` says more */
    bool known;        /* already in the database as `call` */
    bool has_analysis; /* `a` is filled: analysed, or loaded from the database */
    int64_t call;
    char sha256[CQ_HASH_HEX]; /* "" where it was not asked for */
    struct cq_error why;
    struct cq_analysis a;
};

/* Is this content in the database? Then there is nothing to decode. */
static void look_up(struct cq_analyze *z, const char *path, struct outcome *r)
{
    if (!z->store || z->force || cq_hash_file(path, r->sha256))
        return; /* unreadable files are told of by the pipeline */
    pthread_mutex_lock(&z->lock);
    r->known = cq_store_find_hash(z->store, r->sha256, &r->call) == 0;
    if (r->known && z->format != CQ_ANALYZE_TEXT) {
        r->err = cq_store_load(z->store, r->call, &r->why, &r->a);
        r->has_analysis = r->err == 0;
        if (r->has_analysis) /* it may have come by another name */
            r->err = cq_str_set(&r->a.recording.path, path);
    }
    pthread_mutex_unlock(&z->lock);
}

static void work(void *user, size_t i, void *ret_result)
{
    struct cq_analyze *z = user;
    struct outcome *r = ret_result;
    const char *path = z->inputs->v[i].path;
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        /* a pipe or a device may never end, and cannot be read twice */
        r->err = cq_error_set(&r->why, -ENOTSUP, path, 0,
                              _("is no regular file; copy the recording to a file first"));
        return;
    }
    look_up(z, path, r);
    if (r->known || r->err)
        return;
    r->err = cq_pipeline_analyze_hashed(path, r->sha256[0] ? r->sha256 : NULL, z->config, z->rubric, z->info,
                                        &z->signals->stop, &r->why, NULL, &r->a);
    r->has_analysis = r->err == 0;
}

static void drop(void *user, void *result)
{
    (void)user;
    struct outcome *r = result;
    if (r->has_analysis)
        cq_analysis_done(&r->a);
}

static void tell_failure(struct cq_analyze *z, const char *path, const struct outcome *r)
{
    char text[sizeof r->why.file + sizeof r->why.what + 32];
    struct cq_error why = r->why;
    if (!why.what[0])
        cq_error_set(&why, r->err, path, 0, "%s", cq_error_name(r->err));
    if (!why.file[0])
        cq_error_set(&why, r->err, path, 0, "%s", r->why.what);
    cq_progress_clear(&z->progress);
    cq_log(CQ_LOG_ERROR, "%s", cq_error_format(&why, text, sizeof text));
}

/* Nothing more can be stored: end the run. */
static int give_up(struct cq_analyze *z, const char *path, const struct cq_error *why, int err)
{
    struct outcome r = {.err = err, .why = *why};
    tell_failure(z, path, &r);
    z->n_failed++;
    z->status = err == -ENOMEM ? CQ_EXIT_SETUP : CQ_EXIT_DATABASE;
    return err;
}

/* An analysis that takes the place of another is a change of what is kept, so it stands in the audit. The
 * replaced one's stamp stays in the table of analyses. */
static int record_replaced(struct cq_store *s, int64_t call, const struct cq_analysis *a, struct cq_error *err)
{
    char who[CQ_USER_MAX], subject[48];
    struct cq_str after = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &after, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "program", a->program_version);
    cq_json_put_string(&w, "detector", a->detector);
    cq_json_put_string(&w, "form", a->scorecard.rubric);
    cq_json_put_string(&w, "version", a->scorecard.version);
    if (a->scorecard.has_total)
        cq_json_put_number(&w, "total", a->scorecard.total, 6);
    cq_json_put_string(&w, "config", a->config_json);
    cq_json_close_object(&w);
    snprintf(subject, sizeof subject, "call:%lld", (long long)call);
    const char *name = cq_cli_user(NULL, who);
    struct cq_audit_entry e = {*name ? name : "unknown", "analysis.replace", subject, NULL, after.s};
    int r = after.failed ? -ENOMEM : cq_audit_append(s, &e, err);
    cq_str_done(&after);
    return r;
}

static int save(struct cq_analyze *z, const struct cq_analysis *a, struct cq_error *err, int64_t *ret_call,
                enum cq_saved *ret_saved)
{
    int r = cq_store_begin(z->store, err);
    if (r)
        return r;
    r = cq_store_save(z->store, a, z->force, err, ret_call, ret_saved);
    if (!r && *ret_saved == CQ_SAVED_REPLACED)
        r = record_replaced(z->store, *ret_call, a, err);
    if (!r)
        return cq_store_commit(z->store, err);
    cq_store_rollback(z->store);
    return r;
}

/*
 * Of known content only the path is news, and the store asks for no more than that. The database keeps a path
 * that holds from any folder; what is printed says the path as it was given.
 */
static int store(struct cq_analyze *z, const char *path, struct outcome *r)
{
    struct cq_error why = {0};
    enum cq_saved saved = CQ_SAVED_SAME;
    struct cq_analysis known = {0};
    struct cq_analysis *a = r->known ? &known : &r->a;
    char *given = a->recording.path, *whole = NULL;
    int err = cq_path_absolute(path, &whole);
    if (err)
        return give_up(z, path, &why, err);
    if (r->known)
        memcpy(known.recording.sha256, r->sha256, sizeof r->sha256);
    a->recording.path = whole;
    pthread_mutex_lock(&z->lock);
    err = save(z, a, &why, &r->call, &saved);
    pthread_mutex_unlock(&z->lock);
    a->recording.path = given;
    free(whole);
    if (err)
        return give_up(z, path, &why, err);
    switch (saved) {
    case CQ_SAVED_NEW:
        z->n_new++;
        break;
    case CQ_SAVED_SAME:
        z->n_known++;
        break;
    case CQ_SAVED_REPLACED:
        z->n_replaced++;
        break;
    }
    return 0;
}

static int take(void *user, size_t i, void *result)
{
    struct cq_analyze *z = user;
    struct outcome *r = result;
    const struct cq_input *in = &z->inputs->v[i];
    int err = 0;
    if (r->err == -ECANCELED)
        goto out;

    z->progress.n_done++;
    z->progress.size_done += in->size;
    if (r->err) {
        z->n_failed++;
        z->progress.n_failed++;
        tell_failure(z, in->path, r);
        goto out;
    }
    if (z->store)
        err = store(z, in->path, r);
    if (err)
        goto out;
    z->last_call = r->call;
    if (r->has_analysis) {
        z->progress.audio_s += r->a.recording.duration_s;
        z->n_unscorable += r->a.unscorable;
        err = cq_analyze_print(z, &r->a, r->call);
        if (err)
            err = give_up(z, in->path, &(struct cq_error){0}, err);
    } else {
        cq_analyze_print_known(z, in->path, r->call);
    }
out:
    drop(z, r);
    cq_progress_draw(&z->progress);
    return err;
}

static void tick(void *user)
{
    struct cq_analyze *z = user;
    cq_progress_draw(&z->progress);
}

void cq_analyze_init(struct cq_analyze *z)
{
    pthread_mutex_init(&z->lock, NULL);
    cq_progress_init(&z->progress, stderr, z->inputs->n, z->inputs->total_size);
    if (z->quiet)
        z->progress.term.tty = false;
    z->status = CQ_EXIT_OK;
}

void cq_analyze_done(struct cq_analyze *z)
{
    pthread_mutex_destroy(&z->lock);
}

int cq_analyze_run(struct cq_analyze *z)
{
    struct cq_workers_job job = {
        .n_items = z->inputs->n,
        .n_workers = (size_t)z->n_workers < z->inputs->n ? z->n_workers : (int)z->inputs->n,
        .result_size = sizeof(struct outcome),
        .work = work,
        .take = take,
        .drop = drop,
        .tick = tick,
        .user = z,
        .stop = &z->signals->stop,
    };
    int err = cq_workers_run(&job);
    cq_progress_clear(&z->progress);
    if (err && z->status == CQ_EXIT_OK) {
        cq_log(CQ_LOG_ERROR, _("the analysis could not be started: %s"), cq_error_name(err));
        z->status = CQ_EXIT_SETUP;
    }
    cq_analyze_print_summary(z);
    if (z->status != CQ_EXIT_OK)
        return z->status;
    if (atomic_load(&z->signals->caught)) {
        cq_log(CQ_LOG_ERROR, _("stopped; what was finished is kept"));
        return CQ_EXIT_INTERRUPTED;
    }
    return z->n_failed ? CQ_EXIT_SOME : CQ_EXIT_OK;
}
