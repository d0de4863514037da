/* callqa jobs: what happened to every file that a watched folder held. */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/number.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/term.h"
#include "cli/user.h"
#include "cli/watch_status.h"
#include "store/jobs.h"
#include "watch/intake.h"
#include "watch/retry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define DEFAULT_LIMIT 50

struct jobs_opts {
    const char *db;
    const char *config;
    const char *source;
    int state; /* -1 any */
    int limit;
    bool json;
};

#define AT(field) offsetof(struct jobs_opts, field)

static const char *const states[] = {"seen",        "settling", "queued", "running", "done", "failed",
                                     "quarantined", "ignored",  "gone",   "paired",  NULL};

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("failed", 'f', CQ_OPT_SET, AT(state), NULL, N_("only files that failed and are tried again")),
     .value = CQ_JOB_FAILED},
    {CQ_OPT("queued", 'q', CQ_OPT_SET, AT(state), NULL, N_("only files that wait for their turn")),
     .value = CQ_JOB_QUEUED},
    {CQ_OPT("quarantined", 0, CQ_OPT_SET, AT(state), NULL, N_("only files that cannot be read")),
     .value = CQ_JOB_QUARANTINED},
    {CQ_OPT("state", 0, CQ_OPT_CHOICE, AT(state), "STATE",
            N_("only files in this state: seen, settling, queued, running, done, failed, quarantined, ignored, "
               "gone, paired")),
     .choices = states},
    {CQ_OPT("source", 0, CQ_OPT_STRING, AT(source), "NAME", N_("only files of this source"))},
    {CQ_OPT("limit", 'n', CQ_OPT_INT, AT(limit), "N", N_("list: at most N files, 0: all (default: 50)")),
     .min = 0, .max = 2000000000},
    {CQ_OPT("json", 0, CQ_OPT_FLAG, AT(json), NULL, N_("print one JSON object a file, one a line"))},
    {CQ_OPT("config", 'c', CQ_OPT_FILE, AT(config), "FILE",
            N_("why: the configuration with \"sources\" (default: /etc/callqa/callqa.json)"))},
};

static char *format_ms(int64_t ms, char buf[CQ_TIME_ISO_MAX])
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    if (!ms || !localtime_r(&t, &tm) || !strftime(buf, CQ_TIME_ISO_MAX, "%Y-%m-%d %H:%M:%S", &tm))
        snprintf(buf, CQ_TIME_ISO_MAX, "-");
    return buf;
}

static int put_json(const struct cq_job *j)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    cq_json_put_int(&w, "job", j->id);
    cq_json_put_string(&w, "path", j->path);
    cq_json_put_string(&w, "source", j->source);
    cq_json_put_string(&w, "kind", j->kind == CQ_JOB_SIDECAR ? "side-car" : "recording");
    cq_json_put_string(&w, "state", cq_job_state_name(j->state));
    cq_json_put_string(&w, "reason", j->reason);
    cq_json_put_int(&w, "attempts", j->attempts);
    cq_json_put_int(&w, "size_bytes", j->file.size_bytes);
    cq_json_put_int(&w, "seen_ms", j->seen_ms);
    cq_json_put_int(&w, "changed_ms", j->changed_ms);
    cq_json_key(&w, "due_ms");
    if (j->due_ms)
        cq_json_int(&w, j->due_ms);
    else
        cq_json_null(&w);
    cq_json_key(&w, "call");
    if (j->call)
        cq_json_int(&w, j->call);
    else
        cq_json_null(&w);
    cq_json_put_bool(&w, "alone", j->alone);
    cq_json_put_string(&w, "moved_to", j->after_path);
    cq_json_close_object(&w);
    char *text = cq_str_take(&out);
    if (!text)
        return -ENOMEM;
    puts(text);
    free(text);
    return 0;
}

struct listing {
    const struct jobs_opts *o;
    struct cq_term term;
    int64_t n;
};

static int put_row(void *user, const struct cq_job *j)
{
    struct listing *l = user;
    char when[CQ_TIME_ISO_MAX], call[24] = "-";
    if (l->o->json)
        return put_json(j);
    if (l->n++ == 0)
        printf("%7s  %-19s  %s  %7s  %s\n", _("JOB"), _("CHANGED"), _("STATE"), _("CALL"), _("FILE"));
    if (j->call)
        snprintf(call, sizeof call, "%lld", (long long)j->call);
    printf("%7lld  %-19s  ", (long long)j->id, format_ms(j->changed_ms, when));
    cq_term_put(stdout, cq_watch_state_word(j->state), 11, false, l->term.utf8);
    printf("  %7s  %s\n", call, j->path);
    if (j->reason)
        printf("%9s%s\n", "", _(j->reason));
    return ferror(stdout) ? -EIO : 0;
}

