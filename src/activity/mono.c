#include "activity/mono.h"

#include "activity/mono_agent.h"
#include "activity/mono_cluster.h"
#include "activity/mono_decode.h"
#include "activity/mono_features.h"
#include "activity/mono_net.h"
#include "base/array.h"
#include "base/error.h"
#include "base/path.h"
#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MODEL_NAME CQ_MONO_NAME ".bin"
#define N_BUF CQ_MONO_NET_MAX
#define N_CONTEXT CQ_MONO_NET_CONTEXT
#define N_COL (CQ_MONO_N_MEL + 1)
#define FRAMES_PER_S (1000.0 / CQ_FRAME_MS)
#define N_STEPS 401 /* of 0.25 dB from CQ_MONO_FLOOR_DB up */
#define STEPS_PER_DB 4.0f

static const double LOUD_QUANTILE = 0.95; /* as in training (mono_train.py) */
static const double LOW_QUANTILE = 0.10;
static const float OTHER_LIMIT = 0.0f;    /* logit of music and tone */
static const int OTHER_MIN_FRAMES = 50;   /* shorter sounds are no music */
static const int OTHER_JOIN_FRAMES = 150; /* quiet bars of a piece, and voices over it */
static const float OTHER_CONFIDENCE = 0.5f;

struct cq_mono {
    struct cq_mono_features *features;
    struct cq_mono_net *net;
    struct cq_mono_voices *voices;
    struct cq_mono_decode *decode;
    struct cq_mono_found found;
    float mel[N_BUF * N_COL];
    float pitch[N_BUF / 2 * CQ_MONO_N_PITCH];
    uint32_t levels[N_STEPS]; /* histogram of frame levels */
    int64_t n_levels;
    float logit[2][N_BUF];
    int n;           /* frames in mel */
    int from;        /* first of them whose result is still to be handed on */
    int64_t n_given; /* results handed on */
    int64_t n_samples;
    bool processing;
    struct cq_spans other; /* music and tones, in frames */
};

struct cq_mono *cq_mono_free(struct cq_mono *m)
{
    if (!m)
        return NULL;
    cq_mono_features_free(m->features);
    cq_mono_net_free(m->net);
    cq_mono_voices_free(m->voices);
    cq_mono_decode_free(m->decode);
    free(m->other.v);
    free(m);
    return NULL;
}

int cq_mono_new(const char *model_path, int cpu, struct cq_error *err, struct cq_mono **ret_m)
{
    struct cq_mono *m = calloc(1, sizeof *m);
    char *found = NULL;
    int rc = -ENOMEM;

    if (!m)
        goto out;
    if (!model_path) {
        rc = cq_path_find_data(MODEL_NAME, &found);
        if (rc) {
            cq_error_set(
                err, rc, MODEL_NAME, 0,
                "the weights of the one-channel network are not installed; run 'meson install', or set "
                "CALLQA_DATADIR to the folder that holds them");
            goto out;
        }
    }
    rc = cq_mono_net_new(model_path ? model_path : found, cpu, err, &m->net);
    if (!rc)
        rc = cq_mono_features_new(cpu, &m->features);
    if (!rc)
        rc = cq_mono_voices_new(&m->voices);
    if (!rc)
        rc = cq_mono_decode_new(&m->decode);
out:
    free(found);
    if (rc)
        cq_mono_free(m);
    else
        *ret_m = m;
    return rc;
}

static float quantile(const struct cq_mono *m, double q)
{
    const double want = q * (double)(m->n_levels - 1);
    double sum = 0.0;

    for (int i = 0; i < N_STEPS; i++) {
        sum += m->levels[i];
        if (sum > want)
            return CQ_MONO_FLOOR_DB + ((float)i + 0.5f) / STEPS_PER_DB;
    }
    return 0.0f;
}

/* Levels of the call so far while scanning, of the whole call afterwards. */
static void count_level(struct cq_mono *m, float level_db)
{
    const int k = (int)((level_db - CQ_MONO_FLOOR_DB) * STEPS_PER_DB);

    if (m->processing)
        return;
    m->levels[k < 0 ? 0 : k >= N_STEPS ? N_STEPS - 1 : k]++;
    m->n_levels++;
}

