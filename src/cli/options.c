#include "cli/options.h"

#include "base/array.h"
#include "base/error.h"
#include "base/number.h"
#include "base/str.h"
#include "base/suggest.h"
#include "cli/i18n.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parse {
    const struct cq_opt *options;
    size_t n_options;
    int argc;
    char **argv;
    int at; /* index of the next word */
    char *opts;
    struct cq_error *err;
};

static bool takes_argument(const struct cq_opt *o)
{
    return o->type != CQ_OPT_FLAG && o->type != CQ_OPT_SET;
}

static void *field_of(struct parse *p, const struct cq_opt *o)
{
    return p->opts + o->offset;
}

static int set_choice(struct parse *p, const struct cq_opt *o, const char *text)
{
    struct cq_str all = {0};
    for (int i = 0; o->choices[i]; i++) {
        if (strcmp(o->choices[i], text) == 0) {
            cq_str_done(&all);
            *(int *)field_of(p, o) = i;
            return 0;
        }
        cq_str_printf(&all, "%s%s", i ? ", " : "", o->choices[i]);
    }
    cq_error_set(p->err, -EINVAL, NULL, 0, _("--%s cannot be \"%s\"; it is one of: %s"), o->name, text,
                 all.failed ? "" : all.s);
    cq_str_done(&all);
    return -EINVAL;
}

static int set_number(struct parse *p, const struct cq_opt *o, const char *text)
{
    double v = 0;
    int64_t whole = 0;
    int err = o->type == CQ_OPT_INT ? cq_number_parse_int(text, strlen(text), &whole)
                                    : cq_number_parse(text, strlen(text), &v);
    bool limited = o->min < o->max || o->max < o->min;
    if (o->type == CQ_OPT_INT) {
        v = (double)whole;
        err = err || whole > INT_MAX || whole < INT_MIN ? -EINVAL : 0;
    }
    if (err)
        return cq_error_set(p->err, -EINVAL, NULL, 0,
                            o->type == CQ_OPT_INT ? _("--%s needs a whole number, not \"%s\"")
                                                  : _("--%s needs a number, not \"%s\""),
                            o->name, text);
    if (limited && (v < o->min || v > o->max))
        return cq_error_set(p->err, -EINVAL, NULL, 0, _("--%s must lie between %g and %g, not %s"), o->name,
                            o->min, o->max, text);
    if (o->type == CQ_OPT_INT)
        *(int *)field_of(p, o) = (int)v;
    else
        *(double *)field_of(p, o) = v;
    return 0;
}

/* Give an option its argument (NULL for those that take none). */
static int apply(struct parse *p, const struct cq_opt *o, const char *text)
{
    switch (o->type) {
    case CQ_OPT_FLAG:
        *(bool *)field_of(p, o) = true;
        return 0;
    case CQ_OPT_SET:
        *(int *)field_of(p, o) = o->value;
        return 0;
    case CQ_OPT_STRING:
    case CQ_OPT_FILE:
    case CQ_OPT_DIR:
        *(const char **)field_of(p, o) = text;
        return 0;
    case CQ_OPT_INT:
    case CQ_OPT_NUMBER:
        return set_number(p, o, text);
    case CQ_OPT_CHOICE:
        return set_choice(p, o, text);
    case CQ_OPT_LIST:
        return CQ_ARRAY_PUSH((struct cq_args *)field_of(p, o), text);
    }
    return -EINVAL;
}

static int unknown(struct parse *p, const char *word, size_t n)
{
    char name[CQ_SUGGEST_MAX + 1];
    snprintf(name, sizeof name, "%.*s", (int)(n < sizeof name ? n : sizeof name - 1), word);
    struct cq_suggest near = {0};
    cq_suggest_offer(&near, name, "help");
    for (size_t i = 0; i < p->n_options; i++)
        cq_suggest_offer(&near, name, p->options[i].name);
    if (near.best)
        return cq_error_set(p->err, -EINVAL, NULL, 0, _("there is no option --%s; did you mean --%s?"), name,
                            near.best);
    return cq_error_set(p->err, -EINVAL, NULL, 0, _("there is no option --%s"), name);
}

/* "--name", "--name=value" */
static int parse_long(struct parse *p, const char *word, bool *ret_help)
{
    size_t n = strcspn(word, "=");
    if (n == 4 && memcmp(word, "help", 4) == 0) {
        *ret_help = true;
        return 0;
    }
    for (size_t i = 0; i < p->n_options; i++) {
        const struct cq_opt *o = &p->options[i];
        if (strlen(o->name) != n || memcmp(o->name, word, n) != 0)
            continue;
        if (!takes_argument(o))
            return word[n] ? cq_error_set(p->err, -EINVAL, NULL, 0, _("--%s takes no argument"), o->name)
                           : apply(p, o, NULL);
        if (word[n])
            return apply(p, o, word + n + 1);
        if (p->at >= p->argc)
            return cq_error_set(p->err, -EINVAL, NULL, 0, _("--%s needs an argument: %s"), o->name, o->arg);
        return apply(p, o, p->argv[p->at++]);
    }
    return unknown(p, word, n);
}

/* "-x", "-xvalue", "-xyz" */
static int parse_short(struct parse *p, const char *word, bool *ret_help)
{
    for (const char *c = word; *c; c++) {
        const struct cq_opt *o = NULL;
        for (size_t i = 0; i < p->n_options && !o; i++)
            o = p->options[i].letter == *c ? &p->options[i] : NULL;
        if (!o && *c == 'h') {
            *ret_help = true;
            return 0;
        }
        if (!o)
            return cq_error_set(p->err, -EINVAL, NULL, 0, _("there is no option -%c"), *c);
        if (!takes_argument(o)) {
            int err = apply(p, o, NULL);
            if (err)
                return err;
            continue;
        }
        if (c[1])
            return apply(p, o, c + 1);
        if (p->at >= p->argc)
            return cq_error_set(p->err, -EINVAL, NULL, 0, _("-%c needs an argument: %s"), *c, o->arg);
        return apply(p, o, p->argv[p->at++]);
    }
    return 0;
}

int cq_options_parse(const struct cq_opt *options, size_t n_options, int argc, char **argv, void *opts,
                     struct cq_error *err, struct cq_args *ret_args, bool *ret_help)
{
    struct parse p = {options, n_options, argc, argv, 1, opts, err};
    struct cq_args args = {0};
    bool help = false, only_args = false;
    int ret = 0;

    while (!ret && !help && p.at < argc) {
        const char *word = argv[p.at++];
        if (only_args || word[0] != '-' || !word[1])
            ret = CQ_ARRAY_PUSH(&args, word);
        else if (strcmp(word, "--") == 0)
            only_args = true;
        else if (word[1] == '-')
            ret = parse_long(&p, word + 2, &help);
        else
            ret = parse_short(&p, word + 1, &help);
    }
    if (ret) {
        cq_args_done(&args);
        return ret;
    }
    *ret_args = args;
    *ret_help = help;
    return 0;
}

void cq_options_done(const struct cq_opt *options, size_t n_options, void *opts)
{
    for (size_t i = 0; opts && i < n_options; i++) {
        if (options[i].type == CQ_OPT_LIST)
            cq_args_done((struct cq_args *)(void *)((char *)opts + options[i].offset));
    }
}

void cq_args_done(struct cq_args *args)
{
    if (!args)
        return;
    free(args->v);
    *args = (struct cq_args){0};
}
