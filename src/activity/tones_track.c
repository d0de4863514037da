#include "activity/tones_track.h"

#include "base/array.h"

#include <math.h>
#include <stdlib.h>

/*
 * Three finders look at the same blocks, each for what the others see badly: runs of one or two peaks that stay
 * (beeps, SIT, fax, and lone tones under 700 Hz), bursts of call progress, whose two components a 20 ms block
 * cannot tell apart (tones_progress.c), and DTMF, which is short. What two of them find is settled by
 * tone_names.c.
 */

static const float SECOND_MATTERS = 0.15f; /* from here on it must match, too */
static const float MATCH_HZ = 25.0f;       /* a peak of the same tone, from 20 ms at 10 dB over noise */
static const float FIRST_MATCH_HZ = 40.0f; /* while only a partly filled block is known */
static const float GAP_RATIO = 0.25f;      /* 6 dB */
static const int MIN_RUN_BLOCKS = 4;       /* shorter runs are everywhere in vowels */
/* Deviations that a tone may show in 20 ms blocks: of a clean one, and times the root of the share that is not
 * tone. Under 700 Hz vowels come close to tones and other finders help; above, low-rate codecs are to be met.
 */
static const float LOW_HZ = 700.0f;
static const double STEADY_LOW_HZ = 0.7, STEADY_HZ = 5.0, STEADY_NOISE_HZ = 8.0;
static const double STEADY_LOW_DB = 0.4, STEADY_DB = 1.8, STEADY_NOISE_DB = 3.0;
static const double STEADY_DRIFT = 1.5; /* from the first to the last blocks, in such deviations */
static const double DTMF_GAP = 0.1;     /* Q.24: 10 ms of silence do not end a digit, 40 ms do */
static const double DTMF_FULL = 0.5;    /* twice as loud is something else */
static const double DTMF_MIN_S = 0.030; /* Q.24: 40 ms must be taken, 23 ms must not */

static int run_close(struct cq_tone_track *t)
{
    struct cq_tone_run *r = &t->run;
    const int n = r->at.n;
    const double inner = r->n_inner > 0 ? r->n_inner : 1, off = r->sum_off / inner, db = r->sum_db / inner;
    struct cq_tone_burst b = cq_tone_burst_make(&r->at);

    r->open = false;
    r->gap = 0;
    if (n < MIN_RUN_BLOCKS)
        return 0;
    b.hz[0] = r->hz[0];
    b.hz[1] = r->n_hz[1] > n / 2 ? r->hz[1] : 0.0f;
    if (r->n_hz[0] < n / 2)
        b.hz[0] = r->hz[1];
    b.share = (float)(r->sum_share / n);
    const bool low = b.hz[0] < LOW_HZ;
    const double noise = sqrt(fmax(0.0, 1.0 - b.share));
    const double sd_hz = (low ? STEADY_LOW_HZ : STEADY_HZ) + STEADY_NOISE_HZ * noise;
    const double sd_db = (low ? STEADY_LOW_DB : STEADY_DB) + STEADY_NOISE_DB * noise;
    b.steady = r->sum_off2 / inner - off * off <= sd_hz * sd_hz &&
               r->sum_db2 / inner - db * db <= sd_db * sd_db &&
               fabsf(r->early_off - r->late_off) <= STEADY_DRIFT * sd_hz;
    return CQ_ARRAY_PUSH(&t->bursts, b);
}

/* Which of the run's components a frequency is: 0, 1, or -1. */
static int run_component(const struct cq_tone_run *r, float hz)
{
    const float within = r->at.n < 2 ? FIRST_MATCH_HZ : MATCH_HZ;

    if (fabsf(hz - r->hz[0]) <= within)
        return 0;
    return r->hz[1] > 0.0f && fabsf(hz - r->hz[1]) <= within ? 1 : -1;
}

static bool run_matches(const struct cq_tone_run *r, const struct cq_tone_block *b)
{
    if (run_component(r, b->hz[0]) < 0)
        return false;
    return b->part[1] < SECOND_MATTERS || run_component(r, b->hz[1]) >= 0;
}

static void run_learn(struct cq_tone_run *r, const struct cq_tone_block *b)
{
    int first;

    if (r->at.n == 1) {
        /* The first block may hold the end of something else, too. */
        for (int i = 0; i < 2; i++) {
            r->hz[i] = r->ref[i] = b->hz[i];
            r->n_hz[i] = b->hz[i] > 0.0f;
        }
    }
    first = run_component(r, b->hz[0]);
    for (int i = 0; i < 2 && r->at.n > 1; i++) {
        const int c = b->hz[i] > 0.0f ? run_component(r, b->hz[i]) : -1;
        if (c < 0)
            continue;
        r->n_hz[c]++;
        r->hz[c] += (b->hz[i] - r->hz[c]) / (float)r->n_hz[c];
    }
    r->held_off = first < 0 ? 0.0f : b->hz[0] - r->ref[first];
    r->held_db = cq_tone_energy_db(b->energy);
}

/* The block before this one is an inner one if it is not the first. */
static void run_inner(struct cq_tone_run *r)
{
    const float off = r->held_off, db = r->held_db;

    if (r->at.n < 2)
        return;
    r->sum_off += off;
    r->sum_off2 += (double)off * off;
    r->sum_db += db;
    r->sum_db2 += (double)db * db;
    r->n_inner++;
    if (r->n_inner <= 3)
        r->early_off += (off - r->early_off) / (float)r->n_inner;
    r->late_off += (off - r->late_off) / (r->n_inner < 3 ? (float)r->n_inner : 3.0f);
}

