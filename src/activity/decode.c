#include "activity/decode.h"

#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RING 1024  /* frames kept; a power of two above CQ_DECODE_LAG + STRIDE + what edges look at */
#define STRIDE 256 /* frames between two decisions */
#define STATES 4   /* bit c: channel c is on */
#define FRAME_S (CQ_FRAME_MS / 1000.0)
#define NEVER (-1)
_Static_assert(CQ_DECODE_LAG + STRIDE < RING, "the path lies in the ring");

/* A model of `n` states: path scores and where each came from. */
struct viterbi {
    int n;
    float change[STATES][STATES];
    float score[STATES];
    uint8_t from[RING][STATES];
};

/* One kind of sound of one channel: the stretch that is open and the one that waits for its pause. */
struct lane {
    enum cq_sound sound;
    int channel;
    double min_gap_s;
    double min_s;
    double onset_shift_s;
    double offset_shift_s;
    bool on;
    double begin_s;
    double sum; /* of log odds */
    int64_t n_sum;
    bool waits;
    double wait_begin_s, wait_end_s, wait_sum;
    int64_t wait_n;
};

enum { LANE_SPEECH, LANE_MUSIC, N_LANES };

struct cq_decoder {
    struct cq_decode_opts opts;
    struct cq_activity *out;
    struct viterbi talk;
    struct viterbi music[2];
    float odds[RING][2][N_LANES];
    struct lane lane[2][N_LANES];
    int64_t n;       /* frames pushed */
    int64_t decided; /* frames handed to the lanes */
};

static void talk_model(struct viterbi *v, const struct cq_decode_opts *o)
{
    v->n = STATES;
    for (int a = 0; a < STATES; a++)
        for (int b = 0; b < STATES; b++)
            for (int c = 0; c < 2; c++)
                if (((a ^ b) >> c) & 1)
                    v->change[a][b] += (b >> c) & 1 ? o->begin_cost : o->end_cost;
}

static void lane_init(struct lane *l, enum cq_sound sound, int channel, const struct cq_decode_opts *o)
{
    const bool talk = sound == CQ_SOUND_SPEECH;
    l->sound = sound;
    l->channel = channel;
    l->min_gap_s = (double)(talk ? o->min_pause_s : o->join_music_s);
    l->min_s = (double)(talk ? o->min_spurt_s : o->min_music_s);
    l->onset_shift_s = talk ? (double)o->onset_shift_s : 0.0;
    l->offset_shift_s = talk ? (double)o->offset_shift_s : 0.0;
}

int cq_decoder_new(const struct cq_decode_opts *opts, struct cq_activity *activity, struct cq_decoder **ret_d)
{
    struct cq_decoder *d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    d->opts = *opts;
    d->out = activity;
    talk_model(&d->talk, opts);
    for (int c = 0; c < 2; c++) {
        d->music[c].n = 2;
        d->music[c].change[0][1] = d->music[c].change[1][0] = opts->music_cost;
        lane_init(&d->lane[c][LANE_SPEECH], CQ_SOUND_SPEECH, c, opts);
        lane_init(&d->lane[c][LANE_MUSIC], CQ_SOUND_MUSIC, c, opts);
    }
    *ret_d = d;
    return 0;
}

struct cq_decoder *cq_decoder_free(struct cq_decoder *d)
{
    free(d);
    return NULL;
}

/* One frame on: gain[s] is what state s earns in it. */
static void step(struct viterbi *v, int64_t t, const float gain[STATES])
{
    float next[STATES], top = -INFINITY;
    uint8_t *from = v->from[t % RING];
    for (int s = 0; s < v->n; s++) {
        int best = 0;
        for (int p = 1; p < v->n; p++)
            if (v->score[p] - v->change[p][s] > v->score[best] - v->change[best][s])
                best = p;
        from[s] = (uint8_t)best;
        next[s] = v->score[best] - v->change[best][s] + gain[s];
        top = fmaxf(top, next[s]);
    }
    for (int s = 0; s < v->n; s++)
        v->score[s] = next[s] - top; /* stays small however long the call is */
}

/* States of frames [from, to) on the best path that ends in frame `last`. */
static void trace(const struct viterbi *v, int64_t from, int64_t to, int64_t last, uint8_t *ret_states)
{
    int s = 0;
    for (int k = 1; k < v->n; k++)
        if (v->score[k] > v->score[s])
            s = k;
    for (int64_t t = last; t >= from; t--) {
        if (t < to)
            ret_states[t - from] = (uint8_t)s;
        s = v->from[t % RING][s];
    }
}

static float at(const struct cq_decoder *d, const struct lane *l, int64_t t)
{
    return d->odds[t % RING][l->channel][l->sound == CQ_SOUND_SPEECH ? LANE_SPEECH : LANE_MUSIC];
}