static float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

/* Scan: embeddings of frames [from, to) to the collection, from a multiple of four. */
static void gather(struct cq_mono *m, int from, int to)
{
    const float *y = cq_mono_net_logits(m->net), *e = cq_mono_net_embeddings(m->net);

    for (int t = from; t < to; t += CQ_MONO_EMB_FRAMES) {
        float w = 0.0f;
        for (int k = 0; k < CQ_MONO_EMB_FRAMES; k++) {
            const float *p = y + (t + k) * CQ_MONO_N_OUT;
            w += sigmoid(p[CQ_MONO_SPEECH]) * sigmoid(-p[CQ_MONO_OVERLAP]) * sigmoid(-p[CQ_MONO_OTHER]);
        }
        cq_mono_voices_add(m->voices, e + t / CQ_MONO_EMB_FRAMES * CQ_MONO_EMB, w / CQ_MONO_EMB_FRAMES);
    }
}

static int take_other(struct cq_mono *m, int64_t at)
{
    const double t = (double)at;

    if (m->other.n) {
        struct cq_span *last = &m->other.v[m->other.n - 1];
        if (t - last->end_s <= OTHER_JOIN_FRAMES) {
            last->end_s = t + 1.0;
            return 0;
        }
        if (last->end_s - last->start_s < OTHER_MIN_FRAMES)
            m->other.n--;
    }
    return CQ_ARRAY_PUSH(&m->other, ((struct cq_span){t, t + 1.0}));
}

/* Process: who speaks in frames [from, to). */
static int hand_on(struct cq_mono *m, int from, int to)
{
    const float *y = cq_mono_net_logits(m->net);
    int rc = 0;

    if (m->found.n_voices == 2) {
        cq_mono_net_party(m->net, m->found.centroid[0], m->found.centroid[1], m->logit[0]);
        cq_mono_net_party(m->net, m->found.centroid[1], m->found.centroid[0], m->logit[1]);
    } else {
        for (int t = from; t < to; t++) {
            m->logit[0][t] = m->found.n_voices ? y[t * CQ_MONO_N_OUT + CQ_MONO_SPEECH] : -100.0f;
            m->logit[1][t] = -100.0f;
        }
    }
    for (int t = from; t < to && !rc; t++)
        if (y[t * CQ_MONO_N_OUT + CQ_MONO_OTHER] > OTHER_LIMIT)
            rc = take_other(m, m->n_given + t - from);
    if (!rc)
        rc = cq_mono_decode_push(m->decode, m->logit[0] + from, m->logit[1] + from, to - from);
    return rc;
}

/* Run the network over what is buffered; hand on all results but those that lack context (all at the end). */
static int run(struct cq_mono *m, bool at_end)
{
    const int n4 = (m->n + 3) / 4 * 4, to = at_end ? m->n : m->n - N_CONTEXT;
    int rc = 0;

    if (to <= m->from)
        return 0;
    for (int t = m->n; t < n4; t++)
        for (int b = 0; b < N_COL; b++)
            m->mel[t * N_COL + b] = CQ_MONO_FLOOR_DB;
    cq_mono_net_run(m->net, m->mel, m->pitch, n4, quantile(m, LOUD_QUANTILE), quantile(m, LOW_QUANTILE));
    if (m->processing)
        rc = hand_on(m, m->from, to);
    else
        gather(m, m->from, at_end ? n4 : to);
    m->n_given += to - m->from;
    if (!at_end) {
        const int drop = to - N_CONTEXT;
        memmove(m->mel, m->mel + drop * N_COL, (size_t)(m->n - drop) * N_COL * sizeof *m->mel);
        memmove(m->pitch, m->pitch + drop / 2 * CQ_MONO_N_PITCH,
                (size_t)(m->n - drop) / 2 * CQ_MONO_N_PITCH * sizeof *m->pitch);
        m->n -= drop;
        m->from = N_CONTEXT;
    }
    return rc;
}

