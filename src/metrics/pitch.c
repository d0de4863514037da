/*
 * Pitch by autocorrelation, after P. Boersma (1993), "Accurate short-term analysis of the fundamental frequency
 * and the harmonics-to-noise ratio of a sampled sound": the autocorrelation of a windowed stretch of three of
 * the longest periods, divided by the autocorrelation of the window itself; its maxima are candidates, beside
 * "no pitch"; a path through the candidates that pays for octave jumps and for changes of voicing decides.
 *
 * Made for telephone speech and for speed.
 *
 * The fundamental is often missing (300-3400 Hz), and where one harmonic stands out (the first formant), its
 * own period looks like pitch. So each window is also judged whitened: on real voices cut to 300-3400 Hz this
 * takes tracks more than a semitone too high from 14 % of the voiced time to 2 %.
 *
 * Lags are searched at 2 kHz (band to 0.9 kHz) and refined at 4 kHz (band to 1.4 kHz), there with a careful
 * interpolation: a strength that is too low between two lags would put high voices an octave down.
 */
#include "metrics/pitch.h"

#include "metrics/autocorr.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define RATE_HZ 8000
#define RATE4_HZ 4000
#define RATE2_HZ 2000
#define STEP 160 /* samples at 8 kHz a value */
#define MAX_VALUES (CQ_PITCH_MAX_SAMPLES / STEP + 1)

/*
 * Boersma's costs, but for a greater octave cost (his is 0.01), for on a noisy line the lags of one and of two
 * periods differ by chance; the two path costs hold for steps of 10 ms and go with 1 / step. His thresholds
 * (silence 0.03, voicing 0.45) are for the whole band: a band to 1.4 kHz is more periodic, and these find the
 * same speech voiced: over 213 voices (tests/unit/metrics/compare_praat.py) medians are on average Praat's,
 * none too high or too low (at 0.55 they are 0.03 semitones low, at 0.65 as much too high).
 */
#define N_CANDIDATES 4
#define SILENCE_THRESHOLD 0.06f /* of the voice's greatest amplitude, as far as it is known */
#define LOUDEST_DECAY 0.9f      /* a stretch: a bang or a change of level is forgotten after some */
#define VOICING_THRESHOLD 0.6f
#define OCTAVE_COST 0.03f
#define OCTAVE_JUMP_COST (0.35f / CQ_PITCH_STEP_FRAMES)
#define VOICING_COST (0.14f / CQ_PITCH_STEP_FRAMES)
/* A candidate's strength: half from the whitened window, which tells the period from that of a formant, half
 * from the window as it is, which holds up in noise and for high voices with few harmonics. */
#define WHITENED_SHARE 0.5f
/* The coarse maxima of short lags come out too low (few points a period), so that rank needs a greater cost. */
#define COARSE_OCTAVE_COST 0.05f
/* A coarse maximum below this is not refined: at 4 kHz it would not come near the voicing threshold. */
#define WORTH_REFINING 0.4f

#define TAPS 16 /* of each decimation filter */
#define LANES CQ_AUTOCORR_LANES
#define POINTS CQ_AUTOCORR_POINTS
#define FRACTIONS CQ_AUTOCORR_FRACTIONS
#define MAX_WINDOW4 CQ_AUTOCORR_MAX_WINDOW /* 3 periods of 40 Hz at 4 kHz, and to spare */
#define MAX_LAG4 CQ_AUTOCORR_MAX_LAG
#define MAX_LAG2 (RATE2_HZ / 40 + 2 * LANES)

struct candidate {
    float log2_hz; /* 0 = no pitch */
    float strength;
};

struct cq_pitch {
    float floor_hz, ceiling_hz;
    float filter4[TAPS], filter2[TAPS]; /* 8 -> 4 kHz, 4 -> 2 kHz */
    struct cq_autocorr_window window4, window2;
    float weights[FRACTIONS + 1][POINTS]; /* weights of lags -2..3 for a point 0..1 between lags 0 and 1 */
    /* scratch of one stretch */
    float half[2][CQ_PITCH_MAX_SAMPLES / 2 + TAPS];                    /* samples of even and odd index */
    float x4[CQ_AUTOCORR_REACH + CQ_PITCH_MAX_SAMPLES / 2 + 2 * TAPS]; /* after that much silence */
    float x2[CQ_PITCH_MAX_SAMPLES / 4 + 2 * TAPS];
    struct candidate candidate[MAX_VALUES][N_CANDIDATES + 1]; /* the last one is "no pitch" */
    float amplitude[MAX_VALUES];
    uint8_t from[MAX_VALUES][N_CANDIDATES + 1];
};

