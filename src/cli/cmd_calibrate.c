/* callqa calibrate: propose curves that score as the reviewers do. */
#include "base/error.h"
#include "base/log.h"
#include "base/number.h"
#include "base/path.h"
#include "cli/calibrate.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/pick.h"
#include "cli/term.h"
#include "rubric/edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_ID "skills-form"
#define MAX_SOURCE 400 /* bytes of an old source that is told along */

struct calibrate_opts {
    const char *db;
    const char *rubric;
    struct cq_pick pick;
    struct cq_args items;
    const char *out;
    const char *version;
    int min;
    int format;
    bool blind_only;
};

#define AT(field) offsetof(struct calibrate_opts, field)

enum { FORMAT_TEXT, FORMAT_JSON };
static const char *const formats[] = {"text", "json", NULL};

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("rubric", 'r', CQ_OPT_FILE, AT(rubric), "ID|FILE",
            N_("the form whose curves are in force (default: skills-form)"))},
    {CQ_OPT("item", 'i', CQ_OPT_LIST, AT(items), "ITEM",
            N_("only this item; again for another (default: all with indicators)"))},
    CQ_OPT_PICK(AT(pick)),
    {CQ_OPT("blind-only", 0, CQ_OPT_FLAG, AT(blind_only), NULL,
            N_("only reviews whose reviewers did not see the machine's score"))},
    {CQ_OPT("min", 0, CQ_OPT_INT, AT(min), "N",
            N_("items with fewer reviewed calls stay as they are (default: 30)")),
     .min = 10, .max = 1000000},
    {CQ_OPT("out", 'o', CQ_OPT_FILE, AT(out), "FILE",
            N_("write the proposal as a form of the next version into a new file"))},
    {CQ_OPT("version", 0, CQ_OPT_STRING, AT(version), "VERSION",
            N_("its version (default: the middle number counted up, 1.0.0 to 1.1.0)"))},
    {CQ_OPT("format", 'F', CQ_OPT_CHOICE, AT(format), "FORMAT", N_("text or json (default: text)")),
     .choices = formats},
};

/* One run. */
struct run {
    const struct calibrate_opts *o;
    const struct cq_rubric *rubric;
    struct cq_call_ids ids; /* rising */
    struct cq_calibrate_material material;
    struct cq_calibrated *v;
    size_t n;
    size_t n_proposed; /* curves */
    char *version;
    struct cq_str draft; /* the text of the form */
    struct cq_str diff;
    struct cq_error *err;
};

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool wanted(void *user, int64_t call)
{
    const struct run *k = user;
    return k->ids.n && bsearch(&call, k->ids.v, k->ids.n, sizeof *k->ids.v, by_id);
}

static bool is_asked(const struct run *k, const char *item)
{
    bool is = !k->o->items.n;
    for (size_t i = 0; i < k->o->items.n; i++)
        is = is || !strcmp(k->o->items.v[i], item);
    return is;
}

/* Items that are asked for must be there, and be measured. */
static int check_items(const struct run *k)
{
    for (size_t i = 0; i < k->o->items.n; i++) {
        const struct cq_rubric_item *found = NULL;
        for (size_t j = 0; j < k->rubric->n_items; j++) {
            if (!strcmp(k->rubric->items[j].id, k->o->items.v[i]))
                found = &k->rubric->items[j];
        }
        if (!found)
            return cq_error_set(k->err, -ENOENT, NULL, 0, "the form has no item \"%s\" (callqa rubric show %s)",
                                k->o->items.v[i], k->rubric->id);
        if (!found->n_indicators)
            return cq_error_set(k->err, -EINVAL, NULL, 0,
                                "nothing is measured for the item \"%s\", so it has no curves to fit",
                                found->id);
    }
    return 0;
}

