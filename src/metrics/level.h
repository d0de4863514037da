/* metrics/level.h - how loud: frame levels, active speech level (ITU-T P.56), noise. Private to the folder. */
#ifndef CQ_METRICS_LEVEL_H
#define CQ_METRICS_LEVEL_H

#include <stdint.h>

/* Levels are dBov: mean power against that of a full-scale square wave (ITU-T G.100.1). */
#define CQ_LEVEL_FLOOR_DBOV -100.0 /* of digital silence; 16-bit noise of one step lies at -90 */
#define CQ_LEVEL_STEP_DB 0.5

/* Levels in steps of CQ_LEVEL_STEP_DB over the floor, as bins of a histogram. */
uint8_t cq_level_bin(double dbov);
double cq_level_of_bin(double bin);

/* 10 log10, not below the floor. */
double cq_level_dbov(double mean_square);

/*
 * Active speech level, method B of ITU-T P.56: the mean power while the speech envelope (two exponential means
 * of 30 ms each) has been above a threshold within the last 0.20 s, at the threshold that lies 15.9 dB under
 * that very level. The envelope is sampled once a ms (the recommendation asks for 600 a second), power always.
 */
#define CQ_P56_THRESHOLDS 16
#define CQ_P56_HANGOVER 200 /* blocks of 1 ms */

struct cq_p56 {
    double sum_square;
    int64_t n_samples;
    float mean1, mean2; /* the two exponential means */
    int64_t
        n_blocks[CQ_P56_THRESHOLDS]; /* blocks whose recent envelope peaked between thresholds j and j + 1 */
    uint8_t recent[CQ_P56_HANGOVER]; /* ring: 1 + highest threshold passed in each recent block, 0 = none */
    int at, peak, peak_age;          /* ring position; highest of `recent` and how long ago it was */
};

void cq_p56_init(struct cq_p56 *p);

/* 8 kHz samples, n a multiple of 8. */
void cq_p56_add(struct cq_p56 *p, const float *x, int n);

/* The level in dBov, -INFINITY where nothing passes the lowest threshold; *ret_active_s the active time. */
double cq_p56_level(const struct cq_p56 *p, double *ret_active_s);

/* Sum of squares of n samples, n a multiple of 8. */
float cq_level_energy(const float *x, int n);

#endif