/* ---- decimation ---- */

/* Low-pass of even length by windowed sinc, cut-off as a share of the rate. */
static void design(float *taps, double cutoff)
{
    double sum = 0, h[TAPS];
    for (int i = 0; i < TAPS; i++) {
        double t = i - (TAPS - 1) / 2.0;
        h[i] = sin(2 * PI * cutoff * t) / (PI * t) * (0.54 + 0.46 * cos(2 * PI * t / TAPS));
        sum += h[i];
    }
    for (int i = 0; i < TAPS; i++)
        taps[i] = (float)(h[i] / sum);
}

/* out[i] = filtered x at 2 i + 0.5, silence around x. Returns how many. Even and odd samples apart make every
 * tap a plain pass over contiguous numbers. */
CQ_AUTOCORR_CLONES static int decimate(struct cq_pitch *p, const float *taps, const float *restrict x, int n,
                                       float *restrict out)
{
    const int n_out = n / 2, lead = TAPS / 4;
    float *restrict even = p->half[0], *restrict odd = p->half[1];

    memset(even, 0, (size_t)lead * sizeof *even);
    memset(odd, 0, (size_t)lead * sizeof *odd);
    for (int i = 0; i < n_out; i++) {
        even[lead + i] = x[2 * i];
        odd[lead + i] = x[2 * i + 1];
    }
    memset(even + lead + n_out, 0, (size_t)lead * sizeof *even);
    memset(odd + lead + n_out, 0, (size_t)lead * sizeof *odd);

    /* Taps 0..15 lie on x[2 i - 7 .. 2 i + 8]: tap 0 on the odd sample 2 (i - 4) + 1, tap 1 on 2 (i - 3), ...
     */
    for (int i = 0; i < n_out; i++) {
        float sum = 0;
        for (int k = 0; k < TAPS / 2; k++)
            sum += taps[2 * k] * odd[i + k] + taps[2 * k + 1] * even[i + k + 1];
        out[i] = sum;
    }
    return n_out;
}

/* ---- candidates ---- */

/* Top of the parabola through (-1, a), (0, b), (1, c), b the greatest. */
static float parabola(float a, float b, float c, float *ret_top)
{
    float bend = a - 2 * b + c;
    float at = bend < 0 ? 0.5f * (a - c) / bend : 0;
    *ret_top = b - 0.25f * (a - c) * at;
    return at;
}

struct maximum {
    float lag2, score;
};

/* The best maxima of the coarse autocorrelation, best first. Returns how many. */
static int find_maxima(const struct cq_pitch *p, int centre2, struct maximum best[N_CANDIDATES],
                       float *ret_energy)
{
    float y[MAX_WINDOW4 / 2 + MAX_LAG2 + 2 * LANES], r[MAX_LAG2 + 2 * LANES];
    const int first = (int)(RATE2_HZ / p->ceiling_hz), last = (int)ceilf(RATE2_HZ / p->floor_hz);
    int n = 0;

    float energy = cq_autocorr_cut(p->x2 + centre2 - p->window2.n / 2, &p->window2, y, last + 2 * LANES);
    *ret_energy = energy;
    if (!(energy > 0))
        return 0;
    cq_autocorr_all(y, p->window2.n, (last + 1 + LANES) / LANES * LANES, r);
    for (int lag = 1; lag <= last + 1; lag++)
        r[lag] *= p->window2.per_lag[lag] / energy;

    for (int lag = first > 2 ? first : 2; lag <= last; lag++) {
        if (r[lag] < WORTH_REFINING || r[lag] <= r[lag - 1] || r[lag] < r[lag + 1])
            continue;
        float top, at = parabola(r[lag - 1], r[lag], r[lag + 1], &top);
        struct maximum m = {(float)lag + at, 0};
        m.score = top - COARSE_OCTAVE_COST * log2f(p->floor_hz * m.lag2 / RATE2_HZ);
        if (n == N_CANDIDATES && m.score <= best[n - 1].score)
            continue;
        int k = n < N_CANDIDATES ? n++ : n - 1;
        for (; k > 0 && best[k - 1].score < m.score; k--)
            best[k] = best[k - 1];
        best[k] = m;
    }
    return n;
}

