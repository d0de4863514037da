#include "cli/replay_call.h"

#include "base/error.h"
#include "base/number.h"
#include "base/path.h"
#include "cli/i18n.h"
#include "pipeline/pipeline.h"
#include "replay/player.h"
#include "replay/render.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_MUTES 1000
#define LOOK_NS 20000000 /* between two looks at a player without a view: 20 ms */

/* The form's labels, if it is installed in the version that scored the call. */
static struct cq_rubric *rubric_of(const struct cq_analysis *a)
{
    struct cq_rubric *r = NULL;
    if (!a->scorecard.rubric || cq_pipeline_load_rubric(a->scorecard.rubric, NULL, &r))
        return NULL;
    if (!a->scorecard.version || strcmp(cq_rubric_version(r), a->scorecard.version))
        return cq_rubric_free(r);
    return r;
}

static void write_heading(struct cq_replay_call *c)
{
    const struct cq_call_info *info = &c->a.info;
    char agent[128] = "", queue[128] = "";
    if (info->agent)
        snprintf(agent, sizeof agent, "  %s %s", _("agent"), info->agent);
    if (info->queue)
        snprintf(queue, sizeof queue, "  %s %s", _("queue"), info->queue);
    char call[64];
    snprintf(call, sizeof call, _("Call %lld"), (long long)c->call);
    snprintf(c->heading, sizeof c->heading, "%s  %s%s%s", call,
             c->a.recording.path ? cq_path_base(c->a.recording.path) : "", agent, queue);
}

int cq_replay_call_open(struct cq_store *store, int64_t call, const char *path, struct cq_error *err,
                        struct cq_replay_call *ret_c)
{
    struct cq_replay_call c = {.call = call};
    int r = cq_store_load(store, call, err, &c.a);
    if (r)
        return r;
    c.loaded = true;
    r = cq_replay_recording_open(&c.a, path, err, &c.recording);
    if (r) {
        cq_replay_call_done(&c);
        return r;
    }
    c.source = cq_replay_recording_source(c.recording);
    c.rubric = rubric_of(&c.a);
    write_heading(&c);
    *ret_c = c;
    return 0;
}

void cq_replay_call_done(struct cq_replay_call *c)
{
    if (!c || !c->loaded)
        return;
    cq_replay_recording_free(c->recording);
    cq_rubric_free(c->rubric);
    cq_analysis_done(&c->a);
    c->loaded = false;
}

const char *cq_replay_call_label(void *user, const char *id)
{
    const struct cq_replay_call *c = user;
    return c->rubric ? cq_rubric_label(c->rubric, id, cq_cli_language()) : id ? id : "";
}

int cq_cli_parse_seconds(const char *text, size_t n, double *ret_s)
{
    double total = 0, part;
    for (int i = 0; i < 3; i++) {
        const char *colon = memchr(text, ':', n);
        size_t m = colon ? (size_t)(colon - text) : n;
        int r = cq_number_parse(text, m, &part);
        if (r || part < 0 || part > 1e6 || (i > 0 && part >= 60))
            return -EINVAL;
        total = total * 60 + part;
        if (!colon) {
            *ret_s = total;
            return 0;
        }
        text += m + 1;
        n -= m + 1;
    }
    return -EINVAL;
}

int cq_sound_mutes(const struct cq_args *mutes, struct cq_error *err, struct cq_span **ret_spans, size_t *ret_n)
{
    if (mutes->n > MAX_MUTES)
        return cq_error_set(err, -EINVAL, NULL, 0, "there are more than %d intervals to mute", MAX_MUTES);
    struct cq_span *v = calloc(mutes->n + 1, sizeof *v);
    if (!v)
        return -ENOMEM;
    for (size_t i = 0; i < mutes->n; i++) {
        const char *text = mutes->v[i], *dash = strchr(text, '-');
        bool ok = dash && !cq_cli_parse_seconds(text, (size_t)(dash - text), &v[i].start_s) &&
                  !cq_cli_parse_seconds(dash + 1, strlen(dash + 1), &v[i].end_s) && v[i].end_s > v[i].start_s;
        if (!ok) {
            free(v);
            return cq_error_set(err, -EINVAL, NULL, 0,
                                "\"%s\" is no interval; write one as 61-74.5 or 1:01-1:14.5", text);
        }
    }
    *ret_spans = v;
    *ret_n = mutes->n;
    return 0;
}

