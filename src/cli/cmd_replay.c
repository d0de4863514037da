/* callqa replay: hear a stored call, or write what would be heard. */
#include "base/error.h"
#include "base/log.h"
#include "base/path.h"
#include "cli/command.h"
#include "cli/find_calls.h"
#include "cli/i18n.h"
#include "cli/replay_call.h"
#include "cli/signals.h"
#include "cli/term.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define BEFORE_S 0.5 /* a moment is heard from a little before it */

struct replay_opts {
    const char *db;
    const char *recording;
    const char *render;
    const char *at, *from, *to;
    int event;
    const char *item;
    const char *flag;
    bool list_devices;
    struct cq_sound_opts sound;
};

static const struct replay_opts defaults = {.sound = CQ_SOUND_OPTS_INIT};

static const char *const solos[] = {"both", "agent", "customer", NULL};
static const char *const pans[] = {"apart", "middle", NULL};

#define AT(field) offsetof(struct replay_opts, field)

static const struct cq_opt options[] = {
    CQ_OPT_DB(AT(db)),
    {CQ_OPT("at", 0, CQ_OPT_STRING, AT(at), "TIME", N_("begin here: seconds (63.2) or a clock (1:03.2)"))},
    {CQ_OPT("event", 0, CQ_OPT_INT, AT(event), "N",
            N_("begin at the Nth event, as `callqa show --events` lists them")),
     .min = 1, .max = 1e6},
    {CQ_OPT("item", 0, CQ_OPT_STRING, AT(item), "ITEM",
            N_("begin at the first evidence of an item of the form, and choose it in the view"))},
    {CQ_OPT("flag", 0, CQ_OPT_STRING, AT(flag), "FLAG", N_("begin at the first evidence of a flag"))},
    {CQ_OPT("from", 0, CQ_OPT_STRING, AT(from), "TIME", N_("play only from here ..."))},
    {CQ_OPT("to", 0, CQ_OPT_STRING, AT(to), "TIME", N_("... to here"))},
    {CQ_OPT("speed", 's', CQ_OPT_NUMBER, AT(sound.speed), "X", N_("0.5 to 3 times as fast, the pitch stays")),
     .min = 0.5, .max = 3},
    {CQ_OPT("solo", 0, CQ_OPT_CHOICE, AT(sound.solo), "WHO", N_("who is heard")), .choices = solos},
    {CQ_OPT("pan", 0, CQ_OPT_CHOICE, AT(sound.pan), "HOW",
            N_("agent left and customer right, or both in the middle")),
     .choices = pans},
    {CQ_OPT("gain", 'g', CQ_OPT_NUMBER, AT(sound.gain_db), "DB",
            N_("louder or quieter; a limiter keeps it clean")),
     .min = CQ_REPLAY_GAIN_MIN_DB, .max = CQ_REPLAY_GAIN_MAX_DB},
    {CQ_OPT("skip-silence", 0, CQ_OPT_FLAG, AT(sound.skip_silence), NULL,
            N_("jump over what nobody says for a second and longer, hold and music too"))},
    {CQ_OPT("mute", 0, CQ_OPT_LIST, AT(sound.mutes), "FROM-TO",
            N_("silence an interval (a card number); may be repeated"))},
    {CQ_OPT("disguise", 0, CQ_OPT_FLAG, AT(sound.disguise), NULL, N_("make the customer's voice another"))},
    {CQ_OPT("render", 'o', CQ_OPT_FILE, AT(render), "FILE",
            N_("write what would be heard to FILE (.wav, .flac, .ogg) instead of playing it"))},
    {CQ_OPT("recording", 0, CQ_OPT_FILE, AT(recording), "FILE", N_("where the recording is, if it was moved"))},
    {CQ_OPT("device", 'D', CQ_OPT_STRING, AT(sound.device), "DEVICE",
            N_("play on this device: number or part of the name"))},
    {CQ_OPT("list-devices", 0, CQ_OPT_FLAG, AT(list_devices), NULL,
            N_("list the devices that can play, and end"))},
};

static int print_device(void *user, int number, const char *name, bool is_default)
{
    (void)user;
    printf("%4d  ", number);
    cq_term_put(stdout, name, cq_term_width(name), false, true);
    printf("%s%s\n", is_default ? "  " : "", is_default ? _("(default)") : "");
    return 0;
}

static int list_devices(void)
{
    struct cq_error err = {0};
    int r = cq_device_list(print_device, NULL, &err);
    return r ? cq_cli_tell(&err, r, CQ_EXIT_SOME) : CQ_EXIT_OK;
}

static int time_option(const char *name, const char *text, double otherwise, struct cq_error *err,
                       double *ret_s)
{
    *ret_s = otherwise;
    if (!text || !cq_cli_parse_seconds(text, strlen(text), ret_s))
        return 0;
    return cq_error_set(err, -EINVAL, NULL, 0, "--%s \"%s\" is no time; write 63.2 or 1:03.2", name, text);
}

static int at_evidence(const char *what, const char *id, const struct cq_evidence *v, size_t n,
                       struct cq_error *err, double *ret_s)
{
    if (!n)
        return cq_error_set(err, -ENOENT, NULL, 0, "%s \"%s\" rests on no moment of this call", what, id);
    *ret_s = v[0].at.start_s - BEFORE_S;
    return 0;
}

static int at_item(const struct cq_scorecard *card, const char *id, struct cq_error *err, double *ret_s)
{
    for (size_t i = 0; i < card->n_items; i++) {
        if (!strcmp(card->items[i].id, id))
            return at_evidence("item", id, card->items[i].evidence, card->items[i].n_evidence, err, ret_s);
    }
    return cq_error_set(err, -ENOENT, NULL, 0, "this call's form has no item \"%s\"; 'callqa show' lists them",
                        id);
}