/* A block that is not the tone: bridged once where the level holds (a codec's slip), else the run's end. */
static int run_miss(struct cq_tone_track *t, const struct cq_tone_block *b)
{
    struct cq_tone_run *r = &t->run;
    const float level = (float)cq_tone_edges_energy(&r->at);

    if (r->gap == 0)
        r->at.after = b->energy;
    if (r->gap++ == 0 && r->at.n > 1 && b->energy > GAP_RATIO * level && b->energy * GAP_RATIO < level)
        return 0;
    return run_close(t);
}

static int run_add(struct cq_tone_track *t, const struct cq_tone_block *b)
{
    struct cq_tone_run *r = &t->run;
    const bool tonal = !b->quiet && b->part[0] + b->part[1] >= CQ_TONES_TONAL_SHARE;
    int rc = 0;

    if (r->open && (!tonal || !run_matches(r, b)))
        rc = run_miss(t, b);
    else if (r->open)
        r->gap = 0;
    if (rc || !tonal || r->gap)
        return rc;
    if (!r->open) {
        *r = (struct cq_tone_run){.open = true, .hz = {b->hz[0], b->hz[1]}};
        cq_tone_edges_open(&r->at, t);
    }
    run_inner(r);
    run_learn(r, b);
    cq_tone_edges_add(&r->at, t->block, b->energy);
    r->sum_share += b->part[0] + (b->hz[1] > 0.0f ? b->part[1] : 0.0f);
    return 0;
}

static int dtmf_close(struct cq_tone_track *t)
{
    struct cq_tone_dtmf *d = &t->dtmf;
    struct cq_tone_burst b = cq_tone_burst_make(&d->at);

    d->open = false;
    b.hz[0] = d->hz[0];
    b.hz[1] = d->hz[1];
    b.share = (float)(d->sum_share / d->n_share);
    b.digit = d->digit;
    b.steady = true;
    return b.at.end_s - b.at.start_s >= DTMF_MIN_S ? CQ_ARRAY_PUSH(&t->bursts, b) : 0;
}

/* A block that is no digit for itself: the edge of the open one, or an interruption of 10 ms that is bridged.
 */
static bool dtmf_goes_on(const struct cq_tone_dtmf *d, const struct cq_tone_block *b)
{
    const double level = cq_tone_edges_energy(&d->at);

    return !d->gap && b->energy > level * DTMF_GAP && b->energy < level / DTMF_FULL;
}

static int dtmf_add(struct cq_tone_track *t, const struct cq_tone_block *b, char digit)
{
    struct cq_tone_dtmf *d = &t->dtmf;
    int rc = 0;

    if (d->open && digit != d->digit) {
        if (digit == 0 && dtmf_goes_on(d, b)) {
            d->gap = true;
            d->at.after = b->energy;
            d->gap_energy = b->energy;
            return 0;
        }
        if (!d->gap)
            d->at.after = b->energy;
        rc = dtmf_close(t);
    }
    if (rc || !digit)
        return rc;
    if (!d->open) {
        *d = (struct cq_tone_dtmf){.open = true, .digit = digit, .hz = {b->hz[0], b->hz[1]}};
        cq_tone_edges_open(&d->at, t);
    }
    if (d->gap)
        cq_tone_edges_add(&d->at, t->block - 1, d->gap_energy);
    d->gap = false;
    cq_tone_edges_add(&d->at, t->block, b->energy);
    d->at.peak = fmaxf(d->at.peak, b->digit_energy);
    d->sum_share += b->part[0] + b->part[1];
    d->n_share++;
    return 0;
}

/* How far recent bursts have fallen, two blocks after their ends. */
static void settle(struct cq_tone_track *t, float energy)
{
    for (size_t i = t->bursts.n; i-- > 0 && t->bursts.v[i].last_block + 4 > t->block;) {
        struct cq_tone_burst *b = &t->bursts.v[i];
        if (b->last_block + 2 == t->block)
            b->fall_db = fmaxf(b->fall_db, b->level_dbov - cq_tone_energy_db(energy));
    }
}

void cq_tone_track_init(struct cq_tone_track *t)
{
    *t = (struct cq_tone_track){0};
    cq_goertzel_fine_init(&t->bank);
}

void cq_tone_track_done(struct cq_tone_track *t)
{
    if (!t)
        return;
    free(t->bursts.v);
    t->bursts = (struct cq_tone_bursts){0};
}

int cq_tone_track_add(struct cq_tone_track *t, const struct cq_tone_block *block, char digit,
                      const float *recent)
{
    int rc = run_add(t, block);

    if (!rc)
        rc = cq_tone_progress_add(t, block, recent);
    if (!rc)
        rc = dtmf_add(t, block, digit);
    settle(t, block->energy);
    t->previous_energy[1] = t->previous_energy[0];
    t->previous_energy[0] = block->energy;
    t->block++;
    return rc;
}

int cq_tone_track_end(struct cq_tone_track *t)
{
    int rc = 0;

    /* After the end is silence: two blocks of it. */
    for (int i = 0; i < 2 && !rc; i++) {
        const struct cq_tone_block silence = {.quiet = true};
        rc = cq_tone_track_add(t, &silence, 0, NULL);
    }
    return rc;
}
