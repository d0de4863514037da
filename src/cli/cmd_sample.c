/* callqa sample: draw calls to review, and hand them out. */
#include "base/array.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/number.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/pick.h"
#include "cli/sample_list.h"
#include "cli/term.h"
#include "cli/user.h"
#include "review/assign.h"
#include "store/samples.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sample_opts {
    const char *db;
    const char *as;
    struct cq_pick pick;
    const char *seed;
    const char *due;
    struct cq_args reviewers;
    int method;
    int count;
    int per_agent;
    const char *reviewer;
    int show;
    int earlier;
    bool dry_run;
    bool json;
};

enum { SHOW_NOTHING, SHOW_WAITING, SHOW_OVERDUE, SHOW_WORKLOAD };
enum { EARLIER_COUNT, EARLIER_IGNORE };

#define AT(field) offsetof(struct sample_opts, field)

static const char *const methods[] = {"random", "flagged", "risk", NULL};
static const char *const earlier_words[] = {"count", "ignore", NULL};

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    CQ_OPT_AS(AT(as)),
    CQ_OPT_PICK(AT(pick)),
    {CQ_OPT("method", 'm', CQ_OPT_CHOICE, AT(method), "METHOD",
            N_("random; flagged: only calls with a flag; risk: calls with graver flags more often (default: "
               "random)")),
     .choices = methods},
    {CQ_OPT("count", 'n', CQ_OPT_INT, AT(count), "N", N_("at most N calls in all")), .min = 1, .max = 100000},
    {CQ_OPT("per-agent", 0, CQ_OPT_INT, AT(per_agent), "N", N_("at most N calls of each agent")), .min = 1,
     .max = 1000},
    {CQ_OPT("seed", 0, CQ_OPT_STRING, AT(seed), "NUMBER",
            N_("draw as with this seed (default: a new one, recorded with the sample)"))},
    {CQ_OPT("assign", 0, CQ_OPT_LIST, AT(reviewers), "NAME",
            N_("hand the calls to this reviewer; again for each, the one with the least work first"))},
    {CQ_OPT("due", 0, CQ_OPT_STRING, AT(due), "DATE", N_("until when they are to be reviewed"))},
    {CQ_OPT("earlier", 0, CQ_OPT_CHOICE, AT(earlier), "count|ignore",
            N_("calls of earlier draws: count them towards the quotas and don't draw them again (default), or "
               "draw as if "
               "there were none")),
     .choices = earlier_words},
    {CQ_OPT("dry-run", 0, CQ_OPT_FLAG, AT(dry_run), NULL, N_("store nothing"))},
    {CQ_OPT("list", 0, CQ_OPT_SET, AT(show), NULL,
            N_("draw nothing; list what was handed out and is not done")),
     .value = SHOW_WAITING},
    {CQ_OPT("overdue", 0, CQ_OPT_SET, AT(show), NULL, N_("the same, only what is past its date")),
     .value = SHOW_OVERDUE},
    {CQ_OPT("workload", 0, CQ_OPT_SET, AT(show), NULL,
            N_("draw nothing; tell what each reviewer was handed out, and what is done, waits and is overdue")),
     .value = SHOW_WORKLOAD},
    {CQ_OPT("reviewer", 0, CQ_OPT_STRING, AT(reviewer), "NAME", N_("list, overdue: only this reviewer's"))},
    {CQ_OPT("json", 0, CQ_OPT_FLAG, AT(json), NULL, N_("list, overdue, workload: print an object a line"))},
};

struct calls {
    struct cq_sample_call *v;
    size_t n;
    size_t cap;
};

/* One run. */
struct draw {
    const struct sample_opts *o;
    struct cq_store *store;
    const char *who;
    struct cq_sample_opts how;
    struct calls calls;
    size_t taken;
    size_t n_drawn;   /* of the calls, in earlier draws */
    int64_t last;     /* the draw before this one; 0: none */
    size_t *reviewer; /* index for each call */
    int64_t due_s;
    int64_t id;
    struct cq_error *err;
};

