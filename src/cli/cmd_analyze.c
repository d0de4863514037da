/* callqa analyze: command line, configuration, rubric and database; the run itself is cli/analyze.c. */
#include "base/error.h"
#include "base/log.h"
#include "cli/analyze.h"
#include "cli/command.h"
#include "cli/i18n.h"
#include "cli/workers.h"
#include "config/config.h"
#include "pipeline/pipeline.h"
#include "review/review.h"

#include <errno.h>
#include <string.h>

struct analyze_opts {
    const char *db;
    const char *rubric;
    const char *config;
    const char *raw;
    struct cq_args set;
    const char *agent;
    const char *customer;
    const char *queue;
    const char *department;
    const char *external_id;
    const char *started_at;
    int direction; /* index of the word, -1 not given */
    int layout;    /* likewise */
    int jobs;
    int format;
    bool force;
    bool recursive;
    bool quiet;
};

static const char *const directions[] = {"inbound", "outbound", "internal", NULL};
static const char *const layouts[] = {"auto", "agent-left", "agent-right", "mixed", NULL};

#define CQ_RUBRIC_DEFAULT "skills-form"
#define AT(field) offsetof(struct analyze_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("jobs", 'j', CQ_OPT_INT, AT(jobs), "N",
            N_("files analysed at the same time (default: one a core)")),
     .min = 1, .max = CQ_WORKERS_MAX},
    {CQ_OPT("recursive", 'r', CQ_OPT_FLAG, AT(recursive), NULL,
            N_("look for recordings below the given folders too"))},
    {CQ_OPT("force", 'f', CQ_OPT_FLAG, AT(force), NULL,
            N_("analyse again what the database has already, and replace it"))},
    {CQ_OPT("json", 0, CQ_OPT_SET, AT(format), NULL,
            N_("print one JSON object a recording, one a line, in the order of the files")),
     .value = CQ_ANALYZE_JSON},
    {CQ_OPT("rttm", 0, CQ_OPT_SET, AT(format), NULL, N_("print who spoke when as NIST RTTM")),
     .value = CQ_ANALYZE_RTTM},
    {CQ_OPT("labels", 0, CQ_OPT_SET, AT(format), NULL,
            N_("print who spoke when as Audacity labels; for one recording")),
     .value = CQ_ANALYZE_LABELS},
    {CQ_OPT("textgrid", 0, CQ_OPT_SET, AT(format), NULL,
            N_("print who spoke when as a Praat TextGrid; for one recording")),
     .value = CQ_ANALYZE_TEXTGRID},
    {CQ_OPT("rubric", 0, CQ_OPT_FILE, AT(rubric), "ID|FILE",
            N_("the form to score by (default: skills-form)"))},
    {CQ_OPT("config", 'c', CQ_OPT_FILE, AT(config), "FILE", N_("read settings from a JSON file"))},
    {CQ_OPT("set", 's', CQ_OPT_LIST, AT(set), "NAME=VALUE",
            N_("change one setting; `callqa config` lists them"))},
    {CQ_OPT("layout", 0, CQ_OPT_CHOICE, AT(layout), "LAYOUT",
            N_("which channel is whose: auto (two channels: agent left), agent-left, agent-right, mixed")),
     .choices = layouts},
    {CQ_OPT("raw", 0, CQ_OPT_STRING, AT(raw), "FORMAT[:HZ[:CHANNELS]]",
            N_("read headerless files as ulaw, alaw, s16le, gsm, g722 or g729, such as ulaw:8000:2"))},
    {CQ_OPT("agent", 'a', CQ_OPT_STRING, AT(agent), "ID", N_("who the agent is"))},
    {CQ_OPT("customer", 0, CQ_OPT_STRING, AT(customer), "ID", N_("who the customer is"))},
    {CQ_OPT("queue", 'q', CQ_OPT_STRING, AT(queue), "NAME", N_("the queue or hotline of the calls"))},
    {CQ_OPT("department", 0, CQ_OPT_STRING, AT(department), "NAME", N_("the agent's department"))},
    {CQ_OPT("direction", 0, CQ_OPT_CHOICE, AT(direction), "WAY", N_("inbound, outbound or internal")),
     .choices = directions},
    {CQ_OPT("external-id", 0, CQ_OPT_STRING, AT(external_id), "ID",
            N_("the telephone system's id of the call"))},
    {CQ_OPT("started-at", 0, CQ_OPT_STRING, AT(started_at), "TIME", N_("when the call began, in ISO 8601"))},
    {CQ_OPT("quiet", 0, CQ_OPT_FLAG, AT(quiet), NULL, N_("print errors only"))},
};