static int at_flag(const struct cq_scorecard *card, const char *id, struct cq_error *err, double *ret_s)
{
    for (size_t i = 0; i < card->n_flags; i++) {
        if (!strcmp(card->flags[i].id, id))
            return at_evidence("flag", id, card->flags[i].evidence, card->flags[i].n_evidence, err, ret_s);
    }
    return cq_error_set(err, -ENOENT, NULL, 0, "this call has no flag \"%s\"; 'callqa show' lists them", id);
}

/* Where to begin: the first of --at, --event, --item and --flag that is given. */
static int find_start(const struct replay_opts *o, const struct cq_analysis *a, struct cq_error *err,
                      double *ret_s)
{
    const struct cq_events *events = &a->talk.events;
    if (o->at)
        return time_option("at", o->at, 0, err, ret_s);
    if (o->event && (size_t)o->event > events->n)
        return cq_error_set(err, -ENOENT, NULL, 0, "this call has %zu events", events->n);
    if (o->event)
        *ret_s = events->v[o->event - 1].at.start_s - BEFORE_S;
    else if (o->item)
        return at_item(&a->scorecard, o->item, err, ret_s);
    else if (o->flag)
        return at_flag(&a->scorecard, o->flag, err, ret_s);
    return 0;
}

static int render(const struct replay_opts *o, struct cq_replay_call *c, const struct cq_replay_heard *what,
                  const atomic_bool *stop, struct cq_error *err)
{
    double seconds = 0;
    bool begins = what->at_s > what->from_s; /* --at and its kin move the beginning of a file */
    int r = cq_replay_call_render(c, &o->sound, begins ? what->at_s : what->from_s, what->to_s, o->render, stop,
                                  err, &seconds);
    if (!r)
        printf(_("%s: %.2f s\n"), o->render, seconds);
    return r;
}

static int replay(const struct replay_opts *o, struct cq_replay_call *c, const atomic_bool *stop,
                  struct cq_error *err)
{
    struct cq_replay_heard what = {.item = o->item};
    double length = (double)c->source.n_samples / CQ_ANALYSIS_RATE_HZ;
    int r = time_option("from", o->from, 0, err, &what.from_s);
    if (!r)
        r = time_option("to", o->to, NAN, err, &what.to_s);
    what.at_s = what.from_s;
    if (!r)
        r = find_start(o, &c->a, err, &what.at_s);
    if (!r && (what.at_s >= length || what.from_s >= length || what.to_s <= what.from_s))
        r = cq_error_set(err, -EINVAL, NULL, 0, "that part is empty: the call lasts %.1f s", length);
    if (r)
        return r;
    if (what.at_s < what.from_s)
        what.at_s = what.from_s;
    return o->render ? render(o, c, &what, stop, err)
                     : cq_replay_call_hear(c, &o->sound, &what, stop, err, NULL);
}

static int exit_of(int r)
{
    return r == -ECANCELED ? CQ_EXIT_INTERRUPTED : r == -EINVAL ? CQ_EXIT_USAGE : CQ_EXIT_SOME;
}

static int run(const void *opts, const struct cq_args *args)
{
    const struct replay_opts *o = opts;
    struct cq_error err = {0};
    struct cq_store *store = NULL;
    struct cq_replay_call c = {0};
    struct cq_signals signals = {.before_exit = cq_screen_rescue};
    int64_t call;
    if (o->list_devices)
        return list_devices();
    if (!args->n) {
        cq_log(CQ_LOG_ERROR, _("%s (see: callqa %s --help)"), _("an argument is missing"), "replay");
        return CQ_EXIT_USAGE;
    }
    int r = cq_store_open(cq_cli_db_path(o->db), CQ_STORE_READ, &err, &store);
    if (r)
        return cq_cli_tell(&err, r, CQ_EXIT_DATABASE);
    r = cq_store_find_call(store, args->v[0], &err, &call);
    if (!r)
        r = cq_replay_call_open(store, call, o->recording, &err, &c);
    cq_store_close(store); /* the view may stay up for hours */
    if (!r)
        r = cq_signals_init(&signals);
    if (!r)
        r = replay(o, &c, &signals.stop, &err);
    bool stopped = signals.running && atomic_load(&signals.caught);
    cq_signals_done(&signals);
    cq_replay_call_done(&c);
    if (stopped)
        return CQ_EXIT_INTERRUPTED;
    return r ? cq_cli_tell(&err, r, exit_of(r)) : CQ_EXIT_OK;
}

extern const struct cq_command cq_command_replay;
const struct cq_command cq_command_replay = {
    .name = "replay",
    .synopsis = "[OPTION]... CALL",
    .summary = N_("hear a stored call in a full-screen view, from the moment that a score rests on"),
    .details = N_(
        "Plays the call's recording, agent left and customer right, with a timeline of who speaks, marks, "
        "events, "
        "scores and measures. The key ? shows the keys. Without a terminal it plays to the end. With --render "
        "the same sound goes to a file and no device is needed. CALL is what `callqa show` takes. If the "
        "recording was moved since it was analysed, --recording says where it is; its content must be the "
        "same. "
        "What is heard is what was analysed: 8000 samples a second, the band of a telephone."),
    .examples = "  callqa replay 12\n"
                "  callqa replay 12 --item listening\n"
                "  callqa replay 12 --at 1:03.2 --speed 0.75 --solo agent\n"
                "  callqa replay 12 --from 61 --to 74 --mute 66-68.5 --disguise --render clip.ogg",
    .options = options,
    .n_options = sizeof options / sizeof *options,
    .defaults = &defaults,
    .opts_size = sizeof(struct replay_opts),
    .max_args = 1,
    .run = run,
};
