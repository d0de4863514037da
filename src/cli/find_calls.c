#include "cli/find_calls.h"

#include "base/error.h"
#include "base/log.h"
#include "base/str.h"
#include "base/time.h"
#include "cli/i18n.h"
#include "cli/term.h"
#include "query/where.h"
#include "query/write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COUNT 1000000000

/* What the options come to; embedded, owned by run(). */
struct find {
    const struct cq_find_calls *o;
    struct cq_select sel;
    struct cq_cond *where;
    struct cq_field columns[CQ_SELECT_MAX_COLUMNS];
    bool usage; /* the command line is to blame: told with where to look it up */
    bool names; /* a name is not known: the list of names helps */
};

int cq_cli_tell(const struct cq_error *err, int code, int status)
{
    char text[sizeof err->file + sizeof err->what + 32];
    cq_log(CQ_LOG_ERROR, "%s", err->what[0] ? cq_error_format(err, text, sizeof text) : cq_error_name(code));
    return code == -ENOMEM ? CQ_EXIT_SETUP : status;
}

static int parse_times(struct find *f, struct cq_error *err)
{
    if (f->o->since && cq_time_parse_iso(f->o->since, &f->sel.since_s))
        return cq_error_set(err, -EINVAL, NULL, 0,
                            "--since %s: write a date like 2026-11-24 or 2026-11-24T14:30", f->o->since);
    if (f->o->until && cq_time_parse_until(f->o->until, &f->sel.until_s))
        return cq_error_set(err, -EINVAL, NULL, 0,
                            "--until %s: write a date like 2026-11-24 or 2026-11-24T14:30", f->o->until);
    return 0;
}

/* "score", "score desc", "-score". Times come newest first, everything else smallest first. */
static int parse_order(struct find *f, struct cq_error *err)
{
    char name[CQ_FIELD_NAME_MAX], way[8] = "";
    const char *order = f->o->order;
    bool minus;
    if (!order)
        return 0;
    minus = *order == '-';
    if (sscanf(order + minus, "%79s %7s", name, way) < 1)
        name[0] = '\0';
    int r = cq_where_field(name, err, &f->sel.order);
    if (r) {
        f->names = r == -ENOENT;
        return r;
    }
    f->sel.ascending = f->sel.order.type != CQ_FIELD_TIME;
    if (!strcmp(way, "desc") || minus)
        f->sel.ascending = false;
    else if (!strcmp(way, "asc"))
        f->sel.ascending = true;
    else if (way[0])
        return cq_error_set(err, -EINVAL, NULL, 0,
                            "--order is FIELD, \"FIELD asc\" or \"FIELD desc\", not \"%s\"", order);
    return 0;
}

static int parse_columns(struct find *f, struct cq_error *err)
{
    const char *at = f->o->columns;
    while (at && *at) {
        char name[CQ_FIELD_NAME_MAX];
        size_t n = strcspn(at, ", ");
        if (n && n < sizeof name) {
            memcpy(name, at, n);
            name[n] = '\0';
            if (f->sel.n_columns == CQ_SELECT_MAX_COLUMNS)
                return cq_error_set(err, -E2BIG, NULL, 0, "more than %d columns", CQ_SELECT_MAX_COLUMNS);
            int r = cq_where_field(name, err, &f->columns[f->sel.n_columns]);
            if (r) {
                f->names = r == -ENOENT;
                return r;
            }
            f->sel.n_columns++;
        } else if (n) {
            return cq_error_set(err, -EINVAL, NULL, 0, "a name in --columns is too long");
        }
        at += n + (at[n] != '\0');
    }
    f->sel.columns = f->columns;
    return 0;
}

static int parse_where(struct find *f, struct cq_error *err)
{
    struct cq_error why = {0};
    if (!f->o->where)
        return 0;
    int r = cq_where_parse(f->o->where, &why, &f->where);
    if (r) {
        f->names = r == -ENOENT;
        return cq_error_set(err, r, NULL, 0, "--where: %s", why.what[0] ? why.what : cq_error_name(r));
    }
    f->sel.where = f->where;
    return 0;
}

static int parse_all(struct find *f, struct cq_error *err)
{
    const struct cq_find_calls *o = f->o;
    f->sel = (struct cq_select)CQ_SELECT_INIT;
    f->sel.flags = o->flags.v;
    f->sel.n_flags = o->flags.n;
    f->sel.min_severity = o->severity;
    f->sel.agent = o->agent;
    f->sel.queue = o->queue;
    f->sel.offset = o->offset;
    if (o->limit > 0)
        f->sel.limit = o->limit;
    else if (o->limit < 0 && o->format == CQ_WRITE_TABLE)
        f->sel.limit = o->default_limit;
    int r = parse_times(f, err);
    if (!r)
        r = parse_order(f, err);
    if (!r)
        r = parse_columns(f, err);
    if (!r)
        r = parse_where(f, err);
    return r;
}

