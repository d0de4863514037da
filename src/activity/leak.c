#include "activity/leak.h"

#include "activity/spectrum.h"
#include "callqa/recording.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define N 4096 /* samples of a window: 512 ms */
#define N_BINS (N / 2 + 1)
#define N_LEVELS 100 /* histogram of window levels, 1 dB steps from -100 dBov */
#define LEVEL_MIN -100.0f
#define MAX_WINDOWS 48 /* a party: 25 s of talk */
#define MIN_WINDOWS 3
#define MAX_DELAY 2800 /* samples: 350 ms */
#define PATH_SIDE 96   /* samples to each side of the strongest path: 12 ms */
enum {
    FIRST_BIN = 200 * N / CQ_ANALYSIS_RATE_HZ, /* hum and rumble are common to lines, not leaks */
    LAST_BIN = 3600 * N / CQ_ANALYSIS_RATE_HZ,
};

static const double LOUD_QUANTILE = 0.90;
static const float LOUD_RANGE_DB = 12.0f; /* a window this close to the loud level is talk */
static const float MIN_LEVEL_DBOV = -60.0f;
static const float OTHER_UNDER_DB =
    6.0f; /* the other channel's window is this much softer: its party listens */
static const double PEAK_OVER_CHANCE =
    6.5;                               /* peak of the correlation in standard deviations of the rest: of 2800
                                          values chance gives 3.6 on average, 5 in one of a thousand calls */
static const double MAX_LEAK_DB = 3.0; /* louder than the voice itself: channels that carry the same */

/* One direction: from party `index` into the other channel. */
struct direction {
    int64_t n_loud; /* windows of talk in the whole call, by scan() */
    int64_t seen;   /* in process() */
    int n;          /* windows taken */
    float phat_re[N_BINS], phat_im[N_BINS];
    float cross_re[N_BINS], cross_im[N_BINS];
    float own[N_BINS]; /* power of the voice */
};

struct cq_leak {
    struct cq_spectrum spectrum;
    float window[N];
    float block[2][N];
    int fill;
    bool scanned;
    uint32_t hist[2][N_LEVELS];         /* of window levels */
    uint32_t pairs[N_LEVELS][N_LEVELS]; /* of both channels' levels together */
    float loud_db[2];
    float re[N], im[N];
    struct direction direction[2];
};

int cq_leak_new(struct cq_leak **ret_l)
{
    struct cq_leak *l = calloc(1, sizeof *l);
    int rc;

    if (!l)
        return -ENOMEM;
    rc = cq_spectrum_init(&l->spectrum, N);
    if (rc) {
        cq_leak_free(l);
        return rc;
    }
    for (int i = 0; i < N; i++)
        l->window[i] = (float)(0.5 - 0.5 * cos(6.28318530717958647692 * (i + 0.5) / N));
    *ret_l = l;
    return 0;
}

struct cq_leak *cq_leak_free(struct cq_leak *l)
{
    if (l)
        cq_spectrum_done(&l->spectrum);
    free(l);
    return NULL;
}

static float window_level(const float *x)
{
    float lanes[8] = {0}, sum = 0.0f;

    for (int i = 0; i < N; i += 8) {
        for (int k = 0; k < 8; k++)
            lanes[k] += x[i + k] * x[i + k];
    }
    for (int k = 0; k < 8; k++)
        sum += lanes[k];
    return 10.0f * log10f(sum / N + 1e-10f);
}

static int level_index(float db)
{
    const int i = (int)(db - LEVEL_MIN);

    return i < 0 ? 0 : i >= N_LEVELS ? N_LEVELS - 1 : i;
}

/* Whether channel c talks and the other listens, with levels as the histogram keeps them. */
static bool is_talk(const struct cq_leak *l, int c, int own, int other)
{
    return (float)own >= l->loud_db[c] - LOUD_RANGE_DB - LEVEL_MIN &&
           (float)own >= MIN_LEVEL_DBOV - LEVEL_MIN && (float)other <= (float)own - OTHER_UNDER_DB;
}

