/* callqa examples: moments worth hearing again, kept, heard, given away. */
#include "base/error.h"
#include "base/log.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/examples.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/term.h"
#include "cli/user.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUGGEST_MAX 100

enum kind { KIND_ANY, KIND_GOOD, KIND_BAD };

struct examples_opts {
    const char *db;
    const char *from, *to, *item, *title, *why, *as, *recording;
    int kind;
    int max;
    bool keep, anonymous;
    struct cq_sound_opts sound;
};

static const struct examples_opts defaults = {.max = 10, .sound = CQ_SOUND_OPTS_INIT};

#define AT(field) offsetof(struct examples_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("from", 0, CQ_OPT_STRING, AT(from), "TIME", N_("add: where the moment begins"))},
    {CQ_OPT("to", 0, CQ_OPT_STRING, AT(to), "TIME", N_("add: where it ends"))},
    {CQ_OPT("item", 'i', CQ_OPT_STRING, AT(item), "ITEM", N_("the item of the form that it shows"))},
    {CQ_OPT("good", 0, CQ_OPT_SET, AT(kind), NULL, N_("how it should be done")), .value = KIND_GOOD},
    {CQ_OPT("bad", 0, CQ_OPT_SET, AT(kind), NULL, N_("how it should not")), .value = KIND_BAD},
    {CQ_OPT("title", 't', CQ_OPT_STRING, AT(title), "TEXT", N_("add: what it is called"))},
    {CQ_OPT("why", 'w', CQ_OPT_STRING, AT(why), "TEXT", N_("add: what is to be heard in it"))},
    {CQ_OPT("keep", 0, CQ_OPT_FLAG, AT(keep), NULL, N_("add: retention leaves the call alone"))},
    {CQ_OPT("anonymous", 0, CQ_OPT_FLAG, AT(anonymous), NULL,
            N_("export: no agent and no place; ids of the call taken out of titles and reasons"))},
    {CQ_OPT("disguise", 0, CQ_OPT_FLAG, AT(sound.disguise), NULL, N_("make the customer's voice another"))},
    {CQ_OPT("mute", 0, CQ_OPT_LIST, AT(sound.mutes), "FROM-TO",
            N_("export of one: silence an interval, in the call's time; may be repeated"))},
    {CQ_OPT("recording", 0, CQ_OPT_FILE, AT(recording), "FILE", N_("where the recording is, if it was moved"))},
    {CQ_OPT("device", 'D', CQ_OPT_STRING, AT(sound.device), "DEVICE",
            N_("play on this device: number or part of the name"))},
    {CQ_OPT("max", 'n', CQ_OPT_INT, AT(max), "N", N_("suggest: at most so many")), .min = 1,
     .max = SUGGEST_MAX},
    CQ_OPT_AS(AT(as)),
};

struct job {
    const struct examples_opts *o;
    const struct cq_args *args;
    size_t word; /* args->v[0] in the table of words */
    struct cq_store *store;
    const atomic_bool *stop;
    const char *who;
    struct cq_error *err;
};

static int parse_id(const char *text, struct cq_error *err, int64_t *ret_id)
{
    if (!cq_number_parse_int(text, strlen(text), ret_id) && *ret_id > 0)
        return 0;
    return cq_error_set(err, -EINVAL, NULL, 0,
                        "\"%s\" is no example's number; 'callqa examples list' shows them", text);
}

/* The form's answer to the item in this call. */
static double form_score(const struct cq_scorecard *card, const char *item, bool *ret_known)
{
    for (size_t i = 0; i < card->n_items; i++) {
        const struct cq_item_score *s = &card->items[i];
        if (strcmp(s->id, item))
            continue;
        *ret_known = true;
        return s->state == CQ_ITEM_SCORED || s->state == CQ_ITEM_PROPOSED ? s->score : NAN;
    }
    return NAN;
}

static int add_to(const struct job *j, int64_t call, const struct cq_analysis *a)
{
    const struct examples_opts *o = j->o;
    struct cq_example e = {.call = call,
                           .item = (char *)(uintptr_t)o->item,
                           .title = (char *)(uintptr_t)o->title,
                           .why = (char *)(uintptr_t)o->why,
                           .good = o->kind == KIND_GOOD,
                           .keep = o->keep};
    bool known = false;
    int64_t id;
    if (cq_cli_parse_seconds(o->from, strlen(o->from), &e.start_s) ||
        cq_cli_parse_seconds(o->to, strlen(o->to), &e.end_s))
        return cq_error_set(j->err, -EINVAL, NULL, 0, "--from and --to are times: 63.2 or 1:03.2");
    if (e.end_s > a->recording.duration_s + 0.01)
        return cq_error_set(j->err, -EINVAL, NULL, 0, "the call ends at %.1f s", a->recording.duration_s);
    e.score = form_score(&a->scorecard, o->item, &known);
    if (!known)
        return cq_error_set(j->err, -EINVAL, NULL, 0,
                            "this call's form has no item \"%s\"; 'callqa show' lists them", o->item);
    cq_example_uid(a->recording.sha256, &e, e.uid);
    int r = cq_example_add(j->store, &e, j->who, j->err, &id);
    if (!r)
        printf(_("example %lld\n"), (long long)id);
    return r;
}

