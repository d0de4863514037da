#include "cli/options.h"

#include "base/array.h"
#include "base/error.h"
#include "base/number.h"
#include "base/str.h"
#include "cli/i18n.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64 /* longer words have no near name */

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

static const char *name_of_option(const void *user, size_t i)
{
    const struct parse *p = user;
    return i < p->n_options ? p->options[i].name : "help";
}

static int unknown(struct parse *p, const char *word, size_t n)
{
    char name[WORD_MAX + 1] = "";
    if (n <= WORD_MAX)
        memcpy(name, word, n);
    name[n <= WORD_MAX ? n : 0] = '\0';
    const char *near = cq_options_nearest(name, p->n_options + 1, name_of_option, p);
    if (near)
        return cq_error_set(p->err, -EINVAL, NULL, 0, _("there is no option --%s; did you mean --%s?"), name,
                            near);
    return cq_error_set(p->err, -EINVAL, NULL, 0, _("there is no option --%.*s"), (int)(n < 200 ? n : 200),
                        word);
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

/* Letters to change, add, drop or swap with a neighbour (optimal string alignment distance). */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > WORD_MAX || m > WORD_MAX)
        return SIZE_MAX;
    size_t row[3][WORD_MAX + 1];
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);
            best = up[j] + 1 < best ? up[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < best)
                best = up2[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *cq_options_nearest(const char *word, size_t n, const char *(*name)(const void *user, size_t i),
                               const void *user)
{
    const char *near = NULL;
    size_t best = 3;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, name(user, i));
        if (d < best && 2 * d < strlen(name(user, i))) {
            best = d;
            near = name(user, i);
        }
    }
    return near;
}
