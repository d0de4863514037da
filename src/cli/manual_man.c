#include "cli/manual.h"

#include "cli/command.h"
#include "cli/help.h"
#include "cq-config.h"

#include <string.h>

static const struct {
    const char *name, *help;
} environment[] = {
    {"CALLQA_DB", "The database of commands that are not given --db."},
    {"CALLQA_DATADIR", "Folder with the detector's weights and the rubrics, instead of the installed one."},
    {"COLUMNS", "Width of tables and timelines, where it is not the terminal's."},
    {"LANG, LC_MESSAGES, LANGUAGE", "Language of messages: English, or Chinese with LANG=zh_CN.UTF-8."},
    {"NO_COLOR", "Set to anything: no colours."},
    {"TMPDIR", "Where decoded audio goes that is too long for memory; otherwise /var/tmp."},
};

/* Text with what roff takes for its own escaped. */
static void put(FILE *f, const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", f);
        if (*text == '\\')
            fputs("\\e", f);
        else if (*text == '-')
            fputs("\\-", f);
        else
            fputc(*text, f);
        line_start = *text == '\n';
    }
}

/* Paragraphs are divided by newlines. */
static void put_paragraphs(FILE *f, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        char line[4096];
        snprintf(line, sizeof line, "%.*s", (int)n, text);
        fputs(".PP\n", f);
        put(f, line);
        fputc('\n', f);
        text += n + (text[n] == '\n');
    }
}

static void put_item(FILE *f, const char *term, const char *text)
{
    fputs(".TP\n.B ", f);
    put(f, term);
    fputc('\n', f);
    put(f, text);
    fputc('\n', f);
}

static void put_command(FILE *f, const struct cq_command *cmd)
{
    fputs(".SS callqa ", f);
    put(f, cmd->name);
    fputc(' ', f);
    put(f, cmd->synopsis);
    fputc('\n', f);
    put(f, cmd->summary);
    fputs(".\n", f);
    if (cmd->details)
        put_paragraphs(f, cmd->details);
    for (size_t i = 0; i < cmd->n_options; i++) {
        char left[CQ_HELP_OPTION_MAX];
        cq_help_option(&cmd->options[i], left, sizeof left);
        put_item(f, left + strspn(left, " "), cmd->options[i].help);
    }
    if (cmd->examples) {
        fputs(".PP\nExamples:\n.PP\n.nf\n", f);
        put(f, cmd->examples);
        fputs("\n.fi\n", f);
    }
}

void cq_manual_man(FILE *f)
{
    fprintf(f, ".TH CALLQA 1 \"\" \"callqa %s\" \"User Commands\"\n", CQ_VERSION);
    fputs(".SH NAME\ncallqa \\- measure how agent and customer talk in call recordings, and score the calls\n",
          f);
    fputs(".SH SYNOPSIS\n.B callqa\n.I COMMAND\n[\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n", f);
    fputs(".SH DESCRIPTION\n", f);
    put(f,
        "callqa decodes call recordings, finds when the agent and the customer speak, and derives turns, "
        "interruptions, talk-over, response times, dead air and hold. From these it computes measures, scores "
        "the measurable items of an appraisal form with the evidence for each score, raises flags, and keeps "
        "it all in an SQLite database.\n");
    fputs(".PP\n", f);
    put(f, "Options follow the command and may stand anywhere behind it; \"--\" ends them.\n");
    fputs(".SH COMMANDS\n", f);
    for (size_t i = 0; cq_commands[i]; i++)
        put_command(f, cq_commands[i]);
    fputs(".SH EXIT STATUS\n", f);
    int code;
    const char *help;
    for (size_t i = 0; cq_cli_exit_help(i, &code, &help); i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", code);
        put_item(f, number, help);
    }
    fputs(".SH ENVIRONMENT\n", f);
    for (size_t i = 0; i < sizeof environment / sizeof *environment; i++)
        put_item(f, environment[i].name, environment[i].help);
    fputs(".SH FILES\n", f);
    put_item(f, "callqa.db",
             "The database in the current folder, where neither --db nor CALLQA_DB names another.");
    put_item(f, CQ_DATADIR "/rubrics/*.json", "The appraisal forms that come with callqa.");
    fputs(".SH SEE ALSO\n.BR sqlite3 (1),\n.BR sox (1)\n", f);
}
