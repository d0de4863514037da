/* activity/tones_track.h - 20 ms spectra of one channel -> bursts. Private to the tones stage. */
#ifndef CQ_ACTIVITY_TONES_TRACK_H
#define CQ_ACTIVITY_TONES_TRACK_H

#include "activity/goertzel.h"
#include "activity/tone_names.h"

#include <stdbool.h>
#include <stdint.h>

#define CQ_TONES_PROGRESS_BLOCKS 5 /* 100 ms: four periods of the beat of 440 + 480 Hz */
#define CQ_TONES_TONAL_SHARE 0.80f /* one or two peaks of a tone hold this much: 6 dB over white noise */

/* What one 20 ms block looks like. */
struct cq_tone_block {
    bool quiet;         /* too weak to look at: all but `energy` is 0 */
    float energy;       /* mean square, whole band */
    float hz[2];        /* strongest peak, second peak (0: none) */
    float part[2];      /* their shares of the power between 250 and 3400 Hz */
    float low_share;    /* share of 300 to 700 Hz in it */
    float digit_energy; /* set by the DTMF receiver: of the loudest window that it looked at */
};

/* power: of cq_goertzel_block(); NULL for a quiet block. */
void cq_tone_block_measure(const float *power, float energy, struct cq_tone_block *ret_block);

/* The DTMF digit whose pair makes up this block, or 0. Tolerances of Q.24 with room for noise. */
char cq_tone_block_digit(const struct cq_tone_block *block);

/* Where a run of blocks begins and ends, with what is needed to place its edges inside a block. */
struct cq_tone_edges {
    int64_t first, last; /* blocks */
    int n;               /* blocks added */
    double sum_energy;
    float before, after; /* energy of the blocks just outside */
    float outside;       /* energy two blocks before the first */
    float peak;          /* energy that a window between two blocks had, where one was looked at; else 0 */
    float first_energy, last_energy; /* and just inside */
};

/* Blocks with the same one or two peaks. Statistics are of the inner blocks, which the tone fills. */
struct cq_tone_run {
    bool open;
    struct cq_tone_edges at;
    int gap;      /* blocks since the last that matched */
    float hz[2];  /* means, without the first block, which the tone may fill in part */
    float ref[2]; /* the second block's */
    int n_hz[2];
    double sum_share;
    float held_off, held_db; /* of the last block: the strongest peak against ref, level */
    int n_inner;
    double sum_off, sum_off2, sum_db, sum_db2;
    float early_off, late_off; /* smoothed */
};

/* Blocks whose power lies in 300 to 700 Hz: where the tones of call progress are. */
struct cq_tone_progress {
    bool open;
    struct cq_tone_edges at, whole; /* with the blocks that wait for a window, without */
    int pending;                    /* blocks that are not yet in a fine spectrum */
    int n_windows;
    float fine[CQ_GOERTZEL_FINE_BINS]; /* sum of fine spectra */
    float min_db, max_db;              /* of whole windows */
    float lead_hz;                     /* strongest component of the first window */
    float min_hz, max_hz;              /* of that one in the others */
};

struct cq_tone_dtmf {
    bool open;
    char digit;
    struct cq_tone_edges at;
    bool gap; /* the last block was no digit */
    float gap_energy;
    int n_share;
    double sum_share;
    float hz[2];
};

struct cq_tone_track {
    int64_t block; /* index of the next block */
    float previous_energy[2];
    struct cq_tone_run run;
    struct cq_tone_progress progress;
    struct cq_tone_dtmf dtmf;
    struct cq_tone_bursts bursts;
    struct cq_goertzel_fine bank;
};

/* Begin at the block that comes next in *t; take the block into the burst; mean square of the blocks that it
 * fills. */
void cq_tone_edges_open(struct cq_tone_edges *e, const struct cq_tone_track *t);
void cq_tone_edges_add(struct cq_tone_edges *e, int64_t block, float energy);
double cq_tone_edges_energy(const struct cq_tone_edges *e);

/* What is the same for every kind of burst: where it lies, to a few ms, how loud it is, how it rises and falls.
 */
struct cq_tone_burst cq_tone_burst_make(const struct cq_tone_edges *e);
float cq_tone_energy_db(double energy);

/* One block for the finder of call progress (tones_progress.c). Returns 0 or -ENOMEM. */
int cq_tone_progress_add(struct cq_tone_track *t, const struct cq_tone_block *b, const float *recent);

void cq_tone_track_init(struct cq_tone_track *t);
void cq_tone_track_done(struct cq_tone_track *t);

/*
 * Add one block. recent: the last CQ_TONES_PROGRESS_BLOCKS blocks of samples, this one last. digit: what the
 * DTMF receiver makes of it. Returns 0 or -ENOMEM.
 */
int cq_tone_track_add(struct cq_tone_track *t, const struct cq_tone_block *block, char digit,
                      const float *recent);
int cq_tone_track_end(struct cq_tone_track *t); /* close what is open */

#endif
