#include "watch/private.h"

#include "base/error.h"
#include "base/path.h"
#include "base/str.h"
#include "base/time.h"
#include "watch/intake.h"
#include "watch/sidecar.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How a side-car ranks: what its own file says of one recording is nearer than a folder's table. */
enum { RANK_TABLE, RANK_CSV, RANK_JSON };

#define MAX_BESIDE 16 /* recordings of one name with different extensions */

void cq_about_done(struct cq_about *about)
{
    if (!about)
        return;
    cq_call_info_done(&about->info);
    cq_facts_done(&about->facts);
}

/* The path that patterns see: below the source's folder, without extension and suffix of a leg. */
static char *named_part(const struct cq_watch_source *src, const struct cq_job *job, const char *base)
{
    const char *below = cq_intake_below(src, job->path);
    struct cq_str s = {0};
    cq_str_add_n(&s, below, (size_t)(cq_path_base(below) - below));
    cq_str_add(&s, base ? base : job->stem);
    return cq_str_take(&s);
}

static int take_defaults(const struct cq_watch_source *src, struct cq_call_info *info)
{
    static const char *const ways[] = {NULL, "inbound", "outbound", "internal"};
    const struct {
        const char *from;
        char **to;
    } fields[] = {{src->agent, &info->agent},
                  {src->queue, &info->queue},
                  {src->department, &info->department},
                  {ways[src->direction], &info->direction}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        int r = fields[i].from && !*fields[i].to ? cq_str_set(fields[i].to, fields[i].from) : 0;
        if (r)
            return r;
    }
    return 0;
}

static int add_facts(struct cq_facts *to, const struct cq_facts *from)
{
    int r = 0;
    for (size_t i = 0; i < from->n && !r; i++)
        r = cq_facts_set(to, from->v[i].name, from->v[i].value);
    return r == -ENOSPC ? 0 : r;
}

/* Side-cars are named like the call, or like one of its legs. */
static int take_sidecars(struct cq_watch *w, const struct cq_job *job, const char *base, struct cq_error *err,
                         struct cq_facts *facts)
{
    const char *const stems[] = {base, job->stem};
    int r = 0;
    for (size_t i = 0; i < 2 && !r; i++) {
        struct cq_facts found = {0};
        if (!stems[i])
            continue;
        r = cq_sidecar_lookup(w->store, job->dir, stems[i], err, &found);
        if (!r)
            r = add_facts(facts, &found);
        cq_facts_done(&found);
    }
    return r;
}

static int take_name(const struct cq_watch_source *src, const struct cq_job *job, const char *base,
                     struct cq_about *a)
{
    struct cq_name_info named = {0};
    char *part = named_part(src, job, base);
    if (!part)
        return -ENOMEM;
    int r = cq_names_match(src->names, part, src->zone, &a->pattern, &named);
    free(part);
    if (r)
        return r == -ENOENT ? 0 : r;
    a->info = named.call;
    a->agent_left = named.agent_left;
    return 0;
}

int cq_about_find(struct cq_watch *w, const struct cq_watch_source *src, const struct cq_job *job,
                  struct cq_error *err, struct cq_about *ret_about)
{
    struct cq_about a = {0};
    char *base = NULL, *other = NULL;
    enum cq_leg leg = cq_pairs_leg_of(src, job, &base, &other);
    int r = leg != CQ_LEG_NONE && !other ? -ENOMEM : take_name(src, job, base, &a);
    if (!r)
        r = take_defaults(src, &a.info);
    if (!r)
        r = take_sidecars(w, job, base, err, &a.facts);
    if (!r)
        r = cq_sidecar_apply(&a.facts, &a.info);
    if (!r && a.info.started_at && cq_time_parse_iso(a.info.started_at, &a.started_s))
        a.started_s = 0;
    free(base);
    free(other);
    if (r) {
        cq_about_done(&a);
        return r;
    }
    *ret_about = a;
    return 0;
}

enum cq_layout cq_about_layout(const struct cq_watch_source *src, const struct cq_about *about, bool joined,
                               const char **ret_word)
{
    bool out = about->info.direction && !strcmp(about->info.direction, "outbound");
    bool known = about->info.direction && strcmp(about->info.direction, "internal");
    enum cq_layout is = CQ_LAYOUT_AUTO;
    switch ((enum cq_watch_layout)src->layout) {
    case CQ_WATCH_AUTO:
        is = joined || about->agent_left ? CQ_LAYOUT_AGENT_LEFT : CQ_LAYOUT_AUTO;
        break;
    case CQ_WATCH_AGENT_LEFT:
        is = CQ_LAYOUT_AGENT_LEFT;
        break;
    case CQ_WATCH_AGENT_RIGHT:
        is = joined ? CQ_LAYOUT_AGENT_LEFT : CQ_LAYOUT_AGENT_RIGHT;
        break;
    case CQ_WATCH_MIXED:
        is = joined ? CQ_LAYOUT_AGENT_LEFT : CQ_LAYOUT_MIXED;
        break;
    case CQ_WATCH_CALLER_LEFT: /* the caller is the agent where the call goes out */
    case CQ_WATCH_CALLER_RIGHT:
        if (joined)
            is = CQ_LAYOUT_AGENT_LEFT;
        else if (known)
            is = out == (src->layout == CQ_WATCH_CALLER_LEFT) ? CQ_LAYOUT_AGENT_LEFT : CQ_LAYOUT_AGENT_RIGHT;
        break;
    }
    static const char *const words[] = {"auto", "agent-left", "agent-right", "mixed"};
    *ret_word = words[is];
    return is;
}

