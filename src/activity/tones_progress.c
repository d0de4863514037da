#include "activity/tones_track.h"

#include "base/array.h"

#include <math.h>

#define FINE_SIDE 2 /* fine bins on each side of a component: Hann over 100 ms */

static const float LOW_SHARE = 0.75f;         /* power in 300 to 700 Hz */
static const float FINE_SHARE = 0.80f;        /* of that in one or two components */
static const float FINE_MATCH_HZ = 15.0f;     /* the same in a fine spectrum */
static const float PROGRESS_SECOND = 0.1f;    /* a second component within 10 dB counts */
static const float PROGRESS_RANGE_DB = 4.5f;  /* of the levels of 100 ms of a steady tone */
static const float PROGRESS_RANGE_HZ = 6.0f;  /* of their frequency, and 1 % of noise more for each */
static const float PROGRESS_NOISE_HZ = 20.0f; /* times the share that is not tone */
static const int PROGRESS_MIN_WINDOWS = 2;

/* Sum of the fine spectrum around bin k, without what lies around `skip`. */
static float fine_around(const float *fine, int k, int skip)
{
    float sum = 0.0f;

    for (int i = k - FINE_SIDE; i <= k + FINE_SIDE; i++) {
        if (i >= 0 && i < CQ_GOERTZEL_FINE_BINS && (skip < 0 || i < skip - FINE_SIDE || i > skip + FINE_SIDE))
            sum += fine[i];
    }
    return sum;
}

static int fine_strongest(const float *fine, int skip)
{
    int best = -1;

    for (int k = 0; k < CQ_GOERTZEL_FINE_BINS; k++) {
        const bool peak =
            (k == 0 || fine[k] >= fine[k - 1]) && (k == CQ_GOERTZEL_FINE_BINS - 1 || fine[k] >= fine[k + 1]);
        if (peak && (skip < 0 || k < skip - FINE_SIDE || k > skip + FINE_SIDE) &&
            (best < 0 || fine[k] > fine[best]))
            best = k;
    }
    return best;
}

/* Frequency of a component from its three strongest bins, by a parabola through their levels. */
static float fine_hz(const float *fine, int k)
{
    float offset = 0.0f;

    if (k > 0 && k < CQ_GOERTZEL_FINE_BINS - 1 && fine[k - 1] > 0.0f && fine[k + 1] > 0.0f) {
        const float a = logf(fine[k - 1]), b = logf(fine[k]), c = logf(fine[k + 1]), bend = a - 2.0f * b + c;
        offset = bend < 0.0f ? 0.5f * (a - c) / bend : 0.0f;
    }
    return CQ_GOERTZEL_FINE_FIRST_HZ + CQ_GOERTZEL_FINE_STEP_HZ * ((float)k + offset);
}

/* The one or two components of a fine spectrum and their share of it. */
static float fine_components(const float *fine, float ret_hz[2])
{
    const int first = fine_strongest(fine, -1), second = fine_strongest(fine, first);
    const float one = fine_around(fine, first, -1), two = second >= 0 ? fine_around(fine, second, first) : 0.0f;
    float total = 1e-20f;

    for (int k = 0; k < CQ_GOERTZEL_FINE_BINS; k++)
        total += fine[k];
    ret_hz[0] = fine_hz(fine, first);
    ret_hz[1] = two >= PROGRESS_SECOND * one ? fine_hz(fine, second) : 0.0f;
    return (one + two) / total;
}

/* Four to one by means: what folds onto 300 to 700 Hz from above 1.3 kHz is weak, as the block's low share
 * says. */
static void fine_spectrum(const struct cq_tone_track *t, const float *recent,
                          float ret_fine[CQ_GOERTZEL_FINE_BINS])
{
    float x[CQ_GOERTZEL_FINE_SAMPLES];

    for (int i = 0; i < CQ_GOERTZEL_FINE_SAMPLES; i++)
        x[i] = 0.25f * (recent[4 * i] + recent[4 * i + 1] + recent[4 * i + 2] + recent[4 * i + 3]);
    cq_goertzel_fine(&t->bank, x, ret_fine);
}

static int progress_close(struct cq_tone_track *t)
{
    struct cq_tone_progress *p = &t->progress;
    struct cq_tone_burst b;

    p->open = false;
    if (p->n_windows < PROGRESS_MIN_WINDOWS)
        return 0;
    b = cq_tone_burst_make(&p->at);
    b.progress = true;
    b.share = fine_components(p->fine, b.hz);
    if (b.share < FINE_SHARE)
        return 0;
    b.steady = p->max_db - p->min_db <= PROGRESS_RANGE_DB &&
               p->max_hz - p->min_hz <= PROGRESS_RANGE_HZ + PROGRESS_NOISE_HZ * (1.0f - b.share);
    return CQ_ARRAY_PUSH(&t->bursts, b);
}

/* Statistics of one more window of the same tone. The first may be filled in part only, so it gives no level.
 */
static void progress_learn(struct cq_tone_progress *p, const float *fine, float hz)
{
    float sum = 0.0f, db;

    for (int k = 0; k < CQ_GOERTZEL_FINE_BINS; k++) {
        p->fine[k] += fine[k];
        sum += fine[k];
    }
    db = cq_tone_energy_db(sum);
    if (p->n_windows < 2) {
        p->min_db = p->max_db = db;
        p->min_hz = p->max_hz = hz;
    }
    p->min_db = fminf(p->min_db, db);
    p->max_db = fmaxf(p->max_db, db);
    p->min_hz = fminf(p->min_hz, hz);
    p->max_hz = fmaxf(p->max_hz, hz);
    p->n_windows++;
    p->whole = p->at;
}

/* Take the last 100 ms into the burst, or end it where they are something else. */
static int progress_window(struct cq_tone_track *t, const float *recent)
{
    struct cq_tone_progress *p = &t->progress;
    float fine[CQ_GOERTZEL_FINE_BINS], hz[2];

    fine_spectrum(t, recent, fine);
    p->pending = 0;
    if (fine_components(fine, hz) < FINE_SHARE) {
        p->at = p->whole;
        return progress_close(t);
    }
    if (p->n_windows == 0)
        p->lead_hz = hz[0];
    /* Two components of equal strength change places. */
    if (hz[1] > 0.0f && fabsf(hz[1] - p->lead_hz) < fabsf(hz[0] - p->lead_hz))
        hz[0] = hz[1];
    if (fabsf(hz[0] - p->lead_hz) > FINE_MATCH_HZ) {
        p->at = p->whole;
        return progress_close(t);
    }
    progress_learn(p, fine, hz[0]);
    return 0;
}

int cq_tone_progress_add(struct cq_tone_track *t, const struct cq_tone_block *b, const float *recent)
{
    struct cq_tone_progress *p = &t->progress;
    const bool low = !b->quiet && b->low_share >= LOW_SHARE;

    if (!p->open && !low)
        return 0;
    if (!p->open) {
        *p = (struct cq_tone_progress){.open = true};
        cq_tone_edges_open(&p->at, t);
        p->whole = p->at;
    }
    if (!low) {
        /* One block may fall into a null of the beat of two components. */
        if (p->at.last == t->block - 1)
            p->at.after = b->energy;
        else
            return progress_close(t);
    } else {
        cq_tone_edges_add(&p->at, t->block, b->energy);
    }
    return ++p->pending >= CQ_TONES_PROGRESS_BLOCKS && recent ? progress_window(t, recent) : 0;
}
