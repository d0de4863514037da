/* callqa playlist: examples one after the other, for a training; and as a quiz. */
#include "base/error.h"
#include "base/log.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/examples.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/term.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct playlist_opts {
    const char *db;
    const char *trainee;
    bool quiz;
    struct cq_sound_opts sound;
};

static const struct playlist_opts defaults = {.sound = CQ_SOUND_OPTS_INIT};

#define AT(field) offsetof(struct playlist_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("quiz", 'q', CQ_OPT_FLAG, AT(quiz), NULL,
            N_("play: hide the score until the trainee has given one, and keep both"))},
    {CQ_OPT("trainee", 0, CQ_OPT_STRING, AT(trainee), "NAME", N_("play --quiz: who listens"))},
    {CQ_OPT("device", 'D', CQ_OPT_STRING, AT(sound.device), "DEVICE",
            N_("play on this device: number or part of the name"))},
};

struct job {
    const struct playlist_opts *o;
    const struct cq_args *args;
    struct cq_store *store;
    const atomic_bool *stop;
    struct cq_error *err;
};

static int print_list(void *user, const char *name, int64_t n_clips)
{
    (void)user;
    cq_term_put(stdout, name, 30, false, true);
    printf(P_("  %lld clip\n", "  %lld clips\n", n_clips), (long long)n_clips);
    return 0;
}

static int add(const struct job *j)
{
    int r = j->args->n < 3 ? cq_error_set(j->err, -EINVAL, NULL, 0, "add takes a playlist and examples") : 0;
    if (!r)
        r = cq_store_begin(j->store, j->err); /* all or none */
    if (r)
        return r;
    for (size_t i = 2; !r && i < j->args->n; i++) {
        const char *text = j->args->v[i];
        int64_t id = 0;
        if (cq_number_parse_int(text, strlen(text), &id))
            r = cq_error_set(j->err, -EINVAL, NULL, 0,
                             "\"%s\" is no example's number; 'callqa examples list' shows them", text);
        else
            r = cq_playlist_add(j->store, j->args->v[1], id, j->err);
    }
    if (!r)
        return cq_store_commit(j->store, j->err);
    cq_store_rollback(j->store);
    return r;
}

static int play_clip(const struct job *j, int64_t id, int number, int of, enum cq_tui_end *ret_end)
{
    struct cq_example e = {0};
    struct cq_replay_call c = {0};
    struct cq_span part;
    int score = 0;
    int r = cq_example_load(j->store, id, j->err, &e);
    if (!r)
        r = cq_example_open(j->store, &e, NULL, j->err, &c, &part);
    if (!r) {
        struct cq_tui_clip clip = {.title = e.title,
                                   .why = e.why,
                                   .item = cq_replay_call_label(&c, e.item),
                                   .number = number,
                                   .of = of,
                                   .quiz = j->o->quiz,
                                   .has_answer = isfinite(e.score),
                                   .answer = e.score,
                                   .ret_score = &score};
        struct cq_replay_heard what = {part.start_s, part.end_s, part.start_s, NULL, &clip};
        r = cq_replay_call_hear(&c, &j->o->sound, &what, j->stop, j->err, ret_end);
    }
    if (!r && score)
        r = cq_quiz_save(j->store, id, j->o->trainee, score, e.score, j->err);
    cq_replay_call_done(&c);
    cq_example_done(&e);
    return r;
}

static int play(const struct job *j)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum cq_tui_end end = CQ_TUI_NEXT;
    if (j->o->quiz && (!j->o->trainee || !*j->o->trainee))
        return cq_error_set(j->err, -EINVAL, NULL, 0, "a quiz needs to know who listens: --trainee NAME");
    if (j->o->quiz && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
        return cq_error_set(j->err, -EINVAL, NULL, 0, "a quiz needs a terminal");
    int r = cq_playlist_clips(j->store, j->args->v[1], j->err, &ids, &n);
    if (!r && !n)
        r = cq_error_set(j->err, -ENOENT, NULL, 0, "the playlist is empty; 'callqa playlist add' fills it");
    for (size_t i = 0; !r && i < n && end == CQ_TUI_NEXT; i++)
        r = play_clip(j, ids[i], (int)i + 1, (int)n, &end);
    free(ids);
    return r;
}

static int print_result(void *user, const struct cq_quiz_result *q)
{
    (void)user;
    cq_term_put(stdout, q->trainee, 20, false, true);
    printf("  %7lld", (long long)q->n);
    if (q->n_compared)
        printf("  %8.2f  %+6.2f  %5.0f%%\n", q->distance, q->bias, q->within_one * 100);
    else
        printf("  %8s  %6s  %6s\n", "-", "-", "-");
    return 0;
}

static int results(const struct job *j)
{
    cq_term_put(stdout, _("trainee"), 20, false, true);
    fputs("  ", stdout);
    cq_term_put(stdout, _("answers"), 7, true, true);
    fputs("  ", stdout);
    cq_term_put(stdout, _("distance"), 8, true, true);
    fputs("  ", stdout);
    cq_term_put(stdout, _("bias"), 6, true, true);
    fputs("  ", stdout);
    cq_term_put(stdout, _("near"), 6, true, true);
    fputc('\n', stdout);
    return cq_quiz_results(j->store, print_result, NULL, j->err);
}

static int dispatch(const struct job *j)
{
    const char *what = j->args->v[0];
    if (!strcmp(what, "list"))
        return cq_playlist_list(j->store, print_list, NULL, j->err);
    if (!strcmp(what, "results"))
        return results(j);
    if (j->args->n < 2)
        return cq_error_set(j->err, -EINVAL, NULL, 0, "name the playlist");
    if (!strcmp(what, "new"))
        return cq_playlist_new(j->store, j->args->v[1], j->err);
    return !strcmp(what, "add") ? add(j) : play(j);
}

static const char *const words[] = {"new", "add", "list", "play", "results", NULL};

static int step(void *user, struct cq_store *store, const atomic_bool *stop, struct cq_error *err)
{
    struct job *j = user;
    j->store = store;
    j->stop = stop;
    j->err = err;
    return dispatch(j);
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct playlist_opts *o = opts;
    size_t word = 0;
    while (words[word] && strcmp(words[word], args->v[0]))
        word++;
    if (!words[word]) {
        cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), _("write new, add, list, play or results"),
               "playlist");
        return CQ_EXIT_USAGE;
    }
    bool writes = !strcmp(args->v[0], "new") || !strcmp(args->v[0], "add") || o->quiz;
    struct job j = {.o = o, .args = args};
    return cq_examples_run(o->db, writes, step, &j);
}

extern const struct cq_command cq_command_playlist;
const struct cq_command cq_command_playlist = {
    .name = "playlist",
    .synopsis = "new NAME | add NAME N... | list | play NAME | results",
    .summary = N_("play examples one after the other, with time to talk; or as a quiz"),
    .details =
        N_("play stops at the end of each clip, for discussion; Enter goes on. With --quiz the trainee scores "
           "first, from 1 to 5, and then sees the form's answer; both are kept. results tells for each trainee "
           "how many answers there are, their mean distance from the form, whether they score higher or lower "
           "(bias), and how many lie within one point (near)."),
    .examples = "  callqa playlist new week-48\n"
                "  callqa playlist add week-48 3 7 4\n"
                "  callqa playlist play week-48 --quiz --trainee li.na\n"
                "  callqa playlist results",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .words = words,
    .defaults = &defaults,
    .opts_size = sizeof(struct playlist_opts),
    .min_args = 1,
    .max_args = CQ_ARGS_ANY,
    .run = run,
};