static int fit_items(struct run *k)
{
    struct cq_calibrate_opts how = {(size_t)k->o->min, k->rubric->scale_min, k->rubric->scale_max};
    struct cq_calibrate_indicator ind[CQ_RUBRIC_MAX_INDICATORS];
    int r = 0;
    k->v = calloc(k->material.n ? k->material.n : 1, sizeof *k->v);
    if (!k->v)
        return -ENOMEM;
    for (size_t i = 0; !r && i < k->material.n; i++) {
        const struct cq_calibrate_item *m = &k->material.v[i];
        const struct cq_rubric_item *item = &k->rubric->items[m->item];
        struct cq_calibrated *to = &k->v[k->n];
        if (!is_asked(k, item->id))
            continue;
        size_t n_ind = cq_calibrate_indicators(item, ind);
        r = cq_calibrate(&how, ind, n_ind, m->v, m->n, &to->found);
        to->material = m;
        to->proposed = to->found.result == CQ_CALIBRATE_PROPOSED;
        k->n_proposed += to->proposed ? to->found.n_changed : 0;
        k->n++;
    }
    return r;
}

/* 1.0.0 to 1.1.0; anything else gets a word behind it. */
static char *next_version(const char *version)
{
    const char *dot = strchr(version, '.'), *last = dot ? strchr(dot + 1, '.') : NULL;
    int64_t minor;
    if (!last || strchr(last + 1, '.') || strspn(version, "0123456789.") != strlen(version) ||
        cq_number_parse_int(dot + 1, (size_t)(last - dot - 1), &minor) || minor > INT32_MAX)
        return cq_str_format("%s-calibrated", version);
    return cq_str_format("%.*s.%d.0", (int)(dot - version), version, (int)minor + 1);
}

static char *source_of(const struct run *k, const struct cq_calibrated *c, const struct cq_indicator *ind)
{
    bool cut = strlen(ind->source) > MAX_SOURCE;
    return cq_str_format("fitted to %zu reviewed calls of %zu agents (callqa calibrate on %s)%s%s",
                         c->found.n_calls, c->found.n_agents, k->rubric->version,
                         cut ? "" : "; before that: ", cut ? "" : ind->source);
}

/* The form with the proposed curves, once it is sure that it can be read again, and what differs. */
static int make_draft(struct run *k)
{
    struct cq_rubric_curve *curves = calloc(k->n_proposed, sizeof *curves);
    struct cq_rubric *draft = NULL;
    size_t n = 0;
    int r = 0;
    k->version = k->o->version ? cq_str_dup(k->o->version) : next_version(k->rubric->version);
    if (!curves || !k->version)
        r = -ENOMEM;
    for (size_t i = 0; !r && i < k->n; i++) {
        if (!k->v[i].proposed)
            continue;
        const struct cq_rubric_item *item = &k->rubric->items[k->v[i].material->item];
        for (size_t j = 0; !r && j < item->n_indicators; j++) {
            if (!k->v[i].found.changed[j])
                continue;
            char *source = source_of(k, &k->v[i], &item->indicators[j]);
            r = source ? 0 : -ENOMEM;
            curves[n++] = (struct cq_rubric_curve){item->indicators[j].id, &k->v[i].found.curves[j], source};
        }
    }
    if (!r) {
        cq_rubric_write_curves(k->rubric, NULL, k->version, curves, n, &k->draft);
        r = k->draft.failed ? -ENOMEM
                            : cq_rubric_parse(k->o->out ? k->o->out : k->rubric->id, k->draft.s, k->draft.n,
                                              k->err, &draft);
    }
    if (!r)
        cq_rubric_diff(k->rubric, draft, &k->diff);
    for (size_t i = 0; i < n; i++)
        free((char *)curves[i].source);
    free(curves);
    cq_rubric_free(draft);
    return r;
}

static int print(const struct run *k)
{
    struct cq_calibrate_report report = {
        .rubric = k->rubric, .version = k->version, .diff = k->diff.n ? k->diff.s : NULL, .v = k->v, .n = k->n};
    struct cq_str out = {0};
    if (k->o->format == FORMAT_JSON)
        cq_calibrate_json(&report, &out);
    else
        cq_calibrate_text(&report, cq_cli_language(), &out);
    int r = out.failed || k->diff.failed ? -ENOMEM : 0;
    if (!r)
        fputs(out.s, stdout);
    cq_str_done(&out);
    return r;
}

