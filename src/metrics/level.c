#include "metrics/level.h"

#include "callqa/recording.h"

#include <math.h>
#include <string.h>

#define P56_MARGIN_DB 15.9
#define P56_TIME_S 0.03
#define P56_BLOCK 8 /* samples: 1 ms */

/* Threshold j is full scale * 2^(j - CQ_P56_THRESHOLDS): -96.3 ... -6.0 dBov, 6.02 dB apart. */
static double threshold_db(int j)
{
    return 20 * log10(2) * (j - CQ_P56_THRESHOLDS);
}

uint8_t cq_level_bin(double dbov)
{
    double i = (dbov - CQ_LEVEL_FLOOR_DBOV) / CQ_LEVEL_STEP_DB;
    return !(i > 0) ? 0 : i >= UINT8_MAX ? UINT8_MAX : (uint8_t)lround(i);
}

double cq_level_of_bin(double bin)
{
    return CQ_LEVEL_FLOOR_DBOV + bin * CQ_LEVEL_STEP_DB;
}

double cq_level_dbov(double mean_square)
{
    return mean_square > 1e-10 ? 10 * log10(mean_square) : CQ_LEVEL_FLOOR_DBOV;
}

float cq_level_energy(const float *x, int n)
{
    float sum[8] = {0}; /* eight sums: independent, so that they become vector lanes */
    for (int i = 0; i < n; i += 8) {
        for (int k = 0; k < 8; k++)
            sum[k] += x[i + k] * x[i + k];
    }
    return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

void cq_p56_init(struct cq_p56 *p)
{
    *p = (struct cq_p56){0};
}

/* 1 + index of the highest threshold at or under the envelope, 0 = under all of them. */
static int thresholds_passed(float envelope)
{
    int exponent;
    if (!(envelope > 0))
        return 0;
    (void)frexpf(envelope, &exponent); /* envelope >= 2^(exponent - 1) */
    int passed = exponent + CQ_P56_THRESHOLDS;
    return passed < 0 ? 0 : passed > CQ_P56_THRESHOLDS ? CQ_P56_THRESHOLDS : passed;
}

/* "Above the threshold within the hangover" is "the highest recent envelope is above it": one running maximum
 * stands for the hangover counters of all thresholds. */
static void add_block(struct cq_p56 *p, float envelope)
{
    int passed = thresholds_passed(envelope);
    p->recent[p->at] = (uint8_t)passed;
    p->at = p->at + 1 == CQ_P56_HANGOVER ? 0 : p->at + 1;
    if (passed >= p->peak) {
        p->peak = passed;
        p->peak_age = 0;
    } else if (++p->peak_age >= CQ_P56_HANGOVER) {
        p->peak = 0;
        for (int age = CQ_P56_HANGOVER - 1; age >= 0; age--) {
            int i = p->at - 1 - age;
            int old = p->recent[i < 0 ? i + CQ_P56_HANGOVER : i];
            if (old >= p->peak) {
                p->peak = old;
                p->peak_age = age;
            }
        }
    }
    if (p->peak)
        p->n_blocks[p->peak - 1]++;
}

void cq_p56_add(struct cq_p56 *p, const float *x, int n)
{
    const float keep = (float)exp(-(double)P56_BLOCK / (CQ_ANALYSIS_RATE_HZ * P56_TIME_S));

    for (int i = 0; i < n; i += P56_BLOCK) {
        float sum = 0;
        for (int k = 0; k < P56_BLOCK; k++)
            sum += fabsf(x[i + k]);
        p->mean1 = keep * p->mean1 + (1 - keep) * (sum / P56_BLOCK);
        p->mean2 = keep * p->mean2 + (1 - keep) * p->mean1;
        add_block(p, p->mean2);
    }
    p->sum_square += (double)cq_level_energy(x, n);
    p->n_samples += n;
}

double cq_p56_level(const struct cq_p56 *p, double *ret_active_s)
{
    int64_t active = 0;
    for (int j = 0; j < CQ_P56_THRESHOLDS; j++)
        active += p->n_blocks[j];

    /*
     * From the lowest threshold up: the level rises as less counts as active, but the threshold rises faster,
     * and the first crossing of the margin is the one that the standard means. Near the top the distance can
     * grow again, where a click alone passes a threshold and the whole energy is put down to it.
     */
    double level_db = -INFINITY, above_db = 0, active_s = 0;
    for (int j = 0; j < CQ_P56_THRESHOLDS && active > 0 && p->sum_square > 0; j++) {
        double db = 10 * log10(p->sum_square / ((double)active * P56_BLOCK));
        double distance_db = db - threshold_db(j);
        double seconds = (double)active * P56_BLOCK / CQ_ANALYSIS_RATE_HZ;
        if (distance_db <= P56_MARGIN_DB && isfinite(level_db)) {
            double t = (above_db - P56_MARGIN_DB) / (above_db - distance_db);
            *ret_active_s = active_s + t * (seconds - active_s);
            return level_db + t * (db - level_db);
        }
        level_db = db;
        above_db = distance_db;
        active_s = seconds;
        if (distance_db <= P56_MARGIN_DB)
            break; /* even the lowest threshold is nearer than the margin: take its level */
        active -= p->n_blocks[j];
    }
    *ret_active_s = active_s;
    return level_db;
}
