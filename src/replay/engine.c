#include "replay/engine.h"

#include "callqa/recording.h"
#include "replay/limiter.h"
#include "replay/speed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK CQ_PRIVACY_BLOCK
#define EDGE 40       /* samples faded at either side of a jump: 5 ms, no click */
#define PLACES 16384  /* places of frames inside the speed stage: two seconds, it keeps a tenth */
#define MADE_MAX 4096 /* frames one block may become: half speed, flush of speed and limiter included */

struct cq_engine {
    struct cq_replay_source source;
    const struct cq_talk *talk;
    struct cq_privacy_opts privacy_opts;
    struct cq_replay_settings settings;
    struct cq_stretches skips;
    struct cq_path path;
    struct cq_privacy *privacy;
    struct cq_mixer mixer;
    struct cq_speed *speed; /* NULL at 1.0: not a bit is changed then */
    struct cq_limiter limiter;
    int64_t at;        /* next sample of the source */
    int64_t run_end;   /* the source is read without a jump up to here */
    int64_t run_begin; /* and has been since here */
    bool source_ended, ended;
    int32_t place[PLACES]; /* of the last frames that went into the speed stage */
    uint64_t n_fed, n_got; /* frames into and out of the speed stage */
    struct cq_replay_frame made[MADE_MAX];
    size_t made_at, made_n;
};

static int64_t sample_of(double seconds)
{
    return (int64_t)llround(seconds * CQ_ANALYSIS_RATE_HZ);
}

static int64_t within(double seconds, int64_t n, int64_t otherwise)
{
    if (!isfinite(seconds))
        return otherwise;
    if (seconds <= 0)
        return 0;
    return seconds >= (double)n / CQ_ANALYSIS_RATE_HZ ? n : sample_of(seconds);
}

struct cq_stretch cq_engine_part(const struct cq_replay_source *source, const struct cq_replay_settings *s)
{
    struct cq_stretch part = {within(s->from_s, source->n_samples, 0),
                              within(s->to_s, source->n_samples, source->n_samples)};
    if (part.to < part.from)
        part.to = part.from;
    return part;
}

static int check(const struct cq_replay_settings *s)
{
    bool ok = s->speed >= CQ_SPEED_MIN && s->speed <= CQ_SPEED_MAX && s->gain_db >= CQ_REPLAY_GAIN_MIN_DB &&
              s->gain_db <= CQ_REPLAY_GAIN_MAX_DB;
    return ok ? 0 : -EINVAL;
}

static void set_path(struct cq_engine *e)
{
    const struct cq_replay_settings *s = &e->settings;
    e->path = (struct cq_path){.part = cq_engine_part(&e->source, s)};
    e->path.skips = s->skip_silence ? &e->skips : NULL;
    if (isfinite(s->loop_a_s) && isfinite(s->loop_b_s)) {
        int64_t a = within(s->loop_a_s, e->source.n_samples, 0);
        int64_t b = within(s->loop_b_s, e->source.n_samples, 0);
        a = a > e->path.part.from ? a : e->path.part.from;
        b = b < e->path.part.to ? b : e->path.part.to;
        if (b > a)
            e->path.loop = (struct cq_stretch){a, b};
    }
}

int cq_engine_set(struct cq_engine *e, const struct cq_replay_settings *settings, int64_t at)
{
    struct cq_speed *speed = NULL;
    struct cq_privacy *privacy = NULL;
    int r = check(settings);
    if (!r && fabs(settings->speed - 1.0) > 1e-6)
        r = cq_speed_new(2, settings->speed, 1.0, &speed);
    if (!r)
        r = cq_privacy_new(&e->privacy_opts, e->source.n_channels, e->talk, &privacy);
    if (r) {
        cq_speed_free(speed);
        return r;
    }
    cq_speed_free(e->speed);
    cq_privacy_free(e->privacy);
    e->speed = speed;
    e->privacy = privacy;
    e->settings = *settings;
    e->mixer.solo = settings->solo;
    e->mixer.pan = settings->pan;
    set_path(e);
    cq_limiter_init(&e->limiter, settings->gain_db);
    e->at = at < e->path.part.from ? e->path.part.from : at;
    e->run_begin = e->run_end = e->at;
    e->source_ended = e->ended = false;
    e->n_fed = e->n_got = 0;
    e->made_at = e->made_n = 0;
    return 0;
}

int cq_engine_new(const struct cq_replay_source *source, const struct cq_talk *talk,
                  const struct cq_privacy_opts *privacy, const struct cq_replay_settings *settings,
                  struct cq_engine **ret_e)
{
    struct cq_engine *e = calloc(1, sizeof *e);
    if (!e)
        return -ENOMEM;
    e->source = *source;
    e->talk = talk;
    if (privacy)
        e->privacy_opts = *privacy;
    int r = cq_mixer_init(&e->mixer, source->n_channels, talk);
    if (!r && talk)
        r = cq_path_silences(talk, source->n_samples, &e->skips);
    if (!r)
        r = cq_engine_set(e, settings, 0);
    if (r) {
        cq_engine_free(e);
        return r;
    }
    *ret_e = e;
    return 0;
}

