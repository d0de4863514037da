#include "cli/sample_list.h"

#include "base/json.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/i18n.h"
#include "cli/term.h"

#include <errno.h>
#include <stdio.h>

#define NAME_COLUMNS 16

struct list {
    bool json;
    bool utf8;
    bool headed;
    int64_t now_s;
};

static int put_line(struct cq_str *out)
{
    int r = out->failed ? -ENOMEM : 0;
    if (!r)
        puts(out->s);
    cq_str_done(out);
    return r;
}

static int waiting_json(const struct list *l, const struct cq_assigned_row *a)
{
    char due[CQ_TIME_ISO_MAX];
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    cq_json_put_int(&w, "sample", a->sample);
    cq_json_put_int(&w, "call", a->call);
    cq_json_put_string(&w, "agent", a->agent);
    cq_json_put_string(&w, "reviewer", a->reviewer);
    cq_json_put_string(&w, "due", a->due_s ? cq_time_format_utc(a->due_s, due) : NULL);
    cq_json_put_string(&w, "state", a->state == CQ_ASSIGNED_BEGUN ? "draft" : "open");
    cq_json_put_bool(&w, "overdue", a->due_s && a->due_s < l->now_s);
    cq_json_close_object(&w);
    return put_line(&out);
}

static int waiting(void *user, const struct cq_assigned_row *a)
{
    struct list *l = user;
    char due[CQ_TIME_ISO_MAX];
    if (l->json)
        return waiting_json(l, a);
    if (!l->headed)
        printf("%s\n", _("SAMPLE    CALL  AGENT             REVIEWER          DUE"));
    l->headed = true;
    printf("%6lld  %6lld  ", (long long)a->sample, (long long)a->call);
    cq_term_put(stdout, a->agent ? a->agent : "-", NAME_COLUMNS, false, l->utf8);
    printf("  ");
    cq_term_put(stdout, a->reviewer ? a->reviewer : "-", NAME_COLUMNS, false, l->utf8);
    printf("  %s%s%s\n", a->due_s ? cq_time_format_utc(a->due_s, due) : "-",
           a->state == CQ_ASSIGNED_BEGUN ? _(", begun") : "",
           a->due_s && a->due_s < l->now_s ? _(", overdue") : "");
    return 0;
}

int cq_sample_list(struct cq_store *store, const char *reviewer, bool overdue, bool json, struct cq_error *err)
{
    struct list l = {.json = json, .utf8 = cq_term_of(stdout).utf8, .now_s = cq_time_now_s()};
    return cq_samples_waiting(store, reviewer, overdue ? l.now_s : 0, waiting, &l, err);
}

static int load_of(void *user, const struct cq_workload_row *v)
{
    struct list *l = user;
    if (l->json) {
        struct cq_str out = {0};
        struct cq_json_writer w;
        cq_json_writer_init(&w, &out, 0);
        cq_json_open_object(&w);
        cq_json_put_string(&w, "reviewer", v->reviewer);
        cq_json_put_int(&w, "handed_out", v->handed_out);
        cq_json_put_int(&w, "done", v->done);
        cq_json_put_int(&w, "begun", v->begun);
        cq_json_put_int(&w, "waiting", v->waiting);
        cq_json_put_int(&w, "overdue", v->overdue);
        cq_json_close_object(&w);
        return put_line(&out);
    }
    if (!l->headed)
        printf("%s\n", _("REVIEWER          HANDED OUT   DONE  BEGUN  WAITING  OVERDUE"));
    l->headed = true;
    cq_term_put(stdout, v->reviewer, NAME_COLUMNS, false, l->utf8);
    printf("  %10lld  %5lld  %5lld  %7lld  %7lld\n", (long long)v->handed_out, (long long)v->done,
           (long long)v->begun, (long long)v->waiting, (long long)v->overdue);
    return 0;
}

int cq_sample_workload(struct cq_store *store, bool json, struct cq_error *err)
{
    struct list l = {.json = json, .utf8 = cq_term_of(stdout).utf8, .now_s = cq_time_now_s()};
    return cq_samples_workload(store, l.now_s, load_of, &l, err);
}
