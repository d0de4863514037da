/* callqa show: everything that is known of one call. */
#include "callqa/json.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/show.h"
#include "cli/timeline.h"
#include "pipeline/pipeline.h"
#include "store/records.h"

#include "base/path.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum show_format { SHOW_TEXT, SHOW_JSON, SHOW_RTTM, SHOW_LABELS, SHOW_TEXTGRID };

struct show_opts {
    const char *db;
    int format;
    bool all;
    bool events;
};

#define AT(field) offsetof(struct show_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("events", 'e', CQ_OPT_FLAG, AT(events), NULL, N_("list every event too"))},
    {CQ_OPT("all", 'a', CQ_OPT_FLAG, AT(all), NULL,
            N_("show all evidence of a score or flag, not the first few"))},
    {CQ_OPT("json", 0, CQ_OPT_SET, AT(format), NULL, N_("print the JSON object of the analysis")),
     .value = SHOW_JSON},
    {CQ_OPT("rttm", 0, CQ_OPT_SET, AT(format), NULL, N_("print who spoke when as NIST RTTM")),
     .value = SHOW_RTTM},
    {CQ_OPT("labels", 0, CQ_OPT_SET, AT(format), NULL, N_("print who spoke when as Audacity labels")),
     .value = SHOW_LABELS},
    {CQ_OPT("textgrid", 0, CQ_OPT_SET, AT(format), NULL, N_("print who spoke when as a Praat TextGrid")),
     .value = SHOW_TEXTGRID},
};

/* The form's labels, if it is installed in the version that scored the call. */
static struct cq_rubric *rubric_of(const struct cq_analysis *a)
{
    struct cq_rubric *r = NULL;
    if (!a->scorecard.rubric || cq_pipeline_load_rubric(a->scorecard.rubric, NULL, &r))
        return NULL;
    if (!a->scorecard.version || strcmp(cq_rubric_version(r), a->scorecard.version))
        return cq_rubric_free(r);
    return r;
}

static int show_text(const struct show_opts *o, struct cq_store *store, const struct cq_analysis *a,
                     int64_t call, struct cq_error *err)
{
    struct cq_rubric *rubric = rubric_of(a);
    struct cq_show s = {
        .out = stdout, .term = cq_term_of(stdout), .a = a, .call = call, .rubric = rubric, .all = o->all};
    struct cq_timeline_opts t = CQ_TIMELINE_OPTS_INIT;
    int r = 0;
    cq_show_head(&s);
    r = cq_show_record(&s, store, err);
    if (a->talk.segments.n) {
        t.term = s.term;
        cq_show_title(&s, _("Talk"));
        r = r ? r : cq_timeline_print(stdout, &a->talk, &t);
    }
    cq_show_flags(&s);
    cq_show_scorecard(&s);
    if (o->events)
        cq_show_events(&s);
    cq_show_measures(&s);
    cq_rubric_free(rubric);
    return r;
}

static char *show_data(enum show_format format, struct cq_store *store, int64_t call,
                       const struct cq_analysis *a)
{
    switch (format) {
    case SHOW_TEXT:
        break;
    case SHOW_JSON:
        return cq_records_call_json(store, call, a);
    case SHOW_RTTM:
        return cq_analysis_to_rttm(a, cq_path_base(a->recording.path ? a->recording.path : ""));
    case SHOW_LABELS:
        return cq_analysis_to_labels(a);
    case SHOW_TEXTGRID:
        return cq_analysis_to_textgrid(a);
    }
    return NULL;
}

static int show_one(const struct show_opts *o, struct cq_store *store, const char *key, struct cq_error *err)
{
    struct cq_analysis a;
    int64_t call = 0;
    int r = cq_store_find_call(store, key, err, &call);
    if (!r)
        r = cq_store_load(store, call, err, &a);
    if (r)
        return r;
    if (o->format == SHOW_TEXT) {
        r = show_text(o, store, &a, call, err);
    } else {
        char *text = show_data((enum show_format)o->format, store, call, &a);
        if (text)
            fputs(text, stdout);
        if (text && o->format == SHOW_JSON)
            fputc('\n', stdout);
        r = text ? 0 : -ENOMEM;
        free(text);
    }
    cq_analysis_done(&a);
    return r;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct show_opts *o = opts;
    struct cq_error err = {0};
    struct cq_store *store = NULL;
    int status = CQ_EXIT_OK;
    int r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_READ, &err, &store);
    if (r)
        return cq_cli_tell(&err, r, CQ_EXIT_DATABASE);
    for (size_t i = 0; i < args->n; i++) {
        err = (struct cq_error){0};
        if (i && o->format == SHOW_TEXT)
            fputc('\n', stdout);
        r = show_one(o, store, args->v[i], &err);
        if (r)
            status = cq_cli_tell(&err, r, r == -ENOENT || r == -EEXIST ? CQ_EXIT_SOME : CQ_EXIT_DATABASE);
    }
    cq_store_close(store);
    return status;
}

extern const struct cq_command cq_command_show;
const struct cq_command cq_command_show = {
    .name = "show",
    .synopsis = "[OPTION]... CALL...",
    .summary = N_("tell all of one call: who spoke when, flags, scores with their evidence, measures"),
    .details =
        N_("CALL is the call's number as `callqa list` shows it, the first digits of its content hash (at "
           "least four), its path or file name, or the telephone system's id."),
    .examples = "  callqa show 12\n"
                "  callqa show call.wav --events --all\n"
                "  callqa show 12 --json | jq .metrics",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .opts_size = sizeof(struct show_opts),
    .min_args = 1,
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