struct cq_engine *cq_engine_free(struct cq_engine *e)
{
    if (e) {
        cq_speed_free(e->speed);
        cq_privacy_free(e->privacy);
        cq_mixer_done(&e->mixer);
        free(e->skips.v);
        free(e);
    }
    return NULL;
}

/* Soft at both sides of a jump, and at the beginning and the end. */
static float edge(const struct cq_engine *e, int64_t at)
{
    int64_t in = at - e->run_begin, out = e->run_end - 1 - at, near = in < out ? in : out;
    return near >= EDGE ? 1.0f : (float)(near + 1) / (EDGE + 1);
}

/* The next samples of the source as lanes; *ret_n is 0 at the end. */
static int take_block(struct cq_engine *e, struct cq_lanes *v, size_t *ret_n)
{
    float plane[CQ_N_PARTIES][BLOCK];
    float *const planes[] = {plane[0], plane[1]};
    *ret_n = 0;
    if (e->at >= e->run_end) {
        if (!cq_path_next(&e->path, &e->at, &e->run_end))
            return 0;
        e->run_begin = e->at;
    }
    int64_t left = e->run_end - e->at;
    int n = left < BLOCK ? (int)left : BLOCK, got = 0;
    int r = e->source.read(e->source.user, e->at, n, planes, &got);
    if (r)
        return r;
    if (got <= 0)
        return -EIO; /* inside the recording's length there are samples */
    for (int i = 0; i < got; i++) {
        float level = edge(e, e->at + i);
        v[i].at = (int32_t)(e->at + i);
        v[i].lane[0] = plane[0][i] * level;
        v[i].lane[1] = e->source.n_channels == 2 ? plane[1][i] * level : 0.0f;
    }
    e->at += got;
    *ret_n = (size_t)got;
    return 0;
}

static void keep(struct cq_engine *e, struct cq_replay_frame *v, size_t n)
{
    n = cq_limiter_process(&e->limiter, v, n);
    memcpy(e->made + e->made_n, v, n * sizeof *v);
    e->made_n += n;
}

/* What the speed stage has ready. Output frame k stands for input frame k * speed. */
static void take_from_speed(struct cq_engine *e)
{
    float pairs[2 * BLOCK];
    struct cq_replay_frame v[BLOCK];
    size_t n;
    while (e->made_n + BLOCK + CQ_LIMITER_AHEAD <= MADE_MAX &&
           (n = cq_speed_read(e->speed, pairs, BLOCK)) > 0) {
        for (size_t i = 0; i < n; i++) {
            uint64_t in = (uint64_t)((double)e->n_got++ * e->settings.speed);
            in = in < e->n_fed ? in : e->n_fed - 1;
            v[i] = (struct cq_replay_frame){pairs[2 * i], pairs[2 * i + 1], e->place[in % PLACES]};
        }
        keep(e, v, n);
    }
}

static int mix(struct cq_engine *e, const struct cq_lanes *lanes, size_t n)
{
    struct cq_replay_frame v[BLOCK];
    float pairs[2 * BLOCK];
    for (size_t i = 0; i < n; i++)
        v[i] = cq_mixer_mix(&e->mixer, &lanes[i]);
    if (!e->speed) {
        keep(e, v, n);
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        pairs[2 * i] = v[i].left;
        pairs[2 * i + 1] = v[i].right;
        e->place[e->n_fed++ % PLACES] = v[i].at;
    }
    return cq_speed_write(e->speed, pairs, n);
}

/* The end of the source: every stage gives what it keeps. */
static int drain(struct cq_engine *e)
{
    int r = cq_privacy_flush(e->privacy);
    e->source_ended = true;
    return r;
}

static int finish(struct cq_engine *e)
{
    int r = 0;
    if (e->speed && e->n_fed) {
        r = cq_speed_flush(e->speed);
        take_from_speed(e);
    }
    e->made_n += cq_limiter_flush(&e->limiter, e->made + e->made_n, MADE_MAX - e->made_n);
    e->ended = true;
    return r;
}

/* Make some more frames, or find that there are none. */
static int make(struct cq_engine *e)
{
    struct cq_lanes lanes[BLOCK];
    size_t n = 0;
    int r = 0;
    e->made_at = e->made_n = 0;
    if (!e->source_ended) {
        r = take_block(e, lanes, &n);
        if (!r)
            r = n ? cq_privacy_write(e->privacy, lanes, n) : drain(e);
    }
    n = r ? 0 : cq_privacy_read(e->privacy, lanes, BLOCK);
    if (!r && n)
        r = mix(e, lanes, n);
    if (!r && e->speed)
        take_from_speed(e);
    if (!r && e->source_ended && !n)
        r = finish(e);
    return r;
}

int cq_engine_read(struct cq_engine *e, struct cq_replay_frame *v, size_t n, size_t *ret_n)
{
    size_t done = 0;
    while (done < n) {
        if (e->made_at == e->made_n) {
            if (e->ended)
                break;
            int r = make(e);
            if (r)
                return r;
            continue;
        }
        size_t m = e->made_n - e->made_at;
        m = m < n - done ? m : n - done;
        memcpy(v + done, e->made + e->made_at, m * sizeof *v);
        e->made_at += m;
        done += m;
    }
    *ret_n = done;
    return 0;
}

double cq_engine_meter(struct cq_engine *e)
{
    return cq_limiter_meter(&e->limiter);
}
