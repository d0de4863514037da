/* callqa review: score calls by hand, beside the machine's score. */
#include "base/error.h"
#include "base/log.h"
#include "base/number.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/review.h"
#include "cli/user.h"
#include "review/review.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_LIMIT 50
#define MAX_FINALS 64

struct review_opts {
    const char *db;
    const char *as;
    const char *rubric;
    const char *remark;
    const char *reason;
    const char *clip;
    const char *call;
    const char *reviewer;
    const char *agent;
    struct cq_args finals;
    int state;
    int limit;
    bool expert;
    bool blind;
    bool open_na;
    bool json;
};

#define AT(field) offsetof(struct review_opts, field)

static const char *const states[] = {"draft", "submitted", "disputed", "resolved", "all", NULL};
enum { STATE_ALL = 4 };

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    CQ_OPT_AS(AT(as)),
    {CQ_OPT("rubric", 'r', CQ_OPT_STRING, AT(rubric), "ID",
            N_("start: by this form (default: the one of the call's current score)"))},
    {CQ_OPT("expert", 0, CQ_OPT_FLAG, AT(expert), NULL,
            N_("start: an expert's review; it counts before those of others"))},
    {CQ_OPT("blind", 0, CQ_OPT_FLAG, AT(blind), NULL,
            N_("start: hide the machine's scores until the review is submitted"))},
    {CQ_OPT("remark", 'm', CQ_OPT_STRING, AT(remark), "TEXT",
            N_("set: a remark for the agent, on an item or on the whole call"))},
    {CQ_OPT("reason", 0, CQ_OPT_STRING, AT(reason), "TEXT",
            N_("set: why the machine's score is overridden; dispute: what is wrong; resolve: why"))},
    {CQ_OPT("clip", 0, CQ_OPT_STRING, AT(clip), "FROM-TO",
            N_("set: the moment to listen to, in seconds or minutes:seconds: 65-72.5, 1:05-1:12"))},
    {CQ_OPT("open-na", 0, CQ_OPT_FLAG, AT(open_na), NULL, N_("submit: what is still open is not applicable"))},
    {CQ_OPT("final", 0, CQ_OPT_LIST, AT(finals), "ITEM=SCORE",
            N_("resolve: the final score of an item, or na; without any the scores are upheld"))},
    {CQ_OPT("call", 0, CQ_OPT_STRING, AT(call), "CALL", N_("list: only reviews of this call"))},
    {CQ_OPT("reviewer", 0, CQ_OPT_STRING, AT(reviewer), "NAME", N_("list: only this reviewer's"))},
    {CQ_OPT("agent", 'a', CQ_OPT_STRING, AT(agent), "ID", N_("list: only of this agent's calls"))},
    {CQ_OPT("state", 0, CQ_OPT_CHOICE, AT(state), "STATE",
            N_("list: only draft, submitted, disputed or resolved ones")),
     .choices = states},
    {CQ_OPT("limit", 'n', CQ_OPT_INT, AT(limit), "N", N_("list: at most N reviews, 0: all (default: 50)")),
     .min = 0, .max = 2000000000},
    {CQ_OPT("json", 0, CQ_OPT_FLAG, AT(json), NULL, N_("show: print a JSON object"))},
};

/* What an action needs; `user` is who acts. */
struct act {
    const struct review_opts *o;
    const struct cq_args *args;
    struct cq_store *store;
    const char *user;
    struct cq_error *err;
    int64_t id; /* of the review, where the action names one */
};

static int parse_id(const char *text, struct cq_error *err, int64_t *ret_id)
{
    if (cq_number_parse_int(text, strlen(text), ret_id) || *ret_id <= 0)
        return cq_error_set(err, -EINVAL, NULL, 0, "\"%s\" is no number of a review (callqa review list)",
                            text);
    return 0;
}

/* "65", "1:05", "1:02:03.5" in seconds. */
static int parse_clock(const char *text, size_t n, double *ret_s)
{
    double sum = 0;
    for (int part = 0; part < 3; part++) {
        const char *colon = memchr(text, ':', n);
        size_t len = colon ? (size_t)(colon - text) : n;
        double v;
        if (cq_number_parse(text, len, &v) || v < 0)
            return -EINVAL;
        sum = sum * 60 + v;
        if (!colon) {
            *ret_s = sum;
            return 0;
        }
        text = colon + 1;
        n -= len + 1;
    }
    return -EINVAL;
}

static int parse_clip(const char *text, struct cq_error *err, struct cq_span *ret_clip)
{
    const char *dash = strchr(text, '-');
    if (!dash || parse_clock(text, (size_t)(dash - text), &ret_clip->start_s) ||
        parse_clock(dash + 1, strlen(dash + 1), &ret_clip->end_s))
        return cq_error_set(err, -EINVAL, NULL, 0, "--clip %s: write from-to, as in 65-72.5 or 1:05-1:12",
                            text);
    return 0;
}

