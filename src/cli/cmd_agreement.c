/* callqa agreement: do machine and reviewers, and reviewers among themselves, score alike? */
#include "base/json.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/pick.h"
#include "cli/term.h"
#include "review/agree.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_COLUMNS 30

struct agreement_opts {
    const char *db;
    const char *rubric;
    bool json;
};

#define AT(field) offsetof(struct agreement_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("rubric", 'r', CQ_OPT_FILE, AT(rubric), "ID|FILE",
            N_("reviews by this form (default: skills-form)"))},
    {CQ_OPT("json", 0, CQ_OPT_FLAG, AT(json), NULL, N_("print JSON objects, a line an item"))},
};

struct work {
    const struct agreement_opts *o;
    const struct cq_rubric *rubric;
};

static void put_agreement(const char *what, const struct cq_agreement *g)
{
    printf("  %-18s %5zu", what, g->n);
    printf(isnan(g->kappa) ? "      -" : "  %5.2f", g->kappa);
    if (isnan(g->low))
        printf("  %13s", "-");
    else
        printf("  %5.2f - %5.2f", g->low, g->high);
    if (g->n && !isnan(g->exact))
        printf("  %5.0f%%  %5.0f%%  %+6.2f", g->exact * 100, g->within_one * 100, g->bias);
    printf("\n");
}

static void json_agreement(struct cq_json_writer *w, const char *key, const char *coefficient,
                           const struct cq_agreement *g)
{
    cq_json_key(w, key);
    cq_json_open_object(w);
    cq_json_put_int(w, "n", (int64_t)g->n);
    cq_json_put_number(w, coefficient, g->kappa, 6);
    cq_json_put_number(w, "low", g->low, 6);
    cq_json_put_number(w, "high", g->high, 6);
    cq_json_put_number(w, "exact", g->exact, 6);
    cq_json_put_number(w, "within_one", g->within_one, 6);
    cq_json_put_number(w, "bias", g->bias, 6);
    cq_json_close_object(w);
}

static int print_json(const char *item, const struct cq_agree_row *row)
{
    struct cq_str out = {0};
    struct cq_json_writer w;
    cq_json_writer_init(&w, &out, 0);
    cq_json_open_object(&w);
    cq_json_put_string(&w, "item", item);
    json_agreement(&w, "machine", "kappa", &row->machine);
    json_agreement(&w, "between", "kappa", &row->between);
    json_agreement(&w, "reviewers", "alpha", &row->reviewers);
    cq_json_close_object(&w);
    int r = out.failed ? -ENOMEM : 0;
    if (!r)
        puts(out.s);
    cq_str_done(&out);
    return r;
}

static int print_item(void *user, const struct cq_agree_row *row)
{
    const struct work *k = user;
    const char *label = row->item ? cq_rubric_label(k->rubric, row->item, cq_cli_language()) : _("All items");
    if (k->o->json)
        return print_json(row->item ? row->item : "all", row);
    printf("%s\n", label);
    put_agreement(_("machine, kappa"), &row->machine);
    put_agreement(_("reviewers, kappa"), &row->between);
    put_agreement(_("reviewers, alpha"), &row->reviewers);
    return 0;
}

static int report(struct cq_store *s, struct work *k, struct cq_error *err)
{
    if (!k->o->json)
        printf("%s\n", _("                         N  COEF.      INTERVAL      EXACT    +-1    BIAS"));
    return cq_agree_each(s, cq_rubric_id(k->rubric), cq_rubric_version(k->rubric), print_item, k, err);
}

static int run(const void *opts, const struct cq_args *args)
{
    struct work k = {.o = opts};
    struct cq_error err = {0};
    struct cq_store *s = NULL;
    struct cq_rubric *rubric = NULL;
    int status = CQ_EXIT_DATABASE;
    (void)args;
    int r = cq_store_open(cq_cli_db_path(k.o->db), CQ_STORE_READ, &err, &s);
    if (!r) {
        status = CQ_EXIT_SETUP;
        r = cq_cli_form(s, k.o->rubric ? k.o->rubric : "skills-form", &err, &rubric);
    }
    if (!r) {
        status = CQ_EXIT_DATABASE;
        k.rubric = rubric;
        r = report(s, &k, &err);
    }
    cq_rubric_free(rubric);
    cq_store_close(s);
    return r ? cq_cli_tell(&err, r, status) : CQ_EXIT_OK;
}

extern const struct cq_command cq_command_agreement;
const struct cq_command cq_command_agreement = {
    .name = "agreement",
    .synopsis = "[OPTION]...",
    .summary = N_("tell how far machine and reviewers, and reviewers among themselves, score alike"),
    .details = N_("Per item and over all: between the machine and each review, and between each two reviewers "
                  "of the same "
                  "call, quadratic weighted kappa; between all reviewers of the same calls, Krippendorff's "
                  "alpha. All are 1 for "
                  "full agreement and 0 for chance; above 0.8 is good, below 0.67 too little to rely on "
                  "(Krippendorff 2004). "
                  "The interval comes from resampling the calls. EXACT is the share of scores at most half a "
                  "step apart, +-1 at "
                  "most one point, BIAS how much higher the machine scores. Reviews count as they were "
                  "submitted; scores that a "
                  "reviewer left to the machine don't."),
    .examples = "  callqa agreement --rubric skills-form",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .opts_size = sizeof(struct agreement_opts),
    .run = run,
};