static int add(const struct job *j)
{
    const struct examples_opts *o = j->o;
    struct cq_analysis a;
    int64_t call;
    if (j->args->n != 2 || !o->from || !o->to || !o->item || !o->title || o->kind == KIND_ANY)
        return cq_error_set(j->err, -EINVAL, NULL, 0,
                            "add takes a call, --from, --to, --item, --title and --good or --bad");
    int r = cq_store_find_call(j->store, j->args->v[1], j->err, &call);
    if (!r)
        r = cq_store_load(j->store, call, j->err, &a);
    if (r)
        return r;
    r = add_to(j, call, &a);
    cq_analysis_done(&a);
    return r;
}

static void print_line(const struct cq_example *e)
{
    char score[16] = "-";
    if (isfinite(e->score))
        snprintf(score, sizeof score, "%.1f", e->score);
    printf("%5lld  ", (long long)e->id);
    cq_term_put(stdout, e->good ? _("good") : _("bad"), 6, false, true);
    cq_term_put(stdout, e->item, 22, false, true);
    printf(" %4s %6.1f s  ", score, e->end_s - e->start_s);
    cq_term_put(stdout, e->agent ? e->agent : "", 10, false, true);
    fputs("  ", stdout);
    cq_term_put(stdout, e->title, cq_term_width(e->title), false, true);
    fputc('\n', stdout);
}

static int list(const struct job *j)
{
    int64_t *ids = NULL;
    size_t n = 0;
    int good = j->o->kind == KIND_ANY ? -1 : j->o->kind == KIND_GOOD;
    int r = cq_example_list(j->store, j->o->item, good, j->err, &ids, &n);
    for (size_t i = 0; !r && i < n; i++) {
        struct cq_example e = {0};
        r = cq_example_load(j->store, ids[i], j->err, &e);
        if (!r)
            print_line(&e);
        cq_example_done(&e);
    }
    free(ids);
    return r;
}

static int show(const struct job *j, int64_t id)
{
    struct cq_example e = {0};
    int r = cq_example_load(j->store, id, j->err, &e);
    if (r)
        return r;
    print_line(&e);
    if (e.call)
        printf(_("       call %lld, %.1f - %.1f s%s\n"), (long long)e.call, e.start_s, e.end_s,
               e.keep ? _(", kept from retention") : "");
    else
        printf("       %s\n", e.audio);
    if (e.why) {
        fputs("       ", stdout);
        cq_term_put(stdout, e.why, cq_term_width(e.why), false, true);
        fputc('\n', stdout);
    }
    cq_example_done(&e);
    return 0;
}

static int play(const struct job *j, int64_t id)
{
    struct cq_example e = {0};
    struct cq_replay_call c = {0};
    struct cq_span part;
    int r = cq_example_load(j->store, id, j->err, &e);
    if (!r)
        r = cq_example_open(j->store, &e, j->o->recording, j->err, &c, &part);
    if (!r) {
        struct cq_tui_clip clip = {
            .title = e.title, .why = e.why, .item = cq_replay_call_label(&c, e.item), .number = 1, .of = 1};
        struct cq_replay_heard what = {part.start_s, part.end_s, part.start_s, NULL, &clip};
        r = cq_replay_call_hear(&c, &j->o->sound, &what, j->stop, j->err, NULL);
    }
    cq_replay_call_done(&c);
    cq_example_done(&e);
    return r;
}

/* DIR alone: all that --item, --good and --bad choose; else the numbers behind it. */
static int export_some(const struct job *j)
{
    struct cq_export_opts opts = {j->args->v[1], j->o->recording, j->o->anonymous, j->who};
    int64_t *ids = NULL;
    size_t n = j->args->n - 2;
    int good = j->o->kind == KIND_ANY ? -1 : j->o->kind == KIND_GOOD, r = 0;
    if (n) {
        ids = calloc(n, sizeof *ids);
        r = ids ? 0 : -ENOMEM;
        for (size_t i = 0; !r && i < n; i++)
            r = parse_id(j->args->v[2 + i], j->err, &ids[i]);
    } else {
        r = cq_example_list(j->store, j->o->item, good, j->err, &ids, &n);
    }
    if (!r && n != 1 && (j->o->sound.mutes.n || j->o->recording))
        r = cq_error_set(j->err, -EINVAL, NULL, 0,
                         "--mute and --recording belong to one call: export one example");
    if (!r && !n)
        r = cq_error_set(j->err, -ENOENT, NULL, 0,
                         "there are no such examples; 'callqa examples list' shows them");
    if (!r)
        r = cq_examples_export(j->store, ids, n, &j->o->sound, &opts, j->stop, j->err);
    if (!r)
        printf(_("%zu examples in %s; open index.html in a browser\n"), n, opts.dir);
    free(ids);
    return r;
}