static int parse(struct draw *d)
{
    int64_t seed = cq_time_now_s();
    d->how.method = (enum cq_sample_method)d->o->method;
    d->how.count = (size_t)d->o->count;
    d->how.per_agent = (size_t)d->o->per_agent;
    if (!d->o->count && !d->o->per_agent)
        return cq_error_set(d->err, -EINVAL, NULL, 0, "say how many: --count, --per-agent or both");
    if (d->o->seed && (cq_number_parse_int(d->o->seed, strlen(d->o->seed), &seed) || seed < 0))
        return cq_error_set(d->err, -EINVAL, NULL, 0, "a seed is a whole number");
    if (d->o->due && cq_time_parse_until(d->o->due, &d->due_s))
        return cq_error_set(d->err, -EINVAL, NULL, 0, "write dates like 2026-11-24 or 2026-11-24T14:30");
    if (d->o->reviewers.n > CQ_ASSIGN_MAX_REVIEWERS)
        return cq_error_set(d->err, -EINVAL, NULL, 0, "at most %d reviewers", CQ_ASSIGN_MAX_REVIEWERS);
    d->how.seed = (uint64_t)seed;
    return 0;
}

static int load_calls(struct draw *d)
{
    struct cq_call_ids ids = {0};
    int r = cq_samples_last(d->store, d->err, &d->last);
    if (!r)
        r = cq_pick_calls(d->store, &d->o->pick, d->err, &ids);
    for (size_t i = 0; !r && i < ids.n; i++) {
        struct cq_sample_call c = {.call = ids.v[i]};
        char *agent = NULL;
        r = cq_samples_call(d->store, c.call, d->err, &agent, &c.severity);
        c.agent = agent;
        if (!r && d->o->earlier == EARLIER_COUNT)
            r = cq_samples_drawn(d->store, c.call, d->last, d->err, &c.drawn);
        d->n_drawn += c.drawn;
        if (!r)
            r = CQ_ARRAY_PUSH(&d->calls, c);
        if (r)
            free(agent);
    }
    free(ids.v);
    return r;
}

static int assign(struct draw *d)
{
    d->reviewer = calloc(d->calls.n ? d->calls.n : 1, sizeof *d->reviewer);
    if (!d->reviewer)
        return -ENOMEM;
    return cq_assign_spread(d->store, d->calls.v, d->calls.n, d->o->reviewers.v, d->o->reviewers.n, d->err,
                            d->reviewer);
}

static const char *reviewer_of(const struct draw *d, size_t i)
{
    return d->reviewer[i] < d->o->reviewers.n ? d->o->reviewers.v[d->reviewer[i]] : NULL;
}

static void describe(const struct draw *d, struct cq_str *out)
{
    struct cq_json_writer w;
    cq_json_writer_init(&w, out, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "method", methods[d->o->method]);
    cq_json_put_int(&w, "seed", (int64_t)d->how.seed);
    cq_json_put_int(&w, "count", d->o->count);
    cq_json_put_int(&w, "per_agent", d->o->per_agent);
    cq_json_put_string(&w, "agent", d->o->pick.agent);
    cq_json_put_string(&w, "queue", d->o->pick.queue);
    cq_json_put_string(&w, "since", d->o->pick.since);
    cq_json_put_string(&w, "until", d->o->pick.until);
    cq_json_put_string(&w, "where", d->o->pick.where);
    cq_json_put_string(&w, "earlier", earlier_words[d->o->earlier]);
    cq_json_put_int(&w, "after_sample", d->last);
    cq_json_put_int(&w, "from", (int64_t)d->calls.n);
    cq_json_put_int(&w, "drawn_before", (int64_t)d->n_drawn);
    cq_json_put_int(&w, "taken", (int64_t)d->taken);
    cq_json_close_object(&w);
}