static int list(const struct jobs_opts *o, struct cq_store *s, struct cq_error *err)
{
    struct listing l = {.o = o, .term = cq_term_of(stdout)};
    const struct cq_jobs_filter f = {.state = o->state, .source = o->source, .limit = o->limit};
    int r = cq_jobs_list(s, &f, put_row, &l, err);
    if (!r && !o->json && l.n == 0)
        fprintf(stderr, "%s\n", _("no file fits"));
    return r;
}

/* A job by its number or by its file's path. */
static int find(struct cq_store *s, const char *key, struct cq_error *err, struct cq_job *ret_job)
{
    int64_t id;
    int r = -ENOENT;
    char *real = NULL;
    if (!cq_number_parse_int(key, strlen(key), &id))
        r = cq_jobs_load(s, id, err, ret_job);
    if (r == -ENOENT)
        r = cq_jobs_find(s, key, err, ret_job);
    if (r == -ENOENT && key[0] != '/' && (real = realpath(key, NULL)))
        r = cq_jobs_find(s, real, err, ret_job);
    free(real);
    return r;
}

static int put_event(void *user, int64_t at_ms, enum cq_job_state state, const char *text)
{
    char when[CQ_TIME_ISO_MAX];
    const struct cq_term *term = user;
    printf("  %s  ", format_ms(at_ms, when));
    cq_term_put(stdout, cq_watch_state_word(state), 11, false, term->utf8);
    printf("  %s\n", _(text));
    return 0;
}

static int show_one(struct cq_store *s, const struct cq_job *j, bool json, struct cq_error *err)
{
    char when[CQ_TIME_ISO_MAX];
    struct cq_term term = cq_term_of(stdout);
    if (json)
        return put_json(j);
    printf("%s\n", j->path);
    printf(_("job %lld of source %s: %s\n"), (long long)j->id, j->source, cq_watch_state_word(j->state));
    if (j->reason)
        printf("%s\n", _(j->reason));
    if (j->due_ms)
        printf(_("looked at again: %s\n"), format_ms(j->due_ms, when));
    if (j->call)
        printf(_("call %lld (callqa show %lld)\n"), (long long)j->call, (long long)j->call);
    if (j->after_path)
        printf(_("moved to: %s\n"), j->after_path);
    if (j->todo)
        printf(_("left to do:%s%s%s\n"), j->todo & CQ_TODO_INFO ? _(" side-car") : "",
               j->todo & CQ_TODO_AFTER ? _(" move or delete") : "", j->todo & CQ_TODO_HOOK ? _(" hook") : "");
    return cq_jobs_events(s, j->id, put_event, &term, err);
}

/* In a transaction: the service may be at the same job. */
static int change(struct cq_store *s, const char *key, bool retry, struct cq_error *err, struct cq_job *j)
{
    char user[CQ_USER_MAX];
    const char *who = cq_cli_user(NULL, user);
    int r = find(s, key, err, j);
    return r ? r : cq_watch_decide(s, j, retry, *who ? who : "unknown", err);
}

static int change_all(struct cq_store *s, const struct cq_args *args, bool retry, struct cq_error *err,
                      int *ret_status)
{
    for (size_t i = 1; i < args->n; i++) {
        struct cq_job j = {0};
        int r = cq_store_begin(s, err);
        if (r)
            return r;
        r = change(s, args->v[i], retry, err, &j);
        if (r)
            cq_store_rollback(s);
        else
            r = cq_store_commit(s, err);
        if (r == -ENOENT || r == -EBUSY) {
            cq_log(CQ_LOG_ERROR, r == -EBUSY ? "%s" : _("no file %s has been seen; `callqa jobs` lists them"),
                   r == -EBUSY ? err->what : args->v[i]);
            *ret_status = CQ_EXIT_SOME;
            r = 0;
        } else if (!r) {
            printf(retry ? _("%s will be looked at again\n") : _("%s is set aside\n"), j.path);
        }
        cq_job_done(&j);
        if (r)
            return r;
    }
    return 0;
}

