/*
 * A run of 10 ms holds a whole aligned piece of 5 ms, and in that one the least value is the greatest: only
 * there is anything looked at sample by sample. Runs are exact to the sample all the same.
 *
 * A dropout is a packet that was lost or a buffer that ran empty: digital silence, of 20 to 500 ms, that begins
 * and ends in the middle of sound. Silence suppression leaves digital silence too, but between words: the sound
 * has died away before it, and what follows grows out of the noise. So the 5 ms before and the 5 ms behind must
 * both be loud: against the limit, against the channel's own sound, and about equal, as the halves of one sound
 * are.
 */
#include "audio/flats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLAT_MIN_S 0.010
#define DROPOUT_MIN_S 0.020
#define DROPOUT_MAX_S 0.500
#define SILENCE_VALUE 16         /* of 32768: the smallest step of A-law is 8 */
#define EDGE_MIN_DBOV (-45.0)    /* comfort noise and line noise stay below */
#define EDGE_UNDER_SOUND_DB 15.0 /* and tails of words under their middle */
#define EDGE_DIFFERENCE_DB 15.0
#define SOUND_MIN_DBOV (-55.0)   /* quieter pieces are no part of the channel's own level */
#define SOUND_WEIGHT (1.0 / 200) /* running mean over a second of sound */
#define FULL_SCALE_SQ (32768.0 * 32768.0)

void cq_flats_init(struct cq_flats *f, int rate_hz, int channel)
{
    memset(f, 0, sizeof *f);
    f->rate_hz = rate_hz;
    f->channel = channel;
}

static double power_db(double mean_square)
{
    return mean_square > 0.0 ? 10.0 * log10(mean_square / FULL_SCALE_SQ) : -200.0;
}

static double level_db(const int16_t *x, int n)
{
    struct cq_sample_stats s;
    cq_samples_stats(x, n, &s);
    double mean = (double)s.sum / n;
    return power_db(s.sum_sq / n - mean * mean);
}

static bool is_dropout(const struct cq_flats *f, double after_db)
{
    double length_s = (double)f->run / f->rate_hz;
    double least_db = fmax(EDGE_MIN_DBOV, power_db(f->sound) - EDGE_UNDER_SOUND_DB);
    return abs(f->value) <= SILENCE_VALUE && length_s >= DROPOUT_MIN_S && length_s <= DROPOUT_MAX_S &&
           f->before_db >= least_db && after_db >= least_db &&
           fabs(f->before_db - after_db) <= EDGE_DIFFERENCE_DB;
}

/* The open run ends before x, which lies `at` samples behind what was counted in f->n. */
static int close_run(struct cq_flats *f, const int16_t *x, int n, int64_t at, struct cq_faults *faults)
{
    int err = 0;
    if (f->run >= (int64_t)(FLAT_MIN_S * f->rate_hz)) {
        f->n_flat += f->run;
        if (f->run >= (int64_t)(DROPOUT_MIN_S * f->rate_hz) && x && is_dropout(f, level_db(x, n))) {
            double end_s = (double)(f->n + at) / f->rate_hz;
            f->dropouts++;
            err =
                cq_faults_add(faults, CQ_FAULT_DROPOUT, f->channel, end_s - (double)f->run / f->rate_hz, end_s);
        }
    }
    f->run = 0;
    return err;
}

int cq_flats_add(struct cq_flats *f, const int16_t *x, int n, const struct cq_sample_stats *stats,
                 struct cq_faults *faults)
{
    int err = 0;
    if (stats->min == stats->max) {
        if (f->run > 0 && f->value != x[0])
            err = close_run(f, x, n, 0, faults);
        if (f->run < n) /* until now a tail: from here on a run */
            f->before_db = level_db(x - f->run - n, n);
        f->value = x[0];
        f->run += n;
        f->n += n;
        return err;
    }

    int head = 0, tail = 1;
    if (f->run > 0) {
        while (x[head] == f->value)
            head++;
        f->run += head;
        err = close_run(f, x + head, n, head, faults);
    }
    while (x[n - 1 - tail] == x[n - 1])
        tail++;
    f->run = tail;
    f->value = x[n - 1];
    f->n += n;

    double mean = (double)stats->sum / n, power = stats->sum_sq / n - mean * mean;
    if (power > FULL_SCALE_SQ * pow(10.0, SOUND_MIN_DBOV / 10.0))
        f->sound += (power - f->sound) * SOUND_WEIGHT;
    return err;
}

void cq_flats_flush(struct cq_flats *f)
{
    close_run(f, NULL, 0, 0, NULL);
}