static int store(struct draw *d)
{
    struct cq_str json = {0};
    describe(d, &json);
    const struct cq_assign a = {.who = d->who,
                                .calls = d->calls.v,
                                .n_calls = d->calls.n,
                                .reviewers = d->o->reviewers.v,
                                .n_reviewers = d->o->reviewers.n,
                                .reviewer = d->reviewer,
                                .due_s = d->due_s,
                                .json = json.s,
                                .action = "sample.draw"};
    int r = json.failed ? -ENOMEM : cq_assign_keep(d->store, &a, d->err, &d->id);
    cq_str_done(&json);
    return r;
}

static void print(const struct draw *d)
{
    bool utf8 = cq_term_of(stdout).utf8;
    for (size_t i = 0; i < d->calls.n; i++) {
        const struct cq_sample_call *c = &d->calls.v[i];
        if (!c->taken)
            continue;
        printf("%6lld  ", (long long)c->call);
        cq_term_put(stdout, c->agent ? c->agent : "-", 14, false, utf8);
        printf("  %s\n", reviewer_of(d, i) ? reviewer_of(d, i) : "-");
    }
    fprintf(stderr, _("%zu of %zu calls, seed %llu"), d->taken, d->calls.n, (unsigned long long)d->how.seed);
    fputc('\n', stderr);
}

static int show(const struct sample_opts *o)
{
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    int r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_READ, &err, &s);
    if (!r)
        r = o->show == SHOW_WORKLOAD ? cq_sample_workload(s, o->json, &err)
                                     : cq_sample_list(s, o->reviewer, o->show == SHOW_OVERDUE, o->json, &err);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_DATABASE) : CQ_EXIT_OK;
}

static int run(const void *opts, const struct cq_args *args)
{
    char user[CQ_USER_MAX];
    struct cq_error err = {0};
    struct draw d = {.o = opts, .err = &err};
    int status = CQ_EXIT_USAGE;
    (void)args;
    if (d.o->show)
        return show(d.o);
    d.who = cq_cli_user(d.o->as, user);
    int r = parse(&d);
    if (!r) {
        status = CQ_EXIT_DATABASE;
        r = cq_store_open(cq_cli_db_path(d.o->db), d.o->dry_run ? CQ_STORE_READ : CQ_STORE_EDIT, &err,
                          &d.store);
    }
    if (!r) {
        r = load_calls(&d);
        status = r == -EINVAL || r == -ENOENT ? CQ_EXIT_USAGE : CQ_EXIT_DATABASE;
    }
    if (!r) {
        d.taken = cq_sample_draw(&d.how, d.calls.v, d.calls.n);
        r = assign(&d);
    }
    if (!r && !d.o->dry_run)
        r = store(&d);
    if (!r)
        print(&d);
    for (size_t i = 0; i < d.calls.n; i++)
        free((char *)d.calls.v[i].agent);
    free(d.calls.v);
    free(d.reviewer);
    cq_store_close(d.store);
    return r ? cq_cli_tell(&err, r, status) : CQ_EXIT_OK;
}

extern const struct cq_command cq_command_sample;
const struct cq_command cq_command_sample = {
    .name = "sample",
    .synopsis = "--count N | --per-agent N | --list | --overdue | --workload [OPTION]...",
    .summary = N_("draw calls to review, and hand them out to reviewers"),
    .details =
        N_("Each call's draw depends on the seed and its own number alone, so that the same seed over "
           "the same calls "
           "gives the same sample, and one can show that nobody chose. The seed, the options and the "
           "calls are kept "
           "(v_samples, v_assignments) and stand in the audit. --per-agent makes the sample stratified. "
           "--assign hands "
           "each call to the named reviewer with the fewest open calls, never to its own agent. Calls of "
           "earlier draws are not drawn again and count towards the quotas, so that a quota for a month can be "
           "filled week by week. --list, --overdue and --workload tell what waits for whom."),
    .examples =
        "  callqa sample --per-agent 5 --since 2026-11-01 --assign li.na --assign wang.wei --due 2026-12-05\n"
        "  callqa sample --method risk --count 20\n"
        "  callqa sample --overdue --reviewer li.na\n"
        "  callqa sample --workload",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .opts_size = sizeof(struct sample_opts),
    .run = run,
};
