#include "watch/settings_table.h"

static const char *const notify_words[] = {"auto", "inotify", "poll", NULL};
static const char *const hook_words[] = {"flagged", "all", NULL};
static const char *const layout_words[] = {"auto",        "agent-left",   "agent-right", "mixed",
                                           "caller-left", "caller-right", NULL};
static const char *const after_words[] = {"leave", "move", "delete", NULL};
static const char *const direction_words[] = {"unknown", "inbound", "outbound", "internal", NULL};

#define DAY_S 86400.0
#define W(member) offsetof(struct cq_watch_opts, member)
#define S(member) offsetof(struct cq_watch_source, member)

/* Times are callqa's own choices: long enough for a network share, short enough that nobody waits for a call.
 */
const struct cq_member cq_watch_members[] = {
    {"workers", CQ_MEMBER_INT, W(workers), 0, 256, 0, "", NULL,
     "calls analysed at the same time; 0: one a core"},
    {"settle_s", CQ_MEMBER_NUMBER, W(settle_s), 0.05, DAY_S, 5, "s", NULL,
     "a file is taken for whole when its size and time have not changed for this long"},
    {"truncated_after_s", CQ_MEMBER_NUMBER, W(truncated_after_s), 0, 7 * DAY_S, 600, "s", NULL,
     "a file whose header is unfinished, or longer than the file, is waited for this long after it last "
     "grew, then analysed as far as it goes"},
    {"notify", CQ_MEMBER_WORD, W(notify), 0, 0, CQ_NOTIFY_AUTO, "", notify_words,
     "how changes are noticed; auto: inotify, and polling where it sees nothing (NFS, CIFS, FUSE)"},
    {"poll_s", CQ_MEMBER_NUMBER, W(poll_s), 0.1, DAY_S, 10, "s", NULL,
     "a folder that is polled is read this often"},
    {"rescan_s", CQ_MEMBER_NUMBER, W(rescan_s), 1, 7 * DAY_S, 600, "s", NULL,
     "a folder that reports its changes is read this often all the same"},
    {"retry_min_s", CQ_MEMBER_NUMBER, W(retry_min_s), 0.1, DAY_S, 30, "s", NULL,
     "pause before the first retry of what may pass (busy file, full disk); doubled each time"},
    {"retry_max_s", CQ_MEMBER_NUMBER, W(retry_max_s), 0.1, 7 * DAY_S, 3600, "s", NULL,
     "longest pause between retries; they never end by themselves"},
    {"max_crashes", CQ_MEMBER_INT, W(max_crashes), 1, 1000, 5, "", NULL,
     "a file during whose analysis the program ended so often, without being asked to, is quarantined"},
    {"oldest_every", CQ_MEMBER_INT, W(oldest_every), 0, 1000, 4, "", NULL,
     "the newest calls come first, but every so many the oldest is taken instead; 0: never, 1: always"},
    {"stop_s", CQ_MEMBER_NUMBER, W(stop_s), 0, 3600, 20, "s", NULL,
     "when the service is stopped, running calls may finish for this long; then they are put back"},
    {"joined_folder", CQ_MEMBER_TEXT, W(joined_folder), 0, 0, 0, "", NULL,
     "folder for calls joined from two legs; unset: DATABASE.joined beside the database"},
    {"metrics.port", CQ_MEMBER_INT, W(metrics_port), 0, 65535, 0, "", NULL,
     "port on 127.0.0.1 that answers Prometheus at /metrics; 0: none"},
    {"metrics.file", CQ_MEMBER_TEXT, W(metrics_file), 0, 0, 0, "", NULL,
     "text file with the same figures for node_exporter's textfile collector, written every 15 s"},
    {"hook.command", CQ_MEMBER_TEXT, W(hook_command), 0, 0, 0, "", NULL,
     "program run for a finished call; it gets the call's JSON on standard input and its number as argument"},
    {"hook.url", CQ_MEMBER_TEXT, W(hook_url), 0, 0, 0, "", NULL,
     "http or https address that the call's JSON is posted to"},
    {"hook.when", CQ_MEMBER_WORD, W(hook_when), 0, 0, CQ_HOOK_FLAGGED, "", hook_words,
     "which calls the hook is told of"},
    {"hook.timeout_s", CQ_MEMBER_NUMBER, W(hook_timeout_s), 0.1, 600, 10, "s", NULL,
     "a hook that takes longer has failed"},
    {"hook.tries", CQ_MEMBER_INT, W(hook_tries), 1, 1000, 10, "", NULL,
     "a failed hook is tried this often in all, with the pauses of retries"},
    {"purge", CQ_MEMBER_BOOL, W(purge), 0, 1, 1, "", NULL,
     "apply the retention of the sources once an hour; without it only `callqa purge` does"},
};
const size_t cq_n_watch_members = sizeof cq_watch_members / sizeof *cq_watch_members;