static void learn(struct cq_leak *l)
{
    for (int c = 0; c < 2; c++) {
        uint64_t total = 0, seen = 0;
        int k = 0;
        for (int i = 1; i < N_LEVELS; i++) /* without digital silence */
            total += l->hist[c][i];
        for (k = 1; k < N_LEVELS - 1; k++) {
            seen += l->hist[c][k];
            if ((double)seen >= LOUD_QUANTILE * (double)total)
                break;
        }
        l->loud_db[c] = (float)k + LEVEL_MIN;
        for (int own = 0; own < N_LEVELS; own++) {
            for (int other = 0; other < N_LEVELS; other++) {
                const uint32_t n = c == 0 ? l->pairs[own][other] : l->pairs[other][own];
                l->direction[c].n_loud += is_talk(l, c, own, other) ? n : 0;
            }
        }
    }
    l->fill = 0;
    l->scanned = true;
}

static void accumulate(struct cq_leak *l, int c)
{
    struct direction *d = &l->direction[c];

    for (int i = 0; i < N; i++) {
        l->re[i] = l->block[c][i] * l->window[i];
        l->im[i] = l->block[1 - c][i] * l->window[i];
    }
    cq_spectrum_transform(&l->spectrum, l->re, l->im);
    for (int k = FIRST_BIN; k < LAST_BIN; k++) {
        const float ar = l->re[k], ai = l->im[k], br = l->re[N - k], bi = l->im[N - k];
        const float xr = 0.5f * (ar + br), xi = 0.5f * (ai - bi), yr = 0.5f * (ai + bi), yi = 0.5f * (br - ar);
        /* Y conj(X): its phase is that of the path from the voice to the other channel. */
        const float cr = yr * xr + yi * xi, ci = yi * xr - yr * xi, size = sqrtf(cr * cr + ci * ci);
        d->own[k] += xr * xr + xi * xi;
        d->cross_re[k] += cr;
        d->cross_im[k] += ci;
        if (size > 0.0f) {
            d->phat_re[k] += cr / size;
            d->phat_im[k] += ci / size;
        }
    }
    d->n++;
}

static void run_window(struct cq_leak *l)
{
    const int level[2] = {level_index(window_level(l->block[0])), level_index(window_level(l->block[1]))};

    if (!l->scanned) {
        l->hist[0][level[0]]++;
        l->hist[1][level[1]]++;
        l->pairs[level[0]][level[1]]++;
        return;
    }
    for (int c = 0; c < 2; c++) {
        struct direction *d = &l->direction[c];
        if (!is_talk(l, c, level[c], level[1 - c]))
            continue;
        /* Take the k-th of MAX_WINDOWS when its share of all talk has gone by. */
        d->seen++;
        if (d->n < MAX_WINDOWS && (d->n_loud <= MAX_WINDOWS || d->seen * MAX_WINDOWS >= d->n_loud * (d->n + 1)))
            accumulate(l, c);
    }
}

static void feed(struct cq_leak *l, const float *const pcm[2], int n)
{
    for (int at = 0; at < n;) {
        const int take = n - at < N - l->fill ? n - at : N - l->fill;
        for (int c = 0; c < 2; c++)
            memcpy(l->block[c] + l->fill, pcm[c] + at, (size_t)take * sizeof **pcm);
        at += take;
        l->fill += take;
        if (l->fill == N) {
            l->fill = 0;
            run_window(l);
        }
    }
}

void cq_leak_scan(struct cq_leak *l, const float *const pcm[2], int n)
{
    feed(l, pcm, n);
}

void cq_leak_process(struct cq_leak *l, const float *const pcm[2], int n)
{
    if (!l->scanned)
        learn(l);
    feed(l, pcm, n);
}

