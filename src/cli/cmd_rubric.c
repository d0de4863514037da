/* callqa rubric: list, show, check, copy and compare forms. */
#include "base/error.h"
#include "base/log.h"
#include "base/path.h"
#include "cli/command.h"
#include "cli/i18n.h"
#include "cli/term.h"
#include "cli/user.h"
#include "pipeline/pipeline.h"
#include "rubric/describe.h"
#include "review/review.h"
#include "rubric/edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_ID "skills-form"

struct rubric_opts {
    const char *lang; /* NULL: that of the messages */
    const char *from; /* new: the form to begin with */
    const char *version;
    const char *db; /* publish */
    const char *as;
};

#define AT(field) offsetof(struct rubric_opts, field)

static const struct cq_opt options[] = {
    {CQ_OPT("lang", 'l', CQ_OPT_STRING, AT(lang), "LANG",
            N_("language of the labels: en, zh-CN or zh-TW (default: that of the messages)"))},
    {CQ_OPT("from", 0, CQ_OPT_FILE, AT(from), "ID|FILE",
            N_("new: the form to begin with (default: skills-form)"))},
    {CQ_OPT("version", 0, CQ_OPT_STRING, AT(version), "VERSION", N_("new: its version (default: 1.0.0)"))},
    CQ_OPT_DB(AT(db)),
    CQ_OPT_AS(AT(as)),
};

static int tell(const struct cq_error *err, int code, int status)
{
    char text[sizeof err->file + sizeof err->what + 32];
    cq_log(CQ_LOG_ERROR, "%s", err->what[0] ? cq_error_format(err, text, sizeof text) : cq_error_name(code));
    return status;
}

/* Print what was built and free it. */
static int print(struct cq_str *out)
{
    char *text = cq_str_take(out);
    if (!text)
        return tell(&(struct cq_error){0}, -ENOMEM, CQ_EXIT_SETUP);
    fputs(text, stdout);
    free(text);
    return CQ_EXIT_OK;
}

/* One file, by its path; an id among the installed ones is taken too. */
static int check_one(const char *name)
{
    struct cq_error err = {0};
    struct cq_rubric *r = NULL;
    struct cq_str out = {0};
    int ret = cq_pipeline_load_rubric(name, &err, &r);
    if (ret)
        return tell(&err, ret, CQ_EXIT_SOME);
    cq_str_printf(&out, "%s: ", name);
    cq_rubric_describe_summary(r, &out);
    cq_rubric_free(r);
    return print(&out);
}

static int check(const struct cq_args *args)
{
    int status = CQ_EXIT_OK;
    for (size_t i = 1; i < args->n; i++) {
        int one = check_one(args->v[i]);
        status = one ? one : status;
    }
    return status;
}

static int show(const struct rubric_opts *o, const struct cq_args *args)
{
    int status = CQ_EXIT_OK;
    for (size_t i = 1; i < (args->n > 1 ? args->n : 2); i++) {
        struct cq_error err = {0};
        struct cq_rubric *r = NULL;
        int ret = cq_pipeline_load_rubric(args->n > 1 ? args->v[i] : DEFAULT_ID, &err, &r);
        if (ret) {
            status = tell(&err, ret, CQ_EXIT_SOME);
            continue;
        }
        struct cq_str out = {0};
        cq_rubric_describe(r, o->lang ? o->lang : cq_cli_language(), &out);
        cq_rubric_free(r);
        int printed = print(&out);
        status = printed ? printed : status;
    }
    return status;
}

/* For each installed form: id, version and title, the default one marked. */
static int list_one(void *user, const char *path)
{
    const char *lang = user;
    struct cq_error err = {0};
    struct cq_rubric *r = NULL;
    if (strcmp(cq_path_ext(path), "json"))
        return 0;
    int ret = cq_pipeline_load_rubric(path, &err, &r);
    if (ret) {
        tell(&err, ret, 0);
        return ret == -ENOMEM ? ret : 0;
    }
    printf("%c %-22s %-8s %s\n", strcmp(cq_rubric_id(r), DEFAULT_ID) ? ' ' : '*', cq_rubric_id(r),
           cq_rubric_version(r), cq_rubric_label(r, NULL, lang));
    cq_rubric_free(r);
    return 0;
}

static int list(const struct rubric_opts *o)
{
    const char *lang = o->lang ? o->lang : cq_cli_language();
    struct cq_error err = {0};
    char *path = NULL;
    int ret = cq_path_find_data("rubrics/" DEFAULT_ID ".json", &path);
    if (ret)
        return tell(&err, ret, CQ_EXIT_SETUP);
    *strrchr(path, '/') = '\0';
    ret = cq_path_walk(path, false, list_one, (void *)lang);
    free(path);
    return ret ? tell(&err, ret, CQ_EXIT_SETUP) : CQ_EXIT_OK;
}