/* Between the middles of frames t-1 and t the log odds cross zero; else the edge is that of the frames. */
static double edge_s(const struct cq_decoder *d, const struct lane *l, int64_t t)
{
    double x = (double)t;
    if (t > 0 && t < d->n) {
        const float a = at(d, l, t - 1), b = at(d, l, t);
        if ((a < 0.0f) != (b < 0.0f))
            x += (double)(a / (a - b)) - 0.5;
    }
    return x * FRAME_S;
}

static int emit(struct cq_decoder *d, struct lane *l)
{
    const struct lane w = *l;
    l->waits = false;
    const double begin = fmax(0.0, w.wait_begin_s + w.onset_shift_s);
    const double end = fmin((double)d->n * FRAME_S, w.wait_end_s + w.offset_shift_s);
    if (end - begin < w.min_s)
        return 0;
    const struct cq_activity_span span = {.sound = w.sound,
                                          .party = (enum cq_party)w.channel,
                                          .confidence =
                                              (float)(1.0 / (1.0 + exp(-w.wait_sum / (double)w.wait_n))),
                                          .at = {begin, end}};
    return cq_activity_add(d->out, &span);
}

/* The lane is on or off in frame t. */
static int lane_frame(struct cq_decoder *d, struct lane *l, int64_t t, bool on)
{
    int r = 0;
    if (on && !l->on) {
        l->begin_s = edge_s(d, l, t);
        l->sum = 0.0;
        l->n_sum = 0;
        if (l->waits && l->begin_s + l->onset_shift_s - (l->wait_end_s + l->offset_shift_s) < l->min_gap_s) {
            l->begin_s = l->wait_begin_s; /* no pause: the stretch goes on */
            l->sum = l->wait_sum;
            l->n_sum = l->wait_n;
            l->waits = false;
        }
        if (l->waits)
            r = emit(d, l);
    } else if (!on && l->on) {
        l->waits = true;
        l->wait_begin_s = l->begin_s;
        l->wait_end_s = edge_s(d, l, t);
        l->wait_sum = l->sum;
        l->wait_n = l->n_sum;
    }
    l->on = on;
    if (on) {
        l->sum += (double)at(d, l, t);
        l->n_sum++;
    }
    return r;
}

/* Hand frames up to `to` to the lanes, by the best paths known now. */
static int decide(struct cq_decoder *d, int64_t to)
{
    uint8_t talk[RING] = {0}, music[2][RING] = {{0}};
    int r = 0;
    if (to <= d->decided)
        return 0;
    trace(&d->talk, d->decided, to, d->n - 1, talk);
    for (int c = 0; c < 2; c++)
        trace(&d->music[c], d->decided, to, d->n - 1, music[c]);
    for (int64_t t = d->decided; t < to && !r; t++)
        for (int c = 0; c < 2 && !r; c++) {
            r = lane_frame(d, &d->lane[c][LANE_SPEECH], t, (talk[t - d->decided] >> c) & 1);
            if (!r)
                r = lane_frame(d, &d->lane[c][LANE_MUSIC], t, music[c][t - d->decided] != 0);
        }
    d->decided = to;
    return r;
}

int cq_decoder_push(void *decoder, const int16_t (*logits)[2][CQ_NET_OUTPUTS], int n_frames)
{
    struct cq_decoder *d = decoder;
    const struct cq_decode_opts *o = &d->opts;
    const float unit = 1.0f / CQ_NET_LOGIT_ONE;
    for (int i = 0; i < n_frames; i++) {
        float(*odds)[N_LANES] = d->odds[d->n % RING];
        for (int c = 0; c < 2; c++) {
            const int16_t *z = logits[i][c], *y = logits[i][1 - c];
            odds[c][LANE_SPEECH] =
                o->bias + unit * (o->spurt_weight * z[CQ_NET_SPURT] + o->fine_weight * z[CQ_NET_FINE] +
                                  o->other_weight * y[CQ_NET_OTHER]);
            odds[c][LANE_MUSIC] = o->music_bias + unit * z[CQ_NET_MUSIC];
            const float gain[STATES] = {0.0f, odds[c][LANE_MUSIC]};
            step(&d->music[c], d->n, gain);
        }
        const float a = odds[0][LANE_SPEECH], b = odds[1][LANE_SPEECH];
        const float gain[STATES] = {0.0f, a, b, a + b - o->both_cost};
        step(&d->talk, d->n, gain);
        d->n++;
        if (d->n - d->decided == CQ_DECODE_LAG + STRIDE) {
            const int r = decide(d, d->n - CQ_DECODE_LAG);
            if (r)
                return r;
        }
    }
    return 0;
}

int cq_decoder_finish(struct cq_decoder *d)
{
    int r = decide(d, d->n);
    for (int c = 0; c < 2; c++)
        for (int k = 0; k < N_LANES && !r; k++) {
            r = lane_frame(d, &d->lane[c][k], d->n, false);
            if (!r && d->lane[c][k].waits)
                r = emit(d, &d->lane[c][k]);
        }
    return r;
}
