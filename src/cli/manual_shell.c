/*
 * Completions. Both know, from the option tables: commands, options, the words of options with a choice, and
 * which arguments are files or folders.
 */
#include "cli/manual.h"

#include "cli/command.h"

#include <string.h>

static bool takes_argument(const struct cq_opt *o)
{
    return o->type != CQ_OPT_FLAG && o->type != CQ_OPT_SET;
}

/* Commands whose arguments are names of files: the synopsis says so. */
static bool takes_files(const struct cq_command *cmd)
{
    return strstr(cmd->synopsis, "FILE") || strstr(cmd->synopsis, "DIR");
}

/* compgen for the argument of one option */
static void bash_argument(FILE *f, const struct cq_opt *o)
{
    switch (o->type) {
    case CQ_OPT_FILE:
        fputs("_callqa_files -f", f);
        return;
    case CQ_OPT_DIR:
        fputs("_callqa_files -d", f);
        return;
    case CQ_OPT_CHOICE:
        fputs("_callqa_words \"", f);
        for (size_t i = 0; o->choices[i]; i++)
            fprintf(f, "%s%s", i ? " " : "", o->choices[i]);
        fputs("\"", f);
        return;
    case CQ_OPT_FLAG:
    case CQ_OPT_SET:
    case CQ_OPT_STRING:
    case CQ_OPT_INT:
    case CQ_OPT_NUMBER:
    case CQ_OPT_LIST:
        fputs(":", f);
        return;
    }
}

static void bash_command(FILE *f, const struct cq_command *cmd)
{
    fprintf(f, "    %s)\n        case $prev in\n", cmd->name);
    for (size_t i = 0; i < cmd->n_options; i++) {
        const struct cq_opt *o = &cmd->options[i];
        if (!takes_argument(o))
            continue;
        fprintf(f, "        --%s", o->name);
        if (o->letter)
            fprintf(f, "|-%c", o->letter);
        fputs(") ", f);
        bash_argument(f, o);
        fputs("; return ;;\n", f);
    }
    fputs("        esac\n        if [[ $cur == -* ]]; then\n            _callqa_words \"", f);
    for (size_t i = 0; i < cmd->n_options; i++)
        fprintf(f, "--%s ", cmd->options[i].name);
    fputs("--help\"\n            return\n        fi\n", f);
    if (cmd->words) {
        fputs("        if (( COMP_CWORD == 2 )); then\n            _callqa_words \"", f);
        for (size_t i = 0; cmd->words[i]; i++)
            fprintf(f, "%s%s", i ? " " : "", cmd->words[i]);
        fputs("\"\n            return\n        fi\n", f);
    }
    if (strcmp(cmd->name, "help") == 0)
        fputs("        _callqa_words \"$commands\"\n", f);
    else
        fputs(takes_files(cmd) ? "        _callqa_files -f\n" : "", f);
    fputs("        ;;\n", f);
}

void cq_manual_bash(FILE *f)
{
    fputs("# bash completion for callqa\n\n"
          "_callqa_words()\n{\n"
          "    local IFS=$' \\n'\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n}\n\n"
          "_callqa_files()\n{\n"
          "    compopt -o filenames\n"
          "    mapfile -t COMPREPLY < <(compgen \"$1\" -- \"$cur\")\n}\n\n"
          "_callqa()\n{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local commands=\"",
          f);
    for (size_t i = 0; cq_commands[i]; i++)
        fprintf(f, "%s%s", i ? " " : "", cq_commands[i]->name);
    fputs("\"\n"
          "    COMPREPLY=()\n"
          "    if (( COMP_CWORD == 1 )); then\n"
          "        _callqa_words \"$commands --help --version\"\n"
          "        return\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]} in\n",
          f);
    for (size_t i = 0; cq_commands[i]; i++)
        bash_command(f, cq_commands[i]);
    fputs("    esac\n}\ncomplete -F _callqa callqa\n", f);
}

/* Text inside single quotes inside an _arguments specification: brackets and colons belong to it. */
static void zsh_text(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", f);
        else if (strchr("[]:\\", *text))
            fprintf(f, "\\%c", *text);
        else
            fputc(*text, f);
    }
}

static void zsh_option(FILE *f, const struct cq_opt *o)
{
    const char *many = o->type == CQ_OPT_LIST ? "*" : "";
    if (o->letter)
        fprintf(f, "            %s{-%c,--%s%s}'[", *many ? "'*'" : "", o->letter, o->name,
                takes_argument(o) ? "=" : "");
    else
        fprintf(f, "            '%s--%s%s[", many, o->name, takes_argument(o) ? "=" : "");
    zsh_text(f, o->help);
    fputs("]", f);
    if (takes_argument(o)) {
        fputs(":", f);
        zsh_text(f, o->arg);
        fputs(":", f);
        if (o->type == CQ_OPT_FILE)
            fputs("_files", f);
        else if (o->type == CQ_OPT_DIR)
            fputs("_files -/", f);
        for (size_t i = 0; o->type == CQ_OPT_CHOICE && o->choices[i]; i++)
            fprintf(f, "%s%s%s", i ? " " : "(", o->choices[i], o->choices[i + 1] ? "" : ")");
    }
    fputs("' \\\n", f);
}

static void zsh_command(FILE *f, const struct cq_command *cmd)
{
    fprintf(f, "        %s)\n        _arguments \\\n", cmd->name);
    for (size_t i = 0; i < cmd->n_options; i++)
        zsh_option(f, &cmd->options[i]);
    fputs("            '(-h --help)'{-h,--help}'[show help]'", f);
    if (cmd->words) {
        fputs(" \\\n            '1:action:(", f);
        for (size_t i = 0; cmd->words[i]; i++)
            fprintf(f, "%s%s", i ? " " : "", cmd->words[i]);
        fputs(")'", f);
    }
    if (strcmp(cmd->name, "help") == 0)
        fputs(" \\\n            '1:command:_callqa_commands'", f);
    else if (takes_files(cmd))
        fputs(" \\\n            '*:file:_files'", f);
    fputs("\n        ;;\n", f);
}

void cq_manual_zsh(FILE *f)
{
    fputs("#compdef callqa\n# zsh completion for callqa\n\n_callqa_commands() {\n    local -a commands=(\n", f);
    for (size_t i = 0; cq_commands[i]; i++) {
        fprintf(f, "        '%s:", cq_commands[i]->name);
        zsh_text(f, cq_commands[i]->summary);
        fputs("'\n", f);
    }
    fputs("    )\n    _describe command commands\n}\n\n"
          "_callqa() {\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _callqa_commands\n"
          "        return\n"
          "    fi\n"
          "    local cmd=$words[2]\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n"
          "    case $cmd in\n",
          f);
    for (size_t i = 0; cq_commands[i]; i++)
        zsh_command(f, cq_commands[i]);
    fputs("    esac\n}\n\n_callqa \"$@\"\n", f);
}
