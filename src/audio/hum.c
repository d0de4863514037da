/*
 * Hum is always there, speech is not. The signal is brought down to about 2 kHz by plain sums (what folds down
 * is noise that only raises the floor) and cut into half seconds; of every four seconds the quietest half
 * second counts. The mean of its spectra's logarithms forgives the ones that had speech after all. A line is
 * what stands 10 dB above the median of its neighbours.
 */
#include "audio/hum.h"

#include "audio/fft.h"
#include "audio/samples.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LOW_RATE_HZ 2000
#define WINDOW 1024
#define GROUP 8
#define LOWEST_HZ 40.0
#define HIGHEST_HZ 500.0
#define LINE_DB 10.0      /* above the neighbours */
#define LONE_LINE_DB 15.0 /* the fundamental without any harmonic */
#define GUARD 5           /* and that its skirts spoil */
#define LOBE 2            /* bins either side that a line of the Hann window fills */
#define NEIGHBOURS 10
#define LOG_BIAS_DB 2.51 /* mean of the logarithm of noise power, under the logarithm of its mean */
#define MIN_GROUPS 1

struct cq_hum {
    int rate_hz;
    int decimation;
    int phase; /* samples in `sum` */
    int32_t sum;
    int fill; /* of `window` */
    float window[WINDOW];
    float quietest[WINDOW];
    double quietest_power;
    int n_in_group;
    int n_groups;
    double log_power[WINDOW / 2]; /* sum over the groups, dB */
    float hann[WINDOW];
    struct cq_fft *fft;
};

int cq_hum_new(int rate_hz, struct cq_hum **ret_h)
{
    struct cq_hum *h = calloc(1, sizeof *h);
    if (!h)
        return -ENOMEM;
    h->rate_hz = rate_hz;
    h->decimation = rate_hz > LOW_RATE_HZ ? rate_hz / LOW_RATE_HZ : 1;
    for (int i = 0; i < WINDOW; i++)
        h->hann[i] = (float)(0.5 - 0.5 * cos(2.0 * 3.14159265358979323846 * i / WINDOW));
    int err = cq_fft_new(WINDOW, &h->fft);
    if (err)
        return cq_hum_free(h), err;
    *ret_h = h;
    return 0;
}

static void finish_group(struct cq_hum *h)
{
    float im[WINDOW] = {0};
    float *re = h->quietest;
    if (h->n_in_group && h->quietest_power > 0.0) {
        for (int i = 0; i < WINDOW; i++)
            re[i] *= h->hann[i];
        cq_fft_run(h->fft, re, im);
        for (int k = 0; k < WINDOW / 2; k++)
            h->log_power[k] += 10.0 * log10((double)(re[k] * re[k] + im[k] * im[k]) + 1e-6);
        h->n_groups++;
    }
    h->n_in_group = 0;
}

static void finish_window(struct cq_hum *h)
{
    double mean = 0.0, power = 0.0;
    for (int i = 0; i < WINDOW; i++)
        mean += (double)h->window[i];
    mean /= WINDOW;
    for (int i = 0; i < WINDOW; i++) {
        h->window[i] -= (float)mean;
        power += (double)(h->window[i] * h->window[i]);
    }
    h->fill = 0;
    /* digital silence tells nothing */
    if (power > 0.0 && (h->n_in_group == 0 || h->quietest_power <= 0.0 || power < h->quietest_power)) {
        memcpy(h->quietest, h->window, sizeof h->quietest);
        h->quietest_power = power;
    } else if (h->n_in_group == 0) {
        h->quietest_power = 0.0;
    }
    if (++h->n_in_group == GROUP)
        finish_group(h);
}

static void add_low(struct cq_hum *h, float v)
{
    h->window[h->fill++] = v;
    if (h->fill == WINDOW)
        finish_window(h);
}

void cq_hum_add(struct cq_hum *h, const int16_t *x, int n)
{
    int d = h->decimation;
    while (n > 0) {
        if (h->phase == 0 && n >= d) { /* whole groups */
            int m = n / d < WINDOW - h->fill ? n / d : WINDOW - h->fill;
            cq_samples_decimate(x, d, m, h->window + h->fill);
            h->fill += m;
            x += m * d;
            n -= m * d;
            if (h->fill == WINDOW)
                finish_window(h);
            continue;
        }
        h->sum += *x++;
        n--;
        if (++h->phase < d)
            continue;
        add_low(h, (float)h->sum / (float)d);
        h->phase = 0;
        h->sum = 0;
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Median of the bins around k, the line's own lobe left out. */
static double floor_db(const double *db, int k)
{
    double v[2 * NEIGHBOURS];
    int n = 0;
    for (int i = k - NEIGHBOURS; i <= k + NEIGHBOURS; i++) {
        if (i >= 1 && i < WINDOW / 2 && abs(i - k) > LOBE && n < 2 * NEIGHBOURS)
            v[n++] = db[i];
    }
    qsort(v, (size_t)n, sizeof v[0], compare);
    return n ? v[n / 2] : 0.0;
}

static double from_db(double db)
{
    return pow(10.0, db / 10.0);
}

/* Power of the lines at the harmonics of mains_hz above their floor; their bins are marked. 0 where none stand
 * out. */
static double lines_power(const double *db, double bin_hz, double mains_hz, bool *ret_is_line)
{
    double power = 0.0, first_db = 0.0;
    int n_lines = 0;
    for (int harmonic = 1; harmonic * mains_hz <= HIGHEST_HZ; harmonic++) {
        int k = (int)lround(harmonic * mains_hz / bin_hz), peak = k;
        for (int i = k - 1; i <= k + 1; i++)
            peak = db[i] > db[peak] ? i : peak;
        double base_db = floor_db(db, peak), above_db = db[peak] - base_db;
        if (above_db < LINE_DB)
            continue;
        n_lines++;
        if (harmonic == 1)
            first_db = above_db;
        for (int i = peak - LOBE; i <= peak + LOBE; i++)
            power += fmax(0.0, from_db(db[i]) - from_db(base_db + LOG_BIAS_DB));
        for (int i = peak - GUARD; i <= peak + GUARD; i++)
            ret_is_line[i] = true;
    }
    return n_lines >= 2 || first_db >= LONE_LINE_DB ? power : 0.0;
}

double cq_hum_finish(struct cq_hum *h)
{
    finish_group(h);
    if (h->n_groups < MIN_GROUPS)
        return NAN;
    double db[WINDOW / 2], bin_hz = (double)h->rate_hz / h->decimation / WINDOW;
    for (int k = 0; k < WINDOW / 2; k++)
        db[k] = h->log_power[k] / h->n_groups;

    static const double mains_hz[2] = {50.0, 60.0};
    bool is_line[2][WINDOW / 2] = {{false}};
    double lines[2];
    for (int m = 0; m < 2; m++)
        lines[m] = lines_power(db, bin_hz, mains_hz[m], is_line[m]);
    int m = lines[1] > lines[0];
    if (lines[m] <= 0.0)
        return CQ_HUM_NONE_DB;
    double rest = 0.0;
    for (int k = (int)(LOWEST_HZ / bin_hz); k <= (int)(HIGHEST_HZ / bin_hz); k++)
        rest += is_line[m][k] ? 0.0 : from_db(db[k] + LOG_BIAS_DB);
    return rest > 0.0 ? fmax(CQ_HUM_NONE_DB, 10.0 * log10(lines[m] / rest)) : -CQ_HUM_NONE_DB;
}

struct cq_hum *cq_hum_free(struct cq_hum *h)
{
    if (!h)
        return NULL;
    cq_fft_free(h->fft);
    free(h);
    return NULL;
}
