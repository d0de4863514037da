/*
 * Clipping leaves flat tops of one height. Where it happened before a gain or a codec, that height is not full
 * scale, and it is known only when the whole recording was seen; so every flat top is counted under its height,
 * and the ceiling is sought at the end.
 *
 * A flat top is a run of 3 and more samples at the frame's extreme, as flat as the format resolves. A smooth
 * peak sampled densely or coded coarsely (G.711: steps of 1/16 at the top) looks flat as well. It has a
 * parabola's shoulders, though: if L samples of its top lie within t, it has fallen by ((3L - 1) / (L - 1))^2
 * t, 16 t for L = 3, 9 t for long runs, one run length further out. A wave of which a piece of height d was cut
 * off has fallen by 8 d there. So steeper shoulders than the parabola's say that a piece was cut off, and one
 * higher than a step or two.
 *
 * The ceiling is the height at which many such tops lie while hardly anything goes above it.
 */
#include "audio/clipping.h"

#include "base/array.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define MIN_RUN 3        /* include/callqa/recording.h */
#define FLATNESS 1       /* 16-bit steps inside a flat top: dither, resampling */
#define MIN_CEILING 1638 /* -26 dBov: below, flatness means nothing */
#define FULL_SCALE_MIN                                                                                         \
    32112             /* the greatest values of mu-law (32124), A-law (32256), 8 and 16 bits lie above         \
                       */
#define SHOULDER 18.0 /* twice the parabola's 9 */
#define COMPANDED_SHOULDER 18.0 /* twice the parabola's 9: long runs of one code are common in speech */
#define MIN_TOPS 3              /* below full scale, fewer are chance */
#define ABOVE_SHARE 0.05        /* frames that go above the ceiling (clicks) against those at it */
#define STANDS_OUT 3            /* tops at the ceiling against those of any other height near it */
#define NEAR 0.7
#define LEVELS 32769
#define MERGE_S 0.050 /* tops closer than this are one fault */
#define MAX_CANDIDATES (4 * CQ_MAX_FAULTS)

struct candidate {
    int32_t level;
    int8_t polarity;
    int64_t start, end;
};

struct candidates {
    struct candidate *v;
    size_t n;
    size_t cap;
};

/* One polarity: counts by height in 16-bit units. */
struct side {
    uint32_t tops[LEVELS];    /* flat tops */
    uint32_t samples[LEVELS]; /* samples in them */
    uint32_t peaks[LEVELS];   /* frames with this extreme */
};

struct cq_clipping {
    int rate_hz;
    double step;
    bool companded;
    int64_t n;
    struct candidates list;
    struct side side[2];
};

int cq_clipping_new(int rate_hz, double level_step, bool companded, struct cq_clipping **ret_c)
{
    struct cq_clipping *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->rate_hz = rate_hz;
    c->step = level_step;
    c->companded = companded;
    *ret_c = c;
    return 0;
}

/* The samples of a flat top of this height lie within this, in 16-bit units; half a unit of rounding at either
 * end. */
static double tolerance_at(const struct cq_clipping *c, int level)
{
    double unit = 32768.0;
    if (c->companded) {
        while (unit / 2 >= level)
            unit /= 2;
    }
    return c->companded ? c->step * unit : fmax(c->step * unit, FLATNESS + 1.0);
}

/* x[from..to) is a flat top of this height; does the wave fall off steeply enough one run length beyond it? */
static bool has_corners(const struct cq_clipping *c, const int16_t *x, int from, int to, int sign, int level)
{
    int run = to - from;
    double left = (double)level - sign * x[from - run], right = (double)level - sign * x[to - 1 + run];
    double parabola = (3.0 * run - 1.0) / (run - 1.0);
    double steep = c->companded ? COMPANDED_SHOULDER : SHOULDER * parabola * parabola;
    return (left + right) / 2 >= steep * tolerance_at(c, level);
}

/* When full, the lowest half of the heights make room: the ceiling is above them. */
static void thin_out(struct candidates *list)
{
    int32_t top = 0;
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++)
        top = list->v[i].level > top ? list->v[i].level : top;
    for (size_t i = 0; i < list->n; i++) {
        if (list->v[i].level >= top - top / 32)
            list->v[kept++] = list->v[i];
    }
    list->n = kept;
}

static int note(struct cq_clipping *c, int polarity, int level, int64_t start, int64_t end)
{
    struct candidates *list = &c->list;
    struct candidate top = {.level = level, .polarity = (int8_t)polarity, .start = start, .end = end};
    /* the top before this one, of either polarity, if of about the same height */
    for (size_t i = list->n; i > 0 && list->n - i < 4; i--) {
        struct candidate *last = &list->v[i - 1];
        if (last->polarity == polarity && abs(last->level - level) <= FLATNESS &&
            start - last->end <= (int64_t)(MERGE_S * c->rate_hz)) {
            last->end = end;
            return 0;
        }
    }
    if (list->n >= MAX_CANDIDATES)
        thin_out(list);
    return list->n < MAX_CANDIDATES ? CQ_ARRAY_PUSH(list, top) : 0;
}

