#include "activity/tones_track.h"

#include "base/array.h"
#include "callqa/recording.h"

#include <math.h>
#include <stdlib.h>

#define BLOCK_S ((double)CQ_GOERTZEL_BLOCK / CQ_ANALYSIS_RATE_HZ)
#define PEAK_SIDE 2  /* bins on each side of a peak that the window spreads it over */
#define DECIMATION 4 /* the fine analysis runs at 2 kHz */
#define FINE_SAMPLES (CQ_TONES_PROGRESS_BLOCKS * CQ_GOERTZEL_BLOCK / DECIMATION)
#define FINE_SIDE 2 /* fine bins on each side of a component: Hann over 100 ms */

static const float TONAL_SHARE = 0.80f;    /* one or two peaks hold this much: 6 dB over white noise */
static const float SECOND_PART = 0.03f;    /* a second peak weaker than this is noise or leakage */
static const float SECOND_MATTERS = 0.15f; /* from here on it must match, too */
static const float LOW_SHARE = 0.75f;      /* power in 300 to 700 Hz */
static const float FINE_SHARE = 0.80f;     /* of that in one or two components */
static const float MATCH_HZ = 25.0f;       /* a peak of the same tone, from 20 ms at 10 dB over noise */
static const float FINE_MATCH_HZ = 15.0f;  /* the same in a fine spectrum */
static const float FIRST_MATCH_HZ = 40.0f; /* while only a partly filled block is known */
static const float PROGRESS_SECOND = 0.1f; /* a second component within 10 dB counts */
static const double FULL = 0.88;           /* a block this full of a tone is all of it */
static const float UNKNOWN = -1.0f;        /* energy of a block that has not come yet */
static const float GAP_RATIO = 0.25f;      /* 6 dB */
static const int MIN_RUN_BLOCKS = 4;       /* shorter runs are everywhere in vowels */
/* Deviations that a tone may show in 20 ms blocks: of a clean one, and times the root of the share that is not
 * tone. Under 700 Hz vowels come close to tones and other finders help; above, low-rate codecs are to be met.
 */
static const float LOW_HZ = 700.0f;
static const double STEADY_LOW_HZ = 0.7, STEADY_HZ = 5.0, STEADY_NOISE_HZ = 8.0;
static const double STEADY_LOW_DB = 0.4, STEADY_DB = 1.8, STEADY_NOISE_DB = 3.0;
static const double STEADY_DRIFT = 1.5;       /* from the first to the last blocks, in such deviations */
static const float PROGRESS_RANGE_DB = 4.5f;  /* of the levels of 100 ms of a steady tone */
static const float PROGRESS_RANGE_HZ = 6.0f;  /* of their frequency, and 1 % of noise more for each */
static const float PROGRESS_NOISE_HZ = 20.0f; /* times the share that is not tone */
static const int PROGRESS_MIN_WINDOWS = 2;
static const float DTMF_TOLERANCE = 0.023f;    /* Q.24: 1.5 % must be taken, 3.5 % must not */
static const float DTMF_TWIST_MIN_DB = -10.0f; /* high against low group; Q.24: -8 to +4 dB must be taken */
static const float DTMF_TWIST_MAX_DB = 6.0f;
static const double DTMF_GAP = 0.1;     /* Q.24: 10 ms of silence do not end a digit, 40 ms do */
static const double DTMF_FULL = 0.5;    /* twice as loud is something else */
static const double DTMF_MIN_S = 0.030; /* Q.24: 40 ms must be taken, 23 ms must not */

static const float DTMF_LOW_HZ[4] = {697.0f, 770.0f, 852.0f, 941.0f};
static const float DTMF_HIGH_HZ[4] = {1209.0f, 1336.0f, 1477.0f, 1633.0f};
static const char DTMF_DIGIT[4][4] = {
    {'1', '2', '3', 'A'}, {'4', '5', '6', 'B'}, {'7', '8', '9', 'C'}, {'*', '0', '#', 'D'}};

/* Index of the strongest bin; -1 where that is no peak. */
static int strongest(const float *power)
{
    int best = 1;

    for (int k = 2; k < CQ_GOERTZEL_BINS - 1; k++)
        best = power[k] > power[best] ? k : best;
    return power[best] >= power[best - 1] && power[best] >= power[best + 1] ? best : -1;
}

/* The strongest peak beside that in bin `skip`; -1 where there is none. */
static int next_strongest(const float *power, int skip)
{
    int best = -1;

    for (int k = 1; k < CQ_GOERTZEL_BINS - 1; k++) {
        if (power[k] < power[k - 1] || power[k] < power[k + 1] || (best >= 0 && power[k] <= power[best]))
            continue;
        if (k < skip - PEAK_SIDE || k > skip + PEAK_SIDE)
            best = k;
    }
    return best;
}