static int bad_usage(const char *what)
{
    cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), what, "analyze");
    return CQ_EXIT_USAGE;
}

static int tell(const struct cq_error *err, int code, int status)
{
    char text[sizeof err->file + sizeof err->what + 32];
    cq_log(CQ_LOG_ERROR, "%s", err->what[0] ? cq_error_format(err, text, sizeof text) : cq_error_name(code));
    return status;
}

/* "ulaw:8000:2" into its three settings. */
static int set_raw(struct cq_settings *s, const char *raw, struct cq_error *err)
{
    static const char *const names[] = {"audio.raw_format", "audio.raw_rate_hz", "audio.raw_channels"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char part[64];
        size_t n = strcspn(raw, ":");
        if (n >= sizeof part)
            return cq_error_set(err, -EINVAL, NULL, 0, _("--raw is FORMAT, FORMAT:HZ or FORMAT:HZ:CHANNELS"));
        memcpy(part, raw, n);
        part[n] = '\0';
        int ret = cq_config_set(s, names[i], part, "--raw", err);
        if (ret || !raw[n])
            return ret;
        raw += n + 1;
    }
    return cq_error_set(err, -EINVAL, NULL, 0, _("--raw is FORMAT, FORMAT:HZ or FORMAT:HZ:CHANNELS"));
}

/* File first, then --set, then the options that are short for a setting. Returns 0 or an exit code. */
static int configure(const struct analyze_opts *o, struct cq_settings *s)
{
    struct cq_error err = {0};
    int ret = o->config ? cq_config_load(s, o->config, &err) : 0;
    if (ret)
        return tell(&err, ret, CQ_EXIT_SETUP);
    for (size_t i = 0; !ret && i < o->set.n; i++)
        ret = cq_config_set_pair(s, o->set.v[i], "--set", &err);
    if (!ret && o->layout >= 0)
        ret = cq_config_set(s, "audio.layout", layouts[o->layout], "--layout", &err);
    if (!ret && o->raw)
        ret = set_raw(s, o->raw, &err);
    if (!ret)
        ret = cq_config_check(s, &err);
    return ret ? tell(&err, ret, ret == -ENOMEM ? CQ_EXIT_SETUP : CQ_EXIT_USAGE) : 0;
}

/* Unreadable folders are told of and counted; files are judged when they are read. */
static size_t collect(const struct cq_args *args, bool recursive, struct cq_inputs *in)
{
    size_t n_failed = 0;
    for (size_t i = 0; i < args->n; i++) {
        struct cq_error err = {0};
        int ret = cq_inputs_add(in, args->v[i], recursive, &err);
        if (ret) {
            tell(&err, ret, 0);
            n_failed++;
        }
    }
    return n_failed;
}

static int analyze_all(const struct analyze_opts *o, struct cq_analyze *z, const struct cq_args *args)
{
    struct cq_inputs inputs = {0};
    size_t n_bad = collect(args, o->recursive, &inputs);
    int status = n_bad ? CQ_EXIT_SOME : CQ_EXIT_OK;
    bool one_only = z->format == CQ_ANALYZE_LABELS || z->format == CQ_ANALYZE_TEXTGRID;
    if (one_only && inputs.n > 1) {
        status = bad_usage(_("--labels and --textgrid take one recording at a time"));
    } else if (inputs.n) {
        z->inputs = &inputs;
        cq_analyze_init(z);
        int ran = cq_analyze_run(z);
        status = ran ? ran : status;
        cq_analyze_done(z);
    }
    cq_inputs_done(&inputs);
    return status;
}