static int add_side(struct cq_clipping *c, const int16_t *x, int n, int polarity, int level)
{
    int sign = polarity ? -1 : 1, limit = level - FLATNESS, err = 0;
    struct side *side = &c->side[polarity];
    side->peaks[level]++;
    if (level < MIN_CEILING || cq_samples_count_beyond(x, n, sign, (int16_t)(sign * limit)) < MIN_RUN)
        return 0;
    for (int i = 0; i < n && !err; i++) {
        if (sign * x[i] < limit)
            continue;
        int from = i;
        while (i < n && sign * x[i] >= limit)
            i++;
        if (i - from < MIN_RUN || (level < FULL_SCALE_MIN && !has_corners(c, x, from, i, sign, level)))
            continue;
        side->tops[level]++;
        side->samples[level] += (uint32_t)(i - from);
        err = note(c, polarity, level, c->n + from, c->n + i);
    }
    return err;
}

int cq_clipping_add(struct cq_clipping *c, const int16_t *x, int n, const struct cq_sample_stats *stats)
{
    int err = 0;
    if (stats->min != stats->max) {
        if (stats->max > 0)
            err = add_side(c, x, n, 0, stats->max);
        if (!err && stats->min < 0)
            err = add_side(c, x, n, 1, -stats->min);
    }
    c->n += n;
    return err;
}

/* Tops within the flatness of a height. */
static uint32_t around(const uint32_t *counts, int level)
{
    uint32_t sum = 0;
    for (int i = level - FLATNESS; i <= level + FLATNESS; i++)
        sum += i >= 0 && i < LEVELS ? counts[i] : 0;
    return sum;
}

static bool stands_out(const struct side *side, int level)
{
    uint32_t here = around(side->tops, level);
    for (int i = (int)(NEAR * level); i < level - 2 * FLATNESS; i++) {
        if (side->tops[i] && around(side->tops, i) * STANDS_OUT > here)
            return false;
    }
    return true;
}

/* The ceiling of one polarity, 0 for none. */
static int find_ceiling(const struct side *side)
{
    uint64_t above = 0;
    for (int level = LEVELS - 1; level >= MIN_CEILING; level--) {
        if (side->tops[level]) {
            uint32_t tops = around(side->tops, level), frames = around(side->peaks, level);
            bool enough = tops >= MIN_TOPS || (level >= FULL_SCALE_MIN && tops > 0);
            if (enough && (double)above <= ABOVE_SHARE * frames && stands_out(side, level))
                return level;
        }
        above += side->peaks[level];
    }
    return 0;
}

int cq_clipping_finish(const struct cq_clipping *c, int channel, struct cq_faults *faults, double *ret_ratio)
{
    int ceiling[2];
    uint64_t samples = 0;
    for (int p = 0; p < 2; p++) {
        ceiling[p] = find_ceiling(&c->side[p]);
        /* the cluster reaches down by the flatness twice: the first of it found is its highest */
        for (int i = 0; ceiling[p] && i <= 2 * FLATNESS; i++)
            samples += c->side[p].samples[ceiling[p] - i];
    }
    int err = 0;
    int64_t last_end = -1;
    double last_start_s = 0.0;
    for (size_t i = 0; i < c->list.n && !err; i++) {
        const struct candidate *top = &c->list.v[i];
        int limit = ceiling[top->polarity];
        if (!limit || top->level > limit || top->level < limit - 2 * FLATNESS)
            continue;
        bool joins = last_end >= 0 && top->start - last_end <= (int64_t)(MERGE_S * c->rate_hz);
        if (joins) {
            last_end = top->end > last_end ? top->end : last_end;
            continue;
        }
        if (last_end >= 0)
            err =
                cq_faults_add(faults, CQ_FAULT_CLIPPING, channel, last_start_s, (double)last_end / c->rate_hz);
        last_start_s = (double)top->start / c->rate_hz;
        last_end = top->end;
    }
    if (!err && last_end >= 0)
        err = cq_faults_add(faults, CQ_FAULT_CLIPPING, channel, last_start_s, (double)last_end / c->rate_hz);
    *ret_ratio = c->n ? (double)samples / (double)c->n : 0.0;
    return err;
}

struct cq_clipping *cq_clipping_free(struct cq_clipping *c)
{
    if (!c)
        return NULL;
    free(c->list.v);
    free(c);
    return NULL;
}