/* A side-car being taken in. */
struct taking {
    struct cq_watch *w;
    const struct cq_watch_source *src;
    const struct cq_job *job;
    const char *own_stem;
    int rank;
    int64_t now_ms;
    size_t n_calls, n_here; /* it speaks of; of those, how many recordings are there */
    struct cq_error *err;
};

static int mark(struct taking *t, int64_t id)
{
    struct cq_job j = {0};
    int r = cq_jobs_load(t->w->store, id, t->err, &j);
    if (r)
        return r;
    t->n_here++;
    if (j.state == CQ_JOB_DONE || j.state == CQ_JOB_RUNNING) {
        if (!j.todo)
            j.todo_tries = 0;
        j.todo |= CQ_TODO_INFO;
        j.todo_ms = t->now_ms;
        r = cq_jobs_put(t->w->store, &j, NULL, t->now_ms, t->err);
    }
    cq_job_done(&j);
    return r;
}

static int mark_all(struct taking *t, const char *stem)
{
    const char *const ends[] = {"", t->src->pair_agent, t->src->pair_customer};
    int r = 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && !r; i++) {
        int64_t ids[MAX_BESIDE];
        size_t n = 0;
        char *name = ends[i] ? cq_str_format("%s%s", stem, ends[i]) : NULL;
        if (ends[i] && !name)
            return -ENOMEM;
        if (name)
            r = cq_jobs_beside(t->w->store, t->job->dir, name, MAX_BESIDE, t->err, ids, &n);
        for (size_t k = 0; k < n && !r; k++)
            r = mark(t, ids[k]);
        free(name);
    }
    return r;
}

static int take_record(void *user, const char *stem, const struct cq_facts *facts)
{
    struct taking *t = user;
    if (!stem)
        stem = t->own_stem;
    if (!*stem)
        return cq_error_set(t->err, -EBADMSG, t->job->path, 0,
                            "a table of a folder's calls needs \"file\", the recording's name, in each row");
    t->n_calls++;
    int r = cq_sidecar_add(t->w->store, t->job->path, t->rank, t->job->dir, stem, facts, t->err);
    return r ? r : mark_all(t, stem);
}

/* A savepoint of its own: of a table with a mistake in its last row nothing is taken. */
static int take_text(struct taking *t, const char *text, size_t n, struct cq_str *unknown)
{
    int r = cq_store_begin(t->w->store, t->err);
    if (r)
        return r;
    r = cq_sidecar_forget(t->w->store, t->job->path, t->err);
    if (!r)
        r = cq_sidecar_parse(t->job->path, text, n, t->src->zone, take_record, t, unknown, t->err);
    if (r) {
        cq_store_rollback(t->w->store);
        return r;
    }
    return cq_store_commit(t->w->store, t->err);
}

static int settle_job(struct taking *t, struct cq_job *job, int result, const char *unknown)
{
    char text[CQ_ERROR_WHAT_MAX + 128];
    bool bad = result == -EBADMSG || result == -EFBIG;
    const struct cq_watch_opts *opts = &t->w->settings->s->opts;
    if (!result) {
        snprintf(text, sizeof text, "read: %zu calls, %zu of their recordings are here%s%s", t->n_calls,
                 t->n_here, *unknown ? "; not understood: " : "", unknown);
        job->state = CQ_JOB_DONE;
        job->due_ms = 0;
        job->attempts = 0;
    } else {
        if (t->err->line)
            snprintf(text, sizeof text, "line %d: %s", t->err->line, t->err->what);
        else
            snprintf(text, sizeof text, "%s", t->err->what[0] ? t->err->what : cq_error_name(result));
        job->attempts++;
        job->state = bad ? CQ_JOB_QUARANTINED : CQ_JOB_FAILED;
        job->due_ms = bad ? 0 : t->now_ms + cq_states_pause_ms(opts, job->attempts);
    }
    int r = cq_str_set(&job->reason, text);
    if (!r)
        r = cq_jobs_put(t->w->store, job, text, t->now_ms, t->err);
    if (!r && result)
        cq_watch_say(t->w, CQ_LOG_WARNING, job, text);
    return r;
}

int cq_about_take_sidecar(struct cq_watch *w, const struct cq_watch_source *src, struct cq_job *job,
                          int64_t now_ms, struct cq_error *err)
{
    struct cq_error why = {0};
    char *text = NULL, *stem = cq_sidecar_stem(job->path);
    size_t n = 0;
    struct cq_str unknown = {0};
    struct taking t = {.w = w, .src = src, .job = job, .own_stem = stem, .now_ms = now_ms, .err = &why};
    if (!stem)
        return -ENOMEM;
    t.rank = !*stem ? RANK_TABLE : cq_str_ieq(cq_path_ext(job->path), "csv") ? RANK_CSV : RANK_JSON;
    int r = cq_path_read(job->path, CQ_SIDECAR_MAX_BYTES, &text, &n);
    if (r)
        cq_error_set(&why, r, job->path, 0, "cannot be read: %s", cq_error_name(r));
    else
        r = take_text(&t, text, n, &unknown);
    /* the database's own troubles are the caller's */
    if (r && r != -EBADMSG && r != -EFBIG && text)
        *err = why;
    else
        r = settle_job(&t, job, r, unknown.s ? unknown.s : "");
    cq_str_done(&unknown);
    free(text);
    free(stem);
    return r;
}