/* "4", "3.5", "na", "none". */
static int parse_mark(const char *text, struct cq_error *err, enum cq_mark *ret_mark, double *ret_score)
{
    if (!strcmp(text, "na") || !strcmp(text, "n/a"))
        *ret_mark = CQ_MARK_NOT_APPLICABLE;
    else if (!strcmp(text, "none"))
        *ret_mark = CQ_MARK_NONE;
    else if (!cq_number_parse(text, strlen(text), ret_score))
        *ret_mark = CQ_MARK_SCORE;
    else
        return cq_error_set(err, -EINVAL, NULL, 0, "\"%s\" is no score; write a number, na or none", text);
    return 0;
}

static int act_start(struct act *a)
{
    struct cq_review_start how = {.reviewer = a->user, .expert = a->o->expert, .blind = a->o->blind};
    struct cq_rubric *rubric = NULL;
    int64_t id = 0;
    int r = cq_store_find_call(a->store, a->args->v[1], a->err, &how.call);
    if (!r && a->o->rubric)
        r = cq_review_form(a->store, a->o->rubric, NULL, a->err, &rubric);
    how.rubric = rubric;
    if (!r)
        r = cq_review_start(a->store, &how, a->err, &id);
    if (!r)
        printf(_("review %lld of call %lld is begun; 'callqa review set %lld ITEM SCORE' scores, 'callqa "
                 "review show "
                 "%lld' shows it\n"),
               (long long)id, (long long)how.call, (long long)id, (long long)id);
    cq_rubric_free(rubric);
    return r;
}

/* set REVIEW ITEM SCORE, or set REVIEW --remark for the whole call */
static int act_set(struct act *a)
{
    struct cq_review_mark mark = {.remark = a->o->remark, .reason = a->o->reason};
    if (a->args->n == 2 && a->o->remark)
        return cq_review_set_remark(a->store, a->id, a->user, a->o->remark, a->err);
    if (a->args->n != 4)
        return cq_error_set(a->err, -EINVAL, NULL, 0,
                            "write: set REVIEW ITEM SCORE, where SCORE may be na or none");
    mark.item = a->args->v[2];
    int r = parse_mark(a->args->v[3], a->err, &mark.mark, &mark.score);
    if (!r && a->o->clip) {
        mark.has_clip = true;
        r = parse_clip(a->o->clip, a->err, &mark.clip);
    }
    return r ? r : cq_review_set(a->store, a->id, a->user, &mark, a->err);
}

static int print_one(struct act *a, const char *viewer)
{
    struct cq_review v;
    struct cq_rubric *rubric = NULL;
    bool hidden;
    int r = cq_review_view(a->store, a->id, viewer, a->err, &v, &hidden);
    if (r)
        return r;
    if (a->o->json) {
        r = cq_review_print_json(&v, hidden);
    } else {
        (void)cq_review_form(a->store, v.rubric, v.version, NULL, &rubric); /* only its labels would lack */
        cq_review_print(&v, hidden, rubric);
    }
    cq_rubric_free(rubric);
    cq_review_done(&v);
    return r;
}

static int act_show(struct act *a)
{
    return print_one(a, a->user);
}

static int act_submit(struct act *a)
{
    int r = cq_review_submit(a->store, a->id, a->user, a->o->open_na, a->err);
    return r ? r : print_one(a, a->user);
}

static int act_dispute(struct act *a)
{
    return cq_review_dispute(a->store, a->id, a->user, a->o->reason, a->err);
}

static int act_resolve(struct act *a)
{
    struct cq_review_final finals[MAX_FINALS];
    char *copies[MAX_FINALS] = {0};
    size_t n = a->o->finals.n;
    int r = 0;
    if (n > MAX_FINALS)
        return cq_error_set(a->err, -E2BIG, NULL, 0, "at most %d final scores at once", MAX_FINALS);
    for (size_t i = 0; !r && i < n; i++) {
        copies[i] = cq_str_dup(a->o->finals.v[i]);
        char *equals = copies[i] ? strchr(copies[i], '=') : NULL;
        if (!equals) {
            r = copies[i] ? cq_error_set(a->err, -EINVAL, NULL, 0, "--final %s: write ITEM=SCORE or ITEM=na",
                                         copies[i])
                          : -ENOMEM;
            break;
        }
        *equals = '\0';
        finals[i].item = copies[i];
        r = parse_mark(equals + 1, a->err, &finals[i].mark, &finals[i].score);
    }
    if (!r)
        r = cq_review_resolve(a->store, a->id, a->user, a->o->reason, finals, n, a->err);
    for (size_t i = 0; i < MAX_FINALS; i++)
        free(copies[i]);
    return r;
}