/* Four sums side by side: one alone would wait for every addition. */
static float sum_all(const float *power)
{
    float a = 0.0f, b = 0.0f, c = 0.0f, d = 0.0f;

    for (int k = 0; k < CQ_GOERTZEL_BINS; k += 4) {
        a += power[k];
        b += power[k + 1];
        c += power[k + 2];
        d += power[k + 3];
    }
    return (a + b) + (c + d);
}

static float sum_around(const float *power, int k, int skip)
{
    float sum = 0.0f;

    for (int i = k - PEAK_SIDE; i <= k + PEAK_SIDE; i++) {
        const int taken = skip >= 0 && i >= skip - PEAK_SIDE && i <= skip + PEAK_SIDE;
        if (i >= 0 && i < CQ_GOERTZEL_BINS && !taken)
            sum += power[i];
    }
    return sum;
}

/* Frequency of a sinusoid from its two strongest bins under a Hann window. */
static float interpolate(const float *power, int k)
{
    const float up = power[k + 1], down = power[k - 1], next = up > down ? up : down;
    const float ratio = power[k] > 0.0f ? sqrtf(next / power[k]) : 0.0f;
    const float offset = (2.0f * ratio - 1.0f) / (ratio + 1.0f);

    return CQ_GOERTZEL_STEP_HZ * ((float)(CQ_GOERTZEL_FIRST + k) + (up > down ? offset : -offset));
}

void cq_tone_block_measure(const float *power, float energy, struct cq_tone_block *ret_block)
{
    struct cq_tone_block b = {.quiet = !power, .energy = energy};
    float total = 1e-20f;
    int first, second;

    if (!power)
        goto out;
    total += sum_all(power);
    for (int k = 1; k < 10; k++) /* 300 to 700 Hz */
        b.low_share += power[k];
    b.low_share /= total;
    first = strongest(power);
    if (first < 0)
        goto out;
    b.hz[0] = interpolate(power, first);
    b.part[0] = sum_around(power, first, -1) / total;
    if (b.part[0] < 0.5f * TONAL_SHARE) /* then a second one can't make a tone of it */
        goto out;
    second = next_strongest(power, first);
    if (second < 0)
        goto out;
    b.part[1] = sum_around(power, second, first) / total;
    if (b.part[1] >= SECOND_PART)
        b.hz[1] = interpolate(power, second);
out:
    *ret_block = b;
}

static int nearest(const float table[4], float hz)
{
    for (int i = 0; i < 4; i++) {
        if (fabsf(hz - table[i]) <= DTMF_TOLERANCE * table[i])
            return i;
    }
    return -1;
}

char cq_tone_block_digit(const struct cq_tone_block *b)
{
    const int high_first = b->hz[0] > b->hz[1];
    const float low_part = b->part[high_first], high_part = b->part[!high_first];
    const int row = nearest(DTMF_LOW_HZ, b->hz[high_first]), column = nearest(DTMF_HIGH_HZ, b->hz[!high_first]);
    float twist_db;

    if (b->quiet || row < 0 || column < 0 || low_part + high_part < TONAL_SHARE)
        return 0;
    twist_db = 10.0f * log10f(high_part / low_part);
    return twist_db >= DTMF_TWIST_MIN_DB && twist_db <= DTMF_TWIST_MAX_DB ? DTMF_DIGIT[row][column] : 0;
}

static void edges_open(struct cq_tone_edges *e, const struct cq_tone_track *t)
{
    *e = (struct cq_tone_edges){.first = t->block,
                                .last = t->block - 1,
                                .before = t->previous_energy[0],
                                .after = UNKNOWN,
                                .outside = t->previous_energy[1]};
}

static void edges_add(struct cq_tone_edges *e, int64_t block, float energy)
{
    if (e->n == 0)
        e->first_energy = energy;
    e->last = block;
    e->last_energy = energy;
    e->sum_energy += energy;
    e->n++;
    e->after = UNKNOWN;
}

/* Mean square of the tone: of the inner blocks, which it fills. */
static double edges_energy(const struct cq_tone_edges *e)
{
    const double inner = e->sum_energy - e->first_energy - e->last_energy;

    return e->n > 2 ? inner / (e->n - 2) : fmax(e->first_energy, e->last_energy);
}

/* Share of a block that the tone fills, from its energy; louder than the tone is something else. */
static double filled(float energy, double tone_energy)
{
    const double share = tone_energy > 0.0 && energy > 0.0f ? energy / tone_energy : 0.0;

    /* Few periods in a block, and noise: its energy swings by a tenth. */
    return share > 1.5 ? 0.0 : share > FULL ? 1.0 : share;
}