/* Time domain of a half spectrum, into l->re. */
static void invert(struct cq_leak *l, const float *re, const float *im)
{
    memset(l->re, 0, sizeof l->re);
    memset(l->im, 0, sizeof l->im);
    for (int k = FIRST_BIN; k < LAST_BIN; k++) {
        l->re[k] = re[k];
        l->im[k] = im[k];
        l->re[N - k] = re[k];
        l->im[N - k] = -im[k];
    }
    cq_spectrum_transform(&l->spectrum, l->im, l->re); /* exchanged: backwards */
}

/* Delay in samples of the strongest path, or -1 where none stands out. */
static int find_delay(struct cq_leak *l, const struct direction *d)
{
    double sum2 = 0.0;
    int best = 0;

    invert(l, d->phat_re, d->phat_im);
    for (int i = 0; i < MAX_DELAY; i++) {
        sum2 += (double)l->re[i] * l->re[i];
        if (fabsf(l->re[i]) > fabsf(l->re[best]))
            best = i;
    }
    /* Of the rest: the peak itself and its sides are left out. */
    for (int i = best - PATH_SIDE < 0 ? 0 : best - PATH_SIDE; i <= best + PATH_SIDE && i < MAX_DELAY; i++)
        sum2 -= (double)l->re[i] * l->re[i];
    const double deviation = sqrt(fmax(sum2, 1e-12) / (MAX_DELAY - 2 * PATH_SIDE - 1));
    return fabsf(l->re[best]) >= PEAK_OVER_CHANCE * deviation ? best : -1;
}

/* Share of the voice's power that comes back by the paths around `delay`. */
static double path_power(struct cq_leak *l, struct direction *d, int delay)
{
    double own = 0.0, back = 0.0, mean = 0.0;

    for (int k = FIRST_BIN; k < LAST_BIN; k++)
        mean += d->own[k] / (LAST_BIN - FIRST_BIN);
    for (int k = FIRST_BIN; k < LAST_BIN; k++) {
        const float p = d->own[k] + (float)(1e-3 * mean) + 1e-20f; /* bands without voice say nothing */
        d->cross_re[k] /= p;
        d->cross_im[k] /= p;
    }
    invert(l, d->cross_re, d->cross_im);
    for (int i = 0; i < N; i++) {
        const int lag = i < N - PATH_SIDE ? i : i - N;
        l->re[i] = lag >= delay - PATH_SIDE && lag <= delay + PATH_SIDE ? l->re[i] / N : 0.0f;
        l->im[i] = 0.0f;
    }
    cq_spectrum_transform(&l->spectrum, l->re, l->im);
    for (int k = FIRST_BIN; k < LAST_BIN; k++) {
        own += d->own[k];
        back += (double)d->own[k] * ((double)l->re[k] * l->re[k] + (double)l->im[k] * l->im[k]);
    }
    return own > 0.0 ? back / own : 0.0;
}

/* What the windows lose of a path that shifts it: autocorrelation of a Hann window at this lag. */
static double window_loss(int delay)
{
    const double x = (double)delay / N, two_pi_x = 6.28318530717958647692 * x;

    return (1.0 - x) * (2.0 / 3.0 + cos(two_pi_x) / 3.0) + sin(two_pi_x) / 6.28318530717958647692;
}

void cq_leak_flush(struct cq_leak *l, struct cq_leak_result *ret_result)
{
    struct cq_leak_result r;

    for (int c = 0; c < 2; c++) {
        struct direction *d = &l->direction[c];
        int delay = -1;
        r.db[c] = r.delay_ms[c] = NAN;
        if (d->n >= MIN_WINDOWS)
            delay = find_delay(l, d);
        if (delay < 0)
            continue;
        const double loss = window_loss(delay),
                     db = 10.0 * log10(path_power(l, d, delay) / (loss * loss) + 1e-12);
        if (db > MAX_LEAK_DB)
            continue;
        r.db[c] = db;
        r.delay_ms[c] = delay * 1000.0 / CQ_ANALYSIS_RATE_HZ;
    }
    *ret_result = r;
}
