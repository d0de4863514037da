/* callqa appraise: the form of a period. */
#include "appraise/appraise.h"
#include "base/error.h"
#include "base/log.h"
#include "base/path.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/pick.h"
#include "cli/term.h"
#include "cli/user.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct appraise_opts {
    const char *db;
    const char *as;
    const char *agent;
    const char *department;
    const char *queue;
    const char *from;
    const char *to;
    const char *type;
    const char *position;
    const char *date;
    const char *rubric;
    const char *lang;
    const char *output;
    double target_s;
    int format;
};

#define AT(field) offsetof(struct appraise_opts, field)

enum { FORMAT_TEXT, FORMAT_HTML, FORMAT_CSV, FORMAT_JSON, FORMAT_XLSX };
static const char *const formats[] = {"text", "html", "csv", "json", "xlsx", NULL};

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("agent", 'a', CQ_OPT_STRING, AT(agent), "ID",
            N_("the agent who is appraised (default: all, compared)"))},
    {CQ_OPT("department", 0, CQ_OPT_STRING, AT(department), "NAME",
            N_("calls of this department; stands on the form"))},
    {CQ_OPT("queue", 'q', CQ_OPT_STRING, AT(queue), "NAME", N_("calls of this queue"))},
    {CQ_OPT("from", 0, CQ_OPT_STRING, AT(from), "DATE", N_("first day of the period"))},
    {CQ_OPT("to", 0, CQ_OPT_STRING, AT(to), "DATE", N_("last day of the period"))},
    {CQ_OPT(
        "type", 't', CQ_OPT_STRING, AT(type), "TYPE",
        N_("type of the appraisal: probation, monthly, quarterly, yearly, special, or the form's own word"))},
    {CQ_OPT("position", 0, CQ_OPT_STRING, AT(position), "TEXT",
            N_("the agent's position, for the form's head"))},
    {CQ_OPT("date", 0, CQ_OPT_STRING, AT(date), "DATE", N_("date of the appraisal (default: today)"))},
    {CQ_OPT("rubric", 'r', CQ_OPT_FILE, AT(rubric), "ID|FILE", N_("the form (default: skills-form)"))},
    {CQ_OPT("target", 0, CQ_OPT_NUMBER, AT(target_s), "SECONDS",
            N_("target of the handling time (default: 360)")),
     .min = 1, .max = 86400},
    {CQ_OPT("format", 'F', CQ_OPT_CHOICE, AT(format), "FORMAT",
            N_("text, html (prints on A4), csv, json, or xlsx with --output (default: text)")),
     .choices = formats},
    {CQ_OPT("lang", 'l', CQ_OPT_STRING, AT(lang), "LANG",
            N_("language of the labels: en, zh-CN or zh-TW (default: that of the messages)"))},
    {CQ_OPT("output", 'o', CQ_OPT_FILE, AT(output), "FILE", N_("write to this file"))},
    CQ_OPT_AS(AT(as)),
};

static int fill_opts(const struct appraise_opts *o, const struct cq_rubric *rubric, const char *user,
                     char today[CQ_TIME_ISO_MAX], struct cq_error *err, struct cq_appraise_opts *a)
{
    *a = (struct cq_appraise_opts){
        .filter = {.rubric = cq_rubric_id(rubric),
                   .version = cq_rubric_version(rubric),
                   .agent = o->agent,
                   .department = o->department,
                   .queue = o->queue,
                   .since_s = INT64_MIN,
                   .until_s = INT64_MAX},
        .rubric = rubric,
        .department = o->department,
        .position = o->position,
        .appraiser = user,
        .date = o->date,
        .from = o->from,
        .to = o->to,
        .handling_target_s = o->target_s,
    };
    if ((o->from && cq_time_parse_iso(o->from, &a->filter.since_s)) ||
        (o->to && cq_time_parse_until(o->to, &a->filter.until_s)))
        return cq_error_set(err, -EINVAL, NULL, 0, "write dates like 2026-11-24 or 2026-11-24T14:30");
    if (o->type && !(a->type = cq_appraise_type(rubric, o->type)))
        return cq_error_set(err, -EINVAL, NULL, 0,
                            "the form has no type of appraisal \"%s\" (callqa rubric show %s)", o->type,
                            cq_rubric_id(rubric));
    if (!o->date) {
        cq_time_format_utc(cq_time_now_s(), today);
        today[10] = '\0'; /* the day */
        a->date = today;
    }
    return 0;
}

