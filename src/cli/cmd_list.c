/* callqa list: the newest calls. */
#include "callqa/scorecard.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"

#define DEFAULT_LIMIT 20

#define AT(field) offsetof(struct cq_find_calls, field)

static const char *const formats[] = {"table", "json", "csv", NULL};

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("flagged", 'f', CQ_OPT_SET, AT(severity), NULL, N_("only calls with a flag")),
     .value = CQ_SEVERITY_INFO},
    {CQ_OPT("agent", 'a', CQ_OPT_STRING, AT(agent), "ID", N_("calls of this agent"))},
    {CQ_OPT("queue", 'q', CQ_OPT_STRING, AT(queue), "NAME", N_("calls of this queue"))},
    {CQ_OPT("format", 'F', CQ_OPT_CHOICE, AT(format), "FORMAT", N_("table, json (an object a line) or csv")),
     .choices = formats},
    {CQ_OPT("limit", 'n', CQ_OPT_INT, AT(limit), "N", N_("at most N calls, 0: all (default: a table of 20)")),
     .min = 0, .max = 2000000000},
};

static int run(const void *opts, const struct cq_args *args)
{
    (void)args;
    return cq_find_calls_run(opts);
}

static const struct cq_find_calls defaults = {
    .command = "list", .severity = -1, .limit = -1, .default_limit = DEFAULT_LIMIT};

extern const struct cq_command cq_command_list;
const struct cq_command cq_command_list = {
    .name = "list",
    .synopsis = "[OPTION]...",
    .summary = N_("list stored calls, the newest first"),
    .details = N_("Calls whose start is not known come last. `callqa query` finds them by anything that was "
                  "measured, `callqa show` tells all of one."),
    .examples = "  callqa list\n"
                "  callqa list --flagged --agent A042 --limit 100",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .defaults = &defaults,
    .opts_size = sizeof(struct cq_find_calls),
    .run = run,
};