/* A proposal goes to a new file: it never takes the place of something that somebody may be using. */
static int write_draft(const struct run *k)
{
    if (!access(k->o->out, F_OK))
        return cq_error_set(k->err, -EEXIST, k->o->out, 0, "exists; name a new file");
    int r = cq_path_write(k->o->out, k->draft.s, k->draft.n);
    if (r)
        return cq_error_set(k->err, r, k->o->out, 0, "cannot be written (%s)", cq_error_name(r));
    cq_log(CQ_LOG_INFO,
           _("%s %s is written to %s; nothing is changed until it is published: 'callqa rescore "
             "--rubric %s --compare --dry-run' shows what it would do, 'callqa rubric publish %s' "
             "accepts it"),
           k->rubric->id, k->version, k->o->out, k->o->out, k->o->out);
    return 0;
}

static int calibrate(struct cq_store *s, struct run *k, int *ret_status)
{
    *ret_status = CQ_EXIT_USAGE;
    int r = check_items(k);
    if (!r)
        r = cq_pick_calls(s, &k->o->pick, k->err, &k->ids);
    if (r)
        return r;
    *ret_status = CQ_EXIT_DATABASE;
    if (k->ids.n)
        qsort(k->ids.v, k->ids.n, sizeof *k->ids.v, by_id);
    r = cq_calibrate_load(s, k->rubric, k->o->blind_only, wanted, k, k->err, &k->material);
    if (!r)
        r = fit_items(k);
    if (!r && k->n_proposed) {
        *ret_status = CQ_EXIT_USAGE; /* what can be wrong with a draft is its version */
        r = make_draft(k);
    }
    if (!r)
        r = print(k);
    *ret_status = CQ_EXIT_SOME;
    if (!r && k->o->out && !k->n_proposed)
        r = cq_error_set(k->err, -ENODATA, NULL, 0, "there is nothing to propose, so no file is written");
    return r || !k->o->out ? r : write_draft(k);
}

static int run(const void *opts, const struct cq_args *args)
{
    struct cq_error err = {0};
    struct run k = {.o = opts, .err = &err};
    struct cq_store *s = NULL;
    struct cq_rubric *rubric = NULL;
    int status = CQ_EXIT_DATABASE;
    (void)args;
    int r = cq_store_open(cq_cli_db_path(k.o->db), CQ_STORE_READ, &err, &s);
    if (!r) {
        status = CQ_EXIT_SETUP;
        r = cq_cli_form(s, k.o->rubric ? k.o->rubric : DEFAULT_ID, &err, &rubric);
    }
    if (!r) {
        k.rubric = rubric;
        r = calibrate(s, &k, &status);
    }
    free(k.ids.v);
    free(k.v);
    free(k.version);
    cq_str_done(&k.draft);
    cq_str_done(&k.diff);
    cq_calibrate_material_done(&k.material);
    cq_rubric_free(rubric);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, status) : CQ_EXIT_OK;
}

static const struct calibrate_opts defaults = {.min = CQ_CALIBRATE_MIN_CALLS};

extern const struct cq_command cq_command_calibrate;
const struct cq_command cq_command_calibrate = {
    .name = "calibrate",
    .synopsis = "[--rubric ID|FILE] [--out FILE] [OPTION]...",
    .summary = N_("propose curves that score as the reviewers do"),
    .details =
        N_("For every measured item of a form, the measures of reviewed calls stand beside the scores that "
           "reviewers "
           "gave, and each indicator's curve is fitted to them: monotone, in the direction that the form gives "
           "it. "
           "ERROR NOW is how far the form's curves are from the reviewers, FITTED how far fitted ones are on "
           "agents "
           "that they were not fitted to, as root mean square in points with its interval (95 per cent). What "
           "is not "
           "better beyond noise is not proposed. The proposal is a diff, and with --out a form of the next "
           "version in a "
           "new file: nothing changes until somebody publishes it. docs/calibrate.md tells how it is done."),
    .examples = "  callqa calibrate --rubric skills-form --since 2026-09-01\n"
                "  callqa calibrate --item listening --blind-only --out proposal.json",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .defaults = &defaults,
    .opts_size = sizeof(struct calibrate_opts),
    .run = run,
};