struct cq_replay_settings cq_sound_settings(const struct cq_sound_opts *o, double from_s, double to_s)
{
    struct cq_replay_settings s = CQ_REPLAY_SETTINGS_INIT;
    s.speed = o->speed;
    s.gain_db = o->gain_db;
    s.solo = (enum cq_solo)o->solo;
    s.pan = (enum cq_pan)o->pan;
    s.skip_silence = o->skip_silence;
    s.from_s = from_s;
    s.to_s = to_s;
    return s;
}

/* The spans must live as long as the engine. */
static int make_engine(struct cq_replay_call *c, const struct cq_sound_opts *sound,
                       const struct cq_replay_settings *settings, struct cq_error *err,
                       struct cq_span **ret_spans, struct cq_engine **ret_e)
{
    struct cq_privacy_opts privacy = {.disguise = sound->disguise ? CQ_DISGUISE_PITCH : 0};
    struct cq_span *spans = NULL;
    int r = cq_sound_mutes(&sound->mutes, err, &spans, &privacy.n_mutes);
    if (r)
        return r;
    privacy.mutes = spans;
    r = cq_engine_new(&c->source, &c->a.talk, &privacy, settings, ret_e);
    if (r)
        free(spans);
    else
        *ret_spans = spans;
    return r;
}

/* Without a view: to the end of the part, or until somebody stops it. */
static int wait_for_end(struct cq_player *p, const atomic_bool *stop, struct cq_error *err)
{
    const struct timespec look = {.tv_nsec = LOOK_NS};
    cq_player_play(p, true);
    for (;;) {
        struct cq_player_state now = cq_player_state(p);
        if (stop && atomic_load(stop))
            return -ECANCELED;
        if (now.failed)
            return cq_error_set(err, -EIO, NULL, 0, "the recording cannot be read on; check the disk it is on");
        if (now.ended)
            return 0;
        nanosleep(&look, NULL);
    }
}

static int view(struct cq_replay_call *c, struct cq_player *p, const struct cq_replay_heard *what,
                const atomic_bool *stop, struct cq_error *err, enum cq_tui_end *ret_end)
{
    struct cq_screen screen;
    int r = cq_screen_init(&screen, err);
    if (r)
        return r;
    double end = (double)c->source.n_samples / CQ_ANALYSIS_RATE_HZ;
    struct cq_tui_opts o = {
        .a = &c->a,
        .heading = c->heading,
        .player = p,
        .part = {what->from_s, isfinite(what->to_s) && what->to_s < end ? what->to_s : end},
        .label = cq_replay_call_label,
        .label_user = c,
        .item = what->item,
        .clip = what->clip,
        .stop = stop,
    };
    cq_player_play(p, true);
    r = cq_tui_run(&screen, &o, ret_end);
    cq_screen_done(&screen);
    return r;
}

int cq_replay_call_hear(struct cq_replay_call *c, const struct cq_sound_opts *sound,
                        const struct cq_replay_heard *what, const atomic_bool *stop, struct cq_error *err,
                        enum cq_tui_end *ret_end)
{
    struct cq_replay_settings settings = cq_sound_settings(sound, what->from_s, what->to_s);
    struct cq_engine *engine = NULL;
    struct cq_player *player = NULL;
    struct cq_span *spans = NULL;
    enum cq_tui_end end = CQ_TUI_NEXT;
    int r = make_engine(c, sound, &settings, err, &spans, &engine);
    if (!r)
        r = cq_player_new(engine, &c->source, &settings, what->at_s, &cq_device_portaudio, sound->device, err,
                          &player);
    if (!r && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        r = view(c, player, what, stop, err, &end);
    else if (!r)
        r = wait_for_end(player, stop, err);
    cq_player_free(player);
    free(spans);
    if (!r && ret_end)
        *ret_end = end;
    return r;
}

int cq_replay_call_render(struct cq_replay_call *c, const struct cq_sound_opts *sound, double from_s,
                          double to_s, const char *path, const atomic_bool *stop, struct cq_error *err,
                          double *ret_s)
{
    struct cq_replay_settings settings = cq_sound_settings(sound, from_s, to_s);
    struct cq_engine *engine = NULL;
    struct cq_span *spans = NULL;
    int r = make_engine(c, sound, &settings, err, &spans, &engine);
    if (!r)
        r = cq_replay_render(engine, path, stop, err, ret_s);
    cq_engine_free(engine);
    free(spans);
    return r;
}