/* r at place k + at (0 <= at <= 1) of the eight lags, 2 <= k <= 4. */
static float between(const struct cq_pitch *p, const float *r, int k, float at)
{
    const float *w = p->weights[(int)(at * FRACTIONS + 0.5f)];
    float sum = 0;
    for (int i = 0; i < POINTS; i++)
        sum += w[i] * r[k - 2 + i];
    return sum;
}

/* Where r is greatest between places k and k + 1: halving steps, then a parabola. */
static float find_top(const struct cq_pitch *p, const float *r, int k, float *ret_top)
{
    const float finest = 1.0f / FRACTIONS;
    float at = 0.5f, best = between(p, r, k, at);
    for (int n = FRACTIONS / 4; n >= 1; n /= 2) {
        const float step = (float)n / FRACTIONS;
        float left = between(p, r, k, at - step), right = between(p, r, k, at + step);
        if (left > best && left >= right) {
            best = left;
            at -= step;
        } else if (right > best) {
            best = right;
            at += step;
        }
    }
    *ret_top = best;
    if (at < finest || at > 1 - finest)
        return at;
    return at + finest * parabola(between(p, r, k, at - finest), best, between(p, r, k, at + finest), ret_top);
}

/* The window's correction overshoots at long lags: what exceeds 1 is too uncertain to win (Boersma 1993). */
static float trusted(float strength)
{
    return strength > 1 ? 1 / strength : strength;
}

/* A window at 4 kHz, followed by zeros. */
struct window {
    float y[MAX_WINDOW4 + MAX_LAG4 + 2 * LANES];
    float energy;
};

/* The maximum near a coarse one, at 4 kHz. */
static struct candidate refine(const struct cq_pitch *p, const struct window *plain, const struct window *white,
                               float lag2)
{
    float r[LANES], r_white[LANES];
    const int lag = (int)(2 * lag2) - 3;
    struct candidate c = {0, 0};
    int k = 3;

    if (lag < 1)
        return c;
    cq_autocorr_few(plain->y, p->window4.n, lag, r);
    cq_autocorr_few(white->y, p->window4.n, lag, r_white);
    for (int i = 0; i < LANES; i++)
        r[i] = p->window4.per_lag[lag + i] *
               (WHITENED_SHARE * r_white[i] / white->energy + (1 - WHITENED_SHARE) * r[i] / plain->energy);
    while (k > 2 && r[k - 1] > r[k])
        k--;
    while (k < 5 && r[k + 1] > r[k])
        k++;
    if (k == 5 || r[k - 1] > r[k + 1]) /* the top lies before the greatest */
        k--;
    if (k < 2)
        return c;
    float top, at = find_top(p, r, k, &top);
    float hz = RATE4_HZ / ((float)(lag + k) + at);
    if (hz < p->floor_hz || hz > p->ceiling_hz)
        return c;
    c.log2_hz = log2f(hz);
    c.strength = trusted(top) + OCTAVE_COST * (c.log2_hz - log2f(p->floor_hz));
    return c;
}

static void find_candidates(struct cq_pitch *p, int k, int n4)
{
    struct window plain, white;
    struct maximum best[N_CANDIDATES] = {{0, 0}};
    struct candidate *c = p->candidate[k];
    const int centre4 = (STEP * k + STEP / 2) / 2;
    float energy2 = 0;

    memset(c, 0, sizeof p->candidate[k]);
    p->amplitude[k] = 0;
    if (centre4 < p->window4.n / 2 || centre4 + p->window4.n / 2 > n4)
        return;
    int n = find_maxima(p, centre4 / 2, best, &energy2);
    p->amplitude[k] = sqrtf(energy2);
    if (!n)
        return;
    const float *from = p->x4 + CQ_AUTOCORR_REACH + centre4 - p->window4.n / 2;
    plain.energy = cq_autocorr_cut(from, &p->window4, plain.y, MAX_LAG4 + 2 * LANES);
    memcpy(white.y, plain.y, sizeof white.y);
    white.energy = cq_autocorr_whiten(from, &p->window4, white.y);
    for (int i = 0; i < n && plain.energy > 0 && white.energy > 0; i++)
        c[i] = refine(p, &plain, &white, best[i].lag2);
}