static int import(const struct job *j)
{
    int n_new = 0, n_known = 0;
    int r = cq_examples_import(j->store, j->args->v[1], j->who, j->err, &n_new, &n_known);
    if (!r)
        printf(_("%d new examples, %d known already; their clips stay in %s\n"), n_new, n_known, j->args->v[1]);
    return r;
}

static int suggest(const struct job *j)
{
    struct cq_suggestion v[SUGGEST_MAX];
    if (!j->o->item)
        return cq_error_set(j->err, -EINVAL, NULL, 0, "suggest takes --item");
    for (int good = 1; good >= 0; good--) {
        size_t n = 0;
        if ((good && j->o->kind == KIND_BAD) || (!good && j->o->kind == KIND_GOOD))
            continue;
        int r = cq_example_suggest(j->store, j->o->item, good, (size_t)j->o->max, j->err, v, &n);
        if (r)
            return r;
        printf("# %s\n", good ? _("good moments, the clearest first: put in titles and run the lines")
                              : _("bad moments, the clearest first: put in titles and run the lines"));
        for (size_t i = 0; i < n; i++)
            printf("callqa examples add %lld --from %.1f --to %.1f --item %s --%s --title '...'  # %.1f %s\n",
                   (long long)v[i].call, v[i].start_s, v[i].end_s, j->o->item, good ? "good" : "bad",
                   v[i].score, v[i].agent);
    }
    return 0;
}

/* The example that is meant, which words with a number take. */
static int named_id(const struct job *j, int64_t *ret_id)
{
    if (j->args->n < 2)
        return cq_error_set(j->err, -EINVAL, NULL, 0, "%s takes an example or a folder", j->args->v[0]);
    return parse_id(j->args->v[1], j->err, ret_id);
}

static int run_show(const struct job *j)
{
    int64_t id = 0;
    int r = named_id(j, &id);
    return r ? r : show(j, id);
}

static int run_play(const struct job *j)
{
    int64_t id = 0;
    int r = named_id(j, &id);
    return r ? r : play(j, id);
}

static int run_remove(const struct job *j)
{
    int64_t id = 0;
    int r = named_id(j, &id);
    return r ? r : cq_example_remove(j->store, id, j->who, j->err);
}

static int run_export(const struct job *j)
{
    if (j->args->n < 2)
        return cq_error_set(j->err, -EINVAL, NULL, 0, "%s takes an example or a folder", j->args->v[0]);
    return export_some(j);
}

static int run_import(const struct job *j)
{
    if (j->args->n < 2)
        return cq_error_set(j->err, -EINVAL, NULL, 0, "%s takes an example or a folder", j->args->v[0]);
    return import(j);
}

/* The words, whether one only reads the database, and what does it. */
#define WORDS(X)                                                                                               \
    X("add", false, add)                                                                                       \
    X("list", true, list)                                                                                      \
    X("show", true, run_show)                                                                                  \
    X("remove", false, run_remove)                                                                             \
    X("play", true, run_play)                                                                                  \
    X("export", false, run_export)                                                                             \
    X("import", false, run_import)                                                                             \
    X("suggest", true, suggest)

#define X_NAME(name, reads, run) name,
#define X_WORD(name, reads, run) {reads, run},
static const char *const words[] = {WORDS(X_NAME) NULL};
static const struct {
    bool reads;
    int (*run)(const struct job *j);
} doing[] = {WORDS(X_WORD)};
#undef X_NAME
#undef X_WORD

static int step(void *user, struct cq_store *store, const atomic_bool *stop, struct cq_error *err)
{
    struct job *j = user;
    j->store = store;
    j->stop = stop;
    j->err = err;
    return doing[j->word].run(j);
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct examples_opts *o = opts;
    char user[CQ_USER_MAX];
    size_t word = 0;
    while (words[word] && strcmp(words[word], args->v[0]))
        word++;
    if (!words[word]) {
        cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"),
               _("write add, list, show, remove, play, export, import or suggest"), "examples");
        return CQ_EXIT_USAGE;
    }
    struct job j = {.o = o, .args = args, .word = word, .who = cq_cli_user(o->as, user)};
    if (!*j.who)
        j.who = "unknown";
    return cq_examples_run(o->db, !doing[word].reads, step, &j);
}

extern const struct cq_command cq_command_examples;
const struct cq_command cq_command_examples = {
    .name = "examples",
    .synopsis = "add CALL | list | show N | remove N | play N | export DIR [N]... | import DIR | suggest",
    .summary = N_("keep moments of calls that show how it should be done, or not; hear them, give them away"),
    .details = N_("suggest prints the clearest moments for an item, of different agents and lengths, as lines "
                  "ready to run. "
                  "export writes the clips, a page for any browser and a manifest that import reads elsewhere. "
                  "An example "
                  "goes when its call goes, unless it was added with --keep. What is added, removed and "
                  "exported is in the "
                  "audit."),
    .examples = "  callqa examples suggest --item listening\n"
                "  callqa examples add 12 --from 61 --to 75 --item listening --bad --title 'Cuts in twice'\n"
                "  callqa examples export /srv/training --anonymous --disguise",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .words = words,
    .defaults = &defaults,
    .opts_size = sizeof(struct examples_opts),
    .min_args = 1,
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