const struct cq_member cq_source_members[] = {
    {"name", CQ_MEMBER_TEXT, S(name), 0, 0, 0, "", NULL,
     "what the source is called in `callqa jobs` and in logs"},
    {"folder", CQ_MEMBER_TEXT, S(folder), 0, 0, 0, "", NULL, "the folder, as an absolute path"},
    {"recursive", CQ_MEMBER_BOOL, S(recursive), 0, 1, 1, "", NULL, "look into folders below it too"},
    {"include", CQ_MEMBER_WORDS, S(include), 0, 0, 0, "", NULL,
     "globs (* ? [...]) on the path below the folder, or on the name where they have no slash; unset: what "
     "has the extension of a recording"},
    {"exclude", CQ_MEMBER_WORDS, S(exclude), 0, 0, 0, "", NULL, "globs of what is left out although included"},
    {"layout", CQ_MEMBER_WORD, S(layout), 0, 0, CQ_WATCH_AUTO, "", layout_words,
     "whose channel is whose; caller-left and caller-right go by the direction of the call"},
    {"time_zone", CQ_MEMBER_TEXT, S(time_zone), 0, 0, 0, "", NULL,
     "zone of the times in file names (Asia/Shanghai, +08:00, UTC); unset: this machine's"},
    {"pattern", CQ_MEMBER_WORDS, S(pattern), 0, 0, 0, "", NULL,
     "what file names tell: names of ready-made patterns or regular expressions of one's own, the first that "
     "fits counts; unset: auto, all ready-made ones"},
    {"after", CQ_MEMBER_WORD, S(after), 0, 0, CQ_AFTER_LEAVE, "", after_words,
     "what happens to a recording once its result is stored"},
    {"done_folder", CQ_MEMBER_TEXT, S(done_folder), 0, 0, 0, "", NULL,
     "where after=move puts it: absolute, or below the folder; unset: done"},
    {"rubric", CQ_MEMBER_TEXT, S(rubric), 0, 0, 0, "", NULL, "the form to score by; unset: skills-form"},
    {"agent", CQ_MEMBER_TEXT, S(agent), 0, 0, 0, "", NULL, "the agent where neither name nor side-car tells"},
    {"queue", CQ_MEMBER_TEXT, S(queue), 0, 0, 0, "", NULL, "likewise the queue"},
    {"department", CQ_MEMBER_TEXT, S(department), 0, 0, 0, "", NULL, "likewise the department"},
    {"direction", CQ_MEMBER_WORD, S(direction), 0, 0, 0, "", direction_words, "likewise the direction"},
    {"pair.agent", CQ_MEMBER_TEXT, S(pair_agent), 0, 0, 0, "", NULL,
     "end of the name of the agent's leg (-out, -tx), where each party is a file of its own"},
    {"pair.customer", CQ_MEMBER_TEXT, S(pair_customer), 0, 0, 0, "", NULL,
     "end of the name of the customer's leg"},
    {"pair.wait_s", CQ_MEMBER_NUMBER, S(pair_wait_s), 0, 7 * DAY_S, 300, "s", NULL,
     "a leg whose other leg has not come after this long is analysed alone, and marked"},
    {"keep.audio_days", CQ_MEMBER_NUMBER, S(keep_audio_days), 0, 36500, 0, "d", NULL,
     "recordings are deleted this long after the call; 0: never"},
    {"keep.rows_days", CQ_MEMBER_NUMBER, S(keep_rows_days), 0, 36500, 0, "d", NULL, "and results; 0: never"},
    {"keep.flagged", CQ_MEMBER_BOOL, S(keep_flagged), 0, 1, 1, "", NULL,
     "flagged calls are exempt from both (calls with an example marked --keep always are)"},
};
const size_t cq_n_source_members = sizeof cq_source_members / sizeof *cq_source_members;

bool cq_watch_option(size_t i, bool of_source, const char **ret_name, const char **ret_help)
{
    const struct cq_member *members = of_source ? cq_source_members : cq_watch_members;
    if (i >= (of_source ? cq_n_source_members : cq_n_watch_members))
        return false;
    *ret_name = members[i].name;
    *ret_help = members[i].help;
    return true;
}

static const char *type_name(const struct cq_member *m)
{
    switch (m->type) {
    case CQ_MEMBER_NUMBER:
        return "number";
    case CQ_MEMBER_INT:
        return "whole number";
    case CQ_MEMBER_BOOL:
        return "true or false";
    case CQ_MEMBER_TEXT:
        return "text";
    case CQ_MEMBER_WORD:
        return "word";
    case CQ_MEMBER_WORDS:
        return "text or list";
    }
    return "";
}

static void add_table(struct cq_str *out, const struct cq_member *members, size_t n)
{
    cq_str_add(out, "| member | what | default | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        const struct cq_member *m = &members[i];
        cq_str_printf(out, "| `%s` | %s", m->name, type_name(m));
        if (m->type == CQ_MEMBER_WORD) {
            for (size_t k = 0; m->words[k]; k++)
                cq_str_printf(out, "%s%s", k ? ", " : ": ", m->words[k]);
            cq_str_printf(out, " | %s", m->words[(int)m->initial]);
        } else if (m->type == CQ_MEMBER_NUMBER || m->type == CQ_MEMBER_INT) {
            cq_str_printf(out, ", %g to %g%s%s | %g", m->min, m->max, *m->unit ? " " : "", m->unit, m->initial);
        } else if (m->type == CQ_MEMBER_BOOL) {
            cq_str_printf(out, " | %s", m->initial != 0 ? "true" : "false");
        } else {
            cq_str_add(out, " | unset");
        }
        cq_str_printf(out, " | %s |\n", m->help);
    }
}

char *cq_watch_options_markdown(void)
{
    struct cq_str out = {0};
    cq_str_add(&out, "`\"watch\"`: how the service works.\n\n");
    add_table(&out, cq_watch_members, cq_n_watch_members);
    cq_str_add(&out, "\n`\"sources\"`: a list of objects, one a folder.\n\n");
    add_table(&out, cq_source_members, cq_n_source_members);
    return cq_str_take(&out);
}