/* ---- path ---- */

static float step_cost(float from_log2_hz, float to_log2_hz)
{
    if (from_log2_hz > 0 && to_log2_hz > 0)
        return OCTAVE_JUMP_COST * fabsf(from_log2_hz - to_log2_hz);
    return from_log2_hz > 0 || to_log2_hz > 0 ? VOICING_COST : 0;
}

/* The cheapest way through the candidates (Viterbi), written into ret_hz. */
static void find_path(struct cq_pitch *p, int n_values, float loudest, float *ret_hz)
{
    float value[N_CANDIDATES + 1] = {0}, next[N_CANDIDATES + 1];

    for (int k = 0; k < n_values; k++) {
        struct candidate *c = p->candidate[k];
        float quiet =
            2 - (loudest > 0 ? p->amplitude[k] / loudest : 0) * (1 + VOICING_THRESHOLD) / SILENCE_THRESHOLD;
        c[N_CANDIDATES].strength = VOICING_THRESHOLD + fmaxf(0, quiet);
        for (int to = 0; to <= N_CANDIDATES; to++) {
            next[to] = -INFINITY;
            if (to < N_CANDIDATES && !(c[to].log2_hz > 0))
                continue;
            for (int from = 0; from <= N_CANDIDATES; from++) {
                float before = k ? p->candidate[k - 1][from].log2_hz : c[to].log2_hz;
                float v = value[from] - step_cost(before, c[to].log2_hz);
                if (v > next[to]) {
                    next[to] = v;
                    p->from[k][to] = (uint8_t)from;
                }
            }
            next[to] += c[to].strength;
        }
        memcpy(value, next, sizeof value);
    }

    int at = 0;
    for (int i = 1; i <= N_CANDIDATES; i++) {
        if (value[i] > value[at])
            at = i;
    }
    for (int k = n_values - 1; k >= 0; k--) {
        ret_hz[k] = p->candidate[k][at].log2_hz > 0 ? exp2f(p->candidate[k][at].log2_hz) : 0;
        at = p->from[k][at];
    }
}

/* ---- the object ---- */

int cq_pitch_new(double floor_hz, double ceiling_hz, struct cq_pitch **ret_p)
{
    if (!(floor_hz >= CQ_PITCH_FLOOR_MIN_HZ && ceiling_hz <= CQ_PITCH_CEILING_MAX_HZ && ceiling_hz > floor_hz))
        return -EINVAL;
    struct cq_pitch *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;

    p->floor_hz = (float)floor_hz;
    p->ceiling_hz = (float)ceiling_hz;
    cq_autocorr_interpolation(p->weights);
    design(p->filter4, 1400.0 / RATE_HZ);
    design(p->filter2, 900.0 / RATE4_HZ);
    const int n2 = (int)(3 * RATE2_HZ / floor_hz) & ~(LANES - 1);
    cq_autocorr_window_init(&p->window2, n2, RATE2_HZ);
    cq_autocorr_window_init(&p->window4, 2 * n2, RATE4_HZ);
    *ret_p = p;
    return 0;
}

void cq_pitch_track(struct cq_pitch *p, const float *x, int n, int n_values, float *loudest, float *ret_hz)
{
    float *x4 = p->x4 + CQ_AUTOCORR_REACH;
    int n4 = decimate(p, p->filter4, x, n, x4);
    decimate(p, p->filter2, x4, n4, p->x2);
    for (int k = 0; k < n_values; k++)
        find_candidates(p, k, n4);
    *loudest *= LOUDEST_DECAY;
    for (int k = 0; k < n_values; k++)
        *loudest = fmaxf(*loudest, p->amplitude[k]);
    find_path(p, n_values, *loudest, ret_hz);
}

struct cq_pitch *cq_pitch_free(struct cq_pitch *p)
{
    free(p);
    return NULL;
}