static int act_list(struct act *a)
{
    struct cq_reviews_filter f = CQ_REVIEWS_FILTER_INIT;
    int r = a->o->call ? cq_store_find_call(a->store, a->o->call, a->err, &f.call) : 0;
    f.state = a->o->state == STATE_ALL ? -1 : a->o->state;
    f.reviewer = a->o->reviewer;
    f.agent = a->o->agent;
    f.limit = a->o->limit ? a->o->limit : -1;
    return r ? r : cq_review_list(a->store, &f, a->user, cq_review_print_row, NULL, a->err);
}

static const struct {
    const char *word;
    int (*run)(struct act *a);
    size_t min_args;
    size_t max_args;
    bool write;
    bool named; /* the second argument is a review's number */
} actions[] = {
    {"start", act_start, 2, 2, true, false},    {"set", act_set, 2, 4, true, true},
    {"submit", act_submit, 2, 2, true, true},   {"show", act_show, 2, 2, false, true},
    {"dispute", act_dispute, 2, 2, true, true}, {"resolve", act_resolve, 2, 2, true, true},
    {"list", act_list, 1, 1, false, false},
};

static int bad_usage(const char *what)
{
    cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), what, "review");
    return CQ_EXIT_USAGE;
}

/* What the user can mend is their command's fault, the rest the database's. */
static int exit_of(int r)
{
    switch (-r) {
    case ENOENT:
    case EEXIST:
    case EPERM:
    case EINVAL:
    case ENODATA:
    case E2BIG:
    case EFBIG:
        return CQ_EXIT_SOME;
    }
    return CQ_EXIT_DATABASE;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct review_opts *o = opts;
    char user[CQ_USER_MAX];
    struct cq_error err = {0};
    struct act a = {.o = o, .args = args, .user = cq_cli_user(o->as, user), .err = &err};
    const char *what = args->n ? args->v[0] : "list";
    size_t i = 0, n = args->n ? args->n : 1;
    while (i < sizeof actions / sizeof *actions && strcmp(actions[i].word, what))
        i++;
    if (i == sizeof actions / sizeof *actions)
        return bad_usage(_("write start, set, submit, show, dispute, resolve or list"));
    if (n < actions[i].min_args)
        return bad_usage(_("an argument is missing"));
    if (n > actions[i].max_args)
        return bad_usage(_("there are too many arguments"));
    if (actions[i].named && parse_id(args->v[1], &err, &a.id))
        return cq_cli_tell(&err, -EINVAL, CQ_EXIT_USAGE);
    int r =
        cq_store_open(cq_cli_db_path(o->db), actions[i].write ? CQ_STORE_EDIT : CQ_STORE_READ, &err, &a.store);
    int status = CQ_EXIT_DATABASE;
    if (!r) {
        r = actions[i].run(&a);
        status = exit_of(r);
    }
    cq_store_close(a.store);
    return r ? cq_cli_tell(&err, r, status) : CQ_EXIT_OK;
}

static const char *const words[] = {"start", "set", "submit", "show", "dispute", "resolve", "list", NULL};
static const struct review_opts defaults = {.state = STATE_ALL, .limit = DEFAULT_LIMIT};

extern const struct cq_command cq_command_review;
const struct cq_command cq_command_review = {
    .name = "review",
    .synopsis = "[list | start CALL | set REVIEW ITEM SCORE | submit REVIEW | show REVIEW | dispute REVIEW | "
                "resolve REVIEW]",
    .summary = N_("score calls by hand, beside the machine's score"),
    .details =
        N_("start begins a review of a call by a form; it is a draft that only its reviewer sees. set scores "
           "an item "
           "(SCORE may be na, not applicable, or none, which takes it back); a score that differs from the "
           "machine's needs --reason. submit makes it final, and needs every item scored or not applicable. "
           "Several people may review a call; whoever has a draft doesn't see the others' scores. dispute asks "
           "for a second look at a submitted review, resolve decides it, by a third person: the scores are "
           "upheld, or "
           "some get a --final score beside them. docs/reviews.md tells all of it."),
    .examples =
        "  callqa review start 12 --as li.na\n"
        "  callqa review set 3 empathy 4 --remark \"names the worry\" --clip 1:05-1:12\n"
        "  callqa review submit 3 --open-na\n"
        "  callqa review dispute 3 --reason \"the customer hung up\" --as A001\n"
        "  callqa review resolve 3 --final listening=4 --reason \"the cut-in was a greeting\" --as wang.wei",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .words = words,
    .defaults = &defaults,
    .opts_size = sizeof(struct review_opts),
    .max_args = 4,
    .run = run,
};