/* Strings stay those of the command line: never passed to cq_call_info_done(). */
static struct cq_call_info info_of(const struct analyze_opts *o)
{
    return (struct cq_call_info){
        .agent = (char *)o->agent,
        .customer = (char *)o->customer,
        .queue = (char *)o->queue,
        .department = (char *)o->department,
        .direction = o->direction >= 0 ? (char *)directions[o->direction] : NULL,
        .external_id = (char *)o->external_id,
        .started_at = (char *)o->started_at,
    };
}

/* What a run needs besides its files. */
struct session {
    struct cq_settings settings;
    struct cq_rubric *rubric;
    struct cq_store *store; /* NULL: nothing is stored */
    const char *db_path;
    struct cq_signals signals;
};

/* Zero the session first. Returns 0, or an exit code with the reason told. */
static int open_session(const struct analyze_opts *o, struct session *s)
{
    struct cq_error err = {0};
    cq_settings_init(&s->settings);
    int status = configure(o, &s->settings);
    if (status)
        return status;
    int ret = cq_pipeline_load_rubric(o->rubric, &err, &s->rubric);
    if (ret)
        return tell(&err, ret, CQ_EXIT_SETUP);
    /* a format that is printed is for other programs: they get it without a database appearing beside it */
    if (o->format == CQ_ANALYZE_TEXT || o->db) {
        s->db_path = cq_cli_db_path(o->db);
        ret = cq_store_open(s->db_path, CQ_STORE_WRITE, &err, &s->store);
    }
    if (ret)
        return tell(&err, ret, ret == -ENOMEM ? CQ_EXIT_SETUP : CQ_EXIT_DATABASE);
    ret = s->store ? cq_review_form_same(s->store, s->rubric, &err) : 0;
    if (ret)
        return tell(&err, ret, CQ_EXIT_SETUP);
    ret = cq_signals_init(&s->signals);
    return ret ? tell(&err, ret, CQ_EXIT_SETUP) : 0;
}

static void close_session(struct session *s)
{
    cq_signals_done(&s->signals);
    cq_store_close(s->store);
    cq_rubric_free(s->rubric);
    cq_settings_done(&s->settings);
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct analyze_opts *o = opts;
    struct cq_call_info info = info_of(o);
    struct session s = {0};
    int status = open_session(o, &s);
    if (!status) {
        struct cq_analyze z = {
            .config = &s.settings.config,
            .rubric = s.rubric,
            .info = &info,
            .db_path = s.db_path,
            .db_option = o->db,
            .format = (enum cq_analyze_format)o->format,
            .force = o->force,
            .quiet = o->quiet,
            .n_workers = o->jobs ? o->jobs : cq_workers_cores(),
            .out = stdout,
            .signals = &s.signals,
            .store = s.store,
        };
        status = analyze_all(o, &z, args);
    }
    close_session(&s);
    return status;
}

static const struct analyze_opts defaults = {.rubric = CQ_RUBRIC_DEFAULT, .direction = -1, .layout = -1};

extern const struct cq_command cq_command_analyze;
const struct cq_command cq_command_analyze = {
    .name = "analyze",
    .synopsis = "[OPTION]... FILE|DIR...",
    .summary = N_("analyse recordings, and store or print what was measured"),
    .details =
        N_("Decodes each recording, finds when the agent and the customer speak, derives turns, "
           "interruptions, talk-over, response times, silences and holds, scores the call by a form and "
           "stores it all in the database. A recording whose content is stored already is left as it is. "
           "With --json, --rttm, --labels or --textgrid the result is printed, and stored only where --db "
           "is given too.\n"
           "In a two-channel recording the agent is on the left channel unless --layout says otherwise. A "
           "file that fails is told of in one line on standard error, and the others go on."),
    .examples = "  callqa analyze call.wav\n"
                "  callqa analyze -r /var/spool/asterisk/monitor --db calls.db\n"
                "  callqa analyze --json *.wav > calls.jsonl\n"
                "  callqa analyze --layout agent-right --agent 1042 --queue sales call.opus",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .defaults = &defaults,
    .opts_size = sizeof(struct analyze_opts),
    .min_args = 1,
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
