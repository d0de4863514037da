/* callqa audit: who changed what, and whether the record of it is whole. */
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/term.h"
#include "store/audit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_LIMIT 50

struct audit_opts {
    const char *db;
    const char *who;
    const char *action;
    const char *subject;
    const char *since;
    const char *until;
    const char *head;
    int limit;
    int format;
};

#define AT(field) offsetof(struct audit_opts, field)

enum { FORMAT_TABLE, FORMAT_JSON };
static const char *const formats[] = {"table", "json", NULL};

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("who", 0, CQ_OPT_STRING, AT(who), "NAME", N_("list: only what this person did"))},
    {CQ_OPT("action", 0, CQ_OPT_STRING, AT(action), "WORD",
            N_("list: only this kind of change: review, review.submit, records, ..."))},
    {CQ_OPT("subject", 0, CQ_OPT_STRING, AT(subject), "WORD",
            N_("list: only what happened to this: review:3, call:12, ..."))},
    {CQ_OPT("since", 0, CQ_OPT_STRING, AT(since), "DATE", N_("list: only from this moment on"))},
    {CQ_OPT("until", 0, CQ_OPT_STRING, AT(until), "DATE",
            N_("list: only up to this moment; a day counts whole"))},
    {CQ_OPT("limit", 'n', CQ_OPT_INT, AT(limit), "N", N_("list: at most N entries, 0: all (default: 50)")),
     .min = 0, .max = 2000000000},
    {CQ_OPT("format", 'F', CQ_OPT_CHOICE, AT(format), "FORMAT", N_("table, or json (an object a line)")),
     .choices = formats},
    {CQ_OPT("head", 0, CQ_OPT_STRING, AT(head), "HASH",
            N_("verify: a hash that verify printed earlier and that was kept elsewhere"))},
};

static int put_table(void *user, const struct cq_audit_row *row)
{
    char when[CQ_TIME_ISO_MAX];
    const struct cq_term *term = user;
    printf("%6lld  %s  ", (long long)row->id, cq_time_format_utc(row->at_s, when));
    cq_term_put(stdout, row->entry.who, 14, false, term->utf8);
    fputs("  ", stdout);
    cq_term_put(stdout, row->entry.action, 18, false, term->utf8);
    printf("  %s\n", row->entry.subject);
    if (row->entry.before)
        printf("        - %s\n", row->entry.before);
    if (row->entry.after)
        printf("        + %s\n", row->entry.after);
    return ferror(stdout) ? -EIO : 0;
}

/* JSON is kept as it was written, so that it can be put in as it stands. */
static void put_raw(struct cq_json_writer *w, const char *key, const char *json)
{
    cq_json_key(w, key);
    if (json) {
        cq_str_add(w->out, json);
        w->after_key = false;
        w->need_comma = true;
    } else {
        cq_json_null(w);
    }
}

static int put_json(void *user, const struct cq_audit_row *row)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    char when[CQ_TIME_ISO_MAX];
    (void)user;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    cq_json_put_int(&w, "id", row->id);
    cq_json_put_string(&w, "at", cq_time_format_utc(row->at_s, when));
    cq_json_put_string(&w, "who", row->entry.who);
    cq_json_put_string(&w, "action", row->entry.action);
    cq_json_put_string(&w, "subject", row->entry.subject);
    put_raw(&w, "before", row->entry.before);
    put_raw(&w, "after", row->entry.after);
    cq_json_put_string(&w, "sha256", row->sha256);
    cq_json_close_object(&w);
    int r = out.failed ? -ENOMEM : 0;
    if (!r)
        puts(out.s);
    cq_str_done(&out);
    return r ? r : ferror(stdout) ? -EIO : 0;
}

static int bad_usage(const char *what)
{
    cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), what, "audit");
    return CQ_EXIT_USAGE;
}

static int list(struct cq_store *s, const struct audit_opts *o, struct cq_error *err, int *ret_status)
{
    struct cq_audit_filter f = CQ_AUDIT_FILTER_INIT;
    struct cq_term term = cq_term_of(stdout);
    f.who = o->who;
    f.action = o->action;
    f.subject = o->subject;
    f.limit = o->limit ? o->limit : -1;
    if ((o->since && cq_time_parse_iso(o->since, &f.since_s)) ||
        (o->until && cq_time_parse_until(o->until, &f.until_s))) {
        *ret_status = bad_usage(_("write dates like 2026-11-24 or 2026-11-24T14:30"));
        return 0;
    }
    return cq_audit_list(s, &f, o->format == FORMAT_JSON ? put_json : put_table, &term, err);
}

static int verify(struct cq_store *s, const struct audit_opts *o, struct cq_error *err, int *ret_status)
{
    struct cq_audit_state st = {0};
    int r = cq_audit_verify(s, o->head, err, &st);
    if (r && r != -ENOENT)
        return r;
    *ret_status = CQ_EXIT_DATABASE;
    if (st.bad)
        cq_log(CQ_LOG_ERROR,
               _("entry %lld is not what was written: the record was changed; compare it with a backup"),
               (long long)st.bad);
    else if (st.cut)
        cq_log(CQ_LOG_ERROR, "%s",
               _("entries at the end are missing: the record was cut; compare it with a backup"));
    else if (r)
        return r;
    else {
        printf(P_("%lld entry, whole and unchanged\n", "%lld entries, whole and unchanged\n", st.n),
               (long long)st.n);
        if (st.n)
            printf(_("head: %s\n"), st.head);
        *ret_status = CQ_EXIT_OK;
    }
    return 0;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct audit_opts *o = opts;
    const char *what = args->n ? args->v[0] : "list";
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    int status = CQ_EXIT_OK;
    if (strcmp(what, "list") && strcmp(what, "verify"))
        return bad_usage(_("write list or verify"));
    int r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_READ, &err, &s);
    if (!r)
        r = !strcmp(what, "list") ? list(s, o, &err, &status) : verify(s, o, &err, &status);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_DATABASE) : status;
}

static const char *const words[] = {"list", "verify", NULL};
static const struct audit_opts defaults = {.limit = DEFAULT_LIMIT};

extern const struct cq_command cq_command_audit;
const struct cq_command cq_command_audit = {
    .name = "audit",
    .synopsis = "[list | verify]",
    .summary = N_("show who changed what, and check that the record of it is whole"),
    .details =
        N_("Every change of reviews, forms, records and settings leaves an entry: when, who, what, and the "
           "values before and after. Entries are only ever added, and each one's hash covers the one before. "
           "list shows them, the newest first. verify reads them all and names the first one that was "
           "changed; it prints the head, the last entry's hash. Kept elsewhere and given back with --head, "
           "it proves later that nothing up to it was changed."),
    .examples = "  callqa audit --who li.na --since 2026-11-01\n"
                "  callqa audit verify",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .words = words,
    .defaults = &defaults,
    .opts_size = sizeof(struct audit_opts),
    .max_args = 1,
    .run = run,
};