static void format(const struct cq_appraisal *a, int how, const char *lang, struct cq_str *out)
{
    if (how == FORMAT_HTML)
        cq_appraisal_html(a, lang, out);
    else if (how == FORMAT_CSV)
        cq_appraisal_csv(a, lang, out);
    else if (how == FORMAT_JSON)
        cq_appraisal_json(a, out);
    else
        cq_appraisal_text(a, lang, out);
}

static int put_form(const struct appraise_opts *o, const struct cq_appraisal *form, struct cq_error *err)
{
    const char *lang = o->lang ? o->lang : cq_cli_language();
    struct cq_str out = {0};
    int r = 0;
    if (o->format == FORMAT_XLSX) {
        r = cq_appraisal_xlsx(form, lang, o->output);
    } else {
        format(form, o->format, lang, &out);
        r = out.failed ? -ENOMEM : o->output ? cq_path_write(o->output, out.s, out.n) : 0;
    }
    if (!r && !o->output)
        fwrite(out.s, 1, out.n, stdout);
    if (r && r != -ENOMEM)
        cq_error_set(err, r, o->output, 0, "cannot be written (%s)", cq_error_name(r));
    cq_str_done(&out);
    return r;
}

static int appraise(struct cq_store *s, const struct appraise_opts *o, struct cq_error *err, int *ret_status)
{
    char user[CQ_USER_MAX], today[CQ_TIME_ISO_MAX];
    struct cq_rubric *rubric = NULL;
    struct cq_appraise_opts a;
    struct cq_appraisal form = {0};
    *ret_status = CQ_EXIT_SETUP;
    int r = cq_cli_form(s, o->rubric ? o->rubric : "skills-form", err, &rubric);
    if (!r) {
        *ret_status = CQ_EXIT_USAGE;
        r = fill_opts(o, rubric, cq_cli_user(o->as, user), today, err, &a);
    }
    if (!r) {
        r = cq_appraise(s, &a, err, &form);
        *ret_status = r == -ENOENT || r == -E2BIG ? CQ_EXIT_SOME : CQ_EXIT_DATABASE;
    }
    if (!r) {
        *ret_status = CQ_EXIT_SOME;
        r = put_form(o, &form, err);
    }
    cq_appraisal_done(&form);
    cq_rubric_free(rubric);
    return r;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct appraise_opts *o = opts;
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    int status = CQ_EXIT_DATABASE;
    (void)args;
    if (o->format == FORMAT_XLSX && !o->output) {
        cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"),
               _("a workbook is written to a file: name it with --output"), "appraise");
        return CQ_EXIT_USAGE;
    }
    int r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_READ, &err, &s);
    if (!r)
        r = appraise(s, o, &err, &status);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, status) : CQ_EXIT_OK;
}

static const struct appraise_opts defaults = {.target_s = 360};

extern const struct cq_command cq_command_appraise;
const struct cq_command cq_command_appraise = {
    .name = "appraise",
    .synopsis = "[--agent ID] --from DATE --to DATE [OPTION]...",
    .summary = N_("fill in the appraisal form of an agent, team or department for a period"),
    .details = N_(
        "Every item is the mean over the period's calls, with its interval (95 per cent) and the number of "
        "calls and "
        "reviews "
        "it rests on; subtotals and total follow from the form's weights. A call's item counts with the "
        "experts' "
        "reviews, else with the reviewers', else with the measured score. The form also shows the trend by "
        "week, "
        "best and worst calls with the moments to listen to, flags, and what the imported records say. Without "
        "--agent the agents are compared; a difference that the number of calls can't show is not ranked. "
        "docs/appraise.md defines every number."),
    .examples =
        "  callqa appraise --agent A001 --from 2026-11-01 --to 2026-11-30 --type monthly\n"
        "  callqa appraise --agent A001 --from 2026-11-01 --to 2026-11-30 -F html -o A001.html --lang zh-CN",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .defaults = &defaults,
    .opts_size = sizeof(struct appraise_opts),
    .run = run,
};