/* A copy of a form under a new id to standard output, once it is sure that it can be read again. */
static int new_form(const struct rubric_opts *o, const char *id)
{
    struct cq_error err = {0};
    struct cq_rubric *from = NULL, *made = NULL;
    struct cq_str out = {0};
    int status = CQ_EXIT_OK;
    int ret = cq_pipeline_load_rubric(o->from ? o->from : DEFAULT_ID, &err, &from);
    if (!ret) {
        cq_rubric_write(from, id, o->version ? o->version : "1.0.0", &out);
        ret = out.failed ? -ENOMEM : cq_rubric_parse(id, out.s, out.n, &err, &made);
    }
    if (ret)
        status = tell(&err, ret, ret == -ENOMEM ? CQ_EXIT_SETUP : CQ_EXIT_SOME);
    else
        status = print(&out);
    cq_str_done(&out);
    cq_rubric_free(from);
    cq_rubric_free(made);
    return status;
}

static int diff(const char *old, const char *now)
{
    struct cq_error err = {0};
    struct cq_rubric *a = NULL, *b = NULL;
    struct cq_str out = {0};
    int status = CQ_EXIT_OK;
    int ret = cq_pipeline_load_rubric(old, &err, &a);
    if (!ret)
        ret = cq_pipeline_load_rubric(now, &err, &b);
    if (ret)
        status = tell(&err, ret, CQ_EXIT_SOME);
    else if (cq_rubric_diff(a, b, &out))
        status = print(&out);
    cq_str_done(&out);
    cq_rubric_free(a);
    cq_rubric_free(b);
    return status;
}

/* The form's text goes into the database for good. */
static int publish(const struct rubric_opts *o, const char *name)
{
    char user[CQ_USER_MAX];
    struct cq_error err = {0};
    struct cq_rubric *r = NULL;
    struct cq_store *s = NULL;
    int status = CQ_EXIT_SOME;
    int ret = cq_pipeline_load_rubric(name, &err, &r);
    if (!ret) {
        ret = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_WRITE, &err, &s);
        status = CQ_EXIT_DATABASE;
    }
    if (!ret) {
        ret = cq_review_form_publish(s, r, cq_cli_user(o->as, user), &err);
        status = ret == -EEXIST || ret == -EALREADY ? CQ_EXIT_SOME : CQ_EXIT_DATABASE;
    }
    if (!ret)
        printf(_("%s %s is published; 'callqa rescore --rubric %s' scores stored calls by it\n"),
               cq_rubric_id(r), cq_rubric_version(r), cq_rubric_id(r));
    cq_store_close(s);
    cq_rubric_free(r);
    return ret ? tell(&err, ret, status) : CQ_EXIT_OK;
}

static int bad_usage(const char *what)
{
    cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), what, "rubric");
    return CQ_EXIT_USAGE;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct rubric_opts *o = opts;
    const char *what = args->n ? args->v[0] : "list";
    if (!strcmp(what, "list"))
        return args->n > 1 ? bad_usage(_("there are too many arguments")) : list(o);
    if (!strcmp(what, "show"))
        return show(o, args);
    if (!strcmp(what, "check"))
        return args->n > 1 ? check(args) : bad_usage(_("an argument is missing"));
    if (!strcmp(what, "new"))
        return args->n == 2 ? new_form(o, args->v[1]) : bad_usage(_("new takes the id of the new form"));
    if (!strcmp(what, "diff"))
        return args->n == 3 ? diff(args->v[1], args->v[2]) : bad_usage(_("diff takes two forms"));
    if (!strcmp(what, "publish"))
        return args->n == 2 ? publish(o, args->v[1]) : bad_usage(_("publish takes one form"));
    return bad_usage(_("write list, show, check, new, diff or publish"));
}

static const char *const words[] = {"list", "show", "check", "new", "diff", "publish", NULL};

extern const struct cq_command cq_command_rubric;
const struct cq_command cq_command_rubric = {
    .name = "rubric",
    .synopsis = "[list | show [FORM]... | check FORM... | new ID | diff FORM FORM | publish FORM]",
    .summary = N_("list, show, check, copy and compare the forms that calls are scored by"),
    .details =
        N_("A form is named by the id of an installed one or by its file. list names the installed forms; "
           "the default one is marked. show prints a form with its criteria, curves, limits and their "
           "sources. check reads form files and says what they hold, or names file and line of the first "
           "thing that is wrong. new prints a copy of a form under a new id, to be changed. diff prints "
           "what changes from one form to another. publish keeps a form's text in the database for good: "
           "that version never changes, and its id stands for it from then on. docs/rubrics.md tells how a "
           "form is written and how "
           "to change a limit."),
    .examples = "callqa rubric\n"
                "callqa rubric show skills-form --lang zh-CN\n"
                "callqa rubric new our-form > our-form.json\n"
                "callqa rubric check our-form.json\n"
                "callqa rubric diff skills-form our-form.json",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .words = words,
    .opts_size = sizeof(struct rubric_opts),
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
