/* callqa query: find stored calls. */
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "query/where.h"
#include "query/write.h"

#include <stdio.h>

#define DEFAULT_LIMIT 50

struct query_opts {
    struct cq_find_calls find;
    bool names;
};

#define AT(field) offsetof(struct query_opts, find.field)

static const char *const severities[] = {"info", "warning", "critical", NULL};
static const char *const formats[] = {"table", "json", "csv", NULL};

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("flag", 'f', CQ_OPT_LIST, AT(flags), "FLAG",
            N_("calls with this flag; given again: with any of them"))},
    {CQ_OPT("severity", 0, CQ_OPT_CHOICE, AT(severity), "LEVEL",
            N_("calls with a flag at least this grave: info, warning, critical")),
     .choices = severities},
    {CQ_OPT("agent", 'a', CQ_OPT_STRING, AT(agent), "ID", N_("calls of this agent"))},
    {CQ_OPT("queue", 'q', CQ_OPT_STRING, AT(queue), "NAME", N_("calls of this queue"))},
    {CQ_OPT("since", 0, CQ_OPT_STRING, AT(since), "TIME", N_("calls that began then or later"))},
    {CQ_OPT("until", 0, CQ_OPT_STRING, AT(until), "TIME",
            N_("calls that began then or before; a date is its whole day"))},
    {CQ_OPT("where", 'w', CQ_OPT_STRING, AT(where), "CONDITION", N_("calls that fit a condition, see below"))},
    {CQ_OPT("order", 'o', CQ_OPT_STRING, AT(order), "FIELD[ asc| desc]",
            N_("in this order (default: \"started_at desc\"); calls without a value come last"))},
    {CQ_OPT("columns", 'c', CQ_OPT_STRING, AT(columns), "FIELD,...", N_("show these too"))},
    {CQ_OPT("format", 'F', CQ_OPT_CHOICE, AT(format), "FORMAT", N_("table, json (an object a line) or csv")),
     .choices = formats},
    {CQ_OPT("limit", 'n', CQ_OPT_INT, AT(limit), "N", N_("at most N calls, 0: all (default: a table of 50)")),
     .min = 0, .max = 2000000000},
    {CQ_OPT("offset", 0, CQ_OPT_INT, AT(offset), "N", N_("leave out the first N")), .min = 0,
     .max = 2000000000},
    {CQ_OPT("count", 0, CQ_OPT_FLAG, AT(count), NULL, N_("print only how many there are"))},
    {CQ_OPT("plan", 0, CQ_OPT_FLAG, AT(plan), NULL, N_("print only how the database would look for them"))},
    {CQ_OPT("names", 0, CQ_OPT_FLAG, offsetof(struct query_opts, names), NULL,
            N_("list the names that --where, --order and --columns know"))},
};

static int print_names(void)
{
    struct cq_str out = {0};
    cq_where_names(&out);
    if (!out.failed)
        fputs(out.s, stdout);
    cq_str_done(&out);
    return CQ_EXIT_OK;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct query_opts *o = opts;
    (void)args;
    return o->names ? print_names() : cq_find_calls_run(&o->find);
}

static const struct query_opts defaults = {
    .find = {.command = "query", .severity = -1, .limit = -1, .default_limit = DEFAULT_LIMIT}};

extern const struct cq_command cq_command_query;
const struct cq_command cq_command_query = {
    .name = "query",
    .synopsis = "[OPTION]...",
    .summary = N_("find stored calls by flag, agent, time and any measure"),
    .details =
        N_("All options given must fit. --where takes comparisons (<, <=, >, >=, =, !=), between A and B, "
           "in (A, B), is null, flag(NAME), joined by and, or, not and parentheses; beside names of the "
           "call and of measures it knows item.NAME and section.NAME, the scores of the form. Texts that "
           "are more than a word go in quotes. --names lists the names.\n"
           "A measure without a value fits no comparison, nor its opposite; \"is null\" finds it. A date "
           "stands for the whole day."),
    .examples = "  callqa query --flag talk_over_high --since 2026-11-01\n"
                "  callqa query --agent A042 --where 'agent.interruptions_per_min > 2 and duration_s > 60'\n"
                "  callqa query --severity critical --order score --columns customer.raised_voice_s\n"
                "  callqa query --where 'item.listening < 3 and not flag(restarts)' --format csv > calls.csv",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .defaults = &defaults,
    .opts_size = sizeof(struct query_opts),
    .run = run,
};