static int push(struct cq_mono *m, const float *pcm, size_t n)
{
    float frame[N_COL];
    size_t used = 0;

    for (size_t at = 0;; at += used) {
        float *pitch = m->pitch + m->n / 2 * CQ_MONO_N_PITCH;
        if (!cq_mono_features_push(m->features, n ? pcm + at : NULL, n - at, &used, frame,
                                   frame + CQ_MONO_N_MEL, pitch))
            return 0;
        memcpy(m->mel + m->n * N_COL, frame, sizeof frame);
        count_level(m, frame[CQ_MONO_N_MEL]);
        if (++m->n == N_BUF) {
            const int rc = run(m, false);
            if (rc)
                return rc;
        }
    }
}

/* The end of one pass: the last windows, and everything back to the start. */
static int end_pass(struct cq_mono *m)
{
    int rc;

    cq_mono_features_finish(m->features);
    rc = push(m, NULL, 0);
    if (!rc)
        rc = run(m, true);
    cq_mono_features_reset(m->features);
    memset(m->pitch, 0, sizeof m->pitch);
    m->n = m->from = 0;
    m->n_given = 0;
    return rc;
}

int cq_mono_scan(struct cq_mono *m, const float *pcm, int n)
{
    if (m->processing || n < 0)
        return -EINVAL;
    return push(m, pcm, (size_t)n);
}

int cq_mono_process(struct cq_mono *m, const float *pcm, int n)
{
    int rc = 0;

    if (n < 0)
        return -EINVAL;
    if (!m->processing) {
        rc = end_pass(m);
        if (!rc)
            rc = cq_mono_voices_find(m->voices, &m->found);
        m->processing = true;
    }
    if (!rc)
        rc = push(m, pcm, (size_t)n);
    m->n_samples += n;
    return rc;
}

static int add_speech(const struct cq_mono_spans *spans, struct cq_activity *a)
{
    for (size_t i = 0; i < spans->n; i++) {
        const struct cq_mono_span *s = &spans->v[i];
        const struct cq_activity_span span = {
            .sound = CQ_SOUND_SPEECH,
            .party = s->voice == 0 ? CQ_AGENT : CQ_CUSTOMER,
            .confidence = s->confidence,
            .at = {s->start / FRAMES_PER_S, s->end / FRAMES_PER_S},
        };
        const int rc = cq_activity_add(a, &span);
        if (rc)
            return rc;
    }
    return 0;
}

/* Frames to seconds, the last one dropped where it is short. */
static int add_other(struct cq_mono *m, struct cq_activity *a)
{
    struct cq_spans *o = &m->other;

    if (o->n && o->v[o->n - 1].end_s - o->v[o->n - 1].start_s < OTHER_MIN_FRAMES)
        o->n--;
    for (size_t i = 0; i < o->n; i++) {
        const struct cq_activity_span span = {
            .sound = CQ_SOUND_MUSIC,
            .party = CQ_NOBODY,
            .confidence = OTHER_CONFIDENCE,
            .at = {o->v[i].start_s / FRAMES_PER_S, o->v[i].end_s / FRAMES_PER_S},
        };
        const int rc = cq_activity_add(a, &span);
        if (rc)
            return rc;
    }
    return 0;
}

int cq_mono_flush(struct cq_mono *m, const char *agent_rule, struct cq_activity *a)
{
    struct cq_mono_spans spans = {0};
    int rc = m->processing ? 0 : cq_mono_process(m, NULL, 0);

    if (!rc)
        rc = end_pass(m);
    if (!rc)
        rc = cq_mono_decode_finish(m->decode, &spans);
    if (!rc)
        rc = add_other(m, a);
    if (!rc)
        rc = add_speech(&spans, a);
    if (rc)
        goto out;
    cq_activity_sort(a);
    a->diarized = true;
    rc = cq_mono_agent_name(a, agent_rule, NULL);
out:
    free(spans.v);
    return rc;
}

int cq_mono_n_voices(const struct cq_mono *m)
{
    return m->found.n_voices;
}

double cq_mono_likeness(const struct cq_mono *m)
{
    return m->found.likeness;
}

double cq_mono_duration_s(const struct cq_mono *m)
{
    return (double)m->n_samples / CQ_ANALYSIS_RATE_HZ;
}