/* A file that no row knows: what its name and place say. */
static int explain_unknown(const struct jobs_opts *o, const char *key, struct cq_error *err)
{
    struct cq_watch_settings *settings = NULL;
    struct stat st;
    const char *why = NULL;
    char *path = realpath(key, NULL);
    if (!path)
        path = cq_str_dup(key);
    int r = path ? cq_watch_settings_load(o->config ? o->config : "/etc/callqa/callqa.json", err, &settings)
                 : -ENOMEM;
    const struct cq_watch_source *src = r ? NULL : cq_watch_source_of(settings, path);
    if (!r && stat(path, &st))
        printf(_("%s: is not there, and was never seen\n"), path);
    else if (!r && !src)
        printf(_("%s: lies in the folder of no source\n"), path);
    else if (!r) {
        enum cq_intake is = cq_intake_of(src, path, &why);
        if (is == CQ_INTAKE_AUDIO || is == CQ_INTAKE_SIDECAR)
            printf(_("%s: belongs to source %s and has not been noticed yet; is the service running?\n"), path,
                   src->name);
        else
            printf(_("%s: is left alone by source %s: %s\n"), path, src->name, _(why));
    }
    cq_watch_settings_free(settings);
    free(path);
    return r;
}

static int show_all(const struct jobs_opts *o, struct cq_store *s, const struct cq_args *args, bool why,
                    struct cq_error *err, int *ret_status)
{
    int r = 0;
    for (size_t i = 1; i < args->n && !r; i++) {
        struct cq_job j = {0};
        r = find(s, args->v[i], err, &j);
        if (!r)
            r = show_one(s, &j, o->json, err);
        else if (r == -ENOENT && why) {
            r = explain_unknown(o, args->v[i], err);
            *ret_status = CQ_EXIT_SOME;
        } else if (r == -ENOENT) {
            cq_log(CQ_LOG_ERROR, _("no file %s has been seen; `callqa jobs` lists them"), args->v[i]);
            *ret_status = CQ_EXIT_SOME;
            r = 0;
        }
        cq_job_done(&j);
    }
    return r;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct jobs_opts *o = opts;
    const char *what = args->n ? args->v[0] : "list", *db = cq_cli_db_path(o->db);
    bool retry = !strcmp(what, "retry"), ignore = !strcmp(what, "ignore"), why = !strcmp(what, "why");
    bool show = !strcmp(what, "show");
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    int status = CQ_EXIT_OK;
    if (!strcmp(what, "counts"))
        return cq_watch_status_run(db, o->json);
    if (!retry && !ignore && !why && !show && strcmp(what, "list")) {
        cq_log(CQ_LOG_ERROR, _("write list, show, why, counts, retry or ignore (see: callqa %s --help)"),
               "jobs");
        return CQ_EXIT_USAGE;
    }
    if ((retry || ignore || why || show) && args->n < 2) {
        cq_log(CQ_LOG_ERROR, _("name the job's number or the file's path (see: callqa %s --help)"), "jobs");
        return CQ_EXIT_USAGE;
    }
    int r = cq_store_open(db, retry || ignore ? CQ_STORE_EDIT : CQ_STORE_READ, &err, &s);
    if (!r)
        r = retry || ignore ? change_all(s, args, retry, &err, &status)
            : why || show   ? show_all(o, s, args, why, &err, &status)
                            : list(o, s, &err);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_DATABASE) : status;
}

static const struct jobs_opts defaults = {.state = -1, .limit = DEFAULT_LIMIT};
static const char *const words[] = {"list", "show", "why", "counts", "retry", "ignore", NULL};

extern const struct cq_command cq_command_jobs;
const struct cq_command cq_command_jobs = {
    .name = "jobs",
    .synopsis = "[OPTION]... [list | counts | show ID... | why PATH... | retry ID... | ignore ID...]",
    .summary = N_("tell what happened to each file of the watched folders"),
    .details =
        N_("list, the default, shows files, the latest change first. show tells the history of one, why also "
           "tells of files that were left alone. counts sums up. retry has a file looked at again (one that is "
           "done is analysed again), ignore sets it aside. A file is named by its job's number or by its "
           "path."),
    .examples = "  callqa jobs --failed\n"
                "  callqa jobs why /srv/recordings/q-800-5551234.wav\n"
                "  callqa jobs retry 1042",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .words = words,
    .defaults = &defaults,
    .opts_size = sizeof(struct jobs_opts),
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
