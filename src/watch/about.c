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
    if ((!r || r == -ENOSPC) && from->source)
        r = cq_str_set(&to->source, from->source);
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

int cq_about_keep_record(struct cq_watch *w, int64_t call, const struct cq_facts *facts,
                         const struct cq_call_info *info, struct cq_error *err)
{
    struct cq_record record = {0};
    enum cq_saved saved = CQ_SAVED_SAME;
    const struct cq_record_source from = {"callqa watch", facts->source};
    int r = cq_sidecar_record(facts, info, &record);
    if (!r)
        r = cq_records_tell(w->store, call, &record, &from, err, &saved);
    cq_record_done(&record);
    return r;
}