static struct cq_span edges_span(const struct cq_tone_edges *e)
{
    const double tone = fmax(edges_energy(e), e->peak);
    const double first = e->first_energy > tone ? 1.0 : filled(e->first_energy, tone);
    const double last = e->last_energy > tone ? 1.0 : filled(e->last_energy, tone);
    const double before = first < 1.0 ? 0.0 : filled(e->before, tone),
                 after = last < 1.0 ? 0.0 : filled(e->after, tone);
    struct cq_span at;

    at.start_s = ((double)e->first + 1.0 - first - before) * BLOCK_S;
    at.end_s = ((double)e->last + last + after) * BLOCK_S;
    if (at.start_s < 0.0)
        at.start_s = 0.0;
    return at;
}

static float energy_db(double energy)
{
    return (float)(10.0 * log10(energy + 1e-10));
}

/* What is the same for every kind of burst. How far it falls is known two blocks later: settle(). */
static struct cq_tone_burst make_burst(const struct cq_tone_edges *e)
{
    struct cq_tone_burst b = {
        .at = edges_span(e), .level_dbov = energy_db(edges_energy(e)), .last_block = e->last};

    b.rise_db = fmaxf(0.0f, b.level_dbov - energy_db(fminf(e->before, e->outside)));
    b.fall_db = e->after > UNKNOWN ? fmaxf(0.0f, b.level_dbov - energy_db(e->after)) : 0.0f;
    return b;
}

static void settle(struct cq_tone_track *t, float energy)
{
    for (size_t i = t->bursts.n; i-- > 0 && t->bursts.v[i].last_block + 4 > t->block;) {
        struct cq_tone_burst *b = &t->bursts.v[i];
        if (b->last_block + 2 == t->block)
            b->fall_db = fmaxf(b->fall_db, b->level_dbov - energy_db(energy));
    }
}

static int run_close(struct cq_tone_track *t)
{
    struct cq_tone_run *r = &t->run;
    const int n = r->at.n;
    const double inner = r->n_inner > 0 ? r->n_inner : 1, off = r->sum_off / inner, db = r->sum_db / inner;
    struct cq_tone_burst b = make_burst(&r->at);

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
    r->held_db = energy_db(b->energy);
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
    const float level = (float)edges_energy(&r->at);

    if (r->gap == 0)
        r->at.after = b->energy;
    if (r->gap++ == 0 && r->at.n > 1 && b->energy > GAP_RATIO * level && b->energy * GAP_RATIO < level)
        return 0;
    return run_close(t);
}

static int run_add(struct cq_tone_track *t, const struct cq_tone_block *b)
{
    struct cq_tone_run *r = &t->run;
    const bool tonal = !b->quiet && b->part[0] + b->part[1] >= TONAL_SHARE;
    int rc = 0;

    if (r->open && (!tonal || !run_matches(r, b)))
        rc = run_miss(t, b);
    else if (r->open)
        r->gap = 0;
    if (rc || !tonal || r->gap)
        return rc;
    if (!r->open) {
        *r = (struct cq_tone_run){.open = true, .hz = {b->hz[0], b->hz[1]}};
        edges_open(&r->at, t);
    }
    run_inner(r);
    run_learn(r, b);
    edges_add(&r->at, t->block, b->energy);
    r->sum_share += b->part[0] + (b->hz[1] > 0.0f ? b->part[1] : 0.0f);
    return 0;
}

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
    b = make_burst(&p->at);
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
    db = energy_db(sum);
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

static int progress_add(struct cq_tone_track *t, const struct cq_tone_block *b, const float *recent)
{
    struct cq_tone_progress *p = &t->progress;
    const bool low = !b->quiet && b->low_share >= LOW_SHARE;

    if (!p->open && !low)
        return 0;
    if (!p->open) {
        *p = (struct cq_tone_progress){.open = true};
        edges_open(&p->at, t);
        p->whole = p->at;
    }
    if (!low) {
        /* One block may fall into a null of the beat of two components. */
        if (p->at.last == t->block - 1)
            p->at.after = b->energy;
        else
            return progress_close(t);
    } else {
        edges_add(&p->at, t->block, b->energy);
    }
    return ++p->pending >= CQ_TONES_PROGRESS_BLOCKS && recent ? progress_window(t, recent) : 0;
}

static int dtmf_close(struct cq_tone_track *t)
{
    struct cq_tone_dtmf *d = &t->dtmf;
    struct cq_tone_burst b = make_burst(&d->at);

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
    const double level = edges_energy(&d->at);

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
        edges_open(&d->at, t);
    }
    if (d->gap)
        edges_add(&d->at, t->block - 1, d->gap_energy);
    d->gap = false;
    edges_add(&d->at, t->block, b->energy);
    d->at.peak = fmaxf(d->at.peak, b->digit_energy);
    d->sum_share += b->part[0] + b->part[1];
    d->n_share++;
    return 0;
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
        rc = progress_add(t, block, recent);
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