static const char *translate(const char *text)
{
    /* TRANSLATORS: headings and words of tables that query/ makes */
    static const char *const known[] = {
        N_("CALL"),  N_("STARTED"), N_("AGENT"), N_("QUEUE"),     N_("LENGTH"),     N_("SCORE"), N_("OF FORM"),
        N_("FLAGS"), N_("yes"),     N_("no"),    N_("RECORDING"), N_("unscorable"), N_("scored")};
    (void)known;
    return _(text);
}

struct known_flags {
    const struct cq_args *asked;
    struct cq_str list;
    size_t n_known; /* of those asked for */
};

static int note_flag(void *user, const char *flag, int64_t n_calls)
{
    struct known_flags *k = user;
    (void)n_calls;
    cq_str_printf(&k->list, "%s%s", k->list.n ? ", " : "", flag);
    for (size_t i = 0; i < k->asked->n; i++)
        k->n_known += !strcmp(k->asked->v[i], flag);
    return 0;
}

/* Nothing was found. A flag that no call has is most likely misspelt. */
static void tell_nothing(const struct find *f, struct cq_store *store)
{
    struct known_flags k = {.asked = &f->o->flags};
    if (f->o->flags.n && !cq_store_flags(store, note_flag, &k, NULL) && k.n_known < f->o->flags.n &&
        !k.list.failed)
        cq_log(CQ_LOG_WARNING, _("no stored call has such a flag; there are: %s"), k.list.n ? k.list.s : "-");
    else if (f->o->format == CQ_WRITE_TABLE)
        fprintf(stderr, "%s\n", _("no call fits"));
    cq_str_done(&k.list);
}

static int print_rows(const struct find *f, struct cq_store *store, struct cq_error *err)
{
    struct cq_term term = cq_term_of(stdout);
    const struct cq_write_opts opts = {
        .format = (enum cq_write_format)f->o->format,
        .columns = f->columns,
        .n_columns = f->sel.n_columns,
        .width = term.tty ? term.width : 0,
        .utf8 = term.utf8,
        .colour = term.colour,
        .translate = translate,
    };
    struct cq_writer *w = NULL;
    struct cq_cursor *cur = NULL;
    struct cq_row row;
    int64_t n = 0;
    int r = cq_select_open(store, &f->sel, err, &cur);
    if (!r)
        r = cq_writer_new(stdout, &opts, &w);
    while (!r) {
        int step = cq_select_next(cur, err, &row);
        if (step <= 0) {
            r = step;
            break;
        }
        n++;
        r = cq_writer_row(w, &row);
    }
    if (!r)
        r = cq_writer_end(w);
    cq_writer_free(w);
    cq_select_close(cur);
    if (r == -EIO && ferror(stdout)) /* told when the program ends */
        return 0;
    if (!r && n == 0)
        tell_nothing(f, store);
    else if (!r && n == f->sel.limit && f->o->limit < 0 && term.tty) {
        fprintf(stderr, _("the first %lld; --limit 0 shows all"), (long long)n);
        fputc('\n', stderr);
    }
    return r;
}

static int print_count(const struct find *f, struct cq_store *store, struct cq_error *err)
{
    int64_t n = 0;
    int r = cq_select_count(store, &f->sel, MAX_COUNT, err, &n);
    if (!r)
        printf("%lld\n", (long long)n);
    return r;
}

static int print_plan(const struct find *f, struct cq_store *store, struct cq_error *err)
{
    char *plan = NULL;
    int r = cq_select_explain(store, &f->sel, err, &plan);
    if (!r)
        fputs(plan, stdout);
    free(plan);
    return r;
}

/* A usage error, and the names where one is not known. */
static int tell_usage(const struct find *f, const struct cq_error *err, int code)
{
    struct cq_str names = {0};
    if (code == -ENOMEM)
        return cq_cli_tell(err, code, CQ_EXIT_SETUP);
    if (!f->names) {
        cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), err->what, f->o->command);
        return CQ_EXIT_USAGE;
    }
    cq_log(CQ_LOG_ERROR, "%s", err->what);
    cq_where_names(&names);
    fprintf(stderr, "%s\n%s", _("The names are:"), names.failed ? "" : names.s);
    cq_str_done(&names);
    return CQ_EXIT_USAGE;
}

int cq_find_calls_run(const struct cq_find_calls *o)
{
    struct find f = {.o = o};
    struct cq_error err = {0};
    struct cq_store *store = NULL;
    int status = CQ_EXIT_OK;
    int r = parse_all(&f, &err);
    if (r) {
        status = tell_usage(&f, &err, r);
        goto out;
    }
    r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_READ, &err, &store);
    if (!r && o->count)
        r = print_count(&f, store, &err);
    else if (!r && o->plan)
        r = print_plan(&f, store, &err);
    else if (!r)
        r = print_rows(&f, store, &err);
    if (r) /* an item that no form has is a slip of the user's, the rest is the database's */
        status =
            cq_cli_tell(&err, r, store && (r == -ENOENT || r == -E2BIG) ? CQ_EXIT_USAGE : CQ_EXIT_DATABASE);
out:
    cq_store_close(store);
    cq_cond_free(f.where);
    return status;
}
