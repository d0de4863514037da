/* callqa show: everything that is known of one call. */
#include "callqa/json.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/show.h"
#include "cli/timeline.h"
#include "review/review.h"
#include "store/records.h"
#include "store/store.h"

#include "base/path.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum show_format { SHOW_TEXT, SHOW_JSON, SHOW_RTTM, SHOW_LABELS, SHOW_TEXTGRID };

struct show_opts {
    const char *db;
    const char *rubric;
    int format;
    bool all;
    bool events;
};

#define AT(field) offsetof(struct show_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("rubric", 'r', CQ_OPT_STRING, AT(rubric), "ID[@VERSION]",
            N_("the score by this form, in place of the current one; 'callqa rescore' makes others"))},
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

/* The form's labels, if the database keeps the version that scored the call, or it is installed. */
static struct cq_rubric *rubric_of(struct cq_store *store, const struct cq_analysis *a)
{
    struct cq_rubric *r = NULL;
    if (!a->scorecard.rubric || !a->scorecard.version ||
        cq_review_form(store, a->scorecard.rubric, a->scorecard.version, NULL, &r))
        return NULL;
    return r;
}

/* Another scorecard of the call takes the place of the current one. */
static int take_scorecard(const struct show_opts *o, struct cq_store *store, int64_t call, struct cq_error *err,
                          struct cq_analysis *a)
{
    struct cq_scorecard card = {0};
    const char *at = strchr(o->rubric, '@');
    char *id = cq_str_format("%.*s", (int)(at ? (size_t)(at - o->rubric) : strlen(o->rubric)), o->rubric);
    int r = id ? cq_store_load_scorecard(store, call, id, at ? at + 1 : NULL, err, &card) : -ENOMEM;
    free(id);
    if (r)
        return r;
    cq_scorecard_done(&a->scorecard);
    a->scorecard = card;
    return 0;
}

static int show_text(const struct show_opts *o, struct cq_store *store, const struct cq_analysis *a,
                     int64_t call, struct cq_error *err)
{
    struct cq_rubric *rubric = rubric_of(store, a);
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
    if (o->rubric)
        r = take_scorecard(o, store, call, err, &a);
    if (r) {
        cq_analysis_done(&a);
        return r;
    }
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
